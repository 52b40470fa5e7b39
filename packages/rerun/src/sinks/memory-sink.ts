import { checkOptions, type OptionNames } from "../option-names.ts";
import { VideoGate } from "../replay/video-gate.ts";
import type { LogMessage } from "../rrd/log-message.ts";
import { rrdOf } from "../rrd/rrd-stream.ts";
import { SINK_OPTIONS, type Sink, type SinkOptions, type SinkStats } from "./sink.ts";
import { SinkAccount } from "./sink-account.ts";

/** The options of a `MemorySink`. */
export interface MemorySinkOptions extends SinkOptions {
	/** Bytes kept until the next `drain`. Messages beyond them are lost. @default 1 GiB */
	readonly memoryLimitBytes?: number | undefined;
}

const OPTIONS: OptionNames<MemorySinkOptions> = { ...SINK_OPTIONS, memoryLimitBytes: true };

/** Keeps a recording until `drain` takes it. */
export class MemorySink implements Sink {
	readonly #limitBytes: number;
	readonly #account: SinkAccount;
	readonly #gate = new VideoGate();
	#messages: LogMessage[] = [];
	#byteLength = 0;
	#closed = false;

	/** @throws {TypeError} when an option has an unknown name. */
	constructor(options: MemorySinkOptions = {}) {
		checkOptions(options, OPTIONS, "MemorySink");
		this.#limitBytes = options.memoryLimitBytes ?? 2 ** 30;
		this.#account = new SinkAccount("The recording in memory", options);
	}

	get stats(): SinkStats {
		return this.#account.stats(this.#byteLength);
	}

	write(messages: readonly LogMessage[]): void {
		if (this.#closed) {
			this.#account.refuse(messages);
			return;
		}
		for (const message of messages) {
			const { byteLength: length } = message;
			if (!this.#gate.admits(message, this.#byteLength + length <= this.#limitBytes)) {
				this.#account.lose(1, length, `has its ${this.#limitBytes} bytes`);
				continue;
			}
			this.#account.take(message);
			this.#messages.push(message);
			this.#byteLength += length;
		}
	}

	/** Takes out the messages written since the last call, as a recording (`.rrd`). */
	drain(): Uint8Array<ArrayBuffer> {
		return rrdOf(this.drainMessages());
	}

	/** Takes out the messages written since the last call. */
	drainMessages(): LogMessage[] {
		const messages = this.#messages;
		this.#messages = [];
		this.#byteLength = 0;
		return messages;
	}

	async flush(): Promise<boolean> {
		return this.#account.settle();
	}

	/** Takes no more messages. Those that were written can still be drained. */
	async close(): Promise<void> {
		this.#closed = true;
	}
}
