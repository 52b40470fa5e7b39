import { MAX_AXES, MAX_BONES, MAX_BUTTONS, type PoseSample } from "../skeleton/pose-sample.ts";
import { SKELETON_SHAPES, type SkeletonType, skeletonTypeFromWireId } from "../skeleton/tables/skeleton-shape.ts";
import { isSendable, MAX_ROTATION_SQUARE, MIN_ROTATION_SQUARE, rotationSquare } from "./bone-validity.ts";
import {
	BoneLinker,
	BoneLinks,
	baseOf,
	isLinkedRotation,
	LINKED_ROTATION_BYTES,
	OFFSET_BYTES,
	placeLinkedBone,
	unpackRotation,
} from "./linked-bones.ts";
import { DECODED, type DecodeResult, ignored, refused } from "./parse-result.ts";
import { boneCountOf, type StreamLayouts } from "./stream-layout.ts";

/*
 * The `tracking` channel's binary messages, version 1: docs/protocol.md has the tables. Little
 * endian. A header of 24 bytes, then, each only if its flag is set or its kind has it: validity
 * mask, poses, velocities, field of view, aim, buttons.
 */

const MAGIC = 0xb6;
const VERSION = 1;
const HEADER_BYTES = 24;

const KIND_HEAD = 1;
const KIND_SKELETON_F32 = 2;
const KIND_SKELETON_Q16 = 3;
const KIND_CONTROLLER = 4;
const KIND_SKELETON_LINKED = 5;

const HIGH_CONFIDENCE = 1;
const PARENT_SPACE = 2;
const VALIDITY_MASK = 4;
const VELOCITY = 8;
/** A head: the field of view follows. A controller: the pose in which it aims follows. */
const EXTRA = 16;
/** A head: it has no position, its bytes are 0. */
const NO_POSITION = 32;

const SKELETON_FLAGS = HIGH_CONFIDENCE | PARENT_SPACE | VALIDITY_MASK | VELOCITY;
/**
 * Flags of each kind. Others belong to later versions, which may append to a message what earlier
 * ones skip.
 */
const KNOWN_FLAGS: readonly number[] = [
	0,
	HIGH_CONFIDENCE | VELOCITY | EXTRA | NO_POSITION,
	SKELETON_FLAGS,
	SKELETON_FLAGS,
	HIGH_CONFIDENCE | VELOCITY | EXTRA,
	SKELETON_FLAGS,
];

/** In the fifth byte of a linked bone: its offset follows. The bit above belongs to later forms. */
const HAS_OFFSET = 0x40;

const POSE_BYTES = 28;
const QUANTISED_POSE_BYTES = 12;
const ORIGIN_BYTES = 12;
const VELOCITY_BYTES = 24;
const QUANTISED_VELOCITY_BYTES = 12;
const FOV_BYTES = 8;

/** Longest message: every bone with its velocity, and room for what later versions append. */
const MAX_BYTES = 8192;

/** Steps of the quantised form: 0.1 mm, 1 mm/s, 1/500 rad/s. */
const POSITION_STEPS = 10_000;
const VELOCITY_STEPS = 1000;
const ANGULAR_STEPS = 500;
const INT16_MAX = 32767;

/**
 * The three smallest parts of a quaternion lie within +-1/sqrt(2): 16383 steps either side of 0,
 * which is exact.
 */
const ROTATION_ZERO = 16383;
const ROTATION_STEP = Math.SQRT1_2 / ROTATION_ZERO;
const FIFTEEN_BITS = 0x7fff;
/**
 * The largest of four parts is at least 1/2, so that three squares of others never exceed 3/4, but
 * for the rounding of each.
 */
const MAX_SQUARES = 0.7502;

const REFUSED = {
	short: refused("it is shorter than its header"),
	long: refused(`it is longer than ${MAX_BYTES} bytes`),
	magic: refused("its first byte is not that of a tracking message"),
	version: refused("its version is 0"),
	time: refused("its time is not a finite number"),
	noBones: refused("it has no bones"),
	tooManyBones: refused("it has more bones than its skeleton"),
	wrongCount: refused("its count is not that of its kind"),
	wrongList: refused("it has not as many bones as its stream has announced"),
	badList: refused("its stream has announced bones that its skeleton does not have"),
	truncated: refused("it ends early"),
	oversized: refused("it goes on after its end"),
	position: refused("a position is not finite"),
	rotation: refused("the length of a rotation is not within 0.9 to 1.1"),
	velocity: refused("a velocity is not finite"),
	fov: refused("its field of view is not finite"),
	buttons: refused("a button or an axis is not finite"),
	noMemory: refused("its bones hang on what earlier messages said, and nobody has kept that"),
	noTable: refused("its skeleton has no table of parents"),
	linkedList: refused("it is linked, and its stream has announced an order of its own"),
	offset: refused("the form of an offset is unknown"),
	streams: refused("too many streams are linked"),
} as const satisfies Record<string, DecodeResult>;

