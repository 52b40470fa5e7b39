import { afterAll, describe, expect, it } from "vitest";
import { lumaPsnr } from "../../test/support/turning-view.ts";
import { ViewDecoder } from "../../test/support/view-decoder.ts";
import type { I420Picture } from "../media/i420-picture.ts";
import type { PictureColor } from "../media/panorama.ts";
import { LEAST_SIDE } from "../stream/view-size.ts";
import { COARSEST_QUANTIZER } from "./encoder-rows.ts";
import { openLibavEncoder } from "./libav-encoder.ts";
import type { Effort, EncodedPicture } from "./video-encoder.ts";

const COLOR: PictureColor = { range: "limited", matrix: "bt709", chromaSiting: "left" };
const SIZE = { width: 320, height: 180 };
const FRAME_RATE = 30;
const NAMES = { vp8: "libvpx", vp9: "libvpx-vp9", av1: "libsvtav1" } as const;
type OtherCodec = keyof typeof NAMES;

/** Pictures by number: each codec and test takes the same. */
const pictures = new Map<number, I420Picture>();
afterAll(() => pictures.clear());

/** A soft pattern that moves by a sub-pixel step from picture to picture. */
function picture(index: number): I420Picture {
	const made = pictures.get(index) ?? paint(index);
	pictures.set(index, made);
	return made;
}

function paint(index: number): I420Picture {
	const { width, height } = SIZE;
	const data = new Uint8Array((width * height * 3) / 2).fill(120);
	for (let at = 0; at < width * height; at++) {
		const x = (at % width) + index * 1.3;
		data[at] = 128 + 50 * Math.sin(x / 3) * Math.cos(at / width / 4) + 30 * Math.sin(x * 0.9 + at / width);
	}
	return { data, ...SIZE };
}

const open = (codec: OtherCodec, bitrateBps = 1_000_000, effort?: Effort) =>
	openLibavEncoder("auto", { ...SIZE, frameRate: FRAME_RATE, bitrateBps, color: COLOR, format: { codec }, effort });

function encodeMany(codec: OtherCodec, count: number, keyframes: readonly number[]): EncodedPicture[] {
	using encoder = open(codec);
	expect({ name: encoder.name, codec: encoder.codec }).toEqual({ name: NAMES[codec], codec });
	return Array.from({ length: count }, (_, index) =>
		encoder.encode(picture(index), { ticks: index * 3000, keyframe: keyframes.includes(index) }),
	);
}

describe.each(Object.keys(NAMES) as OtherCodec[])("openLibavEncoder() for %s", (codec) => {
	it("gives each picture's frame at once, which FFmpeg decodes at once, and key frames exactly when asked", () => {
		const encoded = encodeMany(codec, 24, [0, 11, 12]);
		expect(encoded.flatMap(({ keyframe }, index) => (keyframe ? [index] : []))).toEqual([0, 11, 12]);
		using decoder = new ViewDecoder(codec);
		encoded.forEach(({ data }, index) => {
			const { planes, ...size } = decoder.decode(data);
			expect(size).toEqual(SIZE);
			expect(lumaPsnr(planes[0], picture(index).data)).toBeGreaterThan(24);
		});
	});

	it("can be decoded from a key frame on", () => {
		const encoded = encodeMany(codec, 12, [0, 8]);
		using decoder = new ViewDecoder(codec);
		for (const [index, { data }] of [...encoded.entries()].slice(8))
			expect(lumaPsnr(decoder.decode(data).planes[0], picture(index).data)).toBeGreaterThan(24);
	});

	it("keeps to the bit rate, follows another one at once, and says how coarse its pictures are", () => {
		using encoder = open(codec);
		let next = 0;
		const run = (pictures: number) => {
			const encoded = Array.from({ length: pictures }, () => {
				const request = { ticks: next * 3000, keyframe: next === 0 };
				return encoder.encode(picture(next++), request);
			});
			const bits = encoded.reduce((sum, { data }) => sum + data.length * 8, 0);
			const quantizer = encoded.reduce((sum, one) => sum + one.quantizer, 0) / pictures;
			return { share: bits / (pictures / FRAME_RATE), quantizer };
		};
		run(20);
		const before = run(50);
		encoder.setBitrate(250_000);
		expect(run(1).share, "of the very next picture").toBeLessThan(2.5 * 250_000);
		run(29);
		const after = run(50);
		expect(before.share).toBeGreaterThan(600_000);
		expect(before.share).toBeLessThan(1_250_000);
		expect(after.share).toBeGreaterThan(150_000);
		expect(after.share).toBeLessThan(320_000);
		expect(after.quantizer).toBeGreaterThan(before.quantizer + 2);
		expect(after.quantizer).toBeLessThan(51);
	});

	it.each([
		{ frameRate: 240, bitrateBps: 100_000 },
		// 200 Mbit/s, for a source that has a fifteenth of the view's pictures.
		{ frameRate: 60, bitrateBps: 3_000_000_000 },
	])("opens for the smallest view at $frameRate pictures a second and $bitrateBps bit/s", (rates) => {
		const size = { width: LEAST_SIDE, height: LEAST_SIDE };
		using encoder = openLibavEncoder("auto", { ...size, ...rates, color: COLOR, format: { codec } });
		const data = new Uint8Array((LEAST_SIDE ** 2 * 3) / 2).fill(128);
		const encoded = [0, 1, 2].map((index) =>
			encoder.encode({ data, ...size }, { ticks: index * 375, keyframe: index === 0 }),
		);
		expect(encoded.map(({ keyframe }) => keyframe)).toEqual([true, false, false]);
	});

	it("makes a key frame of few frames' bits, and calls pictures coarse where it can make none smaller", () => {
		using encoder = open(codec, 60_000);
		const encoded = Array.from({ length: 40 }, (_, index) =>
			encoder.encode(picture(index * 40), { ticks: index * 3000, keyframe: index === 0 }),
		);
		const coarsest = encoded.filter((one) => one.coarsest);
		expect(coarsest.length).toBeGreaterThan(0);
		expect(Math.min(...coarsest.map(({ quantizer }) => quantizer))).toBeGreaterThanOrEqual(COARSEST_QUANTIZER);
		using roomy = open(codec, 1_000_000);
		const key = roomy.encode(picture(0), { ticks: 0, keyframe: true });
		expect((key.data.length * 8) / (1_000_000 / FRAME_RATE)).toBeLessThan(3);
	});
});

it("a higher effort makes better pictures of VP8 at the same rate; VP9 and AV1 have one effort", () => {
	const psnrAt = (effort: Effort) => {
		using encoder = open("vp8", 500_000, effort);
		using decoder = new ViewDecoder("vp8");
		expect(encoder.effort).toBe(effort);
		const each = Array.from({ length: 20 }, (_, index) => {
			const { data } = encoder.encode(picture(index), { ticks: index * 3000, keyframe: index === 0 });
			return lumaPsnr(decoder.decode(data).planes[0], picture(index).data);
		});
		return each.slice(10).reduce((sum, psnr) => sum + psnr) / 10;
	};
	expect(psnrAt("high")).toBeGreaterThan(psnrAt("low") + 0.2);
	for (const codec of ["vp9", "av1"] as const) {
		using encoder = open(codec, 500_000, "high");
		expect(encoder.effort).toBeUndefined();
	}
});
