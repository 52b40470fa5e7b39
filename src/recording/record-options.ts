import { MAX_RECORDING_NAME } from "../media/message-bounds.ts";
import {
	bounded,
	group,
	type Option,
	type OptionTable,
	oneOf,
	optional,
	refined,
	text,
	wholeNumber,
	withDefault,
} from "../media/option-table.ts";
import { KEEP_OPTIONS, type KeepOptions } from "./files/retention.ts";
import type { RecordedFormat, RecordedSourceChoice } from "./recording-protocol.ts";
import { EPISODE_BUTTON_OPTIONS, type EpisodeButtons } from "./tap/episode-buttons.ts";

/** Options of a server's recording for Rerun. */
export interface RecordOptions {
	/**
	 * The folder of the recordings, which is made if it does not exist. The names of a recording's
	 * files begin with the time of its beginning (UTC), so that they sort by time.
	 */
	readonly directory: string;
	/**
	 * Bytes that may wait for the disk, and again as many for the thread that writes: a larger
	 * number bridges longer pauses of the disk. Data beyond them is lost and counted, video up to
	 * the next key frame.
	 * @default 64 MiB
	 */
	readonly maxQueuedBytes?: number | undefined;
	/**
	 * `packets`: the source's own video too, as it comes, without encoding. It takes the bytes that
	 * the source has, and shows the whole sphere to those who have the file. `small`: the whole
	 * sphere too, at most 1024 pixels wide and high for each eye, of every source, at about 1
	 * Mbit/s.
	 * @default "none"
	 */
	readonly source?: RecordedSourceChoice | undefined;
	/**
	 * Files that are made beside each other: for Rerun (`rrd`), for Foxglove (`mcap`), and each
	 * viewer's video with its poses (`mp4`). Replay, export and drawing again read the first two.
	 * @default ["rrd"]
	 */
	readonly formats?: readonly RecordedFormat[] | undefined;
	/**
	 * Begins another file, STEM_part002.rrd, when the present one has so many bytes or minutes.
	 * Each can be opened by itself, and nothing is lost between them.
	 * @default no bounds; a file of about an hour of one viewer is followed by another
	 */
	readonly rotate?: RecordRotation | undefined;
	/**
	 * `asked`: when the program (`server.recorder`) asks, or a viewer with the right `record`.
	 * @default "at-once"
	 */
	readonly begin?: "at-once" | "asked" | undefined;
	/**
	 * Stands in the names of files, after the time, of recordings that are not given another name.
	 * @default none
	 */
	readonly name?: string | undefined;
	/**
	 * `ask`: a viewer's pictures, poses and numbers are recorded only while its person allows it.
	 * Clients that can't answer are not recorded.
	 * @default "none"
	 */
	readonly consent?: "none" | "ask" | undefined;
	/**
	 * Buttons of controllers that begin and end episodes, of viewers with the right `record`.
	 * @default none
	 */
	readonly episodeButtons?: EpisodeButtons | undefined;
	/**
	 * Bounds of the folder: when one is passed, the oldest recordings are removed that are neither
	 * marked nor running.
	 * @default none
	 */
	readonly keep?: KeepOptions | undefined;
}

/** Bounds of one file of a recording. */
export interface RecordRotation {
	/** From 1 MiB on. A file may have a second's bytes more. @default none */
	readonly bytes?: number | undefined;
	/** Above 0. @default none */
	readonly minutes?: number | undefined;
}

const ROTATION_OPTIONS = {
	bytes: optional(wholeNumber(1 << 20, Number.MAX_SAFE_INTEGER)),
	minutes: optional(bounded("a number of minutes above 0", (minutes) => minutes > 0)),
} satisfies OptionTable<RecordRotation>;

const FORMATS: readonly RecordedFormat[] = ["rrd", "mcap", "mp4"];

/** At least one format, each once. */
function recordedFormats(value: unknown, name: string): readonly RecordedFormat[] {
	const expected = `a list of ${FORMATS.join(", ")}, each at most once`;
	if (!Array.isArray(value)) throw new TypeError(`${name} is ${expected}.`);
	const known = FORMATS.filter((format) => value.includes(format));
	if (known.length === 0 || known.length !== value.length)
		throw new RangeError(`${name} is ${expected}; got ${value.length === 0 ? "none" : value.join(", ")}.`);
	return known;
}

function recordingName(value: unknown, name: string): string {
	const given = text("a name for the recordings")(value, name);
	if (given.length <= MAX_RECORDING_NAME) return given;
	throw new RangeError(`${name} is at most ${MAX_RECORDING_NAME} characters; got ${given.length}.`);
}

/** Every option of a recording, with its check and its default. */
const RECORD_OPTIONS = {
	directory: text("the folder of the recording"),
	maxQueuedBytes: withDefault(wholeNumber(1 << 20, Number.MAX_SAFE_INTEGER), 64 << 20),
	source: withDefault(oneOf(["packets", "small", "none"]), "none"),
	formats: withDefault(recordedFormats, ["rrd"]),
	rotate: group(ROTATION_OPTIONS),
	begin: withDefault(oneOf(["at-once", "asked"]), "at-once"),
	name: optional(recordingName),
	consent: withDefault(oneOf(["none", "ask"]), "none"),
	episodeButtons: group(EPISODE_BUTTON_OPTIONS),
	keep: group(KEEP_OPTIONS),
} satisfies OptionTable<RecordOptions>;

const RECORD_GROUP = group(RECORD_OPTIONS);

/** The options of a server's recordings with every default filled in. */
export type CompleteRecordOptions = ReturnType<typeof RECORD_GROUP>;

/** Those of them that a recording needs itself. */
export type RecordingFilesOptions = Omit<
	CompleteRecordOptions,
	"begin" | "name" | "consent" | "episodeButtons" | "keep"
>;

/** The option of `serve()`: the folder alone, or an object with it; `undefined`: no recording. */
export const recordOption: Option<CompleteRecordOptions | undefined> = refined(RECORD_GROUP, (value, name) => {
	if (value === undefined) return undefined;
	return RECORD_GROUP(typeof value === "string" ? { directory: value } : value, name);
});