/**
 * `f32`: floats of 32 bits. `q16`: skeletons at 12 bytes a bone, to 0.05 mm and 0.007 degrees, so
 * that a whole body fits into one packet. `linked`: at 5 bytes for each bone that keeps its
 * distance from its parent, to 0.5 mm and 0.05 degrees, so that a whole body leaves room for others
 * on a lossy path; for a `TrackingDecoder`, which remembers the distances.
 */
export type BinaryEncoding = "f32" | "q16" | "linked";

/** Most streams whose linked bones are remembered. */
const MAX_LINKED_STREAMS = 16;

/**
 * Messages are copied here first: its views are made once, while a view of each message would be an
 * object per message, and its alignment is known. Nothing stays in it between calls.
 */
const scratch = new Uint8Array(MAX_BYTES);
const data = new DataView(scratch.buffer);
/** Whether each bone of the message at hand is tracked. Nothing stays in it between calls. */
const tracked = new Uint8Array(MAX_BONES);

/**
 * Reads one binary message of the `tracking` channel into `into`, without allocating. Never throws.
 * Unknown versions, kinds and skeletons are ignored, and so are the appendices of unknown flags.
 *
 * @param into left as it was, to the last number, unless the result is a `message`.
 */
export function decodeTrackingBinary(bytes: Uint8Array, into: PoseSample, layouts?: StreamLayouts): DecodeResult {
	return decode(bytes, into, layouts, undefined);
}

/**
 * Reads the binary messages of one client's `tracking` channel, linked ones too: it remembers how
 * far their bones are apart.
 */
export class TrackingDecoder {
	readonly #memory = new Map<number, BoneLinks>();

