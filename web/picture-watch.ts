import { LONGEST_STEP_MS } from "../src/client/path-watch.ts";

/**
 * The server repeats a still picture twice a second. A video that shows none for this
 * long stands still.
 */
const STILL_MS = 1_200;
const CHECK_MS = 100;

/**
 * Watches whether a video shows new pictures: by the browser's count of them, and by its callbacks.
 * Firefox's count stays 0 for some streams, and a page behind a headset may get no callbacks.
 */
export class PictureWatch {
	#pictures = -1;
	#stillMs = 0;
	#checkedMs = Number.NaN;
	readonly #timer: ReturnType<typeof setInterval>;
	#isEnded = false;
	/** A video that shows no new picture for this long stands still, milliseconds. */
	stillMs = STILL_MS;

	/** @param onChange called with the first verdict and with each other one. */
	constructor(video: HTMLVideoElement, onChange: (moving: boolean) => void) {
		let moving: boolean | undefined;
		let callbacks = 0;
		const shown = () => {
			callbacks++;
			if (!this.#isEnded) video.requestVideoFrameCallback(shown);
		};
		if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(shown);
		this.#timer = setInterval(() => {
			// A paused or hidden video is not expected to show new pictures.
			const resting = video.paused || document.hidden;
			const pictures = callbacks + video.getVideoPlaybackQuality().totalVideoFrames;
			const now = this.check(pictures, resting, performance.now());
			if (now !== moving && !resting) onChange(now);
			if (!resting) moving = now;
		}, CHECK_MS);
	}

	/** Watches no more. */
	end(): void {
		this.#isEnded = true;
		clearInterval(this.#timer);
	}

	/**
	 * @param pictures shown so far.
	 * @param resting no new pictures are expected.
	 * @returns whether the video moves.
	 */
	check(pictures: number, resting: boolean, nowMs: number): boolean {
		const isNew = pictures !== this.#pictures;
		const step = Math.min(LONGEST_STEP_MS, nowMs - this.#checkedMs);
		this.#stillMs = isNew || resting ? 0 : this.#stillMs + (Number.isNaN(step) ? 0 : step);
		this.#pictures = pictures;
		this.#checkedMs = nowMs;
		return pictures > 0 && this.#stillMs < this.stillMs;
	}
}
