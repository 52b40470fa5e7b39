import type { FullBodyBone } from "./full-body.generated.ts";
import { WEB_XR_BODY_ALIASES, WEB_XR_BODY_TO_FULL_BODY, WebXRBodyJoint } from "./webxr-body.generated.ts";
import { WEB_XR_HAND_TO_XR_HAND, WebXRHandJoint } from "./webxr-hand.generated.ts";

const ROOT: typeof FullBodyBone.Root = 0;

/** The XRHand bone of a WebXR hand joint, by its name; `undefined` for joints of later drafts. */
export function xrHandIdFromJoint(joint: string): number | undefined {
	return Object.hasOwn(WebXRHandJoint, joint)
		? WEB_XR_HAND_TO_XR_HAND[WebXRHandJoint[joint as keyof typeof WebXRHandJoint]]
		: undefined;
}

/**
 * The FullBody bone of a WebXR body joint, by its name in either spelling of the draft; `undefined`
 * for joints of later ones. `root`, which some pages send, is FullBody's.
 */
export function fullBodyIdFromJoint(joint: string): number | undefined {
	if (joint === "root") return ROOT;
	const name = Object.hasOwn(WEB_XR_BODY_ALIASES, joint) ? WEB_XR_BODY_ALIASES[joint]! : joint;
	return Object.hasOwn(WebXRBodyJoint, name)
		? WEB_XR_BODY_TO_FULL_BODY[WebXRBodyJoint[name as keyof typeof WebXRBodyJoint]]
		: undefined;
}
