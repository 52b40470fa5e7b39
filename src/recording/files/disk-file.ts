import type { FileCalls, OpenedFile } from "./file-calls.ts";

/** Bounds of one write. */
const WRITE_BYTES = 16 << 20;
const WRITE_PIECES = 1000;

/** The disk of a file, as the file sees it. */
export interface DiskFileEvents {
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
	/** `undefined`: it is not open yet. */
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
	constructor(
		path: string,
		isThere: boolean,
		opened: OpenedFile | undefined,
		calls: FileCalls,
		events: DiskFileEvents,
	) {
		this.path = path;
		this.#isThere = isThere;
		this.#opened = opened;
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

	/** Ends a new file of which nothing stays. */
	async discard(): Promise<void> {
		await this.close();
		if (this.#opened === undefined) return;
		await this.#events.inTurn(() => this.#calls.remove(this.path), false).catch(() => {});
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
		const opened = this.#opened;
		if (opened?.isRegular === true) {
			const { truncate, remove } = this.#calls;
			const isEmpty = this.#position === 0 && !this.#isThere;
			// Readers would take half a unit for damage; a new file without one is no file.
			await (isEmpty ? remove(this.path) : truncate(opened.descriptor, this.#position)).catch(() => {});
		}
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
