import { describe, expect, it } from "vitest";
import { AlrDetector } from "./alr-detector.ts";

const ESTIMATE_BPS = 300_000;

/** Sends a share of the estimate in steps of 10 ms, as libwebrtc's alr_detector_unittest.cc. */
class Sender {
	readonly alr = new AlrDetector(ESTIMATE_BPS);
	nowSec = 10;

	send(sec: number, share: number): boolean {
		for (let i = 0; i < Math.round(sec * 100); i++) {
			this.nowSec += 0.01;
			this.alr.sent((ESTIMATE_BPS * share * 0.01) / 8, this.nowSec);
		}
		return this.alr.isLimited;
	}
}

describe("AlrDetector", () => {
	it("sees that the application limits the rate at a fifth of the estimate, and not at nine tenths", () => {
		const sender = new Sender();
		expect(sender.send(1, 0.9)).toBe(false);
		expect(sender.send(1.5, 0.2)).toBe(true);
		expect(sender.send(4, 1)).toBe(false);
	});

	it("is not misled by a short spike", () => {
		const sender = new Sender();
		expect(sender.send(1, 0.2)).toBe(true);
		const { sinceSec } = sender.alr;
		expect(sender.send(0.1, 1.5)).toBe(true);
		expect(sender.alr.sinceSec).toBe(sinceSec);
		expect(sender.send(2, 1)).toBe(false);
		expect(sender.alr.sinceSec).toBeNaN();
	});

	it("counts by the newest estimate", () => {
		const sender = new Sender();
		expect(sender.send(1, 0.2)).toBe(true);
		sender.alr.estimateBps = ESTIMATE_BPS / 5;
		expect(sender.send(1, 0.2)).toBe(false);
	});

	it("begins when the budget has risen from its bottom to four fifths, 1.8 windows of half a second", () => {
		const sender = new Sender();
		// A rate above 65 % uses the budget up. From then on only idle time adds to it.
		sender.send(2, 1);
		expect(sender.send(0.88, 0), "from -1 to 0.76 of the budget").toBe(false);
		expect(sender.send(0.04, 0)).toBe(true);
	});
});
