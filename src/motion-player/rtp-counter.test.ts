import { describe, expect, it } from "vitest";
import { RtpCounter } from "./rtp-counter.ts";

function packet(number: number, ticks: number, { last = false, ssrc = 7, payloadType = 102 } = {}): Buffer {
	const bytes = Buffer.alloc(112);
	bytes[0] = 0x80;
	bytes[1] = payloadType | (last ? 0x80 : 0);
	bytes.writeUInt16BE(number, 2);
	bytes.writeUInt32BE(ticks, 4);
	bytes.writeUInt32BE(ssrc, 8);
	return bytes;
}

describe("RtpCounter", () => {
	it("counts pictures by their last packets, bytes and time", () => {
		const counter = new RtpCounter();
		counter.add(packet(1, 0), 1000);
		counter.add(packet(2, 0, { last: true }), 1010);
		counter.add(packet(3, 3000, { last: true }), 1500);
		// Sent again: the same picture.
		counter.add(packet(3, 3000, { last: true }), 1501);
		expect(counter.counts).toEqual({ frames: 2, packets: 4, packetsLost: 0, bytes: 448, seconds: 0.501 });
	});

	it("counts what is missing across the wrap of numbers, and takes late ones back", () => {
		const counter = new RtpCounter();
		for (const number of [65_533, 65_534, 1, 2]) counter.add(packet(number, 0), 0);
		expect(counter.counts.packetsLost).toBe(2);
		counter.add(packet(65_535, 0), 0);
		expect(counter.counts.packetsLost).toBe(1);
		counter.add(packet(0, 0), 0);
		expect(counter.counts.packetsLost).toBe(0);
	});

	it("begins anew with another source, and keeps what was lost before", () => {
		const counter = new RtpCounter();
		for (const number of [10, 12]) counter.add(packet(number, 0), 0);
		for (const number of [50_000, 50_001]) counter.add(packet(number, 0, { ssrc: 9 }), 0);
		expect(counter.counts).toMatchObject({ packets: 4, packetsLost: 1 });
	});

	it("leaves out what is no RTP", () => {
		const counter = new RtpCounter();
		counter.add(Buffer.alloc(5), 0);
		counter.add(Buffer.alloc(40), 0);
		// A sender report.
		counter.add(packet(1, 0, { payloadType: 72 }), 0);
		expect(counter.counts).toEqual({ frames: 0, packets: 0, packetsLost: 0, bytes: 0, seconds: 0 });
	});
});
