import { type PlaybackAbility, type PlaybackChange, type PlaybackState, refusalOfChange } from "../media/playback.ts";
import { type Release, ReleaseClock } from "./release-clock.ts";

/** The play is stated anew where pictures are this far from the stated place, seconds. */
const DRIFT_SEC = 0.25;
/** Beginning of the last picture before the end of a file of unknown rate, seconds. */
const LAST_PICTURE_SEC = 0.04;

/** A picture's times, for its player. */
export interface PlayedPicture {
	/** Time on a scale that never runs back. */
	readonly mediaSec: number;
	/** Place in the source, seconds from its first picture; NaN: unknown. */
	readonly positionSec: number;
}

/** The reading of a source, as far as a player commands it. */
export interface PlayedInput {
	/** Begins again at the end. */
	loop: boolean;
	/** The recorded head leads the view. @default there is none */
	follow?: boolean | undefined;
	/** Pictures a second; NaN when unknown. */
	readonly frameRate: number;
	/** Goes on with the first picture at or after `positionSec`. */
	jumpTo(positionSec: number): void;
}

/** The properties of a source that its player states. */
export type PlayerOptions = Pick<PlaybackState, "can" | "chapters" | "durationSec" | "live"> & {
	/** Called with each new state, and the author of the change that led to it, if any. */
	readonly onState: (state: PlaybackState, by: string | undefined) => void;
};

/**
 * Plays one source: turns changes into commands for its input, and says when each picture is due.
 * Times are arguments; it reads no clock.
 */
export class Player {
	readonly #input: PlayedInput;
	readonly #options: PlayerOptions;
	readonly #clock = new ReleaseClock();
	#shown: PlayedPicture | undefined;
	#stated: PlaybackState | undefined;
	/** Place that a jump leads to, until its first picture is shown. */
	#targetSec: number | undefined;
	/** Author of the jump. */
	#jumpBy: string | undefined;

	constructor(input: PlayedInput, options: PlayerOptions) {
		this.#input = input;
		this.#options = options;
	}

	/** True if the source obeys a pause. */
	get canPause(): boolean {
		return this.#may("pause");
	}

	/** Seconds from media time to the clock; NaN while there is no sound: it has only one rate. */
	get soundOffsetSec(): number {
		return this.#clock.offsetSec;
	}

	/** The reason why the source does not obey a change, for people; `undefined`: it does. */
	refusalOf(change: PlaybackChange): string | undefined {
		return refusalOfChange(change, this.#options);
	}

	/** Number of times that decoding could not keep up with the source's own pace. */
	get resyncs(): number {
		return this.#clock.rate > 1 ? 0 : this.#clock.resyncs;
	}

	/** States the play before its first picture is shown. @param positionSec place of that. */
	begin(positionSec: number, nowSec: number): void {
		this.#targetSec = positionSec;
		this.#state(nowSec, undefined);
	}

	/**
	 * Obeys a change, and states the play that follows; that of a jump follows with its first
	 * picture.
	 * @param by author of the change.
	 */
	obey(change: PlaybackChange, by: string | undefined, nowSec: number): void {
		const { paused, rate, loop, follow } = change;
		let { positionSec } = change;
		if (this.#may("loop") && loop !== undefined) this.#input.loop = loop;
		if (this.#may("rate") && rate !== undefined) this.#clock.setRate(rate, nowSec);
		if (this.#may("pause") && paused !== undefined) this.#clock.setPaused(paused, nowSec);
		if (this.#may("follow") && follow !== undefined && follow !== this.#input.follow) {
			this.#input.follow = follow;
			// The picture that stands is shown anew.
			if (this.#clock.paused) positionSec ??= this.#positionSec(nowSec);
		}
		if (this.#may("seek") && positionSec !== undefined) {
			const { durationSec } = this.#options;
			const { frameRate } = this.#input;
			const lastSec = durationSec - (frameRate > 0 ? 1 / frameRate : LAST_PICTURE_SEC);
			this.#targetSec = Math.max(0, Number.isNaN(lastSec) ? positionSec : Math.min(positionSec, lastSec));
			this.#jumpBy = by;
			this.#input.jumpTo(this.#targetSec);
			this.#clock.restart();
		}
		this.#state(nowSec, by);
	}

	/** Time at which a picture is due; `Infinity` while paused. */
	dueSec({ mediaSec }: PlayedPicture, nowSec: number): number {
		return this.#clock.dueSec(mediaSec, nowSec);
	}

	/**
	 * Decides about a picture at its turn.
	 * @param nextMediaSec time of the next picture, if it is decoded already.
	 */
	decide(picture: PlayedPicture, nowSec: number, nextMediaSec?: number): Release {
		const release = this.#clock.decide(picture.mediaSec, nowSec, nextMediaSec);
		// The first picture of a jump is its answer.
		if (this.#targetSec !== undefined) return "show";
		return release;
	}

	/** A picture is shown. */
	shown(picture: PlayedPicture, nowSec: number): void {
		this.#shown = picture;
		const arrived = this.#targetSec !== undefined;
		const by = this.#jumpBy;
		this.#targetSec = undefined;
		this.#jumpBy = undefined;
		const expectedSec = this.#stated === undefined ? Number.NaN : freePositionAt(this.#stated, nowSec);
		// A picture that was on its way may be shown right after the pause.
		const tolerableSec = this.#clock.paused ? 0 : DRIFT_SEC;
		const leapt = !this.#options.live && Math.abs(picture.positionSec - expectedSec) > tolerableSec;
		if (arrived || leapt || this.#stated === undefined) this.#state(nowSec, by);
	}

	/** Place at `nowSec`: that of the shown picture, and the time since. */
	#positionSec(nowSec: number): number {
		if (this.#options.live) return Number.NaN;
		if (this.#targetSec !== undefined) return this.#targetSec;
		if (this.#shown === undefined) return 0;
		const { positionSec, mediaSec } = this.#shown;
		if (this.#clock.paused) return positionSec;
		return positionSec + Math.max(0, this.#clock.mediaSecAt(nowSec) - mediaSec);
	}

	#state(nowSec: number, by: string | undefined): void {
		const { can, chapters, durationSec, live, onState } = this.#options;
		this.#stated = {
			positionSec: this.#positionSec(nowSec),
			atSec: nowSec,
			durationSec,
			rate: this.#clock.rate,
			paused: this.#clock.paused,
			seeking: this.#targetSec !== undefined,
			loop: this.#input.loop,
			...(this.#input.follow !== undefined && { follow: this.#input.follow }),
			can,
			chapters,
			live,
		};
		onState(this.#stated, by);
	}

	#may(ability: PlaybackAbility): boolean {
		return this.#options.can.includes(ability);
	}
}

function freePositionAt({ positionSec, atSec, rate, paused }: PlaybackState, nowSec: number): number {
	return paused ? positionSec : positionSec + (nowSec - atSec) * rate;
}
