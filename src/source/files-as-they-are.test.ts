import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import ffmpeg from "@ffmpeg-installer/ffmpeg";
import ffprobe from "@ffprobe-installer/ffprobe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
	type ClipOptions,
	type ClipPicture,
	clipFrameFromLuma,
	joinTracks,
	jpegWithOrientation,
	jpegWithPanoramaXmp,
	makeClip,
} from "../../test/support/clips.ts";
import { createVideoSource } from "./open-source.ts";
import { formatProbeReport, probeSource } from "./probe.ts";
import { type ReadingOptions, type ReadPicture, readFailure, readPictures } from "./reading.cases.ts";
import type { SourceOptions } from "./source-options.ts";
import { SourceUnderTest } from "./video-source.cases.ts";

const SMALL = { width: 256, height: 128, frames: 24, rate: 24 } as const satisfies ClipOptions;
const STILL = { frames: 1, rate: 1, pixelFormat: "yuvj420p", codec: "mjpeg", container: "jpg", range: "full" } as const;
const BACKENDS = ["libav", "ffmpeg"] as const;
const folder = mkdtempSync(join(tmpdir(), "panogaze-files-"));
const before = process.cwd();
beforeAll(() => process.chdir(folder));
afterAll(() => {
	process.chdir(before);
	rmSync(folder, { recursive: true, force: true });
});

const PROGRAMS = { ffmpegPath: ffmpeg.path, ffprobePath: ffprobe.path };

function open(spec: string, backend: (typeof BACKENDS)[number] = "libav", options: SourceOptions = {}) {
	return createVideoSource(spec, { hwaccel: "none", backend, ...PROGRAMS, ...options });
}

/** Four quarters of different grey. */
function quarters({ planes, strides, width, height }: ClipPicture): void {
	planes[0].fill(0);
	planes[1].fill(128);
	planes[2].fill(128);
	for (let row = 0; row < height; row++) {
		for (let column = 0; column < width; column++) {
			planes[0][row * strides[0] + column] = 60 + (column >= width / 2 ? 40 : 0) + (row >= height / 2 ? 80 : 0);
		}
	}
}

/**
 * The quarters of a picture, clockwise from the upper left, as letters: `abdc` is the picture as it
 * was drawn.
 */
function shown({ lumaAt }: Pick<ReadPicture, "lumaAt">): string {
	const luma = [lumaAt(0.25, 0.25), lumaAt(0.75, 0.25), lumaAt(0.75, 0.75), lumaAt(0.25, 0.75)];
	return luma.map((value) => "abcd"[Math.round((value - 60) / 40)]).join("");
}

/** The source's first picture, read in this thread. */
async function readFirst(spec: string, backend: (typeof BACKENDS)[number], options: ReadingOptions = {}) {
	const { pictures, info, notices } = await readPictures(spec, { backend, ...PROGRAMS, ...options }, () => true);
	return { picture: pictures[0]!, info: info!, notices };
}

const failure = (spec: string, backend: (typeof BACKENDS)[number] = "libav") =>
	readFailure(spec, { backend, ...PROGRAMS });

