import { describe, expect, it } from "vitest";
import type { ClientMediaPacket } from "../../media/client-media.ts";
import { joinAnnexB, splitAnnexB } from "../../media/h264.ts";
import { PLAIN_H264 } from "../../media/video-format.ts";
import { seededRandom } from "../../skeleton/seeded-random.cases.ts";
import { createPacketizer } from "../payload/packetizer.ts";
import { parseRtcp } from "../rtcp.ts";
import { RtpHeader } from "../rtp-header.ts";
import { MediaReceiver } from "./media-receiver.ts";
import { PacketOrder } from "./packet-order.ts";
import { parseRtp, type RtpPacket } from "./rtp-packet.ts";

const OURS = 77;
const THEIRS = 0x89abcdef;

function unit(type: number, length: number): Uint8Array {
	return Uint8Array.from({ length }, (_, index) => (index === 0 ? 0x60 | type : 1 + (index % 250)));
}
const KEY = joinAnnexB([unit(7, 20), unit(8, 5), unit(5, 4000)]);
const DELTA = joinAnnexB([unit(1, 2500)]);

function packetsOf(frames: readonly Uint8Array[], codec: "h264" | "vp8" = "h264", first = 65_530): RtpPacket[] {
	const header = new RtpHeader({ ssrc: THEIRS, payloadType: 96, extensions: {}, firstSequenceNumber: first });
	const packetizer = createPacketizer(codec === "h264" ? PLAIN_H264 : { codec }, header);
	return frames.flatMap((frame, index) =>
		packetizer.packetize(frame, index * 3000, 1000).map((packet) => {
			header.stamp(packet, 0, 0);
			return parseRtp(Uint8Array.from(packet))!;
		}),
	);
}

function receiver(codec: "opus" | "h264" | "vp8" = "h264", formatParameters = "", rtxPayloadType?: number) {
	const frames: ClientMediaPacket[] = [];
	const rtcp: Buffer[] = [];
	const made = new MediaReceiver({
		codec,
		payloadType: 96,
		rtxPayloadType,
		formatParameters,
		ssrc: OURS,
		hasNack: codec !== "opus",
		hasPli: codec !== "opus",
		onFrame: (frame) => frames.push(frame),
		sendRtcp: (packet) => rtcp.push(packet),
	});
	return { made, frames, rtcp };
}

