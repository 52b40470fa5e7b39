import { describe, expect, it } from "vitest";
import { decodeOpus } from "../../sound/opus-decoder.cases.ts";
import type { Mp4Sample } from "./fragmented-mp4.ts";
import { SoundTrack } from "./sound-track.ts";

/** 20 ms that are to be heard at a time. */
const sentAt = (atSec: number) => ({
	atSec,
	sound: {
		data: Uint8Array.of(0xfc, 1, 2),
		durationSec: 0.02,
		mediaTimeSec: 0,
		capturedSec: Number.NaN,
		begins: false,
	},
});
const isSilence = ({ data }: Mp4Sample) => data[1] === 0xff;
const endOf = (samples: readonly Mp4Sample[]) => samples.at(-1)!.ticks + samples.at(-1)!.duration;
/** True if each sample begins where the one before ends. */
const isWhole = (samples: readonly Mp4Sample[]) =>
	samples.every(({ ticks }, index) => index === 0 || ticks === endOf(samples.slice(0, index)));

describe("SoundTrack", () => {
	it("has each packet at its time, and silence where there was none", () => {
		const track = new SoundTrack(100.0007);
		for (const atSec of [99.9, 100.1, 100.12, 100.2]) track.add(sentAt(atSec));
		const samples = [...track.take(100.2, false)];
		expect(samples[0]!.ticks).toBe(0);
		expect(isWhole(samples)).toBe(true);
		const begins = samples.filter((sample) => !isSilence(sample)).map(({ ticks }) => ticks);
		expect(begins).toEqual([100.1, 100.12, 100.2].map((sec) => Math.round((sec - 100.0007) * 48_000)));
	});

	it("goes on without a gap from one part to the next, up to half a second before the newest picture", () => {
		const track = new SoundTrack(10);
		expect([...track.take(10.4, false)]).toEqual([]);
		const first = [...track.take(11, false)];
		expect(endOf(first)).toBe(24_000);
		track.add(sentAt(10.7));
		const second = [...track.take(11.6, false)];
		expect(second.filter((sample) => !isSilence(sample))).toHaveLength(1);
		// It would lie over what is written.
		track.add(sentAt(10.8));
		const last = [...track.take(11.6, true)];
		expect(last.every(isSilence)).toBe(true);
		expect(isWhole([...first, ...second, ...last])).toBe(true);
		expect(endOf(last)).toBeGreaterThan(1.6 * 48_000 - 120);
	});

	it("is silent where there are packets of silence of any length", () => {
		const samples = [...new SoundTrack(0).take(0.0375, true)];
		expect(samples.map(({ duration }) => duration)).toEqual([960, 480, 240, 120]);
		const [left] = decodeOpus(samples.map(({ data }) => data));
		expect(left).toHaveLength(1800);
		expect(left.every((value) => value === 0)).toBe(true);
	});
});
