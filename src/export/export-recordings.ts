import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { holdsSession } from "../recording/read/mcap-file.ts";
import { openRecording, type RecordingReader } from "../recording/read/recording-reader.ts";
import { RecordingError } from "../recording/recording-error.ts";
import type { SessionRecord } from "../recording/session-record.ts";
import type { ExportedSession, ExportOptions, ExportReport, RecordContent } from "./export-options.ts";
import { exportSessions } from "./export-sessions.ts";

/** Options of `exportRecordings()`. */
export interface ExportRecordingsOptions extends Omit<ExportOptions, "sessions"> {
	/**
	 * Files that `serve({ record })` has made, or folders of them. The parts that follow a file are
	 * read with it.
	 */
	readonly recordings: readonly string[];
}

/**
 * Writes recordings of sessions as one dataset for robot learning: rows at a fixed rate, and for
 * each row its picture. Nothing is left behind when it fails.
 *
 * @throws {RecordingError} when a file is missing, damaged, or no recording.
 * @throws {OutputError} when the folder is not empty, or can't be written.
 * @throws {RangeError} when a name, a viewer or a number is none of these recordings'.
 */
export async function exportRecordings({ recordings, ...options }: ExportRecordingsOptions): Promise<ExportReport> {
	const readers: RecordingReader[] = [];
	try {
		const sessions: ExportedSession[] = [];
		for (const path of await filesOf(recordings)) {
			const reader = await openRecording(path, { onDamage: options.onNotice });
			readers.push(reader);
			for (const damage of reader.summary.damages) options.onNotice?.(damage);
			sessions.push({
				name: basename(path),
				epochNs: reader.summary.beginNs,
				records: (content) => sessionRecords(reader, content),
			});
		}
		return await exportSessions({ ...options, sessions });
	} finally {
		for (const reader of readers) await reader.close();
	}
}

/** The kinds of records that an export needs; others are not read from the disk. */
const TYPES = ["join", "frame", "pose", "log", "source", "episode", "camera"] as const;

async function* sessionRecords(
	reader: RecordingReader,
	content: RecordContent,
): AsyncGenerator<SessionRecord, void, undefined> {
	const types = content === "sphere" ? (["source-packet"] as const) : TYPES;
	for await (const record of reader.records({ types, video: content !== "facts" }))
		if (record.type !== "curve") yield record;
}

/** Files, and the recordings in folders in the order of their names, without their later parts. */
async function filesOf(paths: readonly string[]): Promise<readonly string[]> {
	const files: string[] = [];
	for (const path of paths) {
		const isFolder = await stat(path).then(
			(stats) => stats.isDirectory(),
			() => false,
		);
		if (!isFolder) {
			files.push(path);
			continue;
		}
		const all = (await readdir(path)).filter((name) => /(?<!_part\d+)\.(rrd|mcap)$/.test(name));
		// Of a recording in both formats, that for Rerun holds more.
		const names: string[] = [];
		for (const name of all) {
			const isMcap = name.endsWith(".mcap");
			if (isMcap && all.includes(name.replace(/mcap$/, "rrd"))) continue;
			// Recordings of motion are MCAP files too.
			if (!isMcap || (await holdsSession(join(path, name)))) names.push(name);
		}
		if (names.length === 0)
			throw new RecordingError(`The folder ${path} holds no recordings (.rrd, .mcap).`, { code: "not-found" });
		files.push(...names.sort().map((name) => join(path, name)));
	}
	return files;
}
