import { describe, expect, it } from "vitest";
import { quaternionFromAngles } from "../media/rotation.ts";
import {
	fingerBendRad,
	fingerCurl,
	type HandedPose,
	handAxes,
	handCurl,
	headFromHand,
	MANO_PARENTS,
	manoPoints,
	pinch,
} from "./hand-pose.ts";
import { composeTransforms, type RigidTransform, rotateVector } from "./rigid-transform.ts";
import { seededRandom } from "./seeded-random.cases.ts";
import { createSkeletonPose, poseInAxes, positionAt, setBone } from "./skeleton-pose.ts";
import { addHand, randomTransform } from "./synthetic-poses.cases.ts";
import { FINGERS, type HandedSkeleton, handBones } from "./tables/hand-bones.ts";
import { boneName, type Side } from "./tables/skeleton.ts";
import type { Vector3 } from "./vector.ts";

const LEFT: HandedSkeleton[] = ["HandLeft", "XRHandLeft", "WebXRHandLeft", "Body", "FullBody", "WebXRBody"];
const RIGHT: HandedSkeleton[] = ["HandRight", "XRHandRight", "WebXRHandRight", "Body", "FullBody", "WebXRBody"];
const HANDS: [HandedSkeleton, Side][] = [
	...LEFT.map((type) => [type, "left"] as [HandedSkeleton, Side]),
	...RIGHT.map((type) => [type, "right"] as [HandedSkeleton, Side]),
];
const AT_HOME: RigidTransform = { position: [0, 0, 0], rotation: [0, 0, 0, 1] };

const handPose = (type: HandedSkeleton, side: Side, worldFromHand = AT_HOME, bendRad = 0): HandedPose => {
	const pose = createSkeletonPose(type);
	addHand(pose, side, worldFromHand, bendRad);
	return pose;
};
const expectClose = (actual: readonly number[], expected: readonly number[], digits = 5) => {
	expect(actual).toHaveLength(expected.length);
	for (const [index, value] of actual.entries()) expect(value).toBeCloseTo(expected[index]!, digits);
};

describe("handBones", () => {
	it.each(HANDS)("%s, %s: the bones carry the names of their fingers", (type, side) => {
		const { wrist, fingers } = handBones(type, side)!;
		expect(boneName(type, wrist).toLowerCase()).toContain("wrist");
		for (const finger of FINGERS) {
			expect(fingers[finger]).toHaveLength(finger === "thumb" ? 4 : 5);
			for (const bone of fingers[finger].filter((id) => id >= 0)) {
				const name = boneName(type, bone).toLowerCase();
				expect(name).toMatch(finger === "little" ? /little|pinky/ : finger);
				if (type.endsWith("Body")) expect(name).toContain(side);
			}
			expect(boneName(type, fingers[finger].at(-1)!).toLowerCase()).toContain("tip");
		}
	});

	it("a left hand has no right one", () => {
		expect(handBones("XRHandLeft", "right")).toBeUndefined();
		expect(handAxes(handPose("XRHandLeft", "left"), "right")).toBeUndefined();
		expect(pinch(handPose("XRHandLeft", "left"), "right")).toBeUndefined();
	});
});

describe("handAxes", () => {
	it.each(HANDS)(
		"%s, %s: a flat hand, back up, fingers forward, has the world's axes, and any other its own",
		(type, side) => {
			const random = seededRandom(11);
			for (let round = 0; round < 10; round++) {
				const worldFromHand = round === 0 ? AT_HOME : randomTransform(random);
				const found = handAxes(handPose(type, side, worldFromHand), side)!;
				expectClose(found.position, worldFromHand.position);
				for (const axis of [
					[1, 0, 0],
					[0, 1, 0],
					[0, 0, 1],
				] as Vector3[])
					expectClose(rotateVector(found.rotation, axis), rotateVector(worldFromHand.rotation, axis), 4);
			}
		},
	);

	it("does not depend on the fingers beyond the knuckles, and is missing with a knuckle", () => {
		const fist = handPose("XRHandRight", "right", AT_HOME, Math.PI / 2);
		expectClose(handAxes(fist, "right")!.rotation, [0, 0, 0, 1]);
		fist.valid[handBones("XRHandRight", "right")!.fingers.little[1]!] = 0;
		expect(handAxes(fist, "right")).toBeUndefined();
	});
});

