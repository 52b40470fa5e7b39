import { chunkByteLength } from "../chunk/batcher.ts";
import type { LogMessage } from "../rrd/log-message.ts";
import type { Sink } from "../sinks/sink.ts";
import { type Steps, TurnSlices } from "../turn-slices.ts";
import { StaticHistory } from "./static-history.ts";

/** The bounds and the receivers of a `SinkSet`. */
export interface SinkSetOptions {
	/** Bound of the backlog: the messages that are sent while there is no sink. */
	readonly maxBacklogBytes: number;
	/** Bound of the static data and blueprints that are kept for sinks that are added later. */
	readonly maxStaticBytes: number;
	/** Makes the message that introduces the recording to a sink that is added later. */
	readonly introduce: () => LogMessage;
	/** Receives what a strict sink throws. What `onError` throws ends the call. */
	readonly onError: (error: unknown) => void;
	readonly onWarning: (message: string) => void;
	/** Is called when messages have to wait for a later turn of the event loop. */
	readonly onBusy: () => void;
	/** Is called when no message waits any more. */
	readonly onIdle: () => void;
}

/**
 * The sinks of a recording. Messages reach them in the order in which they were sent. Without a
 * sink they wait in a backlog; a sink that is added later receives the static data and blueprints.
 */
export class SinkSet {
	readonly #options: SinkSetOptions;
	readonly #staticHistory: StaticHistory;
	readonly #handover: TurnSlices;
	#sinks: readonly Sink[] = [];
	/** The ends of sinks that were replaced. */
	readonly #ends = new Set<Promise<void>>();
	#backlog: LogMessage[] = [];
	#backlogBytes = 0;
	#lostRows = 0;
	/** True when a sink has received the backlog. */
	#begun = false;

	constructor(options: SinkSetOptions) {
		this.#options = options;
		this.#staticHistory = new StaticHistory(options.maxStaticBytes);
		this.#handover = new TurnSlices(options.onIdle, (error) => options.onWarning(messageOf(error)));
	}

	get sinks(): readonly Sink[] {
		return this.#sinks;
	}

	get backlogBytes(): number {
		return this.#backlogBytes;
	}

	/** Rows that the backlog had no room for. */
	get lostRows(): number {
		return this.#lostRows;
	}

	/** True when every message has reached the sinks or the backlog. */
	get idle(): boolean {
		return this.#handover.idle;
	}

