import { describe, expect, it } from "vitest";
import { SOUND_HZ } from "../media/sound-ring.ts";
import { decodeOpus, toneLevel } from "./opus-decoder.cases.ts";
import { OpusEncoder } from "./opus-encoder.ts";

const tone = (hz: number, level: number, length: number) =>
	Float32Array.from({ length }, (_, n) => level * Math.sin((2 * Math.PI * hz * n) / SOUND_HZ));

describe("OpusEncoder", () => {
	it.each([480, 960])("packets of %i samples decode to the tones that were in each ear", (packetSamples) => {
		using encoder = new OpusEncoder({ packetSamples, bitrateBps: 96_000 });
		const length = 40 * packetSamples;
		const [left, right] = [tone(500, 0.5, length), tone(1500, 0.25, length)];
		const packets = Array.from({ length: 40 }, (_, index) => {
			const part = (ear: Float32Array) => ear.subarray(index * packetSamples, (index + 1) * packetSamples);
			return encoder.encode(part(left), part(right));
		});
		const ears = decodeOpus(packets).map((ear) => ear.slice(10 * packetSamples)) as [number[], number[]];
		expect(ears[0]).toHaveLength(30 * packetSamples);
		expect(toneLevel(ears[0], 500)).toBeCloseTo(0.5, 1);
		expect(toneLevel(ears[1], 1500)).toBeCloseTo(0.25, 1);
		expect(toneLevel(ears[0], 1500)).toBeLessThan(0.02);
		expect(toneLevel(ears[1], 500)).toBeLessThan(0.02);
		const bytes = packets.slice(10).reduce((sum, packet) => sum + packet.length, 0);
		expect((bytes * 8 * SOUND_HZ) / (30 * packetSamples)).toBeLessThan(160_000);
	});

	it("samples beyond full scale are cut", () => {
		using encoder = new OpusEncoder({ packetSamples: 960, bitrateBps: 96_000 });
		const loud = new Float32Array(960).fill(40);
		expect(encoder.encode(loud, loud).length).toBeGreaterThan(2);
	});
});
