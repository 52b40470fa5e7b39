import { describe, expect, it } from "vitest";
import { type PacedFrame, Pacer } from "./pacer.ts";

const TARGET = 8_000_000;
const PACKET_BYTES = 1000;
const BYTES_PER_MS = TARGET / 8 / 1000;
const CLOCK_HZ = 90_000;
const INTERVAL_TICKS = CLOCK_HZ / 30;

function frame(index: number, packets: number, keyframe = false, byteLength = PACKET_BYTES): PacedFrame {
	return {
		packets: Array.from({ length: packets }, () => Buffer.alloc(byteLength, index)),
		keyframe,
		rtpTicks: index * INTERVAL_TICKS,
	};
}

/** Lets time pass in steps of a millisecond and tells what left when. */
function run(pacer: Pacer<PacedFrame>, fromMs: number, ms: number): { ms: number; packet: Buffer }[] {
	const left: { ms: number; packet: Buffer }[] = [];
	for (let now = fromMs; now < fromMs + ms; now++) {
		const send = (packet: Buffer) => void left.push({ ms: now, packet });
		pacer.release(now / 1000, {
			sendMedia: send,
			sendRepair: send,
			sendPadding: send,
			nextPadding: () => undefined,
		});
	}
	return left;
}

describe("Pacer", () => {
	it("spreads a frame at twice the target, and lets the first packet go at once", () => {
		const pacer = new Pacer<PacedFrame>(TARGET, CLOCK_HZ);
		pacer.queueFrame(frame(0, 30));
		const left = run(pacer, 0, 40);
		expect(left[0]!.ms).toBe(0);
		expect(left.length).toBe(30);
		// The first burst is 2.5 ms of it, and the last packet may begin as the rest
		// has gone.
		const doneMs = (30 * PACKET_BYTES) / (2 * BYTES_PER_MS);
		expect(left.at(-1)!.ms).toBeGreaterThanOrEqual(doneMs - 3);
		expect(left.at(-1)!.ms).toBeLessThanOrEqual(doneMs + 1);
		expect(pacer.empty).toBe(true);
	});

	it("sends a large frame faster, within 60 % of a frame's time, but never above four times the target", () => {
		const large = new Pacer<PacedFrame>(TARGET, CLOCK_HZ);
		large.queueFrame(frame(0, 60));
		expect(run(large, 0, 100).at(-1)!.ms).toBeLessThanOrEqual(23);
		const huge = new Pacer<PacedFrame>(TARGET, CLOCK_HZ);
		huge.queueFrame(frame(0, 400));
		const perMs = new Map<number, number>();
		for (const { ms, packet } of run(huge, 0, 300).slice(20)) perMs.set(ms, (perMs.get(ms) ?? 0) + packet.length);
		expect(Math.max(...perMs.values())).toBeLessThanOrEqual(4 * BYTES_PER_MS + PACKET_BYTES);
	});

	it("lets a frame go four times as fast on a path that is known to be clear", () => {
		const pacer = new Pacer<PacedFrame>(TARGET, CLOCK_HZ);
		pacer.pathIsClear = true;
		pacer.queueFrame(frame(0, 30));
		expect(run(pacer, 0, 40).at(-1)!.ms).toBeLessThanOrEqual(4);
	});

	it("does not save up time in which nothing was sent", () => {
		const pacer = new Pacer<PacedFrame>(TARGET, CLOCK_HZ);
		run(pacer, 0, 1000);
		pacer.queueFrame(frame(0, 30));
		expect(run(pacer, 1000, 1).length).toBeLessThanOrEqual(6);
	});

	it("lets retransmissions go first, and refuses too many", () => {
		const pacer = new Pacer<PacedFrame>(TARGET, CLOCK_HZ);
		pacer.queueFrame(frame(0, 50));
		run(pacer, 0, 1);
		const again = Buffer.alloc(900, 99);
		expect(pacer.queueRepair(again, "retransmission")).toBe(true);
		expect(run(pacer, 1, 1)[0]!.packet).toBe(again);
		for (let i = 0; i < 512; i++) pacer.queueRepair(again, "retransmission");
		expect(pacer.queueRepair(again, "retransmission")).toBe(false);
	});

	it("does not hurry while a narrower path empties its queue: packets would wait there, or find it full", () => {
		const pacer = new Pacer<PacedFrame>(TARGET, CLOCK_HZ);
		pacer.queueFrame(frame(0, 50));
		expect(pacer.rateBps).toBeGreaterThanOrEqual(2 * TARGET);
		pacer.pathIsDraining = true;
		expect(pacer.rateBps).toBe(1.25 * TARGET);
		pacer.pathIsDraining = false;
		expect(pacer.rateBps).toBeGreaterThanOrEqual(2 * TARGET);
	});

	it("says that it is behind while a frame's time or more is waiting, before anything is lost", () => {
		const pacer = new Pacer<PacedFrame>(TARGET, CLOCK_HZ);
		expect(pacer.canQueue).toBe(true);
		pacer.queueFrame(frame(0, 200));
		expect(pacer.canQueue).toBe(false);
		expect(pacer.queueSec * 1000).toBeCloseTo((200 * PACKET_BYTES) / (4 * BYTES_PER_MS), 0);
		run(pacer, 0, 30);
		expect(pacer.canQueue).toBe(true);
	});

	it("drops a frame when too much waits, and all its successors up to the next key frame", () => {
		const pacer = new Pacer<PacedFrame>(TARGET, CLOCK_HZ);
		pacer.queueFrame(frame(0, 450));
		expect(pacer.queueFrame(frame(1, 1))).toEqual({ queued: false, dropped: 1, keyframeNeeded: true });
		run(pacer, 0, 1000);
		expect(pacer.empty).toBe(true);
		expect(pacer.queueFrame(frame(2, 1))).toMatchObject({ queued: false, keyframeNeeded: true });
		expect(pacer.queueFrame(frame(3, 1, true))).toMatchObject({ queued: true, keyframeNeeded: false });
		expect(pacer.queueFrame(frame(4, 1))).toMatchObject({ queued: true });
	});

	it("gives up waiting frames for a key frame, but finishes the one it has begun", () => {
		const pacer = new Pacer<PacedFrame>(TARGET, CLOCK_HZ);
		pacer.queueFrame(frame(1, 390));
		run(pacer, 0, 1);
		pacer.queueFrame(frame(2, 100));
		expect(pacer.queueFrame(frame(3, 10, true))).toEqual({ queued: true, dropped: 1, keyframeNeeded: false });
		const frames = run(pacer, 1, 1000).map(({ packet }) => packet[0]);
		expect([...new Set(frames)]).toEqual([1, 3]);
		expect(pacer.queueSec).toBe(0);
	});
});
