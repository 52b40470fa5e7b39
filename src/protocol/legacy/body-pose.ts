import type { Quaternion } from "../../media/rotation.ts";
import { type BoneTable, MAX_LISTED_BONES, setBoneTable } from "../../skeleton/bone-table.ts";
import type { PoseSample } from "../../skeleton/pose-sample.ts";
import { SKELETON_SHAPES } from "../../skeleton/tables/skeleton-shape.ts";
import type { Vector3 } from "../../skeleton/vector.ts";
import { rotationFromWire } from "../bone-validity.ts";
import { DECODED, type DecodeResult, type ParseResult, refused, understood } from "../parse-result.ts";
import { POSE_STREAM } from "../pose-streams.ts";

/*
 * XRT-Client's `body_pose` and `apriltag_pose` channels have one format. Little endian: int32
 * count, then for each bone or tag int32 id, float32 position xyz, float32 rotation xyzw, in
 * Unity's axes (left-handed, +Y up, +Z forward). Bytes after the last bone are skipped.
 *
 * Axes: position (x, y, -z), rotation (-x, -y, z, w), which is its own inverse.
 */

/** A bone of a body, or an AprilTag, in world axes. */
export interface LegacyBone {
	/** FullBody bone id, or tag id. Any 32-bit number may come. */
	readonly id: number;
	readonly position: Vector3;
	readonly rotation: Quaternion;
}

/** AprilTags in sight of the existing headset client. */
export interface LegacyTags {
	/** In the order sent. Empty: tags were lost from sight. */
	readonly bones: readonly LegacyBone[];
	/** The message ended before its last announced tag; the whole ones are here. */
	readonly truncated: boolean;
	/** Tags left out because a number was not finite or the rotation was none. */
	readonly droppedBones: number;
}

const COUNT_BYTES = 4;
const BONE_BYTES = 32;
const POSITION_AT = 4;
const ROTATION_AT = 16;

/**
 * Distance of a squared length from 1 that single precision explains. Such a rotation stays as it
 * was sent: recordings have its very digits.
 */
const SINGLE_PRECISION = 1e-6;

/** Bones of a message, in world axes. */
interface BoneList {
	readonly table: BoneTable;
	readonly truncated: boolean;
	readonly dropped: number;
}

/**
 * Reads a message of XRT-Client's `body_pose` channel as a FullBody of the stream of bodies, in
 * world axes. Never throws. It has no number and no time of its own. Bones that a FullBody does not
 * have are kept beyond its `boneCount`, for recorders.
 *
 * @param into left as it was unless the result is a `message`.
 */
export function decodeLegacyBodyPose(bytes: Uint8Array, into: PoseSample): DecodeResult {
	const list = decodeBones(bytes);
	if (typeof list === "string") return refused(list);
	setBoneTable(into, SKELETON_SHAPES.FullBody.boneCount, list.table);
	into.kind = "skeleton";
	into.origin = "body_pose";
	into.skeleton = "FullBody";
	into.stream = POSE_STREAM.body;
	into.clientTimeMs = Number.NaN;
	into.droppedBones = list.dropped;
	into.truncated = list.truncated;
	return DECODED;
}

/** Reads a message of XRT-Client's `apriltag_pose` channel, into world axes. Never throws. */
export function decodeLegacyTags(bytes: Uint8Array): ParseResult<LegacyTags> {
	const list = decodeBones(bytes);
	if (typeof list === "string") return refused(list);
	return understood({ bones: bonesOfTable(list.table), truncated: list.truncated, droppedBones: list.dropped });
}

/**
 * Writes a message of `body_pose` or `apriltag_pose`: for clients in TypeScript, for replay and for
 * tests.
 */
export function encodeLegacyBodyPose(bones: readonly LegacyBone[]): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(COUNT_BYTES + bones.length * BONE_BYTES);
	const data = new DataView(bytes.buffer);
	data.setInt32(0, bones.length, true);
	for (const [index, { id, position, rotation }] of bones.entries()) {
		const at = COUNT_BYTES + index * BONE_BYTES;
		data.setInt32(at, id, true);
		const numbers = [position[0], position[1], -position[2], -rotation[0], -rotation[1], rotation[2], rotation[3]];
		for (const [part, value] of numbers.entries()) data.setFloat32(at + POSITION_AT + part * 4, value, true);
	}
	return bytes;
}

/** The bones of a table, for `encodeLegacyBodyPose`. */
export function bonesOfTable({ ids, positions, rotations }: BoneTable): LegacyBone[] {
	return Array.from(ids, (id, row): LegacyBone => {
		const [p, q] = [row * 3, row * 4];
		return {
			id,
			position: [positions[p]!, positions[p + 1]!, positions[p + 2]!],
			rotation: [rotations[q]!, rotations[q + 1]!, rotations[q + 2]!, rotations[q + 3]!],
		};
	});
}

/** @returns the bones that can be used, or why the message is refused. */
function decodeBones(bytes: Uint8Array): BoneList | string {
	if (bytes.byteLength < COUNT_BYTES) return "it is shorter than its count";
	const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const announced = data.getInt32(0, true);
	if (announced < 0 || announced > MAX_LISTED_BONES) return `its count is not within 0 to ${MAX_LISTED_BONES}`;
	const whole = Math.min(announced, Math.floor((bytes.byteLength - COUNT_BYTES) / BONE_BYTES));
	const [ids, positions, rotations] = [
		new Int32Array(whole),
		new Float32Array(whole * 3),
		new Float32Array(whole * 4),
	];
	let count = 0;
	for (let index = 0; index < whole; index++) {
		const at = COUNT_BYTES + index * BONE_BYTES;
		const position = positionFrom(data, at + POSITION_AT);
		const rotation = rotationFrom(data, at + ROTATION_AT);
		if (rotation === undefined || !position.every(Number.isFinite)) continue;
		ids[count] = data.getInt32(at, true);
		positions.set(position, count * 3);
		rotations.set(rotation, count * 4);
		count++;
	}
	const table = {
		ids: ids.subarray(0, count),
		positions: positions.subarray(0, count * 3),
		rotations: rotations.subarray(0, count * 4),
	};
	return { table, truncated: whole < announced, dropped: whole - count };
}

function positionFrom(data: DataView, at: number): Vector3 {
	return [data.getFloat32(at, true), data.getFloat32(at + 4, true), -data.getFloat32(at + 8, true)];
}

function rotationFrom(data: DataView, at: number): Quaternion | undefined {
	const sent = [
		-data.getFloat32(at, true),
		-data.getFloat32(at + 4, true),
		data.getFloat32(at + 8, true),
		data.getFloat32(at + 12, true),
	] as const;
	const square = sent[0] ** 2 + sent[1] ** 2 + sent[2] ** 2 + sent[3] ** 2;
	// Numbers that are not finite have no length within the bounds either.
	return Math.abs(square - 1) <= SINGLE_PRECISION ? sent : rotationFromWire(...sent);
}
