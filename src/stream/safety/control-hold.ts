/** Rules for the gesture of the operator: none is needed, or a button or grip is held. */
export const ENGAGE_RULES = ["none", "hold"] as const;
/** A rule for the gesture of the operator. */
export type EngageRule = (typeof ENGAGE_RULES)[number];

/** Bounds of a viewer's control. A bound that is left out does not hold. */
export interface HoldBounds {
	/** Most age of the world in the picture on the operator's screen, milliseconds. */
	readonly maxPictureAgeMs?: number | undefined;
	/** Most age of the newest pose, from its reading at the client, milliseconds. */
	readonly maxPoseAgeMs?: number | undefined;
	/** Longest time without any message of the client, milliseconds. */
	readonly maxSilenceMs?: number | undefined;
	/** `hold`: control needs a button or grip that is held. */
	readonly engage: EngageRule;
}

/**
 * Reason of a hold: `starting`, no picture and pose was fresh yet; `picture-old`, the picture on
 * the screen is past its bound; `picture-frozen`, so it is because the screen shows no newer one;
 * `source-stalled`, because the source sends none; `pose-old`, the newest pose is past its bound;
 * `operator-silent`, no message comes; `not-engaged`, the operator has let go.
 */
export type HoldReason =
	| "starting"
	| "picture-old"
	| "picture-frozen"
	| "source-stalled"
	| "pose-old"
	| "operator-silent"
	| "not-engaged";

/** A condition that a release still waits for; `moment`: all are met, and soon long enough. */
export type HoldNeed = "source" | "picture" | "pose" | "engage" | "moment";

/** One hold of a viewer's control. Times are seconds on the server's monotonic clock. */
export interface Hold {
	readonly reason: HoldReason;
	/**
	 * Age that passed its bound, when the hold began, milliseconds; NaN where the reason has none.
	 */
	readonly ageMs: number;
	/** Time at which the bound was passed. */
	readonly dueSec: number;
	/** Time at which the hold began. */
	readonly sinceSec: number;
}

/** A picture that stays on the screen this long while newer ones are sent is frozen. */
const FROZEN_SEC = 1;
/** All conditions must hold this long before a release, so that control does not flicker. */
const SETTLE_SEC = 0.2;
/** Share of the picture's bound after which the picture's own stop is the reason for its age. */
const STOPPED_SHARE = 0.75;

/**
 * Decides whether a viewer's control is on hold. It begins on hold. A hold begins when a bound is
 * passed; it ends when a picture, a pose and, if asked for, a gesture have come that are newer than
 * the hold, and all bounds have been kept for 0.2 s.
 *
 * Reads no clock: times are seconds on one monotonic clock. `check` is to be called at
 * `nextCheckSec`; each input checks by itself.
 */
export class ControlHold {
	readonly #bounds: HoldBounds;
	#hold: Hold | undefined;
	/** The picture on the screen: its RTP time, when its world was seen, and its first report. */
	#seen: { readonly rtpTicks: number; readonly worldSec: number; readonly sinceSec: number } | undefined;
	#seenReportedSec = Number.NEGATIVE_INFINITY;
	#sentTicks: number | undefined;
	/** Time at which a newer picture than the one on the screen was sent; `undefined`: none was. */
	#newerSentSec: number | undefined;
	/** Times at which the newest pose of each stream was read. */
	readonly #poses = new Map<number, number>();
	#heardSec: number;
	/** Time since which the source does not send pictures; `undefined`: it does. */
	#sourceLostSec: number | undefined;
	/** Time since which the past is shown, as it was asked for; `undefined`: the present is. */
	#pastSec: number | undefined;
	/** Time at which the present was shown again; the screen may show the past for longer. */
	#returnedSec = Number.NEGATIVE_INFINITY;
	/** Time since which the gesture is made; `undefined`: it is not. */
	#engagedSec: number | undefined;
	#letGoSec: number;
	/** Time since which all conditions for a release but the gesture are met. */
	#freshSec: number | undefined;

	constructor(bounds: HoldBounds, nowSec: number) {
		this.#bounds = bounds;
		this.#heardSec = nowSec;
		this.#letGoSec = nowSec;
		this.#hold = { reason: "starting", ageMs: Number.NaN, dueSec: nowSec, sinceSec: nowSec };
	}

	/** The present hold; `undefined`: the viewer has control. */
	get hold(): Hold | undefined {
		return this.#hold;
	}

