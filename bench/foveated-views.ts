import { openLibavEncoder } from "../src/encoder/libav-encoder.ts";
import type { VideoEncoder } from "../src/encoder/video-encoder.ts";
import type { ProjectionSpec } from "../src/media/projection.ts";
import { IDENTITY, type Quaternion, RAD_PER_DEG } from "../src/media/rotation.ts";
import { PLAIN_H264 } from "../src/media/video-format.ts";
import { createProjector, type PictureProjector, type PlainPicture } from "../src/projection/picture-projector.ts";
import { PATTERN_COLOR } from "../src/source/pattern-picture.ts";
import { shapedSize, shapedViews, shapeFor } from "../src/stream/view-shape.ts";
import { H264Decoder } from "../test/support/h264-decoder.ts";
import { lumaPsnr } from "../test/support/turning-view.ts";
import { movingHead } from "./moving-views.ts";

const PANORAMA = { width: 4096, height: 2048 };
/** Pixels of the window. */
const WINDOW_PIXELS = 1280 * 720;
const MIDDLE_DEG = 40;
/** Turning pictures that are encoded; the rate control has settled after the first ones. */
const PICTURES = 24;
const FIRST_COUNTED = 12;
const FRAME_RATE = 30;

/** A window through which the panorama is seen. */
interface Window {
	readonly fovDeg: number;
	readonly aspect: number;
	/** 0.6 for a window, 0.5 for an eye of a headset. */
	readonly share: number;
}

/** Likeness to the flat view of the window's size, luma, dB. */
interface Sharpness {
	readonly middle: number;
	readonly total: number;
}

/** Compares foveated views with flat ones of as many pixels. */
export class FoveatedViews implements Disposable {
	readonly #projector: PictureProjector;
	readonly #panorama = panorama();

	private constructor(projector: PictureProjector) {
		this.#projector = projector;
	}

	static async open(): Promise<FoveatedViews> {
		return new FoveatedViews(await createProjector());
	}

