import type { DisplayMessage } from "../protocol/control-message.ts";
import { MAX_DISPLAY_HZ, MIN_DISPLAY_HZ } from "../protocol/control-writing.ts";
import { RefreshGrid } from "./refresh-grid.ts";

/** A picture that a refresh shows. Times are milliseconds on one clock. */
export interface DisplayedPicture {
	/** RTP time stamp, unsigned 32 bits. */
	readonly rtpTicks: number;
	/** Begin of a refresh: the time that a video frame callback is given. */
	readonly refreshMs: number;
	/**
	 * Time at which the picture is on the display (`expectedDisplayTime`). A callback may run
	 * a refresh earlier or later.
	 */
	readonly shownMs: number;
	/** Time at which the picture was decoded; NaN: not known. */
	readonly readyMs: number;
	/** Pictures shown so far (`presentedFrames`): callbacks may miss some. */
	readonly presented: number;
}

/** RTP clock of video, ticks a millisecond. */
const TICKS_PER_MS = 90;
/** Pictures by which the time that they take is judged: those of two seconds at 60. */
const TRANSITS = 120;
const LEAST_TRANSITS = 20;
/** All but the slowest few of the pictures are ready in time. */
const IN_TIME = 0.95;
/** Distances of pictures by which their own rate is judged. */
const DISTANCES = 9;
/** A picture that lasts longer than its rate makes it by this much of a refresh is repeated. */
const REPEATED = 0.85;
/** Announced pictures that are remembered until they are shown. */
const ANNOUNCED = 128;
/** Nothing is reported after this time without a picture. */
const IDLE_MS = 600;
/** A longer time without a picture is a pause: a still view has two pictures a second. */
const PAUSE_MS = 1_500;

/**
 * Measures how pictures meet the refreshes of a display: how long before a refresh they are
 * ready, how many refreshes repeat a picture, and how many pictures no refresh shows. Reads
 * no clock.
 */
export class DisplayMeter {
	readonly grid = new RefreshGrid();
	/** Time from the RTP time of each of the last pictures to its being ready, with an offset. */
	#transitsMs: number[] = [];
	/** Ticks from each of the last pictures to the next. */
	#distances: number[] = [];
	#last: DisplayedPicture | undefined;
	/** Newest RTP time, without the wrap at 32 bits. */
	#ticks = 0;
	/** Pictures that the server announced, by RTP time, and whether they were shown. */
	readonly #announced = new Map<number, boolean>();
	#unseen = 0;
	#refreshes = 0;
	#repeated = 0;
	#skipped = 0;

	/** The server has announced a picture; the announcement may follow the picture. */
	pictureAnnounced(rtpTicks: number): void {
		if (!this.#announced.has(rtpTicks)) this.#announced.set(rtpTicks, false);
		if (this.#announced.size <= ANNOUNCED) return;
		const [oldest] = this.#announced.keys();
		if (oldest !== undefined) this.#announced.delete(oldest);
	}

	/** A refresh shows another picture. */
	pictureShown(picture: DisplayedPicture): void {
		const { rtpTicks, refreshMs, shownMs, readyMs } = picture;
		this.grid.refresh(refreshMs);
		if (refreshMs - (this.#last?.refreshMs ?? Number.NaN) > PAUSE_MS) this.#beginAfterPause(rtpTicks);
		const last = this.#last;
		this.#last = picture;
		this.#announced.set(rtpTicks, true);
		const distance = last === undefined ? 0 : (rtpTicks - last.rtpTicks) | 0;
		this.#ticks += distance;
		keep(this.#transitsMs, readyMs - this.#ticks / TICKS_PER_MS, TRANSITS);
		if (last === undefined || distance <= 0) return;
		keep(this.#distances, distance, DISTANCES);
		this.#unseen += Math.max(0, picture.presented - last.presented - 1);
		this.#countRefreshes(distance, shownMs - last.shownMs);
	}

	/** @returns a report of the time since the last one; `undefined` if there is none. */
	report(nowMs: number): DisplayMessage | undefined {
		const last = this.#last;
		if (last === undefined || nowMs - last.refreshMs > IDLE_MS || !this.grid.fit()) return undefined;
		const hz = 1000 / this.grid.intervalMs;
		if (hz < MIN_DISPLAY_HZ || hz > MAX_DISPLAY_HZ) return undefined;
		this.#countSkipped(last.rtpTicks);
		const message: DisplayMessage = {
			type: "display",
			hz,
			...this.#phase(last.rtpTicks),
			refreshes: this.#refreshes,
			repeated: this.#repeated,
			skipped: Math.max(0, this.#skipped - this.#unseen),
		};
		this.#refreshes = this.#repeated = this.#skipped = this.#unseen = 0;
		return message;
	}

	/** Another connection begins, with RTP times of its own. */
	reset(): void {
		this.#transitsMs = [];
		this.#distances = [];
		this.#last = undefined;
		this.#ticks = 0;
		this.#announced.clear();
		this.#refreshes = this.#repeated = this.#skipped = this.#unseen = 0;
	}

	/** A hidden page shows no pictures: nothing was repeated or skipped meanwhile. */
	#beginAfterPause(rtpTicks: number): void {
		this.#last = undefined;
		this.#distances = [];
		this.#transitsMs = [];
		for (const announced of this.#announced.keys())
			if (((announced - rtpTicks) | 0) < 0) this.#announced.delete(announced);
	}

	#phase(rtpTicks: number): Pick<DisplayMessage, "rtp" | "spareMs" | "spreadMs"> {
		const sorted = this.#transitsMs.filter(Number.isFinite).sort((a, b) => a - b);
		if (sorted.length < LEAST_TRANSITS) return {};
		const slowMs = sorted[Math.ceil(IN_TIME * sorted.length) - 1]!;
		const middleMs = sorted[Math.floor(sorted.length / 2)]!;
		const spareMs = this.grid.untilRefreshMs(this.#ticks / TICKS_PER_MS + slowMs);
		return { rtp: rtpTicks, spareMs, spreadMs: slowMs - middleMs };
	}

	/** Compares how long a picture was shown with how long its rate makes it last. */
	#countRefreshes(distance: number, shownMs: number): void {
		const intervalMs = this.grid.intervalMs;
		if (Number.isNaN(intervalMs)) return;
		const usual = this.#distances.toSorted((a, b) => a - b)[Math.floor(this.#distances.length / 2)]!;
		// The server may have left pictures out.
		const due = (Math.max(1, Math.round(distance / usual)) * usual) / TICKS_PER_MS / intervalMs;
		const shown = Math.round(shownMs / intervalMs);
		this.#refreshes += shown;
		if (shown > due + REPEATED) this.#repeated += Math.round(shown - due);
	}

	/** Counts announced pictures that are older than the one that is shown. */
	#countSkipped(shownTicks: number): void {
		for (const [rtpTicks, isShown] of this.#announced) {
			if (((rtpTicks - shownTicks) | 0) >= 0) continue;
			if (!isShown) this.#skipped++;
			this.#announced.delete(rtpTicks);
		}
	}
}

function keep(list: number[], value: number, most: number): void {
	list.push(value);
	if (list.length > most) list.shift();
}
