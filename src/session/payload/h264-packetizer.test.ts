import { describe, expect, it } from "vitest";
import { joinAnnexB, splitAnnexB } from "../../media/h264.ts";
import { seededRandom } from "../../skeleton/seeded-random.cases.ts";
import { depacketize } from "../frame-assembler.cases.ts";
import { encodeClip } from "../h264-clip.cases.ts";
import { type RtpExtensionIds, RtpHeader } from "../rtp-header.ts";
import { readRtp } from "../rtp-reader.cases.ts";
import { H264Packetizer } from "./h264-packetizer.ts";
import { MAX_PAYLOAD_BYTES } from "./max-payload.ts";

const ALL: RtpExtensionIds = { transportCc: 4, absSendTime: 2, playoutDelay: 5, mid: 9 };

/** Bytes of RTP's fixed header, without extensions. */
const PLAIN_HEADER_BYTES = 12;

function packetizer(extensions: RtpExtensionIds = {}): H264Packetizer {
	const header = new RtpHeader({
		ssrc: 0x89abcdef,
		payloadType: 108,
		extensions,
		mid: "v0",
		firstSequenceNumber: 65_534,
	});
	return new H264Packetizer({ header });
}

/** A NAL unit of `length` bytes without start codes in it. */
function unit(type: number, length: number): Uint8Array {
	return Uint8Array.from({ length }, (_, index) => (index === 0 ? 0x60 | type : 1 + (index % 250)));
}

/** Fields of a NAL unit's or payload's first byte (RFC 6184, 5.2). */
const TYPE_MASK = 31;
const HIGHEST_IMPORTANCE = 0x60;
const STAP_A = 24;
const FU_A = 28;

/**
 * One byte of header, and each unit after its length in two bytes (RFC 6184, 5.7.1).
 */
const stapBytes = (units: readonly Uint8Array[]) => units.reduce((sum, { length }) => sum + 2 + length, 1);

const payloads = (packets: readonly Buffer[], headerBytes: number) =>
	packets.map((packet) => packet.subarray(headerBytes));

describe("H264Packetizer", () => {
	it("marks the last packet of a frame only, and gives all its time", () => {
		const packets = packetizer()
			.packetize(joinAnnexB([unit(5, 3000)]), 0xfffffff0)
			.map(readRtp);
		expect(packets.map(({ marker }) => marker)).toEqual([false, false, true]);
		expect(packets.map(({ timestamp }) => timestamp)).toEqual(Array(3).fill(0xfffffff0));
	});

	it("puts SPS, PPS and other small units into one STAP-A with the highest importance of them", () => {
		const small = [unit(7, 24), unit(8, 4), unit(6, 600)];
		const packets = packetizer().packetize(joinAnnexB([...small, unit(5, 5000)]), 0);
		const [first, ...rest] = payloads(packets, PLAIN_HEADER_BYTES);
		expect(first![0]).toBe(HIGHEST_IMPORTANCE | STAP_A);
		expect(first!.length).toBe(stapBytes(small));
		expect(rest.every((payload) => (payload[0]! & TYPE_MASK) === FU_A)).toBe(true);
	});

	it("leaves out access unit delimiters and filler, and makes nothing of nothing", () => {
		const packets = payloads(
			packetizer().packetize(joinAnnexB([unit(9, 2), unit(1, 50), unit(12, 500)]), 0),
			PLAIN_HEADER_BYTES,
		);
		expect(packets.map((payload) => [...payload])).toEqual([[...unit(1, 50)]]);
		expect(packetizer().packetize(new Uint8Array(0), 0)).toEqual([]);
	});

	it("keeps every payload within the bound and cuts a fragmented unit into even pieces", () => {
		// A fragment has two bytes of packetization and none of the NAL unit's header.
		const [one, two] = [MAX_PAYLOAD_BYTES, 2 * (MAX_PAYLOAD_BYTES - 2) + 1];
		for (const length of [one, one + 1, one + 2, two, two + 1, 100_000]) {
			const packets = packetizer().packetize(joinAnnexB([unit(5, length)]), 0);
			const sizes = payloads(packets, PLAIN_HEADER_BYTES).map((payload) => payload.length);
			expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
			expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
		}
	});

	it("gives back the same NAL units when put together again, whatever their sizes", () => {
		const random = seededRandom(11);
		for (let round = 0; round < 300; round++) {
			const units = Array.from({ length: 1 + Math.floor(random() * 6) }, () =>
				unit(1 + Math.floor(random() * 8), 1 + Math.floor(random() ** 4 * 9000)),
			);
			const rtp = packetizer(round % 2 === 0 ? ALL : {});
			const maxPayloadBytes = 100 + Math.floor(random() * 1100);
			const sent = payloads(rtp.packetize(joinAnnexB(units), round, maxPayloadBytes), rtp.header.byteLength);
			expect(Math.max(...sent.map(({ length }) => length))).toBeLessThanOrEqual(maxPayloadBytes);
			const again = depacketize(sent);
			expect(again?.length).toBe(units.length);
			expect(again?.every((each, index) => Buffer.compare(each, units[index]!) === 0)).toBe(true);
		}
	});

	it("carries what x264 makes", () => {
		const rtp = packetizer(ALL);
		for (const { accessUnit } of encodeClip({ frames: 12, keyframes: [6] })) {
			const again = depacketize(payloads(rtp.packetize(accessUnit, 0), rtp.header.byteLength));
			expect(again!.map((each) => [...each])).toEqual(splitAnnexB(accessUnit).map((each) => [...each]));
		}
	});
});

describe("H264Packetizer in packetization mode 0", () => {
	it("sends every NAL unit whole in a packet of its own, with the marker on the last", () => {
		const header = new RtpHeader({ ssrc: 1, payloadType: 96, extensions: {}, firstSequenceNumber: 0 });
		const single = new H264Packetizer({ header, packetizationMode: 0 });
		const units = [
			Uint8Array.of(0x67, 1, 2),
			Uint8Array.of(0x68, 3),
			new Uint8Array(MAX_PAYLOAD_BYTES).fill(0x65),
			new Uint8Array(MAX_PAYLOAD_BYTES + 220).fill(0x41),
		];
		const packets = single.packetize(joinAnnexB(units), 0).map(readRtp);
		expect(packets.map(({ payload }) => [...payload])).toEqual(units.map((unit) => [...unit]));
		expect(packets.map(({ marker }) => marker)).toEqual([false, false, false, true]);
	});
});
