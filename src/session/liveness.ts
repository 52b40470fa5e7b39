export interface LivenessLimits {
	/** Silence after which a viewer is not worth drawing for, seconds. */
	readonly pauseAfterSec: number;
	/** Silence after which it is gone, seconds. */
	readonly closeAfterSec: number;
}

/**
 * Tells from when something was last heard of a viewer whether it is still there. A receiver of
 * video reports at least every few seconds; ICE alone takes 26 seconds to miss a killed browser,
 * and never misses a frozen one. No clock, no timer.
 */
export class Liveness {
	readonly #limits: LivenessLimits;
	#heardSec: number;
	#paused = false;

	constructor(limits: LivenessLimits, nowSec: number) {
		this.#limits = limits;
		this.#heardSec = nowSec;
	}

	get paused(): boolean {
		return this.#paused;
	}

	/** @returns true when the viewer was paused and is back. */
	heard(nowSec: number): boolean {
		this.#heardSec = nowSec;
		const back = this.#paused;
		this.#paused = false;
		return back;
	}

	/**
	 * Nothing was sent lately, so nothing is to be expected: silence is not counted, unless it is
	 * because of the pause.
	 */
	idle(nowSec: number): void {
		if (!this.#paused) this.#heardSec = nowSec;
	}

	/** @returns what has become true since the last check. */
	check(nowSec: number): "pause" | "close" | undefined {
		const silentSec = nowSec - this.#heardSec;
		if (silentSec >= this.#limits.closeAfterSec) return "close";
		if (silentSec < this.#limits.pauseAfterSec || this.#paused) return undefined;
		this.#paused = true;
		return "pause";
	}
}
