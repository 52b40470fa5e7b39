// Written by scripts/build-skeletons.ts from scripts/skeletons.json. Not edited by hand; a test compares the two.

/** PICO's body (XrBodyJointBD), 24 joints. Its header names no parents: these are the SMPL tree, whose order it follows. Source: KhronosGroup/OpenXR-SDK openxr.h 1.1.53. */
export const PicoBodyBone = {
	Pelvis: 0,
	LeftHip: 1,
	RightHip: 2,
	Spine1: 3,
	LeftKnee: 4,
	RightKnee: 5,
	Spine2: 6,
	LeftAnkle: 7,
	RightAnkle: 8,
	Spine3: 9,
	LeftFoot: 10,
	RightFoot: 11,
	Neck: 12,
	LeftCollar: 13,
	RightCollar: 14,
	Head: 15,
	LeftShoulder: 16,
	RightShoulder: 17,
	LeftElbow: 18,
	RightElbow: 19,
	LeftWrist: 20,
	RightWrist: 21,
	LeftHand: 22,
	RightHand: 23,
} as const;
export type PicoBodyBone = (typeof PicoBodyBone)[keyof typeof PicoBodyBone];

/** Parent of each bone, by id; -1: it has none. */
export const PICO_BODY_PARENTS: readonly number[] = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21];

/** What people call each bone, by id. */
export const PICO_BODY_LABELS: readonly string[] = [
	"Pelvis",
	"Left hip",
	"Right hip",
	"Spine 1",
	"Left knee",
	"Right knee",
	"Spine 2",
	"Left ankle",
	"Right ankle",
	"Spine 3",
	"Left foot",
	"Right foot",
	"Neck",
	"Left collar",
	"Right collar",
	"Head",
	"Left shoulder",
	"Right shoulder",
	"Left elbow",
	"Right elbow",
	"Left wrist",
	"Right wrist",
	"Left hand",
	"Right hand",
];
