import ffmpeg from "@ffmpeg-installer/ffmpeg";
import ffprobe from "@ffprobe-installer/ffprobe";
import { describe, expect, it } from "vitest";
import { makeClip } from "../../test/support/clips.ts";
import type { PlaneLayout } from "../media/panorama.ts";
import { createVideoSource } from "./open-source.ts";
import { PatternPainter } from "./pattern-picture.ts";
import { probeSource } from "./probe.ts";
import { type ReadingOptions, readFailure, readPictures } from "./reading.cases.ts";
import { dividedFormat, isDivisible, STEREO_LAYOUTS, type StereoLayout } from "./stereo.ts";
import { lumaOfPanorama, readTimeCode } from "./time-code.ts";
import { SourceUnderTest } from "./video-source.cases.ts";

const EYE = { width: 640, height: 320 };
const RATE = 10;
const COLOR = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;
const TWO_EYES = STEREO_LAYOUTS.filter((layout) => layout !== "mono");

const PROGRAMS = { ffmpegPath: ffmpeg.path, ffprobePath: ffprobe.path };

/** Reads the source's first pictures in this thread. */
function read(spec: string, options: ReadingOptions, pictures = 1) {
	return readPictures(spec, { ...PROGRAMS, ...options }, (_, count) => count === pictures);
}

/** The scene for two eyes, without loss: what is decoded is what was drawn. */
function stereoClip(stereo: StereoLayout): Promise<string> {
	const { width, height } = EYE;
	const size =
		stereo === "top-bottom" || stereo === "bottom-top"
			? { width, height: 2 * height }
			: { width: 2 * width, height };
	return makeClip({
		...size,
		frames: 3,
		rate: RATE,
		draw: "pattern",
		stereo,
		stated: true,
		codec: "ffv1",
		container: "mkv",
	});
}

/** Painters repair what they drew over: each has a picture of its own. */
const painters = (["left", "right"] as const).map((eye) => {
	const painter = new PatternPainter(EYE.width, EYE.height, eye);
	return { painter, picture: Buffer.alloc(painter.layout.byteLength) };
});

/**
 * Both eyes' panoramas of one picture of the scene, padded as in a store. Valid until the next
 * call.
 */
function scene(frame: number): readonly Buffer[] {
	for (const { painter, picture } of painters) painter.paint(picture, 0, frame, frame / RATE);
	return painters.map(({ picture }) => picture);
}

/**
 * @param bytes of both eyes' panoramas
 * @returns the number of the scene's picture that they are, to the bit
 */
function expectScene(bytes: Uint8Array, luma: PlaneLayout): number {
	const frame = readTimeCode(lumaOfPanorama(bytes, luma))!;
	for (const [index, expected] of scene(frame).entries()) {
		const seen = bytes.subarray(index * expected.length, (index + 1) * expected.length);
		expect(Buffer.compare(seen, expected), `eye ${index} of picture ${frame}`).toBe(0);
	}
	return frame;
}

