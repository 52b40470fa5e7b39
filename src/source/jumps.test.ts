import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import ffmpeg from "@ffmpeg-installer/ffmpeg";
import ffprobe from "@ffprobe-installer/ffprobe";
import { describe, expect, it } from "vitest";
import { clipFrameFromLuma, makeClip } from "../../test/support/clips.ts";
import { createFfmpegSource } from "./ffmpeg-source.ts";
import { createLibavSource } from "./libav-source.ts";
import { createPatternSource } from "./pattern-source.ts";
import { readPictures } from "./reading.cases.ts";
import { SourceUnderTest } from "./video-source.cases.ts";

const CLIP = { width: 256, height: 128, frames: 24, rate: 24, keyframeInterval: 10, bFrames: 2 } as const;

/** Numbers of the pictures that come after each jump, two for each. */
async function numbersAfter(clip: string, places: readonly number[], options = {}): Promise<(readonly number[])[]> {
	const left = [...places];
	const seen: number[] = [];
	await readPictures(clip, options, ({ middle }, count, reader) => {
		seen.push(clipFrameFromLuma(middle[0]));
		if (count % 2 === 1) return false;
		const next = left.shift();
		if (next === undefined) return true;
		reader!.jumpTo(next);
		return false;
	});
	return Array.from({ length: places.length }, (_, jump) => seen.slice(2 * jump + 2, 2 * jump + 4));
}

/** Number of the picture that FFmpeg itself finds at a place. */
function numberByFfmpeg(clip: string, sec: number): number {
	const args = ["-v", "error", "-ss", String(sec), "-i", clip, "-frames:v", "1", "-f", "rawvideo", "-"];
	const picture = execFileSync(ffmpeg.path, args, { maxBuffer: 1e6 });
	return clipFrameFromLuma(picture[CLIP.width * 64 + 128]!);
}