	/**
	 * Decodes like `decodeTrackingBinary`. A bone whose distance is not known yet, because the
	 * messages with it were lost, is not tracked.
	 */
	decode(bytes: Uint8Array, into: PoseSample, layouts?: StreamLayouts): DecodeResult {
		return decode(bytes, into, layouts, this.#memory);
	}
}

function decode(
	bytes: Uint8Array,
	into: PoseSample,
	layouts: StreamLayouts | undefined,
	memory: Map<number, BoneLinks> | undefined,
): DecodeResult {
	const length = bytes.byteLength;
	if (length < HEADER_BYTES) return REFUSED.short;
	if (bytes[0] !== MAGIC) return REFUSED.magic;
	const version = bytes[1]!;
	if (version === 0) return REFUSED.version;
	if (version > VERSION) return ignored(`version ${version}`);
	const kind = bytes[2]!;
	if (kind < KIND_HEAD || kind > KIND_SKELETON_LINKED) return ignored(`kind ${kind}`);
	if (length > MAX_BYTES) return REFUSED.long;
	scratch.set(bytes);
	if (!Number.isFinite(data.getFloat64(16, true))) return REFUSED.time;
	switch (kind) {
		case KIND_HEAD:
			return decodeHead(length, into);
		case KIND_CONTROLLER:
			return decodeController(length, into);
		case KIND_SKELETON_LINKED:
			return decodeLinkedSkeleton(length, into, layouts, memory);
		default:
			return decodeSkeleton(length, into, kind === KIND_SKELETON_Q16, layouts);
	}
}

function decodeHead(length: number, into: PoseSample): DecodeResult {
	const flags = data.getUint32(12, true);
	if (data.getUint16(6, true) !== 1) return REFUSED.wrongCount;
	const velocityAt = HEADER_BYTES + POSE_BYTES;
	const fovAt = velocityAt + (flags & VELOCITY ? VELOCITY_BYTES : 0);
	const end = fovAt + (flags & EXTRA ? FOV_BYTES : 0);
	const fault = faultOfLength(length, end, flags, KIND_HEAD) ?? faultOfPose(HEADER_BYTES);
	if (fault !== undefined) return fault;
	if (flags & VELOCITY && !areFinite(velocityAt, 6)) return REFUSED.velocity;
	if (flags & EXTRA && !areFinite(fovAt, 2)) return REFUSED.fov;
	into.reset(1);
	into.kind = "head";
	readHeader(into, flags);
	into.positionTracked = (flags & NO_POSITION) === 0;
	readPose(HEADER_BYTES, into, 0);
	if (!into.positionTracked) into.positions.fill(0, 0, 3);
	if (flags & VELOCITY) readVelocity(velocityAt, into, 0);
	if (flags & EXTRA) {
		into.horizontalFovDeg = data.getFloat32(fovAt, true);
		into.verticalFovDeg = data.getFloat32(fovAt + 4, true) || Number.NaN;
	}
	return DECODED;
}

function decodeController(length: number, into: PoseSample): DecodeResult {
	const flags = data.getUint32(12, true);
	const buttonCount = data.getUint8(6);
	const axisCount = data.getUint8(7);
	if (buttonCount > MAX_BUTTONS || axisCount > MAX_AXES) return REFUSED.wrongCount;
	const velocityAt = HEADER_BYTES + POSE_BYTES;
	const aimAt = velocityAt + (flags & VELOCITY ? VELOCITY_BYTES : 0);
	const buttonsAt = aimAt + (flags & EXTRA ? POSE_BYTES : 0);
	const valuesAt = buttonsAt + 8;
	const end = valuesAt + (buttonCount + axisCount) * 4;
	const fault =
		faultOfLength(length, end, flags, KIND_CONTROLLER) ??
		faultOfPose(HEADER_BYTES) ??
		(flags & EXTRA ? faultOfPose(aimAt) : undefined);
	if (fault !== undefined) return fault;
	if (flags & VELOCITY && !areFinite(velocityAt, 6)) return REFUSED.velocity;
	if (!areFinite(valuesAt, buttonCount + axisCount)) return REFUSED.buttons;
	into.reset(flags & EXTRA ? 2 : 1);
	into.kind = "controller";
	readHeader(into, flags);
	const hand = data.getInt8(3);
	into.hand = hand === 1 ? "left" : hand === 2 ? "right" : undefined;
	readPose(HEADER_BYTES, into, 0);
	if (flags & EXTRA) readPose(aimAt, into, 1);
	if (flags & VELOCITY) readVelocity(velocityAt, into, 0);
	into.buttonCount = buttonCount;
	into.axisCount = axisCount;
	into.pressed = data.getUint32(buttonsAt, true);
	into.touched = data.getUint32(buttonsAt + 4, true);
	for (let index = 0; index < buttonCount; index++) into.buttons[index] = data.getFloat32(valuesAt + index * 4, true);
	for (let index = 0; index < axisCount; index++)
		into.axes[index] = data.getFloat32(valuesAt + (buttonCount + index) * 4, true);
	return DECODED;
}

function decodeSkeleton(
	length: number,
	into: PoseSample,
	quantised: boolean,
	layouts: StreamLayouts | undefined,
): DecodeResult {
	const wireId = data.getInt8(3);
	const skeleton = skeletonTypeFromWireId(wireId);
	if (skeleton === undefined && wireId !== -1) return ignored(`skeleton ${wireId}`);
	const flags = data.getUint32(12, true);
	const count = data.getUint16(6, true);
	const capacity = skeleton === undefined ? MAX_BONES : SKELETON_SHAPES[skeleton].boneCount;
	if (count === 0) return REFUSED.noBones;
	if (count > capacity) return REFUSED.tooManyBones;
	const bones = layouts?.(data.getUint16(4, true))?.bones;
	if (bones !== undefined && bones.length !== count) return REFUSED.wrongList;
	const maskAt = flags & VALIDITY_MASK ? HEADER_BYTES : -1;
	const originAt = HEADER_BYTES + (maskAt === -1 ? 0 : maskBytes(count));
	const posesAt = originAt + (quantised ? ORIGIN_BYTES : 0);
	const poseBytes = quantised ? QUANTISED_POSE_BYTES : POSE_BYTES;
	const velocityBytes = quantised ? QUANTISED_VELOCITY_BYTES : VELOCITY_BYTES;
	const velocitiesAt = flags & VELOCITY ? posesAt + count * poseBytes : -1;
	const end = posesAt + count * (poseBytes + (velocitiesAt === -1 ? 0 : velocityBytes));
	const wrongLength = faultOfLength(length, end, flags, KIND_SKELETON_F32);
	if (wrongLength !== undefined) return wrongLength;

	// First look at everything, then write: a message with a fault in its last bone must not leave
	// its first ones behind.
	if (quantised && !areFinite(originAt, 3)) return REFUSED.position;
	tracked.fill(0);
	let fault: DecodeResult | undefined;
	let droppedBones = 0;
	let trackedCount = 0;
	for (let index = 0; index < count; index++) {
		if (bones !== undefined && !(bones[index]! >= 0 && bones[index]! < capacity)) return REFUSED.badList;
		if (!isValid(maskAt, index)) continue;
		const velocityAt = velocitiesAt === -1 || quantised ? -1 : velocitiesAt + index * velocityBytes;
		const faultOfBone = faultOfSentBone(posesAt + index * poseBytes, velocityAt, quantised);
		if (faultOfBone === undefined) {
			tracked[index] = 1;
			trackedCount++;
		} else {
			fault = faultOfBone;
			droppedBones++;
		}
	}
	// A skeleton of which no bone can be read is not one that its device has lost.
	if (fault !== undefined && trackedCount === 0) return fault;

	into.reset(boneCountOf(skeleton, bones, count));
	into.kind = "skeleton";
	into.skeleton = skeleton;
	readHeader(into, flags);
	into.parentSpace = (flags & PARENT_SPACE) !== 0;
	into.droppedBones = droppedBones;
	for (let index = 0; index < count; index++) {
		if (tracked[index] === 0) continue;
		const bone = bones === undefined ? index : bones[index]!;
		const at = posesAt + index * poseBytes;
		if (quantised) readQuantisedPose(originAt, at, into, bone);
		else readPose(at, into, bone);
	}
	if (velocitiesAt === -1) return DECODED;
	into.hasVelocity = true;
	for (let index = 0; index < count; index++) {
		if (tracked[index] === 0) continue;
		const bone = bones === undefined ? index : bones[index]!;
		const at = velocitiesAt + index * velocityBytes;
		if (quantised) readQuantisedVelocity(at, into, bone);
		else readVelocity(at, into, bone);
	}
	return DECODED;
}

/**
 * The point that the linked bones of the message at hand are measured from, and which of them have
 * a rotation. Nothing stays in them between calls.
 */
const linkedOrigin = new Float32Array(3);
const turned = new Uint8Array(MAX_BONES);

function decodeLinkedSkeleton(
	length: number,
	into: PoseSample,
	layouts: StreamLayouts | undefined,
	memory: Map<number, BoneLinks> | undefined,
): DecodeResult {
	const wireId = data.getInt8(3);
	if (wireId === -1) return REFUSED.noTable;
	const skeleton = skeletonTypeFromWireId(wireId);
	if (skeleton === undefined) return ignored(`skeleton ${wireId}`);
	if (memory === undefined) return REFUSED.noMemory;
	const flags = data.getUint32(12, true);
	const count = data.getUint16(6, true);
	const { parents, parentsFirst } = SKELETON_SHAPES[skeleton];
	const stream = data.getUint16(4, true);
	if (count === 0) return REFUSED.noBones;
	if (count > parents.length) return REFUSED.tooManyBones;
	if (layouts?.(stream)?.bones !== undefined) return REFUSED.linkedList;
	const maskAt = flags & VALIDITY_MASK ? HEADER_BYTES : -1;
	const originAt = HEADER_BYTES + (maskAt === -1 ? 0 : maskBytes(count));
	const bonesAt = originAt + ORIGIN_BYTES;
	if (length < bonesAt) return REFUSED.truncated;

	// First look at everything, as above.
	if (!areFinite(originAt, 3)) return REFUSED.position;
	tracked.fill(0);
	turned.fill(0);
	let velocitiesAt = bonesAt;
	let trackedCount = 0;
	let turnedCount = 0;
	for (let bone = 0; bone < count; bone++) {
		if (!isValid(maskAt, bone)) continue;
		if (length < velocitiesAt + LINKED_ROTATION_BYTES) return REFUSED.truncated;
		const high = scratch[velocitiesAt + 4]!;
		if (high > 0x7f) return REFUSED.offset;
		if (isLinkedRotation(data.getUint32(velocitiesAt, true), high)) {
			turned[bone] = 1;
			turnedCount++;
		}
		velocitiesAt += LINKED_ROTATION_BYTES + (high & HAS_OFFSET ? OFFSET_BYTES : 0);
		tracked[bone] = 1;
		trackedCount++;
	}
	const end = velocitiesAt + (flags & VELOCITY ? trackedCount * QUANTISED_VELOCITY_BYTES : 0);
	const wrongLength = faultOfLength(length, end, flags, KIND_SKELETON_LINKED);
	if (wrongLength !== undefined) return wrongLength;
	if (turnedCount === 0 && trackedCount > 0) return REFUSED.rotation;
	let links = memory.get(stream);
	if (links === undefined) {
		if (memory.size >= MAX_LINKED_STREAMS) return REFUSED.streams;
		links = new BoneLinks();
		memory.set(stream, links);
	}

	into.reset(parents.length);
	into.kind = "skeleton";
	into.skeleton = skeleton;
	readHeader(into, flags);
	into.parentSpace = (flags & PARENT_SPACE) !== 0;
	into.droppedBones = trackedCount - turnedCount;
	for (let part = 0; part < 3; part++) linkedOrigin[part] = data.getFloat32(originAt + part * 4, true);
	links.begin(skeleton, into.parentSpace);
	let at = bonesAt;
	for (let bone = 0; bone < count; bone++) {
		if (tracked[bone] === 0) continue;
		const high = scratch[at + 4]!;
		if (turned[bone] === 1) unpackRotation(data.getUint32(at, true), high, into.rotations, bone);
		at += LINKED_ROTATION_BYTES;
		if ((high & HAS_OFFSET) === 0) continue;
		for (let part = 0; part < 3; part++) links.offsets[bone * 3 + part] = data.getInt16(at + part * 2, true);
		links.bases[bone] = baseOf(bone, parents, tracked, into.parentSpace);
		at += OFFSET_BYTES;
	}
	for (let index = 0; index < parentsFirst.length; index++) {
		const bone = parentsFirst[index]!;
		// A bone that hangs on one without a rotation has no place either: the sender counted on
		// it.
		if (turned[bone] === 0) continue;
		const base = baseOf(bone, parents, tracked, into.parentSpace);
		if (placeLinkedBone(bone, base, links, linkedOrigin, into.positions, into.rotations, into.valid))
			into.valid[bone] = 1;
	}
	if (flags & VELOCITY) into.hasVelocity = true;
	for (let bone = 0; bone < count; bone++) {
		if (tracked[bone] === 0) continue;
		if (into.valid[bone] === 0) setUnturned(into, bone);
		else if (flags & VELOCITY) readQuantisedVelocity(velocitiesAt, into, bone);
		velocitiesAt += QUANTISED_VELOCITY_BYTES;
	}
	return DECODED;
}

function setUnturned({ rotations }: PoseSample, bone: number): void {
	rotations.fill(0, bone * 4, bone * 4 + 3);
	rotations[bone * 4 + 3] = 1;
}

function faultOfLength(length: number, end: number, flags: number, kind: number): DecodeResult | undefined {
	if (length < end) return REFUSED.truncated;
	return length > end && (flags & ~KNOWN_FLAGS[kind]!) === 0 ? REFUSED.oversized : undefined;
}

function faultOfPose(at: number): DecodeResult | undefined {
	if (!areFinite(at, 3)) return REFUSED.position;
	const square = squareAt(at + 12);
	// Also false for what is not a number.
	return square >= MIN_ROTATION_SQUARE && square <= MAX_ROTATION_SQUARE ? undefined : REFUSED.rotation;
}

/**
 * @returns why a bone of a skeleton that is not linked can't be used, `undefined` if it can.
 * @param velocityAt -1 where there is none that could be wrong.
 */
function faultOfSentBone(poseAt: number, velocityAt: number, quantised: boolean): DecodeResult | undefined {
	if (quantised) return faultOfQuantisedRotation(poseAt + 6);
	return faultOfPose(poseAt) ?? (velocityAt === -1 || areFinite(velocityAt, 6) ? undefined : REFUSED.velocity);
}

function faultOfQuantisedRotation(at: number): DecodeResult | undefined {
	const a = smallPart(at);
	const b = smallPart(at + 2);
	const c = smallPart(at + 4);
	return a * a + b * b + c * c <= MAX_SQUARES ? undefined : REFUSED.rotation;
}

function areFinite(at: number, count: number): boolean {
	// A sum of some floats of 32 bits is finite in 64 bits if and only if each of them is.
	let sum = 0;
	for (let index = 0; index < count; index++) sum += data.getFloat32(at + index * 4, true);
	return Number.isFinite(sum);
}

function squareAt(at: number): number {
	const x = data.getFloat32(at, true);
	const y = data.getFloat32(at + 4, true);
	const z = data.getFloat32(at + 8, true);
	const w = data.getFloat32(at + 12, true);
	return x * x + y * y + z * z + w * w;
}

function isValid(maskAt: number, index: number): boolean {
	return maskAt === -1 || ((scratch[maskAt + (index >> 3)]! >> (index & 7)) & 1) === 1;
}

function maskBytes(count: number): number {
	return Math.ceil(count / 32) * 4;
}

function readHeader(into: PoseSample, flags: number): void {
	into.stream = data.getUint16(4, true);
	into.sequence = data.getUint32(8, true);
	into.clientTimeMs = data.getFloat64(16, true);
	into.confidence = flags & HIGH_CONFIDENCE;
}

function readPose(at: number, into: PoseSample, bone: number): void {
	const scale = 1 / Math.sqrt(squareAt(at + 12));
	for (let part = 0; part < 3; part++) into.positions[bone * 3 + part] = data.getFloat32(at + part * 4, true);
	for (let part = 0; part < 4; part++)
		into.rotations[bone * 4 + part] = data.getFloat32(at + 12 + part * 4, true) * scale;
	into.valid[bone] = 1;
}

function readVelocity(at: number, into: PoseSample, bone: number): void {
	into.hasVelocity = true;
	for (let part = 0; part < 3; part++) {
		into.linearVelocities[bone * 3 + part] = data.getFloat32(at + part * 4, true);
		into.angularVelocities[bone * 3 + part] = data.getFloat32(at + 12 + part * 4, true);
	}
}

function readQuantisedPose(originAt: number, at: number, into: PoseSample, bone: number): void {
	for (let part = 0; part < 3; part++)
		into.positions[bone * 3 + part] =
			data.getFloat32(originAt + part * 4, true) + data.getInt16(at + part * 2, true) / POSITION_STEPS;
	const a = smallPart(at + 6);
	const b = smallPart(at + 8);
	const c = smallPart(at + 10);
	const largest = (data.getUint16(at + 6, true) >> 15) | ((data.getUint16(at + 8, true) >> 15) << 1);
	const { rotations } = into;
	const to = bone * 4;
	rotations[to] = largest === 0 ? largestPart(a, b, c) : a;
	rotations[to + 1] = largest === 1 ? largestPart(a, b, c) : largest === 0 ? a : b;
	rotations[to + 2] = largest === 2 ? largestPart(a, b, c) : largest === 3 ? c : b;
	rotations[to + 3] = largest === 3 ? largestPart(a, b, c) : c;
	into.valid[bone] = 1;
}

function smallPart(at: number): number {
	return ((data.getUint16(at, true) & FIFTEEN_BITS) - ROTATION_ZERO) * ROTATION_STEP;
}

function largestPart(a: number, b: number, c: number): number {
	return Math.sqrt(1 - a * a - b * b - c * c);
}

function readQuantisedVelocity(at: number, into: PoseSample, bone: number): void {
	for (let part = 0; part < 3; part++) {
		into.linearVelocities[bone * 3 + part] = data.getInt16(at + part * 2, true) / VELOCITY_STEPS;
		into.angularVelocities[bone * 3 + part] = data.getInt16(at + 6 + part * 2, true) / ANGULAR_STEPS;
	}
}

/**
 * Writes binary messages of the `tracking` channel. Keeps one buffer, so that no message of a
 * length that was sent before allocates.
 */
export class TrackingEncoder {
	readonly #bytes = new Uint8Array(MAX_BYTES);
	readonly #data = new DataView(this.#bytes.buffer);
	/** Views of the buffer's beginning, by length: a stream's messages all have one of a few. */
	readonly #views = new Map<number, Uint8Array<ArrayBuffer>>();
	readonly #linker = new BoneLinker();
	/** What a decoder that has received every message remembers of each stream. */
	readonly #links = new Map<number, BoneLinks>();

