import { crc32 } from "node:zlib";
import type { PoseSample } from "../skeleton/pose-sample.ts";
import { SKELETONS, skeletonTypeFromWireId } from "../skeleton/tables/skeleton.ts";
import { sampleFromBones, setInput, type TimedSample } from "./motion-row.ts";

/*
 * Poses as bytes, for the way from the receiving thread to the writing thread, and for the
 * journal of an HDF5 recording. Little endian. Each pose: u32 length of what follows the
 * checksum, u32 CRC-32 of it, and
 *
 *   u8 kind (1 head, 2 skeleton, 3 controller), u8 flags (1 parent space, 2 position tracked),
 *   i8 skeleton (wire id, -1 none), u8 hand (1 left, 2 right), u16 stream, u16 bones,
 *   u32 sequence, f64 time, f64 capture time (NaN: unknown), f32 confidence,
 * f32 x 2 field of view, u8 buttons, u8 axes, u16 photon age in milliseconds + 1 (0: unknown), u32
 * pressed, u32 touched,
 *   i32 x bones, f32 x 3 x bones, f32 x 4 x bones, f32 x buttons, f32 x axes
 */

const KINDS = ["head", "skeleton", "controller"] as const;
const HANDS = [undefined, "left", "right"] as const;
const PREFIX_BYTES = 8;
const HEADER_BYTES = 52;
const BONE_BYTES = 32;
const PARENT_SPACE = 1;
const POSITION_TRACKED = 2;
/** The longest packed pose: a `body_pose` message has at most 1024 bones. */
const MAX_PACKED_BYTES = 100_000;

/** A longer age is packed as this one. */
const MAX_PHOTON_AGE_MS = 65_534;

/** Places of a header's fields, bytes from its beginning. */
const AT = {
	kind: 0,
	flags: 1,
	skeleton: 2,
	hand: 3,
	stream: 4,
	bones: 6,
	sequence: 8,
	time: 12,
	captureTime: 20,
	confidence: 28,
	horizontalFov: 32,
	verticalFov: 36,
	buttons: 40,
	axes: 41,
	photonAge: 42,
	pressed: 44,
	touched: 48,
} as const;

/** The packed length of a pose with this many tracked bones, bytes. */
export function packedBytes({ controls: { buttonCount, axisCount } }: PoseSample, bones: number): number {
	return PREFIX_BYTES + HEADER_BYTES + bones * BONE_BYTES + (buttonCount + axisCount) * 4;
}

/**
 * Writes a pose at `at`.
 *
 * @param ids the bones to write, in this order
 * @returns the place of the next pose
 */
export function packSample(row: TimedSample, ids: Int32Array, data: DataView, at: number): number {
	const { timeSec, capturedSec, photonAgeMs = Number.NaN, sample } = row;
	const { positions, rotations, controls } = sample;
	const { buttons, axes, buttonCount, axisCount } = controls;
	const start = at + PREFIX_BYTES;
	writeHeader(sample, ids.length, data, start);
	data.setFloat64(start + AT.time, timeSec, true);
	data.setFloat64(start + AT.captureTime, capturedSec ?? Number.NaN, true);
	data.setUint16(start + AT.photonAge, packedAge(photonAgeMs), true);
	let end = start + HEADER_BYTES;
	for (let index = 0; index < ids.length; index++, end += 4) data.setInt32(end, ids[index]!, true);
	for (let index = 0; index < ids.length; index++)
		for (let part = ids[index]! * 3, last = part + 3; part < last; part++, end += 4)
			data.setFloat32(end, positions[part]!, true);
	for (let index = 0; index < ids.length; index++)
		for (let part = ids[index]! * 4, last = part + 4; part < last; part++, end += 4)
			data.setFloat32(end, rotations[part]!, true);
	for (let index = 0; index < buttonCount; index++, end += 4) data.setFloat32(end, buttons[index]!, true);
	for (let index = 0; index < axisCount; index++, end += 4) data.setFloat32(end, axes[index]!, true);
	const body = new Uint8Array(data.buffer, data.byteOffset + start, end - start);
	data.setUint32(at, body.byteLength, true);
	data.setUint32(at + 4, crc32(body), true);
	return end;
}

function packedAge(photonAgeMs: number): number {
	if (Number.isNaN(photonAgeMs)) return 0;
	return Math.min(MAX_PHOTON_AGE_MS, Math.max(0, Math.round(photonAgeMs))) + 1;
}

