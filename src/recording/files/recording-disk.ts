import { writeFailureText } from "../../media/write-failure.ts";
import { type FileCalls, type OpenedFile, SYSTEM_CALLS } from "./file-calls.ts";

/**
 * Writes that may be under way at once, of different files. The process has four threads for such
 * calls, of which a disk that hangs may hold these, and one more that syncs or closes.
 */
const MOST_WRITES = 2;
/** Bounds of one write. */
const WRITE_BYTES = 16 << 20;
const WRITE_PIECES = 1000;
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
	readonly #files = new Set<DiskFile>();
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
		this.#syncLater(SYNC_MS);
	}

	/**
	 * Begins a file. It is opened with its first write: a disk that hangs holds up no caller.
	 *
	 * @param isThere it is there, or a device; otherwise it must be new.
	 * @param onFailed receives a sentence, once: it can't be opened, or nothing more is written.
	 */
	open(path: string, isThere: boolean, onFailed: (message: string) => void): DiskFile {
		const file = new DiskFile(path, isThere, this.#calls, {
			onWaiting: () => this.#enqueue(file),
			onFailed: (error) => onFailed(writeFailureText(path, error)),
			onClosed: () => this.#files.delete(file),
			inTurn: (call, isEnd) => this.#inTurn(call, isEnd ? path : undefined),
		});
		this.#files.add(file);
		return file;
	}

	/** Reports files that have begun to hang, or are written again. */
	check(): void {
		const nowMs = this.#options.nowMs();
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
			if (ending !== undefined) this.#ending = { path: ending, sinceMs: this.#options.nowMs(), isStalled: false };
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
		void file.writeSome(this.#options.nowMs()).then(() => {
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

interface DiskFileEvents {
	/** There is something to write, and no write waits. */
	readonly onWaiting: () => void;
	readonly onFailed: (error: unknown) => void;
	readonly onClosed: () => void;
	/** Makes a call after those of other files that are no writes. */
	readonly inTurn: (call: () => Promise<void>, isEnd: boolean) => Promise<void>;
}

/** Bytes that are in the file together, or not at all. */
interface Unit {
	readonly pieces: readonly Uint8Array[];
	readonly byteLength: number;
}

/** A file that grows. It ends behind a whole unit also when the disk is full. */
export class DiskFile {
	readonly path: string;
	/** It was reported to hang. */
	isStalled = false;
	/** It waits for its turn, or is written. */
	isQueued = false;
	readonly #isThere: boolean;
	/** `undefined`: nothing has been written yet. */
	#opened: OpenedFile | undefined;
	readonly #calls: FileCalls;
	readonly #events: DiskFileEvents;
	readonly #waiters: { readonly position: number; readonly resolve: () => void }[] = [];
	#units: Unit[] = [];
	#waitingBytes = 0;
	/** Bytes that the system has. */
	#position = 0;
	#writingSinceMs = Number.NaN;
	#hasFailed = false;
	#isDirty = false;
	#syncing: Promise<void> = Promise.resolve();
	/** Resolves when a failure has been reported. */
	#failing: Promise<void> = Promise.resolve();
	#closing: Promise<void> | undefined;

	/** @internal */
	constructor(path: string, isThere: boolean, calls: FileCalls, events: DiskFileEvents) {
		this.path = path;
		this.#isThere = isThere;
		this.#calls = calls;
		this.#events = events;
	}

	/** Bytes in the file, or on their way to it. */
	get byteLength(): number {
		return this.#position + this.#waitingBytes;
	}

	/** Bytes that the system does not have yet. */
	get waitingBytes(): number {
		return this.#waitingBytes;
	}

	get hasFailed(): boolean {
		return this.#hasFailed;
	}

	/** Beginning of the write that is under way, milliseconds; NaN: there is none. */
	get writingSinceMs(): number {
		return this.#writingSinceMs;
	}

	/**
	 * Adds a unit, unless the file has failed or is closed.
	 * @param pieces borrowed until they are written: they may not be changed.
	 */
	append(...pieces: readonly Uint8Array[]): void {
		if (this.#hasFailed || this.#closing !== undefined) return;
		this.#append(pieces);
	}

	/** Resolves when the system has all that has been added until now, or the file has failed. */
	settled(): Promise<void> {
		const position = this.byteLength;
		if (this.#hasFailed || this.#waitingBytes === 0) return Promise.resolve();
		return new Promise((resolve) => this.#waiters.push({ position, resolve }));
	}

	/** Ends the file when all is written, with the disk itself. @param end its last units. */
	close(end?: AsyncIterable<readonly Uint8Array[]>): Promise<void> {
		this.#closing ??= this.#close(end);
		return this.#closing;
	}

	/** @internal */
	async writeSome(nowMs: number): Promise<void> {
		if (this.#hasFailed) return;
		const { units, pieces, byteLength } = this.#nextWrite();
		this.#writingSinceMs = nowMs;
		let written = 0;
		try {
			this.#opened ??= await this.#calls.open(this.path, this.#isThere);
			const { descriptor, isRegular } = this.#opened;
			// The system may write less than it was asked to, and says why at the next attempt.
			while (written < byteLength) {
				const at = isRegular ? this.#position + written : null;
				const taken = await this.#calls.write(descriptor, piecesFrom(pieces, written), at);
				if (taken === 0) throw new Error("the system takes nothing");
				written += taken;
			}
			for (const unit of units) this.#took(unit);
			this.#isDirty = true;
		} catch (error) {
			let whole = 0;
			for (const unit of units) {
				whole += unit.byteLength;
				if (whole <= written) this.#took(unit);
			}
			this.#failing = this.#fail(error);
			await this.#failing;
		}
		this.#writingSinceMs = Number.NaN;
		this.#settle();
	}

	/** @internal */
	sync(): Promise<void> {
		if (!this.#isDirty || this.#closing !== undefined) return Promise.resolve();
		return this.#sync();
	}

	#append(pieces: readonly Uint8Array[]): void {
		const byteLength = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
		if (byteLength === 0) return;
		const isFirst = this.#units.length === 0;
		this.#units.push({ pieces, byteLength });
		this.#waitingBytes += byteLength;
		if (isFirst) this.#events.onWaiting();
	}

	#nextWrite(): {
		readonly units: readonly Unit[];
		readonly pieces: readonly Uint8Array[];
		readonly byteLength: number;
	} {
		const units: Unit[] = [];
		const pieces: Uint8Array[] = [];
		let byteLength = 0;
		for (const unit of this.#units) {
			if (pieces.length >= WRITE_PIECES || byteLength >= WRITE_BYTES) break;
			units.push(unit);
			pieces.push(...unit.pieces);
			byteLength += unit.byteLength;
		}
		return { units, pieces, byteLength };
	}

	/** The system has the first unit. */
	#took({ byteLength }: Unit): void {
		this.#units.shift();
		this.#waitingBytes -= byteLength;
		this.#position += byteLength;
	}

	#settle(): void {
		while (this.#waiters.length > 0 && (this.#hasFailed || this.#waiters[0]!.position <= this.#position))
			this.#waiters.shift()!.resolve();
	}

	#sync(): Promise<void> {
		this.#isDirty = false;
		// A disk that can't do so says why at the next write.
		this.#syncing = this.#inTurn((file) => this.#calls.sync(file.descriptor), "regular").catch(() => {});
		return this.#syncing;
	}

	/** Makes a call about the file, if it is open, and a regular one where that is asked for. */
	#inTurn(call: (opened: OpenedFile) => Promise<void>, which: "any" | "regular", isEnd = false): Promise<void> {
		const opened = this.#opened;
		if (opened === undefined || (which === "regular" && !opened.isRegular)) return Promise.resolve();
		return this.#events.inTurn(() => call(opened), isEnd);
	}

	async #fail(error: unknown): Promise<void> {
		this.#hasFailed = true;
		this.#units = [];
		this.#waitingBytes = 0;
		// Readers would take half a unit at the end for damage.
		const opened = this.#opened;
		if (opened?.isRegular === true) await this.#calls.truncate(opened.descriptor, this.#position).catch(() => {});
		this.#events.onFailed(error);
		this.#closing ??= this.#release().catch(() => {});
	}

	async #close(end: AsyncIterable<readonly Uint8Array[]> | undefined): Promise<void> {
		if (end !== undefined)
			for await (const pieces of end) {
				if (this.#hasFailed) break;
				this.#append(pieces);
				await this.settled();
			}
		await this.settled();
		if (this.#hasFailed) {
			await this.#failing;
			return this.#release().catch(() => {});
		}
		let failure: unknown;
		const failed = (error: unknown) => {
			failure ??= error;
		};
		await this.#syncing;
		// Network disks report here that they are full.
		await this.#inTurn((file) => this.#calls.sync(file.descriptor), "regular", true).catch(failed);
		await this.#release().catch(failed);
		if (failure === undefined) return;
		this.#hasFailed = true;
		this.#events.onFailed(failure);
	}

	async #release(): Promise<void> {
		await this.#syncing;
		try {
			await this.#inTurn((file) => this.#calls.close(file.descriptor), "any", true);
		} finally {
			this.#events.onClosed();
		}
	}
}

/** The rest of pieces behind their first `done` bytes. */
function piecesFrom(pieces: readonly Uint8Array[], done: number): readonly Uint8Array[] {
	if (done === 0) return pieces;
	const rest: Uint8Array[] = [];
	let left = done;
	for (const piece of pieces) {
		if (left >= piece.length) left -= piece.length;
		else {
			rest.push(left === 0 ? piece : piece.subarray(left));
			left = 0;
		}
	}
	return rest;
}
