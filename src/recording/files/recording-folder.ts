import { constants } from "node:fs";
import { lstat, open, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { wordsForFileError } from "../../media/file-error-words.ts";
import { RecordingError } from "../recording-error.ts";
import { countEpisodes, parseSummary, type SessionSummary, SUMMARY_INTERVAL_MS } from "../session-summary.ts";
import { isAlive, isThisProcess } from "./recorder-process.ts";

const TIME = /^session_(\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}\.\d{3}Z)(?:_[^/\\_]+)?$/u;
const SUMMARY = ".json";
const KEEP = ".keep";
/** Longest summary that is read, bytes. */
const MOST_SUMMARY_BYTES = 4 << 20;
/**
 * A recording without an end whose process can't be looked for counts as running while its newest
 * file is no older.
 */
const FRESH_MS = 4 * SUMMARY_INTERVAL_MS;

/** A file of a recording. */
export interface StoredFile {
	/** Without its folder. */
	readonly name: string;
	readonly bytes: number;
	readonly changedMs: number;
}

/** A recording as it lies in a folder. */
export interface StoredSession {
	/** The beginning of the names of its files. */
	readonly stem: string;
	readonly beganAt: Date;
	/** The end; of a recording that was cut off, the last change of its files. */
	readonly endedAt: Date | undefined;
	/** `cut-off`: its process was killed. `unknown`: it has no summary. */
	readonly state: "recording" | "closed" | "failed" | "cut-off" | "unknown";
	/** `undefined`: it has none, or none that can be read. */
	readonly summary: SessionSummary | undefined;
	readonly files: readonly StoredFile[];
	readonly bytes: number;
	/** It is marked: retention never removes it. */
	readonly kept: boolean;
}

/**
 * The stem that a file's name belongs to: `session_TIME[_NAME]`, before `_part002`, the id of a
 * viewer, and the ending.
 *
 * @returns `undefined`: it is no file of a recording.
 */
export function stemOfFile(name: string): string | undefined {
	const match =
		/^(.*?)(?:_part\d+)?\.(rrd|mcap|json|keep)$/u.exec(name) ??
		/^(.*?)(?:_part\d+)?\.[\w-]{8}\.(mp4|jsonl)$/u.exec(name);
	const stem = match?.[1];
	return stem !== undefined && !Number.isNaN(timeOfStem(stem).getTime()) ? stem : undefined;
}

/**
 * The recordings of a folder, the oldest first. Links and other files are left out.
 *
 * @param running stems of recordings that this process writes.
 * @throws {RecordingError} if the folder can't be read.
 */
export async function storedSessions(
	directory: string,
	running: ReadonlySet<string> = new Set(),
	nowMs: number = Date.now(),
): Promise<readonly StoredSession[]> {
	const byStem = new Map<string, StoredFile[]>();
	for (const name of await namesIn(directory)) {
		const stem = stemOfFile(name);
		const file = stem === undefined ? undefined : await lstat(join(directory, name)).catch(() => undefined);
		if (stem === undefined || file?.isFile() !== true) continue;
		const files = byStem.get(stem) ?? [];
		files.push({ name, bytes: file.size, changedMs: file.mtimeMs });
		byStem.set(stem, files);
	}
	const sessions: StoredSession[] = [];
	// One after the other: a folder may have more summaries than a process may open files.
	for (const [stem, files] of [...byStem].sort(([a], [b]) => (a < b ? -1 : 1))) {
		const session = await storedSession(directory, stem, files, running, nowMs);
		// Somebody's notes may have such a name, too.
		if (session.summary !== undefined || files.some(({ name }) => /\.(rrd|mcap)$/.test(name)))
			sessions.push(session);
	}
	return sessions;
}

/**
 * Marks a recording as one that is never removed, or takes the mark away.
 *
 * @param stem beginning of the names of its files.
 * @throws {RecordingError} if there is no such recording, or nothing can be written there.
 */
export async function markKept(directory: string, stem: string, kept = true): Promise<void> {
	const sessions = await storedSessions(directory);
	if (!sessions.some((session) => session.stem === stem))
		throw new RecordingError(`${directory} has no recording "${stem}".`, { code: "not-found" });
	const path = join(directory, stem + KEEP);
	try {
		if (kept) await (await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW)).close();
		else await unlink(path).catch(ignoreMissing);
	} catch (error) {
		throw new RecordingError(`${path} can't be written: ${(error as Error).message}`, { cause: error });
	}
}

/**
 * Removes the files of a recording, unless it has been marked meanwhile.
 * @returns false if it was marked.
 * @throws {Error} of the system.
 */
