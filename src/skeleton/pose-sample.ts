import type { Quaternion } from "../media/rotation.ts";
import { clampFovDeg, type HeadPose, type Vector3 } from "./head-pose.ts";
import type { BonePoses, SkeletonPose } from "./skeleton-pose.ts";
import { type Side, SKELETON_SHAPES, type SkeletonType } from "./tables/skeleton-shape.ts";

/** Most bones that one message may hold. The largest skeleton that is known has 84. */
export const MAX_BONES = 128;
/** Most buttons and axes of a controller. */
export const MAX_BUTTONS = 32;
export const MAX_AXES = 16;

/**
 * One message of the `tracking` channel, whatever its encoding. Made once and filled again and
 * again: decoding a pose into it allocates nothing. What was in it before a message that is refused
 * or ignored stays in it.
 *
 * It is a `BonePoses`. Of a skeleton these are its bones by id, of a head itself, of a controller
 * the grip and, if `boneCount` is 2, where it aims.
 */
export class PoseSample {
	kind: "head" | "skeleton" | "controller" | "none" = "none";
	/** Skeleton of a skeleton message; `undefined` for skeletons that have no table. */
	skeleton: SkeletonType | undefined = undefined;
	/** Which hand holds the controller, if it says so. */
	hand: Side | undefined = undefined;
	/** Which of the client's streams, 0 to 65535. */
	stream = 0;
	/** Unsigned 32 bits, counts the messages of one stream. */
	sequence = 0;
	/**
	 * When the client read it, milliseconds on the client's own monotonic clock. NaN: it does not
	 * say, as the existing headset client's bodies.
	 */
	clientTimeMs = 0;
	/** How sure the device is of it, 0 to 1. Binary messages know 0 and 1 only. */
	confidence = 1;
	/**
	 * Each bone is relative to its parent; else all are in one frame, the client's tracking space.
	 */
	parentSpace = false;
	/** A head's position is known; else its device only turns, and the position is 0. */
	positionTracked = true;
	boneCount = 0;
	/**
	 * Bones of a skeleton that were sent with a number that is not finite or a rotation that is
	 * none. They are not tracked.
	 */
	droppedBones = 0;
	readonly positions = new Float32Array(MAX_BONES * 3);
	readonly rotations = new Float32Array(MAX_BONES * 4);
	readonly valid = new Uint8Array(MAX_BONES);
	/** Whether the two arrays below belong to this message. */
	hasVelocity = false;
	/** Metres a second, x y z of each bone. */
	readonly linearVelocities = new Float32Array(MAX_BONES * 3);
	/** Radians a second about x, y and z. */
	readonly angularVelocities = new Float32Array(MAX_BONES * 3);
	/** The field of view that a head asks for, degrees; NaN: it does not say. */
	horizontalFovDeg = Number.NaN;
	verticalFovDeg = Number.NaN;
	buttonCount = 0;
	/** How far each button is pressed, 0 to 1. */
	readonly buttons = new Float32Array(MAX_BUTTONS);
	/** Bit i: button i counts as pressed, or is touched. Unsigned 32 bits. */
	pressed = 0;
	touched = 0;
	axisCount = 0;
	/** Thumbsticks and touchpads, -1 to 1. */
	readonly axes = new Float32Array(MAX_AXES);

	/**
	 * All but `kind`, buttons and axes as in a new frame; its bones are untracked, at the origin,
	 * not turned and still.
	 */
	reset(boneCount: number): void {
		this.skeleton = undefined;
		this.hand = undefined;
		this.stream = 0;
		this.sequence = 0;
		this.clientTimeMs = 0;
		this.confidence = 1;
		this.parentSpace = false;
		this.positionTracked = true;
		this.boneCount = boneCount;
		this.droppedBones = 0;
		this.hasVelocity = false;
		this.horizontalFovDeg = Number.NaN;
		this.verticalFovDeg = Number.NaN;
		this.buttonCount = 0;
		this.pressed = 0;
		this.touched = 0;
		this.axisCount = 0;
		this.positions.fill(0, 0, boneCount * 3);
		this.rotations.fill(0, 0, boneCount * 4);
		this.valid.fill(0, 0, boneCount);
		this.linearVelocities.fill(0, 0, boneCount * 3);
		this.angularVelocities.fill(0, 0, boneCount * 3);
		for (let bone = 0; bone < boneCount; bone++) this.rotations[bone * 4 + 3] = 1;
	}

