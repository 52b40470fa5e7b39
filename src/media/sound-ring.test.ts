import { describe, expect, it } from "vitest";
import { SOUND_HZ, SoundRing } from "./sound-ring.ts";

/** Sound of which each sample says its place: counted from `from` on, divided by `2 ** 20`. */
const counted = (from: number, length: number) =>
	[1, -1].map((sign) => Float32Array.from({ length }, (_, n) => (sign * (from + n)) / 2 ** 20));
const places = (channel: Float32Array) => [...channel].map((value) => Math.round(value * 2 ** 20));

/** Reads `length` samples that are due from `dueSec` on. */
function readAt(ring: SoundRing, dueSec: number, length: number) {
	const channels = [new Float32Array(length), new Float32Array(length)];
	const { first, last } = ring.read(ring.sampleAt(dueSec), channels);
	return { there: last - first, left: places(channels[0]!), right: places(channels[1]!) };
}

describe("SoundRing", () => {
	it("gives sound when it is due, in another thread's view of it too", () => {
		const ring = SoundRing.create("stereo");
		ring.write(1, counted(SOUND_HZ, 480));
		expect(readAt(ring, 11, 4)).toMatchObject({ there: 0, left: [0, 0, 0, 0] });
		ring.offsetSec = 10;
		const other = SoundRing.attach(structuredClone(ring.handle));
		expect(readAt(other, 11, 3)).toEqual({
			there: 3,
			left: [48_000, 48_001, 48_002],
			right: [-48_000, -48_001, -48_002],
		});
		expect(other.endSec).toBeCloseTo(1.01, 9);
		ring.offsetSec = Number.NaN;
		expect(readAt(other, 11, 3).there).toBe(0);
	});

	it("is silent before what is written and after it", () => {
		const ring = SoundRing.create("stereo");
		ring.offsetSec = 0;
		ring.write(1, counted(SOUND_HZ, 3));
		expect(readAt(ring, 1 - 2 / SOUND_HZ, 7)).toMatchObject({
			there: 3,
			left: [0, 0, 48_000, 48_001, 48_002, 0, 0],
		});
	});

	it("joins blocks whose stamps tremble, fills gaps with silence, and keeps the earlier of an overlap", () => {
		const ring = SoundRing.create("stereo");
		ring.offsetSec = 0;
		ring.write(1, counted(SOUND_HZ, 4800));
		ring.write(1.1 + 0.01, counted(SOUND_HZ + 4800, 4800));
		expect(ring.endSec).toBeCloseTo(1.2, 9);
		expect(readAt(ring, 1.1 - 1 / SOUND_HZ, 2).left).toEqual([52_799, 52_800]);
		ring.write(1.3, counted(62_400, 4800));
		expect(readAt(ring, 1.25, 2)).toMatchObject({ there: 2, left: [0, 0] });
		// It begins softly, within 5 ms.
		expect(readAt(ring, 1.3, 1).left).toEqual([0]);
		expect(readAt(ring, 1.305, 1).left).toEqual([62_640]);
		ring.write(1.35, counted(64_800, 4800));
		expect(ring.endSec).toBeCloseTo(1.45, 9);
		expect(readAt(ring, 1.4, 2).left).toEqual([67_200, 67_201]);
		// All of it was heard before.
		ring.write(1.3, counted(0, 480));
		expect(ring.endSec).toBeCloseTo(1.45, 9);
	});

	it("keeps four seconds however much is written, and begins anew where time leaps", () => {
		const ring = SoundRing.create("stereo");
		ring.offsetSec = 0;
		for (let block = 0; block < 60; block++) ring.write(block / 10, counted(block * 4800, 4800));
		expect(readAt(ring, 1.9, 2).there).toBe(0);
		expect(readAt(ring, 2, 2).left).toEqual([96_000, 96_001]);
		expect(readAt(ring, 5.9, 1).left).toEqual([283_200]);
		ring.write(100, counted(7, 480));
		expect(readAt(ring, 5.9, 1).there).toBe(0);
		expect(readAt(ring, 100, 1).left).toEqual([7]);
		ring.write(-3, counted(9, 480));
		expect(readAt(ring, -3, 2).left).toEqual([9, 10]);
		ring.cut();
		expect(readAt(ring, -3, 2).there).toBe(0);
		expect(ring.endSec).toBeNaN();
	});

	it("counts its listeners, each once", () => {
		const ring = SoundRing.create("ambisonic");
		const [first, second] = [ring.listen(), ring.listen()];
		first();
		first();
		expect(ring.wanted).toBe(true);
		second();
		expect(ring.wanted).toBe(false);
	});
});
