import { LONGEST_STEP_MS } from "../src/client/path-watch.ts";

/**
 * The server repeats a still picture twice a second, so after this long without one the video
 * stands.
 */
const OLD_MS = 1_200;
const LOOK_MS = 100;

/** Whether a video shows new pictures, by the browser's own count. */
export class PictureWatch {
	#pictures = -1;
	#stillMs = 0;
	#lookedMs = Number.NaN;

	/** @param onChange whether it does */
	constructor(video: HTMLVideoElement, onChange: (moving: boolean) => void) {
		let moving: boolean | undefined;
		setInterval(() => {
			// A paused or hidden video is not expected to show new pictures.
			const resting = video.paused || document.hidden;
			const now = this.look(video.getVideoPlaybackQuality().totalVideoFrames, resting, performance.now());
			if (now !== moving && !resting) onChange(now);
			if (!resting) moving = now;
		}, LOOK_MS);
	}

	/** @param pictures shown so far @returns whether new ones come */
	look(pictures: number, resting: boolean, nowMs: number): boolean {
		const isNew = pictures !== this.#pictures;
		const step = Math.min(LONGEST_STEP_MS, nowMs - this.#lookedMs);
		this.#stillMs = isNew || resting ? 0 : this.#stillMs + (Number.isNaN(step) ? 0 : step);
		this.#pictures = pictures;
		this.#lookedMs = nowMs;
		return pictures > 0 && this.#stillMs < OLD_MS;
	}
}
