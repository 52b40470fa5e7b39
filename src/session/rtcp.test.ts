import { describe, expect, it } from "vitest";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { parseRtcp, type RtcpPacket, roundTripSec, writeSenderReport } from "./rtcp.ts";
import { TransportFeedbackWriter } from "./transport-feedback-writer.cases.ts";

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const one = (text: string) => {
	const packets = parseRtcp(hex(text));
	expect(packets.length).toBe(1);
	return packets[0]!;
};

/**
 * Transport-wide feedback with hand-made chunks and deltas; base 0xfffe, reference time
 * 2
 * * 64 ms.
 */
function transportCc(count: number, chunks: string, deltas: string): Extract<RtcpPacket, { type: "transportCc" }> {
	const body =
		`00000001 00000002 fffe ${count.toString(16).padStart(4, "0")} 000002 07 ${chunks}${deltas}`.replaceAll(
			" ",
			"",
		);
	const padded = body.padEnd(Math.ceil(body.length / 8) * 8, "0");
	const packet = one(`8fcd${(padded.length / 8).toString(16).padStart(4, "0")}${padded}`);
	if (packet.type !== "transportCc") throw new Error(`It is a ${packet.type}.`);
	return packet;
}

/** Packets written by hand from the RFCs, word by word. */
const RECEIVER_REPORT = "81c90007 00000001 89abcdef 40fffffe 0001ffff 00000010 11223344 00010000";
const NACK_ACROSS_WRAP = "81cd0004 00000001 00000002 fffe0005 00100000";
const NACK_WITH_PADDING = "a1cd0004 00000001 00000002 00050000 00000004";
const PLI = "81ce0002 00000001 00000002";
const FIR = "84ce0004 00000001 00000000 00000002 07000000";
/** A mantissa of 18 bits, all set, and an exponent of 4. */
const REMB = "8fce0005 00000001 00000000 52454d42 0113ffff 00000002";
const BYE = "81cb0001 00000001";
const EMPTY_RECEIVER_REPORT = "80c90001 00000001";
const SDES = "81ca0002 00000001 01000000";
/** Extended report (RFC 3611) without a block. */
const EXTENDED_REPORT = "80cf0001 00000001";
/** One with a block of another kind, then the receiver's reference time. */
const REFERENCE_TIME = "80cf0006 0a0b0c0d 06000001 00000000 04000002 11223344 55667788";
const REFERENCE_TIME_CUT = "80cf0003 0a0b0c0d 04000002 11223344";
const TRANSPORT_CC = "8fcd0005 00000001 00000002 fffe0005 00000207 20051001";
/** Claims 65,535 packets. */
const TRANSPORT_CC_TOO_MANY = "8fcd0005 00000001 00000002 0000ffff 00000207 1fff0000";
/** The most packets that fit into 24 bytes. */
const TRANSPORT_CC_GREEDY = "8fcd0005 00000001 00000002 00003fff 00000207 1fff1fff";