	/** Makes this frame the same as another: all that the other's counts say it has. */
	copyFrom(other: PoseSample): void {
		this.kind = other.kind;
		this.skeleton = other.skeleton;
		this.hand = other.hand;
		this.stream = other.stream;
		this.sequence = other.sequence;
		this.clientTimeMs = other.clientTimeMs;
		this.confidence = other.confidence;
		this.parentSpace = other.parentSpace;
		this.positionTracked = other.positionTracked;
		this.boneCount = other.boneCount;
		this.droppedBones = other.droppedBones;
		this.hasVelocity = other.hasVelocity;
		this.horizontalFovDeg = other.horizontalFovDeg;
		this.verticalFovDeg = other.verticalFovDeg;
		this.buttonCount = other.buttonCount;
		this.pressed = other.pressed;
		this.touched = other.touched;
		this.axisCount = other.axisCount;
		copyNumbers(other.positions, this.positions, other.boneCount * 3);
		copyNumbers(other.rotations, this.rotations, other.boneCount * 4);
		copyNumbers(other.valid, this.valid, other.boneCount);
		copyNumbers(other.linearVelocities, this.linearVelocities, other.boneCount * 3);
		copyNumbers(other.angularVelocities, this.angularVelocities, other.boneCount * 3);
		copyNumbers(other.buttons, this.buttons, other.buttonCount);
		copyNumbers(other.axes, this.axes, other.axisCount);
	}
}

/** @returns whether a frame holds this skeleton: then its bones have their names. */
export function isSkeletonFrame<Type extends SkeletonType>(
	frame: PoseSample,
	skeleton: Type,
): frame is PoseSample & SkeletonPose<Type> {
	return frame.kind === "skeleton" && frame.skeleton === skeleton;
}

/**
 * @returns the head pose that a frame holds, as a value of its own; `undefined` if it holds
 * something else.
 */
export function headPoseFromFrame(frame: PoseSample): HeadPose | undefined {
	if (frame.kind !== "head") return undefined;
	return {
		sequence: frame.sequence,
		clientTimeMs: frame.clientTimeMs,
		orientation: [...frame.rotations.subarray(0, 4)] as unknown as Quaternion,
		...(frame.positionTracked && { position: vectorAt(frame.positions) }),
		...(frame.hasVelocity && {
			linearVelocity: vectorAt(frame.linearVelocities),
			angularVelocity: vectorAt(frame.angularVelocities),
		}),
		...(!Number.isNaN(frame.horizontalFovDeg) && { fovDeg: clampFovDeg(frame.horizontalFovDeg) }),
	};
}

/** Makes a frame the message of a head pose. */
export function frameFromHeadPose(pose: HeadPose, frame: PoseSample, stream = 0, verticalFovDeg = Number.NaN): void {
	const { position, linearVelocity, angularVelocity } = pose;
	frame.reset(1);
	frame.kind = "head";
	frame.stream = stream;
	frame.sequence = pose.sequence;
	frame.clientTimeMs = pose.clientTimeMs;
	frame.valid[0] = 1;
	frame.rotations.set(pose.orientation);
	frame.positionTracked = position !== undefined;
	if (position !== undefined) frame.positions.set(position);
	frame.hasVelocity = linearVelocity !== undefined || angularVelocity !== undefined;
	frame.linearVelocities.set(linearVelocity ?? [0, 0, 0]);
	frame.angularVelocities.set(angularVelocity ?? [0, 0, 0]);
	frame.horizontalFovDeg = pose.fovDeg ?? Number.NaN;
	frame.verticalFovDeg = pose.fovDeg === undefined ? Number.NaN : verticalFovDeg;
}

