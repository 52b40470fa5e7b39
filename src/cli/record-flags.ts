import { type Command, Option } from "commander";
import type { RecordOptions } from "../recording/record-options.ts";

/** Parsed flags about recordings of sessions. */
export interface RecordFlags {
	readonly record?: string;
	readonly recordWhen?: "at-once" | "asked";
	readonly recordName?: string;
	readonly recordConsent?: "none" | "ask";
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
		);
}

/**
 * The option `record` of `serve()`; `undefined`: nothing is recorded.
 * @throws {RangeError} for flags that mean nothing without `--record`.
 */
export function recordFromFlags(flags: RecordFlags): RecordOptions | undefined {
	const { record: directory, recordWhen: begin, recordName: name, recordConsent: consent } = flags;
	if (directory !== undefined) return { directory, begin, name, consent };
	const needsFolder = { "--record-when": begin, "--record-name": name, "--record-consent": consent };
	const [orphan] = Object.entries(needsFolder).filter(([, value]) => value !== undefined);
	if (orphan !== undefined) throw new RangeError(`${orphan[0]} is about recordings; add --record FOLDER.`);
	return undefined;
}
