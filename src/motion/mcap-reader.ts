import { createReadStream } from "node:fs";
import { setImmediate } from "node:timers/promises";
import zlib from "node:zlib";
import { McapStreamReader } from "@mcap/core";
import { isFiniteNumber, parseJsonObject } from "../protocol/parse-result.ts";
import type { BoneTable } from "../skeleton/bone-table.ts";
import { isSkeletonType, type Side, type SkeletonType } from "../skeleton/tables/skeleton.ts";
import { bitsFrom } from "./bits.ts";
import { BONES_SCHEMA, INPUT_SCHEMA, POSES_SCHEMA, RECORDING_METADATA } from "./mcap-schemas.ts";
import { type MotionAxes, worldFromFile } from "./motion-axes.ts";
import { MotionFileError, readFailure } from "./motion-file-error.ts";
import type { FileOwner } from "./motion-format.ts";
import { type MotionRow, type RecordedKind, sampleFromBones, setInput } from "./motion-row.ts";

/** The statements of an MCAP recording about itself. */
export interface McapRecordingInfo {
	readonly axes: MotionAxes;
	readonly createdSec: number;
	readonly owner: FileOwner;
}

/** The longest chunk, inflated, bytes. Recorders make chunks of about 1 MiB. */
const MAX_CHUNK_BYTES = 64 << 20;
/** The longest record, and so the most bytes that wait to be parsed. */
const MAX_RECORD_BYTES = 2 * MAX_CHUNK_BYTES;
/**
 * The most bytes of all inflated chunks together, as a multiple of the file's size, besides one
 * chunk. Measured: a body that stands still reaches 155.
 */
const MAX_RATIO = 1000;
/** Records between two turns of the event loop. */
const RECORDS_PER_TURN = 256;

type McapRecord = NonNullable<ReturnType<McapStreamReader["nextRecord"]>>;

/**
 * Reads a recording from its beginning to its end, chunk by chunk, with or without the index at
 * its end. A file that was cut off gives its whole chunks. What a file can cost is bounded:
 * chunks over 64 MiB, and a file that inflates to over 1000 times its size, are refused.
 *
 * @param notice receives a sentence about each fault that was tolerated
 * @param learn receives the recording's statements about itself, before its first pose
 * @throws {MotionFileError}
 */
export async function* readMcap(
	path: string,
	notice: (text: string) => void,
	learn: (info: McapRecordingInfo) => void = () => {},
): AsyncGenerator<MotionRow, void, undefined> {
	const inflater = new ChunkInflater(path);
	const reader = new McapStreamReader({
		decompressHandlers: { zstd: (bytes, size) => inflater.inflate(bytes, size) },
	});
	let records = 0;
	const streams = new PoseAssembler(path);
	try {
		for await (const block of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
			reader.append(block);
			inflater.bytesRead += block.byteLength;
			for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) {
				const pose = streams.take(record);
				if (streams.news !== undefined) {
					learn(streams.news);
					streams.news = undefined;
				}
				if (pose !== undefined) yield pose;
				if (++records % RECORDS_PER_TURN === 0) await setImmediate();
			}
			if (reader.done()) break;
			if (reader.bytesRemaining() > MAX_RECORD_BYTES)
				throw new MotionFileError(
					"broken",
					path,
					`${path} has a record that is longer than ${MAX_RECORD_BYTES} bytes.`,
				);
		}
	} catch (error) {
		if (error instanceof MotionFileError) throw error;
		if ((error as NodeJS.ErrnoException).code !== undefined) throw readFailure(path, error);
		throw new MotionFileError(
			"broken",
			path,
			`${path} is no MCAP file, or a broken one: ${(error as Error).message}`,
			{
				cause: error,
			},
		);
	}
	if (!streams.began)
		throw new MotionFileError("broken", path, `${path} is no MCAP file: it is empty or cut off at its beginning.`);
	if (!streams.isRecording)
		throw new MotionFileError("broken", path, `${path} is an MCAP file without a recording of motion.`);
	if (!reader.done())
		notice(
			`${path} has no end: its recorder was interrupted. ` +
				"The whole chunks were read; everything after them is lost.",
		);
}

/** A `Bones` message: everything about a pose but its numbers. */
interface BonesMessage {
	/** Name of its stream. */
	readonly stream: string;
	/** The client's number of the stream. */
	readonly id: number;
	readonly kind: RecordedKind;
	readonly skeleton: SkeletonType | undefined;
	readonly hand: Side | undefined;
	readonly parentSpace: boolean;
	readonly positionTracked: boolean;
	readonly confidence: number;
	readonly horizontalFovDeg: number;
	readonly verticalFovDeg: number;
	readonly ids: Int32Array;
}

