import { describe, expect, it } from "vitest";
import { PoseSample } from "../../skeleton/pose-sample.ts";
import { SKELETONS } from "../../skeleton/tables/skeleton.ts";
import { FLOATS_PER_SOLID, HeldThings } from "./held-things.ts";

function handFrame(): PoseSample {
	const frame = new PoseSample();
	frame.reset(26);
	frame.kind = "skeleton";
	frame.skeleton = "XRHandRight";
	for (let bone = 0; bone < 26; bone++) {
		frame.valid[bone] = bone === SKELETONS.XRHandRight.bones.Palm ? 0 : 1;
		frame.positions.set([bone / 100, 1, -0.5], bone * 3);
	}
	return frame;
}

function controllerFrame(trigger: number): PoseSample {
	const frame = new PoseSample();
	frame.reset(2);
	frame.kind = "controller";
	frame.hand = "left";
	frame.valid.fill(1, 0, 2);
	frame.positions.set([0, 1, -0.5, 0, 1.1, -0.5]);
	frame.buttonCount = 1;
	frame.buttons[0] = trigger;
	return frame;
}

describe("HeldThings", () => {
	it("shows a joint for each that is tracked, where it is, and a bone between two that are", () => {
		const things = new HeldThings();
		things.show([handFrame()]);
		expect(things.spheres.count).toBe(25);
		expect(things.rods.count).toBe(24);
		// Bone 0 is the palm: the first sphere is the wrist.
		expect([...things.spheres.data.slice(12, 15)]).toEqual([0.01, 1, -0.5].map(Math.fround));
	});

	it("shows a controller's handle, its head ahead of it, and a ray that is bright while the trigger is pulled", () => {
		const rayAlpha = (trigger: number) => {
			const things = new HeldThings();
			things.show([controllerFrame(trigger)]);
			expect([things.spheres.count, things.rods.count]).toEqual([2, 2]);
			expect(things.spheres.data[FLOATS_PER_SOLID + 14]).toBeCloseTo(-0.55, 6);
			// From where it aims, ahead.
			expect([...things.rods.data.slice(FLOATS_PER_SOLID + 12, FLOATS_PER_SOLID + 15)]).toEqual(
				[0, 1.1, -1.1].map(Math.fround),
			);
			return things.rods.data[FLOATS_PER_SOLID + 19]!;
		};
		expect(rayAlpha(0)).toBeLessThan(0.5);
		expect(rayAlpha(1)).toBe(1);
	});

	it("forgets what is not there any more, and never draws more than it has room for", () => {
		const things = new HeldThings();
		things.show(Array.from({ length: 9 }, handFrame));
		expect(things.spheres.count * FLOATS_PER_SOLID).toBe(things.spheres.data.length);
		things.show([new PoseSample()]);
		expect([things.spheres.count, things.rods.count]).toEqual([0, 0]);
	});
});
