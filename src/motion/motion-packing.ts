import { crc32 } from "node:zlib";
import { SKELETONS, skeletonTypeFromWireId } from "../skeleton/tables/skeleton.ts";
import type { UnnamedPose } from "./recorded-pose.ts";

/*
 * Poses as bytes: what goes from the thread that receives them to the one that writes files, and
 * what the journal of an HDF5 recording is made of. Little endian. Each pose: u32 length of what
 * follows the checksum, u32 CRC-32 of it, and
 *
 *   u8 kind (1 head, 2 skeleton, 3 controller), u8 flags (1 parent space, 2 position tracked), i8 skeleton (wire id, -1 none), u8 hand (1 left, 2 right)
 *   u16 stream, u16 bones, u32 sequence, f64 time, f64 capture time (NaN: unknown), f32 confidence, f32 x 2 field of view
 *   u8 buttons, u8 axes, u16 0, u32 pressed, u32 touched
 *   i32 x bones, f32 x 3 x bones, f32 x 4 x bones, f32 x buttons, f32 x axes
 */

const KINDS = ["head", "skeleton", "controller"] as const;
const PREFIX_BYTES = 8;
const HEADER_BYTES = 52;
const BONE_BYTES = 32;
const PARENT_SPACE = 1;
const POSITION_TRACKED = 2;
/** Longest pose that is believed: a `body_pose` message has at most 1024 bones. */
const MAX_PACKED_BYTES = 100_000;

/** How many bytes a pose becomes. */
export function packedBytes({ ids, buttons, axes }: UnnamedPose): number {
	return PREFIX_BYTES + HEADER_BYTES + ids.length * BONE_BYTES + (buttons.length + axes.length) * 4;
}

/** Writes a pose at `at`. @returns where the next one goes */
export function packPose(pose: UnnamedPose, data: DataView, at: number): number {
	const { ids, positions, rotations, buttons, axes } = pose;
	const start = at + PREFIX_BYTES;
	data.setUint8(start, KINDS.indexOf(pose.kind) + 1);
	data.setUint8(start + 1, (pose.parentSpace ? PARENT_SPACE : 0) | (pose.positionTracked ? POSITION_TRACKED : 0));
	data.setInt8(start + 2, pose.skeleton === undefined ? -1 : SKELETONS[pose.skeleton].wireId);
	data.setUint8(start + 3, pose.hand === undefined ? 0 : pose.hand === "left" ? 1 : 2);
	data.setUint16(start + 4, pose.streamId, true);
	data.setUint16(start + 6, ids.length, true);
	data.setUint32(start + 8, pose.sequence, true);
	data.setFloat64(start + 12, pose.timeSec, true);
	data.setFloat64(start + 20, pose.capturedSec ?? Number.NaN, true);
	data.setFloat32(start + 28, pose.confidence, true);
	data.setFloat32(start + 32, pose.horizontalFovDeg, true);
	data.setFloat32(start + 36, pose.verticalFovDeg, true);
	data.setUint8(start + 40, buttons.length);
	data.setUint8(start + 41, axes.length);
	data.setUint16(start + 42, 0, true);
	data.setUint32(start + 44, pose.pressed, true);
	data.setUint32(start + 48, pose.touched, true);
	let end = start + HEADER_BYTES;
	for (let index = 0; index < ids.length; index++, end += 4) data.setInt32(end, ids[index]!, true);
	for (const numbers of [positions, rotations, buttons, axes])
		for (let index = 0; index < numbers.length; index++, end += 4) data.setFloat32(end, numbers[index]!, true);
	const body = new Uint8Array(data.buffer, data.byteOffset + start, end - start);
	data.setUint32(at, body.byteLength, true);
	data.setUint32(at + 4, crc32(body), true);
	return end;
}

/**
 * @returns the pose at `at` and where the next one is; `undefined` if there is no whole one,
 * `"broken"` if what is there is none.
 */
export function unpackPose(
	data: DataView,
	at: number,
): { readonly pose: UnnamedPose; readonly next: number } | "broken" | undefined {
	if (at + PREFIX_BYTES > data.byteLength) return undefined;
	const length = data.getUint32(at, true);
	if (length < HEADER_BYTES || length > MAX_PACKED_BYTES) return "broken";
	const start = at + PREFIX_BYTES;
	const next = start + length;
	if (next > data.byteLength) return undefined;
	if (crc32(new Uint8Array(data.buffer, data.byteOffset + start, length)) !== data.getUint32(at + 4, true))
		return "broken";
	const kind = KINDS[data.getUint8(start) - 1];
	const bones = data.getUint16(start + 6, true);
	const buttonCount = data.getUint8(start + 40);
	const axisCount = data.getUint8(start + 41);
	if (kind === undefined || length !== HEADER_BYTES + bones * BONE_BYTES + (buttonCount + axisCount) * 4)
		return "broken";
	const flags = data.getUint8(start + 1);
	const capturedSec = data.getFloat64(start + 20, true);
	let from = start + HEADER_BYTES;
	const ids = new Int32Array(bones);
	for (let index = 0; index < bones; index++, from += 4) ids[index] = data.getInt32(from, true);
	const floats = (count: number): Float32Array => {
		const numbers = new Float32Array(count);
		for (let index = 0; index < count; index++, from += 4) numbers[index] = data.getFloat32(from, true);
		return numbers;
	};
	const pose: UnnamedPose = {
		timeSec: data.getFloat64(start + 12, true),
		capturedSec: Number.isNaN(capturedSec) ? undefined : capturedSec,
		streamId: data.getUint16(start + 4, true),
		sequence: data.getUint32(start + 8, true),
		kind,
		skeleton: skeletonTypeFromWireId(data.getInt8(start + 2)),
		hand: ([undefined, "left", "right"] as const)[data.getUint8(start + 3)],
		parentSpace: (flags & PARENT_SPACE) !== 0,
		positionTracked: (flags & POSITION_TRACKED) !== 0,
		confidence: data.getFloat32(start + 28, true),
		horizontalFovDeg: data.getFloat32(start + 32, true),
		verticalFovDeg: data.getFloat32(start + 36, true),
		ids,
		positions: floats(bones * 3),
		rotations: floats(bones * 4),
		buttons: floats(buttonCount),
		pressed: data.getUint32(start + 44, true),
		touched: data.getUint32(start + 48, true),
		axes: floats(axisCount),
	};
	return { pose, next };
}