/** A `ControllerInput` message. */
interface Input {
	readonly buttons: readonly number[];
	readonly pressed: number;
	readonly touched: number;
	readonly axes: readonly number[];
}

const NO_INPUT: Input = { buttons: [], pressed: 0, touched: 0, axes: [] };

/** Puts poses together from a stream's channels. */
class PoseAssembler {
	readonly #path: string;
	readonly #schemas = new Map<number, string>();
	readonly #channels = new Map<number, { readonly topic: string; readonly schema: string }>();
	readonly #bones = new Map<string, BonesMessage>();
	readonly #inputs = new Map<string, Input>();
	readonly #decoder = new TextDecoder();
	#axes: MotionAxes = "flu";
	began = false;
	isRecording = false;
	news: McapRecordingInfo | undefined;

	constructor(path: string) {
		this.#path = path;
	}

	take(record: McapRecord): MotionRow | undefined {
		switch (record.type) {
			case "Header":
				this.began = true;
				return undefined;
			case "Metadata":
				if (record.name === RECORDING_METADATA) this.#learn(record.metadata);
				return undefined;
			case "Schema":
				this.#schemas.set(record.id, record.name);
				return undefined;
			case "Channel":
				this.#channels.set(record.id, {
					topic: record.topic,
					schema: this.#schemas.get(record.schemaId) ?? "",
				});
				return undefined;
			case "Message":
				return this.#message(record);
			default:
				return undefined;
		}
	}

	#learn(fields: ReadonlyMap<string, string>): void {
		this.isRecording = true;
		this.#axes = fields.get("axes") === "unity" ? "unity" : "flu";
		this.news = {
			axes: this.#axes,
			createdSec: Date.parse(fields.get("created") ?? "") / 1000,
			owner: {
				host: fields.get("host") ?? "",
				pid: Number(fields.get("pid")),
			},
		};
	}

	#message(message: Extract<McapRecord, { type: "Message" }>): MotionRow | undefined {
		const channel = this.#channels.get(message.channelId);
		if (channel === undefined) return undefined;
		const { topic, schema } = channel;
		if (schema !== POSES_SCHEMA.name && schema !== BONES_SCHEMA.name && schema !== INPUT_SCHEMA.name)
			return undefined;
		const fields = parseJsonObject(this.#decoder.decode(message.data));
		if (fields === undefined) throw this.#broken(topic, "a message is not a JSON object");
		if (schema === BONES_SCHEMA.name) {
			this.#bones.set(topic.replace(/\/bones$/, ""), this.#bonesMessage(topic, fields));
			this.isRecording = true;
			return undefined;
		}
		if (schema === INPUT_SCHEMA.name) {
			this.#inputs.set(topic.replace(/\/input$/, ""), this.#input(topic, fields));
			return undefined;
		}
		const bones = this.#bones.get(topic);
		// The poses are another program's: the file names no bones for them.
		if (bones === undefined) return undefined;
		return this.#row(topic, fields, bones, message);
	}

	#row(
		topic: string,
		{ poses, photon_age_ms: photonAgeMs }: Readonly<Record<string, unknown>>,
		bones: BonesMessage,
		message: Extract<McapRecord, { type: "Message" }>,
	): MotionRow {
		const { sequence, logTime, publishTime } = message;
		const sample = sampleFromBones(bones.kind, bones.skeleton, this.#table(topic, poses, bones.ids));
		sample.hand = bones.hand;
		sample.stream = bones.id;
		sample.sequence = sequence;
		sample.parentSpace = bones.parentSpace;
		sample.positionTracked = bones.positionTracked;
		sample.confidence = bones.confidence;
		sample.horizontalFovDeg = bones.horizontalFovDeg;
		sample.verticalFovDeg = bones.verticalFovDeg;
		const { buttons, axes, pressed, touched } = this.#inputs.get(topic) ?? NO_INPUT;
		setInput(sample, buttons, axes);
		sample.controls.pressed = pressed;
		sample.controls.touched = touched;
		return {
			stream: bones.stream,
			timeSec: secondsOf(logTime),
			capturedSec: publishTime === logTime ? undefined : secondsOf(publishTime),
			photonAgeMs: typeof photonAgeMs === "number" ? photonAgeMs : undefined,
			sample,
		};
	}

	/** @returns the bones of a message, in world axes. */
	#table(topic: string, poses: unknown, ids: Int32Array): BoneTable {
		if (!Array.isArray(poses) || poses.length !== ids.length)
			throw this.#broken(topic, `a message has not the ${ids.length} poses that were said`);
		const positions = new Float32Array(ids.length * 3);
		const rotations = new Float32Array(ids.length * 4);
		for (const [bone, pose] of (poses as unknown[]).entries()) {
			const { position, orientation } = (pose ?? {}) as {
				readonly position?: unknown;
				readonly orientation?: unknown;
			};
			this.#numbers(topic, position, ["x", "y", "z"], positions, bone * 3);
			this.#numbers(topic, orientation, ["x", "y", "z", "w"], rotations, bone * 4);
		}
		const table = { ids, positions, rotations };
		worldFromFile(this.#axes, table);
		return table;
	}

	#bonesMessage(topic: string, fields: Readonly<Record<string, unknown>>): BonesMessage {
		const {
			stream,
			stream_id: id,
			kind,
			skeleton,
			hand,
			space,
			ids,
			position_tracked: positionTracked,
			confidence,
			fov,
		} = fields;
		if (typeof stream !== "string" || (kind !== "head" && kind !== "skeleton" && kind !== "controller"))
			throw this.#broken(topic, "a message does not say of which stream it is");
		if (!Array.isArray(ids) || !ids.every(Number.isInteger))
			throw this.#broken(topic, "`ids` is not a list of whole numbers");
		const [horizontal, vertical] = Array.isArray(fov) ? (fov as unknown[]) : [];
		return {
			stream,
			id: isFiniteNumber(id) ? id : 0,
			kind,
			skeleton: isSkeletonType(skeleton) ? skeleton : undefined,
			hand: hand === "left" || hand === "right" ? hand : undefined,
			parentSpace: space === "parent",
			positionTracked: positionTracked !== false,
			confidence: isFiniteNumber(confidence) ? confidence : 1,
			horizontalFovDeg: isFiniteNumber(horizontal) ? horizontal : Number.NaN,
			verticalFovDeg: isFiniteNumber(vertical) ? vertical : Number.NaN,
			ids: Int32Array.from(ids as number[]),
		};
	}

	#input(topic: string, { buttons, pressed, touched, axes }: Readonly<Record<string, unknown>>): Input {
		const list = (value: unknown): number[] => {
			if (!Array.isArray(value) || !value.every(isFiniteNumber))
				throw this.#broken(topic, "a message has a list that is not of numbers");
			return value;
		};
		return {
			buttons: list(buttons),
			pressed: bitsFrom(list(pressed)),
			touched: bitsFrom(list(touched)),
			axes: list(axes),
		};
	}

	#numbers(topic: string, value: unknown, names: readonly string[], into: Float32Array, at: number): void {
		for (const [index, name] of names.entries()) {
			const part = (value as Record<string, unknown> | undefined)?.[name];
			if (!isFiniteNumber(part)) throw this.#broken(topic, `a pose has no number \`${name}\``);
			into[at + index] = part;
		}
	}

	#broken(topic: string, clause: string): MotionFileError {
		return new MotionFileError("broken", this.#path, `${this.#path}, channel ${topic}: ${clause}.`);
	}
}

