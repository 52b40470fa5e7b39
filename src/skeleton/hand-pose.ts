import {
	composeTransforms,
	cross,
	directionOf,
	invertTransform,
	levelTransform,
	type RigidTransform,
	rotationFromAxes,
	subtract,
} from "./rigid-transform.ts";
import { positionAt, type SkeletonPose } from "./skeleton-pose.ts";
import { FINGERS, type Finger, type HandedSkeleton, handBones } from "./tables/hand-bones.ts";
import type { Side } from "./tables/skeleton.ts";
import type { Vector3 } from "./vector.ts";

/** A hand, or a body with hands. */
export type HandedPose = SkeletonPose<HandedSkeleton>;

/**
 * The place of the proximal joint, the knuckle, in `HandBones.fingers`; the thumb has another one
 * there.
 */
const KNUCKLE = 1;

/** The place of the metacarpal joint, at the wrist's end of the palm. */
const METACARPAL = 0;

/** Options of `handAxes()`. */
export interface HandAxesOptions {
	/**
	 * The axes of the hand.
	 *
	 * - `openxr`: -Z along the fingers, +Y out of the back of the hand.
	 * - `xr-robot-teleop`: the axes of XR Robot Teleop Server, for robots that were tuned with
	 *   it: +Z from the wrist to the middle finger's metacarpal joint, +Y near the line from the
	 *   index to the little finger's metacarpal joint, +X square to both. So +X points out of the
	 *   back of a right hand and out of the palm of a left hand. Meta's `Hand` does not have
	 *   these joints, and so not these axes.
	 * @default "openxr"
	 */
	readonly axes?: "openxr" | "xr-robot-teleop" | undefined;
}

/**
 * Finds `worldFromHand`, the axes of a hand, from positions alone, since devices disagree about
 * the axes of bones.
 *
 * Origin: the wrist. -Z: from the wrist to the knuckle of the middle finger. +Y: out of the
 * back of the hand, square to -Z and to the line between the knuckles of index and little
 * finger. +X: to the right when looking along the fingers onto the back of the hand, so towards
 * the thumb of a left hand and away from the thumb of a right hand. A hand that lies flat,
 * fingers forward, back up, has the world's axes. OpenXR's axes of a wrist are the same within
 * a few degrees.
 *
 * @returns `undefined` if one of these four joints is not tracked, they lie on a line, or the
 * skeleton is the other hand.
 */
export function handAxes(
	pose: HandedPose,
	side: Side,
	{ axes = "openxr" }: HandAxesOptions = {},
): RigidTransform | undefined {
	const bones = handBones(pose.skeleton, side);
	if (bones === undefined) return undefined;
	const place = axes === "openxr" ? KNUCKLE : METACARPAL;
	const joint = (finger: Finger) => positionAt(pose, bones.fingers[finger][place]!);
	const [wrist, index, middle, little] = [
		positionAt(pose, bones.wrist),
		joint("index"),
		joint("middle"),
		joint("little"),
	];
	if (wrist === undefined || index === undefined || middle === undefined || little === undefined) return undefined;
	if (axes === "xr-robot-teleop") return teleopHandFrame(wrist, index, middle, little);
	const z = directionOf(subtract(wrist, middle));
	const across = side === "right" ? subtract(little, index) : subtract(index, little);
	const y = z && directionOf(cross(z, across));
	return y && { position: wrist, rotation: rotationFromAxes(cross(y, z!), y, z!) };
}

function teleopHandFrame(wrist: Vector3, index: Vector3, middle: Vector3, little: Vector3): RigidTransform | undefined {
	const z = directionOf(subtract(middle, wrist));
	const x = z && directionOf(cross(subtract(little, index), z));
	return x && { position: wrist, rotation: rotationFromAxes(x, cross(z!, x), z!) };
}

/**
 * The bend of a fist: a right angle at each of a finger's three joints, and 140 degrees over the
 * thumb's two.
 */
const FIST_BEND_RAD = (270 * Math.PI) / 180;
const THUMB_FIST_BEND_RAD = (140 * Math.PI) / 180;

/**
 * The sum of a finger's bends in radians: at each joint from the knuckle on, the angle between
 * the bone before it and the bone after it. 0 is straight. In a `Hand`, index, middle and ring
 * finger have no metacarpal: the line from the wrist replaces it.
 *
 * @returns `undefined` if a joint is not tracked, or two are in one place.
 */
export function fingerBendRad(pose: HandedPose, side: Side, finger: Finger): number | undefined {
	const bones = handBones(pose.skeleton, side);
	if (bones === undefined) return undefined;
	const joints = bones.fingers[finger];
	let previous = positionAt(pose, joints[0] === -1 ? bones.wrist : joints[0]!);
	let before: Vector3 | undefined;
	let sum = 0;
	for (let index = 1; index < joints.length; index++) {
		const joint = positionAt(pose, joints[index]!);
		const after: Vector3 | undefined = joint && previous && directionOf(subtract(joint, previous));
		if (after === undefined) return undefined;
		if (before !== undefined) sum += angleBetween(before, after);
		previous = joint;
		before = after;
	}
	return sum;
}

/**
 * The curl of a finger: 0 straight, 1 as in a fist (`fingerBendRad` of 270 degrees, 140 for the
 * thumb) or more.
 */
