import { describe, expect, it } from "vitest";
import { composeTransforms, invertTransform } from "./rigid-transform.ts";
import { seededRandom } from "./seeded-random.cases.ts";
import {
	bonePosition,
	boneTransform,
	createSkeletonPose,
	localFromWorld,
	poseInAxes,
	positionAt,
	setBone,
	transformAt,
	worldFromLocal,
} from "./skeleton-pose.ts";
import { randomPose, randomTransform } from "./synthetic-poses.cases.ts";
import { topologicalOrder } from "./tables/hierarchy.ts";
import { SKELETON_TYPES, SKELETONS } from "./tables/skeleton.ts";

const expectSame = (actual: ArrayLike<number>, expected: ArrayLike<number>, digits = 5) => {
	expect(actual.length).toBe(expected.length);
	for (let index = 0; index < actual.length; index++) expect(actual[index]).toBeCloseTo(expected[index]!, digits);
};

describe("SkeletonPose", () => {
	it("begins without a tracked bone, and gives back what was put in by name", () => {
		const pose = createSkeletonPose("FullBody");
		expect([pose.boneCount, pose.positions.length, pose.rotations.length, pose.valid.length]).toEqual([
			84, 252, 336, 84,
		]);
		expect(bonePosition(pose, "Head")).toBeUndefined();
		setBone(pose, "Head", { position: [0.5, 1.5, -0.25], rotation: [0, 0.5, 0.5, 0] });
		expect(boneTransform(pose, "Head")).toEqual({ position: [0.5, 1.5, -0.25], rotation: [0, 0.5, 0.5, 0] });
		expect(boneTransform(pose, "Neck")).toBeUndefined();
		// @ts-expect-error A wrist of another skeleton.
		expect(bonePosition(pose, "WristRoot")).toBeUndefined();
	});

	it("numbers that a pose does not have are not tracked", () => {
		const pose = randomPose("XRHandLeft", seededRandom(1));
		for (const bone of [-1, 26, 1000]) expect(positionAt(pose, bone)).toBeUndefined();
		expect(positionAt(pose, 25)).toBeDefined();
	});
});

describe("localFromWorld and worldFromLocal", () => {
	it.each(SKELETON_TYPES)("%s: a palm's pose is in its wrist's axes, and the way back is the same again", (type) => {
		const world = randomPose(type, seededRandom(5));
		const local = createSkeletonPose(type);
		localFromWorld(world, local);
		for (const [bone, parent] of SKELETONS[type].parents.entries()) {
			const expected =
				parent < 0
					? transformAt(world, bone)!
					: composeTransforms(invertTransform(transformAt(world, parent)!), transformAt(world, bone)!);
			const actual = transformAt(local, bone)!;
			expectSame(actual.position, expected.position);
			expectSame(actual.rotation, expected.rotation);
		}
		const back = createSkeletonPose(type);
		worldFromLocal(local, back);
		expectSame(back.positions, world.positions);
		expectSame(back.rotations, world.rotations);
	});

	it("work in place", () => {
		const world = randomPose("FullBody", seededRandom(6));
		const local = createSkeletonPose("FullBody");
		localFromWorld(world, local);
		const pose = randomPose("FullBody", seededRandom(6));
		localFromWorld(pose, pose);
		expect(pose.positions).toEqual(local.positions);
		worldFromLocal(pose, pose);
		expectSame(pose.positions, world.positions);
		expectSame(pose.rotations, world.rotations);
	});

	it("a bone without a tracked parent is untracked, and so are all behind it on the way back", () => {
		const pose = randomPose("FullBody", seededRandom(7));
		const { bones } = SKELETONS.FullBody;
		pose.valid[bones.RightArmLower] = 0;
		const local = createSkeletonPose("FullBody");
		localFromWorld(pose, local);
		expect([
			local.valid[bones.RightArmLower],
			local.valid[bones.RightHandWrist],
			local.valid[bones.RightHandPalm],
		]).toEqual([0, 0, 1]);
		const back = createSkeletonPose("FullBody");
		worldFromLocal(local, back);
		expect([
			back.valid[bones.RightHandWrist],
			back.valid[bones.RightHandPalm],
			back.valid[bones.LeftHandPalm],
		]).toEqual([0, 0, 1]);
	});

	it("take the parents that a client has told", () => {
		const parents = SKELETONS.HtcBody.parents.map((_, bone) => bone - 1);
		const world = randomPose("HtcBody", seededRandom(8));
		const pose = randomPose("HtcBody", seededRandom(8));
		localFromWorld(pose, pose, parents, topologicalOrder(parents));
		expect(positionAt(pose, 9)).not.toEqual(positionAt(world, 9));
		worldFromLocal(pose, pose, parents, topologicalOrder(parents));
		expectSame(pose.positions, world.positions, 4);
	});
});

describe("poseInAxes", () => {
	it("puts the frame's own bone at the origin, unturned, and keeps distances", () => {
		const random = seededRandom(9);
		const pose = randomPose("Body", random);
		pose.valid[SKELETONS.Body.bones.Neck] = 0;
		const worldFromHead = boneTransform(pose, "Head")!;
		const inHead = createSkeletonPose("Body");
		poseInAxes(pose, worldFromHead, inHead);
		expectSame(bonePosition(inHead, "Head")!, [0, 0, 0]);
		expectSame(boneTransform(inHead, "Head")!.rotation.map(Math.abs), [0, 0, 0, 1]);
		expect(bonePosition(inHead, "Neck")).toBeUndefined();
		const distance = (of: typeof pose) =>
			Math.hypot(...bonePosition(of, "Hips")!.map((part, index) => part - bonePosition(of, "Chest")![index]!));
		expect(distance(inHead)).toBeCloseTo(distance(pose), 5);
		poseInAxes(pose, randomTransform(random), pose);
		expect(distance(pose)).toBeCloseTo(distance(inHead), 5);
	});
});
