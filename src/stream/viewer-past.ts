import { monotonicSec } from "../media/clock.ts";
import { type PlaybackChange, type PlaybackState, positionAt, type TimeShift } from "../media/playback.ts";
import type { PlaybackAuthor } from "../protocol/playback-message.ts";
import type { Access } from "../session/access.ts";
import type { SourceInfo } from "../source/video-source.ts";
import type { PastDesk } from "./past-desk.ts";
import type { PastPlay } from "./past-play.ts";
import { PAST_ABILITIES, type PastStep, stepForTime, stepForWish } from "./past-rules.ts";
import type { RenderPool } from "./render-pool.ts";
import type { SourceState } from "./source-state.ts";
import type { ViewedSource } from "./viewer-options.ts";

/** The parts of a viewer that its `ViewerPast` needs. */
export interface ViewerPastOptions {
	/** The live source. */
	readonly source: ViewedSource;
	readonly access: Access;
	/** `undefined`: no past is kept. */
	readonly desk: PastDesk | undefined;
	/**
	 * Draws the view by another pool; `undefined`: by that of the live source, which never throws.
	 */
	readonly moveTo: (pool: RenderPool | undefined) => void;
	/** The source as the viewer is shown it is in another state. */
	readonly onState: () => void;
	/** The viewer begins to watch the past, or is shown the present again. */
	readonly onPast: (isPast: boolean) => void;
	/** The viewer's play has changed, or is to be stated again. */
	readonly onPlayback: (by: PlaybackAuthor | undefined) => void;
	/** A wish is refused, or the past can't be shown any longer. */
	readonly complain: (message: string) => void;
}

/** Interval of looks at the place of one who watches the past. */
const LOOK_MS = 250;
/** Interval of statements of the kept past, whose ends move on. */
const STATE_MS = 5000;

/**
 * The source as one viewer is shown it: live, or from the past that the server keeps, at a place of
 * the viewer's own.
 */
export class ViewerPast implements ViewedSource {
	readonly #options: ViewerPastOptions;
	#play: PastPlay | undefined;
	/** The play that was asked for, until it is stated. */
	#wished: PlaybackChange = {};
	#by: PlaybackAuthor | undefined;
	#lookTimer: NodeJS.Timeout | undefined;
	#stateTimer: NodeJS.Timeout | undefined;
	#isOver = false;

	constructor(options: ViewerPastOptions) {
		this.#options = options;
		if (!this.#isAllowed) return;
		this.#stateTimer = setInterval(() => this.offered && options.onPlayback(this.#by), STATE_MS);
		this.#stateTimer.unref();
	}

	/** True if this viewer may watch the past, and some is kept. */
	get offered(): boolean {
		return this.#window !== undefined;
	}

	get name(): string {
		return this.#options.source.name;
	}

	get info(): SourceInfo | undefined {
		return this.#options.source.info;
	}

	get state(): SourceState {
		const { state: live } = this.#options.source;
		// Until its first picture is there, the present is shown.
		return this.#play === undefined || this.#play.state.name === "opening" ? live : this.#play.state;
	}

	get lastPictureSec(): number {
		return this.#play?.lastPictureSec ?? this.#options.source.lastPictureSec ?? Number.NaN;
	}

	/** The viewer's own play as of now, where some past is kept; else that of the source. */
	get playback(): PlaybackState {
		const { playback } = this.#options.source;
		const timeShift = this.#window;
		if (timeShift === undefined) return playback;
		const own = { can: PAST_ABILITIES, timeShift, atSec: monotonicSec(), loop: false };
		const play = this.#playNow;
		if (play === undefined) return { ...playback, ...own, positionSec: timeShift.newestSec };
		return { ...playback, ...own, ...play, live: false };
	}

	/**
	 * Obeys a wish about the viewer's own play.
	 * @returns why it is not obeyed, in a sentence for people.
	 */
	obey(wish: PlaybackChange, by: PlaybackAuthor): string | undefined {
		const window = this.#window;
		return window && this.#take(stepForWish(wish, window, this.#playNow), by);
	}

	/** Shows the present. @param by `undefined`: nobody has asked for it. */
	goLive(by: PlaybackAuthor | undefined): void {
		const play = this.#play;
		if (play === undefined) return;
		this.#play = undefined;
		this.#by = by;
		clearInterval(this.#lookTimer);
		this.#options.moveTo(undefined);
		play.end();
		this.#options.onPast(false);
		this.#options.onState();
		this.#options.onPlayback(by);
	}

	/** Ends it for good; the view is not drawn any more. */
	end(): void {
		this.#isOver = true;
		clearInterval(this.#stateTimer);
		clearInterval(this.#lookTimer);
		this.#play?.end();
		this.#play = undefined;
	}

	get #isAllowed(): boolean {
		const { desk, access } = this.#options;
		return desk?.allows(access) === true;
	}

	get #window(): TimeShift | undefined {
		return this.#isAllowed && !this.#isOver ? this.#options.desk?.window : undefined;
	}

	/** The play in the past as of now; `undefined` while the present is shown. */
	get #playNow(): Pick<PlaybackState, "positionSec" | "paused" | "rate" | "seeking"> | undefined {
		if (this.#play === undefined) return undefined;
		const stated = this.#play.playback;
		const { positionSec = Number.NaN, paused = false, rate = 1 } = this.#wished;
		if (stated === undefined) return { positionSec, paused, rate, seeking: true };
		return {
			positionSec: positionAt(stated, monotonicSec()),
			paused: stated.paused,
			rate: stated.rate,
			seeking: stated.seeking,
		};
	}

	/** @returns why the step can't be taken. */
	#take(step: PastStep, by: PlaybackAuthor | undefined): string | undefined {
		if (step.to === "refusal") return step.reason;
		if (step.to === "live") this.goLive(by);
		else if (step.to === "past" && this.#play === undefined) return this.#begin(step.change, by);
		else if (step.to === "past") {
			this.#wished = { ...this.#wished, ...step.change };
			this.#by = by;
			this.#play?.change(step.change, by);
		}
		return undefined;
	}

	#begin(change: PlaybackChange, by: PlaybackAuthor | undefined): string | undefined {
		const { desk, onPast, onPlayback, complain } = this.#options;
		this.#wished = change;
		const { positionSec = 0 } = change;
		const play = desk?.begin({ ...change, positionSec });
		if (play === undefined || typeof play === "string") return play;
		this.#play = play;
		this.#by = by;
		play.events.on("ready", (pool) => this.#show(play, pool));
		play.events.on("playback", () => play === this.#play && onPlayback(this.#by));
		play.events.on("state", () => play === this.#play && this.#options.onState());
		play.events.on("failed", (message) => {
			if (play !== this.#play) return;
			complain(message);
			this.goLive(undefined);
		});
		this.#lookTimer = setInterval(() => this.#look(play), LOOK_MS);
		this.#lookTimer.unref();
		onPast(true);
		onPlayback(by);
		return undefined;
	}

	#show(play: PastPlay, pool: RenderPool): void {
		if (play !== this.#play) return;
		try {
			this.#options.moveTo(pool);
		} catch (error) {
			this.#options.complain((error as Error).message);
			this.goLive(undefined);
		}
	}

	/** Looks whether the place is still one of the past that is kept. */
	#look(play: PastPlay): void {
		const [window, now] = [this.#window, this.#playNow];
		const isGone = window === undefined || now === undefined || play.note !== this.#options.desk?.ring.note;
		if (isGone) this.goLive(undefined);
		else this.#take(stepForTime(now, window), undefined);
	}
}
