import { describe, expect, it } from "vitest";
import { SOUND_HZ, SoundRing } from "../media/sound-ring.ts";
import { SoundCuts } from "./sound-cuts.ts";

const BLOCK = 480;
const BLOCK_SEC = BLOCK / SOUND_HZ;
/** Greatest step of the tone itself, and of a full step that is spread over 5 ms. */
const MOST = 0.5 * ((2 * Math.PI * 500) / SOUND_HZ) + Math.PI / (2 * 240);

/** A tone that begins and ends where its slope is none, so that a cut is a step. */
const tone = (seconds: number, hz = 500) =>
	Float32Array.from({ length: Math.round(seconds * SOUND_HZ) }, (_, n) => {
		return 0.5 * Math.cos((2 * Math.PI * hz * n) / SOUND_HZ);
	});

/** A ring whose media time is the clock's, and what is heard of it, block by block. */
function setUp() {
	const ring = SoundRing.create("stereo");
	ring.offsetSec = 0;
	const cuts = new SoundCuts(ring);
	const heard: number[] = [];
	let block = 0;
	/** Reads the blocks of a time. @param lateSec by which they are read from another place */
	const pass = (seconds: number, lateSec = 0) => {
		const channels = [new Float32Array(BLOCK), new Float32Array(BLOCK)];
		for (let count = Math.round(seconds / BLOCK_SEC); count > 0; count--) {
			cuts.read(block++ * BLOCK_SEC - lateSec, channels);
			heard.push(...channels[0]!);
		}
	};
	const write = (mediaSec: number, seconds: number) => ring.write(mediaSec, [tone(seconds), tone(seconds)]);
	return { ring, heard, pass, write };
}

const steps = (heard: readonly number[]) => heard.slice(1).map((sample, index) => Math.abs(sample - heard[index]!));
const loudest = (samples: readonly number[]) => samples.reduce((most, each) => Math.max(most, Math.abs(each)), 0);

describe("SoundCuts", () => {
	it("passes sound through as it is", () => {
		const { heard, pass, write } = setUp();
		write(0, 1);
		pass(0.5);
		// Only the beginning, which is a step from silence, is softened.
		expect(heard.slice(240)).toEqual([...tone(0.5).slice(240)]);
	});

	it("makes no step where the sound begins, leaps, stands still, goes on, is thrown away and ends", () => {
		const { ring, heard, pass, write } = setUp();
		write(0, 1.203);
		pass(0.2);
		pass(0.2, -0.1013);
		ring.offsetSec = Number.NaN;
		pass(0.1);
		expect(loudest(heard.slice(-BLOCK * 9)), "it stands still").toBe(0);
		ring.offsetSec = 0;
		pass(0.3);
		ring.cut();
		pass(0.05);
		write(0.7, 0.2513);
		pass(0.3);
		expect(loudest(heard)).toBeGreaterThan(0.45);
		expect(loudest(steps(heard))).toBeLessThan(MOST);
	});

	it("makes no step at the edges of a gap, whether it was read before it was filled or not", () => {
		for (const isReadBefore of [true, false]) {
			const { heard, pass, write } = setUp();
			write(0, 0.1037);
			if (isReadBefore) pass(0.15);
			write(0.1731, 0.2);
			pass(isReadBefore ? 0.2 : 0.35);
			expect(loudest(heard.slice(SOUND_HZ * 0.11, SOUND_HZ * 0.17))).toBe(0);
			expect(loudest(heard.slice(SOUND_HZ * 0.18, SOUND_HZ * 0.3))).toBeCloseTo(0.5, 2);
			expect(loudest(steps(heard))).toBeLessThan(MOST);
		}
	});
});
