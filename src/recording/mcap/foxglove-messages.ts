import type { MessageField, MessageType } from "./protobuf-message.ts";
import { MessageWriter } from "./protobuf-message.ts";

/*
 * Messages of Foxglove's SDK (schemas/proto, MIT), which Foxglove, Lichtblick and Rerun's importer
 * know by their names: field numbers are facts of theirs.
 */

const doubles = (names: readonly string[]): MessageField[] =>
	names.map((name, at) => ({ name, number: at + 1, type: "double" }));

const TIMESTAMP: MessageType = {
	name: "google.protobuf.Timestamp",
	fields: [
		{ name: "seconds", number: 1, type: "int64" },
		{ name: "nanos", number: 2, type: "int32" },
	],
};
const VECTOR: MessageType = { name: "foxglove.Vector3", fields: doubles(["x", "y", "z"]) };
const QUATERNION: MessageType = { name: "foxglove.Quaternion", fields: doubles(["x", "y", "z", "w"]) };
const POSE: MessageType = {
	name: "foxglove.Pose",
	fields: [
		{ name: "position", number: 1, type: VECTOR },
		{ name: "orientation", number: 2, type: QUATERNION },
	],
};
const timestamp: MessageField = { name: "timestamp", number: 1, type: TIMESTAMP };
const frameId: MessageField = { name: "frame_id", number: 2, type: "string" };

export const COMPRESSED_VIDEO: MessageType = {
	name: "foxglove.CompressedVideo",
	fields: [
		timestamp,
		frameId,
		{ name: "data", number: 3, type: "bytes" },
		{ name: "format", number: 4, type: "string" },
	],
};
export const COMPRESSED_AUDIO: MessageType = {
	name: "foxglove.CompressedAudio",
	fields: [timestamp, { name: "data", number: 2, type: "bytes" }, { name: "format", number: 3, type: "string" }],
};
export const POSES_IN_FRAME: MessageType = {
	name: "foxglove.PosesInFrame",
	fields: [timestamp, frameId, { name: "poses", number: 3, type: POSE, repeated: true }],
};
const FRAME_TRANSFORM: MessageType = {
	name: "foxglove.FrameTransform",
	fields: [
		timestamp,
		{ name: "parent_frame_id", number: 2, type: "string" },
		{ name: "child_frame_id", number: 3, type: "string" },
		{ name: "translation", number: 4, type: VECTOR },
		{ name: "rotation", number: 5, type: QUATERNION },
	],
};
export const FRAME_TRANSFORMS: MessageType = {
	name: "foxglove.FrameTransforms",
	fields: [{ name: "transforms", number: 1, type: FRAME_TRANSFORM, repeated: true }],
};
const LEVEL = { name: "foxglove.Log.Level", values: ["UNKNOWN", "DEBUG", "INFO", "WARNING", "ERROR", "FATAL"] };
export const LOG: MessageType = {
	name: "foxglove.Log",
	fields: [
		timestamp,
		{ name: "level", number: 2, type: LEVEL },
		{ name: "message", number: 3, type: "string" },
		{ name: "name", number: 4, type: "string" },
		{ name: "file", number: 5, type: "string" },
		{ name: "line", number: 6, type: "fixed32" },
	],
	enums: [LEVEL],
};
const LEVELS = { INFO: 2, WARN: 3, ERROR: 4 } as const;

const writer = new MessageWriter();

function begun(timeNs: bigint): MessageWriter {
	return writer
		.begin()
		.short(1, (message) =>
			message.varint(1, Number(timeNs / 1_000_000_000n)).varint(2, Number(timeNs % 1_000_000_000n)),
		);
}

/** @param codec as Foxglove spells it: `h264`, `h265`, `vp9`, `av1`. */
export function compressedVideo(timeNs: bigint, frame: string, data: Uint8Array, codec: string): Uint8Array {
	return begun(timeNs).string(2, frame).bytes(3, data).string(4, codec).finish();
}

/** @param codec as Foxglove spells it: `opus` for one raw packet. */
export function compressedAudio(timeNs: bigint, data: Uint8Array, codec: string): Uint8Array {
	return begun(timeNs).bytes(2, data).string(3, codec).finish();
}

/** @param positions x y z of each. @param rotations quaternions, x y z w of each. */
export function posesInFrame(
	timeNs: bigint,
	frame: string,
	positions: ArrayLike<number>,
	rotations: ArrayLike<number>,
): Uint8Array {
	const message = begun(timeNs).string(2, frame);
	for (let pose = 0; pose * 3 < positions.length; pose++)
		message.short(3, (each) => {
			each.short(1, (part) => numbersFrom(part, positions, pose * 3, 3));
			each.short(2, (part) => numbersFrom(part, rotations, pose * 4, 4));
		});
	return message.finish();
}

/** The place of `child` in `parent`. @param rotation quaternion, x y z w. */
export function frameTransforms(
	timeNs: bigint,
	parent: string,
	child: string,
	translation: ArrayLike<number>,
	rotation: ArrayLike<number>,
): Uint8Array {
	const transform = begun(timeNs).string(2, parent).string(3, child);
	transform.short(4, (part) => numbersFrom(part, translation, 0, 3));
	transform.short(5, (part) => numbersFrom(part, rotation, 0, 4));
	const bytes = transform.finish();
	return writer.bytes(1, bytes).finish();
}

/** A line of text. @param name of the thing that it is about. */
export function logLine(timeNs: bigint, level: keyof typeof LEVELS, words: string, name: string): Uint8Array {
	return begun(timeNs).varint(2, LEVELS[level]).string(3, words).string(4, name).finish();
}

function numbersFrom(message: MessageWriter, values: ArrayLike<number>, start: number, count: number): void {
	for (let part = 0; part < count; part++) message.double(part + 1, values[start + part]!);
}
