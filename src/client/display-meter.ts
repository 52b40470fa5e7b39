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
/** Pictures by which the slowest few are judged, which are rare: those of 20 s at 60. */
const LATENESSES = 1_200;
/**
 * All but the slowest few of the pictures are ready in time: as many as can be, since each one that
 * is late repeats a refresh and skips a picture.
 */
const MOST_IN_TIME = 0.998;
const LEAST_IN_TIME = 0.95;
/**
 * Share of a refresh by which a slow picture may be behind the middle one. Were the middle one
 * drawn earlier still, the fastest would be ready for the refresh before.
 */
const REACH = 0.5;
/** A picture that missed its refresh, and was never shown, was ready so long after it at least. */
const MISSED_BY_MS = 1;
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
	/** Times by which pictures were later than the middle one of their time. */
	#latenessMs: number[] = [];
	/** Pictures since the last judgement, whose lateness is not known yet. */
	#unjudged = 0;
	/** Ticks from each of the last pictures to the next. */
	#distances: number[] = [];
	#last: DisplayedPicture | undefined;
	/** Newest RTP time, without the wrap at 32 bits. */
	#ticks = 0;
	/** Pictures that the server announced, by RTP time, and whether they were shown. */
	readonly #announced = new Map<number, boolean>();
	/** The announced picture before those was shown. */
	#isFormerShown = false;
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
		this.#unjudged = Math.min(TRANSITS, this.#unjudged + 1);
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
		const missed = this.#countSkipped(last.rtpTicks);
		const message: DisplayMessage = {
			type: "display",
			hz,
			...this.#phase(last.rtpTicks, missed),
			refreshes: this.#refreshes,
			repeated: this.#repeated,
			skipped: Math.max(0, this.#skipped - this.#unseen),
		};
		this.#refreshes = this.#repeated = this.#skipped = this.#unseen = 0;
		return message;
	}

	/** Another connection begins, with RTP times of its own. */
	reset(): void {
		this.#forgetTransits();
		this.#latenessMs = [];
		this.#last = undefined;
		this.#ticks = 0;
		this.#announced.clear();
		this.#refreshes = this.#repeated = this.#skipped = this.#unseen = 0;
	}

	/** A hidden page shows no pictures: nothing was repeated or skipped meanwhile. */
	#beginAfterPause(rtpTicks: number): void {
		this.#last = undefined;
		this.#forgetTransits();
		for (const announced of this.#announced.keys())
			if (((announced - rtpTicks) | 0) < 0) this.#announced.delete(announced);
	}

	#forgetTransits(): void {
		this.#transitsMs = [];
		this.#unjudged = 0;
		this.#distances = [];
	}

	/** @param missed RTP times of pictures that just missed their refresh. */
	#phase(rtpTicks: number, missed: readonly number[]): Pick<DisplayMessage, "rtp" | "spareMs" | "spreadMs"> {
		const sorted = this.#transitsMs.filter(Number.isFinite).sort((a, b) => a - b);
		if (sorted.length < LEAST_TRANSITS) return {};
		const middleMs = sorted[Math.floor(sorted.length / 2)]!;
		for (const transitMs of this.#transitsMs.slice(-this.#unjudged))
			if (Number.isFinite(transitMs)) keep(this.#latenessMs, transitMs - middleMs, LATENESSES);
		this.#unjudged = 0;
		for (const missedTicks of missed) {
			const dueMs = (this.#ticks + ((missedTicks - rtpTicks) | 0)) / TICKS_PER_MS + middleMs;
			keep(this.#latenessMs, this.grid.untilRefreshMs(dueMs) + MISSED_BY_MS, LATENESSES);
		}
		const spreadMs = this.#spreadMs();
		const spareMs = this.grid.untilRefreshMs(this.#ticks / TICKS_PER_MS + middleMs + spreadMs);
		return { rtp: rtpTicks, spareMs, spreadMs };
	}

	/** Lateness of the slowest picture that is to be ready in time. */
	#spreadMs(): number {
		const sorted = this.#latenessMs.toSorted((a, b) => a - b);
		const upTo = (share: number) => Math.ceil(share * sorted.length) - 1;
		const reachMs = REACH * this.grid.intervalMs;
		let slowest = upTo(MOST_IN_TIME);
		while (slowest > upTo(LEAST_IN_TIME) && sorted[slowest]! > reachMs) slowest--;
		return Math.max(0, sorted[slowest]!);
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

	/**
	 * Counts announced pictures that are older than the one that is shown.
	 * @returns RTP times of those that just missed their refresh: the next picture was ready before
	 * the next refresh, and is shown in their place. Several in a row were lost, or came late for
	 * another reason.
	 */
	#countSkipped(shownTicks: number): number[] {
		// An announcement may follow the pictures after its own.
		const older = [...this.#announced]
			.filter(([rtpTicks]) => ((rtpTicks - shownTicks) | 0) < 0)
			.sort(([a], [b]) => (a - b) | 0);
		const missed: number[] = [];
		for (const [index, [rtpTicks, isShown]] of older.entries()) {
			this.#announced.delete(rtpTicks);
			const isNextShown = older[index + 1]?.[1] ?? true;
			if (!isShown) this.#skipped++;
			if (!isShown && this.#isFormerShown && isNextShown) missed.push(rtpTicks);
			this.#isFormerShown = isShown;
		}
		// The page itself was busy: they were shown, unseen by it.
		return this.#unseen > 0 ? [] : missed;
	}
}

function keep(list: number[], value: number, most: number): void {
	list.push(value);
	if (list.length > most) list.shift();
}
