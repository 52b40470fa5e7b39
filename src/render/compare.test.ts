import { AV_LOG_FATAL } from "node-av/constants";
import { FilterGraph, Frame, Log } from "node-av/lib";
import { describe, expect, it } from "vitest";
import { type ClipOptions, type ClipPicture, makeClip } from "../../test/support/clips.ts";
import { compareFiles } from "./compare.ts";

const SPHERE = { projection: { kind: "equirect" } } as const;
const SMALL = { width: 256, height: 128, frames: 3, rate: 10 } as const;

/** Means of what FFmpeg's filters `psnr` and `ssim` say about two files, in their own words. */
function byFFmpeg(a: string, b: string, filter: "psnr" | "ssim"): Record<string, number> {
	Log.setLevel(AV_LOG_FATAL);
	const graph = new FilterGraph();
	graph.alloc();
	const sums = new Map<string, number>();
	let count = 0;
	try {
		graph.parse2(`movie=${a}[a];movie=${b}[b];[a][b]${filter},buffersink@out`);
		graph.configSync();
		using frame = new Frame();
		frame.alloc();
		const sink = graph.getFilter("buffersink@out")!;
		for (; sink.buffersinkGetFrameSync(frame) >= 0; count++) {
			for (const [key, value] of Object.entries(frame.getMetadata()?.getAll() ?? {})) {
				const name = /^lavfi\.(?:psnr\.mse|ssim)[._](\w+)$/.exec(key)?.[1];
				if (name !== undefined)
					sums.set(name.toLowerCase(), (sums.get(name.toLowerCase()) ?? 0) + Number(value));
			}
			frame.unref();
		}
	} finally {
		graph.free();
	}
	return Object.fromEntries([...sums].map(([name, sum]) => [name === "avg" ? "all" : name, sum / count]));
}

const dbOf = (mse: number, peak = 255) => 10 * Math.log10((peak * peak) / mse);

/** Two drawings that differ by a texture and a colour. The text of each names its difference. */
const DRAWINGS = [
	(picture: ClipPicture, frame: number) => paint(picture, frame, 5),
	(picture: ClipPicture, frame: number) => paint(picture, frame, 40),
];

function paint({ width, height, planes, strides }: ClipPicture, frame: number, amount: number): void {
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++)
			planes[0][y * strides[0] + x] = 60 + 100 * Math.sin(x / 9 + frame) ** 2 + ((x * 7 + y * 13) % amount);
	planes[1].fill(100 + amount);
	planes[2].fill(150 + frame);
}

const NO_OPTIONS = { codecOptions: {}, container: "mkv" };
const QUIET = { codecOptions: { "x265-params": "log-level=none" } };
const FORMS: [string, Partial<ClipOptions>, number][] = [
	["8-bit 4:2:0", {}, 255],
	["10-bit 4:2:2", { codec: "libx265", pixelFormat: "yuv422p10le", ...QUIET }, 1023],
	["RGB of an odd size", { codec: "png", pixelFormat: "rgb24", width: 255, height: 127, ...NO_OPTIONS }, 255],
];

