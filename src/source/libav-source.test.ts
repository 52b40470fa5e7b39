import {
	copyFileSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type ClipOptions, type ClipPicture, clipFrameFromLuma, clipLuma, makeClip } from "../../test/support/clips.ts";
import { createLibavSource } from "./libav-source.ts";
import { readFailure, readPictures } from "./reading.cases.ts";
import { completeLibavOptions, type LibavSourceOptions } from "./source-options.ts";
import { describeVideoSource, SourceUnderTest, sleep, startFailure } from "./video-source.cases.ts";
import { WorkerSource } from "./worker-source.ts";

const SMALL = { width: 256, height: 128, frames: 24, rate: 24 } as const satisfies ClipOptions;
const folder = mkdtempSync(join(tmpdir(), "panogaze-libav-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(spec: string, options: LibavSourceOptions = {}) {
	return createLibavSource(spec, { hwaccel: "none", ...options });
}

const failure = (spec: string, options: LibavSourceOptions = {}) => startFailure(open(spec, options));

/** A picture of one colour. */
function flat(y: number, u: number, v: number): (picture: ClipPicture) => void {
	// The text is part of the clip's key, so the numbers must be in it.
	return new Function(
		"picture",
		`picture.planes[0].fill(${y}); picture.planes[1].fill(${u}); picture.planes[2].fill(${v});`,
	) as (picture: ClipPicture) => void;
}

describeVideoSource("createLibavSource()", async () =>
	open(await makeClip({ width: 960, height: 480, frames: 60, rate: 30, draw: "pattern" })),
);

describe("createLibavSource() with files", () => {
	it("shows every picture of a file in its order and without a gap over loops", async () => {
		const clip = await makeClip({ ...SMALL, bFrames: 2 });
		const { pictures, info, loops, notices } = await readPictures(clip, { loop: true }, (_, count) => count === 60);
		expect(info).toMatchObject({ codec: "h264", frameRate: 24, hwaccel: "none", durationSec: 1 });
		expect(pictures.map(({ middle }) => clipFrameFromLuma(middle[0]))).toEqual(
			Array.from({ length: 60 }, (_, i) => i % 24),
		);
		for (const [i, { mediaSec }] of pictures.entries())
			expect(mediaSec - pictures[0]!.mediaSec).toBeCloseTo(i / 24, 4);
		expect([loops, notices]).toEqual([2, []]);
	});

	it("ends after the last picture without loop, and says so", async () => {
		await using test = await SourceUnderTest.start(open(await makeClip({ ...SMALL, frames: 12 }), { loop: false }));
		let last = await test.next();
		while (test.ended === 0) {
			last = test.look() ?? last;
			await sleep(2);
		}
		last = test.look() ?? last;
		expect(clipFrameFromLuma(last.middle[0])).toBe(11);
		expect(test.source.stats()).toMatchObject({ framesDecoded: 12, loops: 0 });
	});

	it("respects a variable frame rate", async () => {
		const times = [0, 0.03, 0.35, 0.38, 0.41, 0.9, 0.92];
		const timeOf = (frame: number) => [0, 0.03, 0.35, 0.38, 0.41, 0.9, 0.92][frame]!;
		const clip = await makeClip({ ...SMALL, frames: times.length, timeOf });
		// Delay of each picture against the one seen soonest: a busy machine may see any of them
		// late, and plays again then.
		const spreadSec = async () => {
			await using test = await SourceUnderTest.start(open(clip, { loop: false }));
			const pictures = [await test.next()];
			while (test.ended === 0) {
				const picture = test.look();
				if (picture !== undefined) pictures.push(picture);
				await sleep(1);
			}
			const lags = pictures.map((picture) => {
				const index = clipFrameFromLuma(picture.middle[0]);
				expect(picture.mediaTimeSec).toBeCloseTo(times[index]!, 3);
				return picture.seenSec - times[index]!;
			});
			// It may miss one of two that follow each other closely, too.
			return pictures.length < 4 ? Number.NaN : Math.max(...lags) - Math.min(...lags);
		};
		await expect.poll(spreadSec, { timeout: 25_000, interval: 0 }).toBeLessThan(0.4);
	});

	it("begins, and begins again, at startSec, also between key frames", async () => {
		const clip = await makeClip({ ...SMALL, keyframeInterval: 24 });
		await using test = await SourceUnderTest.start(open(clip, { startSec: 0.75 }));
		const seen = (await test.take(14)).map(({ middle }) => clipFrameFromLuma(middle[0]));
		expect(Math.min(...seen)).toBe(18);
		expect(seen[0]).toBe(18);
		expect(test.source.stats().loops).toBeGreaterThanOrEqual(1);
	});

	it("reads the chosen track's neighbours as missing", async () => {
		const clip = await makeClip(SMALL);
		expect(await readFailure(clip, { track: 1 })).toMatchObject({
			code: "not-found",
			message: expect.stringContaining("has one video track; track 1"),
		});
	});

	it("keeps a still picture for good", async () => {
		const still = await makeClip({
			...SMALL,
			frames: 1,
			pixelFormat: "yuvj420p",
			codec: "mjpeg",
			container: "jpg",
			range: "full",
		});
		await using test = await SourceUnderTest.start(open(still));
		const picture = await test.next();
		expect(Math.abs(picture.middle[0] - clipLuma(0))).toBeLessThanOrEqual(2);
		expect(test.info.format.color.range).toBe("full");
		await test.until(() => test.source.stats().nextPictureSec === Number.POSITIVE_INFINITY);
		expect(test.ended).toBe(0);
		expect(test.source.stats().framesDecoded).toBe(1);
		await test.source.stop();
		expect(test.ended).toBe(1);
	});

	it("goes on where the size changes in mid-stream, scaled to the first", async () => {
		const make = (options: Partial<ClipOptions>) =>
			makeClip({ ...SMALL, frames: 12, container: "h264", ...options });
		const joined = join(folder, "sizes.h264");
		writeFileSync(
			joined,
			Buffer.concat([
				readFileSync(await make({})),
				readFileSync(await make({ width: 320, height: 160, draw: flat(200, 90, 170) })),
			]),
		);
		const { pictures, info, notices } = await readPictures(joined);
		expect(info!.format).toMatchObject({ width: 256, height: 128 });
		expect(pictures).toHaveLength(24);
		const last = pictures.at(-1)!.middle;
		for (const [i, expected] of [200, 90, 170].entries())
			expect(Math.abs(last[i]! - expected)).toBeLessThanOrEqual(3);
		expect(notices).toEqual([expect.stringContaining("changed to 320x160; they are scaled to 256x128.")]);
	});
});

describe("createLibavSource() with odd pictures", () => {
	it.each<
		[string, Partial<ClipOptions>, Partial<{ width: number; height: number; range: string; chromaSiting: string }>]
	>([
		["10 bits", { pixelFormat: "yuv420p10le" }, {}],
		["4:2:2", { pixelFormat: "yuv422p" }, {}],
		["4:4:4", { pixelFormat: "yuv444p" }, {}],
		["full range", { pixelFormat: "yuvj420p", range: "full" }, { range: "full" }],
		["RGB", { pixelFormat: "rgb24", codec: "png", container: "mov", codecOptions: {} }, {}],
		["RGB with alpha", { pixelFormat: "rgba", codec: "png", container: "mov", codecOptions: {} }, {}],
		["grey", { pixelFormat: "gray", codec: "ffv1", container: "mkv", codecOptions: {} }, {}],
		["NV12", { pixelFormat: "nv12", codec: "rawvideo", container: "nut", codecOptions: {} }, {}],
	])("makes 8-bit 4:2:0 of %s with the right colours", async (what, options, expected) => {
		const grey = what === "grey";
		const clip = await makeClip({
			...SMALL,
			frames: 4,
			...options,
			draw: grey ? flat(120, 128, 128) : flat(120, 80, 190),
		});
		const { pictures, info } = await readPictures(clip);
		const { format } = info!;
		expect({ ...format, ...format.color }).toMatchObject({
			width: 256,
			height: 128,
			matrix: expect.any(String),
			range: "limited",
			...expected,
		});
		const { middle } = pictures[0]!;
		const drawn = grey ? [120, 128, 128] : [120, 80, 190];
		const wanted = format.color.matrix === "bt601" && what.startsWith("RGB") ? undefined : drawn;
		if (wanted !== undefined)
			for (const [i, value] of wanted.entries()) expect(Math.abs(middle[i]! - value)).toBeLessThanOrEqual(4);
		else expect(middle[2]).toBeGreaterThan(165);
	});

	it("makes odd sizes even", async () => {
		const clip = await makeClip({
			width: 257,
			height: 129,
			frames: 2,
			rate: 10,
			pixelFormat: "rgb24",
			codec: "png",
			container: "mov",
			codecOptions: {},
		}).catch(() => undefined);
		// The clip's own drawing is 4:2:0, which an odd size divides roughly; all that counts here
		// is the size.
		const { info } = await readPictures(clip ?? "lavfi:testsrc2=size=257x129:rate=10", {}, () => true);
		expect(info!.format).toMatchObject({ width: 258, height: 130 });
	});

	it("says when pictures are too small to be a panorama", async () => {
		const tiny = await makeClip({ ...SMALL, width: 64, height: 32, frames: 2 });
		expect(await failure(tiny)).toMatchObject({
			code: "failed",
			message: expect.stringContaining("are 64x32, which is too small for a panorama."),
		});
	});

	it("applies a filter first, and names it when it is wrong", async () => {
		const clip = await makeClip({ ...SMALL, frames: 4, draw: flat(60, 100, 150) });
		const { pictures, info } = await readPictures(clip, { filter: "crop=200:100,negate" });
		expect(info!.format).toMatchObject({ width: 200, height: 100 });
		const { middle } = pictures[0]!;
		for (const [i, value] of [235 + 16 - 60, 256 - 100, 256 - 150].entries())
			expect(Math.abs(middle[i]! - value)).toBeLessThanOrEqual(5);
		expect(await readFailure(clip, { filter: "nosuchfilter=1" })).toMatchObject({
			code: "failed",
			message: expect.stringContaining('Check the filter "nosuchfilter=1".'),
		});
	});
});

describe("createLibavSource() with what is not a video", () => {
	it("names the file that is missing", async () => {
		expect(await failure(join(folder, "nope.mp4"))).toMatchObject({
			code: "not-found",
			message: `No such file: ${join(folder, "nope.mp4")}.`,
		});
	});

	it.each([
		["a text", "The quick brown fox jumps over the lazy dog.\n".repeat(50)],
		["nothing at all", ""],
		["noise", Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919 + ((i * i) >> 3)) & 255))],
	])("says that %s is no video", async (what, content) => {
		const path = join(folder, `${what.replaceAll(" ", "-")}.mp4`);
		writeFileSync(path, content);
		expect(await readFailure(path)).toMatchObject({
			name: "SourceError",
			code: "not-video",
			message: expect.stringContaining(path),
		});
	});

	it("says that a folder is none", async () => {
		expect(await readFailure(folder)).toMatchObject({
			code: "not-video",
			message: `${folder} is a folder, not a video.`,
		});
	});

	it("says that a truncated file whose index is lost is damaged", async () => {
		const path = join(folder, "truncated.mp4");
		copyFileSync(await makeClip({ ...SMALL, draw: "number" }), path);
		truncateSync(path, 700);
		expect(await readFailure(path)).toMatchObject({ code: "not-video" });
	});

	it("plays what is left of a truncated file whose index comes first", async () => {
		const whole = await makeClip({
			...SMALL,
			width: 640,
			height: 320,
			draw: "pattern",
			containerOptions: { movflags: "+faststart" },
		});
		const path = join(folder, "half.mp4");
		copyFileSync(whole, path);
		truncateSync(path, Math.floor(statSync(whole).size * 0.6));
		const { loops, pictures } = await readPictures(path, { loop: true }, (_, count) => count === 30);
		expect(pictures).toHaveLength(30);
		expect(loops).toBeGreaterThanOrEqual(1);
	});

	it("says that sound alone is no video", async () => {
		// One second of silence: a WAV file's header and samples.
		const wav = Buffer.alloc(44 + 16_000);
		wav.write("RIFF", 0);
		wav.writeUInt32LE(36 + 16_000, 4);
		wav.write("WAVEfmt ", 8);
		[16, 0x1_0001, 8000, 16_000, 0x10_0002].forEach((value, i) => void wav.writeUInt32LE(value, 16 + 4 * i));
		wav.write("data", 36);
		wav.writeUInt32LE(16_000, 40);
		const path = join(folder, "sound.wav");
		writeFileSync(path, wav);
		expect(await readFailure(path)).toMatchObject({
			code: "not-video",
			message: `${path} holds no video, only sound (1 audio track).`,
		});
	});

	it("knows which hardware decoders exist, and falls back to software with one line", async () => {
		const clip = await makeClip({ ...SMALL, frames: 6 });
		expect(await readFailure(clip, { hwaccel: "quantum" })).toMatchObject({
			code: "no-hardware",
			message: expect.stringContaining('"quantum" does not exist'),
		});
		// No machine has this one under Node.
		await using test = await SourceUnderTest.start(open(clip, { hwaccel: "opencl" }));
		await test.until(() => test.source.stats().loops > 0);
		expect(test.info.hwaccel).toBe("none");
		await test.source.stop();
		await test.restart();
		await test.next();
		// Over a loop and a new start.
		expect(test.notices).toEqual([expect.stringContaining("It is decoded in software.")]);
	});

	it("refuses impossible options at once", () => {
		expect(() => createLibavSource("")).toThrow(TypeError);
		expect(() => createLibavSource("a.mp4", { startSec: -1 })).toThrow(
			"startSec is a number of seconds, 0 or more; got -1.",
		);
		expect(() => createLibavSource("a.mp4", { threads: 1.5 })).toThrow(RangeError);
		expect(() => createLibavSource("a.mp4", { track: -1 })).toThrow(RangeError);
	});
});

