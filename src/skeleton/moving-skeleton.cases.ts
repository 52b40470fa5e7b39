import type { PoseSample } from "./pose-sample.ts";
import { seededRandom } from "./seeded-random.cases.ts";
import { createSkeletonPose, worldFromLocal } from "./skeleton-pose.ts";
import { SKELETONS, type SkeletonType } from "./tables/skeleton.ts";

export interface MovingSkeletonOptions {
	readonly seed?: number;
	/**
	 * Noise on each number of a position, metres either way: a device whose bones are not quite
	 * stiff.
	 * @default 0
	 */
	readonly noise?: number;
}

/**
 * Somebody who never rests: bones of fixed length, each turned back and forth about an axis of its
 * own, up to 35 degrees, 0.3 to 2 times a second, and all of it walking in a circle. Times are
 * seconds; the same in every run, and on both ends.
 */
export function movingSkeleton(
	skeleton: SkeletonType,
	{ seed = 1, noise = 0 }: MovingSkeletonOptions = {},
): (frame: PoseSample, timeSec: number) => void {
	const random = seededRandom(seed);
	const { names, parents } = SKELETONS[skeleton];
	const bones = names.map((_, bone) => {
		const direction = unit([random() - 0.5, random() - 0.5, random() - 0.5]);
		// Limbs of 0.1 to 0.4 m near the root, fingers of 2 to 7 cm at the ends.
		const length = ancestors(parents, bone) < 5 ? 0.1 + 0.3 * random() : 0.02 + 0.05 * random();
		const axis = unit([random() - 0.5, random() - 0.5, random() - 0.5]);
		return {
			offset: direction.map((part) => part * length),
			axis,
			hz: 0.3 + 1.7 * random(),
			phase: 6.28 * random(),
			swingRad: 0.6 * random(),
		};
	});
	const local = createSkeletonPose(skeleton);
	const world = createSkeletonPose(skeleton);
	return (frame, timeSec) => {
		for (const [bone, { offset, axis, hz, phase, swingRad }] of bones.entries()) {
			const half = (swingRad * Math.sin(phase + 6.28 * hz * timeSec)) / 2;
			local.positions.set(
				parents[bone] === -1 ? [Math.cos(timeSec), 1 + offset[1]!, Math.sin(timeSec)] : offset,
				bone * 3,
			);
			local.rotations.set([...axis.map((part) => part * Math.sin(half)), Math.cos(half)], bone * 4);
			local.valid[bone] = 1;
		}
		worldFromLocal(local, world);
		frame.reset(names.length);
		frame.kind = "skeleton";
		frame.skeleton = skeleton;
		frame.clientTimeMs = timeSec * 1000;
		frame.positions.set(world.positions);
		frame.rotations.set(world.rotations);
		frame.valid.fill(1, 0, names.length);
		if (noise > 0)
			for (let index = 0; index < names.length * 3; index++)
				frame.positions[index]! += (random() * 2 - 1) * noise;
	};
}

function ancestors(parents: readonly number[], bone: number): number {
	return parents[bone] === -1 ? 0 : 1 + ancestors(parents, parents[bone]!);
}

function unit(vector: readonly number[]): number[] {
	const length = Math.hypot(...vector);
	return vector.map((part) => part / length);
}
