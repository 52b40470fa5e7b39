/**
 * Share of the estimate below which the application limits the rate: it does once the
 * unused part of this share, over a time, is large, until it is small again:
 * `bandwidth_usage_ratio`, `start_budget_level_ratio`, `stop_budget_level_ratio` of
 * libwebrtc (goog_cc/alr_detector.h), and `kWindowMs` of its
 * pacing/interval_budget.cc.
 */
const USAGE_SHARE = 0.65;
const START_LEVEL = 0.8;
const STOP_LEVEL = 0.5;
const WINDOW_SEC = 0.5;

/**
 * Detects that the application sends less than it may: the rate that arrives says
 * nothing of the path then (libwebrtc's `AlrDetector`). No clock.
 */
export class AlrDetector {
	#estimateBps: number;
	/** Bytes that may still be sent, at most as many as fit the window. */
	#budgetBytes = 0;
	#updatedSec = Number.NaN;
	#sinceSec = Number.NaN;

	constructor(estimateBps: number) {
		this.#estimateBps = estimateBps;
	}

	set estimateBps(bps: number) {
		this.#estimateBps = bps;
	}

	/** Time since when the application has limited the rate; NaN when it does not. */
	get sinceSec(): number {
		return this.#sinceSec;
	}

	get isLimited(): boolean {
		return !Number.isNaN(this.#sinceSec);
	}

	/** Counts bytes that leave now; 0 when only time has passed. */
	sent(byteLength: number, nowSec: number): void {
		const perSec = (this.#estimateBps * USAGE_SHARE) / 8;
		const full = perSec * WINDOW_SEC;
		const earned = perSec * Math.max(0, nowSec - this.#updatedSec || 0);
		this.#updatedSec = nowSec;
		this.#budgetBytes = Math.min(full, Math.max(-full, this.#budgetBytes + earned) - byteLength);
		const level = this.#budgetBytes / full;
		if (level > START_LEVEL && !this.isLimited) this.#sinceSec = nowSec;
		else if (level < STOP_LEVEL) this.#sinceSec = Number.NaN;
	}
}