describe("parseRtcp()", () => {
	it("reads the reference time of a receiver, behind blocks of other kinds, and none that is cut", () => {
		expect(one(REFERENCE_TIME)).toEqual({
			type: "receiverReferenceTime",
			ssrc: 0x0a0b0c0d,
			ntpMiddle: 0x33445566,
		});
		expect(parseRtcp(hex(REFERENCE_TIME_CUT))).toEqual([]);
	});

	it("reads receiver reports, also below zero losses", () => {
		expect(one(RECEIVER_REPORT)).toEqual({
			type: "receiverReport",
			ssrc: 1,
			reports: [
				{
					ssrc: 0x89abcdef,
					fractionLost: 0.25,
					totalLost: -2,
					highestSequenceNumber: 0x1ffff,
					jitter: 16,
					lastSenderReport: 0x11223344,
					delaySinceLastSenderReport: 65_536,
				},
			],
		});
	});

	it("reads NACK with its bit mask, across the wrap", () => {
		expect(one(NACK_ACROSS_WRAP)).toEqual({
			type: "nack",
			mediaSsrc: 2,
			sequenceNumbers: [0xfffe, 0xffff, 1, 0x10],
		});
	});

	it("reads PLI, FIR, REMB and BYE", () => {
		expect(one(PLI)).toEqual({ type: "pli", mediaSsrc: 2 });
		expect(one(FIR)).toEqual({
			type: "fir",
			entries: [{ ssrc: 2, commandNumber: 7 }],
		});
		expect(one(REMB)).toEqual({
			type: "remb",
			bitrateBps: (2 ** 18 - 1) * 2 ** 4,
			ssrcs: [2],
		});
		expect(one(BYE)).toEqual({ type: "bye" });
	});

	it("reads a compound, and passes over what it does not know", () => {
		const compound = [EMPTY_RECEIVER_REPORT, SDES, EXTENDED_REPORT, PLI].map(hex);
		const types = parseRtcp(Buffer.concat(compound)).map(({ type }) => type);
		expect(types).toEqual(["receiverReport", "pli"]);
	});

	it("takes padding off by its count", () => {
		expect(one(NACK_WITH_PADDING)).toMatchObject({ sequenceNumbers: [5] });
	});

	it("reads transport-cc run lengths, with small and large deltas", () => {
		const feedback = transportCc(5, "2002 0001 4002", "0428 ffff 0001");
		expect(feedback).toMatchObject({ feedbackNumber: 7, baseSequenceNumber: 0xfffe });
		const base = 0.128;
		expect([...feedback.arrivalSec]).toEqual([
			base + 0.001,
			base + 0.011,
			Number.NaN,
			base + 0.01075,
			base + 0.011,
		]);
	});

	it("passes over a transport-cc run of nothing", () => {
		expect([...transportCc(2, "0000 2002", "0428").arrivalSec]).toEqual([0.129, 0.139]);
	});

	it("reads transport-cc vectors of one and of two bits", () => {
		const oneBit = transportCc(14, "a001", "01 02");
		expect([...oneBit.arrivalSec].map((each) => !Number.isNaN(each))).toEqual([
			true,
			...Array(12).fill(false),
			true,
		]);
		const twoBits = transportCc(7, "d001", "04 08");
		expect([...twoBits.arrivalSec].map((each) => !Number.isNaN(each))).toEqual([
			true,
			false,
			false,
			false,
			false,
			false,
			true,
		]);
		expect(twoBits.arrivalSec[6]).toBeCloseTo(0.131, 9);
	});

	it("keeps the sound part of transport-cc whose deltas are cut off", () => {
		expect([...transportCc(8, "2008", "04 04").arrivalSec].length).toBeLessThan(8);
	});

	it("agrees with an independent writer of transport-cc", () => {
		const random = seededRandom(5);
		const writer = new TransportFeedbackWriter();
		let number = 65_000;
		let ms = 1000;
		for (let round = 0; round < 50; round++) {
			const expected: number[] = [];
			for (let i = 0; i < 1 + random() * 60; i++, number++) {
				ms += random() < 0.05 ? 100 * random() : random();
				const arrived = random() > 0.1 || i === 0;
				expected.push(arrived ? ms : Number.NaN);
				if (arrived) writer.received(number & 0xffff, ms);
			}
			const [feedback] = parseRtcp(writer.take(1, 2)!);
			if (feedback?.type !== "transportCc") throw new Error("It is no transport-cc feedback.");
			// Packets that are lost at the end of one report are in the next: align the
			// ends.
			while (Number.isNaN(expected.at(-1))) {
				expected.pop();
				number--;
			}
			const got = [...feedback.arrivalSec].slice(-expected.length);
			got.forEach((arrivalSec, index) => {
				expect(Number.isNaN(arrivalSec)).toBe(Number.isNaN(expected[index]));
				if (!Number.isNaN(arrivalSec))
					expect(Math.abs(arrivalSec * 1000 - expected[index]!)).toBeLessThan(0.13);
			});
		}
	});

	it("refuses feedback that claims more packets than any path carries", () => {
		expect(parseRtcp(hex(TRANSPORT_CC_TOO_MANY))).toEqual([]);
	});

	it("never throws on random and on damaged bytes", () => {
		const random = seededRandom(9);
		const good = [RECEIVER_REPORT, NACK_ACROSS_WRAP, TRANSPORT_CC, REMB, FIR].map(hex);
		for (let round = 0; round < 10_000; round++) {
			const data =
				round % 2 === 0
					? Buffer.from(Array.from({ length: Math.floor(random() * 120) }, () => Math.floor(random() * 256)))
					: Buffer.concat(good.slice(0, 1 + Math.floor(random() * 5)));
			for (let hit = 0; hit < 4 && data.length > 0; hit++)
				data[Math.floor(random() * data.length)] = Math.floor(random() * 256);
			parseRtcp(data);
		}
	});

	it("bounds the work and the memory that a packet can ask for", () => {
		const longest = 1400;
		const feedback = Buffer.concat(Array<Buffer>(Math.floor(longest / 24)).fill(hex(TRANSPORT_CC_GREEDY)));
		const statuses = parseRtcp(feedback).map((packet) =>
			packet.type === "transportCc" ? packet.arrivalSec.length : 0,
		);
		expect(sum(statuses)).toBeLessThanOrEqual(2 ** 14);
		const everyBit = Buffer.alloc(longest, 0xff);
		everyBit.set(hex("81cd0000 00000001 00000002"));
		everyBit.writeUInt16BE(longest / 4 - 1, 2);
		const numbers = parseRtcp(Buffer.concat(Array<Buffer>(50).fill(everyBit))).map((packet) =>
			packet.type === "nack" ? packet.sequenceNumbers.length : 0,
		);
		expect(sum(numbers)).toBeLessThanOrEqual(4096 + 16);
	});
});

