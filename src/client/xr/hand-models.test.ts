import { describe, expect, it } from "vitest";
import { PoseSample } from "../../skeleton/pose-sample.ts";
import { SKELETONS } from "../../skeleton/tables/skeleton.ts";
import { FLOATS_PER_SOLID, HandModels } from "./hand-models.ts";

function handSample(): PoseSample {
	const sample = new PoseSample();
	sample.reset(26);
	sample.kind = "skeleton";
	sample.skeleton = "XRHandRight";
	for (let bone = 0; bone < 26; bone++) {
		sample.valid[bone] = bone === SKELETONS.XRHandRight.bones.Palm ? 0 : 1;
		sample.positions.set([bone / 100, 1, -0.5], bone * 3);
	}
	return sample;
}

function controllerSample(trigger: number): PoseSample {
	const sample = new PoseSample();
	sample.reset(2);
	sample.kind = "controller";
	sample.hand = "left";
	sample.valid.fill(1, 0, 2);
	sample.positions.set([0, 1, -0.5, 0, 1.1, -0.5]);
	sample.controls.buttonCount = 1;
	sample.controls.buttons[0] = trigger;
	return sample;
}

describe("HandModels", () => {
	it("shows a sphere for each tracked joint, where it is, and a rod between two tracked joints", () => {
		const models = new HandModels();
		models.show([handSample()]);
		expect(models.spheres.count).toBe(25);
		expect(models.rods.count).toBe(24);
		// Bone 0 is the palm: the first sphere is the wrist.
		expect([...models.spheres.data.slice(12, 15)]).toEqual([0.01, 1, -0.5].map(Math.fround));
	});

	it("shows a controller's handle and head, and a ray that is bright while the trigger is pulled", () => {
		const rayAlpha = (trigger: number) => {
			const models = new HandModels();
			models.show([controllerSample(trigger)]);
			expect([models.spheres.count, models.rods.count]).toEqual([2, 2]);
			expect(models.spheres.data[FLOATS_PER_SOLID + 14]).toBeCloseTo(-0.55, 6);
			// From where it aims, ahead.
			expect([...models.rods.data.slice(FLOATS_PER_SOLID + 12, FLOATS_PER_SOLID + 15)]).toEqual(
				[0, 1.1, -1.1].map(Math.fround),
			);
			return models.rods.data[FLOATS_PER_SOLID + 19]!;
		};
		expect(rayAlpha(0)).toBeLessThan(0.5);
		expect(rayAlpha(1)).toBe(1);
	});

	it("forgets hands that are gone, and never draws more than it has room for", () => {
		const models = new HandModels();
		models.show(Array.from({ length: 9 }, handSample));
		expect(models.spheres.count * FLOATS_PER_SOLID).toBe(models.spheres.data.length);
		models.show([new PoseSample()]);
		expect([models.spheres.count, models.rods.count]).toEqual([0, 0]);
	});
});
