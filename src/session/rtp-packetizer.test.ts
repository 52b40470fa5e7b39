import { describe, expect, it } from "vitest";
import { joinAnnexB, splitAnnexB } from "../media/h264.ts";
import { depacketize } from "./frame-assembler.cases.ts";
import { encodeClip } from "./h264-clip.cases.ts";
import { seededRandom } from "./offers.cases.ts";
import { type RtpExtensionIds, RtpPacketizer } from "./rtp-packetizer.ts";

const ALL: RtpExtensionIds = { transportCc: 4, absSendTime: 2, playoutDelay: 5, mid: 9 };

function packetizer(extensions: RtpExtensionIds = {}, maxPayloadBytes?: number): RtpPacketizer {
	return new RtpPacketizer({
		ssrc: 0x89abcdef,
		payloadType: 108,
		extensions,
		mid: "v0",
		firstSequenceNumber: 65_534,
		maxPayloadBytes,
	});
}

/** A NAL unit of `length` bytes without start codes in it. */
function unit(type: number, length: number): Uint8Array {
	return Uint8Array.from({ length }, (_, index) => (index === 0 ? 0x60 | type : 1 + (index % 250)));
}

const payloads = (packets: readonly Buffer[], headerBytes: number) =>
	packets.map((packet) => packet.subarray(headerBytes));

