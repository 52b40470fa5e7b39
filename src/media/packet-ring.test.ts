import { describe, expect, it } from "vitest";
import { PacketRing } from "./packet-ring.ts";

const HEAD = new TextEncoder().encode("h264");

/** Adds packets of one second, `size` bytes of their number; `isKey` says which begin a group. */
function fill(ring: PacketRing, from: number, to: number, size = 10, isKey = (place: number) => place % 5 === 0): void {
	for (let place = from; place < to; place++)
		ring.add(new Uint8Array(size).fill(place), timesOf(place), isKey(place) ? HEAD : undefined);
}

const timesOf = (placeSec: number) => ({
	placeSec,
	decodeSec: placeSec - 0.1,
	durationSec: 1,
	mediaSec: placeSec + 1000,
	receivedSec: placeSec + 500,
	capturedSec: 900 + placeSec,
	cameraUs: 1.7e15 + placeSec,
});

const ringOf = (windowSec: number, maxBytes = 100_000, mostPackets?: number) =>
	PacketRing.create({ windowSec, maxBytes, mostPackets });

/** The packets that a reader finds from `number` on, by the number in their first byte. */
function contents(ring: PacketRing, number = ring.oldest): number[] {
	const found: number[] = [];
	for (let next = number; next < ring.end; next++) found.push(ring.read(next)!.data[0]!);
	return found;
}

describe("PacketRing", () => {
	it("gives packets back in another thread's copy, with their times and the head of a group", () => {
		const ring = ringOf(60);
		expect(ring.window).toBeUndefined();
		fill(ring, 0, 7);
		const reader = PacketRing.attach(ring.handle);
		expect(reader.read(5)).toEqual({ ...timesOf(5), data: new Uint8Array(10).fill(5), head: HEAD });
		expect(reader.read(6)?.head).toBeUndefined();
		expect(reader.read(7)).toBeUndefined();
		expect(reader.window).toEqual({ oldestSec: 0, newestSec: 6, full: false });
	});

	it("begins with a key frame", () => {
		const ring = ringOf(60);
		fill(ring, 3, 7);
		expect(contents(ring)).toEqual([5, 6]);
	});

	it("keeps at least its time, and drops whole groups", () => {
		const ring = ringOf(8);
		fill(ring, 0, 13);
		expect(contents(ring)[0]).toBe(0);
		fill(ring, 13, 14);
		expect(contents(ring)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13]);
		expect(ring.window).toEqual({ oldestSec: 5, newestSec: 13, full: true });
		expect(ring.read(2)).toBeUndefined();
	});

	it.each([
		["bytes", 120, undefined],
		["packets", 100_000, 12],
	])("drops groups before their time when it has no room for %s", (_, maxBytes, mostPackets) => {
		const ring = ringOf(1e6, maxBytes, mostPackets);
		for (let place = 0; place < 200; place++) {
			fill(ring, place, place + 1, 8);
			const kept = contents(ring);
			expect(kept[0]! % 5).toBe(0);
			expect(kept).toEqual(Array.from(kept, (_, index) => kept[0]! + index));
			expect(kept.at(-1)).toBe(place);
			expect(kept.length).toBeLessThanOrEqual(13);
			if (place > 20) expect(kept.length).toBeGreaterThanOrEqual(5);
		}
	});

	it("never gives a packet that was written over", () => {
		const random = randomNumbers();
		const ring = ringOf(50, 3000, 64);
		const reader = PacketRing.attach(ring.handle);
		const written = new Map<number, number>();
		for (let place = 0; place < 800; place++) {
			const number = ring.end;
			const data = new Uint8Array(1 + Math.floor(random() ** 3 * 900)).fill(place);
			if (ring.add(data, timesOf(place), random() < 0.2 ? HEAD : undefined)) written.set(number, place);
			for (let next = Math.max(0, ring.oldest - 3); next < ring.end + 2; next++) {
				const packet = reader.read(next);
				if (packet === undefined) {
					expect(next < ring.oldest || next >= ring.end).toBe(true);
					continue;
				}
				expect(packet.placeSec).toBe(written.get(next));
				expect(packet.data.every((byte) => byte === packet.placeSec % 256)).toBe(true);
			}
		}
	});

	it("leaves out a packet that is larger than all of it, and the rest of its group", () => {
		const ring = ringOf(60, 100);
		fill(ring, 0, 2);
		fill(ring, 2, 3, 101);
		fill(ring, 3, 7);
		expect(contents(ring)).toEqual([5, 6]);
	});

	it("finds the group of a place", () => {
		const ring = ringOf(8);
		fill(ring, 0, 14);
		expect([-1, 5, 9.9, 10, 99].map((place) => contents(ring, ring.groupBefore(place))[0])).toEqual([
			5, 5, 5, 10, 10,
		]);
		expect(ring.groupFrom(6)).toBe(10);
		expect(ring.groupFrom(11)).toBe(ring.end);
	});

	it("goes on with a writer that is attached later", () => {
		const ring = ringOf(60, 200);
		fill(ring, 0, 12);
		const next = PacketRing.attach(ring.handle);
		fill(next, 12, 40);
		const kept = contents(ring);
		expect(kept.at(-1)).toBe(39);
		expect(kept).toEqual(Array.from(kept, (_, index) => kept[0]! + index));
	});

	it("keeps a note, and forgets packets but not their numbers", () => {
		const ring = ringOf(60);
		fill(ring, 0, 5);
		ring.note = "é";
		const reader = PacketRing.attach(ring.handle);
		expect(reader.note).toBe("é");
		ring.clear();
		expect([reader.window, reader.oldest, reader.end]).toEqual([undefined, 5, 5]);
		fill(ring, 10, 12);
		expect(contents(reader)).toEqual([10, 11]);
		expect(() => {
			ring.note = "x".repeat(20_000);
		}).toThrow(RangeError);
	});
});

/** Numbers from 0 to 1 that are the same in each run. */
function randomNumbers(): () => number {
	let state = 1;
	return () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state / 2 ** 32;
	};
}
