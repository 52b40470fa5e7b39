import { describe, expect, it } from "vitest";
import { RetransmissionHistory, RtxPacketizer } from "./rtx.ts";

const packet = (byteLength = 1000) => Buffer.alloc(byteLength, 7);
const RATE = 8_000_000; // 1,000 packets a second

describe("RetransmissionHistory", () => {
	it("gives back what was sent, across the wrap of sequence numbers, and nothing that never was", () => {
		const history = new RetransmissionHistory();
		const sent = [65_534, 65_535, 0, 1].map((number) => ({ number, packet: packet() }));
		for (const { number, packet: each } of sent) history.put(number, each, 1);
		for (const { number, packet: each } of sent)
			expect(history.request(number, 1.1, 0.05, RATE)).toMatchObject({ verdict: "granted", packet: each });
		for (const number of [65_533, 2, 8190]) expect(history.request(number, 1.1, 0.05, RATE).verdict).toBe("gone");
	});

	it("remembers at least 500 ms at 50 Mbit/s and forgets after its time, in bounded memory", () => {
		const history = new RetransmissionHistory();
		const perSec = 50e6 / 8 / 1200;
		let number = 0;
		for (; number < perSec * 3; number++) history.put(number & 0xffff, packet(1200), number / perSec);
		const nowSec = number / perSec;
		const halfSecondAgo = Math.ceil((nowSec - 0.499) * perSec) & 0xffff;
		expect(history.request(halfSecondAgo, nowSec, 0.2, 50e6).verdict).toBe("granted");
		expect(history.request(Math.floor((nowSec - 1.1) * perSec) & 0xffff, nowSec, 0.2, 50e6).verdict).toBe("gone");
		expect(history.bytes).toBeLessThan(8 * 2 ** 20);
		history.expire(nowSec + 2);
		expect(history.bytes).toBe(0);
	});

	it("gives back the memory of a frame when its last packet is forgotten, and copies what is sent again", () => {
		const forgotten: ArrayBufferLike[] = [];
		const history = new RetransmissionHistory({ onFrameForgotten: (memory) => forgotten.push(memory) });
		const frame = Buffer.allocUnsafeSlow(2000).fill(7);
		history.put(1, frame.subarray(0, 1000), 0);
		history.put(2, frame.subarray(1000), 0.5);
		history.endFrame();
		const again = history.request(2, 0.6, 0.05, RATE).packet;
		history.expire(1.2);
		expect(forgotten, "its second packet is still kept").toEqual([]);
		history.expire(1.6);
		expect(forgotten).toEqual([frame.buffer]);
		frame.fill(0);
		expect(again?.[0]).toBe(7);
	});

	it("forgets the oldest when there are too many bytes or packets", () => {
		const small = new RetransmissionHistory({ maxBytes: 5000 });
		for (let number = 0; number < 10; number++) small.put(number, packet(), 1);
		expect(small.bytes).toBe(5000);
		expect([4, 5].map((number) => small.request(number, 1, 0.01, RATE).verdict)).toEqual(["gone", "granted"]);
		const many = new RetransmissionHistory();
		for (let number = 0; number < 20_000; number++) many.put(number & 0xffff, packet(10), 1);
		expect(many.bytes).toBe(8192 * 10);
		expect(many.request(20_000 - 8192, 1, 0.01, RATE).verdict).toBe("granted");
		expect(many.request(20_000 - 8193, 1, 0.01, RATE).verdict).toBe("gone");
	});

	it("sends no packet twice within a round trip, and none past the deadline", () => {
		const history = new RetransmissionHistory();
		history.put(1, packet(), 0);
		expect(history.request(1, 0.1, 0.08, RATE).verdict).toBe("granted");
		expect(history.request(1, 0.16, 0.08, RATE).verdict).toBe("underway");
		expect(history.request(1, 0.18, 0.08, RATE).verdict).toBe("granted");
		expect(history.request(1, 0.51, 0.08, RATE).verdict).toBe("gone");
		history.put(2, packet(), 1);
		expect(history.request(2, 1.55, 0.25, RATE).verdict).toBe("granted"); // three slow round trips
	});

	it("spends at most 40 % of the target rate, however many are asked for", () => {
		const history = new RetransmissionHistory({ historySec: 10 });
		let granted = 0;
		let number = 0;
		for (let ms = 0; ms < 4000; ms++) {
			history.put(number & 0xffff, packet(), ms / 1000);
			// Everything is lost, and asked for again and again.
			for (let back = 0; back < 40; back++)
				if (history.request((number - back) & 0xffff, ms / 1000, 0.03, RATE).verdict === "granted") granted++;
			number++;
		}
		expect(granted * 1000 * 8).toBeLessThanOrEqual(RATE * 4 * 0.4 + RATE * 0.4 * 0.25 + 8000);
		expect(granted).toBeGreaterThan(1000);
	});
});

describe("RtxPacketizer", () => {
	it("wraps a packet as RFC 4588 says: own numbers, original sequence number before the payload", () => {
		const original = Buffer.from("90ec00ff0000100089abcdefbede00012212340065aabbcc", "hex");
		const rtx = new RtxPacketizer({ ssrc: 0x01020304, payloadType: 109, firstSequenceNumber: 65_535 }, 20);
		expect(rtx.wrap(original).toString("hex")).toBe("90edffff0000100001020304bede00012212340000ff65aabbcc");
		expect(rtx.wrap(original).readUInt16BE(2)).toBe(0);
		expect(original.readUInt16BE(2)).toBe(0x00ff);
	});
});