function writeHeader(sample: PoseSample, bones: number, data: DataView, start: number): void {
	const { kind, skeleton } = sample;
	const flags = (sample.parentSpace ? PARENT_SPACE : 0) | (sample.positionTracked ? POSITION_TRACKED : 0);
	data.setUint8(start + AT.kind, KINDS.indexOf(kind === "none" ? "skeleton" : kind) + 1);
	data.setUint8(start + AT.flags, flags);
	data.setInt8(start + AT.skeleton, skeleton === undefined ? -1 : SKELETONS[skeleton].wireId);
	data.setUint8(start + AT.hand, HANDS.indexOf(sample.hand));
	data.setUint16(start + AT.stream, sample.stream, true);
	data.setUint16(start + AT.bones, bones, true);
	// A `body_pose` has no number of its own.
	data.setUint32(start + AT.sequence, sample.origin === "body_pose" ? 0 : sample.sequence, true);
	data.setFloat32(start + AT.confidence, sample.confidence, true);
	data.setFloat32(start + AT.horizontalFov, sample.horizontalFovDeg, true);
	data.setFloat32(start + AT.verticalFov, sample.verticalFovDeg, true);
	data.setUint8(start + AT.buttons, sample.controls.buttonCount);
	data.setUint8(start + AT.axes, sample.controls.axisCount);
	data.setUint32(start + AT.pressed, sample.controls.pressed, true);
	data.setUint32(start + AT.touched, sample.controls.touched, true);
}

/**
 * Reads a pose.
 *
 * @returns the pose at `at` and the place of the next. `undefined`: the record is incomplete.
 * `"broken"`: the bytes are not a record.
 */
export function unpackSample(
	data: DataView,
	at: number,
): { readonly row: TimedSample; readonly next: number } | "broken" | undefined {
	if (at + PREFIX_BYTES > data.byteLength) return undefined;
	const length = data.getUint32(at, true);
	if (length < HEADER_BYTES || length > MAX_PACKED_BYTES) return "broken";
	const start = at + PREFIX_BYTES;
	const next = start + length;
	if (next > data.byteLength) return undefined;
	if (crc32(new Uint8Array(data.buffer, data.byteOffset + start, length)) !== data.getUint32(at + 4, true))
		return "broken";
	const kind = KINDS[data.getUint8(start + AT.kind) - 1];
	const bones = data.getUint16(start + AT.bones, true);
	const buttons = data.getUint8(start + AT.buttons);
	const axes = data.getUint8(start + AT.axes);
	if (kind === undefined || length !== HEADER_BYTES + bones * BONE_BYTES + (buttons + axes) * 4) return "broken";
	let from = start + HEADER_BYTES;
	const ids = new Int32Array(bones);
	for (let index = 0; index < bones; index++, from += 4) ids[index] = data.getInt32(from, true);
	const floats = (count: number): Float32Array => {
		const numbers = new Float32Array(count);
		for (let index = 0; index < count; index++, from += 4) numbers[index] = data.getFloat32(from, true);
		return numbers;
	};
	const skeleton = skeletonTypeFromWireId(data.getInt8(start + AT.skeleton));
	const sample = sampleFromBones(kind, skeleton, {
		ids,
		positions: floats(bones * 3),
		rotations: floats(bones * 4),
	});
	setInput(sample, floats(buttons), floats(axes));
	readHeader(sample, data, start);
	const capturedSec = data.getFloat64(start + AT.captureTime, true);
	const packed = data.getUint16(start + AT.photonAge, true);
	const row = {
		timeSec: data.getFloat64(start + AT.time, true),
		capturedSec: Number.isNaN(capturedSec) ? undefined : capturedSec,
		photonAgeMs: packed === 0 ? undefined : packed - 1,
		sample,
	};
	return { row, next };
}

function readHeader(sample: PoseSample, data: DataView, start: number): void {
	const flags = data.getUint8(start + AT.flags);
	sample.hand = HANDS[data.getUint8(start + AT.hand)];
	sample.stream = data.getUint16(start + AT.stream, true);
	sample.sequence = data.getUint32(start + AT.sequence, true);
	sample.parentSpace = (flags & PARENT_SPACE) !== 0;
	sample.positionTracked = (flags & POSITION_TRACKED) !== 0;
	sample.confidence = data.getFloat32(start + AT.confidence, true);
	sample.horizontalFovDeg = data.getFloat32(start + AT.horizontalFov, true);
	sample.verticalFovDeg = data.getFloat32(start + AT.verticalFov, true);
	sample.controls.pressed = data.getUint32(start + AT.pressed, true);
	sample.controls.touched = data.getUint32(start + AT.touched, true);
}
