import { describe, expect, it } from "vitest";
import { ProbeController, type ProbeNeed } from "./probe-controller.ts";

const need = (more: Partial<ProbeNeed> = {}): ProbeNeed => ({
	estimateBps: 2e6,
	limitedSinceSec: Number.NaN,
	measuredSec: Number.POSITIVE_INFINITY,
	isTroubled: false,
	...more,
});

describe("ProbeController", () => {
	it("begins with three times the estimate, and goes on twice as fast as what arrived until a probe fails", () => {
		const probes = new ProbeController(20e6);
		expect(probes.take(need(), 1)).toEqual({ id: 1, rateBps: 6e6, minBytes: 11_250, minPackets: 5 });
		expect(probes.take(need(), 1.1), "its result is awaited").toBeUndefined();
		probes.result(5.5e6);
		expect(probes.take(need({ estimateBps: 5e6 }), 1.2)?.rateBps).toBe(11e6);
		probes.result(7e6);
		expect(probes.take(need({ estimateBps: 6.7e6 }), 1.3)).toBeUndefined();
	});

	it("probes every five seconds while the application limits the rate, and never on a path in trouble", () => {
		const probes = new ProbeController(20e6);
		probes.take(need(), 0);
		const limited = { limitedSinceSec: 2 };
		expect(probes.take(need(limited), 6.9)).toBeUndefined();
		expect(probes.take(need({ ...limited, isTroubled: true }), 7)).toBeUndefined();
		expect(probes.take(need(limited), 7)?.rateBps).toBe(4e6);
		expect(probes.take(need(limited), 11.9)).toBeUndefined();
		expect(probes.take(need(limited), 12)?.rateBps).toBe(4e6);
	});

	it("tries the rate before a drop once more, and none above the highest", () => {
		const probes = new ProbeController(20e6);
		probes.take(need(), 0);
		probes.observe(10e6, 9);
		probes.observe(4e6, 10);
		expect(probes.take(need({ estimateBps: 4e6 }), 11)).toBeUndefined();
		expect(probes.take(need({ estimateBps: 4e6 }), 11.5)?.rateBps).toBe(8.5e6);
		expect(probes.take(need({ estimateBps: 4e6 }), 14)).toBeUndefined();
		expect(probes.take(need({ estimateBps: 20e6, measuredSec: 0 }), 30)).toBeUndefined();
		expect(probes.take(need({ estimateBps: 15e6, measuredSec: 0 }), 30)?.rateBps).toBe(20e6);
	});
});