/** A client's declaration of one of its streams. */
export interface StreamLayout {
	/** The skeleton of its JSON messages that do not name one. */
	readonly skeleton?: SkeletonType | undefined;
	/**
	 * Ids of the bones that it sends, in this order; `faultOfBoneList` has found none. Without it,
	 * bones come in the order of their ids.
	 */
	readonly bones?: ArrayLike<number> | undefined;
}

/**
 * Looks up a client's streams; a message of a stream that it does not know is read as it stands.
 */
export type StreamLayouts = (stream: number) => StreamLayout | undefined;

/**
 * What became of a message: as `ParseResult`, but that a `message` is in the frame. `refused` has a
 * clause for a log line; it never quotes the message.
 */
export type DecodeResult =
	| { readonly kind: "message" }
	| { readonly kind: "ignored"; readonly type: string }
	| { readonly kind: "refused"; readonly reason: string };

/** One for all messages that were understood, so that none is allocated for each. */
export const DECODED: DecodeResult = { kind: "message" };

/** Squares of the lengths within which four numbers are meant as a rotation: 0.9 and 1.1. */
export const MIN_ROTATION_SQUARE = 0.81;
export const MAX_ROTATION_SQUARE = 1.21;

/**
 * Whether a bone is tracked and its numbers are finite and a rotation. Devices mark what they don't
 * see with NaN, and that never travels.
 */
export function isSendable({ positions, rotations, valid }: BonePoses, bone: number): boolean {
	if (valid[bone] !== 1) return false;
	const square = squareOf(rotations, bone);
	const at = bone * 3;
	return (
		square >= MIN_ROTATION_SQUARE &&
		square <= MAX_ROTATION_SQUARE &&
		Number.isFinite(positions[at]! + positions[at + 1]! + positions[at + 2]!)
	);
}

/** The square of a rotation's length. */
export function squareOf(rotations: Float32Array, bone: number): number {
	const at = bone * 4;
	return rotations[at]! ** 2 + rotations[at + 1]! ** 2 + rotations[at + 2]! ** 2 + rotations[at + 3]! ** 2;
}

/**
 * @returns why a client's list of bones can't be used, `undefined` if it can: ids that the skeleton
 * has, each once.
 */
export function faultOfBoneList(bones: ArrayLike<number>, skeleton: SkeletonType | undefined): string | undefined {
	const limit = skeleton === undefined ? MAX_BONES : SKELETON_SHAPES[skeleton].boneCount;
	const seen = new Set<number>();
	for (let index = 0; index < bones.length; index++) {
		const bone = bones[index]!;
		if (!Number.isInteger(bone) || bone < 0 || bone >= limit)
			return "it lists bones that the skeleton does not have";
		if (seen.has(bone)) return "it lists a bone twice";
		seen.add(bone);
	}
	return undefined;
}

/**
 * How many bones a frame of a skeleton has: all that the skeleton has, sent or not; without a
 * table, as many as are needed.
 */
export function boneCountOf(
	skeleton: SkeletonType | undefined,
	bones: ArrayLike<number> | undefined,
	count: number,
): number {
	if (skeleton !== undefined) return SKELETON_SHAPES[skeleton].boneCount;
	if (bones === undefined) return count;
	let highest = 0;
	for (let index = 0; index < bones.length; index++) highest = Math.max(highest, bones[index]!);
	return highest + 1;
}

function copyNumbers(from: Float32Array | Uint8Array, to: Float32Array | Uint8Array, count: number): void {
	for (let index = 0; index < count; index++) to[index] = from[index]!;
}

function vectorAt(numbers: Float32Array): Vector3 {
	return [numbers[0]!, numbers[1]!, numbers[2]!];
}