	/** A message of any kind has come. */
	heard(nowSec: number): void {
		this.#apply(nowSec, () => {
			this.#heardSec = nowSec;
		});
	}

	/** A picture was sent. */
	pictureSent(rtpTicks: number, nowSec: number): void {
		this.#apply(nowSec, () => {
			this.#sentTicks = rtpTicks;
			this.#newerSentSec ??= nowSec;
		});
	}

	/**
	 * The client has said which picture is on its screen.
	 *
	 * @param worldSec when the world of that picture was captured; NaN: unknown, which is not
	 * fresh.
	 */
	saw(rtpTicks: number, worldSec: number, nowSec: number): void {
		this.#apply(nowSec, () => {
			if (Number.isNaN(worldSec)) return;
			this.#seenReportedSec = nowSec;
			// Reports of several streams overtake each other. The world's time is no order: it
			// steps back where a camera begins to state its captures.
			const isOlder = ((rtpTicks - (this.#seen?.rtpTicks ?? rtpTicks)) | 0) < 0;
			if (rtpTicks === this.#seen?.rtpTicks || (isOlder && this.#pastSec === undefined)) return;
			this.#seen = { rtpTicks, worldSec, sinceSec: nowSec };
			this.#newerSentSec = rtpTicks === this.#sentTicks ? undefined : nowSec;
		});
	}

	/**
	 * A pose has come that is newer than those of its stream before it.
	 *
	 * @param capturedSec when the client read it, by a clock that may be wrong or change: a time to
	 * come counts as now, and an earlier one than that of the pose before it counts too. NaN:
	 * unknown, which is not fresh where the age of poses has a bound.
	 */
	poseCame(stream: number, capturedSec: number, nowSec: number): void {
		this.#apply(nowSec, () => {
			const isUnknown = Number.isNaN(capturedSec);
			const unknownSec = this.#bounds.maxPoseAgeMs === undefined ? nowSec : Number.NEGATIVE_INFINITY;
			this.#poses.set(stream, isUnknown ? unknownSec : Math.min(capturedSec, nowSec));
		});
	}

	/** The source sends pictures, or does not. */
	sourceIs(live: boolean, nowSec: number): void {
		this.#apply(nowSec, () => {
			this.#sourceLostSec = live ? undefined : (this.#sourceLostSec ?? nowSec);
		});
	}

	/** The operator is shown the past on purpose, or the present again. */
	watchesPast(past: boolean, nowSec: number): void {
		this.#apply(nowSec, () => {
			if (!past && this.#pastSec !== undefined) {
				this.#returnedSec = nowSec;
				this.#sentTicks = undefined;
			}
			this.#pastSec = past ? (this.#pastSec ?? nowSec) : undefined;
		});
	}

	/** The operator has begun the gesture, or has let go. */
	engage(on: boolean, nowSec: number): void {
		this.#apply(nowSec, () => {
			if (on) this.#engagedSec ??= nowSec;
			else if (this.#engagedSec !== undefined) {
				this.#engagedSec = undefined;
				this.#letGoSec = nowSec;
			}
		});
	}

	/**
	 * Begins or ends a hold whose time has come.
	 *
	 * @param lastPictureSec when the source's newest picture came, if known.
	 */
	check(nowSec: number, lastPictureSec: number = Number.NaN): void {
		if (this.#hold === undefined) this.#hold = this.#passed(nowSec, lastPictureSec);
		if (this.#hold === undefined) return;
		const need = this.#missing(nowSec);
		if (need !== undefined) {
			this.#freshSec = undefined;
			return;
		}
		this.#freshSec ??= nowSec;
		if (this.#isEngagedSince(this.#hold) && nowSec - this.#freshSec >= SETTLE_SEC) {
			this.#hold = undefined;
			this.#freshSec = undefined;
		}
	}

	/**
	 * Time of the next call of `check`, unless something comes before; `Infinity`: none is needed.
	 */
	get nextCheckSec(): number {
		const dueSec = Math.min(...this.#dues().map((due) => due.sec));
		if (this.#hold === undefined) return dueSec;
		if (this.#freshSec === undefined) return Number.POSITIVE_INFINITY;
		const engaged = this.#isEngagedSince(this.#hold);
		return Math.min(this.#boundDueSec, engaged ? this.#freshSec + SETTLE_SEC : Number.POSITIVE_INFINITY);
	}

	/** The first condition that a release waits for; `undefined` without a hold. */
	need(nowSec: number): HoldNeed | undefined {
		if (this.#hold === undefined) return undefined;
		return this.#missing(nowSec) ?? (this.#isEngagedSince(this.#hold) ? "moment" : "engage");
	}

	/** Age of the world in the picture on the screen, milliseconds; NaN before the first. */
	pictureAgeMs(nowSec: number): number {
		return (nowSec - (this.#seen?.worldSec ?? Number.NaN)) * 1000;
	}

	/** When the newest pose was read, by that stream whose newest pose is. */
	get #poseSec(): number {
		return Math.max(...this.#poses.values());
	}

	/** A bound that was passed before an input came counts, whatever the input is. */
	#apply(nowSec: number, change: () => void): void {
		this.check(nowSec);
		change();
		this.check(nowSec);
	}

	/** Each reason with the time at which it holds, unless something comes before. */
	#dues(): { readonly reason: HoldReason; readonly sec: number; readonly fromSec: number }[] {
		const { maxPictureAgeMs, maxPoseAgeMs, maxSilenceMs, engage } = this.#bounds;
		const after = (fromSec: number, boundMs: number | undefined) =>
			boundMs === undefined ? Number.POSITIVE_INFINITY : fromSec + boundMs / 1000;
		const worldSec = this.#seen?.worldSec ?? Number.NEGATIVE_INFINITY;
		const lostSec = this.#sourceLostSec ?? Number.POSITIVE_INFINITY;
		const letGo = engage === "hold" && this.#engagedSec === undefined;
		return [
			{ reason: "source-stalled", sec: lostSec, fromSec: Number.NaN },
			{ reason: "picture-old", sec: after(worldSec, maxPictureAgeMs), fromSec: worldSec },
			{ reason: "picture-old", sec: this.#pastSec ?? Number.POSITIVE_INFINITY, fromSec: worldSec },
			{ reason: "picture-frozen", sec: this.#frozenSec, fromSec: worldSec },
			{ reason: "pose-old", sec: after(this.#poseSec, maxPoseAgeMs), fromSec: this.#poseSec },
			{ reason: "operator-silent", sec: after(this.#heardSec, maxSilenceMs), fromSec: this.#heardSec },
			{
				reason: "not-engaged",
				sec: letGo ? this.#letGoSec : Number.POSITIVE_INFINITY,
				fromSec: Number.NaN,
			},
		];
	}

	/** A client that never says what it shows can't freeze. */
	get #frozenSec(): number {
		if (this.#seen === undefined || this.#newerSentSec === undefined) return Number.POSITIVE_INFINITY;
		const { maxPictureAgeMs = FROZEN_SEC * 1000 } = this.#bounds;
		return Math.max(this.#seen.sinceSec, this.#newerSentSec) + maxPictureAgeMs / 1000;
	}

	/** The first time at which a bound is passed, letting go apart. */
	get #boundDueSec(): number {
		return Math.min(
			...this.#dues().map((due) => (due.reason === "not-engaged" ? Number.POSITIVE_INFINITY : due.sec)),
		);
	}

	/** @returns a hold for the bound that was passed first, if one was. */
	#passed(nowSec: number, lastPictureSec: number): Hold | undefined {
		const [first] = this.#dues().sort((a, b) => a.sec - b.sec);
		if (first === undefined || first.sec > nowSec) return undefined;
		const { sec: dueSec, fromSec } = first;
		const reason = first.reason === "picture-old" ? this.#reasonOfAge(nowSec, lastPictureSec) : first.reason;
		return { reason, ageMs: (nowSec - fromSec) * 1000, dueSec, sinceSec: nowSec };
	}

	#reasonOfAge(nowSec: number, lastPictureSec: number): HoldReason {
		if (this.#pastSec !== undefined) return "picture-old";
		const stoppedSec = ((this.#bounds.maxPictureAgeMs ?? 0) / 1000) * STOPPED_SHARE;
		if (nowSec - lastPictureSec >= stoppedSec) return "source-stalled";
		const { sinceSec = nowSec } = this.#seen ?? {};
		return nowSec - sinceSec >= stoppedSec ? "picture-frozen" : "picture-old";
	}

	/** The first condition for a release that is not met, the gesture apart. */
	#missing(nowSec: number): HoldNeed | undefined {
		const sinceSec = this.#hold?.sinceSec ?? nowSec;
		const late = new Set(
			this.#dues()
				.filter(({ sec }) => sec <= nowSec)
				.map(({ reason }) => reason),
		);
		if (late.has("source-stalled")) return "source";
		if (late.has("picture-old") || late.has("picture-frozen")) return "picture";
		// A client that never says what it shows has been sent something to see, at least.
		if (this.#sentTicks === undefined) return "picture";
		if (this.#seen !== undefined && this.#seenReportedSec <= sinceSec) return "picture";
		if (this.#seen !== undefined && this.#seen.worldSec <= this.#returnedSec) return "picture";
		const isOld = late.has("pose-old") || late.has("operator-silent");
		return isOld || this.#poseSec <= sinceSec ? "pose" : undefined;
	}

	#isEngagedSince({ sinceSec }: Hold): boolean {
		return this.#bounds.engage === "none" || (this.#engagedSec ?? Number.NEGATIVE_INFINITY) > sinceSec;
	}
}
