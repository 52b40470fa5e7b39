import { describe, expect, it } from "vitest";
import { BitrateLoop } from "./bitrate-loop.ts";

const FRAME_RATE = 30;

/**
 * An encoder that makes `fill` of the rate that it is asked for.
 * @returns its mean over the last second, bits per second
 */
function run(loop: BitrateLoop, fill: (askedBps: number) => number, pictures = 120): number {
	let bits = 0;
	for (let index = 0; index < pictures; index++) {
		const byteLength = fill(loop.encoderBps) / FRAME_RATE / 8;
		loop.encoded(byteLength);
		if (index >= pictures - FRAME_RATE) bits += byteLength * 8;
	}
	return bits;
}

describe("BitrateLoop", () => {
	it.each([0.82, 0.9, 0.97, 1])("brings an encoder that makes %d of its target to the target", (fill) => {
		const loop = new BitrateLoop(FRAME_RATE, 2e6);
		expect(run(loop, (askedBps) => askedBps * fill) / 2e6).toBeCloseTo(1, 2);
	});

	it("asks for no more where the picture needs no more bits", () => {
		const loop = new BitrateLoop(FRAME_RATE, 2e6);
		run(loop, () => 0.3 * 2e6);
		expect(loop.encoderBps).toBe(2e6);
	});

	it("asks for no less where pictures are at their coarsest: fewer of them are made then", () => {
		const loop = new BitrateLoop(FRAME_RATE, 1e5);
		run(loop, () => 4e5);
		expect(loop.encoderBps).toBe(1e5);
	});

	it("follows a new target at once, with what it has learnt", () => {
		const loop = new BitrateLoop(FRAME_RATE, 2e6);
		run(loop, (askedBps) => askedBps * 0.85);
		loop.targetBps = 5e5;
		expect(run(loop, (askedBps) => askedBps * 0.85, FRAME_RATE) / 5e5).toBeCloseTo(1, 1);
	});
});