describe("a file that exists is a file", () => {
	const NAMES = [
		"2024-01-01T12:00:00.mp4",
		"concat:x.mp4|y.mp4",
		"-dash.mp4",
		"100%.mp4",
		"frame%03d.mp4",
		"with spaces & ünï-文字 'quotes'.mp4",
		"http:/host/clip.mp4",
		"C:\\videos\\clip.mp4",
		"file:clip.mp4",
		"v4l2:x.mp4",
		"clip.mp4?listen=1#t=3",
	];

	it("whatever its name looks like", async () => {
		const clip = await makeClip({ ...SMALL, frames: 2 });
		const still = await makeClip({ ...SMALL, ...STILL });
		for (const name of [...NAMES, "photo%03d.jpg"]) {
			mkdirSync(dirname(name), { recursive: true });
			copyFileSync(name.endsWith(".jpg") ? still : clip, name);
			expect([name, (await readPictures(name.replace("http:/", "http://"))).info?.format.width]).toEqual([
				name,
				256,
			]);
		}
	});

	it.each(["2024-01-01T12:00:00.mp4", "photo%03d.jpg"])("also for an ffmpeg program: %s", async (name) => {
		copyFileSync(await makeClip(name.endsWith(".jpg") ? { ...SMALL, ...STILL } : { ...SMALL, frames: 2 }), name);
		expect((await readFirst(name, "ffmpeg")).info.format.width).toBe(256);
	});

	it("also as a file: URL with escapes", async () => {
		const path = join(folder, "with space.mp4");
		copyFileSync(await makeClip({ ...SMALL, frames: 2 }), path);
		expect(await probeSource(pathToFileURL(path).href)).toMatchObject({ source: "with space.mp4", codec: "h264" });
		expect(await failure("file:///nope.mp4")).toMatchObject({
			code: "not-found",
			message: "No such file: file:///nope.mp4.",
		});
	});

	it.each(BACKENDS)(
		"and a name of an unknown protocol that does not exist is said to be unknown: %s",
		async (backend) => {
			const there = await failure("2023-01-01T12:00:00.mp4", backend);
			expect(there).toMatchObject({
				code: "not-found",
				message: expect.stringMatching(/no such file.*protocol is not known/),
			});
			const url = await failure("nosuch://127.0.0.1/clip.mp4", backend);
			expect(url).toMatchObject({
				code: "not-found",
				message: "nosuch://127.0.0.1/clip.mp4 can't be opened: its protocol is not known.",
			});
		},
	);
});

describe("time stamps that leap", () => {
	/** A transport stream of pieces, each a second, that begin at these times. */
	async function stream(startsSec: readonly number[]): Promise<string> {
		const path = join(folder, `leaps-${startsSec.join("-")}.ts`);
		const pieces: Buffer[] = [];
		for (const startSec of startsSec) {
			const timeOf = new Function("frame", `return ${startSec} + frame / 24`) as (frame: number) => number;
			pieces.push(
				readFileSync(
					await makeClip({ ...SMALL, timeOf, container: "ts", containerOptions: { muxdelay: "0" } }),
				),
			);
		}
		writeFileSync(path, Buffer.concat(pieces));
		return path;
	}

	/** Steps between the pictures' places on the line of time. */
	async function steps(startsSec: readonly number[]): Promise<number[]> {
		const { pictures } = await readPictures(await stream(startsSec));
		expect(pictures).toHaveLength(24 * startsSec.length);
		return pictures.slice(1).map(({ mediaSec }, i) => mediaSec - pictures[i]!.mediaSec);
	}

	it.each([
		["forward by 10 h", [0, 36_000]],
		["back by 10 h", [36_000, 0]],
		["several times", [0, 40_000, 100, 7000, 6999]],
	])("play on: %s", async (_, startsSec) => {
		for (const step of await steps(startsSec)) expect(step).toBeCloseTo(1 / 24, 2);
	});

	it("are a gap if it is one of 5 s, and none where the 33 bits of the stamps wrap around", async () => {
		const gaps = (await steps([0, 6])).filter((step) => step > 0.05);
		expect(gaps).toEqual([expect.closeTo(5 + 1 / 24, 2)]);
		for (const step of await steps([2 ** 33 / 90_000 - 1.5])) expect(step).toBeCloseTo(1 / 24, 2);
	});
});