export async function removeSession(directory: string, { stem, files }: StoredSession): Promise<boolean> {
	const isMarked = await lstat(join(directory, stem + KEEP)).then(
		() => true,
		() => false,
	);
	if (isMarked) return false;
	// The summary goes last: while a file is left, it says what it is.
	await unlink(join(directory, `${stem}${SUMMARY}.tmp`)).catch(ignoreMissing);
	const names = files
		.map(({ name }) => name)
		.sort((a, b) => Number(a.endsWith(SUMMARY)) - Number(b.endsWith(SUMMARY)));
	for (const name of names) await unlink(join(directory, name)).catch(ignoreMissing);
	return true;
}

/**
 * Opens a file of a recording for reading, and nothing else: no link, no other file.
 *
 * @returns `undefined`: there is no such file.
 * @throws {Error} of the system, if too many files are open.
 */
export async function openStoredFile(directory: string, name: string) {
	if (stemOfFile(name) === undefined || /[/\\\0]/.test(name)) return undefined;
	const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
	const file = await open(join(directory, name), flags).catch((error: NodeJS.ErrnoException) => {
		// Too many files are open: that says nothing about this one.
		if (error.code === "EMFILE" || error.code === "ENFILE") throw error;
		return undefined;
	});
	if (file === undefined) return undefined;
	const stats = await file.stat();
	if (stats.isFile()) return { file, bytes: stats.size };
	await file.close();
	return undefined;
}

/** @throws {RecordingError} */
async function namesIn(directory: string): Promise<readonly string[]> {
	try {
		return await readdir(directory);
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code === "ENOENT" ? "not-found" : "broken";
		throw new RecordingError(`${directory} ${wordsForFileError(error)}.`, { code, cause: error });
	}
}

async function storedSession(
	directory: string,
	stem: string,
	files: readonly StoredFile[],
	running: ReadonlySet<string>,
	nowMs: number,
): Promise<StoredSession> {
	const summary = await readSummary(directory, stem);
	const media = files.filter(({ name }) => !name.endsWith(KEEP));
	const changedMs = Math.max(...media.map((file) => file.changedMs));
	const hasEnded = summary?.end !== undefined || summary?.state === "failed";
	const isWritten = !hasEnded && (writerIsAlive(summary) ?? nowMs - changedMs < FRESH_MS);
	const state = running.has(stem) || isWritten ? "recording" : stateOf(summary);
	const end = summary?.end === undefined ? new Date(changedMs) : new Date(summary.end);
	return {
		stem,
		beganAt: summary === undefined ? timeOfStem(stem) : new Date(summary.begin),
		endedAt: state === "recording" || media.length === 0 ? undefined : end,
		state,
		summary,
		files: media,
		bytes: media.reduce((sum, { bytes }) => sum + bytes, 0),
		kept: media.length < files.length,
	};
}

/** @returns `undefined`: that can't be told. */
function writerIsAlive(summary: SessionSummary | undefined): boolean | undefined {
	// This process's own are known, but for those of another server in it.
	if (summary?.process === undefined || isThisProcess(summary.process)) return undefined;
	return isAlive(summary.process);
}

function stateOf(summary: SessionSummary | undefined): StoredSession["state"] {
	if (summary === undefined) return "unknown";
	return summary.state === "recording" ? "cut-off" : summary.state;
}

async function readSummary(directory: string, stem: string): Promise<SessionSummary | undefined> {
	const opened = await openStoredFile(directory, stem + SUMMARY);
	if (opened === undefined) return undefined;
	try {
		return opened.bytes > MOST_SUMMARY_BYTES ? undefined : parseSummary(await opened.file.readFile("utf8"));
	} finally {
		await opened.file.close();
	}
}

/** session_2026-01-31T23-59-59.125Z_name */
function timeOfStem(stem: string): Date {
	const [, time = ""] = TIME.exec(stem) ?? [];
	return new Date(time.replace(/T(\d\d)-(\d\d)-/, "T$1:$2:"));
}

/** @throws {Error} unless it says that the file is gone already. */
function ignoreMissing(error: NodeJS.ErrnoException): void {
	if (error.code !== "ENOENT") throw error;
}

/** The facts about a recording, as JSON has them. */
export function describeStored(session: StoredSession): object {
	const { stem, beganAt, endedAt, state, summary, files, bytes, kept } = session;
	return {
		stem,
		...(summary?.name !== undefined && { name: summary.name }),
		state,
		begin: beganAt.toISOString(),
		...(endedAt !== undefined && { end: endedAt.toISOString() }),
		...(endedAt !== undefined && { durationSec: (endedAt.getTime() - beganAt.getTime()) / 1000 }),
		...(summary !== undefined && { viewers: summary.viewerCount, episodes: countEpisodes(summary.episodes) }),
		bytes,
		files: files.map(({ name, bytes: size }) => ({ name, bytes: size })),
		kept,
	};
}
