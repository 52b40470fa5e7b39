import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
	type ClipOptions,
	type ClipPicture,
	clipFrameFromLuma,
	joinTracks,
	jpegWithPanoramaXmp,
	jpegWithRightEye,
	makeClip,
} from "../../test/support/clips.ts";
import { formatProbeReport, probeSource } from "./probe.ts";
import { type ReadPicture, readFailure, readPictures } from "./reading.cases.ts";

const SMALL = { width: 256, height: 128, rate: 10 } as const;
const STILL = { frames: 1, rate: 1, codec: "mjpeg", pixelFormat: "yuvj420p", container: "jpg", range: "full" } as const;
let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "panogaze-pair-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function clip(name: string, options: Partial<ClipOptions>): Promise<string> {
	const path = join(folder, name);
	copyFileSync(await makeClip({ ...SMALL, frames: 4, ...options }), path);
	return path;
}

/** Numbers of the pictures that the two eyes see, at the middle of each. */
function framesOf(picture: ReadPicture): number[] {
	const { y, byteLength } = picture.layout;
	return [0, byteLength].map((eye) => {
		const at = eye + y.offset + (y.height / 2) * y.stride + y.width / 2;
		return clipFrameFromLuma(picture.bytes[at]!);
	});
}

const dark = ({ planes: [y] }: ClipPicture) => void y.fill(60);
const bright = ({ planes: [y] }: ClipPicture) => void y.fill(180);

async function greyPhoto(draw: typeof dark): Promise<Buffer> {
	return readFileSync(await makeClip({ ...STILL, width: 128, height: 128, draw }));
}

