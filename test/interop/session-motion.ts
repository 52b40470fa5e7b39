import type { ViewAngles } from "../../src/media/rotation.ts";
import { POSE_STREAM } from "../../src/protocol/pose-streams.ts";

/** The poses that the page sends, as functions of its clock. Both ends know them. */
export const SESSION_BODIES = [
	{ stream: POSE_STREAM.body, skeleton: "FullBody", seed: 1 },
	{ stream: POSE_STREAM.leftHand, skeleton: "XRHandLeft", seed: 2 },
	{ stream: POSE_STREAM.rightHand, skeleton: "XRHandRight", seed: 3 },
] as const;

/** The head at a time of the page's clock: it turns by up to 76 degrees a second. */
export const headAt = (sec: number): ViewAngles => ({
	yawDeg: 40 * Math.sin(1.9 * sec),
	pitchDeg: 12 * Math.sin(1.3 * sec),
	rollDeg: 0,
});

/** Middle of the pitch of the page's voice, Hz: it moves by a tenth. */
export const VOICE_HZ = 440;
