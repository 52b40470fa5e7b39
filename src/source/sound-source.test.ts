import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { type ClipOptions, makeClip } from "../../test/support/clips.ts";
import { CLIP_HZ, type ClipSound, clipWithSound, sa3dContent, toneSamples } from "../../test/support/sound-clips.ts";
import { SOUND_CHANNELS, SoundRing } from "../media/sound-ring.ts";
import { LibavInput } from "./libav-input.ts";
import { createLibavSource } from "./libav-source.ts";
import { newPacket } from "./new-packet.ts";
import { formatProbeReport, probeSource } from "./probe.ts";
import { SoundFeed } from "./sound-feed.ts";
import { completeLibavOptions, type SoundChoice } from "./source-options.ts";
import { SourceUnderTest } from "./video-source.cases.ts";

const SMALL = { width: 256, height: 128, frames: 24, rate: 24 } as const satisfies ClipOptions;
/** Samples of half a second, after which the counted sound repeats. */
const PERIOD = CLIP_HZ / 2;

/** Sound of which each sample says its place within half a second. */
const counted = (seconds: number) =>
	Float32Array.from({ length: seconds * CLIP_HZ }, (_, n) => (n % PERIOD) / PERIOD - 0.5);
const placeOf = (sample: number) => (sample + 0.5) * PERIOD;
/** A channel at one level, so that it is known again. */
const level = (value: number) => new Float32Array(CLIP_HZ).fill(value);

const open = (spec: string) => createLibavSource(spec, { hwaccel: "none" });

function ringOf({ info }: SourceUnderTest): SoundRing {
	if (info.sound === undefined) throw new Error("The source has no sound.");
	return SoundRing.attach(info.sound);
}

/** What a ring holds for `length` samples from a media time on. */
function heldBy(ring: SoundRing, mediaSec: number, length: number): Float32Array[] {
	const channels = Array.from({ length: SOUND_CHANNELS[ring.handle.layout] }, () => new Float32Array(length));
	ring.read(ring.sampleAt(mediaSec + ring.offsetSec), channels);
	return channels;
}

