import { type Command, InvalidArgumentError, Option } from "commander";
import { completeOptions } from "../media/option-table.ts";
import { type KeepOptions, parseKeep } from "../recording/files/retention.ts";
import type { RecordOptions, RecordRotation } from "../recording/record-options.ts";
import type { RecordedFormat } from "../recording/recording-protocol.ts";
import { EPISODE_BUTTON_OPTIONS, type EpisodeButtons } from "../recording/tap/episode-buttons.ts";

/** Parsed flags about recordings of sessions. */
export interface RecordFlags {
	readonly record?: string;
	readonly recordWhen?: "at-once" | "asked";
	readonly recordName?: string;
	readonly recordConsent?: "none" | "ask";
	readonly episodeButtons?: EpisodeButtons;
	readonly recordSource?: RecordOptions["source"];
	readonly keep?: KeepOptions;
	readonly recordRotate?: RecordRotation;
	readonly recordFormat?: readonly RecordedFormat[];
}

/** The flags of a command that can record sessions. */
export function addRecordFlags(command: Command): Command {
	return command
		.option(
			"--record <folder>",
			"record what viewers do and are shown into a file for Rerun, named by its time in UTC",
		)
		.addOption(
			new Option(
				"--record-when <when>",
				"begin at-once, or when asked: by the page's button (default: at-once)",
			).choices(["at-once", "asked"]),
		)
		.option("--record-name <name>", "stands in the names of recordings, after the time")
		.addOption(
			new Option(
				"--record-consent <how>",
				"ask: record only viewers who say yes on their page (default: none is needed)",
			).choices(["none", "ask"]),
		)
		.option(
			"--episode-buttons <list>",
			"buttons of controllers, such as start=right-a,success=right-a,failure=right-b,discard=left-x",
			buttons,
		)
		.addOption(
			new Option(
				"--record-source <what>",
				"packets: record the source's own video too, as it comes; small: a small version of it (default: none)",
			).choices(["packets", "small", "none"]),
		)
		.option(
			"--keep <bounds>",
			"remove the oldest recordings past an age, a size or the disk's free space: 7d,50GB,free:10GB",
			keepBounds,
		)
		.option(
			"--record-format <list>",
			"rrd for Rerun, mcap for Foxglove, mp4 for players, or several: rrd,mp4 (default: rrd)",
			(list: string) => list.split(",").map((format) => format.trim()),
		)
		.option("--record-rotate <bounds>", "begin another file at 30m, 2h, 500MB, 1GB, or both: 1GB,30m", rotation);
}

/**
 * The option `record` of `serve()`; `undefined`: nothing is recorded.
 * @throws {RangeError} for flags that mean nothing without `--record`.
 */
export function recordFromFlags(flags: RecordFlags): RecordOptions | undefined {
	const { record: directory, recordWhen: begin, recordName: name, recordConsent: consent } = flags;
	const { recordSource: source, recordRotate: rotate, recordFormat: formats, episodeButtons, keep } = flags;
	if (directory !== undefined)
		return { directory, begin, name, consent, source, rotate, formats, episodeButtons, keep };
	const needsFolder = {
		"--record-when": begin,
		"--record-name": name,
		"--record-consent": consent,
		"--episode-buttons": episodeButtons,
		"--record-source": source,
		"--keep": keep,
		"--record-rotate": rotate,
		"--record-format": formats,
	};
	const [orphan] = Object.entries(needsFolder).filter(([, value]) => value !== undefined);
	if (orphan !== undefined) throw new RangeError(`${orphan[0]} is about recordings; add --record FOLDER.`);
	return undefined;
}

/** Reads start=right-a,discard=left-x. */
function buttons(list: string): EpisodeButtons {
	try {
		const pairs = list.split(",").map((pair) => pair.split("=").map((part) => part.trim()));
		return completeOptions(EPISODE_BUTTON_OPTIONS, Object.fromEntries(pairs), "--episode-buttons");
	} catch (error) {
		throw new InvalidArgumentError((error as Error).message);
	}
}

function keepBounds(text: string): KeepOptions {
	try {
		return parseKeep(text);
	} catch (error) {
		throw new InvalidArgumentError((error as Error).message);
	}
}

const BYTES = { MB: 1e6, GB: 1e9 } as const;
const MINUTES = { m: 1, h: 60 } as const;

/** Reads `1GB,30m`. */
function rotation(words: string): RecordRotation {
	let bytes: number | undefined;
	let minutes: number | undefined;
	for (const word of words.split(",")) {
		const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)(m|h|MB|GB)$/.exec(word.trim()) ?? [];
		if (unit in BYTES) bytes = Math.round(Number(number) * BYTES[unit as keyof typeof BYTES]);
		else if (unit in MINUTES) minutes = Number(number) * MINUTES[unit as keyof typeof MINUTES];
		else throw new InvalidArgumentError("Give a time or a size, such as 30m, 2h, 500MB or 1GB,30m.");
	}
	return { bytes, minutes };
}