describe("pictures that do not stand upright", () => {
	/** Clockwise quarters that each EXIF orientation shows. */
	const EXIF = ["abdc", "bacd", "dcab", "cdba", "acdb", "cabd", "dbac", "bdca"];

	it("are set upright by EXIF's orientation, all eight, and probe says so", async () => {
		for (let orientation = 1; orientation <= 8; orientation++) {
			const turned = orientation >= 5;
			const [width, height] = turned ? [128, 256] : [256, 128];
			const jpeg = readFileSync(await makeClip({ width, height, ...STILL, draw: quarters }));
			const path = join(folder, `exif-${orientation}.jpg`);
			writeFileSync(path, jpegWithOrientation(jpeg, orientation));
			const { pictures, info } = await readPictures(path);
			expect(info!.format).toMatchObject({ width: 256, height: 128, eyes: 1 });
			expect([orientation, shown(pictures[0]!)]).toEqual([orientation, EXIF[orientation - 1]]);
			expect(await probeSource(path)).toMatchObject({
				rotationDeg: [0, 0, 180, 180, 270, 90, 90, 270][orientation - 1],
				mirrored: [2, 4, 5, 7].includes(orientation),
				sphere: {
					projection: { kind: "equirect" },
					findings: [{ from: "the picture is twice as wide as high" }, { subject: "eyes" }],
				},
			});
		}
	});

	it.each(BACKENDS)("are set upright by the container's display matrix, mirrored or not: %s", async (backend) => {
		for (const [rotationDeg, mirrored, expected] of [
			[90, false, "cabd"],
			[180, false, "dcab"],
			[270, true, "acdb"],
		] as const) {
			const [width, height] = rotationDeg === 180 ? [256, 128] : [128, 256];
			const clip = await makeClip({
				width,
				height,
				frames: 2,
				rate: 2,
				draw: quarters,
				orientation: { rotationDeg, mirrored },
			});
			const { picture, info } = await readFirst(clip, backend);
			expect(info.format).toMatchObject({ width: 256, height: 128, eyes: 1 });
			expect([rotationDeg, shown(picture)]).toEqual([rotationDeg, expected]);
			// Recordings of the packets need it; the program gives none.
			expect(info.codedOrientation).toEqual(backend === "libav" ? { rotationDeg, mirrored } : undefined);
		}
	});

	it("are described by probe in words", async () => {
		const clip = await makeClip({
			...SMALL,
			frames: 2,
			draw: quarters,
			orientation: { rotationDeg: 180, mirrored: true },
		});
		expect(formatProbeReport(await probeSource(clip))).toMatch(
			/^rotation +mirrored left to right, then 180 degrees clockwise$/m,
		);
	});
});

it.each(BACKENDS)(
	"a square of pixels twice as wide as high is a picture of 2:1, for one eye, without a word: %s",
	async (backend) => {
		const clip = await makeClip({ width: 256, height: 256, frames: 2, rate: 2, pixelAspect: 2 });
		const { info, notices } = await readFirst(clip, backend);
		expect(info.format.eyes).toBe(1);
		expect(notices).toEqual([]);
		const report = await probeSource(clip);
		expect(report).toMatchObject({
			pixelAspect: 2,
			sphere: { findings: [{ from: "the picture is twice as wide as high" }, { subject: "eyes" }] },
			eyes: { layout: "mono" },
		});
		expect(formatProbeReport(report)).toMatch(/^size +256x256, shown as 512x256$/m);
	},
);

