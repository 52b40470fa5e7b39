import { writeFailureText } from "../../media/write-failure.ts";
import { TurnClock } from "../turn-clock.ts";
import { DiskFile } from "./disk-file.ts";
import { type FileCalls, type OpenedFile, SYSTEM_CALLS } from "./file-calls.ts";

/**
 * Writes that may be under way at once, of different files. Where a process has only four threads
 * for such calls, a disk that hangs may hold these, and one more that syncs or closes.
 */
const MOST_WRITES = 2;
/** Least time between two syncs of the disk itself, which help after a power cut. */
const SYNC_MS = 1000;
/** A write that takes longer is reported. */
const STALL_MS = 2000;

/** Options of a `RecordingDisk`. */
export interface RecordingDiskOptions {
	/** @default the system's */
	readonly calls?: FileCalls | undefined;
	/** Milliseconds on a clock that never goes back. */
	readonly nowMs: () => number;
	/** Receives a sentence when a file has taken nothing for 2 s, and when it does again. */
	readonly onNotice: (message: string) => void;
}

/**
 * The way of a recording's files to the disk. Writes begin as soon as there is something to write,
 * and wait for no other file as long as at most one hangs; none waits for a sync of the disk. What
 * a write has brought to the system survives the end of the process.
 */
export class RecordingDisk {
	readonly #options: RecordingDiskOptions;
	readonly #calls: FileCalls;
	/** Stands still while this thread is held up: files do not wait for the disk then. */
	readonly #clock: TurnClock;
	readonly #files = new Set<DiskFile>();
	/** Files that are open and not begun, by their paths. */
	readonly #openedAhead = new Map<string, OpenedFile>();
	readonly #queue: DiskFile[] = [];
	#writes = 0;
	/** The newest call beside the writes. */
	#turn: Promise<unknown> = Promise.resolve();
	/** The file that is being synced or closed at its end. */
	#ending: { readonly path: string; readonly sinceMs: number; isStalled: boolean } | undefined;
	#timer: NodeJS.Timeout | undefined;

	constructor(options: RecordingDiskOptions) {
		this.#options = options;
		this.#calls = options.calls ?? SYSTEM_CALLS;
		this.#clock = new TurnClock(options.nowMs);
		this.#syncLater(SYNC_MS);
	}

	/**
	 * Opens a file that `open` will begin, which then can't fail for want of the file.
	 *
	 * @param isThere as for `open`.
	 * @throws {Error} of the system.
	 */
	async openAhead(path: string, isThere: boolean): Promise<void> {
		this.#openedAhead.set(path, await this.#calls.open(path, isThere));
	}

	/** Closes a file that was opened ahead and is not begun. @returns false: there is none. */
	async forget(path: string): Promise<boolean> {
		const opened = this.#openedAhead.get(path);
		if (opened === undefined) return false;
		this.#openedAhead.delete(path);
		await this.#calls.close(opened.descriptor).catch(() => {});
		return true;
	}

	/**
	 * Begins a file. Unless it was opened ahead, it is opened with its first write: a disk that
	 * hangs holds up no caller.
	 *
	 * @param isThere it is there, or a device; otherwise it must be new.
	 * @param onFailed receives a sentence, once: it can't be opened, or nothing more is written.
	 */
	open(path: string, isThere: boolean, onFailed: (message: string) => void): DiskFile {
		const opened = this.#openedAhead.get(path);
		this.#openedAhead.delete(path);
		const file = new DiskFile(path, isThere, opened, this.#calls, {
			onWaiting: () => this.#enqueue(file),
			onFailed: (error) => onFailed(writeFailureText(path, error)),
			onClosed: () => this.#files.delete(file),
			inTurn: (call, isEnd) => this.#inTurn(call, isEnd ? path : undefined),
		});
		this.#files.add(file);
		return file;
	}

	/**
	 * Reports files that have begun to hang, or are written again. A thread that is not held up
	 * calls it more often than once a second.
	 */
	check(): void {
		const nowMs = this.#clock.nowMs();
		for (const file of this.#files) {
			const isStalled = nowMs - file.writingSinceMs > STALL_MS;
			if (isStalled === file.isStalled) continue;
			file.isStalled = isStalled;
			this.#options.onNotice(
				isStalled
					? `The disk hangs: ${file.path} has taken nothing for ${STALL_MS / 1000} s.`
					: `${file.path} is written again.`,
			);
		}
		const ending = this.#ending;
		if (ending === undefined || ending.isStalled || !(nowMs - ending.sinceMs > STALL_MS)) return;
		ending.isStalled = true;
		this.#options.onNotice(`The disk hangs: ${ending.path} has waited for its end for ${STALL_MS / 1000} s.`);
	}

	/** Syncs no more. Its files are closed by themselves. */
	close(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}

	/** Calls beside the writes are made one at a time: each may hold a thread for long. */
	#inTurn(call: () => Promise<void>, ending: string | undefined): Promise<void> {
		const turn = this.#turn.then(async () => {
			if (ending !== undefined) this.#ending = { path: ending, sinceMs: this.#clock.nowMs(), isStalled: false };
			try {
				await call();
			} finally {
				if (this.#ending?.isStalled === true) this.#options.onNotice(`${this.#ending.path} has its end.`);
				this.#ending = undefined;
			}
		});
		this.#turn = turn.catch(() => {});
		return turn;
	}

	#enqueue(file: DiskFile): void {
		if (file.isQueued) return;
		file.isQueued = true;
		this.#queue.push(file);
		// All that is appended in this turn goes into one write.
		queueMicrotask(() => this.#start());
	}

	#start(): void {
		if (this.#writes >= MOST_WRITES) return;
		const file = this.#queue.shift();
		if (file === undefined) return;
		this.#writes++;
		void file.writeSome(this.#clock.nowMs()).then(() => {
			this.#writes--;
			file.isQueued = false;
			if (file.waitingBytes > 0) this.#enqueue(file);
			this.#start();
		});
	}

	#syncLater(ms: number): void {
		this.#timer = setTimeout(() => void this.#sync(), ms);
		this.#timer.unref();
	}

	/** One file after the other; a slow disk has as much time without as with a sync. */
	async #sync(): Promise<void> {
		const startMs = this.#options.nowMs();
		for (const file of this.#files) await file.sync();
		if (this.#timer !== undefined) this.#syncLater(Math.max(SYNC_MS, this.#options.nowMs() - startMs));
	}
}