describe("MediaReceiver", () => {
	it("gives the frames back whose packets come in another order, over the wrap of numbers", () => {
		const { made, frames } = receiver();
		const packets = packetsOf([KEY, DELTA, DELTA]);
		const [first, second, third, ...rest] = packets;
		for (const packet of [first!, third!, second!, third!, ...rest]) made.add(packet, 1, Number.NaN);
		expect(frames.map(({ keyframe, rtpTicks }) => [keyframe, rtpTicks])).toEqual([
			[true, 0],
			[false, 3000],
			[false, 6000],
		]);
		expect(splitAnnexB(frames[0]!.data).map((each) => [...each])).toEqual(
			splitAnnexB(KEY).map((each) => [...each]),
		);
		expect([...frames[1]!.data]).toEqual([...DELTA]);
	});

	it("asks for a lost packet, and then for a key frame, and shows nothing in between", () => {
		const { made, frames, rtcp } = receiver();
		const packets = packetsOf([KEY, DELTA, DELTA, KEY]);
		const lost = packets.findIndex(({ rtpTicks }) => rtpTicks === 3000);
		const lastOfDeltas = packets.findLastIndex(({ rtpTicks }) => rtpTicks === 6000);
		for (const packet of packets.slice(0, lost)) made.add(packet, 1, 0.05);
		rtcp.length = 0;
		for (const packet of packets.slice(lost + 1, lastOfDeltas + 1)) made.add(packet, 1.1, 0.05);
		const { sequenceNumber } = packets[lost]!;
		expect(rtcp.flatMap((packet) => parseRtcp(packet))).toEqual([
			{ type: "nack", mediaSsrc: THEIRS, sequenceNumbers: [sequenceNumber] },
		]);
		made.housekeep(1.7, 0.05);
		expect(rtcp.flatMap((packet) => parseRtcp(packet)).map(({ type }) => type)).toContain("pli");
		for (const packet of packets.slice(lastOfDeltas + 1)) made.add(packet, 1.8, 0.05);
		expect(frames.map(({ rtpTicks }) => rtpTicks)).toEqual([0, 9000]);
	});

	it("shows a picture whose lost packet comes again in time", () => {
		const { made, frames } = receiver();
		const packets = packetsOf([KEY, DELTA, DELTA]);
		const late = packets.findIndex(({ rtpTicks }) => rtpTicks === 3000);
		for (const [index, packet] of packets.entries()) if (index !== late) made.add(packet, 1, 0.05);
		made.add(packets[late]!, 1.2, 0.05);
		expect(frames.map(({ rtpTicks }) => rtpTicks)).toEqual([0, 3000, 6000]);
	});

	it("shows a picture whose lost packet comes again in one of another number and type, as RTX has it", () => {
		const { made, frames } = receiver("h264", "", 97);
		const again = (packet: RtpPacket, sequenceNumber: number): RtpPacket => {
			const number = [packet.sequenceNumber >> 8, packet.sequenceNumber & 0xff];
			const payload = Uint8Array.from([...number, ...packet.payload]);
			return { ...packet, ssrc: 99, payloadType: 97, sequenceNumber, payload };
		};
		const packets = packetsOf([KEY, DELTA, DELTA]);
		const late = packets.findIndex(({ rtpTicks }) => rtpTicks === 3000);
		// Before the stream it has no meaning.
		made.add(again(packets[0]!, 5), 0.9, 0.05);
		for (const [index, packet] of packets.entries()) if (index !== late) made.add(packet, 1, 0.05);
		made.add({ ...again(packets[0]!, 6), payload: Uint8Array.of(1) }, 1.1, 0.05);
		made.add(again(packets[0]!, 7), 1.1, 0.05);
		made.add(again(packets[late]!, 8), 1.2, 0.05);
		expect(frames.map(({ rtpTicks }) => rtpTicks)).toEqual([0, 3000, 6000]);
	});

	it("reads VP8 and begins with its key frame", () => {
		const { made, frames } = receiver("vp8");
		const key = Uint8Array.from({ length: 3000 }, (_, index) => (index === 0 ? 0x10 : index & 0xff));
		const delta = Uint8Array.from(key, (byte, index) => (index === 0 ? 0x11 : byte));
		for (const packet of packetsOf([delta, key, delta], "vp8")) made.add(packet, 1, Number.NaN);
		expect(frames.map(({ keyframe, rtpTicks }) => [keyframe, rtpTicks])).toEqual([
			[true, 3000],
			[false, 6000],
		]);
		expect([...frames[0]!.data]).toEqual([...key]);
	});

	it("maps the capture of sound to the server's clock, and reports losses to its sender", () => {
		const { made, frames, rtcp } = receiver("opus");
		const packet = (sequenceNumber: number): RtpPacket => ({
			ssrc: THEIRS,
			payloadType: 96,
			sequenceNumber,
			rtpTicks: sequenceNumber * 960,
			marker: false,
			payload: Uint8Array.of(1, 2, 3),
		});
		made.add(packet(1), 100, Number.NaN);
		// The client's clock is 5000 s ahead, and the way takes 20 ms. A busy client answers late.
		made.reported(THEIRS, { wallClockSec: 5100, rtpTicks: 960, ntpMiddle: 4 }, 100.02, 0.04);
		made.reported(THEIRS, { wallClockSec: 5101, rtpTicks: 960 + 48_000, ntpMiddle: 5 }, 101.3, 0.9);
		made.add(packet(2), 101.02, 0.9);
		made.add(packet(4), 101.06, 0.9);
		made.housekeep(101.5, 0.04);
		expect(frames.map(({ rtpTicks }) => rtpTicks)).toEqual([960, 1920, 3840]);
		expect(frames[0]!.capturedSec).toBeNaN();
		expect(frames[2]!.capturedSec).toBeCloseTo(100.06, 6);
		expect(rtcp.flatMap((each) => parseRtcp(each))).toMatchObject([
			{ type: "receiverReport", ssrc: OURS, reports: [{ ssrc: THEIRS, totalLost: 1, lastSenderReport: 5 }] },
		]);
	});

	it("begins anew with another SSRC: with a key frame, without capture times and losses before it", () => {
		const { made, frames, rtcp } = receiver();
		for (const packet of packetsOf([KEY, DELTA])) made.add(packet, 10, 0.05);
		made.reported(THEIRS, { wallClockSec: 500, rtpTicks: 3000, ntpMiddle: 4 }, 10, 0.05);
		const other = packetsOf([DELTA, KEY, DELTA], "h264", 40_000).map((packet) => ({ ...packet, ssrc: 5 }));
		for (const packet of other) made.add(packet, 11, 0.05);
		expect(frames.slice(2).map(({ keyframe, rtpTicks }) => [keyframe, rtpTicks])).toEqual([
			[true, 3000],
			[false, 6000],
		]);
		for (const { capturedSec } of frames.slice(2)) expect(capturedSec).toBeNaN();
		rtcp.length = 0;
		made.housekeep(12, 0.05);
		expect(rtcp.flatMap((each) => parseRtcp(each))).toMatchObject([{ reports: [{ ssrc: 5, totalLost: 0 }] }]);
	});

	it("leaves out what comes late of the stream before, which goes on when the present one is silent", () => {
		const { made, frames } = receiver();
		for (const packet of packetsOf([KEY])) made.add(packet, 10, 0.05);
		const other = packetsOf([KEY, DELTA, DELTA], "h264", 40_000).map((packet) => ({ ...packet, ssrc: 5 }));
		const late = packetsOf([KEY]);
		for (const [index, packet] of other.entries()) {
			made.add(packet, 11 + index / 100, 0.05);
			made.add(late[0]!, 11 + index / 100, 0.05);
		}
		expect(frames.map(({ keyframe }) => keyframe)).toEqual([true, true, false, false]);
		for (const packet of late) made.add(packet, 13, 0.05);
		expect(frames.length).toBe(5);
	});

	it("reports no losses between the numbers before and after a new beginning", () => {
		const { made, rtcp } = receiver("opus");
		const numbers = [10, 11, 12, 40_000, 40_001, 40_003, 40_004];
		for (const sequenceNumber of numbers) {
			const times = { rtpTicks: sequenceNumber * 960, marker: false };
			made.add({ ssrc: THEIRS, payloadType: 96, sequenceNumber, ...times, payload: Uint8Array.of(1) }, 1, 0.05);
		}
		made.housekeep(2, 0.05);
		expect(rtcp.flatMap((each) => parseRtcp(each))).toMatchObject([{ reports: [{ ssrc: THEIRS, totalLost: 1 }] }]);
	});

	it("puts parameter sets that came once before every key frame", () => {
		const { made, frames } = receiver();
		const bare = joinAnnexB([unit(5, 4000)]);
		for (const packet of packetsOf([KEY, bare, DELTA])) made.add(packet, 1, 0.05);
		expect(frames.map(({ keyframe }) => keyframe)).toEqual([true, true, false]);
		expect(Buffer.compare(frames[1]!.data, KEY)).toBe(0);
	});

	it("puts the parameter sets of the offer before key frames that have none", () => {
		const sets = [unit(7, 20), unit(8, 5)].map((set) => Buffer.from(set).toString("base64"));
		const { made, frames } = receiver("h264", `packetization-mode=1;sprop-parameter-sets=${sets.join(",")}`);
		for (const packet of packetsOf([joinAnnexB([unit(5, 4000)]), DELTA])) made.add(packet, 1, 0.05);
		expect(frames.map(({ keyframe }) => keyframe)).toEqual([true, false]);
		expect(Buffer.compare(frames[0]!.data, KEY)).toBe(0);
	});

	it("keeps few parameter sets, however many a client sends", () => {
		const { made, frames } = receiver();
		const sets = Array.from({ length: 100 }, (_, id) => Uint8Array.from([0x68, 1, id << 1, ...Array(997).fill(1)]));
		const flood = sets.map((set) => joinAnnexB([set, unit(1, 20)]));
		for (const packet of packetsOf([KEY, ...flood, joinAnnexB([unit(5, 40)])])) made.add(packet, 1, 0.05);
		const { data, keyframe } = frames.at(-1)!;
		expect(keyframe).toBe(true);
		expect(data.length).toBeLessThan(20_000);
	});

	it("survives any bytes", () => {
		const random = seededRandom(5);
		for (const codec of ["opus", "h264", "vp8"] as const) {
			const { made } = receiver(codec);
			for (let round = 0; round < 3000; round++) {
				const bytes = Uint8Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(random() * 256));
				if (bytes.length > 12) {
					bytes[0] = 0x80 | (random() < 0.2 ? bytes[0]! & 0x3f : 0);
					bytes[1] = 96 | (bytes[1]! & 0x80);
					bytes[2] = 0;
					bytes.fill(1, 8, 12);
				}
				const packet = parseRtp(bytes);
				if (packet !== undefined) made.add(packet, round / 100, Number.NaN);
				made.housekeep(round / 100, Number.NaN);
			}
		}
	});
});

