import type { Viewer } from "../../stream/viewer.ts";

/** Time that a requested key frame has to come. */
const ANSWER_SEC = 1;

/**
 * Asks viewers' encoders for key frames. They make none by themselves, but a video can be watched,
 * cut and sought from a key frame on alone.
 */
export class KeyFrameWishes {
	readonly #newestSec = new WeakMap<Viewer, number>();
	readonly #askedSec = new WeakMap<Viewer, number>();
	readonly #request: (viewer: Viewer) => void;

	/** @param request asks a viewer's encoder. @default for the view's key frame alone */
	constructor(request = (viewer: Viewer) => viewer.requestKeyframe()) {
		this.#request = request;
	}

	/** A viewer was sent a key frame. @param atSec on any monotonic clock, as everywhere here. */
	came(viewer: Viewer, atSec: number): void {
		this.#newestSec.set(viewer, atSec);
	}

	/** Asks the viewers whose newest key frame is older than `ageSec`. */
	ask(viewers: readonly Viewer[], ageSec: number, nowSec: number): void {
		for (const viewer of viewers) {
			const isDue = nowSec - (this.#newestSec.get(viewer) ?? Number.NEGATIVE_INFINITY) > ageSec;
			const wasAsked = nowSec - (this.#askedSec.get(viewer) ?? Number.NEGATIVE_INFINITY) < ANSWER_SEC;
			if (!isDue || wasAsked) continue;
			this.#askedSec.set(viewer, nowSec);
			this.#request(viewer);
		}
	}
}