it("stops while a filter holds its thread, leaves it with one line, and a new thread shows pictures", async () => {
	// After its first picture this filter sleeps for 40 s, which nothing interrupts.
	const source = new WorkerSource({
		name: "clip.mp4",
		worker: new URL("./libav-source-worker.ts", import.meta.url),
		options: completeLibavOptions(await makeClip(SMALL), { hwaccel: "none", filter: "realtime=speed=0.001" }),
		stopTimeoutMs: 200,
	});
	await using test = await SourceUnderTest.start(source);
	await test.next();
	// The second picture is counted right before the filter gets it.
	await test.until(() => source.stats().framesDecoded >= 2);
	const { store } = test;
	const beganMs = performance.now();
	await test.source.stop();
	expect(performance.now() - beganMs).toBeLessThan(10_000);
	expect(test.ended).toBe(1);
	expect(test.notices).toEqual([
		expect.stringMatching(/^The reader of .* is inside FFmpeg and did not stop within 0\.2 s\. It is left/),
	]);
	const written = store.sequence;
	await test.restart();
	expect((await test.next()).sequence).toBe(1);
	expect(store.sequence).toBe(written);
	await test.source.stop();
	// The threads that were left hold memory and a place in Node's pool: a third is not begun.
	await expect(test.restart()).rejects.toThrow(/can't be opened again yet: 2 earlier readers/);
	expect(test.errors).toEqual([]);
});

it.runIf(process.platform === "linux")("leaves no file open after a stop", async () => {
	const clip = await makeClip({ ...SMALL, frames: 7 });
	const timesOpen = () =>
		readdirSync("/proc/self/fd").filter((descriptor) => {
			try {
				return readlinkSync(`/proc/self/fd/${descriptor}`) === clip;
			} catch {
				return false;
			}
		}).length;
	await using test = await SourceUnderTest.start(open(clip));
	await test.take(10);
	expect(timesOpen()).toBe(1);
	await test.source.stop();
	expect(timesOpen()).toBe(0);
});
