import type { LogMessage } from "../rrd/log-message.ts";
import { SinkError, type SinkOptions, type SinkStats } from "./sink.ts";

/** Counters and reports of one sink. */
export class SinkAccount {
	readonly #name: string;
	readonly #strict: boolean;
	readonly #onProblem: (error: SinkError) => void;
	#messages = 0;
	#bytes = 0;
	#lostMessages = 0;
	#lostBytes = 0;
	#lostBeforeFlush = false;
	#failure: SinkError | null = null;

	/** @param name of the sink, as reports begin: `The file out.rrd`. */
	constructor(name: string, options: SinkOptions) {
		this.#name = name;
		this.#strict = options.strict ?? false;
		this.#onProblem = options.onProblem ?? ((error) => console.warn(`Rerun: ${error.message}`));
	}

	get failure(): SinkError | null {
		return this.#failure;
	}

	stats(queuedBytes: number): SinkStats {
		return {
			messages: this.#messages,
			bytes: this.#bytes,
			queuedBytes,
			lostMessages: this.#lostMessages,
			lostBytes: this.#lostBytes,
			failure: this.#failure,
		};
	}

	take(message: LogMessage): void {
		this.#messages++;
		this.#bytes += message.byteLength;
	}

	/**
	 * Counts messages as lost, and reports it when losses begin after a good flush.
	 *
	 * @param why the rest of a sentence that begins with the sink's name: `can't be written`.
	 */
	lose(messages: number, bytes: number, why: string): void {
		if (messages === 0) return;
		this.#lostMessages += messages;
		this.#lostBytes += bytes;
		if (this.#lostBeforeFlush) return;
		this.#lostBeforeFlush = true;
		if (this.#failure === null) this.#report(new SinkError(`${this.#name} ${why}: messages are lost.`, "lost"));
	}

	/** Ends the sink, and reports it. Only the first failure counts. @param why as in `lose`. */
	fail(why: string, cause?: unknown): SinkError {
		if (this.#failure === null) {
			this.#failure = new SinkError(`${this.#name} ${why}`, "failed", { cause });
			this.#report(this.#failure);
		}
		return this.#failure;
	}

	/**
	 * Counts messages as lost that come after the sink failed or was closed.
	 *
	 * @throws {SinkError} when the sink is strict.
	 */
	refuse(messages: readonly LogMessage[]): void {
		let bytes = 0;
		for (const message of messages) bytes += message.byteLength;
		this.lose(messages.length, bytes, "is closed");
		if (this.#strict) throw this.#failure ?? new SinkError(`${this.#name} is closed.`, "lost");
	}

	/**
	 * Ends a flush.
	 *
	 * @param timedOut the rest of a sentence: why the messages may not have arrived.
	 * @returns whether no message was lost since the last flush.
	 * @throws {SinkError} in place of `false`, if the sink is strict.
	 */
	settle(timedOut: string | null = null): boolean {
		const lost = this.#lostBeforeFlush;
		this.#lostBeforeFlush = false;
		if (!lost && timedOut === null && this.#failure === null) return true;
		if (this.#strict)
			throw (
				this.#failure ??
				new SinkError(lost ? `${this.#name} has lost messages.` : `${this.#name} ${timedOut}.`, "lost")
			);
		return false;
	}

	#report(error: SinkError): void {
		try {
			this.#onProblem(error);
		} catch {
			// A program that logs goes on even if its receiver of reports fails.
		}
	}
}