describe("PacketOrder", () => {
	it("holds no more than its bounds, whatever is missing", () => {
		const order = new PacketOrder({ waitSec: 10, maxPackets: 8, maxBytes: 1000 });
		const packet = (sequenceNumber: number, bytes: number): RtpPacket => ({
			ssrc: 1,
			payloadType: 96,
			sequenceNumber,
			rtpTicks: 0,
			marker: false,
			payload: new Uint8Array(bytes),
		});
		expect(order.add(packet(0, 1), 0).length).toBe(1);
		for (let number = 2; number < 10; number++) expect(order.add(packet(number, 1), 0)).toEqual([]);
		expect(order.add(packet(10, 1), 0).map(({ lostBefore }) => lostBefore)).toEqual([1, ...Array(8).fill(0)]);
		expect(order.add(packet(12, 2000), 0).map(({ lostBefore }) => lostBefore)).toEqual([1]);
		expect(order.missing(10)).toEqual([]);
	});

	it("begins anew with numbers that are far from those before", () => {
		const order = new PacketOrder({ waitSec: 10, maxPackets: 8, maxBytes: 1000 });
		const packet = (sequenceNumber: number): RtpPacket => ({
			ssrc: 1,
			payloadType: 96,
			sequenceNumber,
			rtpTicks: 0,
			marker: false,
			payload: Uint8Array.of(1),
		});
		order.add(packet(10), 0);
		expect(order.add(packet(30_000), 0)).toMatchObject([{ lostBefore: 1 }]);
		expect(order.add(packet(30_001), 0)).toMatchObject([{ lostBefore: 0 }]);
	});
});
