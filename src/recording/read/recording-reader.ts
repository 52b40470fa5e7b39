import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { McapRecording } from "./mcap-recording.ts";
import type { ReadRecord } from "./read-record.ts";
import type { RecordingSummary, ViewerSummary } from "./recording-summary.ts";
import { RrdRecording } from "./rrd-recording.ts";
import type { ViewShape } from "./view-shape.ts";

export type { RecordingSummary, ViewerSummary } from "./recording-summary.ts";

/** Choice of the records that are read. */
export interface ReadOptions {
	/** Seconds since the beginning. @default 0 */
	readonly startSec?: number | undefined;
	/** Records at this time and later are left out. @default the end */
	readonly endSec?: number | undefined;
	/** Only records of these viewers, and of none. @default all */
	readonly viewers?: readonly string[] | undefined;
	/** Only these kinds of records; the others are not read from the disk. @default all */
	readonly types?: readonly ReadRecord["type"][] | undefined;
	/**
	 * `false`: access units are not read. Frames have empty ones; records of cameras, of clients'
	 * cameras and of the source's packets are left out.
	 * @default true
	 */
	readonly video?: boolean | undefined;
}

/** Options of `openRecording()`. */
export interface OpenOptions {
	/** Receives each sentence that `summary.damages` gets while records are read. */
	readonly onDamage?: ((sentence: string) => void) | undefined;
}

/** Reads the records of one recorded session, in the order of the server's time. */
export interface RecordingReader extends AsyncDisposable {
	readonly summary: RecordingSummary;
	/**
	 * The records in the order of the server's time. Only those around the present one are in
	 * memory. Several iterations may be under way at once. What is broken is left out, and is among
	 * `summary.damages` from then on.
	 *
	 * @throws {RecordingError} when a file can't be read any more.
	 */
	records(options?: ReadOptions): AsyncGenerator<ReadRecord, void>;
	/**
	 * The viewer whose id begins with some characters.
	 *
	 * @param id `undefined`: the viewer with the most pictures.
	 * @throws {RangeError} when there is none, or more than one; the message names those there are.
	 */
	viewer(id: string | undefined): ViewerSummary;
	/**
	 * Finds the key frame with which a decoder begins to show a viewer's picture at a time.
	 *
	 * @returns seconds since the beginning, for `records({ startSec })`; that of the viewer's first
	 * picture where none comes before.
	 */
	keyframeBefore(viewer: string, atSec: number): Promise<number>;
	/**
	 * Finds the key frame with which a decoder begins to show a picture of a camera.
	 *
	 * @returns seconds since the beginning, for `records({ startSec })`; that of the camera's first
	 * picture where none comes before.
	 */
	cameraKeyframeBefore(camera: string, atSec: number): Promise<number>;
	/**
	 * Finds the key frame with which a decoder begins to show a picture of the source.
	 *
	 * @param stampSec time stamp of the picture in the source.
	 * @param atSec time at which it was seen: of packets with this stamp, those read last before it
	 * count.
	 * @returns seconds since the beginning, for `records({ startSec })`; where no packet has the
	 * stamp, those of a key frame near it; `undefined`: there are no packets.
	 */
	sourceKeyframeBefore(stampSec: number, atSec: number): Promise<number | undefined>;
	/**
	 * The largest size of one eye's view that a viewer was shown, and 2 `eyes` if any picture had
	 * them.
	 */
	largestView(viewer: string): Promise<ViewShape>;
	/**
	 * The time at which a picture was drawn.
	 *
	 * @param number of the picture among those of the viewer in the recording, from 0.
	 * @returns seconds since the beginning; `undefined`: the recording has no such picture.
	 */
	timeOfFrame(viewer: string, number: number): Promise<number | undefined>;
	/** Closes the files. Iterations that are under way fail. */
	close(): Promise<void>;
}

/**
 * Opens a recording that `serve({ record })` or a `SessionRecorder` has made: a `.rrd` or `.mcap`
 * file, and the parts that follow it. A file without a table of contents, as of a process that was
 * killed, is read once for that.
 *
 * @throws {RecordingError} when a file can't be read, or holds no session; the message names it.
 */
export async function openRecording(path: string, { onDamage }: OpenOptions = {}): Promise<RecordingReader> {
	const parts = await partsOf(path);
	return /\.mcap$/i.test(path) ? McapRecording.open(parts, onDamage) : RrdRecording.open(parts, onDamage);
}

/** The file, and the parts that follow it in its folder. */
async function partsOf(path: string): Promise<readonly string[]> {
	const name = basename(path);
	const [, stem, ending] = /^(.*)(\.rrd|\.mcap)$/.exec(name) ?? [];
	if (stem === undefined || ending === undefined || /_part\d+$/.test(stem)) return [path];
	const beside = await readdir(dirname(path)).catch(() => []);
	const before = `${stem}_part`;
	const parts = beside.flatMap((other) => {
		const isOther = !other.startsWith(before) || !other.endsWith(ending);
		const digits = isOther ? "" : other.slice(before.length, -ending.length);
		return /^\d+$/.test(digits) ? [{ number: Number(digits), path: join(dirname(path), other) }] : [];
	});
	// Names of more than 999 parts don't sort.
	return [path, ...parts.sort((a, b) => a.number - b.number).map((part) => part.path)];
}
