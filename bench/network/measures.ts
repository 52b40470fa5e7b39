import { FATES, PACKET_KINDS, type PacketColumns, type PacketKind } from "../../test/support/packet-log.ts";
import { percentile } from "../statistics.ts";
import type { StatsSample } from "./page.ts";
import type { NetworkRun } from "./runs.ts";

const MEDIA = PACKET_KINDS.indexOf("media");
const ARRIVES = FATES.indexOf("arrives");
const OVERFLOWED = FATES.indexOf("overflowed");

/**
 * Bits of packets of one kind that arrive within a time. FEC and retransmissions are kinds of their
 * own.
 */
export function arrivedBits(down: PacketColumns, fromMs: number, toMs: number, kind: PacketKind = "media"): number {
	const wanted = PACKET_KINDS.indexOf(kind);
	let bytes = 0;
	for (const [index, dueMs] of down.dueMs.entries())
		if (down.kind[index] === wanted && dueMs >= fromMs && dueMs < toMs) bytes += down.byteLength[index]!;
	return bytes * 8;
}

/** Bits of packets of one kind that enter the link within a time, lost ones too. */
export function sentBits(down: PacketColumns, fromMs: number, toMs: number, kind: PacketKind): number {
	const wanted = PACKET_KINDS.indexOf(kind);
	let bytes = 0;
	for (const [index, enteredMs] of down.enteredMs.entries())
		if (down.kind[index] === wanted && enteredMs >= fromMs && enteredMs < toMs) bytes += down.byteLength[index]!;
	return bytes * 8;
}

/** Time in the queue that 95 of 100 video packets do not exceed, milliseconds. */
export function highQueueMs(down: PacketColumns, fromMs: number, toMs: number): number {
	const queued: number[] = [];
	for (const [index, enteredMs] of down.enteredMs.entries()) {
		const known = down.kind[index] === MEDIA && !Number.isNaN(down.queuedMs[index]);
		if (known && enteredMs >= fromMs && enteredMs < toMs) queued.push(down.queuedMs[index]!);
	}
	return percentile(queued, 0.95);
}

/** A queue has drained when no packet has found it long for this time. */
const DRAINED_MS = 500;

/**
 * Seconds from `fromMs` until the queue has drained: from then on no packet finds it full, or
 * longer than `limitMs`, for half a second.
 */
export function secondsToDrain(down: PacketColumns, fromMs: number, toMs: number, limitMs: number): number {
	let lastMs = fromMs;
	for (const [index, enteredMs] of down.enteredMs.entries()) {
		if (enteredMs < fromMs || enteredMs >= toMs) continue;
		if (enteredMs >= lastMs + DRAINED_MS) break;
		if (down.fate[index] === OVERFLOWED || down.queuedMs[index]! >= limitMs) lastMs = enteredMs;
	}
	return (lastMs - fromMs) / 1000;
}

/** Window over which a growing rate is judged. */
const GROWTH_MS = 500;
const GROWTH_STEP_MS = 50;

/** Seconds from `fromMs` until half a second's video has a rate; `undefined`: not before `toMs`. */
export function secondsToRate(down: PacketColumns, fromMs: number, toMs: number, bps: number): number | undefined {
	for (let ms = fromMs + GROWTH_MS; ms <= toMs; ms += GROWTH_STEP_MS)
		if (arrivedBits(down, ms - GROWTH_MS, ms) >= (bps * GROWTH_MS) / 1000) return (ms - fromMs) / 1000;
	return undefined;
}

/** Longest time without a new picture on the screen, milliseconds. */
export function longestGapMs({ shownMs }: NetworkRun, fromMs: number, toMs: number): number {
	let longestMs = 0;
	let last = fromMs;
	for (const ms of shownMs) {
		if (ms < fromMs || ms >= toMs) continue;
		longestMs = Math.max(longestMs, ms - last);
		last = ms;
	}
	return Math.max(longestMs, toMs - last);
}

/** Seconds from `fromMs` to the next picture on the screen. */
export function secondsToPicture({ shownMs }: NetworkRun, fromMs: number): number | undefined {
	const next = shownMs.find((ms) => ms >= fromMs);
	return next === undefined ? undefined : (next - fromMs) / 1000;
}

/** Growth of a counter of the viewer's or the sender's statistics within a time. */
export function growth(samples: readonly StatsSample[], name: string, fromMs: number, toMs: number): number {
	const at = (ms: number) => samples.findLast(({ atMs }) => atMs <= ms)?.[name] ?? 0;
	return at(toMs) - at(fromMs);
}

/** Share of the packets that entered within a time and never arrive. */
export function lostShare(down: PacketColumns, fromMs: number, toMs: number): number {
	let all = 0;
	let lost = 0;
	for (const [index, enteredMs] of down.enteredMs.entries()) {
		if (enteredMs < fromMs || enteredMs >= toMs) continue;
		all++;
		if (down.fate[index] !== ARRIVES) lost++;
	}
	return lost / all;
}
