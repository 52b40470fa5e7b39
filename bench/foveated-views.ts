import type { ProjectionSpec } from "../src/media/projection.ts";
import { IDENTITY, RAD_PER_DEG } from "../src/media/rotation.ts";
import { createProjector, type PictureProjector, type PlainPicture } from "../src/projection/picture-projector.ts";
import { shapedSize, shapedViews, shapeFor } from "../src/stream/view-shape.ts";
import { lumaPsnr } from "../test/support/turning-view.ts";

const PANORAMA = { width: 4096, height: 2048 };
/** Pixels of the window. */
const WINDOW_PIXELS = 1280 * 720;
const MIDDLE_DEG = 40;

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
	compare({ fovDeg, aspect, share }: Window) {
		const even = (length: number) => 2 * Math.round(length / 2);
		const size = {
			width: even(Math.sqrt(WINDOW_PIXELS * aspect)),
			height: even(Math.sqrt(WINDOW_PIXELS / aspect)),
		};
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
		const shares = { across: small.width / size.width, down: small.height / size.height };
		const side = Math.sqrt(shares.across * shares.down);
		const smaller = { width: even(size.width * side), height: even(size.height * side) };
		const truth = this.#draw(this.#panorama, flat, size, "auto");
		const shown = (projection: ProjectionSpec, drawn: typeof size) => {
			const picture = this.#draw(this.#panorama, projection, drawn, "auto");
			return sharpness(this.#draw({ ...picture, projection }, flat, size, "off"), truth, tan);
		};
		return { foveated: shown(squeezed, small), flat: shown(flat, smaller), share: side ** 2 };
	}

	#draw(
		from: PlainPicture,
		projection: ProjectionSpec,
		size: { readonly width: number; readonly height: number },
		antialias: "auto" | "off",
	): PlainPicture {
		const view = { lens: "projection", ...size, projection, worldFromView: IDENTITY } as const;
		return this.#projector.project(from, view, undefined, { kernel: "bicubic", antialias });
	}

	[Symbol.dispose](): void {
		this.#projector[Symbol.dispose]();
	}
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
