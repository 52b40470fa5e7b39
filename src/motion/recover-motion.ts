import { closeSync, fstatSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { hdf5FromJournal } from "./hdf5-file.ts";
import { type McapRecordingInfo, readMcap } from "./mcap-reader.ts";
import { McapMotionWriter } from "./mcap-writer.ts";
import { MotionFileError, readFailure, writeFailure } from "./motion-file-error.ts";
import { type FileOwner, JOURNAL_EXTENSION, TOUCH_MS } from "./motion-format.ts";
import { MotionJournal } from "./motion-journal.ts";
import { isBeingRecorded } from "./motion-recorder.ts";

/** The outcome for one file that a recorder did not finish. */
export interface RecoveredFile {
	/** The whole recording, if `outcome` is `recovered`. */
	readonly path: string;
	/**
	 * `in-use`: a recorder seems to be writing it. `failed`: it can't be recovered, and is
	 * unchanged.
	 */
	readonly outcome: "recovered" | "in-use" | "failed";
	/** A sentence, unless it was recovered. */
	readonly reason?: string | undefined;
}

/** A file untouched for this long has no recorder any more. */
const FRESH_MS = 6 * TOUCH_MS;

/**
 * Finishes recordings whose recorder was killed: makes the HDF5 files of journals, and gives
 * MCAP files their index and their end. JSONL and CSV need no recovery. Files of living
 * processes are left alone.
 *
 * @param path a folder, not its subfolders; or one recording (an HDF5 recording by its name or
 * its journal's)
 * @returns one entry for each unfinished file
 * @throws {MotionFileError} when there is no such folder or file.
 */
export async function recoverMotion(path: string): Promise<readonly RecoveredFile[]> {
	const files: RecoveredFile[] = [];
	for (const file of unfinishedFiles(path)) files.push(await recover(file));
	return files;
}

async function recover(file: string): Promise<RecoveredFile> {
	const isJournal = file.endsWith(JOURNAL_EXTENSION);
	const path = isJournal ? file.slice(0, -JOURNAL_EXTENSION.length) : file;
	try {
		const done = isJournal ? await recoverHdf5(file, path) : await recoverMcap(path);
		return done
			? { path, outcome: "recovered" }
			: { path, outcome: "in-use", reason: `${file} is still being written.` };
	} catch (error) {
		return { path, outcome: "failed", reason: (error as Error).message };
	}
}

async function recoverHdf5(file: string, path: string): Promise<boolean> {
	const journal = MotionJournal.open(file);
	if (isInUse(journal.header.owner, file, path)) return false;
	await hdf5FromJournal(journal, path);
	rmSync(file);
	return true;
}

async function recoverMcap(path: string): Promise<boolean> {
	const part = `${path}.part`;
	let info: McapRecordingInfo | undefined;
	let writer: McapMotionWriter | undefined;
	const notices: string[] = [];
	try {
		for await (const { stream: _, ...pose } of readMcap(
			path,
			(text) => notices.push(text),
			(news) => (info = news),
		)) {
			if (info !== undefined && isInUse(info.owner, path, path)) return false;
			writer ??= partWriter(part, info);
			writer.write(pose);
			writer.flush(performance.now() / 1000);
		}
		if (info !== undefined && isInUse(info.owner, path, path)) return false;
		writer ??= partWriter(part, info);
		await writer.close();
		renameSync(part, path);
		return true;
	} catch (error) {
		writer?.abandon();
		rmSync(part, { force: true });
		throw error instanceof MotionFileError ? error : writeFailure(path, error);
	}
}

function partWriter(part: string, info: McapRecordingInfo | undefined): McapMotionWriter {
	rmSync(part, { force: true });
	const { axes = "flu", createdSec = 0, owner = { host: "", pid: 0 } } = info ?? {};
	return new McapMotionWriter({
		path: part,
		format: "mcap",
		precision: 0,
		absoluteTime: true,
		axes,
		createdSec,
		owner,
	});
}

function unfinishedFiles(path: string): string[] {
	try {
		if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
			return readdirSync(path)
				.toSorted()
				.map((name) => join(path, name))
				.filter((file) => file.endsWith(JOURNAL_EXTENSION) || (file.endsWith(".mcap") && !hasEnd(file)));
		if (path.endsWith(JOURNAL_EXTENSION)) return statSync(path) ? [path] : [];
		if (statSync(path + JOURNAL_EXTENSION, { throwIfNoEntry: false })) return [path + JOURNAL_EXTENSION];
		statSync(path);
		return path.endsWith(".mcap") && !hasEnd(path) ? [path] : [];
	} catch (error) {
		throw readFailure(path, error);
	}
}

const MCAP_MAGIC = Buffer.from("\x89MCAP0\r\n", "latin1");

/** Checks whether an MCAP file has its end. */
function hasEnd(path: string): boolean {
	const descriptor = openSync(path, "r");
	try {
		const { size } = fstatSync(descriptor);
		const bytes = Buffer.alloc(MCAP_MAGIC.length);
		// A file that holds one magic alone has a beginning, but no end.
		if (size <= MCAP_MAGIC.length) return false;
		readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
		return bytes.equals(MCAP_MAGIC);
	} finally {
		closeSync(descriptor);
	}
}

/**
 * Checks whether a recorder is still writing a file. It touches its file every few seconds, so a
 * file at rest is abandoned, even if another process now has that number. A process of this
 * machine is known at once to be gone.
 */
function isInUse({ host, pid }: FileOwner, path: string, recording: string): boolean {
	if (host === hostname()) {
		if (pid === process.pid) return isBeingRecorded(resolve(recording));
		if (!isAlive(pid)) return false;
	}
	return Date.now() - statSync(path).mtimeMs < FRESH_MS;
}

function isAlive(pid: number): boolean {
	if (!Number.isInteger(pid) || pid <= 0) return false;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}
