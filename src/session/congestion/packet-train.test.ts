import { describe, expect, it } from "vitest";
import { standardNormal } from "../../../test/support/links/rate-profile.ts";
import { seededRandom } from "../../skeleton/seeded-random.cases.ts";
import { PacketTrain } from "./packet-train.ts";

const PACKET_BYTES = 1200;

/** A train that leaves at one rate and crosses a path of another. */
function train(sendBps: number, pathBps: number, { packets = 20, jitterSec = 0, loss = 0 } = {}): PacketTrain {
	const random = seededRandom(3);
	const train = new PacketTrain(1);
	let freeSec = 0;
	for (let i = 0; i < packets; i++) {
		const sentSec = (i * PACKET_BYTES * 8) / sendBps;
		if (random() < loss) continue;
		freeSec = Math.max(freeSec, sentSec) + (PACKET_BYTES * 8) / pathBps;
		train.add(sentSec, 50 + freeSec + jitterSec * standardNormal(random), PACKET_BYTES);
	}
	return train;
}

describe("PacketTrain", () => {
	it("shows the rate of a path that it fills", () => {
		const rate = train(12e6, 3e6).rate()!;
		expect(rate.saturated).toBe(true);
		expect(rate.receiveBps / 3e6).toBeCloseTo(1, 2);
	});

	it("proves its own rate on a path that carries more", () => {
		const rate = train(4e6, 100e6).rate()!;
		expect(rate.saturated).toBe(false);
		expect(rate.provenBps / 4e6).toBeCloseTo(1, 2);
	});

	it("counts only the packets that arrived", () => {
		expect(train(12e6, 3e6, { packets: 40, loss: 0.3 }).rate()!.receiveBps / 3e6).toBeCloseTo(1, 1);
	});

	it("neither fills a path that delays each packet on its own, nor proves more than it is sure of", () => {
		const rate = train(12e6, 100e6, { jitterSec: 0.015 }).rate();
		expect(rate?.saturated ?? false).toBe(false);
		expect(rate?.provenBps ?? 0).toBeLessThan(12e6);
	});

	it("says nothing with fewer than five packets", () => {
		expect(train(4e6, 2e6, { packets: 4 }).rate()).toBeUndefined();
	});
});