describe("the sound of a source", () => {
	it("has the media time of the pictures, and goes on over a loop without a gap", async () => {
		const sound = { channels: [counted(1), counted(1).map((x) => -x)], codec: "pcm_s16le", container: "mov" };
		const clip = await makeClip({ ...SMALL, frames: 12 });
		const half = clipWithSound(clip, {
			...sound,
			channels: sound.channels.map((each) => each.subarray(0, PERIOD)),
		});
		await using test = await SourceUnderTest.start(open(half));
		const ring = ringOf(test);
		await test.take(3);
		expect(ring.endSec, "nothing is decoded while nobody listens").toBeNaN();
		using _leave = { [Symbol.dispose]: ring.listen() };
		let beginSec = Number.NaN;
		await test.until(() => {
			if (Number.isNaN(beginSec)) beginSec = ring.endSec;
			return ring.endSec > beginSec + 0.7 && !Number.isNaN(ring.offsetSec);
		});
		const { endSec } = ring;
		// One of them is at the turn of the loop.
		const turnSec = Math.floor(endSec * 2 - 0.2) / 2;
		for (const mediaSec of [endSec - 0.5, endSec - 0.3, turnSec - 0.001, turnSec, turnSec + 0.001, endSec - 0.01]) {
			const [left, right] = heldBy(ring, mediaSec, 5);
			const place = (mediaSec * CLIP_HZ) % PERIOD;
			for (let n = 0; n < 5; n++) {
				const distance = Math.abs(placeOf(left![n]!) - ((place + n) % PERIOD));
				expect(Math.min(distance, PERIOD - distance)).toBeLessThan(2);
				expect(right![n]).toBeCloseTo(-left![n]!, 4);
			}
		}
	});

	it("stands still while its source is paused, and goes on where the source does", async () => {
		// Each sample says its place within the four seconds.
		const ramp = Float32Array.from({ length: 4 * CLIP_HZ }, (_, n) => n / (4 * CLIP_HZ) - 0.5);
		const sound = { channels: [ramp, ramp], codec: "pcm_s16le", container: "mov" };
		const clip = clipWithSound(await makeClip({ ...SMALL, frames: 96 }), sound);
		await using test = await SourceUnderTest.start(open(clip));
		const ring = ringOf(test);
		using _leave = { [Symbol.dispose]: ring.listen() };
		await test.until(() => ring.endSec > 0.3 && !Number.isNaN(ring.offsetSec));
		test.source.control?.({ paused: true });
		await test.until(() => Number.isNaN(ring.offsetSec));
		test.source.control?.({ paused: false, positionSec: 3.2 });
		await test.until(() => !Number.isNaN(ring.offsetSec) && ring.endSec > 0);
		const [held] = heldBy(ring, ring.endSec - 3, 3 * CLIP_HZ);
		const first = held!.find((sample) => sample !== 0) ?? Number.NaN;
		// Sound comes in pieces of 21 ms.
		expect((first + 0.5) * 4).toBeGreaterThan(3.19);
		expect((first + 0.5) * 4).toBeLessThan(3.23);
	});

	/** The feed of a file, read to its end. */
	async function readFeed(sound: ClipSound, choice: SoundChoice): Promise<SoundFeed | undefined> {
		return readFeedOf(clipWithSound(await makeClip(SMALL), sound), choice);
	}

	async function readFeedOf(spec: string, choice: SoundChoice, track?: number): Promise<SoundFeed | undefined> {
		const options = completeLibavOptions(spec, {});
		const input = await LibavInput.open(options, new AbortController().signal);
		const feed = await SoundFeed.open(
			input,
			{ kind: choice, track },
			false,
			() => {},
			() => 0,
		);
		feed?.ring.listen();
		feed?.pictureAt(0, 0);
		input.onSound = (packet) => feed?.take(packet);
		const packet = newPacket();
		while (await input.read(packet)) packet.unref();
		packet.free();
		feed?.rest();
		await input.close();
		return feed;
	}

	/** What each channel of a file holds in its middle. @returns `undefined` without sound */
	async function levelsOf(sound: ClipSound, choice: SoundChoice = "auto"): Promise<number[] | undefined> {
		const feed = await readFeed(sound, choice);
		if (feed === undefined) return undefined;
		feed.ring.offsetSec = 0;
		return heldBy(feed.ring, 0.5, 1).map(([sample]) => sample!);
	}

	const track = (levels: readonly number[], sa3d?: Buffer) => ({
		channels: levels.map(level),
		codec: "pcm_s16le",
		container: "mov",
		sa3d,
	});
	const near = (...levels: readonly number[]) => levels.map((value) => expect.closeTo(value, 3));

	it("is stereo or ambisonic by the file's statement or by the option", async () => {
		const six = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
		const four = six.slice(0, 4);
		const cases: [ClipSound, SoundChoice, unknown][] = [
			[track([0.1, 0.2]), "auto", near(0.1, 0.2)],
			[track([0.4]), "auto", near(0.4 / Math.SQRT2, 0.4 / Math.SQRT2)],
			[track([0.4]), "none", undefined],
			[track(four, sa3dContent([3, 2, 1, 0])), "auto", near(0.4, 0.3, 0.2, 0.1)],
			[track(four, sa3dContent([3, 2, 1, 0])), "stereo", near(0.1, 0.2)],
			[track(six, sa3dContent([0, 1, 2, 3, 4, 5], { type: 0x80 })), "auto", near(...six)],
			[track(four), "ambisonic", near(...four)],
			[track([0.1, 0.2]), "ambisonic", near(0.1, 0.2)],
		];
		const heard = cases.map(([sound, choice]) => levelsOf(sound, choice));
		expect(await Promise.all(heard)).toEqual(cases.map(([, , levels]) => levels));
	});

	it("is the track that was asked for, and a missing one is said", async () => {
		const spec = clipWithSound(await makeClip(SMALL), {
			...track([0.1, 0.2]),
			more: ["-map", "1:a", "-filter:a:1", "volume=0.5"],
		});
		const heard = async (choice: number, kind: SoundChoice = "auto") => {
			const feed = await readFeedOf(spec, kind, choice);
			if (feed === undefined) return undefined;
			feed.ring.offsetSec = 0;
			return heldBy(feed.ring, 0.5, 1).map(([sample]) => sample!);
		};
		expect(await heard(0)).toEqual(near(0.1, 0.2));
		expect(await heard(1)).toEqual(near(0.05, 0.1));
		// Neither is wide enough, and the second is not the best.
		expect(await heard(1, "ambisonic")).toEqual(near(0.05, 0.1));
		await expect(heard(2)).rejects.toMatchObject({
			code: "not-found",
			message: expect.stringMatching(/ has 2 sound tracks; track 2 \(counted from 0\) is not among them\.$/),
		});
		const report = await probeSource(spec);
		const described = { codec: "pcm_s16le", channels: 2, layout: "stereo" };
		expect(report.sound).toEqual([
			{ ...described, chosen: true },
			{ ...described, chosen: false },
		]);
		expect(formatProbeReport(report)).toMatch(
			/\nsound 0 +pcm_s16le, 2 channels, heard as stereo\nsound 1 +.* \(by --sound-track\)\n/,
		);
	});

	it("that has four or six channels and states nothing is mixed to stereo", async () => {
		const heard = [4, 6].map((count) => {
			const levels = Array.from({ length: count }, (_, index) => (index === 0 ? 0.5 : 0));
			return levelsOf({ ...track(levels), codec: "aac", container: "mp4" });
		});
		for (const levels of await Promise.all(heard)) {
			expect(levels).toHaveLength(2);
			expect(levels![0]).toBeGreaterThan(0.1);
			expect(Math.abs(levels![1]!)).toBeLessThan(0.05);
		}
	});

	it("is cut where the input goes on elsewhere", async () => {
		const feed = await readFeed(track([0.5, 0.5]), "auto");
		expect(feed?.ring.endSec).toBeCloseTo(1, 1);
		feed?.restart(0.4, true);
		expect(feed?.ring.endSec).toBeCloseTo(1, 1);
		feed?.restart(0.4, false);
		expect(feed?.ring.endSec).toBeNaN();
	});

	it("is played when it has come from a live stream, and again after the stream was lost", async () => {
		const tone = [toneSamples(440, 1), toneSamples(440, 1)];
		const bytes = readFileSync(
			clipWithSound(await makeClip({ ...SMALL, keyframeInterval: 6, container: "ts" }), {
				channels: tone,
				codec: "mp2",
				container: "ts",
			}),
		);
		let connections = 0;
		const server = createServer((socket) => {
			connections++;
			socket.on("error", () => {});
			const timer = setInterval(() => socket.write(bytes), 250);
			socket.on("close", () => clearInterval(timer));
			socket.write(bytes);
			if (connections === 1) setTimeout(() => socket.destroy(), 600);
		});
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		await using test = await SourceUnderTest.start(
			open(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`),
		);
		const ring = ringOf(test);
		using _leave = { [Symbol.dispose]: ring.listen() };
		const isHeard = () => {
			test.look();
			const loud = heldBy(ring, ring.endSec - 0.02, 480).map((channel) => Math.max(...channel));
			return Math.min(...loud) > 0.3;
		};
		await test.until(isHeard);
		await test.until(() => connections === 2);
		await test.until(() => test.source.stats().reconnects === 1 && isHeard());
		expect(test.errors).toEqual([]);
		await test.source.stop();
		expect(ring.offsetSec).toBeNaN();
		server.close();
	});
});
