import { describe, expect, it } from "vitest";
import { PacketGroups } from "./packet-groups.ts";

describe("PacketGroups", () => {
	it("compares bursts by their last packets, as sent and as received", () => {
		const groups = new PacketGroups();
		// Packets within 5 ms of the first are one group.
		expect(groups.add(0, 1)).toBeUndefined();
		expect(groups.add(0.004, 1.006)).toBeUndefined();
		expect(groups.add(0.03, 1.036), "there is no group before the first").toBeUndefined();
		expect(groups.add(0.033, 1.04)).toBeUndefined();
		const change = groups.add(0.06, 1.066);
		expect(change).toMatchObject({ sentSec: 0.033, arrivalSec: 1.04 });
		expect(change?.sendDeltaSec).toBeCloseTo(0.029, 6);
		expect(change?.arrivalDeltaSec).toBeCloseTo(0.034, 6);
	});

	it("counts packets for one group that have waited for each other: 10 ms apart as sent, 1 ms as received", () => {
		const groups = new PacketGroups();
		groups.add(0, 1);
		groups.add(0.02, 1.02);
		for (let i = 0; i < 5; i++) expect(groups.add(0.04 + i * 0.01, 1.1 + i * 0.001)?.arrivalSec ?? 1.02).toBe(1.02);
		expect(groups.add(0.1, 1.2)).toMatchObject({ sentSec: 0.08, arrivalSec: 1.104 });
	});

	it("passes over packets that were overtaken", () => {
		const groups = new PacketGroups();
		groups.add(0, 1);
		groups.add(0.02, 1.02);
		expect(groups.add(0.01, 1.03)).toBeUndefined();
		expect(groups.add(0.04, 1.04)).toMatchObject({ sentSec: 0.02, arrivalSec: 1.02 });
	});

	it("begins anew when the receiver's clock jumps by three seconds", () => {
		const groups = new PacketGroups();
		groups.add(0, 1);
		groups.add(0.02, 1.02);
		expect(groups.add(0.04, 4.1)).toBeUndefined();
		expect(groups.add(0.06, 4.12)).toBeUndefined();
		expect(groups.add(0.08, 4.14)?.arrivalDeltaSec).toBeCloseTo(0.02, 6);
	});
});
