import { AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P, type AVPixelFormat } from "node-av/constants";
import type { Frame } from "node-av/lib";
import { expect, it } from "vitest";
import type { PanoramaFormat } from "../media/panorama.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import { SharedHeap } from "../media/shared-heap.ts";
import { PanoramaWriter, PLANE_NAMES } from "../projection/panorama-writer.ts";
import { FrameWriter } from "./libav-copy.ts";
import { newFrame } from "./libav-decoder.ts";
import { eyeParts, packingOf, panoramasIn, STEREO_LAYOUTS, type StereoLayout } from "./stereo.ts";

function noisyFrame(width: number, height: number, seed: number, format: AVPixelFormat): Frame {
	const frame = newFrame();
	frame.format = format;
	frame.width = width;
	frame.height = height;
	expect(frame.getBuffer(0)).toBe(0);
	for (const [k, plane] of frame.data!.entries())
		for (let i = 0; i < plane.length; i++) plane[i] = (i * 31 + (i >> 7) + k * 77 + seed) & 255;
	return frame;
}

/** Pictures that are stored as several tiles, and some that are one with padding of their own. */
const PROJECTIONS: readonly ProjectionSpec[] = [
	{ kind: "cubemap" },
	{ kind: "cubemap", layout: "cross" },
	{ kind: "eac", padding: 2 },
	{ kind: "gopro-max" },
	{ kind: "dual-fisheye", layout: "stacked" },
	{ kind: "fisheye" },
	{ kind: "equirect", bounds: { top: 0.25, bottom: 0.25, left: 0, right: 0 } },
];

const SPHERE: ProjectionSpec = { kind: "equirect" };

type Case = readonly [stereo: StereoLayout, kind: string, width: number, height: number, projection: ProjectionSpec];

it.each<Case>([
	...STEREO_LAYOUTS.flatMap((stereo): Case[] => [
		[stereo, "whole sphere", 256, 128, SPHERE],
		[stereo, "whole sphere", 264, 132, SPHERE],
		[stereo, "whole sphere", 1920, 960, SPHERE],
	]),
	...PROJECTIONS.map((projection): Case => ["mono", projection.kind, 300, 200, projection]),
	["bottom-top", "cubemap", 290, 194, { kind: "cubemap" }],
	["right-left", "dual-fisheye", 256, 128, { kind: "dual-fisheye" }],
])(
	"FrameWriter writes the same bytes as PanoramaWriter, %s, %s, eyes of %i x %i",
	(stereo, _, width, height, projection) => {
		const { across, down } = panoramasIn(stereo);
		const parts = eyeParts(stereo);
		const format: PanoramaFormat = {
			width,
			height,
			eyes: parts.length === 2 ? 2 : 1,
			color: { range: "limited", matrix: "bt709", chromaSiting: "left" },
			projection,
		};
		const reference = new PanoramaWriter(format);
		const { layout } = reference;
		const bytes = parts.length * layout.byteLength;
		const heap = new SharedHeap();
		const [one, two] = [heap.allocate(bytes), heap.allocate(bytes)];
		const memory = new Uint8Array(heap.memory.buffer);
		const written = (address: number) => Buffer.from(heap.memory.buffer).subarray(address, address + bytes);
		using writer = new FrameWriter(heap.memory.buffer, format, packingOf(stereo));
		// More than one picture: what divides them is used again.
		for (const [seed, pixelFormat] of [
			[0, AV_PIX_FMT_YUV420P],
			[50, AV_PIX_FMT_YUV420P],
			[90, AV_PIX_FMT_YUVJ420P],
		] as const) {
			const frame = noisyFrame(width * across, height * down, seed, pixelFormat);
			writer.write(one.address, frame, 0);
			expect([frame.width, frame.height], "the frame stays as it is").toEqual([width * across, height * down]);
			for (const [eye, { row, column }] of parts.entries()) {
				for (const [k, name] of PLANE_NAMES.entries()) {
					const step = name === "y" ? 1 : 2;
					const from = ((row * height) / step) * frame.linesize[k]! + (column * width) / step;
					const samples = frame.data![k]!.subarray(from);
					reference.writePlane(memory, two.address, name, samples, frame.linesize[k]!, eye);
				}
			}
			reference.matchExposure(memory, two.address, 0);
			expect(Buffer.compare(written(one.address), written(two.address))).toBe(0);
			frame.free();
		}
	},
);
