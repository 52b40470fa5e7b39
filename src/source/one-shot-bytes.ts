import { once } from "node:events";
import type { Writable } from "node:stream";
import { sourceErrorFromFfmpeg } from "./ffmpeg-failure.ts";
import { FfmpegProcess } from "./ffmpeg-process.ts";
import { PipeBytes } from "./pipe-bytes.ts";
import { protocolOptions, type SourceAccess } from "./source-access.ts";
import { sourceLabel } from "./source-name.ts";
import type { CompleteFfmpegOptions } from "./source-options.ts";
import type { SourceError } from "./video-source.ts";

const CHUNK_BYTES = 65_536;
/**
 * The most bytes kept from the beginning. ffprobe reads fewer unless the video begins very
 * late.
 */
const MOST_KEPT_BYTES = 64 << 20;

/**
 * Bytes that can be read only once, for two programs that both need the beginning: ffprobe and
 * ffmpeg.
 */
export class OneShotBytes {
	readonly #read: () => Promise<Buffer | null>;
	readonly #close: () => Promise<void> | void;
	/** The beginning, until `forget()`. */
	#kept: Buffer[] | undefined = [];
	#keptBytes = 0;
	/** A read that has begun; its bytes go to the next reader. */
	#pending: Promise<Buffer | null> | undefined;

	private constructor(read: () => Promise<Buffer | null>, close: () => Promise<void> | void) {
		this.#read = read;
		this.#close = close;
	}

	/**
	 * Opens a pipe, and waits for the writer of a named one; or listens, by an ffmpeg that passes
	 * on what it receives. `undefined` for sources that can be had again.
	 */
	static async open(
		options: CompleteFfmpegOptions,
		access: SourceAccess,
		signal: AbortSignal,
	): Promise<OneShotBytes | undefined> {
		if (access.pipe !== undefined) {
			const pipe = await PipeBytes.open(access.pipe, signal);
			return new OneShotBytes(
				() => pipe.read(CHUNK_BYTES),
				() => pipe.close(),
			);
		}
		return access.listener ? OneShotBytes.#listen(options, access) : undefined;
	}

	static #listen(options: CompleteFfmpegOptions, access: SourceAccess): OneShotBytes {
		const input = ["-nostdin", "-hide_banner", "-loglevel", "error"];
		if (access.format !== "") input.push("-f", access.format);
		for (const [name, value] of Object.entries(
			protocolOptions(access, options.rtspTransport, options.inputOptions),
		))
			input.push(`-${name}`, value);
		const child = new FfmpegProcess(options.ffmpegPath, [
			...input,
			"-i",
			access.url,
			"-map",
			"0:v",
			"-c",
			"copy",
			"-f",
			"nut",
			"pipe:1",
		]);
		const chunks = (child.stdout as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
		let received = 0;
		const read = async () => {
			const { value, done } = await chunks.next().catch(() => ({ value: undefined, done: true as const }));
			if (done !== true) {
				received += value.length;
				return value;
			}
			const code = await child.exit();
			// A sender that leaves is no failure; one that never sent a video is, and a port that
			// is taken.
			if (received === 0 && code !== 0 && code !== null) throw failure(child, code, sourceLabel(options.spec));
			return null;
		};
		return new OneShotBytes(read, () => child.stop());
	}

	/**
	 * Writes the kept beginning and all that follows, until `sink` wants no more or the bytes
	 * end.
	 * @throws {Error} what reading throws.
	 */
	async feed(sink: Writable): Promise<void> {
		sink.on("error", () => {});
		const closed = once(sink, "close").then(() => undefined);
		for (const chunk of [...(this.#kept ?? [])]) {
			if (!(await write(sink, chunk, closed))) return;
		}
		while (!sink.destroyed) {
			this.#pending ??= this.#read();
			const chunk = await Promise.race([this.#pending, closed]);
			if (chunk === undefined) return;
			this.#pending = chunk === null ? this.#pending : undefined;
			if (chunk === null) {
				sink.end();
				return;
			}
			this.#keep(chunk);
			if (!(await write(sink, chunk, closed))) return;
		}
	}

	/** Drops the kept beginning. */
	forget(): void {
		this.#kept = undefined;
	}

	async close(): Promise<void> {
		this.#pending?.catch(() => {});
		await this.#close();
	}

	#keep(chunk: Buffer): void {
		if (this.#kept === undefined) return;
		this.#keptBytes += chunk.length;
		if (this.#keptBytes <= MOST_KEPT_BYTES) this.#kept.push(chunk);
		else this.forget();
	}
}

/** @returns false when the sink has closed. */
async function write(sink: Writable, chunk: Buffer, closed: Promise<undefined>): Promise<boolean> {
	if (sink.destroyed) return false;
	if (sink.write(chunk)) return true;
	await Promise.race([once(sink, "drain").catch(() => {}), closed]);
	return !sink.destroyed;
}

function failure(child: FfmpegProcess, code: number, label: string): SourceError {
	const error = child.error(code);
	return sourceErrorFromFfmpeg(error.message, label, error);
}