describe("a source with two eyes", () => {
	it.each((["libav", "ffmpeg"] as const).flatMap((backend) => TWO_EYES.map((layout) => [backend, layout] as const)))(
		"is divided into the panoramas that a source of each eye alone would give, to the bit: %s, %s",
		async (backend, layout) => {
			// The ffmpeg of the test's package is too old to read a layout from Matroska.
			const stereo = backend === "libav" ? "auto" : layout;
			// More than the first: what a writer keeps from one picture to the next must not show.
			const { pictures, info, notices } = await read(await stereoClip(layout), { backend, stereo }, 2);
			expect(info!.format).toMatchObject({ ...EYE, eyes: 2 });
			expect(new Set(pictures.map(({ bytes, layout }) => expectScene(bytes, layout.y))).size).toBe(2);
			expect(notices, "what the file states needs no advice").toEqual([]);
		},
	);

	it("is divided so by the thread of a source too", async () => {
		await using test = await SourceUnderTest.start(
			createVideoSource(await stereoClip("right-left"), { hwaccel: "none" }),
		);
		await test.next();
		const lease = test.store.acquireNewest()!;
		expectScene(lease.data, lease.layout.y);
		lease.release();
	});

	it("is found by what an MP4 of FFmpeg's says of itself, whatever its name and shape", async () => {
		const clip = await makeClip({
			width: 640,
			height: 320,
			frames: 2,
			rate: 2,
			stereo: "left-right",
			stated: true,
		});
		expect(await probeSource(clip)).toMatchObject({
			eyes: { layout: "left-right", width: 320, height: 320 },
			sphere: {
				findings: [
					{ found: "equirectangular", certainty: "stated", from: "the box sv3d > proj > equi" },
					{ found: "two eyes, left-right", certainty: "stated", from: "the box st3d" },
				],
			},
		});
		const { info, notices } = await read(clip, {});
		expect(info!.format).toMatchObject({ width: 320, height: 320, eyes: 2 });
		expect(notices).toEqual([]);
	});

	it.each(["libav", "ffmpeg"] as const)(
		"is not taken for one by its shape alone, and the log says what changes that: %s",
		async (backend) => {
			const clip = await makeClip({ width: 256, height: 256, frames: 4, rate: 4 });
			const plain = await read(clip, { backend });
			expect(plain.info!.format).toMatchObject({ width: 256, height: 256, eyes: 1 });
			expect(plain.notices).toEqual([
				expect.stringMatching(
					/as one sphere for both eyes: the picture is square.* stereo says how: --stereo top-bottom\.$/,
				),
			]);
			const told = await read(clip, { backend, stereo: "top-bottom" });
			expect(told.info!.format).toMatchObject({ width: 256, height: 128, eyes: 2 });
			expect(told.notices).toEqual([]);
		},
	);

	it("is one sphere if its pictures go through a filter, unless it is told otherwise", async () => {
		const clip = await makeClip({
			width: 640,
			height: 320,
			frames: 2,
			rate: 2,
			stereo: "left-right",
			stated: true,
		});
		const filter = "crop=iw/2:ih:0:0";
		expect((await read(clip, { filter })).info!.format).toMatchObject({ width: 320, height: 320, eyes: 1 });
		expect((await read(clip, { filter, stereo: "top-bottom" })).info!.format).toMatchObject({
			width: 320,
			height: 160,
			eyes: 2,
		});
	});

	it.each(["libav", "ffmpeg"] as const)(
		"can't be divided into eyes of odd size, and says so: %s",
		async (backend) => {
			const clip = await makeClip({ width: 256, height: 130, frames: 2, rate: 2 });
			const failure = await readFailure(clip, { backend, ...PROGRAMS, stereo: "top-bottom" });
			expect(failure.message).toMatch(
				/are 256x130: divided into two eyes, top-bottom, each is 256x65, but both sides have to be even/,
			);
			const small = await makeClip({ width: 200, height: 100, frames: 2, rate: 2 });
			expect((await readFailure(small, { backend, ...PROGRAMS, stereo: "left-right" })).message).toContain(
				"200x100: divided into two eyes, left-right, each is 100x100, but both sides have to be " +
					"even and the width at least 128.",
			);
		},
	);
});

describe("dividedFormat()", () => {
	it("leaves one eye's pictures as they are, for others to judge", () => {
		expect(dividedFormat({ width: 100, height: 50, color: COLOR }, "mono", "x")).toEqual({
			width: 100,
			height: 50,
			eyes: 1,
			color: COLOR,
		});
	});

	it("names the size of an eye", () => {
		expect(dividedFormat({ width: 512, height: 128, color: COLOR }, "right-left", "x")).toMatchObject({
			width: 256,
			height: 128,
			eyes: 2,
		});
		expect(isDivisible("left-right", { width: 512, height: 128 })).toBe(true);
		expect(isDivisible("left-right", { width: 514, height: 128 })).toBe(false);
		expect(isDivisible("left-right", { width: 252, height: 128 }), "narrower than a panorama may be").toBe(false);
		expect(isDivisible("bottom-top", { width: 256, height: 130 })).toBe(false);
	});
});
