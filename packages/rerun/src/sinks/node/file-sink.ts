import { close, closeSync, fdatasync, fstatSync, ftruncate, openSync, writev, writevSync } from "node:fs";
import { promisify } from "node:util";
import { piecesLength } from "../../byte-pieces.ts";
import { checkOptions, type OptionNames } from "../../option-names.ts";
import { VideoGate } from "../../replay/video-gate.ts";
import type { LogMessage } from "../../rrd/log-message.ts";
import { RrdWriter } from "../../rrd/rrd-writer.ts";
import { runSteps, runStepsInSlices } from "../../turn-slices.ts";
import { SINK_OPTIONS, type Sink, type SinkOptions, type SinkStats } from "../sink.ts";
import { SinkAccount } from "../sink-account.ts";
import { whenProgramEnds } from "./program-end.ts";

/** The options of a `FileSink`. */
export interface FileSinkOptions extends SinkOptions {
	/**
	 * `true`: goes on behind the present content of the file, which then gets no table of chunks at
	 * its end. `false`: replaces the content.
	 * @default false
	 */
	readonly append?: boolean | undefined;
	/** See `RrdWriterOptions.footer`. @default true, false with `append` */
	readonly footer?: boolean | undefined;
	/**
	 * The moments at which the disk itself must have all data, in case of a power cut: `flush`, or
	 * a number of seconds between them. After a crash of the program, or `kill -9`, everything up
	 * to the last flush is in the file in any case.
	 * @default "flush"
	 */
	readonly sync?: "never" | "flush" | number | undefined;
	/** Most bytes that wait to be written. Messages beyond them are lost. @default 256 MiB */
	readonly queueBytes?: number | undefined;
}

const OPTIONS: OptionNames<FileSinkOptions> = {
	...SINK_OPTIONS,
	append: true,
	footer: true,
	sync: true,
	queueBytes: true,
};

/** Bounds of one call to the system. */
const BATCH_BYTES = 16 * 2 ** 20;
const BATCH_PIECES = 1000;

/** A message with its frame, in the pieces in which it is written. */
interface QueuedMessage {
	readonly pieces: readonly Uint8Array[];
	readonly byteLength: number;
}

const fdatasyncAsync = promisify(fdatasync);
const ftruncateAsync = promisify(ftruncate);
const closeAsync = promisify(close);

/**
 * Writes a recording into a file (`.rrd`), in the background. The file can be read at any moment up
 * to its last whole message. `flush` resolves when the operating system has every message, and the
 * disk too if `sync` says so.
 *
 * A full disk ends the sink with one report: the file keeps the messages that fitted. If the
 * program ends without `close`, the messages that wait are written in its last moment.
 */
export class FileSink implements Sink {
	readonly path: string;
	readonly #account: SinkAccount;
	readonly #writer: RrdWriter;
	readonly #gate = new VideoGate();
	readonly #queueBytes: number;
	readonly #sync: "never" | "flush" | number;
	readonly #fd: number;
	/**
	 * Offset of the next byte; `null` in pipes, which have none. Naming it makes it harmless to
	 * write a message twice.
	 */
	#position: number | null;
	/** Whole messages, the first of which are being written. */
	#queue: QueuedMessage[] = [];
	#queuedBytes = 0;
	#writing: Promise<void> | null = null;
	#syncing: NodeJS.Timeout | undefined;
	#isForcing = false;
	#closed: Promise<void> | null = null;
	/** The file's end, while it is being made. */
	#ending: Iterator<void, readonly Uint8Array[]> | null = null;
	readonly #forgetEnd: () => void;

