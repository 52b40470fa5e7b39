import { BODY_LABELS, BodyBone } from "./body.generated.ts";
import { FULL_BODY_LABELS, FullBodyBone } from "./full-body.generated.ts";
import { HAND_LABELS, HandBone } from "./hand.generated.ts";
import { HTC_BODY_LABELS, HtcBodyBone } from "./htc-body.generated.ts";
import { PICO_BODY_LABELS, PicoBodyBone } from "./pico-body.generated.ts";
import { SKELETON_SHAPES, SKELETON_TYPES, type SkeletonShape, type SkeletonType } from "./skeleton-shape.ts";
import { WEB_XR_BODY_ALIASES, WEB_XR_BODY_LABELS, WebXRBodyJoint } from "./webxr-body.generated.ts";
import { WEB_XR_HAND_LABELS, WebXRHandJoint } from "./webxr-hand.generated.ts";
import { XR_HAND_LABELS, XRHandBone } from "./xr-hand.generated.ts";

export {
	isSkeletonType,
	type Side,
	SKELETON_TYPES,
	type SkeletonType,
	skeletonTypeFromWireId,
} from "./skeleton-shape.ts";

/**
 * The table of each skeleton type's bones. An id has a meaning only together with its type: 8
 * is `Index3` of a Hand, `IndexIntermediate` of an XRHand and `LeftShoulder` of a FullBody. So
 * functions take a bone's name together with its type.
 */
interface BoneTables extends Readonly<Record<SkeletonType, Readonly<Record<string, number>>>> {
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

/** Names of one skeleton's bones, without prefix. Names of another skeleton are a type error. */
export type BoneName<Type extends SkeletonType> = Type extends SkeletonType ? keyof BoneTables[Type] & string : never;

/** The facts about a skeleton, independent of any pose. */
export interface Skeleton<Type extends SkeletonType = SkeletonType> extends SkeletonShape {
	readonly type: Type;
	/** The prefix of a bone's official label: "FullBody_" in "FullBody_Head". */
	readonly prefix: string;
	/** Ids by name, literal types. */
	readonly bones: BoneTables[Type];
	/** Names by id. */
	readonly names: readonly BoneName<Type>[];
	/** A readable name of each bone, by id: "Left hand index proximal". */
	readonly labels: readonly string[];
	/**
	 * [parent, child] of every bone with a parent, by the child's id: the lines that draw the
	 * skeleton.
	 */
	readonly connections: readonly (readonly [parent: number, child: number])[];
}

/** Every known skeleton, by type. */
export const SKELETONS: { readonly [Type in SkeletonType]: Skeleton<Type> } = {
	HandLeft: define("HandLeft", "Hand_", HandBone, HAND_LABELS),
	HandRight: define("HandRight", "Hand_", HandBone, HAND_LABELS),
	Body: define("Body", "Body_", BodyBone, BODY_LABELS),
	FullBody: define("FullBody", "FullBody_", FullBodyBone, FULL_BODY_LABELS),
	XRHandLeft: define("XRHandLeft", "XRHand_", XRHandBone, XR_HAND_LABELS),
	XRHandRight: define("XRHandRight", "XRHand_", XRHandBone, XR_HAND_LABELS),
	PicoBody: define("PicoBody", "PicoBody_", PicoBodyBone, PICO_BODY_LABELS),
	HtcBody: define("HtcBody", "HtcBody_", HtcBodyBone, HTC_BODY_LABELS),
	WebXRHandLeft: define("WebXRHandLeft", "WebXRHand_", WebXRHandJoint, WEB_XR_HAND_LABELS),
	WebXRHandRight: define("WebXRHandRight", "WebXRHand_", WebXRHandJoint, WEB_XR_HAND_LABELS),
	WebXRBody: define("WebXRBody", "WebXRBody_", WebXRBodyJoint, WEB_XR_BODY_LABELS),
};

/**
 * Ids by every spelling that a message may use: the name, the official label, and aliases of
 * either.
 */
const IDS_BY_SPELLING: ReadonlyMap<SkeletonType, ReadonlyMap<string, number>> = new Map(
	SKELETON_TYPES.map((type) => {
		const { names, prefix } = SKELETONS[type];
		const ids = new Map(
			names.flatMap((name, id) => [[name, id] as [string, number], [prefix + name, id] as [string, number]]),
		);
		if (type === "WebXRBody")
			for (const [alias, name] of Object.entries(WEB_XR_BODY_ALIASES)) ids.set(alias, ids.get(name)!);
		return [type, ids];
	}),
);

/**
 * The official label of any bone: "FullBody_Head", and "FullBody_Unknown_91" for an id that the
 * table does not have. Never throws.
 */
export function boneName(type: SkeletonType, id: number): string {
	const { names, prefix } = SKELETONS[type];
	return `${prefix}${names[id] ?? `Unknown_${id}`}`;
}

/**
 * The id of a bone by its name, its official label or another known spelling; `undefined` for other
 * texts.
 */
export function boneId(type: SkeletonType, spelling: string): number | undefined {
	return IDS_BY_SPELLING.get(type)!.get(spelling);
}

/**
 * The id of a bone that has to exist. With a literal name the compiler looks it up; a `string`
 * from outside may also be an official label.
 *
 * @throws {RangeError} when the skeleton has no such bone.
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
	prefix: string,
	bones: BoneTables[Type],
	labels: readonly string[],
): Skeleton<Type> {
	const shape = SKELETON_SHAPES[type];
	return {
		...shape,
		type,
		prefix,
		bones,
		// The tables are written in the order of ids, which is the order of their keys.
		names: Object.keys(bones) as BoneName<Type>[],
		labels,
		connections: shape.parents.flatMap((parent, child) => (parent < 0 ? [] : [[parent, child] as const])),
	};
}
