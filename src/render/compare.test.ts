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
});
