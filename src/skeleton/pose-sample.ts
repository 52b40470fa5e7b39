import type { Quaternion } from "../media/rotation.ts";
import { MAX_FOV_DEG, MIN_FOV_DEG } from "../media/view.ts";
import type { SkeletonPose } from "./skeleton-pose.ts";
import type { Side, SkeletonType } from "./tables/skeleton-shape.ts";
import type { Vector3 } from "./vector.ts";

/** The most bones of a pose on the `tracking` channel. The largest known skeleton has 84. */
export const MAX_BONES = 128;
/** The most buttons of a controller. */
export const MAX_BUTTONS = 32;
/** The most axes of a controller: thumbsticks and touchpads. */
export const MAX_AXES = 16;

/**
 * The channel that brought a pose: `tracking`, or `camera` or `body_pose` of the existing headset
 * client, which send neither a number nor a time.
 */
export type PoseOrigin = "tracking" | "camera" | "body_pose";

/** The pose of a head, for `PoseSample.setHead`. */
export interface HeadFields {
	/** `worldFromHead`: turns the head's axes into the world's. Length 1. */
	readonly orientation: Quaternion;
	/** Absent from clients that only turn. */
	readonly position?: Vector3 | undefined;
	/** Metres a second, world axes. */
	readonly linearVelocity?: Vector3 | undefined;
	/** Radians a second about the world's axes. */
	readonly angularVelocity?: Vector3 | undefined;
	/** Wished horizontal field of view, degrees. Absent: the present one is kept. */
	readonly fovDeg?: number | undefined;
	/** Wished vertical field of view, degrees, for pixels that are not square. */
	readonly verticalFovDeg?: number | undefined;
	/** @default 0 */
	readonly stream?: number | undefined;
	/** @default 0 */
	readonly sequence?: number | undefined;
	/** @default 0 */
	readonly clientTimeMs?: number | undefined;
	/** The RTP time of the picture on the screen. Absent: not known. */
	readonly seenRtpTicks?: number | undefined;
}

/** The buttons and axes of a controller. It is filled again and again, as its sample is. */
export class ControllerInput {
	/** Number of a controller's buttons. */
	buttonCount = 0;
	/** The travel of each button, 0 to 1. */
	readonly buttons = new Float32Array(MAX_BUTTONS);
	/** Bit i: button i counts as pressed. Unsigned 32 bits. */
	pressed = 0;
	/** Bit i: button i is touched. Unsigned 32 bits. */
	touched = 0;
	/** Number of a controller's axes. */
	axisCount = 0;
	/** Thumbsticks and touchpads, -1 to 1. */
	readonly axes = new Float32Array(MAX_AXES);

	/** Removes all buttons and axes. The values in the arrays stay. */
	reset(): void {
		this.buttonCount = 0;
		this.pressed = 0;
		this.touched = 0;
		this.axisCount = 0;
	}

	/** Copies another controller's input, as far as its counts reach. */
	copyFrom(other: ControllerInput): void {
		this.buttonCount = other.buttonCount;
		this.pressed = other.pressed;
		this.touched = other.touched;
		this.axisCount = other.axisCount;
		copyNumbers(other.buttons, this.buttons, other.buttonCount);
		copyNumbers(other.axes, this.axes, other.axisCount);
	}
}

/**
 * A pose of a head, a skeleton or a controller at one time, independent of its channel and
 * encoding. It is filled again and again: decoding into it allocates nothing.
 *
 * Its bones are a skeleton's by id, a head itself, or a controller's grip and, if `boneCount`
 * is 2, its aim.
 *
 * Samples that handlers, events and `newestPose` pass on are lent: they change with the next
 * message. `new PoseSample().copyFrom(sample)` keeps one.
 */
