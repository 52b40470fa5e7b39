import { closeSync, constants, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { isatty, ReadStream as TerminalStream } from "node:tty";
import { delay } from "./source-worker.ts";

/**
 * Origin of bytes that can be read once: an open file of this process (0 is standard input), or a
 * named pipe.
 */
export type Pipe = { readonly descriptor: number } | { readonly path: string };

/** Time between two looks at a named pipe that has no writer. */
const WRITER_WAIT_MS = 50;
const FIRST_BYTES = 65_536;

/**
 * The bytes of a pipe, in their order. Reads wait in the event loop, never inside the system: a
 * pipe whose bytes stop coming holds up neither the stop of a source nor the end of the process.
 * `close` ends a read that waits.
 */
export class PipeBytes {
	readonly #stream: Readable;
	readonly #chunks: AsyncIterator<Buffer>;
	#left: Buffer;
	readonly #silenceMs: number;
	#received = 0;

	private constructor(stream: Readable, first: Buffer, silenceMs = Number.POSITIVE_INFINITY) {
		this.#silenceMs = silenceMs;
		this.#stream = stream;
		this.#chunks = stream[Symbol.asyncIterator]();
		this.#left = first;
		// Errors end the reading, as an end does.
		stream.on("error", () => {});
	}

	/**
	 * Opens a pipe; waits for the writer of a named one.
	 * @throws {Error} the system's, when the pipe can't be opened.
	 */
	static async open(pipe: Pipe, signal: AbortSignal): Promise<PipeBytes> {
		if ("descriptor" in pipe) return new PipeBytes(streamOf(pipe.descriptor), Buffer.alloc(0));
		// Opened without waiting: the usual way blocks one of Node's threads until a writer
		// comes.
		const descriptor = openSync(pipe.path, constants.O_RDONLY | constants.O_NONBLOCK);
		const first = await firstBytes(descriptor, signal);
		return new PipeBytes(streamOf(descriptor), first);
	}

	/** The bytes of a connection, which is at its end when it brings nothing for `silenceMs`. */
	static of(connection: Readable, silenceMs: number): PipeBytes {
		return new PipeBytes(connection, Buffer.alloc(0), silenceMs);
	}

	/** The number of bytes read. */
	get received(): number {
		return this.#received;
	}

	/** The next bytes, at most `size`; `null` at the end. */
	async read(size: number): Promise<Buffer | null> {
		while (this.#left.length === 0) {
			const { value, done } = await this.#next();
			if (done === true) return null;
			this.#left = value;
		}
		const bytes = this.#left.subarray(0, size);
		this.#left = this.#left.subarray(bytes.length);
		this.#received += bytes.length;
		return bytes;
	}

	close(): void {
		this.#stream.destroy();
	}

	async #next(): Promise<IteratorResult<Buffer>> {
		const isBounded = Number.isFinite(this.#silenceMs);
		const patience = isBounded ? setTimeout(() => this.close(), this.#silenceMs) : undefined;
		try {
			return await this.#chunks.next();
		} catch {
			return { value: undefined, done: true };
		} finally {
			clearTimeout(patience);
		}
	}
}

function streamOf(descriptor: number): Readable {
	if (isatty(descriptor)) return new TerminalStream(descriptor);
	const stat = fstatSync(descriptor);
	// A file that the shell has opened for us, or a device such as /dev/null.
	if (!stat.isFIFO() && !stat.isSocket()) return createReadStream("", { fd: descriptor, autoClose: descriptor > 2 });
	return new Socket({ fd: descriptor, readable: true, writable: false });
}

/**
 * The first bytes of a named pipe, nothing if its writer has sent none yet. Before there is a
 * writer, such a pipe seems to be at its end.
 */
async function firstBytes(descriptor: number, signal: AbortSignal): Promise<Buffer> {
	const buffer = Buffer.alloc(FIRST_BYTES);
	while (!signal.aborted) {
		try {
			const length = readSync(descriptor, buffer);
			if (length > 0) return buffer.subarray(0, length);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === "EAGAIN") break;
			closeSync(descriptor);
			throw error;
		}
		await delay(WRITER_WAIT_MS, signal);
	}
	return Buffer.alloc(0);
}
