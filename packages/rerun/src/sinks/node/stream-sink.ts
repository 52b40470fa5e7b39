import type { Writable } from "node:stream";
import { checkOptions, type OptionNames } from "../../option-names.ts";
import { VideoGate } from "../../replay/video-gate.ts";
import type { LogMessage } from "../../rrd/log-message.ts";
import { RrdWriter } from "../../rrd/rrd-writer.ts";
import { SINK_OPTIONS, type Sink, type SinkOptions, type SinkStats } from "../sink.ts";
import { SinkAccount } from "../sink-account.ts";
import { within } from "./file-sink.ts";

/** The options of a `StreamSink`. */
export interface StreamSinkOptions extends SinkOptions {
	/** Most bytes that wait to be written. Messages beyond them are lost. @default 64 MiB */
	readonly queueBytes?: number | undefined;
}

const OPTIONS: OptionNames<StreamSinkOptions> = { ...SINK_OPTIONS, queueBytes: true };

/** Writes a recording into a stream, such as standard output: `node robot.js | rerun -`. */
export class StreamSink implements Sink {
	readonly live = true;
	readonly #stream: Writable;
	readonly #account: SinkAccount;
	/** The file has no footer: its table would grow for as long as the program runs. */
	readonly #writer = new RrdWriter({ footer: false });
	readonly #gate = new VideoGate();
	readonly #queueBytes: number;
	#closed: Promise<void> | null = null;

	/**
	 * @param stream stays open when the sink is closed.
	 * @throws {TypeError} when an option has an unknown name.
	 */
	constructor(stream: Writable, options: StreamSinkOptions = {}) {
		checkOptions(options, OPTIONS, "StreamSink");
		this.#stream = stream;
		this.#account = new SinkAccount("The stream", options);
		this.#queueBytes = options.queueBytes ?? 64 * 2 ** 20;
		const ended = (why: string, cause?: unknown) => {
			if (this.#closed === null) this.#account.fail(`takes nothing any more: ${why}.`, cause);
		};
		stream.on("error", (error) => ended(error.message, error));
		stream.on("close", () => ended("it was closed"));
	}

	get stats(): SinkStats {
		return this.#account.stats(this.#stream.writableLength);
	}

	write(messages: readonly LogMessage[]): void {
		if (this.#closed !== null || this.#account.failure !== null) {
			this.#account.refuse(messages);
			return;
		}
		for (const message of messages) {
			const { byteLength: length } = message;
			if (!this.#gate.admits(message, this.#stream.writableLength + length <= this.#queueBytes)) {
				this.#account.lose(1, length, "does not take messages as fast as they are logged");
				continue;
			}
			this.#account.take(message);
			for (const piece of this.#writer.messagePieces(message)) this.#stream.write(piece);
		}
	}

	/** Resolves when the stream has passed on every message. */
	async flush(timeoutSec = 10): Promise<boolean> {
		if (this.#account.failure !== null) return this.#account.settle();
		const passed = new Promise<boolean>((resolve) => this.#stream.write(new Uint8Array(0), () => resolve(true)));
		return this.#account.settle(
			(await within(passed, timeoutSec)) ? null : `has not taken everything within ${timeoutSec} s`,
		);
	}

	close(): Promise<void> {
		this.#closed ??= (async () => {
			if (this.#account.failure !== null) return;
			this.#stream.write(this.#writer.finish());
			await this.flush();
		})();
		return this.#closed;
	}
}

/**
 * A sink that writes to standard output. Nothing else should be written there.
 *
 * @throws {TypeError} when an option has an unknown name.
 */
export function stdoutSink(options: StreamSinkOptions = {}): StreamSink {
	checkOptions(options, OPTIONS, "stdoutSink()");
	return new StreamSink(process.stdout, options);
}
