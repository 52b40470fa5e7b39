import ffmpeg from "@ffmpeg-installer/ffmpeg";
import ffprobe from "@ffprobe-installer/ffprobe";
import { describe, expect, it } from "vitest";
import { makeClip } from "../../test/support/clips.ts";
import { createVideoSource } from "./open-source.ts";
import { PatternPainter } from "./pattern-picture.ts";
import { probeSource } from "./probe.ts";
import type { SourceOptions } from "./source-options.ts";
import { dividedFormat, isDivisible, STEREO_LAYOUTS, type StereoLayout } from "./stereo.ts";
import { lumaOfPanorama, readTimeCode } from "./time-code.ts";
import { SourceUnderTest, startFailure } from "./video-source.cases.ts";

const EYE = { width: 640, height: 320 };
const RATE = 10;
const COLOR = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;
const TWO_EYES = STEREO_LAYOUTS.filter((layout) => layout !== "mono");

function open(spec: string, backend: "libav" | "ffmpeg", options: SourceOptions = {}) {
	return createVideoSource(spec, { hwaccel: "none", backend, ffmpegPath: ffmpeg.path, ffprobePath: ffprobe.path, ...options });
}

/** The scene for two eyes, without loss: what is decoded is what was drawn. */
function stereoClip(stereo: StereoLayout): Promise<string> {
	const { width, height } = EYE;
	const size = stereo === "top-bottom" || stereo === "bottom-top" ? { width, height: 2 * height } : { width: 2 * width, height };
	return makeClip({ ...size, frames: 3, rate: RATE, draw: "pattern", stereo, stated: true, codec: "ffv1", container: "mkv" });
}

/** Painters repair what they drew over: each has a picture of its own. */
const painters = (["left", "right"] as const).map((eye) => {
	const painter = new PatternPainter(EYE.width, EYE.height, eye);
	return { painter, picture: Buffer.alloc(painter.layout.byteLength) };
});

/** Both eyes' panoramas of one picture of the scene, padded as in a store. Valid until the next call. */
function scene(frame: number): readonly Buffer[] {
	for (const { painter, picture } of painters) painter.paint(picture, 0, frame, frame / RATE);
	return painters.map(({ picture }) => picture);
}

describe("a source with two eyes", () => {
	it.each((["libav", "ffmpeg"] as const).flatMap((backend) => TWO_EYES.map((layout) => [backend, layout] as const)))(
		"is divided into the panoramas that a source of each eye alone would give, to the bit: %s, %s",
		async (backend, layout) => {
			// The ffmpeg of the test's package is too old to read a layout from Matroska.
			const source = open(await stereoClip(layout), backend, { stereo: backend === "libav" ? "auto" : layout });
			await using test = await SourceUnderTest.start(source);
			expect(test.info.format).toMatchObject({ ...EYE, eyes: 2 });
			const memory = new Uint8Array(test.store.handle.memory.buffer);
			// More than the first: what a writer keeps from one picture to the next must not show.
			for (const frames = new Set<number>(); frames.size < 2; ) {
				await test.next();
				const lease = test.store.acquireNewest()!;
				const { y } = lease.layout;
				const frame = readTimeCode(lumaOfPanorama(memory, { ...y, offset: lease.address + y.offset }))!;
				frames.add(frame);
				for (const [index, expected] of scene(frame).entries()) {
					const at = lease.address + index * expected.length;
					const seen = Buffer.from(memory.subarray(at, at + expected.length));
					expect(Buffer.compare(seen, expected), `eye ${index} of picture ${frame}`).toBe(0);
				}
				lease.release();
			}
			expect(test.notices, "what the file states needs no advice").toEqual([]);
		},
	);

	it("is found by what an MP4 of FFmpeg's says of itself, whatever its name and shape", async () => {
		const clip = await makeClip({ width: 640, height: 320, frames: 2, rate: 2, stereo: "left-right", stated: true });
		expect(await probeSource(clip)).toMatchObject({
			stereo: { layout: "side by side", eyesSwapped: false },
			guess: { stereo: "left-right", reason: "the file says so", stereoStated: true },
			eyes: { layout: "left-right", width: 320, height: 320 },
		});
		await using test = await SourceUnderTest.start(open(clip, "libav"));
		expect(test.info.format).toMatchObject({ width: 320, height: 320, eyes: 2 });
		expect(test.notices).toEqual([]);
	});

	it.each(["libav", "ffmpeg"] as const)(
		"is not taken for one by its shape alone, and the log says what changes that: %s",
		async (backend) => {
			const clip = await makeClip({ width: 256, height: 256, frames: 4, rate: 4 });
			await using test = await SourceUnderTest.start(open(clip, backend));
			expect(test.info.format).toMatchObject({ width: 256, height: 256, eyes: 1 });
			expect(test.notices).toEqual([
				expect.stringMatching(
					/is shown as one sphere for both eyes: the picture is square.* the option stereo says how: --stereo top-bottom\.$/,
				),
			]);
			await using told = await SourceUnderTest.start(open(clip, backend, { stereo: "top-bottom" }));
			expect(told.info.format).toMatchObject({ width: 256, height: 128, eyes: 2 });
			expect(told.notices).toEqual([]);
		},
	);

	it("is one sphere if its pictures go through a filter, unless it is told otherwise", async () => {
		const clip = await makeClip({ width: 640, height: 320, frames: 2, rate: 2, stereo: "left-right", stated: true });
		const filter = "crop=iw/2:ih:0:0";
		await using cropped = await SourceUnderTest.start(open(clip, "libav", { filter }));
		expect(cropped.info.format).toMatchObject({ width: 320, height: 320, eyes: 1 });
		await using told = await SourceUnderTest.start(open(clip, "libav", { filter, stereo: "top-bottom" }));
		expect(told.info.format).toMatchObject({ width: 320, height: 160, eyes: 2 });
	});

	it.each(["libav", "ffmpeg"] as const)("can't be divided into eyes of odd size, and says so: %s", async (backend) => {
		const clip = await makeClip({ width: 256, height: 130, frames: 2, rate: 2 });
		const failure = await startFailure(open(clip, backend, { stereo: "top-bottom" }));
		expect(failure.message).toMatch(/are 256x130: divided into two eyes, top-bottom, each is 256x65, but both sides have to be even/);
		const small = await makeClip({ width: 200, height: 100, frames: 2, rate: 2 });
		expect((await startFailure(open(small, backend, { stereo: "left-right" }))).message).toContain(
			"200x100: divided into two eyes, left-right, each is 100x100, but both sides have to be even and the width at least 128.",
		);
	});
});

describe("dividedFormat()", () => {
	it("leaves one eye's pictures as they are, for others to judge", () => {
		expect(dividedFormat({ width: 100, height: 50, color: COLOR }, "mono", "x")).toEqual({ width: 100, height: 50, eyes: 1, color: COLOR });
	});

	it("names the size of an eye", () => {
		expect(dividedFormat({ width: 512, height: 128, color: COLOR }, "right-left", "x")).toMatchObject({ width: 256, height: 128, eyes: 2 });
		expect(isDivisible("left-right", { width: 512, height: 128 })).toBe(true);
		expect(isDivisible("left-right", { width: 514, height: 128 })).toBe(false);
		expect(isDivisible("left-right", { width: 252, height: 128 }), "narrower than a panorama may be").toBe(false);
		expect(isDivisible("bottom-top", { width: 256, height: 130 })).toBe(false);
	});
});
