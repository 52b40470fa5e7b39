import type { SourceErrorCode, SourceInfo } from "../source/video-source.ts";
import { PictureIntervals } from "./picture-intervals.ts";

/** State of a source. Each change is sent to viewers and programs. */
export type SourceState =
	/** It does not run, because it has no viewers. */
	| { readonly name: "idle" }
	/** It is being opened, or is open and has sent no picture yet. */
	| { readonly name: "opening" }
	/** Pictures come when they are due. */
	| { readonly name: "live" }
	/** It is open, and its next picture is late. */
	| { readonly name: "stalled" }
	/** It was lost, or could not be opened, and is tried again. */
	| {
			readonly name: "reconnecting";
			/** 1 is the first since pictures came last. */
			readonly attempt: number;
			readonly code: SourceErrorCode;
			/** A sentence for strangers: no path, no address, no secret. */
			readonly reason: string;
	  }
	/** It is at its end and does not loop; its last picture stays. */
	| { readonly name: "ended" }
	/** It can't be read, for a reason that does not pass by itself; its last picture stays. */
	| { readonly name: "failed"; readonly code: SourceErrorCode; readonly reason: string };

/**
 * A picture that is later than this makes the source stall, unless `LATE_INTERVALS`
 * are longer. A camera that loses a picture now and then does not stall.
 */
const LATE_SEC = 1;
/** The same bound in intervals between two pictures, for sources that send few. */
const LATE_INTERVALS = 5;
/**
 * Longest time between two looks that counts as lateness, seconds: this process
 * itself may have been stopped or busy.
 */
const LONGEST_LOOK_SEC = 0.5;

/**
 * Sentences about failures for viewers: no path, no address, no secret. The log has
 * them whole.
 */
export const PUBLIC_REASONS: Readonly<Record<SourceErrorCode, string>> = {
	"not-found": "The source is not there.",
	"not-video": "The source holds no video that can be shown.",
	"unknown-codec": "The source is in a format that can't be decoded.",
	"no-hardware": "The hardware that should decode the source is not there.",
	"no-program": "The program that should read the source is not there.",
	connection: "The source can't be reached.",
	failed: "The source can't be read.",
};

/** Failures that may pass by themselves: a camera is plugged in again, a sender comes back. */
const PASSING: ReadonlySet<SourceErrorCode> = new Set<SourceErrorCode>(["connection", "not-found", "failed"]);

/**
 * Follows one source through its states. Reads no clock: events and their times are
 * arguments.
 */
export class SourceStateMachine {
	#state: SourceState = { name: "idle" };
	/** A picture that comes now means that the source is live. */
	#open = false;
	#pictures = 0;
	#lastPictureSec = Number.NaN;
	/** The wait for the next picture began: with the last one, or later if the source rested. */
	#waitingSinceSec = Number.NaN;
	#lastLookSec = Number.NaN;
	/** Properties that the source stated when it was opened last. */
	#info: SourceInfo | undefined;
	#intervals = new PictureIntervals();

	get state(): SourceState {
		return this.#state;
	}

	/** Time at which the newest picture was noticed, the clock of `look`; NaN before the first. */
	get lastPictureSec(): number {
		return this.#lastPictureSec;
	}