export function fingerCurl(pose: HandedPose, side: Side, finger: Finger): number | undefined {
	const bendRad = fingerBendRad(pose, side, finger);
	return bendRad && Math.min(1, bendRad / (finger === "thumb" ? THUMB_FIST_BEND_RAD : FIST_BEND_RAD));
}

/**
 * The curls of all five fingers, beginning with the thumb: see `fingerCurl`.
 *
 * @returns `undefined` if a finger is not tracked.
 */
export function handCurl(pose: HandedPose, side: Side): readonly number[] | undefined {
	const curls = FINGERS.map((finger) => fingerCurl(pose, side, finger));
	return curls.includes(undefined) ? undefined : (curls as number[]);
}

/** Options of `pinch()`. */
export interface PinchOptions {
	/**
	 * Distance of the tips, metres, at which they touch: tips are tracked inside the flesh.
	 * @default 0.015
	 */
	readonly closedM?: number | undefined;
	/** Distance of the tips, metres, from which there is no pinch. @default 0.06 */
	readonly openM?: number | undefined;
}

/** The pinch of a thumb and another finger. */
export interface Pinch {
	/** Distance between the tips of the thumb and the finger, metres. */
	readonly distanceM: number;
	/** 1 when they touch, 0 when open, linear in between. */
	readonly strength: number;
}

/**
 * The pinch of thumb and another finger.
 * @returns `undefined` if one of the tips is not tracked.
 */
export function pinch(
	pose: HandedPose,
	side: Side,
	finger: Exclude<Finger, "thumb"> = "index",
	{ closedM = 0.015, openM = 0.06 }: PinchOptions = {},
): Pinch | undefined {
	const fingers = handBones(pose.skeleton, side)?.fingers;
	const thumbTip = fingers && positionAt(pose, fingers.thumb.at(-1)!);
	const tip = fingers && positionAt(pose, fingers[finger].at(-1)!);
	if (thumbTip === undefined || tip === undefined) return undefined;
	const distanceM = Math.hypot(...subtract(tip, thumbTip));
	return { distanceM, strength: Math.min(1, Math.max(0, (openM - distanceM) / (openM - closedM))) };
}

/**
 * Finds `headFromHand`, a hand as seen from the head, `inverse(worldFromHead) * worldFromHand`.
 * It does not change when the person walks or turns.
 *
 * @param level use only the head's place and heading, so that nodding does not move the hand.
 */
export function headFromHand(
	worldFromHead: RigidTransform,
	worldFromHand: RigidTransform,
	level = false,
): RigidTransform {
	return composeTransforms(invertTransform(level ? levelTransform(worldFromHead) : worldFromHead), worldFromHand);
}

/** Options of `manoPoints()`. */
export interface ManoOptions {
	/**
	 * The joints that stand for a finger's first three points.
	 *
	 * - `knuckles`: proximal, intermediate, distal: the knuckle, middle and last joint of MANO.
	 * - `metacarpals`: metacarpal, proximal, distal: the choice of XR Robot Teleop Server, for
	 *   programs tuned with it.
	 * @default "knuckles"
	 */
	readonly joints?: "knuckles" | "metacarpals" | undefined;
}

/** Parent of each of the 21 points; the wrist has none. */
export const MANO_PARENTS: readonly number[] = [-1, 0, 1, 2, 3, 0, 5, 6, 7, 0, 9, 10, 11, 0, 13, 14, 15, 0, 17, 18, 19];

/**
 * The 21 points that hand retargeting works on (those of MANO with its five tips, in the order of
 * OpenPose, MediaPipe and dex-retargeting): wrist; thumb metacarpal, proximal, distal, tip; then
 * index, middle, ring and little finger, each knuckle, middle joint, last joint, tip.
 *
 * @param into 63 numbers, x y z of each point in the pose's axes. For retargeting convert the pose
 * first: `poseInAxes(pose, handAxes(pose, side))`.
 * @returns `false`, and nothing written, if one of the joints is not tracked or the skeleton does
 * not have it.
 * @throws {RangeError} if `into` is too short.
 */
export function manoPoints(
	pose: HandedPose,
	side: Side,
	into: Float32Array,
	{ joints = "knuckles" }: ManoOptions = {},
): boolean {
	if (into.length < 63) throw new RangeError(`The 21 points need 63 numbers; \`into\` has ${into.length}.`);
	const bones = handBones(pose.skeleton, side);
	if (bones === undefined) return false;
	const left = joints === "knuckles" ? 0 : 2;
	const ids = [
		bones.wrist,
		...FINGERS.flatMap((finger) =>
			bones.fingers[finger].filter((_, joint) => finger === "thumb" || joint !== left),
		),
	];
	const points = ids.map((id) => positionAt(pose, id));
	if (points.includes(undefined)) return false;
	for (const [index, point] of points.entries()) into.set(point!, index * 3);
	return true;
}

function angleBetween(a: Vector3, b: Vector3): number {
	// This is accurate at all angles, unlike the arc cosine of the dot product.
	return Math.atan2(Math.hypot(...cross(a, b)), a[0] * b[0] + a[1] * b[1] + a[2] * b[2]);
}