describe("writeSenderReport()", () => {
	it("writes a sender report and the CNAME, which read back", () => {
		const report = writeSenderReport({
			ssrc: 0x89abcdef,
			wallClockSec: 1_700_000_000.5,
			rtpTicks: 90_000,
			packetsSent: 7,
			payloadBytesSent: 800,
			cname: "panogaze",
		});
		expect(report.length % 4).toBe(0);
		expect(report.readUInt32BE(8)).toBe(1_700_000_000 + 2_208_988_800);
		expect(report.readUInt32BE(12)).toBe(2 ** 31);
		expect([16, 20, 24].map((at) => report.readUInt32BE(at))).toEqual([90_000, 7, 800]);
		expect(report.toString("utf8", 38, 46)).toBe("panogaze");
		expect(parseRtcp(report)).toMatchObject([{ type: "senderReport", ssrc: 0x89abcdef, reports: [] }]);
	});

	it("gives the round trip when a receiver answers with it", () => {
		const sentSec = 1_700_000_000.25;
		const report = writeSenderReport({
			ssrc: 1,
			wallClockSec: sentSec,
			rtpTicks: 0,
			packetsSent: 0,
			payloadBytesSent: 0,
			cname: "",
		});
		const block = {
			ssrc: 1,
			fractionLost: 0,
			totalLost: 0,
			highestSequenceNumber: 0,
			jitter: 0,
			lastSenderReport: report.readUInt32BE(10),
			delaySinceLastSenderReport: 32_768,
		};
		expect(roundTripSec(block, sentSec + 0.5 + 0.08)).toBeCloseTo(0.08, 3);
		expect(roundTripSec({ ...block, lastSenderReport: 0 }, sentSec)).toBeNaN();
		expect(roundTripSec(block, sentSec + 3600)).toBeNaN();
	});
});