describe("two files as one source", () => {
	it("are read in step by their times, and end with the shorter, which is said", async () => {
		const left = await clip("left.mp4", { frames: 6 });
		const right = await clip("right.mp4", { frames: 4 });
		const { pictures, notices, info } = await readPictures(`${left}+${right}`);
		expect(info!.format).toMatchObject({ width: 256, height: 128, eyes: 2 });
		expect(info!.durationSec).toBeCloseTo(0.4, 3);
		expect(pictures.map(framesOf)).toEqual([0, 1, 2, 3].map((frame) => [frame, frame]));
		expect(notices).toEqual([
			expect.stringMatching(/is read as two eyes, left-right: the files' names say left and right/),
			expect.stringMatching(/right\.mp4 ends at 0\.40 s, before .*left\.mp4: the pair ends with it/),
		]);
		const swapped = await readPictures(`${right}+${left}`, { stereo: "top-bottom" });
		expect(swapped.pictures).toHaveLength(4);
		expect(swapped.notices).toEqual([expect.stringMatching(/right\.mp4 ends before .*left\.mp4/)]);
	});

	it("show the picture of the nearest time where their rates differ, and again in each loop", async () => {
		const first = await clip("fast.mp4", { frames: 6 });
		const second = await clip("slow.mp4", { frames: 3, rate: 5 });
		const { pictures } = await readPictures(`${first}+${second}`, { loop: true }, (_, count) => count === 9);
		expect(pictures.map(framesOf)).toEqual(
			[0, 1, 2, 3, 4, 5, 0, 1, 2].map((frame) => [
				frame,
				expect.toBeOneOf([Math.floor(frame / 2), Math.ceil(frame / 2)]),
			]),
		);
	});

	it("are the halves of a GoPro MAX or two lenses by option, the first above the second or beside it", async () => {
		const pair = `${await clip("one.mp4", {})}+${await clip("two.mp4", {})}`;
		const max = await readPictures(pair, { projection: { kind: "gopro-max" } }, () => true);
		expect(max.info!.format).toMatchObject({ width: 256, height: 256, eyes: 1, projection: { kind: "gopro-max" } });
		const lenses = await readPictures(pair, { projection: { kind: "dual-fisheye" } }, () => true);
		expect(lenses.info!.format).toMatchObject({ width: 512, height: 128, eyes: 1 });
	});

	it("are guessed by names and shape, and probe says so", async () => {
		const front = await clip("x_front.mp4", { width: 160, height: 160 });
		const back = await clip("x_back.mp4", { width: 160, height: 160 });
		const report = await probeSource(`${back}+${front}`);
		expect(report).toMatchObject({
			source: "x_back.mp4+x_front.mp4",
			pair: { second: "x_front.mp4", arrangement: "stacked" },
			eyes: { layout: "mono", width: 160, height: 320 },
			sphere: { projection: { kind: "dual-fisheye", layout: "stacked", left: "back" } },
		});
		expect(formatProbeReport(report)).toMatch(/^pair +stacked: x_front\.mp4$/m);
		const half = { width: 384, height: 126 };
		const halves = `${await clip("a.mp4", half)}+${await clip("b.mp4", half)}`;
		expect(await probeSource(halves)).toMatchObject({
			sphere: { projection: { kind: "gopro-max" }, advice: [expect.stringContaining("as a GoPro MAX makes")] },
		});
	});

	it("can't differ in size, or be of a kind that nothing says", async () => {
		const [a, b] = [await clip("size-a.mp4", {}), await clip("size-b.mp4", { width: 192 })];
		expect((await readFailure(`${a}+${b}`)).message).toMatch(
			/pictures of .*size-a\.mp4 are 256x128 and those of .*size-b\.mp4 192x128: .* same size/,
		);
		const wide = await clip("wide.mp4", { width: 224 });
		expect((await readFailure(`${wide}+${wide}`)).message).toMatch(
			/--in gopro-max, --in dual-fisheye.*--stereo left-right/,
		);
		expect((await readFailure(`${a}+${b}`, { backend: "ffmpeg" })).message).toContain('the backend "libav" reads');
	});

	it("are both there, and a file of the very name wins", async () => {
		const a = await clip("there.mp4", {});
		expect(await readFailure(`${a}+${join(folder, "gone.mp4")}`)).toMatchObject({
			code: "not-found",
			message: expect.stringMatching(/^No such file: .*gone\.mp4, of the two that /),
		});
		await clip("b.mp4", {});
		await clip("there.mp4+b.mp4", { width: 512, height: 256 });
		const { info } = await readPictures(join(folder, "there.mp4+b.mp4"), {}, () => true);
		expect(info!.format).toMatchObject({ width: 512, height: 256, eyes: 1 });
	});

	it("may be photos", async () => {
		const left = await clip("p-left.jpg", { ...STILL, draw: "number" });
		const right = await clip("p-right.jpg", { ...STILL, draw: "number" });
		const { info, end, pictures } = await readPictures(`${left}+${right}`);
		expect(info!.format).toMatchObject({ width: 256, height: 128, eyes: 2 });
		expect([end, pictures.length]).toEqual(["still", 1]);
	});
});

describe("two tracks of one file as one source", () => {
	it("are the halves of a GoPro MAX in a .360 file, unless a track is chosen", async () => {
		const path = join(folder, "GS010013.360");
		const joined = join(folder, "joined.mp4");
		joinTracks([await clip("t0.mp4", {}), await clip("t1.mp4", {})], joined);
		copyFileSync(joined, path);
		const { info, notices, pictures } = await readPictures(path, { loop: true }, (_, count) => count === 6);
		expect(info!.format).toMatchObject({ width: 256, height: 256, eyes: 1, projection: { kind: "gopro-max" } });
		expect(notices).toEqual([expect.stringMatching(/two tracks of three cube faces each.*--in equirect\.$/)]);
		expect(pictures).toHaveLength(6);
		expect((await readPictures(path, { track: 1 }, () => true)).info!.format).toMatchObject({ height: 128 });
		expect(await probeSource(path)).toMatchObject({ pair: { arrangement: "stacked" }, videoTracks: 2 });
		expect((await probeSource(joined)).pair).toBeNull();
	});
});

describe("a photo with the right eye's picture inside", () => {
	it("is read for two eyes, with a crop of each", async () => {
		const [left, right] = [await greyPhoto(dark), await greyPhoto(bright)];
		const path = join(folder, "cardboard.vr.jpg");
		const crop = {
			ProjectionType: "equirectangular",
			FullPanoWidthPixels: 256,
			FullPanoHeightPixels: 128,
			CroppedAreaLeftPixels: 64,
			CroppedAreaTopPixels: 0,
			CroppedAreaImageWidthPixels: 128,
			CroppedAreaImageHeightPixels: 128,
		};
		writeFileSync(path, jpegWithRightEye(jpegWithPanoramaXmp(left, crop), right));
		const { info, pictures, notices } = await readPictures(path);
		expect(info!.format).toMatchObject({
			width: 128,
			height: 128,
			eyes: 2,
			projection: { kind: "equirect", bounds: { left: 0.25, right: 0.25, top: 0, bottom: 0 } },
		});
		const { y, byteLength } = pictures[0]!.layout;
		const middle = y.offset + (y.height / 2) * y.stride + y.width / 2;
		const eyes = [middle, byteLength + middle].map((at) => pictures[0]!.bytes[at]!);
		expect(eyes[0]).toBeCloseTo(60, -1);
		expect(eyes[1]).toBeCloseTo(180, -1);
		expect(notices).toEqual([]);
		expect((await readPictures(path, { eye: "right" })).pictures[0]!.middle[0]).toBeCloseTo(180, -1);
		expect((await readPictures(path, { stereo: "mono" })).info!.format.eyes).toBe(1);
		expect(formatProbeReport(await probeSource(path))).toMatch(
			/^eyes +two eyes, left-right.*stated: XMP \(GImage\)/m,
		);
	});

	it("is shown to both eyes where that picture can't be read", async () => {
		const left = readFileSync(await makeClip({ ...STILL, width: 256, height: 128, draw: "number" }));
		const path = join(folder, "broken.jpg");
		writeFileSync(path, jpegWithRightEye(left, Buffer.from("no picture at all")));
		const { info, notices } = await readPictures(path);
		expect(info!.format.eyes).toBe(1);
		expect(notices).toEqual([expect.stringContaining("right eye that can't be read")]);
	});
});