	/**
	 * The message of a sample. Bones whose numbers are not finite, or are no rotation, are sent as
	 * untracked. A skeleton with a bone further than 3.27 m from its first is sent as `f32`, since
	 * `q16` does not reach; `linked` is `q16` for skeletons without a table, and for a part of the
	 * bones.
	 *
	 * Linked messages of one stream build on those before: each has to be sent, or at least tried,
	 * and all by one encoder.
	 *
	 * @returns bytes that belong to the encoder and hold until its next call; `undefined` if there
	 * is nothing to send: an empty sample, or a head or controller without a finite pose.
	 */
	encode(sample: PoseSample, encoding: BinaryEncoding): Uint8Array<ArrayBuffer> | undefined {
		const { kind, boneCount } = sample;
		if (kind === "none" || boneCount < 1 || !Number.isFinite(sample.clientTimeMs)) return undefined;
		if (kind === "skeleton") return this.#view(this.#writeSkeleton(sample, encoding));
		for (let bone = 0; bone < boneCount; bone++) if (!isSendable(sample, bone)) return undefined;
		return this.#view(kind === "head" ? this.#writeHead(sample) : this.#writeController(sample));
	}

	/** Forgets what was sent: another decoder begins. */
	forget(): void {
		this.#links.clear();
	}

