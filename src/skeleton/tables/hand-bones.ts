import { boneId, type Side, SKELETONS, type SkeletonType } from "./skeleton.ts";
import { WEB_XR_BODY_TO_FULL_BODY } from "./webxr-body.generated.ts";
import { WEB_XR_HAND_TO_XR_HAND } from "./webxr-hand.generated.ts";

/** A finger of a hand. */
export type Finger = "thumb" | "index" | "middle" | "ring" | "little";

/** The fingers, beginning with the thumb. */
export const FINGERS: readonly Finger[] = ["thumb", "index", "middle", "ring", "little"];

/** Skeletons with hands whose fingers are tracked. */
export type HandedSkeleton = Exclude<SkeletonType, "PicoBody" | "HtcBody">;

/** The ids of one hand's bones in its skeleton; -1 where it has no such bone. */
export interface HandBones {
	readonly wrist: number;
	/**
	 * The joints of each finger from the wrist outwards, each at the near end of the bone that
	 * gives it its name, and the tip last: metacarpal, proximal, intermediate, distal, tip. The
	 * thumb has four: metacarpal, proximal, distal, tip.
	 */
	readonly fingers: Readonly<Record<Finger, readonly number[]>>;
}

const HANDS = new Map<string, HandBones>();

/** The bones of one hand; `undefined` if the skeleton is the other hand. */
export function handBones(skeleton: HandedSkeleton, side: Side): HandBones | undefined {
	const own = SKELETONS[skeleton].side;
	if (own !== undefined && own !== side) return undefined;
	const key = `${skeleton} ${side}`;
	const known = HANDS.get(key);
	if (known !== undefined) return known;
	const bones = findHandBones(skeleton, side);
	HANDS.set(key, bones);
	return bones;
}

function findHandBones(skeleton: HandedSkeleton, side: Side): HandBones {
	const prefix = side === "left" ? "LeftHand" : "RightHand";
	switch (skeleton) {
		case "HandLeft":
		case "HandRight":
			return namedHand(skeleton, "WristRoot", {
				thumb: ["Thumb1", "Thumb2", "Thumb3", "ThumbTip"],
				index: ["", "Index1", "Index2", "Index3", "IndexTip"],
				middle: ["", "Middle1", "Middle2", "Middle3", "MiddleTip"],
				ring: ["", "Ring1", "Ring2", "Ring3", "RingTip"],
				little: ["Pinky0", "Pinky1", "Pinky2", "Pinky3", "PinkyTip"],
			});
		case "XRHandLeft":
		case "XRHandRight":
			return prefixedHand(skeleton, "");
		case "Body":
		case "FullBody":
			return prefixedHand(skeleton, prefix);
		case "WebXRHandLeft":
		case "WebXRHandRight":
			return renumbered(prefixedHand("XRHandLeft", ""), WEB_XR_HAND_TO_XR_HAND);
		case "WebXRBody":
			return renumbered(prefixedHand("FullBody", prefix), WEB_XR_BODY_TO_FULL_BODY);
	}
}

function prefixedHand(skeleton: HandedSkeleton, prefix: string): HandBones {
	const finger = (name: string) =>
		["Metacarpal", "Proximal", "Intermediate", "Distal", "Tip"].map((joint) => prefix + name + joint);
	return namedHand(skeleton, `${prefix}Wrist`, {
		thumb: finger("Thumb").filter((name) => !name.endsWith("Intermediate")),
		index: finger("Index"),
		middle: finger("Middle"),
		ring: finger("Ring"),
		little: finger("Little"),
	});
}

function namedHand(
	skeleton: HandedSkeleton,
	wrist: string,
	names: Readonly<Record<Finger, readonly string[]>>,
): HandBones {
	const id = (name: string) => boneId(skeleton, name) ?? -1;
	return mapHand({ wrist, fingers: names }, id);
}

function renumbered(hand: HandBones, ids: readonly number[]): HandBones {
	return mapHand(hand, (bone) => ids.indexOf(bone));
}

function mapHand<T>(
	{ wrist, fingers }: { wrist: T; fingers: Readonly<Record<Finger, readonly T[]>> },
	id: (bone: T) => number,
): HandBones {
	return {
		wrist: id(wrist),
		fingers: {
			thumb: fingers.thumb.map(id),
			index: fingers.index.map(id),
			middle: fingers.middle.map(id),
			ring: fingers.ring.map(id),
			little: fingers.little.map(id),
		},
	};
}
