// Written by scripts/build-skeletons.ts from scripts/skeletons.json. Not edited by hand; a test compares the two.

/** The hand of WebXR (XRHandJoint), 25 joints in the order in which `fillPoses` gives them; XRHand without the palm. Source: immersive-web/webxr-hand-input index.bs, commit 940a918. */
export const WebXRHandJoint = {
	wrist: 0,
	"thumb-metacarpal": 1,
	"thumb-phalanx-proximal": 2,
	"thumb-phalanx-distal": 3,
	"thumb-tip": 4,
	"index-finger-metacarpal": 5,
	"index-finger-phalanx-proximal": 6,
	"index-finger-phalanx-intermediate": 7,
	"index-finger-phalanx-distal": 8,
	"index-finger-tip": 9,
	"middle-finger-metacarpal": 10,
	"middle-finger-phalanx-proximal": 11,
	"middle-finger-phalanx-intermediate": 12,
	"middle-finger-phalanx-distal": 13,
	"middle-finger-tip": 14,
	"ring-finger-metacarpal": 15,
	"ring-finger-phalanx-proximal": 16,
	"ring-finger-phalanx-intermediate": 17,
	"ring-finger-phalanx-distal": 18,
	"ring-finger-tip": 19,
	"pinky-finger-metacarpal": 20,
	"pinky-finger-phalanx-proximal": 21,
	"pinky-finger-phalanx-intermediate": 22,
	"pinky-finger-phalanx-distal": 23,
	"pinky-finger-tip": 24,
} as const;
export type WebXRHandJoint = (typeof WebXRHandJoint)[keyof typeof WebXRHandJoint];

/** Names of the bones in words, by id. */
export const WEB_XR_HAND_LABELS: readonly string[] = [
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

/** The XRHand bone of each joint, by id. */
export const WEB_XR_HAND_TO_XR_HAND: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25];
