import type { OptionNames } from "../option-names.ts";
import type { LogMessage } from "../rrd/log-message.ts";

/**
 * Where a recording goes: a file, a viewer, memory. Writing never blocks and never waits; what a
 * sink has no room for is lost, counted and reported. A program that logs goes on whatever happens
 * to its sinks, unless it asked for errors (`strict`).
 */
export interface Sink {
	/**
	 * Whether somebody looks on, so that rows wait for others only for some milliseconds.
	 * @default false
	 */
	readonly live?: boolean | undefined;
	/**
	 * Takes messages, in the order in which they were logged. The store's introduction comes first.
	 *
	 * @throws {SinkError} only if the sink is strict and has failed.
	 */
	write(messages: readonly LogMessage[]): void;
	/**
	 * Resolves when all that was written before has arrived: with the operating system, or with the
	 * peer. The docs of each sink say which.
	 *
	 * @param timeoutSec how long to wait at most. The default is the sink's.
	 * @returns whether all of it did. `false`: something was lost since the last flush, or it took
	 * too long.
	 * @throws {SinkError} instead of `false` if the sink is strict.
	 */
	flush(timeoutSec?: number): Promise<boolean>;
	/** Flushes and ends. Afterwards messages are lost. Can be called again. */
	close(): Promise<void>;
	readonly stats: SinkStats;
}

/** Counts since the sink was made. */
export interface SinkStats {
	/** Messages, and bytes of them, that were taken, of which some may still be queued. */
	readonly messages: number;
	readonly bytes: number;
	/** What waits to be written or sent. */
	readonly queuedBytes: number;
	/** What was thrown away: there was no room, or the sink has failed or is closed. */
	readonly lostMessages: number;
	readonly lostBytes: number;
	/** Why nothing is taken any more. */
	readonly failure: SinkError | null;
}

export interface SinkOptions {
	/** Whether errors are thrown by `write` and `flush`, for tests and tools. @default false */
	readonly strict?: boolean | undefined;
	/**
	 * Is told of each failure once, and of losses when they begin. May not throw.
	 *
	 * @default prints one line with `console.warn`
	 */
	readonly onProblem?: ((error: SinkError) => void) | undefined;
}

/** What every sink has among its options. */
export const SINK_OPTIONS: OptionNames<SinkOptions> = { strict: true, onProblem: true };

/** Something written to a sink did not arrive. */
export class SinkError extends Error {
	override readonly name = "SinkError";
	/** `lost`: some messages were, and the sink goes on. `failed`: it ended. */
	readonly kind: "lost" | "failed";

	constructor(message: string, kind: "lost" | "failed", options?: ErrorOptions) {
		super(message, options);
		this.kind = kind;
	}
}
