import { describe, expect, it } from "vitest";
import { boneTable, MAX_LISTED_BONES, setBoneTable } from "../../skeleton/bone-table.ts";
import { PoseSample } from "../../skeleton/pose-sample.ts";
import { LentPoses } from "./lent-poses.ts";

/** A skeleton with these bones, each elsewhere. */
function skeleton(ids: readonly number[]): PoseSample {
	const sample = new PoseSample();
	const positions = Float32Array.from({ length: ids.length * 3 }, Math.sin);
	setBoneTable(sample, 84, { ids: Int32Array.from(ids), positions, rotations: new Float32Array(ids.length * 4) });
	sample.kind = "skeleton";
	return sample;
}

describe("LentPoses", () => {
	it("has the tracked bones of each pose, in the order of their list", () => {
		const poses = new LentPoses();
		const all = Array.from({ length: MAX_LISTED_BONES }, (_, id) => id);
		for (const ids of [[3, 5, 83], [1000, 7], [], all, [9]]) {
			const sample = skeleton(ids);
			const { ids: lent, positions, rotations } = poses.read(sample, 1, 2, 3);
			expect([...lent]).toEqual(ids);
			expect({ ids: lent, positions, rotations }).toEqual(boneTable(sample));
		}
	});

	it("makes no array for a pose with as many bones as one before", () => {
		const poses = new LentPoses();
		const first = poses.read(skeleton([1, 2, 3]), 1, 2, 3);
		poses.read(skeleton([4]), 1, 2, 3);
		const second = poses.read(skeleton([4, 5, 6]), 1, 2, 3);
		expect(second.ids).toBe(first.ids);
		expect(second.positions).toBe(first.positions);
		expect(second.rotations).toBe(first.rotations);
	});

	it("has the buttons and axes of a controller, which are its own", () => {
		const poses = new LentPoses();
		const sample = new PoseSample();
		sample.kind = "controller";
		sample.controls.buttonCount = 2;
		sample.controls.buttons.set([1, 0.5]);
		const first = poses.read(sample, 1, 2, 3);
		sample.controls.buttons.set([0, 0]);
		expect(poses.read(sample, 4, 5, 6)).toMatchObject({ receivedSec: 4, capturedSec: 5, photonAgeMs: 6 });
		expect([...first.controls!.buttons]).toEqual([1, 0.5]);
	});
});