describe("compareFiles", () => {
	it.each(FORMS)("gives FFmpeg's PSNR and SSIM for %s", async (_, options, peak) => {
		const clips = DRAWINGS.map((draw) => makeClip({ ...SMALL, ...options, draw }));
		const [a, b] = (await Promise.all(clips)) as [string, string];
		const compared = await compareFiles(a, b, SPHERE);
		const { psnr, ssim } = compared;
		expect(compared.pictures).toBe(SMALL.frames);
		const psnrThere = Object.fromEntries(
			Object.entries(byFFmpeg(a, b, "psnr")).map(([name, mse]) => [name, dbOf(mse, peak)]),
		);
		for (const [name, value] of Object.entries(psnr))
			expect([name, value]).toEqual([name, expect.closeTo(psnrThere[name]!, 3)]);
		const ssimThere = byFFmpeg(a, b, "ssim");
		for (const [name, value] of Object.entries(ssim))
			expect([name, value]).toEqual([name, expect.closeTo(ssimThere[name]!, 5)]);
	});

	/** A grey clip of one picture, with a stripe of rows or columns that is `amount` brighter. */
	const striped = (rows: readonly [number, number], columns: readonly [number, number], amount: number) => {
		const draw = stripeDrawing(rows, columns, amount);
		return makeClip({ ...SMALL, frames: 1, codec: "ffv1", ...NO_OPTIONS, draw });
	};

	it("weighs the rows of the sphere by the cosine of their latitude, in each eye", async () => {
		const [plain, pole, equator, lowerEye] = await Promise.all([
			striped([0, 0], [0, 0], 0),
			striped([0, 8], [0, 256], 10),
			striped([60, 68], [0, 256], 10),
			striped([64, 72], [0, 256], 10),
		]);
		const cosines = Array.from({ length: 128 }, (_, row) =>
			Math.cos((((row + 0.5) / 128) * 180 - 90) * (Math.PI / 180)),
		);
		const share = (from: number, to: number) => sum(cosines.slice(from, to)) / sum(cosines);
		const expected = (weight: number) => expect.closeTo(dbOf(100 * weight), 6);
		expect((await compareFiles(plain, pole, SPHERE)).wsPsnr).toMatchObject({ y: expected(share(0, 8)) });
		expect((await compareFiles(plain, equator, SPHERE)).wsPsnr).toMatchObject({ y: expected(share(60, 68)) });
		const stereo = await compareFiles(plain, lowerEye, { ...SPHERE, stereo: "top-bottom" });
		const eyeCosines = Array.from({ length: 64 }, (_, row) =>
			Math.cos((((row + 0.5) / 64) * 180 - 90) * (Math.PI / 180)),
		);
		expect(stereo.wsPsnr).toMatchObject({ y: expected(sum(eyeCosines.slice(0, 8)) / sum(eyeCosines) / 2) });
	});

	it("weighs other projections by solid angle: a cube's corner counts less than its middle", async () => {
		const cube = { projection: { kind: "cubemap", layout: "c6x1" } } as const;
		const clips = await Promise.all([
			striped([0, 0], [0, 0], 0),
			striped([60, 68], [16, 24], 10),
			striped([0, 8], [0, 8], 10),
		]);
		const [middle, corner] = await Promise.all([
			compareFiles(clips[0], clips[1], cube),
			compareFiles(clips[0], clips[2], cube),
		]);
		expect(10 ** ((middle.wsPsnr!["y"]! - corner.wsPsnr!["y"]!) / 10)).toBeCloseTo(0.25, 1);
	});

	it("tells regions of a sphere, and quadrants of a flat picture, apart", async () => {
		const [plain, seam] = await Promise.all([striped([0, 0], [0, 0], 0), striped([60, 68], [0, 8], 10)]);
		const { regions } = await compareFiles(plain, seam, SPHERE);
		expect(regions).toEqual({
			front: Number.POSITIVE_INFINITY,
			seam: expect.closeTo(46.2, 0),
			poles: Number.POSITIVE_INFINITY,
		});
		const flat = await compareFiles(plain, seam, { projection: { kind: "none" } });
		expect(flat.regions).toMatchObject({
			centre: Number.POSITIVE_INFINITY,
			"upper right": Number.POSITIVE_INFINITY,
		});
		expect(flat.regions["upper left"]).toBeLessThan(60);
		expect(flat.wsPsnr).toBeUndefined();
	});

	it("finds the worst picture, and notes conversions and other lengths", async () => {
		const options = { ...SMALL, codec: "ffv1", container: "mkv", codecOptions: {} };
		const [a, b] = await Promise.all([
			makeClip({ ...options, draw: (picture, frame) => flash(picture, frame === 9) }),
			makeClip({
				...options,
				frames: 5,
				pixelFormat: "yuv444p",
				draw: (picture, frame) => flash(picture, frame === 2),
			}),
		]);
		const { worst, notes, pictures, psnr } = await compareFiles(a, b, SPHERE);
		expect({ picture: worst.picture, timeSec: worst.timeSec, pictures }).toEqual({
			picture: 2,
			timeSec: expect.closeTo(0.2),
			pictures: 3,
		});
		expect(psnr["all"]).toBeGreaterThan(worst.psnr["all"]!);
		expect(notes.join()).toMatch(/converted from yuv444p to yuv420p.*has more pictures: the first 3/);
	});

	it("refuses pictures of different sizes", async () => {
		const [small, large] = await Promise.all([
			makeClip({ ...SMALL }),
			makeClip({ ...SMALL, width: 512, height: 256 }),
		]);
		await expect(compareFiles(small, large, SPHERE)).rejects.toThrow(/256x128.*512x256/);
	});
});

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function flash({ planes }: ClipPicture, bright: boolean): void {
	planes[0].fill(bright ? 150 : 100);
	planes[1].fill(128);
	planes[2].fill(128);
}

/** A function that draws a stripe; its text states the stripe, since it is the clip's key. */
function stripeDrawing(rows: readonly [number, number], columns: readonly [number, number], amount: number) {
	const draw = ({ planes: [luma, u, v], strides: [stride], width, height }: ClipPicture) => {
		for (let y = 0; y < height; y++)
			for (let x = 0; x < width; x++) {
				const inside = y >= rows[0] && y < rows[1] && x >= columns[0] && x < columns[1];
				luma[y * stride + x] = 100 + (inside ? amount : 0);
			}
		u.fill(128);
		v.fill(128);
	};
	return Object.assign(draw, { toString: () => `stripe ${rows} ${columns} ${amount}` });
}