describe("RtpPacketizer", () => {
	it("writes the fixed header: version, marker on the last packet only, payload type, time, SSRC", () => {
		const packets = packetizer().packetize(joinAnnexB([unit(5, 3000)]), 0xfffffff0);
		expect(packets.length).toBe(3);
		expect(packets.map((packet) => packet[0])).toEqual([0x80, 0x80, 0x80]);
		expect(packets.map((packet) => packet[1])).toEqual([108, 108, 108 | 0x80]);
		for (const packet of packets) {
			expect(packet.readUInt32BE(4)).toBe(0xfffffff0);
			expect(packet.readUInt32BE(8)).toBe(0x89abcdef);
		}
	});

	it("numbers packets as they leave, across the wrap", () => {
		const rtp = packetizer();
		const packets = rtp.packetize(joinAnnexB([unit(5, 4000)]), 0);
		expect(packets.map((packet) => rtp.stamp(packet, 0, 0))).toEqual([65_534, 65_535, 0, 1]);
		expect(packets.map((packet) => packet.readUInt16BE(2))).toEqual([65_534, 65_535, 0, 1]);
		expect(rtp.nextSequenceNumber).toBe(2);
	});

	it("asks for a playout delay of 0 to 10 ms: Chromium's low-delay renderer needs a maximum above 0", () => {
		const [packet] = packetizer({ playoutDelay: 5 }).packetize(joinAnnexB([unit(1, 10)]), 0);
		// One element of three bytes with id 5 (RFC 8285, 4.2); the fields are 12 bits each, in
		// steps of 10 ms.
		expect(packet![16]).toBe((5 << 4) | 2);
		const fields = packet!.readUIntBE(17, 3);
		expect({ leastMs: (fields >> 12) * 10, greatestMs: (fields & 0xfff) * 10 }).toEqual({
			leastMs: 0,
			greatestMs: 10,
		});
	});

	it("writes the offered extensions and stamps those of the moment in place", () => {
		const rtp = packetizer(ALL);
		const [packet] = rtp.packetize(joinAnnexB([unit(1, 10)]), 0);
		rtp.stamp(packet!, 0x1234, 64 + 1.5);
		expect(packet![0]).toBe(0x90);
		expect(packet!.readUInt16BE(12)).toBe(0xbede);
		const end = 16 + packet!.readUInt16BE(14) * 4;
		expect(end).toBe(rtp.headerBytes);
		const elements = new Map<number, string>();
		for (let at = 16; at < end; ) {
			if (packet![at] === 0) at++;
			else {
				const length = (packet![at]! & 15) + 1;
				elements.set(packet![at]! >> 4, packet!.toString("hex", at + 1, at + 1 + length));
				at += 1 + length;
			}
		}
		expect(Object.fromEntries(elements)).toEqual({
			2: "060000",
			4: "1234",
			5: "000001",
			9: Buffer.from("v0").toString("hex"),
		});
	});

	it("writes no extension header at all when nothing was offered", () => {
		expect(packetizer().headerBytes).toBe(12);
		expect(() => packetizer({ mid: 15 })).toThrow(RangeError);
	});

	it("puts SPS, PPS and other small units into one STAP-A with the highest importance of them", () => {
		const [first, ...rest] = payloads(
			packetizer().packetize(joinAnnexB([unit(7, 24), unit(8, 4), unit(6, 600), unit(5, 5000)]), 0),
			12,
		);
		expect(first![0]).toBe(0x60 | 24);
		expect(first!.length).toBe(1 + 2 + 24 + 2 + 4 + 2 + 600);
		expect(rest.every((payload) => (payload[0]! & 31) === 28)).toBe(true);
	});

	it("leaves out access unit delimiters and filler, and makes nothing of nothing", () => {
		const packets = payloads(packetizer().packetize(joinAnnexB([unit(9, 2), unit(1, 50), unit(12, 500)]), 0), 12);
		expect(packets.map((payload) => [...payload])).toEqual([[...unit(1, 50)]]);
		expect(packetizer().packetize(new Uint8Array(0), 0)).toEqual([]);
	});

	it("keeps every payload within the bound and cuts a fragmented unit into even pieces", () => {
		for (const length of [1180, 1181, 1182, 2357, 2358, 100_000]) {
			const sizes = payloads(packetizer().packetize(joinAnnexB([unit(5, length)]), 0), 12).map(
				(payload) => payload.length,
			);
			expect(Math.max(...sizes)).toBeLessThanOrEqual(1180);
			expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
		}
	});

	it("gives back the same NAL units when put together again, whatever their sizes", () => {
		const random = seededRandom(11);
		for (let round = 0; round < 300; round++) {
			const units = Array.from({ length: 1 + Math.floor(random() * 6) }, () =>
				unit(1 + Math.floor(random() * 8), 1 + Math.floor(random() ** 4 * 9000)),
			);
			const rtp = packetizer(round % 2 === 0 ? ALL : {}, 100 + Math.floor(random() * 1100));
			const again = depacketize(payloads(rtp.packetize(joinAnnexB(units), round), rtp.headerBytes));
			expect(again!.map((each) => Buffer.from(each).toString("hex"))).toEqual(
				units.map((each) => Buffer.from(each).toString("hex")),
			);
		}
	});

	it("carries what x264 makes", () => {
		const rtp = packetizer(ALL);
		for (const { accessUnit } of encodeClip({ frames: 12, keyframes: [6] })) {
			const again = depacketize(payloads(rtp.packetize(accessUnit, 0), rtp.headerBytes));
			expect(again!.map((each) => [...each])).toEqual(splitAnnexB(accessUnit).map((each) => [...each]));
		}
	});
});

describe("RtpPacketizer in packetization mode 0", () => {
	it("sends every NAL unit whole in a packet of its own, with the marker on the last", () => {
		const single = new RtpPacketizer({
			ssrc: 1,
			payloadType: 96,
			extensions: {},
			firstSequenceNumber: 0,
			packetizationMode: 0,
		});
		const units = [
			Uint8Array.of(0x67, 1, 2),
			Uint8Array.of(0x68, 3),
			new Uint8Array(1180).fill(0x65),
			new Uint8Array(1400).fill(0x41),
		];
		const packets = single.packetize(joinAnnexB(units), 0);
		expect(packets.map((packet) => [...packet.subarray(12)])).toEqual(units.map((unit) => [...unit]));
		expect(packets.map((packet) => packet[1])).toEqual([96, 96, 96, 0x80 | 96]);
	});
});
