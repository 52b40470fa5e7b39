/** Time without input after which the view begins to turn. */
const IDLE_MS = 10_000;
/** Time in which it reaches its speed. */
const EASE_MS = 2_000;
/** Longest time between two steps that counts: a page in the background makes none. */
const LONGEST_STEP_MS = 100;

/** Decides how far a view turns by itself. Reads no clock. */
export class RotationClock {
	readonly #degPerSec: number;
	#touchedMs = Number.NEGATIVE_INFINITY;
	#steppedMs = Number.NaN;

	/** @param degPerSec to the right. */
	constructor(degPerSec: number) {
		this.#degPerSec = degPerSec;
	}

	/** Somebody has touched something: the view rests. */
	touched(nowMs: number): void {
		this.#touchedMs = nowMs;
	}

	/** @returns the turn since the last step, degrees to the right. */
	step(nowMs: number): number {
		const sinceMs = Math.min(LONGEST_STEP_MS, nowMs - this.#steppedMs) || 0;
		this.#steppedMs = nowMs;
		const share = Math.min(1, Math.max(0, (nowMs - this.#touchedMs - IDLE_MS) / EASE_MS));
		return (this.#degPerSec * share * sinceMs) / 1000;
	}
}
