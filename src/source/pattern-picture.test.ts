import { describe, expect, it } from "vitest";
import { PanoramaWriter } from "../projection/panorama-writer.ts";
import { PATTERN_COLOR, PatternPainter } from "./pattern-picture.ts";
import { directionFromAngles, limitedBt709FromRgb, markerAnglesAt, sceneColorAt } from "./pattern-scene.ts";
import { lumaOfPanorama, readTimeCode } from "./time-code.ts";

const WIDTH = 960;
const painter = new PatternPainter(WIDTH, WIDTH / 2);
const { layout } = painter;

function painted(frame: number, timeSec = frame / 30): Uint8Array {
	const memory = new Uint8Array(layout.byteLength);
	new PatternPainterAt(memory).paint(frame, timeSec);
	return memory;
}

/** Paints into memory that the painter has not seen before, at an address of its own each time. */
class PatternPainterAt {
	static #next = 1;
	readonly #memory: Uint8Array;
	constructor(memory: Uint8Array) {
		this.#memory = memory;
	}
	paint(frame: number, timeSec: number): void {
		const address = PatternPainterAt.#next++ * layout.byteLength;
		const large = new Uint8Array(address + layout.byteLength);
		painter.paint(large, address, frame, timeSec);
		this.#memory.set(large.subarray(address));
	}
}

describe("PatternPainter", () => {
	it("writes the frame number where it can be read", () => {
		for (const frame of [0, 1, 77, 123_456])
			expect(readTimeCode(lumaOfPanorama(painted(frame), layout.y))).toBe(frame);
	});

	it("draws the same picture whatever the slot held before", () => {
		const memory = new Uint8Array(layout.byteLength);
		// Times at which the marker is in front, at the seam on either side, and where a restored
		// patch overlaps a new one.
		for (const frame of [0, 3, 354, 358, 360, 361, 366, 700, 719, 720]) {
			painter.paint(memory, 0, frame, frame / 30);
			expect(Buffer.compare(memory, painted(frame))).toBe(0);
		}
	});

	it("keeps the padding true to the picture", () => {
		for (const frame of [0, 358, 362]) {
			const memory = painted(frame);
			const expected = Uint8Array.from(memory);
			new PanoramaWriter({ width: WIDTH, height: WIDTH / 2, eyes: 1, color: PATTERN_COLOR }).pad(expected, 0);
			expect(Buffer.compare(memory, expected)).toBe(0);
		}
	});

	it("shows the scene's colours at the right places", () => {
		const memory = painted(0);
		let compared = 0;
		for (let row = 3; row < layout.u.height; row += 7) {
			for (let column = 3; column < layout.u.width; column += 7) {
				const yawDeg = ((2 * column + 0.5) / WIDTH - 0.5) * 360;
				const pitchDeg = (0.5 - (2 * row + 1) / (WIDTH / 2)) * 180;
				// Lines of the degree grid are thinner than a pixel.
				if (Math.abs(((yawDeg + 365) % 10) - 5) < 0.8 || Math.abs(((pitchDeg + 95) % 10) - 5) < 0.8) continue;
				// Flat places only: elsewhere the drawn picture is blended over a pixel.
				const colors = [-1, 0, 1].flatMap((dx) =>
					[-1, 0, 1].map((dy) => sceneColorAt(directionFromAngles(yawDeg + dx, pitchDeg + dy))),
				);
				if (colors.some((color) => color.some((value, i) => Math.abs(value - colors[0]![i]!) > 3))) continue;
				const marker = markerAnglesAt(0);
				if (
					Math.hypot(yawDeg - marker.yawDeg, pitchDeg - marker.pitchDeg) < 10 ||
					(pitchDeg < -10 && pitchDeg > -19)
				)
					continue;
				const [y, u, v] = limitedBt709FromRgb(colors[4]!);
				compared++;
				expect(
					Math.abs(memory[layout.y.offset + 2 * row * layout.y.stride + 2 * column]! - y),
				).toBeLessThanOrEqual(4);
				expect(Math.abs(memory[layout.u.offset + row * layout.u.stride + column]! - u)).toBeLessThanOrEqual(3);
				expect(Math.abs(memory[layout.v.offset + row * layout.v.stride + column]! - v)).toBeLessThanOrEqual(3);
			}
		}
		expect(compared).toBeGreaterThan(300);
	});

	it("draws the marker where it says it is", () => {
		for (const timeSec of [0, 4.2, 11.9, 12.1, 20]) {
			const memory = painted(1, timeSec);
			const { yawDeg, pitchDeg } = markerAnglesAt(timeSec);
			const column = Math.floor((yawDeg / 360 + 0.5) * layout.v.width) % layout.v.width;
			const row = Math.floor((0.5 - pitchDeg / 180) * layout.v.height);
			const [, u, v] = limitedBt709FromRgb([255, 64, 129]);
			expect(Math.abs(memory[layout.u.offset + row * layout.u.stride + column]! - u)).toBeLessThanOrEqual(1);
			expect(Math.abs(memory[layout.v.offset + row * layout.v.stride + column]! - v)).toBeLessThanOrEqual(1);
		}
	});
});