/**
 * Made with `get_hand_frame` of XR Robot Teleop Server 0.1.9, in world axes: joints, and where its
 * X, Y and Z point.
 */
const TELEOP_HANDS = [
	{
		side: "left",
		joints: [
			[-0.4547, -0.9916, 0.0601],
			[-0.4148, -0.9662, 0.0436],
			[-0.4299, -0.9763, 0.0274],
			[-0.4483, -0.9992, 0.0163],
		],
		axes: [
			[0.639651, -0.757471, 0.130705],
			[-0.519855, -0.551557, -0.652331],
			[0.566213, 0.349317, -0.746579],
		],
	},
	{
		side: "left",
		joints: [
			[0.3569, 0.1054, -0.9305],
			[0.4039, 0.0917, -0.9197],
			[0.3931, 0.1086, -0.906],
			[0.3753, 0.1341, -0.9011],
		],
		axes: [
			[0.417867, 0.586305, -0.693998],
			[-0.378414, 0.806793, 0.453749],
			[0.825948, 0.073012, 0.558998],
		],
	},
	{
		side: "right",
		joints: [
			[-1.9012, -1.2895, -1.8417],
			[-1.8694, -1.2753, -1.8778],
			[-1.8897, -1.2625, -1.8742],
			[-1.9117, -1.2484, -1.8567],
		],
		axes: [
			[-0.6172, -0.483903, -0.620405],
			[-0.741684, 0.621012, 0.253475],
			[0.262621, 0.616589, -0.742191],
		],
	},
	{
		side: "right",
		joints: [
			[-0.1869, -2.5168, -0.5387],
			[-0.1466, -2.511, -0.5095],
			[-0.1669, -2.499, -0.504],
			[-0.198, -2.4959, -0.5004],
		],
		axes: [
			[0.154699, 0.840004, -0.520059],
			[-0.876262, 0.359795, 0.320487],
			[0.456325, 0.406129, 0.791724],
		],
	},
] as const;

describe("handAxes of XR Robot Teleop Server", () => {
	it.each(TELEOP_HANDS)(
		"$side: is the original's, from the wrist to the middle metacarpal",
		({ side, joints, axes }) => {
			for (const type of ["FullBody", "Body", side === "left" ? "XRHandLeft" : "XRHandRight"] as const) {
				const pose = createSkeletonPose(type) as HandedPose;
				const { wrist, fingers } = handBones(type, side)!;
				for (const [at, bone] of [wrist, fingers.index[0]!, fingers.middle[0]!, fingers.little[0]!].entries()) {
					pose.positions.set(joints[at]!, bone * 3);
					pose.valid[bone] = 1;
				}
				const found = handAxes(pose, side, { axes: "xr-robot-teleop" })!;
				expectClose(found.position, joints[0]);
				for (const [axis, expected] of axes.entries())
					expectClose(
						rotateVector(found.rotation, [+(axis === 0), +(axis === 1), +(axis === 2)]),
						expected,
						5,
					);
			}
		},
	);

	it.each(["left", "right"] as const)(
		"%s: +X comes out of the back of a right hand and out of the palm of a left one",
		(side) => {
			const found = handAxes(handPose("FullBody", side), side, { axes: "xr-robot-teleop" })!;
			expect(rotateVector(found.rotation, [1, 0, 0])[1]).toBeGreaterThan(side === "right" ? 0.9 : -1.01);
			expect(rotateVector(found.rotation, [1, 0, 0])[1] > 0).toBe(side === "right");
			expect(rotateVector(found.rotation, [0, 0, 1])[2]).toBeLessThan(-0.9);
		},
	);

	it("is missing where the skeleton has no metacarpals", () => {
		expect(handAxes(handPose("HandLeft", "left"), "left", { axes: "xr-robot-teleop" })).toBeUndefined();
		expect(handAxes(handPose("HandLeft", "left"), "left")).toBeDefined();
	});
});

