import { describe, expect, it } from "vitest";
import type { Fate } from "../../test/support/links/emulated-link.ts";
import { type PacketKind, PacketLog, payloadKinds, rtpPayloadType } from "../../test/support/packet-log.ts";
import {
	arrivedBits,
	growth,
	highQueueMs,
	longestGapMs,
	lostShare,
	secondsToDrain,
	secondsToPicture,
	secondsToRate,
	sentBits,
} from "./measures.ts";
import type { NetworkRun } from "./runs.ts";

const START_MS = 5000;

type Sent = readonly [enteredMs: number, kind: PacketKind, fate: Fate];
const arrives = (dueMs: number, queuedMs = 0): Fate => ({ kind: "arrives", dueMs: START_MS + dueMs, queuedMs });

/** Packets of 1000 bytes on a link that began at {@link START_MS}. */
function packets(sent: readonly Sent[]) {
	const log = new PacketLog();
	for (const [enteredMs, kind, fate] of sent) log.add(START_MS + enteredMs, 1000, kind, fate);
	return log.columns(START_MS);
}

const shown = (...shownMs: number[]) => ({ shownMs }) as unknown as NetworkRun;

describe("measures of a run", () => {
	it("count video that arrives in time, and neither repairs nor losses", () => {
		const down = packets([
			[0, "media", arrives(20)],
			[10, "media", { kind: "lost", queuedMs: 0 }],
			[20, "rtx", arrives(40)],
			[30, "fec", arrives(50)],
			[40, "media", arrives(120)],
		]);
		expect(arrivedBits(down, 0, 100)).toBe(8000);
		expect(sentBits(down, 0, 100, "media")).toBe(24_000);
		expect(sentBits(down, 0, 100, "fec")).toBe(8000);
		expect(lostShare(down, 0, 100)).toBe(0.2);
	});

	it("take a full queue for a long one, until none has been long for half a second", () => {
		const down = packets([
			[0, "media", arrives(20, 150)],
			[300, "media", { kind: "overflowed", queuedMs: 98 }],
			[400, "media", arrives(420, 90)],
			[900, "media", { kind: "overflowed", queuedMs: 98 }],
		]);
		expect(secondsToDrain(down, 0, 1000, 100)).toBe(0.3);
		expect(highQueueMs(down, 0, 1000)).toBe(150);
	});

	it("find the first half second at a rate, and say when there is none", () => {
		const down = packets(
			Array.from({ length: 200 }, (_, index): Sent => {
				const ms = index < 100 ? index * 20 : 2000 + (index - 100) * 5;
				return [ms, "media", arrives(ms)];
			}),
		);
		expect(secondsToRate(down, 0, 2500, 1_600_000)).toBeCloseTo(2.5, 1);
		expect(secondsToRate(down, 0, 2500, 2_000_000)).toBeUndefined();
	});

	it("take a gap to the end of the time for a gap", () => {
		expect(longestGapMs(shown(0, 33, 66, 300), 0, 400)).toBe(234);
		expect(longestGapMs(shown(0, 33), 0, 400)).toBe(367);
		expect(secondsToPicture(shown(0, 1500), 1000)).toBe(0.5);
		expect(secondsToPicture(shown(0), 1000)).toBeUndefined();
	});

	it("count from the sample before the time, or from none", () => {
		const samples = [
			{ atMs: 100, freezeCount: 2 },
			{ atMs: 900, freezeCount: 5 },
		];
		expect(growth(samples, "freezeCount", 200, 1000)).toBe(3);
		expect(growth(samples, "freezeCount", 0, 1000)).toBe(5);
	});
});

describe("packets of a session", () => {
	it("are told apart by the payload types of the answer", () => {
		const kinds = payloadKinds(
			["96 H264", "97 rtx", "98 flexfec-03", "99 VP8"].map((format) => `a=rtpmap:${format}/90000\r\n`).join(""),
		);
		expect([...kinds]).toEqual([
			[96, "media"],
			[97, "rtx"],
			[98, "fec"],
			[99, "media"],
		]);
	});

	it("are RTP with a header of twelve bytes, and neither RTCP nor DTLS", () => {
		const packet = (...bytes: number[]) => Buffer.concat([Buffer.from(bytes), Buffer.alloc(20)]);
		expect(rtpPayloadType(packet(0x80, 0x80 | 96))).toBe(96);
		expect(rtpPayloadType(packet(0x80, 200))).toBeUndefined();
		expect(rtpPayloadType(packet(22, 254))).toBeUndefined();
		expect(rtpPayloadType(Buffer.from([0x80, 96]))).toBeUndefined();
	});
});
