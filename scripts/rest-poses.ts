import { type RigidTransform, rotationFromAxes, transformPoint } from "../src/skeleton/rigid-transform.ts";
import { createSkeletonPose, positionAt, type SkeletonPose } from "../src/skeleton/skeleton-pose.ts";
import { boneMap, mapPose } from "../src/skeleton/tables/bone-map.ts";
import { type BoneName, type Side, SKELETONS, type SkeletonType } from "../src/skeleton/tables/skeleton.ts";
import type { Vector3 } from "../src/skeleton/vector.ts";

/**
 * A right hand that lies flat with its fingers spread: metres, in the hand's own axes (fingers to
 * -Z, back of the hand +Y, wrist at the origin). Made for pictures: of a plausible size, with
 * joints far enough apart to be seen one by one.
 */
const RIGHT_HAND: Readonly<Record<BoneName<"XRHandRight">, Vector3>> = {
	Palm: [0.003, 0, -0.062],
	Wrist: [0, 0, 0],
	ThumbMetacarpal: [-0.027, 0, -0.022],
	ThumbProximal: [-0.055, 0, -0.05],
	ThumbDistal: [-0.079, 0, -0.076],
	ThumbTip: [-0.097, 0, -0.098],
	IndexMetacarpal: [-0.017, 0, -0.037],
	IndexProximal: [-0.028, 0, -0.098],
	IndexIntermediate: [-0.041, 0, -0.137],
	IndexDistal: [-0.05, 0, -0.163],
	IndexTip: [-0.057, 0, -0.186],
	MiddleMetacarpal: [-0.001, 0, -0.034],
	MiddleProximal: [0, 0, -0.102],
	MiddleIntermediate: [-0.001, 0, -0.148],
	MiddleDistal: [-0.001, 0, -0.177],
	MiddleTip: [-0.001, 0, -0.202],
	RingMetacarpal: [0.014, 0, -0.037],
	RingProximal: [0.024, 0, -0.096],
	RingIntermediate: [0.035, 0, -0.137],
	RingDistal: [0.043, 0, -0.164],
	RingTip: [0.049, 0, -0.187],
	LittleMetacarpal: [0.028, 0, -0.028],
	LittleProximal: [0.045, 0, -0.083],
	LittleIntermediate: [0.06, 0, -0.115],
	LittleDistal: [0.071, 0, -0.136],
	LittleTip: [0.08, 0, -0.155],
};

/** Joints of Meta's first hand: those that it shares with XRHand by name, others by position. */
const FIRST_HAND: Readonly<Record<BoneName<"HandRight">, BoneName<"XRHandRight"> | Vector3>> = {
	WristRoot: "Wrist",
	ForearmStub: [0.002, 0, 0.03],
	Thumb0: [-0.013, 0, -0.008],
	Thumb1: "ThumbMetacarpal",
	Thumb2: "ThumbProximal",
	Thumb3: "ThumbDistal",
	Index1: "IndexProximal",
	Index2: "IndexIntermediate",
	Index3: "IndexDistal",
	Middle1: "MiddleProximal",
	Middle2: "MiddleIntermediate",
	Middle3: "MiddleDistal",
	Ring1: "RingProximal",
	Ring2: "RingIntermediate",
	Ring3: "RingDistal",
	Pinky0: "LittleMetacarpal",
	Pinky1: "LittleProximal",
	Pinky2: "LittleIntermediate",
	Pinky3: "LittleDistal",
	ThumbTip: "ThumbTip",
	IndexTip: "IndexTip",
	MiddleTip: "MiddleTip",
	RingTip: "RingTip",
	PinkyTip: "LittleTip",
};

/**
 * Bones in the middle and on the right of someone who stands at the world's origin, looks along -Z
 * and holds the arms out. Metres.
 */
