import type { StreamDeclaration } from "../protocol/control-message.ts";
import { POSE_STREAM } from "../protocol/pose-streams.ts";

/**
 * What a WebXR session may send, for the hello: said once, whatever comes and goes in the session.
 * Hands are told as XRHand, which other headset clients send too, so that one handler serves them
 * all: its palm, which WebXR does not know, stays untracked.
 */
export const XR_STREAMS: readonly StreamDeclaration[] = [
	{ id: POSE_STREAM.head, kind: "head", space: "tracking" },
	{ id: POSE_STREAM.leftHand, kind: "skeleton", skeleton: "XRHandLeft", space: "tracking" },
	{ id: POSE_STREAM.rightHand, kind: "skeleton", skeleton: "XRHandRight", space: "tracking" },
	{ id: POSE_STREAM.body, kind: "skeleton", skeleton: "FullBody", space: "tracking" },
	{ id: POSE_STREAM.leftController, kind: "controller", hand: "left", space: "tracking" },
	{ id: POSE_STREAM.rightController, kind: "controller", hand: "right", space: "tracking" },
];

/** A gamepad that `fillGamepadSample` reads. */
export const GAMEPAD_STREAM: StreamDeclaration = { id: 6, kind: "controller", space: "tracking", label: "gamepad" };
