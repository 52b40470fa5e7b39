import { describe, expect, it } from "vitest";
import { SOUND_HZ, SoundRing } from "../../media/sound-ring.ts";
import { OpusEncoder } from "../../sound/opus-encoder.ts";
import type { ReadRecord } from "../read/read-record.ts";
import type { ReadOptions } from "../read/recording-reader.ts";
import type { SoundRecord } from "../recorded-sound.ts";
import { ReplaySound } from "./replay-sound.ts";

const PACKET_SEC = 0.02;
/** A silence within the recording, of which nothing was sent, seconds. */
const SILENCE = { fromSec: 2, toSec: 2.4 };

/** Packets of a tone that is loud for 60 ms from each whole second on. */
function beeps(
	direction: SoundRecord["direction"],
	seconds: number,
	{ offsetSec = 0, lateSec = 0, oldSec = 0, trembleSec = 0, allBegin = false } = {},
): SoundRecord[] {
	using encoder = new OpusEncoder({ packetSamples: 960, bitrateBps: 96_000 });
	return Array.from({ length: seconds / PACKET_SEC }, (_, number): SoundRecord => {
		const at = number * PACKET_SEC;
		const samples = Float32Array.from({ length: 960 }, (_, n) => {
			const sec = at + n / SOUND_HZ;
			return sec % 1 < 0.06 ? 0.5 * Math.sin(2 * Math.PI * 1000 * sec) : 0.002 * Math.sin(2 * Math.PI * 60 * sec);
		});
		const data = encoder.encode(samples, samples);
		const off = number % 2 === 0 ? 0 : trembleSec;
		const capturedSec = direction === "sent" ? Number.NaN : at + offsetSec + off - oldSec;
		const sound = {
			data,
			durationSec: PACKET_SEC,
			mediaTimeSec: at,
			capturedSec,
			begins: allBegin || number === 0,
		};
		return { type: "sound", viewer: "a", direction, atSec: at + offsetSec + lateSec, sound };
	});
}

/** A recording of sound alone. */
function recordingOf(sounds: readonly SoundRecord[]) {
	const all = sounds.toSorted((a, b) => a.atSec - b.atSec);
	return {
		async *records({ startSec = 0 }: ReadOptions = {}): AsyncGenerator<ReadRecord, void> {
			for (const record of all) if (record.atSec >= startSec) yield record;
		},
	};
}

const HEARD = beeps("sent", 5).filter(({ atSec }) => atSec < SILENCE.fromSec || atSec >= SILENCE.toSec);

/** Samples of the left ear between two media times, seconds. */
function read(ring: SoundRing, fromSec: number, toSec: number): Float32Array {
	const samples = new Float32Array(Math.round((toSec - fromSec) * SOUND_HZ));
	ring.read(Math.round(fromSec * SOUND_HZ), [samples, new Float32Array(samples.length)]);
	return samples;
}

/** From the first to the last loud sample about a media time, seconds. */
function lengthOfTone(ring: SoundRing, atSec: number): number {
	const samples = read(ring, atSec - 0.2, atSec + 0.3);
	const isLoud = (sample: number) => Math.abs(sample) > 0.05;
	return (samples.findLastIndex(isLoud) - samples.findIndex(isLoud)) / SOUND_HZ;
}

/** The times at which something loud begins, between two media times, seconds. */
function onsets(ring: SoundRing, fromSec: number, toSec: number): number[] {
	const samples = read(ring, fromSec, toSec);
	const found: number[] = [];
	let quiet = 4800;
	for (const [n, sample] of samples.entries()) {
		const isLoud = Math.abs(sample) > 0.05;
		if (isLoud && quiet >= 4800) found.push(fromSec + n / SOUND_HZ);
		quiet = isLoud ? 0 : quiet + 1;
	}
	return found;
}

