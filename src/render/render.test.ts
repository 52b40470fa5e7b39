import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ffmpeg from "@ffmpeg-installer/ffmpeg";
import ffprobe from "@ffprobe-installer/ffprobe";
import { afterAll, describe, expect, it } from "vitest";
import { clipFrameFromLuma, makeClip } from "../../test/support/clips.ts";
import { PATIENCE_MS } from "../../test/support/command-line.ts";
import { parseProjectionOptions } from "../projection/projection-words.ts";
import { V360 } from "../projection/v360.cases.ts";
import { probeSource } from "../source/probe.ts";
import { readPictures } from "../source/reading.cases.ts";
import { type RenderOptions, type RenderOutput, render, type Transform } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-render-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string) => join(folder, name);
const EQUIRECT = { projection: { kind: "equirect" } } as const;
const FRAMES = 12;

/** A clip whose pictures have unequal distances, with a track of sound. */
const clip = async () => {
	const path = file("clip.mp4");
	if (existsSync(path)) return path;
	const silent = await makeClip({
		width: 256,
		height: 128,
		frames: FRAMES,
		rate: 10,
		timeOf: (frame) => frame / 10 + (frame % 2) / 50,
	});
	const sound = ["-f", "lavfi", "-i", "sine=duration=1.2", "-c:v", "copy", "-c:a", "aac", "-shortest"];
	execFileSync(ffmpeg.path, ["-v", "error", "-i", silent, ...sound, path]);
	return path;
};

/** Renders with few threads, so that the test's threads start soon. */
const renderTo = (input: string, output: RenderOutput, options: Partial<RenderOptions> = {}) =>
	render({ input, outputs: [output], threads: 1, ...options });

const streamsOf = (path: string) =>
	(
		JSON.parse(
			execFileSync(ffprobe.path, ["-v", "error", "-show_streams", "-of", "json", path], { encoding: "utf8" }),
		) as { streams: Record<string, string>[] }
	).streams;

