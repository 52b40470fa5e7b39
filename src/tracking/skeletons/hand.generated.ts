// Written by scripts/build-skeletons.ts from scripts/skeletons.json. Not edited by hand; a test compares the two.

/** Meta's first hand skeleton, 24 bones; the tips (19 to 23) have a position only. Source: OVRSkeleton.cs of the Meta XR Core SDK (enum BoneId), checked against the generated OVRPlugin header and, where it has the joint, the OpenXR header. */
export const HandBone = {
	WristRoot: 0,
	ForearmStub: 1,
	Thumb0: 2,
	Thumb1: 3,
	Thumb2: 4,
	Thumb3: 5,
	Index1: 6,
	Index2: 7,
	Index3: 8,
	Middle1: 9,
	Middle2: 10,
	Middle3: 11,
	Ring1: 12,
	Ring2: 13,
	Ring3: 14,
	Pinky0: 15,
	Pinky1: 16,
	Pinky2: 17,
	Pinky3: 18,
	ThumbTip: 19,
	IndexTip: 20,
	MiddleTip: 21,
	RingTip: 22,
	PinkyTip: 23,
} as const;
export type HandBone = (typeof HandBone)[keyof typeof HandBone];

/** Parent of each bone, by id; -1: it has none. */
export const HAND_PARENTS: readonly number[] = [-1, 0, 0, 2, 3, 4, 0, 6, 7, 0, 9, 10, 0, 12, 13, 0, 15, 16, 17, 5, 8, 11, 14, 18];

/** What people call each bone, by id. */
export const HAND_LABELS: readonly string[] = [
	"Wrist, root of the hand",
	"Forearm",
	"Thumb trapezium",
	"Thumb metacarpal",
	"Thumb proximal phalanx",
	"Thumb distal phalanx",
	"Index proximal phalanx",
	"Index intermediate phalanx",
	"Index distal phalanx",
	"Middle proximal phalanx",
	"Middle intermediate phalanx",
	"Middle distal phalanx",
	"Ring proximal phalanx",
	"Ring intermediate phalanx",
	"Ring distal phalanx",
	"Little metacarpal",
	"Little proximal phalanx",
	"Little intermediate phalanx",
	"Little distal phalanx",
	"Thumb tip",
	"Index tip",
	"Middle tip",
	"Ring tip",
	"Little tip",
];
