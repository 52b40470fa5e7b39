// Written by scripts/build-skeletons.ts from scripts/skeletons.json. Not edited by hand; a test compares the two.

/** Parents of the bones of Hand, by id; -1 without one. */
export const HAND_PARENTS: readonly number[] = [-1, 0, 0, 2, 3, 4, 0, 6, 7, 0, 9, 10, 0, 12, 13, 0, 15, 16, 17, 5, 8, 11, 14, 18];

/** Parents of the bones of XRHand, by id; -1 without one. */
export const XR_HAND_PARENTS: readonly number[] = [1, -1, 1, 2, 3, 4, 1, 6, 7, 8, 9, 1, 11, 12, 13, 14, 1, 16, 17, 18, 19, 1, 21, 22, 23, 24];

/** Parents of the bones of Body, by id; -1 without one. */
export const BODY_PARENTS: readonly number[] = [-1, 0, 1, 2, 3, 4, 5, 6, 5, 8, 9, 10, 11, 5, 13, 14, 15, 16, 19, 11, 19, 20, 21, 22, 19, 24, 25, 26, 27, 19, 29, 30, 31, 32, 19, 34, 35, 36, 37, 19, 39, 40, 41, 42, 45, 16, 45, 46, 47, 48, 45, 50, 51, 52, 53, 45, 55, 56, 57, 58, 45, 60, 61, 62, 63, 45, 65, 66, 67, 68];

/** Parents of the bones of FullBody, by id; -1 without one. */
export const FULL_BODY_PARENTS: readonly number[] = [-1, 0, 1, 2, 3, 4, 5, 6, 5, 8, 9, 10, 11, 5, 13, 14, 15, 16, 19, 11, 19, 20, 21, 22, 19, 24, 25, 26, 27, 19, 29, 30, 31, 32, 19, 34, 35, 36, 37, 19, 39, 40, 41, 42, 45, 16, 45, 46, 47, 48, 45, 50, 51, 52, 53, 45, 55, 56, 57, 58, 45, 60, 61, 62, 63, 45, 65, 66, 67, 68, 1, 70, 71, 72, 73, 74, 75, 1, 77, 78, 79, 80, 81, 82];

/** Parents of the bones of PicoBody, by id; -1 without one. */
export const PICO_BODY_PARENTS: readonly number[] = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21];

/** Parents of the bones of HtcBody, by id; -1 without one. */
export const HTC_BODY_PARENTS: readonly number[] = [-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1];

/** Parents of the bones of WebXRHand, by id; -1 without one. */
export const WEB_XR_HAND_PARENTS: readonly number[] = [-1, 0, 1, 2, 3, 0, 5, 6, 7, 8, 0, 10, 11, 12, 13, 0, 15, 16, 17, 18, 0, 20, 21, 22, 23];

/** Parents of the bones of WebXRBody, by id; -1 without one. */
export const WEB_XR_BODY_PARENTS: readonly number[] = [-1, 0, 1, 2, 3, 4, 5, 4, 7, 8, 9, 10, 4, 12, 13, 14, 15, 18, 10, 18, 19, 20, 21, 18, 23, 24, 25, 26, 18, 28, 29, 30, 31, 18, 33, 34, 35, 36, 18, 38, 39, 40, 41, 44, 15, 44, 45, 46, 47, 44, 49, 50, 51, 52, 44, 54, 55, 56, 57, 44, 59, 60, 61, 62, 44, 64, 65, 66, 67, 0, 69, 70, 71, 72, 73, 74, 0, 76, 77, 78, 79, 80, 81];
