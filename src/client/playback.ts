import { completeOptions } from "../media/option-table.ts";
import {
	PLAYBACK_ABILITIES,
	PLAYBACK_CHANGE,
	type PlaybackChange,
	type PlaybackState,
	positionAt,
	type TimeShift,
	timeShiftAt,
} from "../media/playback.ts";
import type { PlaybackAuthor, PlaybackMessage } from "../protocol/playback-message.ts";

/** The play of the source, on this page's clock. */
export interface ViewedPlayback extends PlaybackState {
	/** Whether the server obeys this viewer. */
	readonly mayControl: boolean;
	/** Author of the last change; `undefined`: the source itself, or an older server. */
	readonly by: PlaybackAuthor | undefined;
}

/**
 * What a viewer is shown: the present, the kept past of a live source, or a source of its own time,
 * such as a file, that plays or is paused.
 */
export type ShownPlay = "present" | "past" | "playing" | "paused";

/**
 * Judges what is shown, by the newest statement. Without one, and of a source that obeys no pause,
 * it counts as the present.
 */
export function shownPlay(state: Pick<PlaybackState, "can" | "live" | "paused" | "timeShift"> | undefined): ShownPlay {
	if (state === undefined || state.live) return "present";
	if (state.timeShift !== undefined) return "past";
	if (!state.can.includes("pause")) return "present";
	return state.paused ? "paused" : "playing";
}

const AUTHORS: readonly PlaybackAuthor[] = ["you", "viewer", "server"];

/**
 * The play of the server's source: the same for all its viewers, unless it is live and keeps its
 * past, of which each viewer watches a place of its own.
 */
export class ConnectionPlayback {
	readonly #send: (change: PlaybackChange) => boolean;
	readonly #serverOffsetMs: () => number;
	#message: PlaybackMessage | undefined;
	#receivedAtMs = 0;

	/**
	 * @param send sends a wish to the server. @returns whether the channel was open.
	 * @param serverOffsetMs server clock minus `performance.now()`; NaN: unknown.
	 * @internal
	 */
	constructor(send: (change: PlaybackChange) => boolean, serverOffsetMs: () => number) {
		this.#send = send;
		this.#serverOffsetMs = serverOffsetMs;
	}

	/**
	 * The newest statement; `undefined` before the first, and of older servers. `atSec` is on the
	 * clock of `performance.now()`, in seconds.
	 */
	get state(): ViewedPlayback | undefined {
		if (this.#message === undefined) return undefined;
		const { type: _type, positionSec, atMs, durationSec, seeking, can, chapters, by, ...others } = this.#message;
		const offsetMs = this.#serverOffsetMs();
		return {
			...others,
			positionSec: positionSec ?? Number.NaN,
			atSec: (Number.isNaN(offsetMs) ? this.#receivedAtMs : atMs - offsetMs) / 1000,
			durationSec: durationSec ?? Number.NaN,
			seeking: seeking ?? false,
			can: PLAYBACK_ABILITIES.filter((ability) => can.includes(ability)),
			chapters: chapters ?? [],
			by: AUTHORS.find((author) => author === by),
		};
	}

	/** Present place, seconds from the source's first picture; NaN: unknown, or it has none. */
	get positionSec(): number {
		const { state } = this;
		return state === undefined ? Number.NaN : positionAt(state, performance.now() / 1000);
	}

	/** The past that can be watched, now; `undefined`: the source keeps none. */
	get timeShift(): TimeShift | undefined {
		const { state } = this;
		return state && timeShiftAt(state, performance.now() / 1000);
	}

	/** Seconds from what is shown to the present; 0: it is shown. NaN: the source keeps no past. */
	get behindSec(): number {
		const { timeShift } = this;
		if (timeShift === undefined) return Number.NaN;
		return this.state?.live === true ? 0 : Math.max(0, timeShift.newestSec - this.positionSec);
	}

	/** Goes back from the kept past to the present. @returns false: nothing was sent. */
	goLive(): boolean {
		return this.change({ live: true });
	}

	/** Plays on; a source that has ended, from its beginning. @returns false: nothing was sent. */
	play(): boolean {
		return this.change({ paused: false });
	}

	/** @returns false: nothing was sent. */
	pause(): boolean {
		return this.change({ paused: true });
	}

	/**
	 * Goes on at another place, seconds from the first picture.
	 * @returns false: nothing was sent.
	 * @throws {RangeError} for a negative place.
	 */
	seek(positionSec: number): boolean {
		return this.change({ positionSec });
	}

	/** @param rate 0.25 to 4. @returns false: nothing was sent. @throws {RangeError} beyond. */
	setRate(rate: number): boolean {
		return this.change({ rate });
	}

	/** Lets the source begin again at its end, or stop there. @returns false: nothing was sent. */
	setLoop(loop: boolean): boolean {
		return this.change({ loop });
	}

	/**
	 * Several changes at once.
	 * @returns false: nothing was sent.
	 * @throws {RangeError | TypeError} for an impossible value.
	 */
	change(change: PlaybackChange): boolean {
		return this.#send(completeOptions(PLAYBACK_CHANGE, change, "playback.change()"));
	}

	/** @internal */
	stated(message: PlaybackMessage, receivedAtMs: number): ViewedPlayback | undefined {
		this.#message = message;
		this.#receivedAtMs = receivedAtMs;
		return this.state;
	}

	/** Another session begins, perhaps with another source. @internal */
	restart(): void {
		this.#message = undefined;
	}
}
