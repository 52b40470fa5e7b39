import { bitAt, isNull } from "../arrow/arrow-array.ts";
import { valueAt } from "../arrow/arrow-values.ts";
import type { Chunk, ComponentColumn } from "../chunk/chunk.ts";
import type { LogMessage } from "../rrd/log-message.ts";

/** The part of a message in its video. */
export interface VideoPart {
	/** The name of the video: those of its store and its entity. */
	readonly stream: string;
	/**
	 * True when the message has a frame that can be shown without earlier ones. `null`: not known,
	 * as the frame is not marked and the codec is not read.
	 */
	readonly key: boolean | null;
}

/** Codecs of `VideoStream:codec`: the four characters `avc1` and `hev1`. */
const H264 = 0x61766331;
const H265 = 0x68657631;
/** Most videos whose codec is remembered. More than any program has: all are forgotten then. */
const MAX_STREAMS = 10_000;

/**
 * Finds the messages of videos, and the key frames among them: a history may be cut only in front
 * of a key frame. Samples that are not marked (`is_keyframe`, Rerun 0.32 and later) are parsed.
 */
export class VideoKeyFrames {
	readonly #codecs = new Map<string, number>();

	/**
	 * Has to be called once for each message, in their order.
	 *
	 * @returns `null` for a message that is no sample of a video.
	 */
	partOf(message: LogMessage): VideoPart | null {
		let chunk: Chunk | null;
		try {
			chunk = message.chunk();
		} catch {
			// A peer's chunk, in a form that is not read here. Viewers may read it.
			return null;
		}
		if (chunk === null) return null;
		const codecs = columnOf(chunk, "VideoStream:codec");
		const samples = columnOf(chunk, "VideoStream:sample");
		if (codecs === undefined && samples === undefined) return null;
		const stream = `${message.storeId.applicationId}\n${message.storeId.recordingId}\n${chunk.entityPath}`;
		if (codecs !== undefined) this.#remember(stream, lastNumber(codecs));
		if (samples === undefined) return null;
		const marks = columnOf(chunk, "VideoStream:is_keyframe");
		if (marks !== undefined) return { stream, key: someRow(marks, ({ lists }, row) => isMarked(lists, row)) };
		const codec = this.#codecs.get(stream);
		if (codec !== H264 && codec !== H265) return { stream, key: null };
		return {
			stream,
			key: someRow(samples, ({ lists }, row) => {
				const sample = (valueAt(lists, row) as unknown[])[0];
				return sample instanceof Uint8Array && beginsAnew(sample, codec);
			}),
		};
	}

	#remember(stream: string, codec: number | null): void {
		if (codec === null) return;
		if (this.#codecs.size >= MAX_STREAMS) this.#codecs.clear();
		this.#codecs.set(stream, codec);
	}
}

function columnOf(chunk: Chunk, component: string): ComponentColumn | undefined {
	return chunk.components.find(({ descriptor }) => descriptor.component === component);
}

function someRow(column: ComponentColumn, holds: (column: ComponentColumn, row: number) => boolean): boolean {
	for (let row = 0; row < column.lists.length; row++)
		if (!isNull(column.lists, row) && holds(column, row)) return true;
	return false;
}

function isMarked({ offsets, children: [flags] }: ComponentColumn["lists"], row: number): boolean {
	const at = offsets![row]!;
	return flags?.type.kind === "bool" && at < offsets![row + 1]! && bitAt(flags.values as Uint8Array, at);
}

function lastNumber({ lists }: ComponentColumn): number | null {
	for (let row = lists.length - 1; row >= 0; row--) {
		const value = valueAt(lists, row);
		if (Array.isArray(value) && typeof value[0] === "number") return value[0];
	}
	return null;
}

/**
 * True when an access unit in Annex B (ITU-T H.264 and H.265, annex B) is a key frame. Its first
 * slice decides.
 */
function beginsAnew(accessUnit: Uint8Array, codec: typeof H264 | typeof H265): boolean {
	for (let at = 0; at + 3 < accessUnit.length; at++) {
		if (accessUnit[at] !== 0 || accessUnit[at + 1] !== 0 || accessUnit[at + 2] !== 1) continue;
		const header = accessUnit[at + 3]!;
		if (codec === H264) {
			const type = header & 31;
			if (type === 5) return true;
			if (type >= 1 && type <= 4) return false;
		} else {
			const type = (header >> 1) & 63;
			if (type >= 16 && type <= 23) return true;
			if (type < 16) return false;
		}
		at += 2;
	}
	return false;
}
