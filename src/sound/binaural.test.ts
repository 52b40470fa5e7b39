import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HRIR_FILE, hrirText } from "../../scripts/build-hrirs.ts";
import { BLOCK_SAMPLES } from "../client-media/voice.ts";
import { IDENTITY, type Quaternion, quaternionFromAngles } from "../media/rotation.ts";
import { harmonicsOf, harmonicsRotation } from "./ambisonics.ts";
import { BinauralMix } from "./binaural-mix.ts";
import { Fft } from "./fft.ts";
import { FieldFilter } from "./field-filter.ts";
import { headResponses } from "./hrirs.ts";

/** A repeatable noise from -1 to 1. */
function noise(length: number, seed: number): Float32Array {
	let state = seed;
	return Float32Array.from({ length }, () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 31 - 1;
	});
}

const turned = (yawDeg: number, pitchDeg = 0, rollDeg = 0) => quaternionFromAngles({ yawDeg, pitchDeg, rollDeg });

/** Turns a vector by the textbook formula `q v q*`. */
function turn([qx, qy, qz, qw]: Quaternion, [x, y, z]: readonly [number, number, number]): [number, number, number] {
	const [tx, ty, tz] = [2 * (qy * z - qz * y), 2 * (qz * x - qx * z), 2 * (qx * y - qy * x)];
	return [x + qw * tx + qy * tz - qz * ty, y + qw * ty + qz * tx - qx * tz, z + qw * tz + qx * ty - qy * tx];
}

/** Both ears of a head that hears noise from a direction. */
function hear(direction: readonly [number, number, number], worldFromHead: Quaternion, blocks = 20) {
	const filter = new FieldFilter(headResponses());
	const mix = new BinauralMix();
	const sound = noise(blocks * BLOCK_SAMPLES, 7);
	const ears = [new Float32Array(sound.length), new Float32Array(sound.length)] as const;
	for (let at = 0; at < sound.length; at += BLOCK_SAMPLES) {
		const block = sound.subarray(at, at + BLOCK_SAMPLES);
		filter.filter(harmonicsOf(direction).map((weight) => block.map((sample) => sample * weight)));
		const [left, right] = ears.map((ear) => ear.subarray(at, at + BLOCK_SAMPLES)) as [Float32Array, Float32Array];
		mix.mix(filter.filtered, harmonicsRotation(worldFromHead, IDENTITY), left, right);
	}
	return ears;
}

const energy = (signal: Float32Array) => signal.reduce((sum, sample) => sum + sample * sample, 0);
/** Level of the left ear above that of the right one, decibels. */
const leftAboveRight = ([left, right]: readonly [Float32Array, Float32Array]) =>
	10 * Math.log10(energy(left) / energy(right));