	#view(length: number): Uint8Array<ArrayBuffer> {
		const known = this.#views.get(length);
		if (known !== undefined) return known;
		const view = this.#bytes.subarray(0, length);
		this.#views.set(length, view);
		return view;
	}

	#writeHeader(sample: PoseSample, kind: number, subtype: number, count: number, flags: number): void {
		const data = this.#data;
		data.setUint8(0, MAGIC);
		data.setUint8(1, VERSION);
		data.setUint8(2, kind);
		data.setInt8(3, subtype);
		data.setUint16(4, sample.stream, true);
		data.setUint16(6, count, true);
		data.setUint32(8, sample.sequence, true);
		data.setUint32(12, flags | (sample.confidence >= 0.5 ? HIGH_CONFIDENCE : 0), true);
		data.setFloat64(16, sample.clientTimeMs, true);
	}

	#writeHead(sample: PoseSample): number {
		const hasVelocity = sample.hasVelocity && isMoving(sample, 0);
		const hasFov = Number.isFinite(sample.horizontalFovDeg);
		const flags = (hasVelocity ? VELOCITY : 0) | (hasFov ? EXTRA : 0) | (sample.positionTracked ? 0 : NO_POSITION);
		this.#writeHeader(sample, KIND_HEAD, -1, 1, flags);
		let at = this.#writePose(HEADER_BYTES, sample, 0);
		if (!sample.positionTracked) this.#bytes.fill(0, HEADER_BYTES, HEADER_BYTES + 12);
		if (hasVelocity) at = this.#writeVelocity(at, sample, 0);
		if (!hasFov) return at;
		this.#data.setFloat32(at, sample.horizontalFovDeg, true);
		this.#data.setFloat32(at + 4, Number.isFinite(sample.verticalFovDeg) ? sample.verticalFovDeg : 0, true);
		return at + FOV_BYTES;
	}

	#writeController(sample: PoseSample): number {
		const { hand, buttonCount, axisCount } = sample;
		const hasVelocity = sample.hasVelocity && isMoving(sample, 0);
		const hasAim = sample.boneCount > 1;
		const subtype = hand === "left" ? 1 : hand === "right" ? 2 : 0;
		const flags = (hasVelocity ? VELOCITY : 0) | (hasAim ? EXTRA : 0);
		this.#writeHeader(sample, KIND_CONTROLLER, subtype, buttonCount | (axisCount << 8), flags);
		let at = this.#writePose(HEADER_BYTES, sample, 0);
		if (hasVelocity) at = this.#writeVelocity(at, sample, 0);
		if (hasAim) at = this.#writePose(at, sample, 1);
		this.#data.setUint32(at, sample.pressed, true);
		this.#data.setUint32(at + 4, sample.touched, true);
		at += 8;
		for (let index = 0; index < buttonCount; index++, at += 4)
			this.#data.setFloat32(at, finite(sample.buttons[index]!), true);
		for (let index = 0; index < axisCount; index++, at += 4)
			this.#data.setFloat32(at, finite(sample.axes[index]!), true);
		return at;
	}

	#writeSkeleton(sample: PoseSample, encoding: BinaryEncoding): number {
		const { boneCount: count, skeleton } = sample;
		if (encoding === "linked") {
			const length = this.#writeLinkedSkeleton(sample);
			if (length !== undefined) return length;
		}
		const origin = firstSendable(sample);
		const quantised = encoding !== "f32" && reaches(sample, origin);
		let masked = false;
		for (let bone = 0; bone < count; bone++) masked ||= !isSendable(sample, bone);
		const flags =
			(sample.parentSpace ? PARENT_SPACE : 0) |
			(masked ? VALIDITY_MASK : 0) |
			(sample.hasVelocity ? VELOCITY : 0);
		const kind = quantised ? KIND_SKELETON_Q16 : KIND_SKELETON_F32;
		this.#writeHeader(sample, kind, skeleton === undefined ? -1 : SKELETON_SHAPES[skeleton].wireId, count, flags);
		let at = HEADER_BYTES;
		if (masked) at = this.#writeMask(at, sample);
		if (quantised) at = this.#writeOrigin(at, sample, origin);
		for (let bone = 0; bone < count; bone++) {
			const sendable = isSendable(sample, bone);
			if (quantised)
				at = sendable
					? this.#writeQuantisedPose(at, sample, bone, origin)
					: this.#writeZeros(at, QUANTISED_POSE_BYTES);
			else at = sendable ? this.#writePose(at, sample, bone) : this.#writeZeros(at, POSE_BYTES);
		}
		if (!sample.hasVelocity) return at;
		for (let bone = 0; bone < count; bone++) {
			const moving = isSendable(sample, bone) && isMoving(sample, bone);
			if (quantised)
				at = moving
					? this.#writeQuantisedVelocity(at, sample, bone)
					: this.#writeZeros(at, QUANTISED_VELOCITY_BYTES);
			else at = moving ? this.#writeVelocity(at, sample, bone) : this.#writeZeros(at, VELOCITY_BYTES);
		}
		return at;
	}

	/** @returns its length; `undefined` if it can't be linked. */
	#writeLinkedSkeleton(sample: PoseSample): number | undefined {
		const { boneCount: count } = sample;
		if (!isWholeSkeleton(sample)) return undefined;
		const linker = this.#linker;
		let masked = false;
		for (let bone = 0; bone < count; bone++) {
			linker.tracked[bone] = isSendable(sample, bone) ? 1 : 0;
			masked ||= linker.tracked[bone] === 0;
		}
		let links = this.#links.get(sample.stream);
		if (links === undefined) {
			if (this.#links.size >= MAX_LINKED_STREAMS) return undefined;
			links = new BoneLinks();
			this.#links.set(sample.stream, links);
		}
		if (!linker.link(sample, links)) {
			// Half of them are what nobody will hear of.
			links.forget();
			return undefined;
		}
		const flags =
			(sample.parentSpace ? PARENT_SPACE : 0) |
			(masked ? VALIDITY_MASK : 0) |
			(sample.hasVelocity ? VELOCITY : 0);
		this.#writeHeader(sample, KIND_SKELETON_LINKED, SKELETON_SHAPES[sample.skeleton].wireId, count, flags);
		const data = this.#data;
		let at = HEADER_BYTES;
		if (masked) at = this.#writeMask(at, sample);
		for (let part = 0; part < 3; part++) data.setFloat32(at + part * 4, linker.origin[part]!, true);
		at += ORIGIN_BYTES;
		for (let bone = 0; bone < count; bone++) {
			if (linker.tracked[bone] === 0) continue;
			const withOffset = linker.withOffset[bone] === 1;
			data.setUint32(at, linker.low[bone]!, true);
			data.setUint8(at + 4, linker.high[bone]! | (withOffset ? HAS_OFFSET : 0));
			at += LINKED_ROTATION_BYTES;
			if (!withOffset) continue;
			for (let part = 0; part < 3; part++) data.setInt16(at + part * 2, links.offsets[bone * 3 + part]!, true);
			at += OFFSET_BYTES;
		}
		if (!sample.hasVelocity) return at;
		for (let bone = 0; bone < count; bone++) {
			if (linker.tracked[bone] === 0) continue;
			at = isMoving(sample, bone)
				? this.#writeQuantisedVelocity(at, sample, bone)
				: this.#writeZeros(at, QUANTISED_VELOCITY_BYTES);
		}
		return at;
	}

	#writeZeros(at: number, length: number): number {
		this.#bytes.fill(0, at, at + length);
		return at + length;
	}

	#writeMask(at: number, sample: PoseSample): number {
		const end = this.#writeZeros(at, maskBytes(sample.boneCount));
		for (let bone = 0; bone < sample.boneCount; bone++)
			if (isSendable(sample, bone)) this.#bytes[at + (bone >> 3)]! |= 1 << (bone & 7);
		return end;
	}

	#writeOrigin(at: number, { positions }: PoseSample, origin: number): number {
		for (let part = 0; part < 3; part++)
			this.#data.setFloat32(at + part * 4, origin === -1 ? 0 : positions[origin * 3 + part]!, true);
		return at + ORIGIN_BYTES;
	}

	#writePose(at: number, { positions, rotations }: PoseSample, bone: number): number {
		const scale = 1 / Math.sqrt(rotationSquare(rotations, bone));
		for (let part = 0; part < 3; part++) this.#data.setFloat32(at + part * 4, positions[bone * 3 + part]!, true);
		for (let part = 0; part < 4; part++)
			this.#data.setFloat32(at + 12 + part * 4, rotations[bone * 4 + part]! * scale, true);
		return at + POSE_BYTES;
	}

	#writeVelocity(at: number, { linearVelocities, angularVelocities }: PoseSample, bone: number): number {
		for (let part = 0; part < 3; part++) {
			this.#data.setFloat32(at + part * 4, linearVelocities[bone * 3 + part]!, true);
			this.#data.setFloat32(at + 12 + part * 4, angularVelocities[bone * 3 + part]!, true);
		}
		return at + VELOCITY_BYTES;
	}

	#writeQuantisedPose(at: number, { positions, rotations }: PoseSample, bone: number, origin: number): number {
		const data = this.#data;
		for (let part = 0; part < 3; part++)
			data.setInt16(
				at + part * 2,
				nearest((positions[bone * 3 + part]! - positions[origin * 3 + part]!) * POSITION_STEPS),
				true,
			);
		let largest = 0;
		for (let part = 1; part < 4; part++)
			if (Math.abs(rotations[bone * 4 + part]!) > Math.abs(rotations[bone * 4 + largest]!)) largest = part;
		// The largest is sent by its place only, so the quaternion is sent with the sign that makes
		// it positive.
		const scale = (rotations[bone * 4 + largest]! < 0 ? -1 : 1) / Math.sqrt(rotationSquare(rotations, bone));
		let word = at + 6;
		for (let part = 0; part < 4; part++) {
			if (part === largest) continue;
			const steps = nearest((rotations[bone * 4 + part]! * scale) / ROTATION_STEP) + ROTATION_ZERO;
			const bit = word === at + 6 ? largest & 1 : word === at + 8 ? largest >> 1 : 0;
			data.setUint16(word, steps | (bit << 15), true);
			word += 2;
		}
		return at + QUANTISED_POSE_BYTES;
	}

	#writeQuantisedVelocity(at: number, { linearVelocities, angularVelocities }: PoseSample, bone: number): number {
		for (let part = 0; part < 3; part++) {
			this.#data.setInt16(at + part * 2, clampedInt16(linearVelocities[bone * 3 + part]! * VELOCITY_STEPS), true);
			this.#data.setInt16(
				at + 6 + part * 2,
				clampedInt16(angularVelocities[bone * 3 + part]! * ANGULAR_STEPS),
				true,
			);
		}
		return at + QUANTISED_VELOCITY_BYTES;
	}
}

