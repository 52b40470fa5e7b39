/** Refreshes that are remembered: those of four seconds at 60 Hz. */
const REMEMBERED = 240;
/** Display frames in a row whose distances tell the interval. */
const FRAMES_IN_A_ROW = 12;
/** A longer time between two frames is no distance of neighbours, milliseconds. */
const LONGEST_FRAME_MS = 110;
/** After more refreshes than this without a time, the count of refreshes is not certain. */
const LONGEST_GAP = 64;
/** Share of the interval by which the times may lie beside the grid, on average. */
const MOST_SCATTER = 0.1;
/** Another interval of the display frames by more than this share is another display. */
const OTHER_DISPLAY = 0.1;

/**
 * Finds the even times at which a display refreshes, from times of some of its refreshes:
 * those of animation frames and of shown pictures. Times are milliseconds on one clock.
 */
export class RefreshGrid {
	/** Times of refreshes, oldest first, and their numbers. */
	#times: { readonly atMs: number; readonly index: number }[] = [];
	/** Distances of the last animation frames. */
	#distancesMs: number[] = [];
	#lastFrameMs = Number.NaN;
	#intervalMs = Number.NaN;
	#originMs = Number.NaN;

	/** Time between two refreshes; NaN until it is known. */
	get intervalMs(): number {
		return this.#intervalMs;
	}

	/** Notes the time of an animation frame. */
	frame(atMs: number): void {
		const distanceMs = atMs - this.#lastFrameMs;
		this.#lastFrameMs = atMs;
		if (distanceMs > 0 && distanceMs < LONGEST_FRAME_MS) this.#distancesMs.push(distanceMs);
		if (this.#distancesMs.length >= FRAMES_IN_A_ROW) this.#judgeDistances();
		this.refresh(atMs);
	}

	/** Notes the time of a refresh; others may have passed since the last one. */
	refresh(atMs: number): void {
		if (Number.isNaN(this.#intervalMs)) return;
		const last = this.#times.at(-1);
		const passed = last === undefined ? 0 : Math.round((atMs - last.atMs) / this.#intervalMs);
		if (passed < 0 || passed > LONGEST_GAP) this.#times = [];
		else if (passed === 0 && last !== undefined) return;
		this.#times.push({ atMs, index: (this.#times.at(-1)?.index ?? 0) + passed });
		if (this.#times.length > REMEMBERED) this.#times.shift();
	}

	/** Works the grid out. @returns whether it is known. */
	fit(): boolean {
		const count = this.#times.length;
		if (count < FRAMES_IN_A_ROW) return false;
		const mean = (of: (time: { atMs: number; index: number }) => number) =>
			this.#times.reduce((sum, time) => sum + of(time), 0) / count;
		const meanIndex = mean(({ index }) => index);
		const meanMs = mean(({ atMs }) => atMs);
		const slope =
			mean(({ atMs, index }) => (index - meanIndex) * (atMs - meanMs)) /
			mean(({ index }) => (index - meanIndex) ** 2);
		const scatter = mean(({ atMs, index }) => Math.abs(atMs - meanMs - (index - meanIndex) * slope));
		if (!(scatter < MOST_SCATTER * slope)) {
			this.reset();
			return false;
		}
		this.#intervalMs = slope;
		this.#originMs = meanMs - meanIndex * slope;
		return true;
	}

	/** Time from `atMs` to the next refresh, by the last fit. */
	untilRefreshMs(atMs: number): number {
		const past = (atMs - this.#originMs) % this.#intervalMs;
		return past > 0 ? this.#intervalMs - past : -past;
	}

	/** Forgets the display. */
	reset(): void {
		this.#times = [];
		this.#distancesMs = [];
		this.#intervalMs = Number.NaN;
		this.#originMs = Number.NaN;
	}

	/** A page that is busy misses frames, so the shorter distances count. */
	#judgeDistances(): void {
		const sorted = this.#distancesMs.toSorted((a, b) => a - b);
		const distanceMs = sorted[Math.floor(sorted.length / 4)]!;
		this.#distancesMs = [];
		if (Math.abs(distanceMs / this.#intervalMs - 1) < OTHER_DISPLAY) return;
		this.reset();
		this.#intervalMs = distanceMs;
	}
}
