import { describe, expect, it } from "vitest";
import { KeyframeRequests } from "./keyframe-requests.ts";

const TRIP_SEC = 0.04;

describe("KeyframeRequests", () => {
	it("passes the first request on at once and takes joins and PLIs within 300 ms for one", () => {
		const requests = new KeyframeRequests();
		expect(requests.request("connected", 1, TRIP_SEC)).toBe(true);
		expect([1.01, 1.1, 1.29].map((sec) => requests.request("pli", sec, TRIP_SEC))).toEqual([false, false, false]);
		expect(requests.request("pli", 1.31, TRIP_SEC)).toBe(true);
	});

	it("passes a PLI on at once when no key frame was made lately", () => {
		const requests = new KeyframeRequests();
		requests.request("connected", 1, TRIP_SEC);
		requests.keyframeSent(1.03);
		expect(requests.request("pli", 2, TRIP_SEC)).toBe(true);
	});

	it("ignores what was sent before the last key frame can have been seen", () => {
		const requests = new KeyframeRequests();
		requests.request("pli", 1, TRIP_SEC);
		requests.keyframeSent(1.03);
		expect(requests.request("pli", 1.08, TRIP_SEC)).toBe(false);
		expect(requests.due(2)).toBeUndefined();
	});

	it("keeps a request that came after the key frame was seen until 300 ms are over", () => {
		const requests = new KeyframeRequests();
		requests.request("pli", 1, TRIP_SEC);
		requests.keyframeSent(1.03);
		expect(requests.request("fir", 1.2, TRIP_SEC)).toBe(false);
		expect(requests.due(1.25)).toBeUndefined();
		expect(requests.due(1.31)).toBe("fir");
		expect(requests.due(1.4)).toBeUndefined();
	});

	it("makes at most one key frame per 300 ms, whatever a client asks", () => {
		const requests = new KeyframeRequests();
		let made = 0;
		for (let ms = 0; ms < 3000; ms++) {
			if (requests.request("pli", 1 + ms / 1000, 0.001) || requests.due(1 + ms / 1000) !== undefined) {
				made++;
				requests.keyframeSent(1 + ms / 1000);
			}
		}
		expect(made).toBeGreaterThanOrEqual(8);
		expect(made).toBeLessThanOrEqual(10);
	});
});
