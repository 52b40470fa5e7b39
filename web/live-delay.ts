import type { PanogazeConnection } from "../src/client/index.ts";

/** Pictures whose description is kept until they are shown. */
const REMEMBERED = 128;
/** Weight of a new picture in the mean. */
const WEIGHT = 0.1;

/**
 * Measures how late a video shows its source: the time from the server's decoder to the display, of
 * pictures that show a new panorama.
 */
export class LiveDelay {
	readonly #panoramasMs = new Map<number, number>();
	#newestMs = Number.NEGATIVE_INFINITY;
	#meanSec = Number.NaN;

	constructor(connection: PanogazeConnection, video: HTMLVideoElement) {
		connection.on("frame", ({ rtpTicks, times }) => {
			if (times.panoramaMs === undefined) return;
			this.#panoramasMs.set(rtpTicks, times.panoramaMs);
			const [oldest] = this.#panoramasMs.keys();
			if (this.#panoramasMs.size > REMEMBERED && oldest !== undefined) this.#panoramasMs.delete(oldest);
		});
		connection.on("stream", () => {
			this.#meanSec = Number.NaN;
			this.#newestMs = Number.NEGATIVE_INFINITY;
		});
		const shown = (_: number, metadata: VideoFrameCallbackMetadata & { rtpTimestamp?: number | undefined }) => {
			const panoramaMs = this.#panoramasMs.get(metadata.rtpTimestamp ?? Number.NaN);
			if (panoramaMs !== undefined)
				this.#add(panoramaMs, panoramaMs - connection.serverClockOffsetMs, metadata.expectedDisplayTime);
			video.requestVideoFrameCallback(shown);
		};
		if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(shown);
	}

	/** Seconds; NaN while unknown. */
	get sec(): number {
		return this.#meanSec;
	}

	/** A panorama that is shown again is no later for that. */
	#add(panoramaMs: number, readyAtMs: number, shownAtMs: number): void {
		if (panoramaMs <= this.#newestMs) return;
		this.#newestMs = panoramaMs;
		const sec = (shownAtMs - readyAtMs) / 1000;
		if (Number.isNaN(sec)) return;
		this.#meanSec = Number.isNaN(this.#meanSec) ? sec : this.#meanSec + (sec - this.#meanSec) * WEIGHT;
	}
}