describe("fingerCurl", () => {
	it.each(HANDS)("%s, %s: straight is 0, a fist 1, and half-way the bend is told", (type, side) => {
		const random = seededRandom(12);
		const straight = handPose(type, side, randomTransform(random));
		const half = handPose(type, side, randomTransform(random), Math.PI / 4);
		const fist = handPose(type, side, randomTransform(random), Math.PI / 2);
		// A Hand has no metacarpals, so the line from the wrist is a few degrees off them.
		const digits = type.startsWith("Hand") ? 0 : 2;
		for (const finger of FINGERS) {
			expect(fingerCurl(straight, side, finger)).toBeCloseTo(0, digits);
			expect(fingerBendRad(half, side, finger)).toBeCloseTo((finger === "thumb" ? 2 : 3) * (Math.PI / 4), digits);
			expect(fingerCurl(fist, side, finger)).toBeCloseTo(1, digits);
		}
		expect(handCurl(half, side)!.map((curl) => Math.round(curl * 10))).toEqual([6, 5, 5, 5, 5]);
	});

	it("is not known with a joint missing, of that finger only", () => {
		const pose = handPose("XRHandLeft", "left");
		pose.valid[handBones("XRHandLeft", "left")!.fingers.ring[3]!] = 0;
		expect(fingerCurl(pose, "left", "ring")).toBeUndefined();
		expect(fingerCurl(pose, "left", "index")).toBeCloseTo(0, 3);
		expect(handCurl(pose, "left")).toBeUndefined();
	});
});

describe("pinch", () => {
	it.each([
		[0.01, 1],
		[0.015, 1],
		[0.0375, 0.5],
		[0.06, 0],
		[0.2, 0],
	])("tips %d m apart pinch by %d", (distanceM, strength) => {
		const pose = createSkeletonPose("FullBody");
		setBone(pose, "RightHandThumbTip", { position: [1, 1, 1], rotation: [0, 0, 0, 1] });
		setBone(pose, "RightHandMiddleTip", { position: [1, 1 - distanceM, 1], rotation: [0, 0, 0, 1] });
		const found = pinch(pose, "right", "middle")!;
		expect(found.distanceM).toBeCloseTo(distanceM, 5);
		expect(found.strength).toBeCloseTo(strength, 4);
		expect(pinch(pose, "right", "index")).toBeUndefined();
		expect(pinch(pose, "left", "middle")).toBeUndefined();
	});

	it("takes the distances of whoever calibrates", () => {
		const pose = createSkeletonPose("XRHandLeft");
		setBone(pose, "ThumbTip", { position: [0, 0, 0], rotation: [0, 0, 0, 1] });
		setBone(pose, "IndexTip", { position: [0.05, 0, 0], rotation: [0, 0, 0, 1] });
		expect(pinch(pose, "left", "index", { closedM: 0, openM: 0.1 })!.strength).toBeCloseTo(0.5, 5);
	});
});

describe("headFromHand", () => {
	it("stays the same when someone walks and turns, and says where the hand is", () => {
		const headFromHandThen: RigidTransform = {
			position: [0.2, -0.4, -0.5],
			rotation: quaternionFromAngles({ yawDeg: 10, pitchDeg: 5, rollDeg: 0 }),
		};
		const random = seededRandom(13);
		for (let round = 0; round < 20; round++) {
			const worldFromHead = randomTransform(random);
			const found = headFromHand(worldFromHead, composeTransforms(worldFromHead, headFromHandThen));
			expectClose(found.position, headFromHandThen.position);
			expectClose(rotateVector(found.rotation, [1, 2, 3]), rotateVector(headFromHandThen.rotation, [1, 2, 3]));
		}
	});

	it("on the level, nodding does not move the hand, turning does", () => {
		const hand: RigidTransform = { position: [0, 1, -1], rotation: [0, 0, 0, 1] };
		const head = (yawDeg: number, pitchDeg: number): RigidTransform => ({
			position: [0, 1.6, 0],
			rotation: quaternionFromAngles({ yawDeg, pitchDeg, rollDeg: 0 }),
		});
		expectClose(headFromHand(head(0, -40), hand, true).position, [0, -0.6, -1]);
		expectClose(headFromHand(head(90, -40), hand, true).position, [-1, -0.6, 0]);
		expect(headFromHand(head(0, -40), hand).position[1]).toBeGreaterThan(0);
	});
});

