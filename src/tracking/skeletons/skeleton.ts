import { BODY_LABELS, BODY_PARENTS, BodyBone } from "./body.generated.ts";
import { FULL_BODY_LABELS, FULL_BODY_PARENTS, FullBodyBone } from "./full-body.generated.ts";
import { HAND_LABELS, HAND_PARENTS, HandBone } from "./hand.generated.ts";
import { topologicalOrder } from "./hierarchy.ts";
import { HTC_BODY_LABELS, HTC_BODY_PARENTS, HtcBodyBone } from "./htc-body.generated.ts";
import { PICO_BODY_LABELS, PICO_BODY_PARENTS, PicoBodyBone } from "./pico-body.generated.ts";
import { WEB_XR_BODY_ALIASES, WEB_XR_BODY_LABELS, WEB_XR_BODY_PARENTS, WebXRBodyJoint } from "./webxr-body.generated.ts";
import { WEB_XR_HAND_LABELS, WEB_XR_HAND_PARENTS, WebXRHandJoint } from "./webxr-hand.generated.ts";
import { XR_HAND_LABELS, XR_HAND_PARENTS, XRHandBone } from "./xr-hand.generated.ts";

/**
 * Which table the bones of each skeleton type are in. An id means something only together with its type: 8 is `Index3` of a Hand,
 * `IndexIntermediate` of an XRHand and `LeftShoulder` of a FullBody. So whatever takes a bone takes the type with it, and its name.
 */
interface BoneTables {
	readonly HandLeft: typeof HandBone;
	readonly HandRight: typeof HandBone;
	readonly Body: typeof BodyBone;
	readonly FullBody: typeof FullBodyBone;
	readonly XRHandLeft: typeof XRHandBone;
	readonly XRHandRight: typeof XRHandBone;
	readonly PicoBody: typeof PicoBodyBone;
	readonly HtcBody: typeof HtcBodyBone;
	readonly WebXRHandLeft: typeof WebXRHandJoint;
	readonly WebXRHandRight: typeof WebXRHandJoint;
	readonly WebXRBody: typeof WebXRBodyJoint;
}

export type SkeletonType = keyof BoneTables;
/** Names of one skeleton's bones, without prefix. Names of another skeleton are a type error. */
export type BoneName<Type extends SkeletonType> = Type extends SkeletonType ? keyof BoneTables[Type] & string : never;
export type Side = "left" | "right";

/** What is known of a skeleton before any pose has come. */
export interface Skeleton<Type extends SkeletonType = SkeletonType> {
	readonly type: Type;
	/** Its number on the wire: Meta's own for the first six, ours from 32 on. */
	readonly wireId: number;
	/** Of a hand alone; bodies have none. */
	readonly side: Side | undefined;
	/** What comes before a bone's name in its official label: "FullBody_" in "FullBody_Head". */
	readonly prefix: string;
	/** Ids by name, literal types. */
	readonly bones: BoneTables[Type];
	/** Names by id. */
	readonly names: readonly BoneName<Type>[];
	/** What people call each bone, by id: "Left hand index proximal". */
	readonly labels: readonly string[];
	/** Parent of each bone, by id; -1: none. HtcBody has none at all: its devices tell them at run time. A client's own parents go before these. */
	readonly parents: readonly number[];
	/** [parent, child] of every bone with a parent, by the child's id: the lines that draw the skeleton. */
	readonly connections: readonly (readonly [parent: number, child: number])[];
	/** Every id, parents before their children. Ids themselves are not in such an order: palms come before wrists. */
	readonly parentsFirst: readonly number[];
}

