// Written by scripts/build-skeletons.ts from scripts/skeletons.json. Not edited by hand; a test compares the two.

/** HTC's body (XrBodyJointHTC), 26 joints. The device tells the parents at run time, so there are none here. Source: KhronosGroup/OpenXR-SDK openxr.h 1.1.53. */
export const HtcBodyBone = {
	Pelvis: 0,
	LeftHip: 1,
	LeftKnee: 2,
	LeftAnkle: 3,
	LeftFeet: 4,
	RightHip: 5,
	RightKnee: 6,
	RightAnkle: 7,
	RightFeet: 8,
	Waist: 9,
	SpineLower: 10,
	SpineMiddle: 11,
	SpineHigh: 12,
	Chest: 13,
	Neck: 14,
	Head: 15,
	LeftClavicle: 16,
	LeftScapula: 17,
	LeftArm: 18,
	LeftElbow: 19,
	LeftWrist: 20,
	RightClavicle: 21,
	RightScapula: 22,
	RightArm: 23,
	RightElbow: 24,
	RightWrist: 25,
} as const;
export type HtcBodyBone = (typeof HtcBodyBone)[keyof typeof HtcBodyBone];

/** Parent of each bone, by id; -1: it has none. */
export const HTC_BODY_PARENTS: readonly number[] = [-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1];

/** What people call each bone, by id. */
export const HTC_BODY_LABELS: readonly string[] = [
	"Pelvis",
	"Left hip",
	"Left knee",
	"Left ankle",
	"Left feet",
	"Right hip",
	"Right knee",
	"Right ankle",
	"Right feet",
	"Waist",
	"Spine lower",
	"Spine middle",
	"Spine high",
	"Chest",
	"Neck",
	"Head",
	"Left clavicle",
	"Left scapula",
	"Left arm",
	"Left elbow",
	"Left wrist",
	"Right clavicle",
	"Right scapula",
	"Right arm",
	"Right elbow",
	"Right wrist",
];