describe("pictures of a part of the sphere", () => {
	const CROP = { ProjectionType: "equirectangular", FullPanoWidthPixels: 256, FullPanoHeightPixels: 128 };

	it.each(BACKENDS)("are read as that part: a photo's GPano: %s", async (backend) => {
		const jpeg = readFileSync(await makeClip({ width: 128, height: 64, ...STILL, draw: quarters }));
		const path = join(folder, "part.jpg");
		const fields = {
			CroppedAreaLeftPixels: 64,
			CroppedAreaTopPixels: 16,
			CroppedAreaImageWidthPixels: 128,
			CroppedAreaImageHeightPixels: 64,
		};
		writeFileSync(path, jpegWithPanoramaXmp(jpeg, { ...CROP, ...fields }));
		const bounds = { top: 0.125, bottom: 0.375, left: 0.25, right: 0.25 };
		const { info, notices } = await readFirst(path, backend);
		expect(info.format).toMatchObject({
			width: 128,
			height: 64,
			eyes: 1,
			projection: { kind: "equirect", bounds },
		});
		expect(notices).toEqual([]);
		expect(await probeSource(path)).toMatchObject({
			sphere: {
				projection: { kind: "equirect", bounds },
				findings: [
					{ certainty: "stated", from: "XMP (GPano)" },
					{ subject: "eyes", certainty: "stated" },
				],
			},
			eyes: { layout: "mono", width: 128, height: 64 },
		});
	});

	it.each(BACKENDS)("also for two eyes, by the boxes of an MP4: %s", async (backend) => {
		const missing = { left: 0.25, top: 0, right: 0.25, bottom: 0 };
		const options = { width: 256, height: 128, frames: 2, rate: 2, draw: quarters, stated: true, missing } as const;
		const { info } = await readFirst(await makeClip({ ...options, stereo: "left-right" }), backend);
		expect(info.format).toMatchObject({
			width: 128,
			height: 128,
			eyes: 2,
			projection: { kind: "equirect", bounds: { top: 0, bottom: 0, left: 0.25, right: 0.25 } },
		});
	});

	it("are taken for whole ones where the statement can't be", async () => {
		const jpeg = readFileSync(await makeClip({ width: 256, height: 128, ...STILL, draw: quarters }));
		for (const fields of [
			{ FullPanoWidthPixels: 1e9, CroppedAreaLeftPixels: 0, CroppedAreaImageWidthPixels: 1 },
			{ FullPanoWidthPixels: 100, CroppedAreaLeftPixels: 90, CroppedAreaImageWidthPixels: 50 },
		]) {
			const down = { FullPanoHeightPixels: 128, CroppedAreaTopPixels: 0, CroppedAreaImageHeightPixels: 128 };
			const path = join(folder, "odd-statement.jpg");
			writeFileSync(path, jpegWithPanoramaXmp(jpeg, { ProjectionType: "equirectangular", ...down, ...fields }));
			const { info, notices } = await readPictures(path);
			expect(info!.format).toMatchObject({ width: 256, height: 128 });
			expect(info!.format.projection).toBeUndefined();
			expect(notices).toEqual([
				expect.stringContaining("states a part of the sphere that can't be (XMP (GPano))"),
			]);
		}
	});
});

it.each(BACKENDS)("the track that is played is the video, not the one-picture cover before it: %s", async (backend) => {
	const cover = await makeClip({ width: 300, height: 300, ...STILL, container: "mkv", draw: quarters });
	const path = join(folder, "cover.mkv");
	joinTracks([cover, await makeClip(SMALL)], path);
	const { picture, info } = await readFirst(path, backend);
	expect(info).toMatchObject({ codec: "h264", format: { width: 256, height: 128, eyes: 1 } });
	// Nothing of its beginning is lost in finding out.
	expect(clipFrameFromLuma(picture.middle[0])).toBe(0);
	expect(await probeSource(path)).toMatchObject({ videoTracks: 2, track: 1, codec: "h264", width: 256 });
	expect((await readFirst(path, backend, { track: 0 })).info.codec).toBe("mjpeg");
});

