import { describe, expect, it } from "vitest";
import { ControlHold, type HoldBounds, type HoldReason } from "./control-hold.ts";

const BOUNDS = { maxPictureAgeMs: 500, maxPoseAgeMs: 200, maxSilenceMs: 300, engage: "none" } as const;
const FRAME_SEC = 0.02;

/**
 * An operator at work: pictures leave, are seen 50 ms later, and poses come back 30 ms after that.
 */
class Operator {
	nowSec = 100;
	readonly control: ControlHold;
	readonly holds: [HoldReason, sinceSec: number, dueSec: number][] = [];
	/** Parts of the loop that work. */
	pictures = true;
	poses = true;
	/** The screen shows the pictures that come. */
	shows = true;
	source = true;
	picturesLateSec = 0.05;
	/** Seconds that pictures and poses become later in each second. */
	slip = 0;
	poseSlip = 0;
	/** The client's clock is late by so much. */
	clockLateSec = 0;
	posesLateSec = 0.03;
	/** The world of a picture is older than its time stamp by so much. */
	worldLateSec = 0;
	#lastPictureSec = 100;
	#held = false;

	constructor(bounds: HoldBounds = BOUNDS) {
		this.control = new ControlHold(bounds, this.nowSec);
	}

	/**
	 * Runs for a while in steps of a frame; between two, the state is checked when it asks to be.
	 */
	run(sec: number): this {
		const endSec = this.nowSec + sec;
		for (; this.nowSec < endSec - 1e-9; this.nowSec += FRAME_SEC) {
			const { nextCheckSec } = this.control;
			if (nextCheckSec < this.nowSec) this.control.check(nextCheckSec, this.#lastPictureSec);
			this.#note();
			this.#step(this.nowSec);
			this.#note();
		}
		return this;
	}

	get reasons(): HoldReason[] {
		return this.holds.map(([reason]) => reason);
	}

	#shownSec = 0;

	#step(nowSec: number): void {
		this.picturesLateSec += this.slip * FRAME_SEC;
		this.posesLateSec += this.poseSlip * FRAME_SEC;
		if (this.source) this.#lastPictureSec = nowSec;
		if (this.pictures) this.control.pictureSent(ticksOf(nowSec), nowSec);
		const shownSec = nowSec - this.picturesLateSec - this.posesLateSec;
		if (this.shows && this.pictures && shownSec >= 100)
			this.#shownSec = this.source ? shownSec : Math.min(shownSec, this.#lastPictureSec);
		if (!this.poses) return;
		this.control.heard(nowSec);
		if (this.#shownSec > 0) this.control.saw(ticksOf(this.#shownSec), this.#shownSec - this.worldLateSec, nowSec);
		this.control.poseCame(0, nowSec - this.posesLateSec - this.clockLateSec, nowSec);
	}

	#note(): void {
		const { hold } = this.control;
		if (hold !== undefined && !this.#held && hold.reason !== "starting")
			this.holds.push([hold.reason, hold.sinceSec, hold.dueSec]);
		this.#held = hold !== undefined;
	}
}

const ticksOf = (sec: number) => Math.round(sec * 90_000) >>> 0;

/** An operator who has control. */
function steering(bounds?: HoldBounds): Operator {
	const operator = new Operator(bounds).run(1);
	expect(operator.control.hold).toBeUndefined();
	return operator;
}

describe("ControlHold", () => {
	it("begins on hold, and gives control 0.2 s after the first fresh picture and pose", () => {
		const operator = new Operator();
		expect(operator.control.hold?.reason).toBe("starting");
		operator.run(0.26);
		expect(operator.control.need(operator.nowSec)).toBe("moment");
		operator.run(0.1);
		expect(operator.control.hold).toBeUndefined();
	});

	it.each([
		["the picture is old", { slip: 0.5 }, "picture-old", 0.84],
		["the screen shows no newer picture", { shows: false }, "picture-frozen", 0.42],
		["the source sends nothing", { source: false }, "source-stalled", 0.5],
		["poses are late", { poseSlip: 0.5 }, "pose-old", 0.34],
		["no message comes", { poses: false }, "pose-old", 0.15],
	] as const)("holds at the bound when %s", (_, failure, reason, afterSec) => {
		const operator = steering();
		const failedSec = operator.nowSec;
		Object.assign(operator, failure);
		operator.run(1.5);
		expect(operator.reasons).toEqual([reason]);
		const [[, sinceSec, dueSec] = ["starting", 0, 0]] = operator.holds;
		expect(sinceSec - dueSec).toBeLessThanOrEqual(FRAME_SEC + 1e-9);
		expect(Math.abs(dueSec - failedSec - afterSec)).toBeLessThanOrEqual(0.15);
	});

	it("holds at the bound of silence, also where that is the only one, with the age that passed it", () => {
		const operator = steering({ maxSilenceMs: 300, engage: "none" });
		operator.poses = false;
		operator.run(1);
		expect(operator.reasons).toEqual(["operator-silent"]);
		expect(operator.control.hold?.ageMs).toBeCloseTo(300, 5);
		expect(operator.control.nextCheckSec).toBe(Number.POSITIVE_INFINITY);
	});

	it("holds for a frozen picture after a second where the picture's age has no bound", () => {
		const operator = steering({ maxPoseAgeMs: 200, engage: "none" });
		operator.shows = false;
		operator.run(0.9);
		expect(operator.holds).toEqual([]);
		operator.run(0.3);
		expect(operator.reasons).toEqual(["picture-frozen"]);
	});

	it("needs no picture of a client that never says what it shows, where only poses have a bound", () => {
		const control = new ControlHold({ maxPoseAgeMs: 200, engage: "none" }, 0);
		for (let sec = 0; sec < 3; sec += 0.05) {
			control.pictureSent(sec * 1000, sec);
			control.poseCame(0, sec, sec);
		}
		expect(control.hold).toBeUndefined();
	});

	it.each([{ maxPoseAgeMs: 200 }, { maxSilenceMs: 300 }])(
		"gives no control before a picture was sent, with %j",
		(bounds) => {
			const control = new ControlHold({ ...bounds, engage: "none" }, 0);
			for (let sec = 0; sec < 3; sec += 0.05) {
				control.heard(sec);
				control.poseCame(0, sec, sec);
			}
			expect(control.need(3)).toBe("picture");
			control.pictureSent(1, 3);
			for (let sec = 3; sec < 4; sec += 0.05) {
				control.heard(sec);
				control.poseCame(0, sec, sec);
			}
			expect(control.hold).toBeUndefined();
		},
	);

	it("never gives control to a client that does not say what it shows, or when its poses were read", () => {
		const blind = new ControlHold({ maxPictureAgeMs: 500, engage: "none" }, 0);
		const timeless = new ControlHold({ maxPoseAgeMs: 500, engage: "none" }, 0);
		for (let sec = 0; sec < 3; sec += 0.05)
			for (const control of [blind, timeless]) {
				control.pictureSent(sec * 1000, sec);
				control.poseCame(0, Number.NaN, sec);
			}
		expect([blind.need(3), timeless.need(3)]).toEqual(["picture", "pose"]);
		blind.saw(5, Number.NaN, 3);
		expect(blind.need(3)).toBe("picture");
	});

	it("holds at once when the source is reported as stalled, and releases after it is back", () => {
		const operator = steering();
		operator.control.sourceIs(false, operator.nowSec);
		expect(operator.control.hold?.reason).toBe("source-stalled");
		expect(operator.run(1).control.need(operator.nowSec)).toBe("source");
		operator.control.sourceIs(true, operator.nowSec);
		expect(operator.run(0.1).control.hold).toBeDefined();
		expect(operator.run(0.2).control.hold).toBeUndefined();
	});

	it("releases only for a picture and a pose that are fresh, and have been for a moment", () => {
		const operator = steering();
		operator.picturesLateSec = 0.7;
		operator.poses = false;
		operator.run(1);
		operator.poses = true;
		expect(operator.run(1).control.need(operator.nowSec)).toBe("picture");
		operator.picturesLateSec = 0.05;
		operator.posesLateSec = 0.4;
		expect(operator.run(1).control.need(operator.nowSec)).toBe("pose");
		operator.posesLateSec = 0.03;
		// Fresh for less than 0.2 s, again and again.
		for (let round = 0; round < 5; round++) {
			operator.run(FRAME_SEC);
			operator.poses = false;
			operator.run(0.4);
			operator.poses = true;
		}
		expect(operator.control.hold).toBeDefined();
		expect(operator.run(0.3).control.hold).toBeUndefined();
		expect(operator.holds).toHaveLength(1);
	});

	it("counts a bound that was passed while nobody could check it, whatever comes then", () => {
		const operator = steering();
		const lastSec = operator.nowSec - FRAME_SEC;
		operator.control.poseCame(0, lastSec + 5, lastSec + 5);
		expect(operator.control.hold).toMatchObject({ reason: "pose-old", sinceSec: lastSec + 5 });
		expect(operator.control.hold?.dueSec).toBeCloseTo(lastSec + 0.17, 5);
	});

	it("takes a pose of the future for one of now: it can't be fresh for longer", () => {
		const operator = steering();
		operator.control.poseCame(0, operator.nowSec + 60, operator.nowSec);
		operator.poses = false;
		expect(operator.run(0.3).reasons).toEqual(["pose-old"]);
		operator.poses = true;
		operator.clockLateSec = -60;
		expect(operator.run(0.4).control.hold).toBeUndefined();
		operator.poses = false;
		expect(operator.run(0.3).reasons).toEqual(["pose-old", "pose-old"]);
	});

	it("follows a client's clock that jumps back: the newest pose of a stream counts, not the youngest", () => {
		const operator = steering();
		operator.control.poseCame(0, operator.nowSec, operator.nowSec);
		operator.clockLateSec = 0.5;
		operator.run(FRAME_SEC);
		expect(operator.reasons).toEqual(["pose-old"]);
		expect(operator.run(1).control.need(operator.nowSec)).toBe("pose");
		operator.clockLateSec = 0;
		expect(operator.run(0.4).control.hold).toBeUndefined();
	});

	it("is content with one stream whose poses are fresh, whatever rests", () => {
		const operator = steering();
		operator.control.poseCame(1, operator.nowSec, operator.nowSec);
		expect(operator.run(1).holds).toEqual([]);
	});

	it("takes a picture whose report was overtaken by a newer one for nothing", () => {
		const control = new ControlHold({ maxPictureAgeMs: 500, engage: "none" }, 0);
		control.saw(2, 10.02, 10.1);
		control.saw(1, 10, 10.11);
		expect(control.pictureAgeMs(10.12)).toBeCloseTo(100, 5);
	});

	it("goes by the truth from the moment at which a camera begins to state its captures", () => {
		const operator = steering({ ...BOUNDS, maxPictureAgeMs: undefined });
		operator.worldLateSec = 3;
		expect(operator.run(2).holds).toEqual([]);
		expect(operator.control.pictureAgeMs(operator.nowSec)).toBeGreaterThan(3000);
		const bounded = steering();
		bounded.worldLateSec = 0.3;
		expect(bounded.run(2).holds).toEqual([]);
		bounded.worldLateSec = 0.6;
		expect(bounded.run(2).reasons).toEqual(["picture-old"]);
	});

	describe("with a gesture", () => {
		const GESTURE = { ...BOUNDS, engage: "hold" } as const;

		it("gives control only while it is made, and holds at once when the operator lets go", () => {
			const operator = new Operator(GESTURE).run(1);
			expect(operator.control.need(operator.nowSec)).toBe("engage");
			operator.control.engage(true, operator.nowSec);
			expect(operator.control.hold).toBeUndefined();
			expect(operator.run(2).control.hold).toBeUndefined();
			operator.control.engage(false, operator.nowSec);
			expect(operator.control.hold).toMatchObject({ reason: "not-engaged", sinceSec: operator.nowSec });
		});

		it("must begin after the hold: a button that stays pressed does not release", () => {
			const operator = new Operator(GESTURE).run(1);
			operator.control.engage(true, operator.nowSec);
			operator.run(1).shows = false;
			operator.run(1).shows = true;
			operator.run(1);
			expect(operator.control.need(operator.nowSec)).toBe("engage");
			operator.control.engage(true, operator.nowSec);
			expect(operator.control.hold?.reason).toBe("picture-frozen");
			operator.control.engage(false, operator.nowSec);
			operator.nowSec += 0.01;
			operator.control.engage(true, operator.nowSec);
			expect(operator.control.hold).toBeUndefined();
			expect(operator.run(1).control.hold).toBeUndefined();
		});
	});

	it("is on hold at once while the past is shown, and released by a picture of the present", () => {
		const operator = new Operator({ maxSilenceMs: 300, engage: "none" }).run(1);
		const { control, nowSec } = operator;
		control.watchesPast(true, nowSec);
		expect(control.hold).toMatchObject({ reason: "picture-old", sinceSec: nowSec });
		// Pictures of the past, each older than the present one that was seen last.
		for (let step = 1; step <= 100; step++) {
			const atSec = nowSec + step * FRAME_SEC;
			control.pictureSent(step, atSec);
			control.saw(step, atSec - 60, atSec);
			control.poseCame(0, atSec, atSec);
			control.heard(atSec);
		}
		expect(control.hold?.reason).toBe("picture-old");
		const endSec = nowSec + 100 * FRAME_SEC;
		expect(control.pictureAgeMs(endSec)).toBeCloseTo(60_000);
		expect(control.need(endSec)).toBe("picture");
		control.watchesPast(false, endSec);
		// The way to the client is long: it still shows the past, and says so.
		for (let step = 101; step <= 150; step++) {
			const atSec = nowSec + step * FRAME_SEC;
			control.pictureSent(step, atSec);
			control.saw(step - 50, atSec - 61, atSec);
			control.poseCame(0, atSec, atSec);
			control.heard(atSec);
		}
		operator.nowSec = nowSec + 151 * FRAME_SEC;
		expect(control.need(operator.nowSec)).toBe("picture");
		operator.run(0.1);
		expect(control.hold).toBeDefined();
		operator.run(1);
		expect(control.hold).toBeUndefined();
	});

	it("is released for a client that never says what it shows once a picture of the present was sent", () => {
		const control = new ControlHold({ maxSilenceMs: 300, engage: "none" }, 0);
		const pass = (fromSec: number, untilSec: number) => {
			for (let sec = fromSec; sec < untilSec; sec += FRAME_SEC) {
				control.heard(sec);
				control.poseCame(0, sec, sec);
			}
		};
		control.pictureSent(1, 0);
		pass(0, 1);
		expect(control.hold).toBeUndefined();
		control.watchesPast(true, 1);
		control.pictureSent(2, 1.5);
		pass(1, 2);
		control.watchesPast(false, 2);
		pass(2, 3);
		expect(control.need(3)).toBe("picture");
		control.pictureSent(3, 3);
		pass(3, 4);
		expect(control.hold).toBeUndefined();
	});
});
