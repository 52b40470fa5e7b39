import { monotonicSec } from "../../media/clock.ts";
import type { HoldMessage, SafetyTerms } from "../../protocol/hold-messages.ts";
import { ControlHold, type Hold, type HoldBounds, type HoldNeed } from "./control-hold.ts";

/** The parts of a viewer that its `ViewerSafety` needs. */
export interface ViewerSafetyOptions {
	readonly bounds: HoldBounds;
	/** Returns whether the source sends pictures. */
	readonly sourceLive: () => boolean;
	/** Returns the time of the source's newest picture, if known, seconds on the server's clock. */
	readonly lastPictureSec: () => number;
	/** Sends a message on the control channel. */
	readonly send: (message: HoldMessage) => void;
	readonly onHold: (hold: Hold) => void;
	readonly onRelease: (hold: Hold) => void;
}

/** Time between two messages about one hold, milliseconds. */
const REPEAT_MS = 500;
/**
 * Shortest time between two messages about the need of one hold, seconds: at a bound it may change
 * with each pose.
 */
const LEAST_TELL_SEC = 0.1;
/** Timers of Node may fire up to a millisecond early. */
const TIMER_GRACE_SEC = 0.001;
/** Longest wait of a timer, seconds: bounds are shorter. */
const LONGEST_WAIT_SEC = 60;

/**
 * Puts one viewer's control on hold, by a timer where nothing comes, and reports it: to the
 * application at once, and to the client with each change and twice a second.
 */
export class ViewerSafety {
	readonly #options: ViewerSafetyOptions;
	readonly #control: ControlHold;
	/** The hold that was reported last. */
	#reported: Hold | undefined;
	#sent = "";
	/** What the client was told that the release waits for. */
	#toldNeed: HoldNeed | undefined;
	#toldSec = Number.NEGATIVE_INFINITY;
	#checkTimer: NodeJS.Timeout | undefined;
	#checkAtSec = Number.POSITIVE_INFINITY;
	readonly #repeatTimer: NodeJS.Timeout;

	/** Begins on hold, which is not reported. */
	constructor(options: ViewerSafetyOptions) {
		this.#options = options;
		const nowSec = monotonicSec();
		this.#control = new ControlHold(options.bounds, nowSec);
		this.#reported = this.#control.hold;
		this.#control.sourceIs(options.sourceLive(), nowSec);
		this.#repeatTimer = setInterval(
			() => this.#control.hold !== undefined && this.#tell(monotonicSec()),
			REPEAT_MS,
		);
		this.#repeatTimer.unref();
	}

	/** The present hold; `undefined`: the viewer has control. */
	get hold(): Hold | undefined {
		return this.#control.hold;
	}

	/** The bounds, as the welcome states them. */
	get terms(): SafetyTerms {
		return this.#options.bounds;
	}

	/** The client has been welcomed: it is told of the hold. */
	welcomed(): void {
		this.#sent = "";
		this.#tell(monotonicSec());
	}

	/** A message of any kind has come. */
	heard(nowSec: number): void {
		this.#follow(nowSec, (control) => control.heard(nowSec));
	}

	/** A picture was sent. */
	pictureSent(rtpTicks: number): void {
		const nowSec = monotonicSec();
		this.#follow(nowSec, (control) => control.pictureSent(rtpTicks, nowSec));
	}

	/** The client has said which picture is on its screen. @param worldSec NaN: not known */
	saw(rtpTicks: number, worldSec: number, nowSec: number): void {
		this.#follow(nowSec, (control) => control.saw(rtpTicks, worldSec, nowSec));
	}

	/** A pose has come. @param capturedSec NaN: not known */
	poseCame(stream: number, capturedSec: number, nowSec: number): void {
		this.#follow(nowSec, (control) => control.poseCame(stream, capturedSec, nowSec));
	}

	/** The operator has begun the gesture, or has let go. */
	engage(on: boolean, nowSec: number): void {
		this.#follow(nowSec, (control) => control.engage(on, nowSec));
	}

	/** The source may be in another state. */
	sourceChanged(): void {
		const nowSec = monotonicSec();
		this.#follow(nowSec, (control) => control.sourceIs(this.#options.sourceLive(), nowSec));
	}

	/** The viewer is shown the past, or the present again. */
	watchesPast(isPast: boolean): void {
		const nowSec = monotonicSec();
		this.#follow(nowSec, (control) => control.watchesPast(isPast, nowSec));
	}

	/** Ends the timers. */
	end(): void {
		clearTimeout(this.#checkTimer);
		clearInterval(this.#repeatTimer);
	}

	/** Applies an input, reports a change, and sets the timer for the next one. */
	#follow(nowSec: number, apply: (control: ControlHold) => void): void {
		const control = this.#control;
		control.check(nowSec, this.#options.lastPictureSec());
		this.#report(nowSec);
		apply(control);
		this.#report(nowSec);
		const isDue = nowSec - this.#toldSec >= LEAST_TELL_SEC;
		if (isDue && control.need(nowSec) !== this.#toldNeed) this.#tell(nowSec);
		this.#schedule(nowSec);
	}

	#report(nowSec: number): void {
		const [former, hold] = [this.#reported, this.#control.hold];
		if (hold === former) return;
		this.#reported = hold;
		if (hold === undefined && former !== undefined) this.#options.onRelease(former);
		if (hold !== undefined) this.#options.onHold(hold);
		this.#tell(nowSec);
	}

	/** Sends the state, unless it is the one that was sent last. */
	#tell(nowSec: number): void {
		const { hold } = this.#control;
		const needs = this.#control.need(nowSec);
		this.#toldNeed = needs;
		this.#toldSec = nowSec;
		const message: HoldMessage = {
			type: "hold",
			on: hold !== undefined,
			...(hold && {
				reason: hold.reason,
				needs,
				...ageOf(hold, this.#control.pictureAgeMs(nowSec), nowSec),
			}),
		};
		const text = JSON.stringify(message);
		if (text === this.#sent) return;
		this.#sent = text;
		this.#options.send(message);
	}

	/** A timer that is early enough stays: messages come far more often than it is needed. */
	#schedule(nowSec: number): void {
		const { nextCheckSec } = this.#control;
		if (nextCheckSec >= this.#checkAtSec) return;
		clearTimeout(this.#checkTimer);
		this.#checkAtSec = nextCheckSec;
		const waitSec = Math.min(LONGEST_WAIT_SEC, nextCheckSec - nowSec + TIMER_GRACE_SEC);
		this.#checkTimer = setTimeout(() => this.#onTimer(), Math.max(0, waitSec * 1000));
		this.#checkTimer.unref();
	}

	#onTimer(): void {
		this.#checkAtSec = Number.POSITIVE_INFINITY;
		this.#follow(monotonicSec(), () => {});
	}
}

/**
 * The age that a hold is about, now: that of the picture, or the time since the client was heard.
 */
function ageOf({ reason, ageMs, sinceSec }: Hold, pictureAgeMs: number, nowSec: number): { readonly ageMs?: number } {
	const isPicture = reason === "picture-old" || reason === "picture-frozen" || reason === "source-stalled";
	const presentMs = isPicture ? pictureAgeMs : ageMs + (nowSec - sinceSec) * 1000;
	return Number.isFinite(presentMs) ? { ageMs: Math.max(0, Math.round(presentMs)) } : {};
}