const rawPixels = (path: string) =>
	execFileSync(ffmpeg.path, ["-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]);

describe("render()", { timeout: 2 * PATIENCE_MS }, () => {
	it("writes the pictures of a video in order, at their own times, beside the copied sound", async () => {
		const input = await clip();
		const path = file("view.mp4");
		const report = await renderTo(input, { path, view: { width: 128, height: 72 } });
		expect(report).toMatchObject({
			interrupted: false,
			files: [{ path, width: 128, height: 72, pictures: FRAMES }],
		});
		const before = await readPictures(input);
		const after = await readPictures(path);
		expect(after.pictures.map(({ middle }) => clipFrameFromLuma(middle[0]))).toEqual([...Array(FRAMES).keys()]);
		const times = (reading: typeof after) => reading.pictures.map(({ mediaSec }) => mediaSec.toFixed(3));
		expect(times(after)).toEqual(times(before));
		const [video, audio] = streamsOf(path);
		expect(video).toMatchObject({
			codec_name: "h264",
			pix_fmt: "yuv420p",
			color_space: "bt709",
			color_range: "tv",
		});
		const [, sound] = streamsOf(input);
		expect(audio).toMatchObject({ codec_name: "aac", nb_frames: sound?.["nb_frames"] });
	});

	it("writes the same bytes on any number of threads", async () => {
		const input = await makeClip({ width: 320, height: 160, frames: 8, rate: 8, draw: "pattern" });
		const cameraPath = (sec: number) => ({ worldFromView: [0, Math.sin(sec), 0, Math.cos(sec)] as const });
		// With AVX-512, x264 makes pictures of 96 or 112 columns otherwise at each run.
		const view = { width: 128, height: 64 };
		const bytes: Buffer[] = [];
		for (const threads of [1, 3]) {
			const path = file(`threads-${threads}.mp4`);
			await renderTo(input, { path, cameraPath, view }, { threads });
			bytes.push(readFileSync(path));
		}
		expect(bytes[0]?.equals(bytes[1] ?? Buffer.alloc(0))).toBe(true);
	});

	it("keeps every pixel of a photo that is not turned, and turns by whole pixels", async () => {
		const still = { width: 256, height: 128, frames: 1, rate: 1, container: "png", codec: "png" } as const;
		const draw = ({
			planes,
			strides,
		}: Parameters<Exclude<Parameters<typeof makeClip>[0]["draw"], string | undefined>>[0]) => {
			for (const [plane, samples] of planes.entries())
				for (let i = 0; i < (strides[plane] ?? 0) * (plane === 0 ? 128 : 64); i++)
					samples[i] = 40 + ((i * 7919) % 171);
		};
		const input = await makeClip({ ...still, pixelFormat: "rgb24", codecOptions: {}, draw });
		await renderTo(input, { path: file("same.png"), view: EQUIRECT });
		expect(rawPixels(file("same.png")).equals(rawPixels(input))).toBe(true);
		await renderTo(input, { path: file("turned.png"), view: { ...EQUIRECT, yawDeg: 90 } });
		const [was, is] = [rawPixels(input), rawPixels(file("turned.png"))];
		const row = (pixels: Buffer, from: number) => pixels.subarray(from * 3, (from + 64) * 3);
		expect(row(is, 256 * 64).equals(row(was, 256 * 64 + 64))).toBe(true);
	});

	it("keeps 10 bits, exactly where nothing is turned, and the colours of HDR, and states the sphere", async () => {
		const x265 = "log-level=none:lossless=1:colorprim=9:transfer=16:colormatrix=9:max-cll=1000,400";
		const input = await makeClip({
			...{ width: 256, height: 128, frames: 2, rate: 2, pixelFormat: "yuv420p10le", codec: "libx265" },
			codecOptions: { "x265-params": x265 },
			draw: "pattern",
		});
		const path = file("deep.mkv");
		await renderTo(input, { path, view: EQUIRECT, encoding: { codec: "ffv1" } });
		const deepPixels = (from: string) =>
			execFileSync(ffmpeg.path, ["-v", "error", "-i", from, "-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-"]);
		expect(deepPixels(path).equals(deepPixels(input))).toBe(true);
		const hevc = file("deep.mp4");
		await renderTo(input, { path: hevc, view: EQUIRECT });
		const report = await probeSource(hevc);
		expect(report).toMatchObject({
			codec: "hevc",
			pixelFormat: "yuv420p10le",
			sphere: {
				projection: { kind: "equirect" },
				findings: expect.arrayContaining([expect.objectContaining({ certainty: "stated" })]),
			},
		});
		expect(streamsOf(hevc)[0]).toMatchObject({ color_transfer: "smpte2084", color_primaries: "bt2020" });
	});

	it("reads and writes only the pictures of a time range, and the sound of it", async () => {
		const path = file("range.mkv");
		await renderTo(await clip(), { path, view: { width: 128, height: 72 } }, { startSec: 0.4, endSec: 0.8 });
		const { pictures } = await readPictures(path);
		expect(pictures.map(({ middle }) => clipFrameFromLuma(middle[0]))).toEqual([4, 5, 6, 7]);
		const length = execFileSync(ffprobe.path, [
			"-v",
			"error",
			"-show_entries",
			"format=duration",
			"-of",
			"csv=p=0",
			path,
		]);
		expect(Number(length)).toBeLessThan(0.55);
	});

	it("draws several views in one pass, as a series and a video, and lets a transform change one", async () => {
		const marked: number[] = [];
		const transform: Transform = ({ picture, timeSec }) => {
			marked.push(Math.round(timeSec * 10));
			picture.data.fill(235, 0, picture.width * picture.height);
		};
		const view = { width: 128, height: 64 };
		await render({
			input: await makeClip({ width: 256, height: 128, frames: 3, rate: 10 }),
			outputs: [
				{ path: file("white.mkv"), view, transform },
				{ path: file("series_%03d.jpg"), view: { ...view, yawDeg: 180 } },
			],
			threads: 2,
		});
		expect(marked).toEqual([0, 1, 2]);
		expect((await readPictures(file("white.mkv"))).pictures.map(({ middle }) => middle[0] > 225)).toEqual([
			true,
			true,
			true,
		]);
		expect(readdirSync(folder).filter((name) => name.startsWith("series"))).toEqual(
			[1, 2, 3].map((n) => `series_00${n}.jpg`),
		);
	});

	it("draws every projection of the command line from one decode, the same way up and around as v360", async () => {
		const size = { width: 160, height: 120 };
		const angles = { yawDeg: 50, pitchDeg: 20, rollDeg: 15 };
		const lens = ["fx=40", "fy=40", "cx=79.5", "cy=59.5"];
		const words: readonly (readonly [string, readonly string[]])[] = [
			...["equirect", "cubemap", "eac", "fisheye", "dual-fisheye", "stereographic", "cylindrical"].map(
				(word) => [word, []] as const,
			),
			["mercator", []],
			["pannini", ["d=1", "fov=120"]],
			["kannala-brandt", [...lens, "k=0,0,0,0", "maxtheta=90"]],
			["mei", [...lens, "xi=1", "d=0,0,0,0"]],
			["double-sphere", [...lens, "xi=0.1", "alpha=0.6"]],
			["perspective", ["fov=90"]],
		];
		const input = await makeClip({
			width: 512,
			height: 256,
			frames: 1,
			rate: 1,
			draw: "pattern",
			codec: "ffv1",
			container: "mkv",
			codecOptions: {},
		});
		const outputs = words.map(([word, options]) => ({
			path: file(`word-${word}.mkv`),
			view: { projection: parseProjectionOptions(word, options), ...size, ...angles },
			encoding: { codec: "ffv1" },
		}));
		await render({ input, outputs, threads: 1, kernel: "bilinear", antialias: "off" });
		const raw = (path: string) =>
			execFileSync(ffmpeg.path, ["-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]);
		const drawn = outputs.map(({ path }) => raw(path).subarray(0, size.width * size.height));
		const middles = drawn.map((luma) => luma[(size.height * size.width + size.width) / 2] ?? 0);
		// The middle of each shows the same place.
		for (const [index, middle] of middles.entries())
			if (!/cubemap|eac|dual/.test(words[index]?.[0] ?? "")) expect(middle).toBeCloseTo(middles.at(-1) ?? 0, -2);
		using v360 = new V360({ panoramaWidth: 512, panoramaHeight: 256, ...size, fovDeg: 90, ...angles });
		using frame = v360.frame([raw(input)]);
		const [theirs] = v360.drawPlanes(frame);
		const ours = drawn.at(-1) ?? Buffer.alloc(0);
		const error = ours.reduce((sum, value, index) => sum + (value - (theirs?.[index] ?? 0)) ** 2, 0);
		expect(10 * Math.log10((255 ** 2 * ours.length) / error)).toBeGreaterThan(35);
	});

	it("makes a photo of a video's first picture, and says how to get all of them", async () => {
		const notices: string[] = [];
		const path = file("first.png");
		const options = { startSec: 0.3, onNotice: (message: string) => void notices.push(message) };
		const report = await renderTo(await clip(), { path, view: { width: 128, height: 72 } }, options);
		expect(report.files).toMatchObject([{ pictures: 1 }]);
		expect(clipFrameFromLuma((await readPictures(path)).pictures[0]?.middle[0] ?? 0)).toBe(3);
		expect(notices).toEqual([expect.stringContaining("first_%04d.png")]);
	});

	it("keeps both eyes of a panorama, packed as asked for, and shows one in a flat view", async () => {
		const input = await makeClip({
			width: 256,
			height: 256,
			frames: 1,
			rate: 1,
			stereo: "top-bottom",
			stated: true,
			draw: ({ planes: [luma], strides: [stride] }) => {
				for (let row = 0; row < 256; row++) luma.fill(row < 128 ? 60 : 180, row * stride, row * stride + 256);
			},
		});
		await render({
			input,
			outputs: [
				{ path: file("both.mkv"), view: { ...EQUIRECT, stereo: "right-left" } },
				{ path: file("right.mkv"), view: { width: 128, height: 64, stereo: "right" } },
				{ path: file("below.mkv"), view: EQUIRECT },
			],
			threads: 1,
		});
		const [both] = (await readPictures(file("both.mkv"), { stereo: "mono" })).pictures;
		expect([both?.width, both?.height]).toEqual([512, 128]);
		expect(both?.lumaAt(0.25, 0.5)).toBeCloseTo(180, -1);
		expect(both?.lumaAt(0.75, 0.5)).toBeCloseTo(60, -1);
		expect((await readPictures(file("right.mkv"))).pictures[0]?.middle[0]).toBeCloseTo(180, -1);
		const [below] = (await readPictures(file("below.mkv"), { stereo: "mono" })).pictures;
		expect(below?.lumaAt(0.5, 0.25)).toBeCloseTo(60, -1);
		expect(below?.lumaAt(0.5, 0.75)).toBeCloseTo(180, -1);
	});

	it("finishes a file that can be played when it is interrupted, and leaves no other file", async () => {
		const stop = new AbortController();
		const path = file("interrupted.mp4");
		const input = await makeClip({ width: 256, height: 128, frames: 200, rate: 30 });
		const report = await renderTo(
			input,
			{ path, view: { width: 128, height: 72 } },
			{ signal: stop.signal, onProgress: ({ pictures }) => pictures >= 5 && stop.abort() },
		);
		expect(report.interrupted).toBe(true);
		const { pictures } = await readPictures(path);
		expect(pictures.length).toBeGreaterThanOrEqual(5);
		expect(pictures.length).toBeLessThan(200);
		expect(readdirSync(folder).filter((name) => name.includes(".part"))).toEqual([]);
	});

	it("says what is wrong with an input or an output, and leaves no file behind", async () => {
		const input = await clip();
		writeFileSync(file("broken.mp4"), "no video");
		writeFileSync(file("there.mp4"), "");
		const failing = (from: string, name: string, output: Partial<RenderOutput> = {}) =>
			expect(renderTo(from, { path: file(name), view: { width: 128, height: 72 }, ...output })).rejects;
		await failing(file("nope.mp4"), "a.mp4").toMatchObject({ name: "SourceError", code: "not-found" });
		await failing(file("broken.mp4"), "a.mp4").toMatchObject({ name: "SourceError", code: "not-video" });
		await failing(input, "there.mp4").toMatchObject({ name: "OutputError", code: "exists" });
		await failing(input, "none/a.mp4").toMatchObject({ name: "OutputError", code: "not-writable" });
		await failing(input, "there.mp4/a.mp4").toMatchObject({
			...{ name: "OutputError", code: "not-writable" },
			message: expect.stringContaining("there.mp4/a.mp4 can't be written: "),
		});
		await failing(input, "a.mp5").toThrow(/Did you mean \.mp4\?/);
		await failing(input, "a.mp4", { encoding: { codec: "h265" } }).toThrow(/hevc/);
		await failing(input, "a.webm", { encoding: { codec: "h264" } }).toThrow(/WebM holds/);
		await failing(input, "a.mp4", { view: { width: 127, height: 72 } }).toThrow(/--width is an even number/);
		expect(readdirSync(folder).filter((name) => name.startsWith("a.") || name.includes(".part"))).toEqual([]);
	});
});