describe("a loop", () => {
	it("over a server without ranges opens the file again, without a word", async () => {
		for (const container of ["mp4", "ts", "mkv"]) {
			const bytes = readFileSync(
				await makeClip({
					...SMALL,
					container,
					...(container === "mp4" && { containerOptions: { movflags: "+faststart" } }),
				}),
			);
			const server = createServer((_, response) =>
				response.writeHead(200, { "content-length": bytes.length }).end(bytes),
			);
			await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
			const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/clip.${container}`;
			const { notices, loops, reconnects, pictures, info } = await readPictures(
				url,
				{ loop: true },
				(_, count) => count === 60,
			);
			expect(info!.live).toBe(false);
			expect([container, notices, loops, reconnects]).toEqual([container, [], 2, 0]);
			for (const [i, { mediaSec }] of pictures.entries())
				if (i > 0) expect(mediaSec - pictures[i - 1]!.mediaSec).toBeCloseTo(1 / 24, 2);
			server.closeAllConnections();
			server.close();
		}
	});

	it("goes on behind the place where such a server's connection broke off", async () => {
		const bytes = readFileSync(
			await makeClip({
				...SMALL,
				width: 640,
				height: 320,
				draw: "detail",
				containerOptions: { movflags: "+faststart" },
			}),
		);
		let requests = 0;
		const server = createServer((request, response) => {
			response.writeHead(200, { "content-length": bytes.length });
			if (++requests > 1 || request.method === "HEAD") response.end(bytes);
			else response.write(bytes.subarray(0, bytes.length / 2), () => setTimeout(() => response.destroy(), 50));
		});
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		const { pictures, notices } = await readPictures(
			`http://127.0.0.1:${(server.address() as AddressInfo).port}/clip.mp4`,
		);
		expect(pictures).toHaveLength(24);
		expect(notices).toEqual([expect.stringContaining("Connecting again")]);
		server.closeAllConnections();
		server.close();
	});

	const grey = (luma: number) =>
		new Function(
			"picture",
			`picture.planes[0].fill(${luma}); picture.planes[1].fill(128); picture.planes[2].fill(128);`,
		);
	const flat = (luma: number, options: Partial<ClipOptions> = {}) =>
		makeClip({ ...SMALL, frames: 6, draw: grey(luma) as (picture: ClipPicture) => void, ...options });

	it("opens the file that has taken the name of the one that was playing", async () => {
		const path = join(folder, "replaced.mp4");
		copyFileSync(await flat(50), path);
		const next = join(folder, "next.mp4");
		copyFileSync(await flat(200), next);
		const { pictures, notices } = await readPictures(path, { loop: true }, (_, count) => {
			if (count === 3) renameSync(next, path);
			return count === 12;
		});
		expect(pictures.map(({ lumaAt }) => Math.round(lumaAt(0.5, 0.5) / 50))).toEqual([
			...Array(6).fill(1),
			...Array(6).fill(4),
		]);
		expect(notices).toEqual([]);
		expect(pictures.at(-1)!.mediaSec).toBeCloseTo(11 / 24, 2);
	});

	it.each(BACKENDS)("shows a file of another size that has taken the name in its own size: %s", async (backend) => {
		const path = join(folder, `grown-${backend}.mp4`);
		copyFileSync(await flat(50), path);
		const next = join(folder, "next.mp4");
		copyFileSync(await flat(200, { width: 320, height: 320 }), next);
		await using test = await SourceUnderTest.start(open(path, backend, { stereo: "auto" }));
		const changed: number[] = [];
		test.source.on("changed", ({ format }) => changed.push(format.width, format.height));
		await test.next();
		renameSync(next, path);
		await test.until(() => changed.length > 0);
		expect(changed).toEqual([320, 320]);
		expect(test.store.format).toMatchObject({ width: 320, height: 320, eyes: 1 });
		await test.until(() => test.store.sequence > 0 && test.lumaAt([0.5, 0.5])[0]! > 180);
		expect([test.ended, test.errors]).toEqual([0, []]);
	});

	it("goes on with a file that was deleted, and says so once", async () => {
		const path = join(folder, "deleted.mp4");
		copyFileSync(await flat(50), path);
		const { notices } = await readPictures(path, { loop: true }, (_, count) => {
			if (count === 3) rmSync(path);
			return count === 20;
		});
		expect(notices).toEqual([`${path} was deleted. What was opened of it plays on.`]);
	});
});

describe("what is damaged is said with FFmpeg's reason", () => {
	it.each(BACKENDS)("where its index is lost: %s", async (backend) => {
		const path = join(folder, "cut.mp4");
		writeFileSync(path, readFileSync(await makeClip(SMALL)).subarray(0, 700));
		expect(await failure(path, backend)).toMatchObject({
			code: "not-video",
			message: `${path} is not a video that can be read, or it is damaged (moov atom not found).`,
		});
	});

	it("where its pictures are noise", async () => {
		const bytes = readFileSync(await makeClip({ ...SMALL, containerOptions: { movflags: "+faststart" } }));
		bytes.fill(0x5a, bytes.indexOf("mdat") + 4);
		const path = join(folder, "noise.mp4");
		writeFileSync(path, bytes);
		expect((await failure(path)).message).toMatch(
			/noise\.mp4 (holds no picture that can be decoded|can't be decoded: it is damaged) \(.+\)\.$/,
		);
	});
});
