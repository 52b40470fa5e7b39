import { type BatchMemory, GrowingBytes } from "./batch-memory.ts";
import {
	FRAME_BYTES,
	type FrameFormat,
	type FrameRecord,
	frameFormat,
	hasFormat,
	readFrame,
	writeFrame,
} from "./packed-frames.ts";
import { type PoseRecord, packedPoseBytes, readPose, writePose } from "./packed-poses.ts";

/** Stands in front of a pose; in front of a picture is the number of its format. */
const POSE = -1;
/** Bytes of that number. */
const MARK_BYTES = 8;

/** Poses and pictures in a few buffers. */
export interface PackedRecords {
	/** The records, one behind the other. */
	readonly buffer: ArrayBuffer;
	/** The viewers of the poses, by the number in them. */
	readonly viewers: readonly string[];
	readonly formats: readonly FrameFormat[];
	/** The access units of each format's video, one behind the other. */
	readonly units: readonly ArrayBuffer[];
}

/** The access units of one video, and the newest format of its pictures. */
interface Video {
	readonly units: GrowingBytes;
	format: number;
}

/**
 * Collects poses and pictures in the memory of a batch: sending an object costs ten times as much
 * as its numbers. The access units of a video lie one behind the other, so that a file takes them
 * as they are.
 */
export class RecordPacker {
	readonly #memory: BatchMemory;
	#bytes: GrowingBytes | undefined;
	/** The viewers of poses, and their numbers. */
	#viewers = new Map<string, number>();
	#formats: FrameFormat[] = [];
	#units: GrowingBytes[] = [];
	#videos = new Map<string, Video>();
	/** Bytes of the batch before: the next one will be as long. */
	#bytesBefore = 0;
	#unitsBefore = new Map<string, number>();

	constructor(memory: BatchMemory) {
		this.#memory = memory;
	}

	get isEmpty(): boolean {
		return this.#bytes === undefined;
	}

	/** Copies a record. */
	add(record: PoseRecord | FrameRecord): void {
		this.#bytes ??= new GrowingBytes(this.#memory, this.#bytesBefore);
		const bytes = this.#bytes;
		if (record.type === "pose") {
			mark(bytes, POSE);
			let viewer = this.#viewers.get(record.viewer);
			if (viewer === undefined) {
				viewer = this.#viewers.size;
				this.#viewers.set(record.viewer, viewer);
			}
			writePose(bytes, viewer, record.pose);
			return;
		}
		const { accessUnit } = record.packet;
		const { units, format } = this.#videoOf(record);
		const unitAt = units.extend(accessUnit.byteLength);
		units.uint8.set(accessUnit, unitAt);
		mark(bytes, format);
		writeFrame(bytes, record, unitAt);
	}

	/** The records so far. The next ones go into other buffers. */
	take(): PackedRecords | undefined {
		const bytes = this.#bytes;
		if (bytes === undefined) return undefined;
		const taken = {
			buffer: bytes.buffer,
			viewers: [...this.#viewers.keys()],
			formats: this.#formats,
			units: this.#units.map(({ buffer }) => buffer),
		};
		this.#bytesBefore = bytes.length;
		this.#unitsBefore = new Map([...this.#videos].map(([name, { units }]) => [name, units.length]));
		this.#bytes = undefined;
		this.#viewers = new Map();
		this.#formats = [];
		this.#units = [];
		this.#videos = new Map();
		return taken;
	}

	#videoOf(record: FrameRecord): Video {
		const name = `${record.type} ${record.type === "frame" ? record.viewer : record.camera}`;
		let video = this.#videos.get(name);
		if (video !== undefined && hasFormat(record, this.#formats[video.format]!)) return video;
		const { byteLength } = record.packet.accessUnit;
		const units =
			video?.units ??
			new GrowingBytes(this.#memory, Math.max(byteLength, this.#unitsBefore.get(name) ?? byteLength));
		video = { units, format: this.#formats.push(frameFormat(record)) - 1 };
		this.#units.push(units);
		this.#videos.set(name, video);
		return video;
	}
}

function mark(bytes: GrowingBytes, value: number): void {
	// First, since it may put other memory in the place of `float64`.
	const at = bytes.extend(MARK_BYTES);
	bytes.float64[at / 8] = value;
}

/** The buffers of packed records, each once. */
export function buffersOf({ buffer, units }: PackedRecords): ArrayBuffer[] {
	return [...new Set([buffer, ...units])];
}

/** Reads packed records one after the other. Their arrays are views of the buffers. */
export class RecordUnpacker {
	readonly #packed: PackedRecords;
	readonly #numbers: Float64Array;
	#at = 0;

	constructor(packed: PackedRecords) {
		this.#packed = packed;
		this.#numbers = new Float64Array(packed.buffer);
	}

	/** The next record. There has to be one. */
	next(): PoseRecord | FrameRecord {
		const { buffer, viewers, formats, units } = this.#packed;
		const mark = this.#numbers[this.#at / 8]!;
		this.#at += MARK_BYTES;
		if (mark === POSE) {
			const record = readPose(buffer, this.#at, viewers);
			this.#at += packedPoseBytes(record.pose);
			return record;
		}
		const first = this.#at / 8;
		this.#at += FRAME_BYTES;
		const numbers = this.#numbers.subarray(first, first + FRAME_BYTES / 8);
		return readFrame(numbers, formats[mark]!, units[mark]!);
	}
}