describe("manoPoints", () => {
	it.each([
		[
			"XRHandRight",
			"right",
			[
				"Wrist",
				"ThumbMetacarpal",
				"ThumbProximal",
				"ThumbDistal",
				"ThumbTip",
				"IndexProximal",
				"IndexIntermediate",
				"IndexDistal",
				"IndexTip",
			],
		],
		[
			"FullBody",
			"left",
			[
				"Wrist",
				"ThumbMetacarpal",
				"ThumbProximal",
				"ThumbDistal",
				"ThumbTip",
				"IndexProximal",
				"IndexIntermediate",
				"IndexDistal",
				"IndexTip",
			],
		],
	] as const)("%s, %s: 21 points from the wrist on, each finger to its tip", (type, side, names) => {
		const pose = handPose(type, side, randomTransform(seededRandom(14)), 0.3);
		const points = new Float32Array(63);
		expect(manoPoints(pose, side, points)).toBe(true);
		const prefix = type === "FullBody" ? "LeftHand" : "";
		const bones = new Map(
			Array.from({ length: pose.boneCount }, (_, id) => [boneName(type, id).replace(/^\w+?_/, ""), id]),
		);
		for (const [index, name] of names.entries())
			expect([...points.slice(index * 3, index * 3 + 3)]).toEqual(positionAt(pose, bones.get(prefix + name)!));
		expect([...points.slice(60)]).toEqual(positionAt(pose, bones.get(`${prefix}LittleTip`)!));
	});

	it("every point hangs on the one before it, five on the wrist: lines are as long as bones", () => {
		const points = new Float32Array(63);
		manoPoints(handPose("XRHandRight", "right", AT_HOME, 0.5), "right", points);
		const length = (point: number) =>
			Math.hypot(
				...[0, 1, 2].map((part) => points[point * 3 + part]! - points[MANO_PARENTS[point]! * 3 + part]!),
			);
		expect(MANO_PARENTS.filter((parent) => parent === 0)).toHaveLength(5);
		expect([6, 7, 8].map((point) => Math.round(length(point) * 1000))).toEqual([40, 25, 20]);
	});

	it("picks metacarpals instead of middle joints when asked", () => {
		const pose = handPose("FullBody", "right", AT_HOME, 0.3);
		const points = new Float32Array(63);
		expect(manoPoints(pose, "right", points, { joints: "metacarpals" })).toBe(true);
		const { index } = handBones("FullBody", "right")!.fingers;
		for (const [offset, joint] of [0, 1, 3, 4].entries())
			expect([...points.slice((5 + offset) * 3, (6 + offset) * 3)]).toEqual(positionAt(pose, index[joint]!));
	});

	it("writes nothing when a joint is missing, as the metacarpals of a Hand are", () => {
		const points = new Float32Array(63);
		const pose = handPose("HandLeft", "left");
		expect(manoPoints(pose, "left", points, { joints: "metacarpals" })).toBe(false);
		expect(points.every((value) => value === 0)).toBe(true);
		expect(manoPoints(pose, "left", points)).toBe(true);
		expect(() => manoPoints(pose, "left", new Float32Array(62))).toThrow(RangeError);
	});

	it("in the hand's frame a still hand gives the same points wherever it is", () => {
		const points = [AT_HOME, randomTransform(seededRandom(15))].map((worldFromHand) => {
			const pose = handPose("XRHandRight", "right", worldFromHand, 0.4);
			poseInAxes(pose, handAxes(pose, "right")!, pose);
			const into = new Float32Array(63);
			manoPoints(pose, "right", into);
			return [...into];
		});
		expectClose(points[1]!, points[0]!, 4);
	});
});
