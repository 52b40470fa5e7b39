import { describe, expect, it } from "vitest";
import { ViewDecoder } from "../../../test/support/view-decoder.ts";
import { openLibavEncoder } from "../../encoder/libav-encoder.ts";
import { isVp9Keyframe } from "../../media/vp9.ts";
import { seededRandom } from "../../skeleton/seeded-random.cases.ts";
import { RtpHeader } from "../rtp-header.ts";
import { readRtp } from "../rtp-reader.cases.ts";
import { Av1Packetizer } from "./av1-packetizer.ts";
import { MAX_PAYLOAD_BYTES } from "./max-payload.ts";
import { createPacketizer } from "./packetizer.ts";
import { readAv1, readVp8, readVp9 } from "./payload-readers.cases.ts";
import { Vp8Packetizer } from "./vp8-packetizer.ts";
import { Vp9Packetizer } from "./vp9-packetizer.ts";

const SIZE = { width: 320, height: 192 };
const header = () =>
	new RtpHeader({ ssrc: 7, payloadType: 96, extensions: { transportCc: 4 }, firstSequenceNumber: 1 });

/** Frames of noise, whose key frames need many packets; the fourth is a key frame, too. */
function frames(codec: "vp8" | "vp9" | "av1") {
	const random = seededRandom(5);
	const color = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;
	const options = { ...SIZE, frameRate: 30, bitrateBps: 3_000_000, color, format: { codec } };
	using encoder = openLibavEncoder("auto", options);
	const data = new Uint8Array((SIZE.width * SIZE.height * 3) / 2).fill(128);
	return Array.from({ length: 5 }, (_, index) => {
		for (let at = 0; at < SIZE.width * SIZE.height; at++) data[at] = 80 + 60 * random();
		return encoder.encode({ data, ...SIZE }, { ticks: index * 3000, keyframe: index % 3 === 0 });
	});
}

/** Longest payloads in turn: of a usual path, and of a narrow tunnel. */
const boundOf = (index: number) => (index % 2 === 0 ? MAX_PAYLOAD_BYTES : 420);

/** RTP payloads of a frame, after the checks that hold for each codec. */
function payloadsOf(packets: readonly Buffer[], maxPayloadBytes = MAX_PAYLOAD_BYTES): Buffer[] {
	const read = packets.map(readRtp);
	expect(read.map(({ marker }) => marker)).toEqual(packets.map((_, index) => index === packets.length - 1));
	expect(new Set(read.map(({ timestamp }) => timestamp))).toEqual(new Set([9000]));
	const sizes = read.map(({ payload }) => payload.length);
	expect(Math.max(...sizes)).toBeLessThanOrEqual(maxPayloadBytes);
	if (sizes.length > 1) expect(Math.min(...sizes)).toBeGreaterThan(maxPayloadBytes / 3);
	return read.map(({ payload }) => payload);
}

describe("packets of VP8", () => {
	it("have the frame's bytes in order, the start marked, and numbers of pictures that rise and wrap", () => {
		const packetizer = new Vp8Packetizer(header(), 0x7ffe);
		using decoder = new ViewDecoder("vp8");
		frames("vp8").forEach(({ data }, index) => {
			const packets = packetizer.packetize(data, 9000, boundOf(index));
			const read = payloadsOf(packets, boundOf(index)).map(readVp8);
			expect(read.map(({ startsFrame }) => startsFrame)).toEqual(read.map((_, at) => at === 0));
			expect(new Set(read.map(({ pictureId }) => pictureId))).toEqual(new Set([(0x7ffe + index) & 0x7fff]));
			expect(decoder.decode(Buffer.concat(read.map((payload) => payload.data)))).toMatchObject(SIZE);
		});
	});
});

describe("packets of VP9", () => {
	it("have the frame's bytes, its start and end marked, and key frames with a size and no prediction", () => {
		const packetizer = new Vp9Packetizer(header(), 0x7ffe);
		using decoder = new ViewDecoder("vp9");
		frames("vp9").forEach(({ data, keyframe }, index) => {
			expect(isVp9Keyframe(data)).toBe(keyframe);
			const packets = packetizer.packetize(data, 9000, boundOf(index));
			const read = payloadsOf(packets, boundOf(index)).map(readVp9);
			expect(read.map(({ startsFrame }) => startsFrame)).toEqual(read.map((_, at) => at === 0));
			expect(read.map(({ endsFrame }) => endsFrame)).toEqual(read.map((_, at) => at === read.length - 1));
			expect(new Set(read.map(({ isPredicted }) => isPredicted))).toEqual(new Set([!keyframe]));
			expect(read.map(({ size }) => size)).toEqual(
				read.map((_, at) => (keyframe && at === 0 ? SIZE : undefined)),
			);
			expect(new Set(read.map(({ pictureId }) => pictureId))).toEqual(new Set([(0x7ffe + index) & 0x7fff]));
			expect(decoder.decode(Buffer.concat(read.map((payload) => payload.data)))).toMatchObject(SIZE);
		});
	});
});

describe("packets of AV1", () => {
	it("have the OBUs without sizes, and say where a coded video sequence begins", () => {
		const packetizer = new Av1Packetizer(header());
		using decoder = new ViewDecoder("av1");
		for (const [index, { data, keyframe }] of frames("av1").entries()) {
			const packets = packetizer.packetize(data, 9000, boundOf(index));
			const { unit, newSequence } = readAv1(payloadsOf(packets, boundOf(index)));
			expect(newSequence).toBe(keyframe);
			expect(decoder.decode(unit)).toMatchObject(SIZE);
		}
	});

	it("carry many small OBUs in one packet, and none of the delimiters, tile lists and paddings", () => {
		const obu = (type: number, length: number) =>
			Uint8Array.of((type << 3) | 2, length, ...new Uint8Array(length).fill(type));
		const unit = Buffer.concat([2, 1, 5, 5, 5, 8, 15, 6].map((type) => obu(type, type === 2 ? 0 : 20 + type)));
		const payloads = payloadsOf(new Av1Packetizer(header()).packetize(unit, 9000));
		expect(payloads).toHaveLength(1);
		const kept = Buffer.concat([1, 5, 5, 5, 6].map((type) => obu(type, 20 + type)));
		expect(readAv1(payloads)).toEqual({ unit: kept, newSequence: true, obus: 5 });
	});

	it("of any sizes are put together again", () => {
		const random = seededRandom(11);
		for (let round = 0; round < 60; round++) {
			const obus = Array.from({ length: 1 + Math.floor(random() * 6) }, () => {
				const length = Math.floor(random() ** 3 * 5000);
				const size = length < 128 ? [length] : [0x80 | (length & 0x7f), length >> 7];
				return Uint8Array.of((6 << 3) | 2, ...size, ...new Uint8Array(length).fill(round));
			});
			const packets = new Av1Packetizer(header()).packetize(Buffer.concat(obus), 0);
			const payloads = packets.map((packet) => readRtp(packet).payload);
			expect(Math.max(...payloads.map(({ length }) => length))).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
			expect(Buffer.concat([readAv1(payloads).unit]).equals(Buffer.concat(obus))).toBe(true);
		}
	});
});

it("each codec has its packetizer", () => {
	expect(createPacketizer({ codec: "vp8" }, header())).toBeInstanceOf(Vp8Packetizer);
	expect(createPacketizer({ codec: "vp9" }, header())).toBeInstanceOf(Vp9Packetizer);
	expect(createPacketizer({ codec: "av1" }, header())).toBeInstanceOf(Av1Packetizer);
});
