import { describe, expect, it } from "vitest";
import { ReceiverStatsReader } from "./receiver-stats.ts";

const report = (...entries: { id: string; type: string; [field: string]: unknown }[]) =>
	new Map(entries.map((entry) => [entry.id, entry]));
const inbound = (timestamp: number, more: object) => ({
	id: "IT1",
	type: "inbound-rtp",
	kind: "video",
	timestamp,
	...more,
});

describe("ReceiverStatsReader", () => {
	it("turns totals into rates over the time since the last reading", () => {
		const reader = new ReceiverStatsReader();
		const first = reader.read(
			report(
				inbound(1000, {
					bytesReceived: 1000,
					framesDecoded: 10,
					jitterBufferDelay: 1,
					jitterBufferEmittedCount: 10,
					totalDecodeTime: 0.1,
				}),
			),
		);
		expect(first.fps).toBeNaN();
		const stats = reader.read(
			report(
				inbound(3000, {
					bytesReceived: 2_001_000,
					framesDecoded: 130,
					framesDropped: 2,
					packetsLost: 7,
					freezeCount: 1,
					frameWidth: 1920,
					frameHeight: 1080,
					jitterBufferDelay: 1.24,
					jitterBufferEmittedCount: 130,
					totalDecodeTime: 0.34,
				}),
				{ id: "T", type: "transport", selectedCandidatePairId: "P2" },
				{ id: "P1", type: "candidate-pair", currentRoundTripTime: 0.5 },
				{ id: "P2", type: "candidate-pair", currentRoundTripTime: 0.012 },
			),
		);
		expect(stats).toMatchObject({
			width: 1920,
			height: 1080,
			fps: 60,
			bitrateBps: 8_000_000,
			roundTripMs: 12,
			framesDecoded: 130,
			framesDropped: 2,
			packetsLost: 7,
			freezes: 1,
		});
		expect(stats.jitterBufferMs).toBeCloseTo(2);
		expect(stats.decodeMs).toBeCloseTo(2);
	});

	it("finds the path where there is no transport entry (Firefox)", () => {
		const stats = new ReceiverStatsReader().read(
			report(
				{ id: "a", type: "candidate-pair", selected: false, currentRoundTripTime: 9 },
				{ id: "b", type: "candidate-pair", selected: true, currentRoundTripTime: 0.004 },
			),
		);
		expect(stats.roundTripMs).toBe(4);
	});

	it("compares no totals of one stream with those of another", () => {
		const reader = new ReceiverStatsReader();
		reader.read(report(inbound(1000, { framesDecoded: 500, bytesReceived: 9_000_000 })));
		const { fps, bitrateBps } = reader.read(
			report({ ...inbound(2000, { framesDecoded: 30, bytesReceived: 90_000 }), id: "IT2" }),
		);
		expect([fps, bitrateBps]).toEqual([Number.NaN, Number.NaN]);
	});

	it("knows nothing of an empty report", () => {
		for (const value of Object.values(new ReceiverStatsReader().read(new Map()))) expect(value).toBeNaN();
	});
});
