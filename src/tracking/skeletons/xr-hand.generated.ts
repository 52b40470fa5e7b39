// Written by scripts/build-skeletons.ts from scripts/skeletons.json. Not edited by hand; a test compares the two.

/** The hand of OpenXR (XrHandJointEXT), 26 joints. The palm comes before its parent, the wrist. Source: OVRSkeleton.cs of the Meta XR Core SDK (enum BoneId), checked against the generated OVRPlugin header and, where it has the joint, the OpenXR header; KhronosGroup/OpenXR-SDK openxr.h 1.1.53. */
export const XRHandBone = {
	Palm: 0,
	Wrist: 1,
	ThumbMetacarpal: 2,
	ThumbProximal: 3,
	ThumbDistal: 4,
	ThumbTip: 5,
	IndexMetacarpal: 6,
	IndexProximal: 7,
	IndexIntermediate: 8,
	IndexDistal: 9,
	IndexTip: 10,
	MiddleMetacarpal: 11,
	MiddleProximal: 12,
	MiddleIntermediate: 13,
	MiddleDistal: 14,
	MiddleTip: 15,
	RingMetacarpal: 16,
	RingProximal: 17,
	RingIntermediate: 18,
	RingDistal: 19,
	RingTip: 20,
	LittleMetacarpal: 21,
	LittleProximal: 22,
	LittleIntermediate: 23,
	LittleDistal: 24,
	LittleTip: 25,
} as const;
export type XRHandBone = (typeof XRHandBone)[keyof typeof XRHandBone];

/** Parent of each bone, by id; -1: it has none. */
export const XR_HAND_PARENTS: readonly number[] = [1, -1, 1, 2, 3, 4, 1, 6, 7, 8, 9, 1, 11, 12, 13, 14, 1, 16, 17, 18, 19, 1, 21, 22, 23, 24];

/** What people call each bone, by id. */
export const XR_HAND_LABELS: readonly string[] = [
	"Palm",
	"Wrist",
	"Thumb metacarpal",
	"Thumb proximal",
	"Thumb distal",
	"Thumb tip",
	"Index metacarpal",
	"Index proximal",
	"Index intermediate",
	"Index distal",
	"Index tip",
	"Middle metacarpal",
	"Middle proximal",
	"Middle intermediate",
	"Middle distal",
	"Middle tip",
	"Ring metacarpal",
	"Ring proximal",
	"Ring intermediate",
	"Ring distal",
	"Ring tip",
	"Little metacarpal",
	"Little proximal",
	"Little intermediate",
	"Little distal",
	"Little tip",
];
