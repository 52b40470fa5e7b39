import { BackOff, doublingDelays } from "../media/back-off.ts";
import { cannotListen, type SourceAccess } from "./source-access.ts";
import { ControlWord, delay, type ReadingJob, Stopping } from "./source-worker.ts";
import { SourceError, type SourceErrorCode } from "./video-source.ts";

/** A longer last delay spares the network; a shorter one ends an outage sooner. */
const DELAYS_SEC = doublingDelays(0.25, 10);

/**
 * The attempts of a running source to get its input back, each one logged, counted and reported.
 *
 * This is the only place where an open input is retried. A source that can't be opened fails, and
 * `stream/source-runner.ts` starts it again: the two never retry at the same time, because a source
 * that gets its input back reports no failure.
 */
export class InputRetry {
	readonly #job: ReadingJob<{ readonly reconnect: boolean }>;
	readonly #access: SourceAccess;
	readonly #label: string;
	readonly #backOff = new BackOff({ delaysSec: DELAYS_SEC });

	/** @param label name of the input in log lines, without secrets. */
	constructor(job: ReadingJob<{ readonly reconnect: boolean }>, access: SourceAccess, label: string) {
		this.#job = job;
		this.#access = access;
		this.#label = label;
	}

	/**
	 * Opens the input for the first time. A listener goes on listening after a sender that sends no
	 * video; any other input has one attempt.
	 *
	 * @param open is called for each attempt.
	 * @throws {SourceError} when the input can't be opened.
	 * @throws {Stopping} when the job is asked to stop.
	 */
	async openFirst<T>(open: () => Promise<T>): Promise<T> {
		while (true) {
			try {
				const opened = await open();
				this.#backOff.succeeded();
				return opened;
			} catch (error) {
				if (this.#job.stopping) throw new Stopping();
				const listens = this.#access.listener && this.#job.options.reconnect;
				if (!listens || !(error instanceof SourceError) || cannotListen(error)) throw error;
				this.#job.notice(`${error.message} ${this.#label} waits for another sender.`);
				await delay(this.#backOff.nextSec() * 1000, this.#job.signal);
			}
		}
	}

	/**
	 * Waits for the next attempt at an input that was open and is lost.
	 *
	 * @param reason sentence for the log.
	 * @throws {Stopping} when the job is asked to stop.
	 */
	async waitAfterLoss(reason: string, code: SourceErrorCode = "connection"): Promise<void> {
		const { listener, network } = this.#access;
		const delaySec = this.#backOff.nextSec();
		const { attempts } = this.#backOff;
		// Between two senders a listener leaves no gap.
		const waitSec = listener && attempts === 1 ? 0 : delaySec;
		const opening = network ? "Connecting" : "Opening it";
		const next = listener
			? `${this.#label} waits for a sender.`
			: `${opening} again in ${waitSec} s (attempt ${attempts}).`;
		this.#job.reconnecting(attempts, code);
		this.#job.count(ControlWord.reconnects);
		this.#job.notice(`${reason} ${next}`);
		await delay(waitSec * 1000, this.#job.signal);
		if (this.#job.stopping) throw new Stopping();
	}

	/** Marks that a picture came, and reports the return of an input that was lost. */
	succeeded(): void {
		if (this.#backOff.attempts > 0) this.#job.reconnected();
		this.#backOff.succeeded();
	}
}
