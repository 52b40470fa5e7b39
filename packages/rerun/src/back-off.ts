export interface BackOffOptions {
	/** Seconds before the first attempt, the second, and so on; the last one repeats. Not empty. */
	readonly delaysSec: readonly number[];
	/**
	 * Each delay is multiplied by a random factor from the first to below the second, so that many
	 * clients of one server do not return at the same moment. @default [1, 1]
	 */
	readonly spread?: readonly [least: number, most: number] | undefined;
	/** Source of random numbers from 0 to below 1. @default Math.random */
	readonly random?: (() => number) | undefined;
}

/** Delays before repeated attempts at something that fails. Reads no clock, sets no timer. */
export class BackOff {
	readonly #delaysSec: readonly number[];
	readonly #spread: readonly [least: number, most: number];
	readonly #random: () => number;
	#attempts = 0;

	/** @throws {RangeError} when `delaysSec` is empty. */
	constructor({ delaysSec, spread = [1, 1], random = Math.random }: BackOffOptions) {
		if (delaysSec.length === 0) throw new RangeError("delaysSec: expected at least one delay.");
		this.#delaysSec = delaysSec;
		this.#spread = spread;
		this.#random = random;
	}

	/** The number of attempts since the last success. */
	get attempts(): number {
		return this.#attempts;
	}

	/**
	 * Counts one more attempt.
	 *
	 * @param requestedSec delay that the other end asked for: the result is no shorter, and up to a
	 * second longer.
	 * @returns seconds to wait before the attempt.
	 */
	nextSec(requestedSec?: number): number {
		const delaySec = this.#delaysSec[this.#attempts++] ?? this.#delaysSec.at(-1) ?? 0;
		const [least, most] = this.#spread;
		const spreadSec = delaySec * (least + (most - least) * this.#random());
		return requestedSec === undefined ? spreadSec : Math.max(spreadSec, requestedSec + this.#random());
	}

	/** An attempt succeeded: the next delay is the first one again. */
	succeeded(): void {
		this.#attempts = 0;
	}
}

/**
 * Delays that double from `firstSec` up to `longestSec`, for `BackOffOptions.delaysSec`.
 *
 * @param firstSec above 0.
 */
export function doublingDelays(firstSec: number, longestSec: number): number[] {
	const delaysSec: number[] = [];
	for (let delaySec = firstSec; delaySec < longestSec; delaySec *= 2) delaysSec.push(delaySec);
	return [...delaysSec, longestSec];
}