const FULL_BODY: Readonly<Record<string, Vector3>> = {
	Root: [0, 0, 0],
	Hips: [0, 0.95, 0],
	SpineLower: [0, 1.04, 0.01],
	SpineMiddle: [0, 1.14, 0.02],
	SpineUpper: [0, 1.24, 0.03],
	Chest: [0, 1.34, 0.03],
	Neck: [0, 1.49, 0.01],
	Head: [0, 1.58, 0],
	RightShoulder: [0.035, 1.43, 0],
	RightScapula: [0.12, 1.45, 0.03],
	RightArmUpper: [0.19, 1.43, 0],
	RightArmLower: [0.47, 1.43, 0],
	RightHandWristTwist: [0.64, 1.43, 0],
	RightUpperLeg: [0.09, 0.9, 0],
	RightLowerLeg: [0.1, 0.5, 0.01],
	RightFootAnkleTwist: [0.1, 0.17, 0.02],
	RightFootAnkle: [0.1, 0.1, 0.03],
	RightFootSubtalar: [0.1, 0.055, 0.035],
	RightFootTransverse: [0.105, 0.055, -0.05],
	RightFootBall: [0.11, 0.015, -0.125],
};

const RIGHT_WRIST: Vector3 = [0.7, 1.43, 0];

const PICO_BODY: Readonly<Record<string, Vector3>> = {
	Pelvis: [0, 0.95, 0],
	RightHip: [0.09, 0.88, 0],
	Spine1: [0, 1.06, 0.01],
	RightKnee: [0.1, 0.5, 0.01],
	Spine2: [0, 1.18, 0.02],
	RightAnkle: [0.1, 0.12, 0.03],
	Spine3: [0, 1.29, 0.03],
	RightFoot: [0.11, 0.03, -0.11],
	Neck: [0, 1.49, 0.01],
	RightCollar: [0.07, 1.43, 0.01],
	Head: [0, 1.58, 0],
	RightShoulder: [0.19, 1.43, 0],
	RightElbow: [0.44, 1.43, 0],
	RightWrist: [0.7, 1.43, 0],
	RightHand: [0.8, 1.43, 0],
};

const HTC_BODY: Readonly<Record<string, Vector3>> = {
	Pelvis: [0, 0.95, 0],
	RightHip: [0.09, 0.88, 0],
	RightKnee: [0.1, 0.5, 0.01],
	RightAnkle: [0.1, 0.12, 0.03],
	RightFeet: [0.11, 0.03, -0.11],
	Waist: [0, 1.02, 0],
	SpineLower: [0, 1.1, 0.01],
	SpineMiddle: [0, 1.18, 0.02],
	SpineHigh: [0, 1.26, 0.03],
	Chest: [0, 1.34, 0.03],
	Neck: [0, 1.49, 0.01],
	Head: [0, 1.58, 0],
	RightClavicle: [0.04, 1.43, 0.01],
	RightScapula: [0.12, 1.45, 0.03],
	RightArm: [0.19, 1.43, 0],
	RightElbow: [0.44, 1.43, 0],
	RightWrist: [0.7, 1.43, 0],
};

/** HTC's table has no parents: how its joints hang together in a body all the same, by name. */
export const HTC_BODY_LINES: readonly (readonly [from: BoneName<"HtcBody">, to: BoneName<"HtcBody">])[] = [
	["Pelvis", "LeftHip"],
	["LeftHip", "LeftKnee"],
	["LeftKnee", "LeftAnkle"],
	["LeftAnkle", "LeftFeet"],
	["Pelvis", "RightHip"],
	["RightHip", "RightKnee"],
	["RightKnee", "RightAnkle"],
	["RightAnkle", "RightFeet"],
	["Pelvis", "Waist"],
	["Waist", "SpineLower"],
	["SpineLower", "SpineMiddle"],
	["SpineMiddle", "SpineHigh"],
	["SpineHigh", "Chest"],
	["Chest", "Neck"],
	["Neck", "Head"],
	["Chest", "LeftClavicle"],
	["LeftClavicle", "LeftScapula"],
	["LeftScapula", "LeftArm"],
	["LeftArm", "LeftElbow"],
	["LeftElbow", "LeftWrist"],
	["Chest", "RightClavicle"],
	["RightClavicle", "RightScapula"],
	["RightScapula", "RightArm"],
	["RightArm", "RightElbow"],
	["RightElbow", "RightWrist"],
];