/** A replay at which somebody listens, with pictures at 20 Hz. */
async function listening(sounds: readonly SoundRecord[]) {
	const sound = (await ReplaySound.of(recordingOf(sounds), "a", 4.5))!;
	const ring = SoundRing.attach(sound.ring.handle);
	ring.listen();
	return {
		sound,
		ring,
		/** Shows pictures. @param laterSec media time above the recording's time. */
		show: async (fromSec: number, toSec: number, laterSec: number) => {
			for (let sec = fromSec; sec < toSec; sec += 0.05) await sound.pictureAt(sec, sec + laterSec);
		},
	};
}

describe("The sound of a replay", () => {
	it("lies at the media time of the picture that it belongs to, ahead of it, with its silences", async () => {
		const empty = { ...HEARD[40]!, sound: { ...HEARD[40]!.sound, data: new Uint8Array(0) } };
		const { sound, ring, show } = await listening([...HEARD, empty]);
		await show(0.5, 3, 10);
		expect(ring.endSec).toBeGreaterThan(13.4);
		const found = onsets(ring, 10.5, 13.4);
		// The beep at 2 s was not sent.
		expect(found).toHaveLength(2);
		expect(Math.abs(found[0]! - 11)).toBeLessThan(0.002);
		expect(Math.abs(found[1]! - 13)).toBeLessThan(0.002);
		sound[Symbol.dispose]();
	});

	it("goes on right after a jump and a loop, and ends with the last picture", async () => {
		const { sound, ring, show } = await listening(HEARD);
		await show(0.5, 1, 10);
		sound.cut();
		await show(3.7, 4.5, 20);
		expect(onsets(ring, 23.7, 25)).toEqual([expect.closeTo(24, 2)]);
		expect(ring.endSec).toBeCloseTo(24.5, 6);
		// The first picture again, right after the last.
		await show(0, 1, 24.5);
		expect(onsets(ring, 24.4, 25.4)).toEqual([expect.closeTo(24.5, 2)]);
		sound[Symbol.dispose]();
	});

	it("is that of both directions, a microphone's at the time of its capture", async () => {
		const said = beeps("received", 5, { offsetSec: 0.5, lateSec: 0.15 });
		const { sound, ring, show } = await listening([...HEARD, ...said]);
		await show(0.5, 2.2, 0);
		const found = onsets(ring, 0.7, 2.6);
		expect(found).toEqual([1, 1.5, 2.5].map((sec) => expect.closeTo(sec, 2)));
		sound[Symbol.dispose]();
	});

	it("is heard whole over a way of 0.9 s, and 1 s before its arrival where its capture is older", async () => {
		for (const [options, at] of [
			[{ lateSec: 0.9 }, 1],
			[{ lateSec: 0.9, oldSec: 10 }, 0.9],
		] as const) {
			const { sound, ring, show } = await listening(beeps("received", 5, options));
			await show(0.5, 3.2, 0);
			expect(onsets(ring, 0.7, 3.6)).toEqual([at, at + 1, at + 2].map((sec) => expect.closeTo(sec, 1)));
			expect(lengthOfTone(ring, at + 1)).toBeCloseTo(0.06, 2);
			sound[Symbol.dispose]();
		}
	});

	it("joins a microphone's packets whose times tremble, also where each counts as a beginning", async () => {
		const said = beeps("received", 5, { lateSec: 0.1, trembleSec: 0.012, allBegin: true });
		const { sound, ring, show } = await listening(said);
		await show(0.5, 3.2, 0);
		const samples = read(ring, 1.01, 1.05);
		// Packets that lie over each other, or apart, would double the tone or leave holes.
		const loudest = (from: number) => Math.max(...samples.subarray(from, from + 48).map(Math.abs));
		for (let from = 0; from + 48 <= samples.length; from += 48) {
			expect(loudest(from)).toBeGreaterThan(0.4);
			expect(loudest(from)).toBeLessThan(0.6);
		}
		sound[Symbol.dispose]();
	});

	it("is not read while nobody listens, and there is none where none was recorded", async () => {
		const sound = (await ReplaySound.of(recordingOf(HEARD), "a", 5))!;
		await sound.pictureAt(1, 1);
		expect(sound.ring.endSec).toBeNaN();
		expect(await ReplaySound.of(recordingOf([]), "a", 5)).toBeUndefined();
		sound[Symbol.dispose]();
	});
});
