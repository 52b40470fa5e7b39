import type { Quaternion } from "../../media/rotation.ts";
import { rotationFromWire, type Vector3 } from "../../skeleton/head-pose.ts";
import type { PoseSample } from "../../skeleton/pose-sample.ts";
import { SKELETON_SHAPES } from "../../skeleton/tables/skeleton-shape.ts";
import { type ParseResult, refused, understood } from "../parse-result.ts";

/** One bone of a body, or one AprilTag, in world axes. */
export interface LegacyBone {
	/** FullBody bone id, or tag id. Any 32-bit number may come. */
	readonly id: number;
	readonly position: Vector3;
	readonly rotation: Quaternion;
}

export interface LegacyBodyPose {
	/** In the order sent; not all bones are always there. Empty: an AprilTag was lost. */
	readonly bones: readonly LegacyBone[];
	/** The message ended before the number of bones it had announced; the whole ones are here. */
	readonly truncated: boolean;
	/** Bones left out because a number was not finite or the rotation was none. */
	readonly droppedBones: number;
}

const COUNT_BYTES = 4;
const BONE_BYTES = 32;

/**
 * How far the square of a length is from 1 when single precision is all that is wrong with it. Such
 * a rotation stays as it was sent: recordings say so.
 */
const SINGLE_PRECISION = 1e-6;

/**
 * Most bones or tags that a message may announce: a body has 84, the largest common tag family 587.
 */
const MAX_BONES = 1024;

/**
 * Reads a message of XRT-Client's `body_pose` or `apriltag_pose` channel. Little endian: int32
 * count, then per bone int32 id, float32 position xyz, float32 rotation xyzw, in Unity's axes
 * (left-handed, +Y up, +Z forward). Bytes after the last bone are skipped.
 *
 * Axes: position (x, y, -z), rotation (-x, -y, z, w), which is its own inverse.
 */
export function decodeLegacyBodyPose(bytes: Uint8Array): ParseResult<LegacyBodyPose> {
	if (bytes.byteLength < COUNT_BYTES) return refused("it is shorter than its count");
	const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const announced = data.getInt32(0, true);
	if (announced < 0 || announced > MAX_BONES) return refused(`its count is not within 0 to ${MAX_BONES}`);
	const whole = Math.min(announced, Math.floor((bytes.byteLength - COUNT_BYTES) / BONE_BYTES));
	const bones: LegacyBone[] = [];
	for (let index = 0; index < whole; index++) {
		const bone = decodeBone(data, COUNT_BYTES + index * BONE_BYTES);
		if (bone !== undefined) bones.push(bone);
	}
	return understood({ bones, truncated: whole < announced, droppedBones: whole - bones.length });
}

/**
 * Makes a frame the FullBody that a `body_pose` message holds. Bones that a FullBody does not have
 * are left out; of a bone that comes twice the last counts.
 */
export function frameFromLegacyBodyPose({ bones, droppedBones }: LegacyBodyPose, frame: PoseSample): void {
	const boneCount = SKELETON_SHAPES.FullBody.boneCount;
	frame.reset(boneCount);
	frame.kind = "skeleton";
	frame.skeleton = "FullBody";
	frame.droppedBones = droppedBones;
	frame.clientTimeMs = Number.NaN;
	for (const { id, position, rotation } of bones) {
		if (id < 0 || id >= boneCount) continue;
		frame.positions.set(position, id * 3);
		frame.rotations.set(rotation, id * 4);
		frame.valid[id] = 1;
	}
}

/**
 * The message that `decodeLegacyBodyPose` reads: for clients in TypeScript, for replay and for
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
		for (const [part, value] of numbers.entries()) data.setFloat32(at + 4 + part * 4, value, true);
	}
	return bytes;
}

function decodeBone(data: DataView, at: number): LegacyBone | undefined {
	const number = (part: number) => data.getFloat32(at + 4 + part * 4, true);
	const position = [number(0), number(1), -number(2)] as const;
	// Also catches what is not finite: no such length is within the bounds.
	const sent = [-number(3), -number(4), number(5), number(6)] as const;
	const square = sent[0] ** 2 + sent[1] ** 2 + sent[2] ** 2 + sent[3] ** 2;
	const rotation = Math.abs(square - 1) <= SINGLE_PRECISION ? sent : rotationFromWire(...sent);
	if (rotation === undefined || !position.every(Number.isFinite)) return undefined;
	return { id: data.getInt32(at, true), position, rotation };
}