/** Every skeleton that is known, by type. */
export const SKELETONS: { readonly [Type in SkeletonType]: Skeleton<Type> } = {
	HandLeft: define("HandLeft", 0, "left", "Hand_", HandBone, HAND_PARENTS, HAND_LABELS),
	HandRight: define("HandRight", 1, "right", "Hand_", HandBone, HAND_PARENTS, HAND_LABELS),
	Body: define("Body", 2, undefined, "Body_", BodyBone, BODY_PARENTS, BODY_LABELS),
	FullBody: define("FullBody", 3, undefined, "FullBody_", FullBodyBone, FULL_BODY_PARENTS, FULL_BODY_LABELS),
	XRHandLeft: define("XRHandLeft", 4, "left", "XRHand_", XRHandBone, XR_HAND_PARENTS, XR_HAND_LABELS),
	XRHandRight: define("XRHandRight", 5, "right", "XRHand_", XRHandBone, XR_HAND_PARENTS, XR_HAND_LABELS),
	PicoBody: define("PicoBody", 32, undefined, "PicoBody_", PicoBodyBone, PICO_BODY_PARENTS, PICO_BODY_LABELS),
	HtcBody: define("HtcBody", 33, undefined, "HtcBody_", HtcBodyBone, HTC_BODY_PARENTS, HTC_BODY_LABELS),
	WebXRHandLeft: define("WebXRHandLeft", 34, "left", "WebXRHand_", WebXRHandJoint, WEB_XR_HAND_PARENTS, WEB_XR_HAND_LABELS),
	WebXRHandRight: define("WebXRHandRight", 35, "right", "WebXRHand_", WebXRHandJoint, WEB_XR_HAND_PARENTS, WEB_XR_HAND_LABELS),
	WebXRBody: define("WebXRBody", 36, undefined, "WebXRBody_", WebXRBodyJoint, WEB_XR_BODY_PARENTS, WEB_XR_BODY_LABELS),
};

/** All skeleton types, in the order of their numbers on the wire. */
export const SKELETON_TYPES = Object.keys(SKELETONS) as readonly SkeletonType[];

const TYPES_BY_WIRE_ID: readonly (SkeletonType | undefined)[] = (() => {
	const types = new Array<SkeletonType | undefined>(128).fill(undefined);
	for (const type of SKELETON_TYPES) types[SKELETONS[type].wireId] = type;
	return types;
})();

/** Ids by every spelling that a message may use: the name, the official label, and aliases of either. */
const IDS_BY_SPELLING: ReadonlyMap<SkeletonType, ReadonlyMap<string, number>> = new Map(
	SKELETON_TYPES.map((type) => {
		const { names, prefix } = SKELETONS[type];
		const ids = new Map(names.flatMap((name, id) => [[name, id] as [string, number], [prefix + name, id] as [string, number]]));
		if (type === "WebXRBody") for (const [alias, name] of Object.entries(WEB_XR_BODY_ALIASES)) ids.set(alias, ids.get(name)!);
		return [type, ids];
	}),
);

/** @returns the skeleton type with a number on the wire, `undefined` for numbers of later versions, and of none (-1). */
export function skeletonTypeFromWireId(wireId: number): SkeletonType | undefined {
	return TYPES_BY_WIRE_ID[wireId];
}

/** @returns whether a text from outside names a skeleton type. */
export function isSkeletonType(text: unknown): text is SkeletonType {
	return typeof text === "string" && Object.hasOwn(SKELETONS, text);
}

/** The official label of any bone: "FullBody_Head", and "FullBody_Unknown_91" for an id that the table does not have. Never throws. */
export function boneName(type: SkeletonType, id: number): string {
	const { names, prefix } = SKELETONS[type];
	return `${prefix}${names[id] ?? `Unknown_${id}`}`;
}

/** @returns the id of a bone that a message names by its name, its official label or another known spelling; `undefined` if there is none. */
export function boneId(type: SkeletonType, spelling: string): number | undefined {
	return IDS_BY_SPELLING.get(type)!.get(spelling);
}

/**
 * The id of a bone that has to exist. With a literal name the compiler looks it up; a `string` from outside may also be an official label.
 *
 * @throws {RangeError} if the skeleton has no such bone.
 */
export function requireBone<Type extends SkeletonType, const Name extends string>(
	type: Type,
	name: Name extends BoneName<Type> ? Name : string extends Name ? Name : never,
): Name extends BoneName<Type> ? BoneTables[Type][Name] : BoneTables[Type][keyof BoneTables[Type]] {
	const id = boneId(type, name);
	if (id === undefined) throw new RangeError(`The skeleton ${type} has no bone "${name}".`);
	return id as never;
}

function define<const Type extends SkeletonType>(
	type: Type,
	wireId: number,
	side: Side | undefined,
	prefix: string,
	bones: BoneTables[Type],
	parents: readonly number[],
	labels: readonly string[],
): Skeleton<Type> {
	return {
		type,
		wireId,
		side,
		prefix,
		bones,
		// The tables are written in the order of ids, which is the order of their keys.
		names: Object.keys(bones) as BoneName<Type>[],
		labels,
		parents,
		connections: parents.flatMap((parent, child) => (parent < 0 ? [] : [[parent, child] as const])),
		parentsFirst: topologicalOrder(parents),
	};
}