export class PoseSample {
	kind: "head" | "skeleton" | "controller" | "none" = "none";
	/** The channel that brought it. */
	origin: PoseOrigin = "tracking";
	/** Skeleton of a skeleton message; `undefined` for skeletons that have no table. */
	skeleton: SkeletonType | undefined = undefined;
	/** The hand that holds the controller, if known. */
	hand: Side | undefined = undefined;
	/** The client's number of the pose stream, 0 to 65535. */
	stream = 0;
	/**
	 * Counts the poses of one stream, unsigned 32 bits, wraps around. Clients begin with 1; 0 means
	 * "before the first".
	 */
	sequence = 0;
	/**
	 * The time at which the client read it, milliseconds on the client's own monotonic clock.
	 * NaN: not sent, as on the channels of the existing headset client.
	 */
	clientTimeMs = 0;
	/**
	 * The RTP time of the picture that was on the screen when the client read the pose, 90 kHz
	 * ticks, unsigned 32 bits; `undefined`: not sent.
	 */
	seenRtpTicks: number | undefined = undefined;
	/** The device's confidence, 0 to 1. Binary messages have 0 and 1 only. */
	confidence = 1;
	/** Each bone is relative to its parent; else all are in the client's tracking space. */
	parentSpace = false;
	/** A head's position is known; else its device only turns, and the position is 0. */
	positionTracked = true;
	/** Number of the skeleton's bones, tracked or not. */
	boneCount = 0;
	/**
	 * Ids of the tracked bones in the order in which they were listed, where that is not the order
	 * of ids, or where some lie beyond `boneCount`: in `body_pose` and in recordings. Bones beyond
	 * `boneCount` are in the arrays too; only recorders use them.
	 */
	boneOrder: Int32Array | undefined = undefined;
	/** Bones left out because a number was not finite or the rotation was none. */
	droppedBones = 0;
	/**
	 * True for a `body_pose` that ended before its last announced bone. The whole bones are
	 * here.
	 */
	truncated = false;
	/** Metres, x y z of each bone. The arrays may be replaced by longer ones when it is filled. */
	positions: Float32Array;
	/** Quaternions of length 1, x y z w of each bone. */
	rotations: Float32Array;
	/** 1 for each tracked bone, 0 for the others, whose numbers mean nothing. */
	valid: Uint8Array;
	/** True when the two arrays below belong to this pose. */
	hasVelocity = false;
	/** Metres a second, x y z of each bone. */
	linearVelocities: Float32Array;
	/** Radians a second about x, y and z, of each bone. */
	angularVelocities: Float32Array;
	/** The field of view that a head asks for, degrees, as it was sent; NaN: not sent. */
	horizontalFovDeg = Number.NaN;
	/** The vertical field of view that a head asks for, degrees; NaN: not sent. */
	verticalFovDeg = Number.NaN;
	/** Buttons and axes of a controller; without any for other kinds of poses. */
	readonly controls = new ControllerInput();

	/**
	 * Makes an empty sample.
	 * @param capacity room for this many bones at first; it grows when more are set
	 */
	constructor(capacity = MAX_BONES) {
		this.positions = new Float32Array(capacity * 3);
		this.rotations = new Float32Array(capacity * 4);
		this.valid = new Uint8Array(capacity);
		this.linearVelocities = new Float32Array(capacity * 3);
		this.angularVelocities = new Float32Array(capacity * 3);
	}

	/** Rotation of bone 0, for a head `worldFromHead`. A copy. */
	get orientation(): Quaternion {
		const { rotations } = this;
		return [rotations[0]!, rotations[1]!, rotations[2]!, rotations[3]!];
	}

	/** Position of bone 0, metres; `undefined` if it is not tracked. A copy. */
	get position(): Vector3 | undefined {
		return this.positionTracked && this.valid[0] === 1 ? vectorOf(this.positions) : undefined;
	}

	/** Metres a second of bone 0; `undefined` if not sent. A copy. */
	get linearVelocity(): Vector3 | undefined {
		return this.hasVelocity ? vectorOf(this.linearVelocities) : undefined;
	}

	/** Radians a second of bone 0; `undefined` if not sent. A copy. */
	get angularVelocity(): Vector3 | undefined {
		return this.hasVelocity ? vectorOf(this.angularVelocities) : undefined;
	}

	/**
	 * The horizontal field of view that a head asks for, clamped to `MIN_FOV_DEG` and
	 * `MAX_FOV_DEG`; `undefined`: keep the present one.
	 */
	get fovDeg(): number | undefined {
		return Number.isNaN(this.horizontalFovDeg) ? undefined : clampFovDeg(this.horizontalFovDeg);
	}

	/**
	 * Empties the sample, except for `kind` and the values of buttons and axes. Its bones are
	 * untracked, at rest at the origin.
	 *
	 * @param boneCount bones by id
	 * @param room bones that the arrays must have room for, at least `boneCount`
	 */
	reset(boneCount: number, room = boneCount): void {
		if (room > this.valid.length) this.#grow(room);
		this.origin = "tracking";
		this.skeleton = undefined;
		this.hand = undefined;
		this.stream = 0;
		this.sequence = 0;
		this.clientTimeMs = 0;
		this.seenRtpTicks = undefined;
		this.confidence = 1;
		this.parentSpace = false;
		this.positionTracked = true;
		this.boneCount = boneCount;
		this.boneOrder = undefined;
		this.droppedBones = 0;
		this.truncated = false;
		this.hasVelocity = false;
		this.horizontalFovDeg = Number.NaN;
		this.verticalFovDeg = Number.NaN;
		this.controls.reset();
		this.positions.fill(0, 0, room * 3);
		this.rotations.fill(0, 0, room * 4);
		this.valid.fill(0, 0, room);
		this.linearVelocities.fill(0, 0, room * 3);
		this.angularVelocities.fill(0, 0, room * 3);
		for (let bone = 0; bone < room; bone++) this.rotations[bone * 4 + 3] = 1;
	}

