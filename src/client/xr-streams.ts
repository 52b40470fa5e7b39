import type { StreamDeclaration } from "../protocol/control-message.ts";
import { POSE_STREAM } from "../protocol/pose-streams.ts";

/**
 * Declarations of all streams that a WebXR session may send, for
 * `ConnectOptions.streams`. Hands are declared as XRHand, as by other headset clients,
 * so that one handler serves all of them. Its palm stays untracked, because WebXR has
 * none.
 */
export const XR_STREAMS: readonly StreamDeclaration[] = [
	{ id: POSE_STREAM.head, kind: "head", space: "tracking" },
	{ id: POSE_STREAM.leftHand, kind: "skeleton", skeleton: "XRHandLeft", space: "tracking" },
	{ id: POSE_STREAM.rightHand, kind: "skeleton", skeleton: "XRHandRight", space: "tracking" },
	{ id: POSE_STREAM.body, kind: "skeleton", skeleton: "FullBody", space: "tracking" },
	{ id: POSE_STREAM.leftController, kind: "controller", hand: "left", space: "tracking" },
	{ id: POSE_STREAM.rightController, kind: "controller", hand: "right", space: "tracking" },
];

/** Declaration of the stream of a gamepad that `fillGamepadSample` reads. */
export const GAMEPAD_STREAM: StreamDeclaration = { id: 6, kind: "controller", space: "tracking", label: "gamepad" };