/**
 * The pose of a skeleton at rest: every bone is tracked, and none is turned. Bodies hold their arms
 * out, hands lie flat at the origin.
 */
export function restPose<Type extends SkeletonType>(skeleton: Type): SkeletonPose<Type> {
	return positions(skeleton) as SkeletonPose<Type>;
}

function positions(skeleton: SkeletonType): SkeletonPose {
	switch (skeleton) {
		case "HandLeft":
		case "HandRight":
		case "XRHandLeft":
		case "XRHandRight":
			return hand(skeleton, SKELETONS[skeleton].side!);
		case "WebXRHandLeft":
			return mapped(restPose("XRHandLeft"), "XRHandLeft", "WebXRHandLeft");
		case "WebXRHandRight":
			return mapped(restPose("XRHandRight"), "XRHandRight", "WebXRHandRight");
		case "FullBody":
			return fullBody();
		case "Body":
			return mapped(fullBody(), "FullBody", "Body");
		case "WebXRBody":
			return mapped(fullBody(), "FullBody", "WebXRBody");
		case "PicoBody":
			return body(skeleton, PICO_BODY);
		case "HtcBody":
			return body(skeleton, HTC_BODY);
	}
}

function mapped<From extends "XRHandLeft" | "XRHandRight" | "FullBody", To extends SkeletonType>(
	pose: SkeletonPose<From>,
	from: From,
	to: To,
): SkeletonPose<To> {
	const into = createSkeletonPose(to);
	mapPose(pose, boneMap(from, to as never), into as never);
	return into;
}

function hand(skeleton: "HandLeft" | "HandRight" | "XRHandLeft" | "XRHandRight", side: Side): SkeletonPose {
	const pose = createSkeletonPose(skeleton);
	for (const name of SKELETONS[skeleton].names) {
		const place = skeleton.startsWith("XR") ? name : FIRST_HAND[name as BoneName<"HandRight">];
		put(
			pose,
			name,
			mirrored(typeof place === "string" ? RIGHT_HAND[place as BoneName<"XRHandRight">] : place, side),
		);
	}
	return pose;
}

function fullBody(): SkeletonPose<"FullBody"> {
	const pose = body("FullBody", FULL_BODY);
	for (const side of ["left", "right"] as const) {
		const worldFromHand = handAtTheEndOfAnArm(side);
		const prefix = side === "left" ? "LeftHand" : "RightHand";
		for (const [name, place] of Object.entries(RIGHT_HAND))
			put(pose, prefix + name, transformPoint(worldFromHand, mirrored(place, side)));
	}
	return pose as SkeletonPose<"FullBody">;
}

/** Palm down, thumb forward. */
function handAtTheEndOfAnArm(side: Side): RigidTransform {
	const outwards = side === "right" ? 1 : -1;
	return {
		position: mirrored(RIGHT_WRIST, side),
		rotation: rotationFromAxes([0, 0, outwards], [0, 1, 0], [-outwards, 0, 0]),
	};
}

function body(skeleton: "FullBody" | "PicoBody" | "HtcBody", places: Readonly<Record<string, Vector3>>): SkeletonPose {
	const pose = createSkeletonPose(skeleton);
	for (const [name, place] of Object.entries(places)) {
		put(pose, name, place);
		if (name.startsWith("Right")) put(pose, name.replace("Right", "Left"), mirrored(place, "left"));
	}
	return pose;
}

function mirrored([x, y, z]: Vector3, side: Side): Vector3 {
	return [side === "right" ? x : -x, y, z];
}

function put(pose: SkeletonPose, name: string, position: Vector3): void {
	const id = (SKELETONS[pose.skeleton].names as readonly string[]).indexOf(name);
	if (id < 0) throw new RangeError(`The skeleton ${pose.skeleton} has no bone "${name}".`);
	if (positionAt(pose, id) !== undefined) throw new RangeError(`${pose.skeleton} has two places for ${name}.`);
	pose.positions.set(position, id * 3);
	pose.valid[id] = 1;
}
