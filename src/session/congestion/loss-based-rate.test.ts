import { describe, expect, it } from "vitest";
import { LossBasedRate } from "./loss-based-rate.ts";

const LIMITS = { minBps: 300_000, startBps: 5e6, maxBps: 15e6 };

/** Sends at a rate for a while, over a path that loses a share and carries at most so much. */
function send(
	rate: LossBasedRate,
	fromSec: number,
	sec: number,
	sendBps: number,
	loss: number,
	carriedBps = 1e9,
): void {
	for (let nowSec = fromSec; nowSec < fromSec + sec; nowSec += 0.05) {
		const bytes = (sendBps * 0.05) / 8;
		const excess = Math.max(0, 1 - carriedBps / sendBps);
		const lostBytes = bytes * (loss + (1 - loss) * excess);
		const acknowledgedBps = sendBps * (1 - loss) * (1 - excess);
		rate.observe({ bytes, lostBytes, lastSentSec: nowSec }, 10e6, acknowledgedBps, nowSec);
	}
}

describe("LossBasedRate", () => {
	it.each([0, 0.02, 0.05])(
		"does not limit a path that loses %d of all packets whatever is sent, and learns that",
		(loss) => {
			const rate = new LossBasedRate(LIMITS);
			send(rate, 0, 8, 9.5e6, loss);
			expect(rate.isLimiting).toBe(false);
			expect(rate.inherentLoss).toBeCloseTo(Math.max(loss, 0.001), 2);
		},
	);

	it("does not limit a path of 4 Mbit/s that loses 6 % when single bursts of losses make them 9 %", () => {
		const rate = new LossBasedRate(LIMITS);
		send(rate, 0, 6, 3.8e6, 0.06);
		send(rate, 6, 1, 3.8e6, 0.09);
		expect(rate.boundBps).toBeGreaterThan(3.5e6);
	});

	it("limits one that loses what is sent beyond a rate to what arrives there", () => {
		const rate = new LossBasedRate(LIMITS);
		send(rate, 0, 4, 9.5e6, 0, 4e6);
		expect(rate.isLimiting).toBe(true);
		expect(rate.boundBps).toBeLessThan(4.5e6);
		expect(rate.boundBps).toBeGreaterThan(3.5e6);
	});

	it("lowers no rate below 0.3 Mbit/s, and is back within eight seconds after a gust of losses", () => {
		const rate = new LossBasedRate({ ...LIMITS, minBps: 100_000 });
		send(rate, 0, 4, 5e6, 0);
		send(rate, 4, 1, 2e6, 0.8);
		for (let nowSec = 5; nowSec < 9; nowSec += 0.5) send(rate, nowSec, 0.5, Math.min(2e6, rate.boundBps), 0.8);
		expect(rate.boundBps).toBe(300_000);
		for (let nowSec = 9; nowSec < 17; nowSec += 0.5) send(rate, nowSec, 0.5, Math.min(9e6, rate.boundBps), 0);
		expect(rate.boundBps).toBeGreaterThan(8e6);
	});

	it("takes back the loss of a packet that was only late", () => {
		const rate = new LossBasedRate(LIMITS);
		for (let nowSec = 0; nowSec < 4; nowSec += 0.05) {
			rate.observe({ bytes: 50_000, lostBytes: 15_000, lastSentSec: nowSec }, 10e6, 7e6, nowSec);
			rate.takeBack(15_000, nowSec);
		}
		expect(rate.meanLoss).toBeLessThan(0.001);
		expect(rate.isLimiting).toBe(false);
	});
});
