import type { HelloMessage } from "../protocol/control-message.ts";

/** One entry of the hello's `streams`. */
export type StreamDeclaration = NonNullable<HelloMessage["streams"]>[number];

/** The numbers of the streams that a headset sends. */
export const XR_STREAM = {
	head: 0,
	leftHand: 1,
	rightHand: 2,
	body: 3,
	leftController: 4,
	rightController: 5,
} as const;

/**
 * What a WebXR session may send, for the hello: said once, whatever comes and goes in the session.
 * Hands are told as XRHand, which other headset clients send too, so that one handler serves them
 * all: its palm, which WebXR does not know, stays untracked.
 */
export const XR_STREAMS: readonly StreamDeclaration[] = [
	{ id: XR_STREAM.head, kind: "head", space: "tracking" },
	{ id: XR_STREAM.leftHand, kind: "skeleton", skeleton: "XRHandLeft", space: "tracking" },
	{ id: XR_STREAM.rightHand, kind: "skeleton", skeleton: "XRHandRight", space: "tracking" },
	{ id: XR_STREAM.body, kind: "skeleton", skeleton: "FullBody", space: "tracking" },
	{ id: XR_STREAM.leftController, kind: "controller", hand: "left", space: "tracking" },
	{ id: XR_STREAM.rightController, kind: "controller", hand: "right", space: "tracking" },
];

/** A gamepad that `fillGamepadFrame` reads. */
export const GAMEPAD_STREAM: StreamDeclaration = { id: 6, kind: "controller", space: "tracking", label: "gamepad" };