	/** Makes the sample the pose of a head. */
	setHead(head: HeadFields): void {
		const { orientation, position, linearVelocity, angularVelocity, fovDeg, verticalFovDeg } = head;
		this.reset(1);
		this.kind = "head";
		this.stream = head.stream ?? 0;
		this.sequence = head.sequence ?? 0;
		this.clientTimeMs = head.clientTimeMs ?? 0;
		this.seenRtpTicks = head.seenRtpTicks;
		this.valid[0] = 1;
		this.rotations.set(orientation);
		this.positionTracked = position !== undefined;
		if (position !== undefined) this.positions.set(position);
		this.hasVelocity = linearVelocity !== undefined || angularVelocity !== undefined;
		if (linearVelocity !== undefined) this.linearVelocities.set(linearVelocity);
		if (angularVelocity !== undefined) this.angularVelocities.set(angularVelocity);
		this.horizontalFovDeg = fovDeg ?? Number.NaN;
		this.verticalFovDeg = fovDeg === undefined ? Number.NaN : (verticalFovDeg ?? Number.NaN);
	}

	/**
	 * Copies another sample, as far as its counts reach.
	 *
	 * @returns itself
	 */
	copyFrom(other: PoseSample): this {
		const bones = other.#room;
		if (bones > this.valid.length) this.#grow(bones);
		this.kind = other.kind;
		this.origin = other.origin;
		this.skeleton = other.skeleton;
		this.hand = other.hand;
		this.stream = other.stream;
		this.sequence = other.sequence;
		this.clientTimeMs = other.clientTimeMs;
		this.seenRtpTicks = other.seenRtpTicks;
		this.confidence = other.confidence;
		this.parentSpace = other.parentSpace;
		this.positionTracked = other.positionTracked;
		this.boneCount = other.boneCount;
		this.boneOrder = other.boneOrder?.slice();
		this.droppedBones = other.droppedBones;
		this.truncated = other.truncated;
		this.hasVelocity = other.hasVelocity;
		this.horizontalFovDeg = other.horizontalFovDeg;
		this.verticalFovDeg = other.verticalFovDeg;
		this.controls.copyFrom(other.controls);
		copyNumbers(other.positions, this.positions, bones * 3);
		copyNumbers(other.rotations, this.rotations, bones * 4);
		copyNumbers(other.valid, this.valid, bones);
		copyNumbers(other.linearVelocities, this.linearVelocities, bones * 3);
		copyNumbers(other.angularVelocities, this.angularVelocities, bones * 3);
		return this;
	}

	/** Number of bones in the arrays: `boneCount`, or more where bones beyond it are listed. */
	get #room(): number {
		let room = this.boneCount;
		if (this.boneOrder !== undefined) for (const bone of this.boneOrder) room = Math.max(room, bone + 1);
		return room;
	}

	#grow(capacity: number): void {
		this.positions = new Float32Array(capacity * 3);
		this.rotations = new Float32Array(capacity * 4);
		this.valid = new Uint8Array(capacity);
		this.linearVelocities = new Float32Array(capacity * 3);
		this.angularVelocities = new Float32Array(capacity * 3);
	}
}

/** Checks whether a sample holds this skeleton. If so, its bones have their names. */
export function isSkeletonSample<Type extends SkeletonType>(
	sample: PoseSample,
	skeleton: Type,
): sample is PoseSample & SkeletonPose<Type> {
	return sample.kind === "skeleton" && sample.skeleton === skeleton;
}

/** `fovDeg` or the nearest field of view that is drawn, degrees. */
export function clampFovDeg(fovDeg: number): number {
	return Math.min(MAX_FOV_DEG, Math.max(MIN_FOV_DEG, fovDeg));
}

function copyNumbers(from: Float32Array | Uint8Array, to: Float32Array | Uint8Array, count: number): void {
	for (let index = 0; index < count; index++) to[index] = from[index]!;
}

function vectorOf(numbers: Float32Array): Vector3 {
	return [numbers[0]!, numbers[1]!, numbers[2]!];
}
