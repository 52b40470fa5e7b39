import { checkOptions } from "../option-names.ts";
import type { LogMessage } from "../rrd/log-message.ts";
import { rrdOf } from "../rrd/rrd-stream.ts";
import { SINK_OPTIONS, type Sink, type SinkOptions, type SinkStats } from "./sink.ts";
import { SinkAccount } from "./sink-account.ts";

/** A channel as `WebViewer.open_channel()` of `@rerun-io/web-viewer` returns it. */
export interface LogChannel {
	readonly ready: boolean;
	send_rrd(bytes: Uint8Array): void;
	close(): void;
}

/** Hands a recording to a function as it comes: to a viewer in the same page, or to a transport. */
export class CallbackSink implements Sink {
	readonly live = true;
	readonly #send: (rrd: Uint8Array<ArrayBuffer>) => void;
	readonly #end: () => void;
	readonly #account: SinkAccount;
	#closed = false;

	/**
	 * @param send receives recordings that are complete, each with its header. An error that it
	 * throws ends the sink.
	 * @param end is called when the sink is closed.
	 * @throws {TypeError} when an option has an unknown name.
	 */
	constructor(send: (rrd: Uint8Array<ArrayBuffer>) => void, options: SinkOptions = {}, end: () => void = () => {}) {
		this.#send = send;
		this.#end = end;
		checkOptions(options, SINK_OPTIONS, "CallbackSink");
		this.#account = new SinkAccount("The receiver", options);
	}

	get stats(): SinkStats {
		return this.#account.stats(0);
	}

	write(messages: readonly LogMessage[]): void {
		if (this.#closed || this.#account.failure !== null) {
			this.#account.refuse(messages);
			return;
		}
		if (messages.length === 0) return;
		try {
			this.#send(rrdOf(messages));
		} catch (error) {
			this.#account.fail(
				`does not take messages: ${error instanceof Error ? error.message : String(error)}`,
				error,
			);
			this.#account.refuse(messages);
			return;
		}
		for (const message of messages) this.#account.take(message);
	}

	async flush(): Promise<boolean> {
		return this.#account.settle();
	}

	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		this.#end();
	}
}

/**
 * A sink that logs into a viewer in the same page, without a server:
 *
 * ```ts
 * const viewer = new WebViewer();
 * await viewer.start(null, element);
 * recording.setSinks(logChannelSink(viewer.open_channel("robot")));
 * ```
 *
 * @throws {TypeError} when an option has an unknown name.
 */
export function logChannelSink(channel: LogChannel, options: SinkOptions = {}): CallbackSink {
	checkOptions(options, SINK_OPTIONS, "logChannelSink()");
	return new CallbackSink(
		(rrd) => {
			if (!channel.ready) throw new Error("the viewer's channel is closed, or its viewer has not started");
			channel.send_rrd(rrd);
		},
		options,
		() => channel.close(),
	);
}
