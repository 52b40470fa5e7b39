/** Bounds of a viewer's silence. */
export interface LivenessLimits {
	/** Silence after which a viewer is not worth drawing for, seconds. */
	readonly pauseAfterSec: number;
	/** Silence after which its session is closed, seconds. */
	readonly closeAfterSec: number;
}

/**
 * Decides by a viewer's silence whether it is still there. A receiver of video reports
 * at least every few seconds; ICE alone takes 26 seconds to miss a killed browser
 * (measured, libjuice), and never misses a frozen one. No clock, no timer.
 */
export class Liveness {
	readonly #limits: LivenessLimits;
	#arrivedSec: number;
	#paused = false;

	constructor(limits: LivenessLimits, nowSec: number) {
		this.#limits = limits;
		this.#arrivedSec = nowSec;
	}

	get paused(): boolean {
		return this.#paused;
	}

	/** Something has arrived. @returns true when the viewer was paused and is back. */
	arrived(nowSec: number): boolean {
		this.#arrivedSec = nowSec;
		const back = this.#paused;
		this.#paused = false;
		return back;
	}

	/**
	 * Nothing was sent lately, so silence is not counted, unless the pause is the
	 * reason.
	 */
	idle(nowSec: number): void {
		if (!this.#paused) this.#arrivedSec = nowSec;
	}

	/** Counts the silence. @returns the step to take now, once. */
	check(nowSec: number): "pause" | "close" | undefined {
		const silentSec = nowSec - this.#arrivedSec;
		if (silentSec >= this.#limits.closeAfterSec) return "close";
		if (silentSec < this.#limits.pauseAfterSec || this.#paused) return undefined;
		this.#paused = true;
		return "pause";
	}
}