	/**
	 * @throws {Error} of the system, when the file can't be opened.
	 * @throws {RangeError} when `sync` is a number that is not above 0.
	 * @throws {TypeError} when an option has an unknown name.
	 */
	constructor(path: string, options: FileSinkOptions = {}) {
		checkOptions(options, OPTIONS, "FileSink");
		const append = options.append ?? false;
		const sync = options.sync ?? "flush";
		if (typeof sync === "number" && !(sync > 0))
			throw new RangeError(`sync must be "never", "flush" or seconds above 0, not ${sync}.`);
		this.path = path;
		this.#account = new SinkAccount(`The file ${path}`, options);
		// A table at the end of a file has to list all of its chunks.
		this.#writer = new RrdWriter({ footer: options.footer ?? !append });
		this.#queueBytes = options.queueBytes ?? 256 * 2 ** 20;
		this.#sync = sync;
		this.#fd = openForWriting(path, append);
		const { size, isFile } = fileStats(this.#fd);
		this.#position = isFile ? size : null;
		if (typeof sync === "number") {
			this.#syncing = setInterval(() => this.#forceToDisk(), 1000 * sync);
			this.#syncing.unref();
		}
		this.#forgetEnd = whenProgramEnds(() => this.#writeAtExit());
	}

	get stats(): SinkStats {
		return this.#account.stats(this.#queuedBytes);
	}

	write(messages: readonly LogMessage[]): void {
		if (this.#closed !== null || this.#account.failure !== null) {
			this.#account.refuse(messages);
			return;
		}
		for (const message of messages) {
			const { byteLength: length } = message;
			if (!this.#gate.admits(message, this.#queuedBytes + length <= this.#queueBytes)) {
				this.#account.lose(1, length, "can't be written as fast as is logged");
				continue;
			}
			this.#account.take(message);
			this.#push(this.#writer.messagePieces(message));
		}
		this.#start();
	}

	async flush(timeoutSec?: number): Promise<boolean> {
		const written = this.#drained().then(() => true);
		const inTime = timeoutSec === undefined ? await written : await within(written, timeoutSec);
		return this.#account.settle(inTime ? null : `has not been written within ${timeoutSec} s`);
	}

	/** Ends the file with the table of its chunks. */
	close(): Promise<void> {
		this.#closed ??= (async () => {
			try {
				if (this.#account.failure === null) {
					this.#ending = this.#writer.finishSteps();
					const end = await runStepsInSlices(this.#ending);
					this.#ending = null;
					this.#push(end);
				}
				await this.#drained();
			} finally {
				clearInterval(this.#syncing);
				this.#forgetEnd();
				if (this.#account.failure === null) await closeAsync(this.#fd);
			}
			this.#account.settle();
		})();
		return this.#closed;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	#push(pieces: readonly Uint8Array[]): void {
		const byteLength = piecesLength(pieces);
		this.#queue.push({ pieces, byteLength });
		this.#queuedBytes += byteLength;
	}

	/** A disk that hangs holds one of the process's few threads for I/O, not all of them. */
	#forceToDisk(): void {
		if (this.#isForcing) return;
		this.#isForcing = true;
		fdatasync(this.#fd, () => {
			this.#isForcing = false;
		});
	}

	#start(): void {
		if (this.#writing !== null || this.#queue.length === 0) return;
		this.#writing = this.#writeQueue().finally(() => {
			this.#writing = null;
		});
	}

	/**
	 * Resolves when the system has all messages queued now, and the disk too, if `sync` says so.
	 */
	async #drained(): Promise<void> {
		while (this.#queue.length > 0 && this.#account.failure === null) {
			this.#start();
			await this.#writing;
		}
		if (this.#account.failure !== null || this.#sync === "never" || this.#position === null) return;
		try {
			await fdatasyncAsync(this.#fd);
		} catch (error) {
			await this.#fail(error);
		}
	}

	async #writeQueue(): Promise<void> {
		while (this.#queue.length > 0) {
			const batch: Uint8Array[] = [];
			let messages = 0;
			let bytes = 0;
			for (const { pieces, byteLength } of this.#queue) {
				if (batch.length >= BATCH_PIECES || bytes >= BATCH_BYTES) break;
				batch.push(...pieces);
				messages++;
				bytes += byteLength;
			}
			let written = 0;
			try {
				// The system may write less than asked, and gives the reason at the next attempt.
				while (written < bytes) {
					const at = this.#position === null ? null : this.#position + written;
					const { bytesWritten } = await writevAsync(this.#fd, piecesFrom(batch, written), at);
					written += bytesWritten;
				}
			} catch (error) {
				let whole = 0;
				for (const { byteLength } of this.#queue.slice(0, messages)) {
					if (whole + byteLength > written) break;
					whole += byteLength;
					this.#shift(1);
				}
				await this.#fail(error);
				return;
			}
			this.#shift(messages);
		}
	}

	#shift(messages: number): void {
		for (const { byteLength } of this.#queue.splice(0, messages)) {
			this.#queuedBytes -= byteLength;
			if (this.#position !== null) this.#position += byteLength;
		}
	}

	/** Ends the sink. `#position` is the end of the last whole message. */
	async #fail(error: unknown): Promise<void> {
		if (this.#account.failure !== null) return;
		this.#account.fail(
			`can't be written any more: ${(error as Error).message}. Earlier messages can be read.`,
			error,
		);
		this.#account.lose(this.#queue.length, this.#queuedBytes, "could not be written");
		this.#queue = [];
		this.#queuedBytes = 0;
		// Readers would report half a message at the end as an error.
		if (this.#position !== null) await ftruncateAsync(this.#fd, this.#position).catch(() => {});
		await closeAsync(this.#fd).catch(() => {});
		clearInterval(this.#syncing);
		this.#forgetEnd();
	}

	/**
	 * Writes everything at once, as nothing asynchronous happens any more. A batch that was being
	 * written is written again, to the same place.
	 */
	#writeAtExit(): void {
		if (this.#account.failure !== null) return;
		try {
			if (this.#closed === null) this.#push([this.#writer.finish()]);
			else if (this.#ending !== null) this.#push(runSteps(this.#ending));
			for (let rest = this.#queue.flatMap(({ pieces }) => pieces); rest.length > 0; ) {
				const batch = rest.slice(0, BATCH_PIECES);
				const written = writevSync(this.#fd, batch, this.#position ?? undefined);
				if (this.#position !== null) this.#position += written;
				rest = [...piecesFrom(batch, written), ...rest.slice(BATCH_PIECES)];
			}
			closeSync(this.#fd);
		} catch (error) {
			this.#account.fail(`could not be written when the program ended: ${(error as Error).message}.`, error);
		}
	}
}

/**
 * A sink that writes a recording into a file. See `FileSink`.
 *
 * @throws {Error} of the system, when the file can't be opened.
 * @throws {TypeError} when an option has an unknown name.
 */
export function saveFile(path: string, options: FileSinkOptions = {}): FileSink {
	checkOptions(options, OPTIONS, "saveFile()");
	return new FileSink(path, options);
}

function openForWriting(path: string, append: boolean): number {
	if (!append) return openSync(path, "w");
	try {
		// With "a" the system would choose the offset.
		return openSync(path, "r+");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		return openSync(path, "w");
	}
}

function fileStats(fd: number): { readonly size: number; readonly isFile: boolean } {
	const stats = fstatSync(fd);
	return { size: stats.size, isFile: stats.isFile() };
}

function writevAsync(fd: number, pieces: readonly Uint8Array[], at: number | null): Promise<{ bytesWritten: number }> {
	return new Promise((resolve, reject) =>
		writev(fd, pieces, at, (error, bytesWritten) => (error === null ? resolve({ bytesWritten }) : reject(error))),
	);
}

/** The rest of pieces behind their first `done` bytes. */
function piecesFrom(pieces: readonly Uint8Array[], done: number): Uint8Array[] {
	const left: Uint8Array[] = [];
	for (const piece of pieces) {
		if (done >= piece.length) done -= piece.length;
		else {
			left.push(done === 0 ? piece : piece.subarray(done));
			done = 0;
		}
	}
	return left;
}

/** @returns what `done` resolves to; `false` when that takes longer than `timeoutSec`. */
export async function within(done: Promise<boolean>, timeoutSec: number): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<boolean>((resolve) => {
		timer = setTimeout(() => resolve(false), 1000 * timeoutSec);
	});
	try {
		return await Promise.race([done, late]);
	} finally {
		clearTimeout(timer);
	}
}