	/** A start begins. After a failure the state stays until the start succeeds or fails. */
	opening(): void {
		this.#open = false;
		if (this.#state.name !== "reconnecting" && this.#state.name !== "failed") this.#state = { name: "opening" };
	}

	/** The start succeeded. @param pictures number of pictures that were published before. */
	opened(info: SourceInfo, pictures: number, nowSec: number): void {
		// A new sender that rests between bursts looks like one that has stopped,
		// until its intervals are known. So the intervals are kept when the same
		// sender is opened again.
		if (this.#info === undefined || !isSameSender(this.#info, info)) this.#intervals = new PictureIntervals();
		this.#info = info;
		this.#begin(pictures, nowSec);
	}

	/** The source itself tries to get its input back. @param attempt 1 is the first. */
	reconnecting(attempt: number, code: SourceErrorCode): void {
		this.#open = false;
		this.#state = { name: "reconnecting", attempt, code, reason: PUBLIC_REASONS[code] };
	}

	/** The input is back: the next picture makes the source live. */
	reconnected(pictures: number, nowSec: number): void {
		if (this.#state.name === "reconnecting") this.#begin(pictures, nowSec);
	}

	/**
	 * The source could not be opened, or can't go on.
	 * @param nextAttempt number of the attempt that follows; `undefined` if there
	 * is none.
	 */
	failed(code: SourceErrorCode, nextAttempt: number | undefined): void {
		this.#open = false;
		const reason = PUBLIC_REASONS[code];
		this.#state =
			nextAttempt !== undefined && PASSING.has(code)
				? { name: "reconnecting", attempt: nextAttempt, code, reason }
				: { name: "failed", code, reason };
	}

	/** The source is at its end. */
	ended(): void {
		this.#open = false;
		this.#state = { name: "ended" };
	}

	/** The source was stopped because it has no viewers. */
	stopped(): void {
		this.#open = false;
		this.#state = { name: "idle" };
	}

	/**
	 * Counts the source's pictures. To be called a few times a second.
	 *
	 * @param pictures number of pictures published so far; it only rises.
	 * @param nextPictureSec time at which the source expects its next picture, on
	 * the clock of `nowSec`; NaN: it does not say, `Infinity`: it expects none.
	 */
	look(pictures: number, nextPictureSec: number, nowSec: number): void {
		const unseenSec = nowSec - this.#lastLookSec - LONGEST_LOOK_SEC;
		this.#lastLookSec = nowSec;
		if (!this.#open) return;
		if (pictures > this.#pictures) this.#pictureCame(pictures, nowSec);
		// A source that rests, as while paused, is neither late nor slow.
		else if (nextPictureSec === Number.POSITIVE_INFINITY) this.#waitingSinceSec = nowSec;
		else if (unseenSec > 0) this.#waitingSinceSec += unseenSec;
		if (this.#state.name === "live" && this.#isLate(nextPictureSec, nowSec)) this.#state = { name: "stalled" };
	}

	get #statedIntervalSec(): number {
		const { frameRate = Number.NaN } = this.#info ?? {};
		return frameRate > 0 ? 1 / frameRate : Number.NaN;
	}

	#begin(pictures: number, nowSec: number): void {
		this.#open = true;
		this.#pictures = pictures;
		this.#lastPictureSec = this.#waitingSinceSec = Number.NaN;
		this.#lastLookSec = nowSec;
	}

	#pictureCame(pictures: number, nowSec: number): void {
		this.#intervals.add(pictures - this.#pictures, nowSec - this.#waitingSinceSec);
		this.#pictures = pictures;
		this.#lastPictureSec = this.#waitingSinceSec = nowSec;
		if (this.#state.name !== "live") this.#state = { name: "live" };
	}

	#isLate(nextPictureSec: number, nowSec: number): boolean {
		// Measured rather than stated: the rate that containers and cameras state
		// is often an upper bound, or an invention.
		const measuredSec = this.#intervals.usualSec;
		const intervalSec = Number.isNaN(measuredSec) ? this.#statedIntervalSec : measuredSec;
		const usuallySec = this.#waitingSinceSec + intervalSec;
		// No picture is due: the source has one picture, or states no rate.
		if (Number.isNaN(usuallySec) && Number.isNaN(nextPictureSec)) return false;
		const dueSec = Math.max(...[usuallySec, nextPictureSec].filter((sec) => !Number.isNaN(sec)));
		return nowSec - dueSec >= Math.max(LATE_SEC, LATE_INTERVALS * (intervalSec || 0));
	}
}

/**
 * Compares all that two live inputs state. A file is never the same: it may have
 * been replaced.
 */
function isSameSender(former: SourceInfo, info: SourceInfo): boolean {
	const { width, height } = info.format;
	return (
		former.live &&
		info.live &&
		former.codec === info.codec &&
		Object.is(former.frameRate, info.frameRate) &&
		former.format.width === width &&
		former.format.height === height
	);
}