	/** Both are brought to the window's size with a bicubic filter. */
	compare(window: Window) {
		const { tan, size, small, flat, squeezed } = formsOf(window);
		const side = Math.sqrt((small.width / size.width) * (small.height / size.height));
		const smaller = { width: even(size.width * side), height: even(size.height * side) };
		const truth = this.#draw(this.#panorama, flat, size, "auto");
		const shown = (projection: ProjectionSpec, drawn: typeof size) => {
			const picture = this.#draw(this.#panorama, projection, drawn, "auto");
			return sharpness(this.#draw({ ...picture, projection }, flat, size, "off"), truth, tan);
		};
		return { foveated: shown(squeezed, small), flat: shown(flat, smaller), share: side ** 2 };
	}

	/**
	 * Compares turning views at the same rate: a foveated one, and a flat one with all pixels of
	 * the window. Both are encoded as for one viewer, decoded, and compared with the window before
	 * encoding.
	 */
	compareEncoded(window: Window, bitrateBps: number) {
		const { tan, size, small, flat, squeezed } = formsOf(window);
		using foveatedCodec = new CodedPictures(small, bitrateBps);
		using flatCodec = new CodedPictures(size, bitrateBps);
		const sums = { foveated: { middle: 0, total: 0 }, flat: { middle: 0, total: 0 } };
		const add = (sum: { middle: number; total: number }, { middle, total }: Sharpness) => {
			sum.middle += middle / (PICTURES - FIRST_COUNTED);
			sum.total += total / (PICTURES - FIRST_COUNTED);
		};
		for (let index = 0; index < PICTURES; index++) {
			const worldFromView = movingHead(index / FRAME_RATE);
			const truth = this.#draw(this.#panorama, flat, size, "auto", worldFromView);
			const coded = flatCodec.pass(truth, index);
			const drawn = this.#draw(this.#panorama, squeezed, small, "auto", worldFromView);
			const codedSmall = { ...foveatedCodec.pass(drawn, index), projection: squeezed };
			if (index < FIRST_COUNTED) continue;
			add(sums.flat, sharpness(coded, truth, tan));
			add(sums.foveated, sharpness(this.#draw(codedSmall, flat, size, "off"), truth, tan));
		}
		return sums;
	}

	#draw(
		from: PlainPicture,
		projection: ProjectionSpec,
		size: { readonly width: number; readonly height: number },
		antialias: "auto" | "off",
		worldFromView: Quaternion = IDENTITY,
	): PlainPicture {
		const view = { lens: "projection", ...size, projection, worldFromView } as const;
		return this.#projector.project(from, view, undefined, { kernel: "bicubic", antialias });
	}

	[Symbol.dispose](): void {
		this.#projector[Symbol.dispose]();
	}
}

/** An encoder as for one viewer, and the decoder behind it. */
class CodedPictures implements Disposable {
	readonly #size: { readonly width: number; readonly height: number };
	readonly #encoder: VideoEncoder;
	readonly #decoder = new H264Decoder();

	constructor(size: { readonly width: number; readonly height: number }, bitrateBps: number) {
		this.#size = size;
		const options = { ...size, frameRate: FRAME_RATE, bitrateBps, color: PATTERN_COLOR, format: PLAIN_H264 };
		this.#encoder = openLibavEncoder("software", { ...options, effort: "low" });
	}

	/** Encodes and decodes a picture. */
	pass({ data }: PlainPicture, index: number): PlainPicture {
		const request = { ticks: (index * 90_000) / FRAME_RATE, keyframe: index === 0 };
		const { planes } = this.#decoder.decode(
			this.#encoder.encode({ ...this.#size, data: Uint8Array.from(data) }, request).data,
		);
		return { ...this.#size, data: Uint8Array.from(Buffer.concat(planes)) };
	}

	[Symbol.dispose](): void {
		this.#encoder[Symbol.dispose]();
		this.#decoder[Symbol.dispose]();
	}
}

const even = (length: number) => 2 * Math.round(length / 2);

/** The flat and the foveated form of a window, as a server draws them, and their sizes. */
function formsOf({ fovDeg, aspect, share }: Window) {
	const size = { width: even(Math.sqrt(WINDOW_PIXELS * aspect)), height: even(Math.sqrt(WINDOW_PIXELS / aspect)) };
	const tan = Math.tan((fovDeg / 2) * RAD_PER_DEG);
	const frustum = { left: tan, right: tan, up: tan / aspect, down: tan / aspect };
	const wish = { ...size, foveated: true, ...(share === 0.5 && { frusta: [frustum] }) };
	const shape = shapeFor(wish, size)!;
	const small = shapedSize(size, shape);
	const pose = { worldFromView: IDENTITY, fovRad: fovDeg * RAD_PER_DEG };
	const { strength } = shapedViews(shape, { ...small, eyes: 1 }, pose).foveation!;
	const degrees = (tangent: number) => Math.atan(tangent) / RAD_PER_DEG;
	const angles = [degrees(tan), degrees(tan / aspect)] as const;
	const anglesDeg = { left: angles[0], right: angles[0], up: angles[1], down: angles[1] };
	const flat: ProjectionSpec = { kind: "perspective", anglesDeg };
	const squeezed: ProjectionSpec = { kind: "foveated", anglesDeg, strength };
	return { tan, size, small, flat, squeezed };
}

/** @param tanHalfWidth of the whole picture. */
function sharpness(picture: PlainPicture, truth: PlainPicture, tanHalfWidth: number): Sharpness {
	const { width, height } = truth;
	const lumaOf = ({ data }: PlainPicture, columns: number, rows: number) => {
		const [left, top] = [(width - columns) / 2, (height - rows) / 2];
		const luma = new Uint8Array(columns * rows);
		for (let row = 0; row < rows; row++) {
			const start = (top + row) * width + left;
			luma.set(data.subarray(start, start + columns), row * columns);
		}
		return luma;
	};
	const psnr = (columns: number, rows: number) =>
		lumaPsnr(lumaOf(picture, columns, rows), lumaOf(truth, columns, rows));
	const middle = 2 * Math.round((width * Math.tan((MIDDLE_DEG / 2) * RAD_PER_DEG)) / tanHalfWidth / 2);
	// A few pixels at the border have no neighbours in the squeezed picture.
	return { middle: psnr(middle, Math.min(middle, height)), total: psnr(width - 8, height - 8) };
}

/** A gray panorama with detail of every size, half as strong at half the size, and hard edges. */
function panorama(): PlainPicture {
	const { width, height } = PANORAMA;
	const data = new Uint8Array((width * height * 3) / 2).fill(128);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			let value = 128 + ((((x >> 7) + (y >> 7)) * 24) % 72) - 36;
			for (let cell = 2; cell <= 256; cell *= 2) value += 2.4 * Math.sqrt(cell) * (smoothNoise(x, y, cell) - 0.5);
			data[y * width + x] = Math.max(0, Math.min(255, Math.round(value)));
		}
	}
	return { data, width, height };
}

/** Noise of 0 to 1, linear between lattice points that are `cell` apart. */
function smoothNoise(x: number, y: number, cell: number): number {
	const [i, j] = [Math.floor(x / cell), Math.floor(y / cell)];
	const [s, t] = [x / cell - i, y / cell - j];
	const upper = hash(i, j, cell) * (1 - s) + hash(i + 1, j, cell) * s;
	const lower = hash(i, j + 1, cell) * (1 - s) + hash(i + 1, j + 1, cell) * s;
	return upper * (1 - t) + lower * t;
}

function hash(x: number, y: number, seed: number): number {
	const mixed = Math.imul(x + Math.imul(seed, 0x9e37), 0x85eb_ca6b) ^ Math.imul(y + 0x79b9, 0xc2b2_ae35);
	return ((Math.imul(mixed ^ (mixed >>> 13), 0x27d4_eb2f) ^ (mixed >>> 7)) >>> 0) / 2 ** 32;
}
