import type { BonePoses, SkeletonPose } from "../skeleton-pose.ts";
import { type BoneName, SKELETONS, type SkeletonType } from "./skeleton.ts";
import { WEB_XR_BODY_TO_FULL_BODY } from "./webxr-body.generated.ts";
import { WEB_XR_HAND_TO_XR_HAND } from "./webxr-hand.generated.ts";
import { fullBodyIdFromJoint } from "./webxr-joints.ts";

/** Pairs of skeletons with bones in common. */
interface Relatives {
	readonly WebXRHandLeft: "XRHandLeft";
	readonly WebXRHandRight: "XRHandRight";
	readonly XRHandLeft: "WebXRHandLeft";
	readonly XRHandRight: "WebXRHandRight";
	readonly WebXRBody: "FullBody";
	readonly FullBody: "WebXRBody" | "Body";
	readonly Body: "FullBody";
}

/** The places of one skeleton's bones in another. */
export interface BoneMap<From extends SkeletonType = SkeletonType, To extends SkeletonType = SkeletonType> {
	readonly from: From;
	readonly to: To;
	/** For each bone of `to`, by id: its id in `from`, or -1 if `from` does not have it. */
	readonly ids: readonly number[];
}

const WEB_XR_HAND_OF_XR_HAND = inverse(WEB_XR_HAND_TO_XR_HAND, 26);
const FULL_BODY_OF_BODY = SKELETONS.Body.names.map((_, id) => id);

const MAPS: { readonly [From in keyof Relatives]: { readonly [To in Relatives[From]]: readonly number[] } } = {
	WebXRHandLeft: { XRHandLeft: WEB_XR_HAND_OF_XR_HAND },
	WebXRHandRight: { XRHandRight: WEB_XR_HAND_OF_XR_HAND },
	XRHandLeft: { WebXRHandLeft: WEB_XR_HAND_TO_XR_HAND },
	XRHandRight: { WebXRHandRight: WEB_XR_HAND_TO_XR_HAND },
	WebXRBody: { FullBody: inverse(WEB_XR_BODY_TO_FULL_BODY, 84) },
	FullBody: { WebXRBody: WEB_XR_BODY_TO_FULL_BODY, Body: FULL_BODY_OF_BODY },
	Body: { FullBody: inverse(FULL_BODY_OF_BODY, 84) },
};

/**
 * The map between two skeletons with bones in common. WebXR's hand has no palm, its body no root,
 * and a Body no legs.
 */
export function boneMap<From extends keyof Relatives, To extends Relatives[From]>(
	from: From,
	to: To,
): BoneMap<From, To> {
	return { from, to, ids: (MAPS[from] as Record<string, readonly number[]>)[to]! };
}

/**
 * Writes a pose's bones into another skeleton's. Bones that `pose` does not have are untracked
 * in `into`.
 */
export function mapPose<From extends SkeletonType, To extends SkeletonType>(
	pose: SkeletonPose<From>,
	{ ids }: BoneMap<From, To>,
	into: SkeletonPose<To>,
): void {
	for (let bone = 0; bone < ids.length; bone++) copy(pose, ids[bone]!, into, bone);
}

/**
 * The FullBody bone of a WebXR body joint's name, in either spelling of the draft; `root`, which
 * some pages send, is FullBody's.
 */
export function fullBodyFromWebXRBody(joint: string): BoneName<"FullBody"> | undefined {
	const id = fullBodyIdFromJoint(joint.replace(/^WebXRBody_/, ""));
	return id === undefined ? undefined : SKELETONS.FullBody.names[id];
}

function inverse(ids: readonly number[], length: number): number[] {
	return Array.from({ length }, (_, id) => ids.indexOf(id));
}

function copy(from: BonePoses, source: number, into: BonePoses, target: number): void {
	const valid = source >= 0 && source < from.boneCount && from.valid[source] === 1;
	into.valid[target] = valid ? 1 : 0;
	if (!valid) return;
	for (let part = 0; part < 3; part++) into.positions[target * 3 + part] = from.positions[source * 3 + part]!;
	for (let part = 0; part < 4; part++) into.rotations[target * 4 + part] = from.rotations[source * 4 + part]!;
}