	/** Sends messages behind all that wait: at once, if none waits. */
	send(messages: readonly LogMessage[]): void {
		const sinks = this.#sinks;
		if (this.#handover.idle) this.#deliver(messages, sinks);
		else this.#handOver(each([messages], (group) => this.#deliver(group, sinks)));
	}

	/**
	 * Sends groups of messages to the sinks of this moment, a slice of them in each turn of the
	 * event loop.
	 */
	sendGroups(groups: Iterable<readonly LogMessage[]>): void {
		const sinks = this.#sinks;
		this.#handOver(each(groups, (messages) => this.#deliver(messages, sinks)));
	}

	/** Replaces the sinks, and ends those that are not among the new ones. */
	replace(sinks: readonly Sink[]): void {
		const before = this.#sinks;
		this.#sinks = sinks;
		this.#handOver(this.#change(before, sinks));
	}

	/** Ends every sink behind the messages that wait. */
	endAll(): void {
		const sinks = this.#sinks;
		this.#sinks = [];
		this.#handOver(each(sinks, (sink) => this.end(sink)));
	}

	/** Ends a sink, which need not be one of the set. */
	end(sink: Sink): void {
		const ended = sink
			.close()
			.catch((error: unknown) => this.#options.onWarning(messageOf(error)))
			.finally(() => this.#ends.delete(ended));
		this.#ends.add(ended);
	}

	/** Hands all messages that wait to the sinks at once, however long that takes. */
	finish(): void {
		this.#handover.finish();
	}

	/**
	 * Flushes the sinks behind the messages that wait.
	 *
	 * @returns whether every message has arrived.
	 * @throws {SinkError} in place of `false`, if the sink is strict.
	 */
	async flush(timeoutSec?: number): Promise<boolean> {
		if (!this.#handover.idle) await this.#handover.done();
		const [arrived] = await Promise.all([
			Promise.all(this.#sinks.map((sink) => sink.flush(timeoutSec))),
			...this.#ends,
		]);
		return arrived.every(Boolean);
	}

	/** Resolves when no message waits and all sinks that were replaced have ended. */
	async ended(): Promise<void> {
		if (!this.#handover.idle) await this.#handover.done();
		await Promise.all(this.#ends);
	}

	*#change(before: readonly Sink[], sinks: readonly Sink[]): Generator<void, void> {
		for (const sink of before) if (!sinks.includes(sink)) this.end(sink);
		if (sinks.length === 0) return;
		const backlog = this.#backlog;
		this.#backlog = [];
		this.#backlogBytes = 0;
		const added = sinks.filter((sink) => !before.includes(sink));
		const inBacklog = new Set(backlog);
		const history = this.#staticHistory.messages().filter((message) => !inBacklog.has(message));
		const beginning = this.#begun ? [this.#options.introduce(), ...history] : [];
		this.#begun = true;
		yield* each(groupsOf([...beginning, ...backlog]), (group) => this.#write(added, group));
	}

	#handOver(steps: Steps): void {
		this.#handover.add(steps);
		if (!this.#handover.idle) this.#options.onBusy();
	}

	#deliver(messages: readonly LogMessage[], sinks: readonly Sink[]): void {
		this.#staticHistory.add(messages);
		if (sinks.length === 0) for (const message of messages) this.#keep(message);
		this.#write(sinks, messages);
	}

	#write(sinks: readonly Sink[], messages: readonly LogMessage[]): void {
		if (messages.length === 0) return;
		for (const sink of sinks) {
			try {
				sink.write(messages);
			} catch (error) {
				// Only strict sinks throw. The others count and report their losses themselves.
				this.#options.onError(error);
			}
		}
	}

	#keep(message: LogMessage): void {
		const chunk = message.chunk();
		const byteLength = chunk === null ? 0 : chunkByteLength(chunk);
		const { maxBacklogBytes } = this.#options;
		if (this.#backlogBytes + byteLength <= maxBacklogBytes) {
			this.#backlogBytes += byteLength;
			this.#backlog.push(message);
			return;
		}
		this.#lostRows += chunk?.numRows ?? 0;
		this.#options.onWarning(
			`The recording has no sink, and its backlog of ${maxBacklogBytes} bytes is full: ` +
				"further data is lost. setSinks() is missing.",
		);
	}
}

/** Chunks of the first step, which is always done at once: 64 small chunks take 2 ms. */
export const FIRST_GROUP_CHUNKS = 64;
/** Chunks of each further step. */
export const GROUP_CHUNKS = 8;

function* groupsOf(messages: readonly LogMessage[]): Generator<readonly LogMessage[], void> {
	yield messages.slice(0, FIRST_GROUP_CHUNKS);
	for (let at = FIRST_GROUP_CHUNKS; at < messages.length; at += GROUP_CHUNKS)
		yield messages.slice(at, at + GROUP_CHUNKS);
}

/**
 * Does one step for each item. A step that throws does not prevent the others: the first error is
 * thrown behind the last step.
 */
function* each<Item>(items: Iterable<Item>, use: (item: Item) => void): Generator<void, void> {
	const errors: unknown[] = [];
	const iterator = items[Symbol.iterator]();
	// Looks ahead, so that the last step ends the work.
	for (let next = iterator.next(); next.done !== true; ) {
		try {
			use(next.value);
		} catch (error) {
			errors.push(error);
		}
		next = iterator.next();
		if (next.done !== true) yield;
	}
	if (errors.length > 0) throw errors[0];
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
