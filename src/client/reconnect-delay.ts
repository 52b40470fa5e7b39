const FIRST_MS = 500;
const LONGEST_MS = 15_000;
/** A connection that held this long was a success: the next loss is met with short waits again. */
const HELD_MS = 5_000;

/**
 * How long to wait before the next attempt: doubling from half a second to 15 seconds, each
 * shortened by up to a half at random, so that a thousand viewers of a server that comes back do
 * not all knock at once.
 */
export class ReconnectDelay {
	#attempts = 0;
	#connectedMs = Number.NaN;
	readonly #random: () => number;

	/** @param random gives numbers from 0 to below 1. */
	constructor(random: () => number = Math.random) {
		this.#random = random;
	}

	/** Attempts since the last success. */
	get attempts(): number {
		return this.#attempts;
	}

	/**
	 * Counts one more attempt.
	 *
	 * @param retryAfterSec what the server asked for; never less is waited, and up to a second
	 * more.
	 * @returns milliseconds to wait before it.
	 */
	next(retryAfterSec?: number): number {
		const fullMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#attempts++);
		const waitMs = fullMs * (1 - this.#random() / 2);
		return retryAfterSec === undefined ? waitMs : Math.max(waitMs, (retryAfterSec + this.#random()) * 1000);
	}

	/** A connection was made. */
	connected(nowMs: number): void {
		this.#connectedMs = nowMs;
	}

	/** It was lost: if it had held, waits begin anew. */
	lost(nowMs: number): void {
		if (nowMs - this.#connectedMs >= HELD_MS) this.#attempts = 0;
		this.#connectedMs = Number.NaN;
	}
}
