import type { OptionNames } from "../option-names.ts";
import type { LogMessage } from "../rrd/log-message.ts";

/**
 * The destination of a recording: a file, a viewer, memory. Writing never blocks and never waits;
 * messages for which a sink has no room are lost, counted and reported. A program that logs goes on
 * whatever happens to its sinks, unless it asks for errors (`strict`).
 */
export interface Sink {
	/**
	 * `true`: a person watches, so that rows wait for others only some milliseconds.
	 * @default false
	 */
	readonly live?: boolean | undefined;
	/**
	 * Takes messages in the order in which they were logged. The store's introduction comes first.
	 *
	 * @throws {SinkError} when the sink is strict and has failed.
	 */
	write(messages: readonly LogMessage[]): void;
	/**
	 * Resolves when all messages written before have arrived: at the operating system or at the
	 * peer, as the documentation of each sink says.
	 *
	 * @param timeoutSec longest wait. The default is the sink's.
	 * @returns whether all of them have arrived. `false`: messages were lost since the last flush,
	 * or it took too long.
	 * @throws {SinkError} in place of `false`, if the sink is strict.
	 */
	flush(timeoutSec?: number): Promise<boolean>;
	/** Flushes and ends. Messages written afterwards are lost. Can be called again. */
	close(): Promise<void>;
	readonly stats: SinkStats;
}

/** Counters of a sink, from its beginning. */
export interface SinkStats {
	/** Messages that were taken, and their bytes. Some may still be queued. */
	readonly messages: number;
	readonly bytes: number;
	/** Bytes that wait to be written or sent. */
	readonly queuedBytes: number;
	/** Messages that were thrown away: there was no room, or the sink has failed or is closed. */
	readonly lostMessages: number;
	readonly lostBytes: number;
	/** The reason why the sink takes no more messages. */
	readonly failure: SinkError | null;
}

/** The options that every sink has. */
export interface SinkOptions {
	/** `true`: `write` and `flush` throw errors, for tests and tools. @default false */
	readonly strict?: boolean | undefined;
	/**
	 * Receives each failure once, and a report when losses begin. May not throw.
	 * @default prints one line with `console.warn`
	 */
	readonly onProblem?: ((error: SinkError) => void) | undefined;
}

/** The names of the options that every sink has. */
export const SINK_OPTIONS: OptionNames<SinkOptions> = { strict: true, onProblem: true };

/** The error of a sink whose messages did not arrive. */
export class SinkError extends Error {
	override readonly name = "SinkError";
	/** `lost`: messages are missing, and the sink goes on. `failed`: the sink has ended. */
	readonly kind: "lost" | "failed";

	constructor(message: string, kind: "lost" | "failed", options?: ErrorOptions) {
		super(message, options);
		this.kind = kind;
	}
}