describe("sound for two ears", () => {
	it("the committed impulse responses are those of the WAV file", () => {
		expect(readFileSync(new URL(`../../${HRIR_FILE}`, import.meta.url), "utf8")).toBe(hrirText());
	});

	it("Fft agrees with the sum that defines it, and its inverse gives the numbers back", () => {
		const [re, im] = [Float64Array.from(noise(16, 1)), Float64Array.from(noise(16, 2))];
		const fft = new Fft(16);
		const [sumRe, sumIm] = [re.slice(), im.slice()];
		fft.forward(sumRe, sumIm);
		for (let k = 0; k < 16; k++) {
			let [wantRe, wantIm] = [0, 0];
			for (let n = 0; n < 16; n++) {
				const angle = (-2 * Math.PI * k * n) / 16;
				wantRe += re[n]! * Math.cos(angle) - im[n]! * Math.sin(angle);
				wantIm += re[n]! * Math.sin(angle) + im[n]! * Math.cos(angle);
			}
			expect(sumRe[k]).toBeCloseTo(wantRe, 10);
			expect(sumIm[k]).toBeCloseTo(wantIm, 10);
		}
		fft.inverse(sumRe, sumIm);
		for (let n = 0; n < 16; n++)
			expect([sumRe[n], sumIm[n]]).toEqual([expect.closeTo(re[n]!, 12), expect.closeTo(im[n]!, 12)]);
		expect(() => new Fft(12)).toThrow("size is a power of two from 2 on; got 12.");
	});

	it("FieldFilter agrees with direct convolution over the borders of blocks", () => {
		const responses = [noise(256, 3), noise(256, 4), noise(200, 5), noise(1, 6)].map((each) => [...each]);
		const signals = [11, 12, 13, 14].map((seed) => noise(4 * BLOCK_SAMPLES, seed));
		const filter = new FieldFilter(responses);
		for (let block = 0; block < 4; block++) {
			const start = block * BLOCK_SAMPLES;
			filter.filter(signals.map((signal) => signal.subarray(start, start + BLOCK_SAMPLES)));
			const pairs = [[0, 0], ...[1, 2, 3].flatMap((signal) => [1, 2, 3].map((response) => [signal, response]))];
			for (const [index, [signal, response]] of pairs.entries()) {
				for (const n of [0, 1, 100, BLOCK_SAMPLES - 1]) {
					let sum = 0;
					for (const [tap, weight] of responses[response!]!.entries())
						sum += weight * (signals[signal!]![start + n - tap] ?? 0);
					expect(filter.filtered[index]![n]).toBeCloseTo(sum, 4);
				}
			}
		}
		filter.clear();
		filter.filter(signals.map(() => new Float32Array(BLOCK_SAMPLES)));
		expect(Math.max(...filter.filtered.flatMap((signal) => [...signal]).map(Math.abs))).toBeLessThan(1e-12);
		expect(() => new FieldFilter([Array(600).fill(0)])).toThrow("A response has at most 545 taps; got 600.");
	});

	it("turned harmonics are those of the turned direction, whatever the head's and the camera's turns", () => {
		const directions = [
			[1, 0, 0],
			[0, 1, 0],
			[0, 0, -1],
			[0.6, -0.48, 0.64],
		] as const;
		for (const head of [turned(90), turned(-30, 40), turned(120, -20, 75)]) {
			for (const camera of [IDENTITY, turned(45, 10, -20)]) {
				const rotation = harmonicsRotation(head, camera);
				for (const direction of directions) {
					const [w, ...source] = harmonicsOf(direction);
					const inverse: Quaternion = [-head[0], -head[1], -head[2], head[3]];
					const want = harmonicsOf(turn(inverse, turn(camera, direction)));
					expect(w).toBe(want[0]);
					for (let row = 0; row < 3; row++) {
						const got = source.reduce((sum, value, column) => sum + rotation[row * 3 + column]! * value, 0);
						expect(got).toBeCloseTo(want[row + 1]!, 12);
					}
				}
			}
		}
	});

	it("a sound at the left is louder in the left ear, and equal in both when the head has turned to it", () => {
		const left = [-1, 0, 0] as const;
		const straight = leftAboveRight(hear(left, IDENTITY));
		expect(straight).toBeGreaterThan(6);
		expect(Math.abs(leftAboveRight(hear(left, turned(-90))))).toBeLessThan(1);
		expect(leftAboveRight(hear(left, turned(180)))).toBeCloseTo(-straight, 3);
		expect(leftAboveRight(hear([1, 0, 0], IDENTITY))).toBeCloseTo(-straight, 3);
		// Rolled onto the right side, the left ear points up.
		expect(leftAboveRight(hear([0, 1, 0], turned(0, 0, 90)))).toBeCloseTo(straight, 3);
	});

	it("a sudden turn makes no step in what an ear hears", () => {
		const filter = new FieldFilter(headResponses());
		const mix = new BinauralMix();
		const tone = Float32Array.from({ length: 8 * BLOCK_SAMPLES }, (_, n) =>
			Math.sin((2 * Math.PI * 200 * n) / 48_000),
		);
		const heard = new Float32Array(tone.length);
		const other = new Float32Array(BLOCK_SAMPLES);
		for (let at = 0; at < tone.length; at += BLOCK_SAMPLES) {
			const block = tone.subarray(at, at + BLOCK_SAMPLES);
			filter.filter(harmonicsOf([-1, 0, 0]).map((weight) => block.map((sample) => sample * weight)));
			const head = at < 4 * BLOCK_SAMPLES ? IDENTITY : turned(180);
			mix.mix(filter.filtered, harmonicsRotation(head, IDENTITY), heard.subarray(at, at + BLOCK_SAMPLES), other);
		}
		const steps = (from: number, to: number) => {
			let largest = 0;
			for (let n = from; n < to; n++) largest = Math.max(largest, Math.abs(heard[n]! - heard[n - 1]!));
			return largest;
		};
		const steady = steps(3 * BLOCK_SAMPLES, 4 * BLOCK_SAMPLES);
		expect(steps(4 * BLOCK_SAMPLES, 6 * BLOCK_SAMPLES)).toBeLessThan(1.2 * steady);
	});
});
