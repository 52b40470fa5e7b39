import { topologicalOrder } from "./hierarchy.ts";
import {
	BODY_PARENTS,
	FULL_BODY_PARENTS,
	HAND_PARENTS,
	HTC_BODY_PARENTS,
	PICO_BODY_PARENTS,
	WEB_XR_BODY_PARENTS,
	WEB_XR_HAND_PARENTS,
	XR_HAND_PARENTS,
} from "./parents.generated.ts";

/*
 * The part of a skeleton that the wire needs: its number, its bones and their parents. Code
 * that packs and unpacks poses needs no names: a page that sends poses is 16 kB smaller without
 * them.
 */

/** The left or the right hand. */
export type Side = "left" | "right";

/** A skeleton without its names: `SKELETONS` has those. */
export interface SkeletonShape {
	/** Its number on the wire: Meta's own for the first six, ours from 32 on. */
	readonly wireId: number;
	/** The side of a hand; bodies have none. */
	readonly side: Side | undefined;
	readonly boneCount: number;
	/**
	 * Parent of each bone, by id; -1: none. HtcBody has none: its devices report them at run
	 * time. A client's own parents take precedence.
	 */
	readonly parents: readonly number[];
	/**
	 * Every id, parents before their children. Ids are not in this order: palms come before
	 * wrists.
	 */
	readonly parentsFirst: readonly number[];
}

export const SKELETON_SHAPES = {
	HandLeft: define(0, "left", HAND_PARENTS),
	HandRight: define(1, "right", HAND_PARENTS),
	Body: define(2, undefined, BODY_PARENTS),
	FullBody: define(3, undefined, FULL_BODY_PARENTS),
	XRHandLeft: define(4, "left", XR_HAND_PARENTS),
	XRHandRight: define(5, "right", XR_HAND_PARENTS),
	PicoBody: define(32, undefined, PICO_BODY_PARENTS),
	HtcBody: define(33, undefined, HTC_BODY_PARENTS),
	WebXRHandLeft: define(34, "left", WEB_XR_HAND_PARENTS),
	WebXRHandRight: define(35, "right", WEB_XR_HAND_PARENTS),
	WebXRBody: define(36, undefined, WEB_XR_BODY_PARENTS),
} as const satisfies Readonly<Record<string, SkeletonShape>>;

/** The name of a skeleton: the table that its ids belong to. */
export type SkeletonType = keyof typeof SKELETON_SHAPES;

/** All skeleton types, in the order of their numbers on the wire. */
export const SKELETON_TYPES = Object.keys(SKELETON_SHAPES) as readonly SkeletonType[];

const TYPES_BY_WIRE_ID: readonly (SkeletonType | undefined)[] = (() => {
	const types = new Array<SkeletonType | undefined>(128).fill(undefined);
	for (const type of SKELETON_TYPES) types[SKELETON_SHAPES[type].wireId] = type;
	return types;
})();

/** The skeleton type with a number on the wire; `undefined` for unknown numbers and -1 (none). */
export function skeletonTypeFromWireId(wireId: number): SkeletonType | undefined {
	return TYPES_BY_WIRE_ID[wireId];
}

/** Checks whether a text from outside names a skeleton type. */
export function isSkeletonType(text: unknown): text is SkeletonType {
	return typeof text === "string" && Object.hasOwn(SKELETON_SHAPES, text);
}

function define(wireId: number, side: Side | undefined, parents: readonly number[]): SkeletonShape {
	return { wireId, side, boneCount: parents.length, parents, parentsFirst: topologicalOrder(parents) };
}