function secondsOf(ns: bigint): number {
	return Number(ns / 1000n) / 1e6;
}

/** Inflates a file's chunks within bounds: a small file must not cost much memory or time. */
class ChunkInflater {
	readonly #path: string;
	#inflated = 0;
	/** Bytes of the file read so far. */
	bytesRead = 0;

	constructor(path: string) {
		this.#path = path;
	}

	/**
	 * @param size the size that the file states
	 * @throws {MotionFileError} when the size is wrong, or too large.
	 */
	inflate(bytes: Uint8Array, size: bigint): Uint8Array {
		if (typeof zlib.zstdDecompressSync !== "function")
			throw this.#broken(`is compressed with zstd, which Node ${process.versions.node} does not have; 22.15 has`);
		if (size > MAX_CHUNK_BYTES) throw this.#broken(`has a chunk of ${size} bytes, more than ${MAX_CHUNK_BYTES}`);
		this.#inflated += Number(size);
		if (this.#inflated > MAX_CHUNK_BYTES + this.bytesRead * MAX_RATIO)
			throw this.#broken(`inflates to more than ${MAX_RATIO} times its size, as no recording of motion does`);
		const chunk = this.#decompress(bytes, Number(size));
		if (chunk?.byteLength !== Number(size))
			throw this.#broken(`has a chunk that is not of the ${size} bytes that it states`);
		return chunk;
	}

	/** @returns `undefined` when it is longer than stated. */
	#decompress(bytes: Uint8Array, size: number): Uint8Array | undefined {
		try {
			return zlib.zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, size) });
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return undefined;
			throw this.#broken(`has a chunk that can't be inflated: ${(error as Error).message}`, error);
		}
	}

	#broken(clause: string, cause?: unknown): MotionFileError {
		return new MotionFileError("broken", this.#path, `${this.#path} ${clause}.`, { cause });
	}
}