function isWholeSkeleton(sample: PoseSample): sample is PoseSample & { readonly skeleton: SkeletonType } {
	return sample.skeleton !== undefined && sample.boneCount === SKELETON_SHAPES[sample.skeleton].boneCount;
}

/** The nearest whole number, halves upwards: exact, since both ends test against the same bytes. */
function nearest(value: number): number {
	return Math.floor(value + 0.5);
}

function clampedInt16(value: number): number {
	return Math.min(INT16_MAX, Math.max(-INT16_MAX, nearest(value)));
}

function finite(value: number): number {
	return Number.isFinite(value) ? value : 0;
}

function isMoving({ linearVelocities: v, angularVelocities: w }: PoseSample, bone: number): boolean {
	const at = bone * 3;
	return Number.isFinite(v[at]! + v[at + 1]! + v[at + 2]! + w[at]! + w[at + 1]! + w[at + 2]!);
}

/**
 * The bone that the others are measured from: the root of a body, the palm of a hand. -1: none is
 * tracked.
 */
function firstSendable(sample: PoseSample): number {
	for (let bone = 0; bone < sample.boneCount; bone++) if (isSendable(sample, bone)) return bone;
	return -1;
}

function reaches(sample: PoseSample, origin: number): boolean {
	for (let bone = 0; bone < sample.boneCount; bone++) {
		if (!isSendable(sample, bone)) continue;
		for (let part = 0; part < 3; part++) {
			const distance = sample.positions[bone * 3 + part]! - sample.positions[origin * 3 + part]!;
			if (!(Math.abs(nearest(distance * POSITION_STEPS)) <= INT16_MAX)) return false;
		}
	}
	return true;
}