describe("LibavReader.jumpTo()", () => {
	it("goes on with the picture that FFmpeg's -ss finds there, and the pictures after it", async () => {
		const clip = await makeClip(CLIP);
		const places = [0.5, 0.1, 0.26, 0.9, 0];
		const expected = places.map((sec) => Math.max(0, Math.ceil(sec * 24 - 0.03)));
		expect(places.slice(1, 4).map((sec) => numberByFfmpeg(clip, sec))).toEqual(expected.slice(1, 4));
		expect(await numbersAfter(clip, places)).toEqual(expected.map((first) => [first, (first + 1) % 24]));
	});

	it("finds its place in Matroska, through a filter, and where an input has to be opened again", async () => {
		const clip = await makeClip({ ...CLIP, container: "mkv" });
		expect(await numbersAfter(clip, [0.5, 0.25], { filter: "null" })).toEqual([
			[12, 13],
			[6, 7],
		]);
	});

	it.each([true, false])("finds its place over HTTP, ranges: %s", async (ranges) => {
		const bytes = readFileSync(await makeClip({ ...CLIP, containerOptions: { movflags: "faststart" } }));
		const server = createServer(({ headers }, response) => {
			const from = ranges ? Number(/bytes=(\d+)/.exec(headers.range ?? "")?.[1] ?? 0) : 0;
			response.writeHead(from > 0 ? 206 : 200, {
				...(ranges && { "accept-ranges": "bytes" }),
				"content-length": bytes.length - from,
				...(from > 0 && { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
			});
			response.end(bytes.subarray(from));
		});
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/clip.mp4`;
		expect(await numbersAfter(url, [0.75, 0.25])).toEqual([
			[18, 19],
			[6, 7],
		]);
		server.closeAllConnections();
		server.close();
	});

	it("shows the last picture for a place behind it, and ends", async () => {
		let jumped = false;
		const { pictures, end } = await readPictures(await makeClip(CLIP), {}, (_, count, reader) => {
			if (count === 3 && !jumped) reader!.jumpTo(7);
			jumped = count >= 3;
			return false;
		});
		expect(pictures.map(({ middle }) => clipFrameFromLuma(middle[0]))).toEqual([0, 1, 2, 23]);
		expect(end).toBe("end");
	});

	it("keeps media time rising", async () => {
		const { pictures } = await readPictures(await makeClip(CLIP), {}, (_, count, reader) => {
			if (count === 10) reader!.jumpTo(0.1);
			return count === 20;
		});
		const steps = pictures.slice(1).map(({ mediaSec }, i) => mediaSec - pictures[i]!.mediaSec);
		for (const step of steps) expect(step).toBeCloseTo(1 / 24, 4);
	});
});

describe("A source's control()", () => {
	const open = async (options = {}) =>
		SourceUnderTest.start(createLibavSource(await makeClip(CLIP), { hwaccel: "none", ...options }));
	const numberOf = ({ middle }: { readonly middle: readonly [number, number, number] }) =>
		clipFrameFromLuma(middle[0]);

	/** Waits for a statement of the play that fits. */
	function stated(test: SourceUnderTest, fits: (state: NonNullable<typeof test.source.playback>) => boolean) {
		return new Promise<{ state: NonNullable<typeof test.source.playback>; by: string | undefined }>((resolve) => {
			const remove = test.source.on("playback", (state, by) => {
				if (!fits(state)) return;
				remove();
				resolve({ state, by });
			});
		});
	}

	it("pauses, shows the picture of another place while paused, and plays on from there", async () => {
		await using test = await open();
		await test.next();
		const paused = stated(test, (state) => state.paused);
		test.source.control!({ paused: true }, "someone");
		expect(await paused).toMatchObject({ by: "someone", state: { durationSec: 1, rate: 1, loop: true } });
		const sought = stated(test, ({ positionSec }) => positionSec === 0.5);
		test.source.control!({ positionSec: 0.5 }, "someone");
		// A picture that was on its way when the pause came is shown before.
		while (numberOf(await test.next()) !== 12);
		expect((await sought).state).toMatchObject({ paused: true, can: ["pause", "rate", "seek", "loop"] });
		await expect.poll(() => test.source.stats().nextPictureSec).toBe(Number.POSITIVE_INFINITY);
		test.source.control!({ positionSec: 0.25 });
		expect(numberOf(await test.next())).toBe(6);
		test.source.control!({ paused: false, loop: false });
		expect(numberOf(await test.next())).toBeGreaterThan(6);
	});

	it("is obeyed also when all pictures are read and the last ones wait", async () => {
		await using test = await open({ loop: false });
		await test.next();
		test.source.control!({ paused: true, positionSec: 0.95 });
		while (numberOf(await test.next()) !== 23);
		test.source.control!({ positionSec: 0.5 });
		expect(numberOf(await test.next())).toBe(12);
		expect(test.ended).toBe(0);
		test.source.control!({ positionSec: 0.9, paused: false, rate: 4 });
		while (test.ended === 0) await new Promise(setImmediate);
		expect(test.source.playback).toMatchObject({ rate: 4, paused: false });
	});

	it("holds for the next start of a source that does not run", async () => {
		await using test = await open({ loop: false });
		await test.source.stop();
		test.source.control!({ positionSec: 0.5, paused: true, loop: true });
		await test.restart();
		while (numberOf(await test.next()) !== 12);
		expect(test.source.playback).toMatchObject({ positionSec: 0.5, paused: true, loop: true });
	});

	it("is stated to do nothing where a source can't obey", async () => {
		const program = await SourceUnderTest.start(
			createFfmpegSource(await makeClip(CLIP), {
				hwaccel: "none",
				ffmpegPath: ffmpeg.path,
				ffprobePath: ffprobe.path,
			}),
		);
		const pattern = await SourceUnderTest.start(createPatternSource({ width: 256 }));
		expect([program.source.playback, pattern.source.playback]).toEqual([undefined, undefined]);
		await Promise.all([program[Symbol.asyncDispose](), pattern[Symbol.asyncDispose]()]);
	});
});
