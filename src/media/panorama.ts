import { assert } from "./assert.ts";
import { type PictureTile, pictureTiles } from "./panorama-tiles.ts";
import type { ProjectionSpec } from "./projection.ts";
import type { Quaternion } from "./rotation.ts";

/** Meaning of the decoded numbers as colours. Nothing on the hot path converts them. */
export interface PictureColor {
	readonly range: "limited" | "full";
	readonly matrix: "bt601" | "bt709" | "bt2020";
	/**
	 * Place of a 4:2:0 chroma sample in its 2x2 block of luma: `left` (MPEG-2, H.264 default) or
	 * `center` (JPEG, MPEG-1), both midway down; or `topleft`.
	 */
	readonly chromaSiting: "left" | "center" | "topleft";
}

/** True when samples of `a` and `b` mean the same colours. */
export function sameColor(a: PictureColor, b: PictureColor): boolean {
	return a.range === b.range && a.matrix === b.matrix && a.chromaSiting === b.chromaSiting;
}

/** Size and colours of an 8-bit 4:2:0 planar (I420) picture. */
export interface PictureFormat {
	/** Even. */
	readonly width: number;
	/** Even. */
	readonly height: number;
	readonly color: PictureColor;
}

/** Eyes of a picture: one picture for both, or one for the left and one for the right. */
export type EyeCount = 1 | 2;

/**
 * The kind of pictures that a panorama store holds. Width and height are one eye's picture. With
 * two eyes the left one's comes first, and the right one's, laid out the same,
 * `panoramaLayout().byteLength` bytes after it.
 */
export interface PanoramaFormat extends PictureFormat {
	readonly eyes: EyeCount;
	/** The projection of the picture, for both eyes. @default the whole sphere, equirectangular */
	readonly projection?: ProjectionSpec | undefined;
	/** The right eye's projection, where it differs. @default `projection` */
	readonly rightProjection?: ProjectionSpec | undefined;
	/** Turns the projection's axes into the world's. @default they are the same */
	readonly worldFromPanorama?: Quaternion | undefined;
	/** The right eye's turn, where it differs. @default `worldFromPanorama` */
	readonly rightWorldFromPanorama?: Quaternion | undefined;
	/** Bits of a sample; more than 8 are stored as 16, little-endian. @default 8 */
	readonly bitDepth?: 8 | 10 | undefined;
	/**
	 * Smaller copies that are stored with each picture: of half its size, a quarter, and so on, for
	 * views that are much coarser than the picture. Up to `MAX_MIP_LEVELS`.
	 * @default 0
	 */
	readonly mipLevels?: number | undefined;
}

/** The part of a `PanoramaFormat` that determines its layout in memory. */
export type PanoramaShape = Pick<PanoramaFormat, "width" | "height" | "projection" | "bitDepth" | "mipLevels">;

/** A plane inside a larger piece of memory. */
export interface PlaneLayout {
	/** Bytes from the picture's first byte to sample (0, 0). */
	readonly offset: number;
	/** Samples in a row, without padding. */
	readonly width: number;
	readonly height: number;
	/** Bytes from one row to the next. */
	readonly stride: number;
}

/** Places of the planes of an I420 picture, relative to its first byte. */
export interface PictureLayout {
	readonly y: PlaneLayout;
	readonly u: PlaneLayout;
	readonly v: PlaneLayout;
	readonly byteLength: number;
}

/** Samples around a plane that repeat others, or continue it. */
export interface PlanePadding {
	/** Columns before the first one of each row, and after the last. */
	readonly left: number;
	readonly right: number;
	/** Rows before the first one and after the last. */
	readonly rows: number;
}

/**
 * A plane of a stored panorama: the extent of its tiles with all that lies between them, and
 * padding around that. Sample (x, y) is at `offset + y * stride + x * bytesPerSample`, also for the
 * padding, whose coordinates are negative or beyond `width` and `height`.
 */
export interface PaddedPlaneLayout extends PlaneLayout {
	readonly padding: PlanePadding;
}

/** The places of the planes of one level of a stored panorama. */
export interface PaddedPictureLayout extends PictureLayout {
	readonly y: PaddedPlaneLayout;
	readonly u: PaddedPlaneLayout;
	readonly v: PaddedPlaneLayout;
}

/** A rectangle of the source's picture and its place among the stored samples. */
export interface StoredTile {
	/** Luma pixels of the source's picture. All even. */
	readonly source: PictureTile;
	/** Place of its upper left sample in the stored luma plane; in the chroma planes it is half. */
	readonly x: number;
	readonly y: number;
}

/**
 * The way in which one eye's picture lies in memory: cut into tiles, apart from each other, so that
 * each has padding of its own on every side.
 */
export interface PanoramaLayout extends PaddedPictureLayout {
	readonly bytesPerSample: 1 | 2;
	/** In the order of `pictureTiles`. */
	readonly tiles: readonly StoredTile[];
	/** Least number of luma columns and rows between a tile and anything else. */
	readonly tilePadding: number;
	/**
	 * The smaller copies, the largest first. Sample (i, j) of a plane is the mean of samples (2 i,
	 * 2 j) to (2 i + 1, 2 j + 1) of the plane above. `byteLength` is that of the whole panorama.
	 */
	readonly mips: readonly PaddedPictureLayout[];
}

const ROW_ALIGNMENT = 64;
/** Bytes before the first plane. */
const HEAD_BYTES = 64;
/** Width of the narrowest whole sphere, pixels: its chroma is as wide as its padding. */
const LEAST_SPHERE_WIDTH = 128;
/** Longest side of a panorama, pixels: coordinates have bits for so many. */
export const MAX_PANORAMA_SIZE = 16_384;
/** Most smaller copies of a panorama. */
export const MAX_MIP_LEVELS = 4;

/**
 * The whole sphere's padding. What lies between the rows is shared: the last 16 samples go before
 * the next row. Windows of the kernel reach 32 samples to the right, taps 3 to the left and 3
 * beyond the poles.
 */
const SPHERE_PADDING: PlanePadding = { left: 16, right: 48, rows: 4 };
/** Columns and rows around a tile of luma; chroma has half. A power of two. */
const TILE_PADDING = 32;
/** Least padding around a tile of the smallest chroma plane. */
const LEAST_MIP_PADDING = 4;

/** True for a whole sphere in equirectangular projection. */
export function isWholeSphere(projection: ProjectionSpec | undefined): boolean {
	if (projection === undefined) return true;
	if (projection.kind !== "equirect") return false;
	const { top, bottom, left, right } = projection.bounds ?? { top: 0, bottom: 0, left: 0, right: 0 };
	return top + bottom + left + right === 0;
}

/** Width of the narrowest panorama, pixels. */
export function leastPanoramaWidth(projection?: ProjectionSpec): number {
	return isWholeSphere(projection) ? LEAST_SPHERE_WIDTH : 2;
}

/**
 * Layout of a stored panorama of one eye.
 *
 * @throws {RangeError} when the size is odd, too small or too large, or there are too many levels.
 */
export function panoramaLayout(shape: PanoramaShape): PanoramaLayout {
	const { width, height, projection, mipLevels = 0 } = shape;
	requireEvenSize(width, height, "A panorama");
	const leastWidth = leastPanoramaWidth(projection);
	if (width < leastWidth) throw new RangeError(`A panorama is at least ${leastWidth} pixels wide; got ${width}.`);
	if (Math.max(width, height) > MAX_PANORAMA_SIZE) {
		throw new RangeError(`A panorama has at most ${MAX_PANORAMA_SIZE} pixels a side; got ${width}x${height}.`);
	}
	if (!(Number.isInteger(mipLevels) && mipLevels >= 0 && mipLevels <= MAX_MIP_LEVELS))
		throw new RangeError(`A panorama has 0 to ${MAX_MIP_LEVELS} smaller copies; mipLevels is ${mipLevels}.`);
	return isWholeSphere(projection) ? sphereLayout(shape) : tiledLayout(shape);
}

/**
 * Bytes of a panorama with all its eyes.
 * @throws {RangeError} as `panoramaLayout` does, or when there are neither one nor two eyes.
 */
export function panoramaByteLength(format: PanoramaFormat): number {
	const { eyes } = format;
	if (eyes !== 1 && eyes !== 2) throw new RangeError(`A panorama is for one eye or for two; got ${eyes}.`);
	return eyes * panoramaLayout(format).byteLength;
}

/**
 * The gains of a panorama's two lenses: factors of all samples, luma above black and chroma around
 * its middle, by which the lenses become equally bright. 1 for all other panoramas.
 */
export type PanoramaGains = readonly [first: number, second: number];

/**
 * Reads the gains of the panorama whose first byte is at `address`: of one eye. They travel with
 * the picture, so that every thread and every viewer uses the same.
 */
export function readPanoramaGains(memory: Uint8Array, address = 0): PanoramaGains {
	const head = headOf(memory, address);
	return [1 + head.getFloat32(0, true), 1 + head.getFloat32(4, true)];
}

/** Writes the gains of the panorama whose first byte is at `address`. */
export function writePanoramaGains(memory: Uint8Array, address: number, [first, second]: PanoramaGains): void {
	const head = headOf(memory, address);
	// Fresh memory is zero, which is a gain of 1.
	head.setFloat32(0, first - 1, true);
	head.setFloat32(4, second - 1, true);
}

function headOf({ buffer, byteOffset }: Uint8Array, address: number): DataView {
	return new DataView(buffer, byteOffset + address, HEAD_BYTES);
}

/** Lays out planes one after the other. */
class PlaneStack {
	readonly bytesPerSample: 1 | 2;
	#end = HEAD_BYTES;

	constructor(bitDepth: PanoramaFormat["bitDepth"]) {
		this.bytesPerSample = (bitDepth ?? 8) > 8 ? 2 : 1;
	}

	/** First byte after all planes, and after what a kernel reads beyond the last sample. */
	get byteLength(): number {
		return this.#end + ROW_ALIGNMENT;
	}

	/**
	 * Adds a picture of `width` x `height` samples of luma.
	 * @param padding of luma and of chroma.
	 */
	picture(width: number, height: number, padding: readonly [PlanePadding, PlanePadding]) {
		const [luma, chroma] = padding;
		return {
			y: this.#plane(width, height, luma),
			u: this.#plane(width / 2, height / 2, chroma),
			v: this.#plane(width / 2, height / 2, chroma),
		};
	}

	/** Sample (0, 0) is aligned; the columns before it end the row above. */
	#plane(width: number, height: number, padding: PlanePadding): PaddedPlaneLayout {
		const stride = align((width + padding.left + padding.right) * this.bytesPerSample, ROW_ALIGNMENT);
		// The first row's padding on the left lies before it.
		const begin = align(this.#end + padding.left * this.bytesPerSample, ROW_ALIGNMENT);
		const offset = begin + padding.rows * stride;
		this.#end = offset + (height + padding.rows) * stride;
		return { offset, width, height, stride, padding };
	}
}

function sphereLayout({ width, height, bitDepth, mipLevels = 0 }: PanoramaShape): PanoramaLayout {
	const stack = new PlaneStack(bitDepth);
	const levels: ReturnType<PlaneStack["picture"]>[] = [];
	// A level is left out if its chroma would be no whole number of samples, or narrower than its
	// padding.
	for (let level = 0; level <= mipLevels; level++) {
		const [across, down] = [width / 2 ** level, height / 2 ** level];
		if (level > 0 && (across % 4 !== 0 || down % 2 !== 0 || across < LEAST_SPHERE_WIDTH)) break;
		levels.push(stack.picture(across, down, [SPHERE_PADDING, SPHERE_PADDING]));
	}
	return assembled(stack, levels, [{ source: { x: 0, y: 0, width, height }, x: 0, y: 0 }], SPHERE_PADDING.rows);
}

function tiledLayout({ width, height, projection, bitDepth, mipLevels = 0 }: PanoramaShape): PanoramaLayout {
	const padding = Math.max(TILE_PADDING, 2 * LEAST_MIP_PADDING * 2 ** mipLevels);
	const tiles = placeTiles(pictureTiles(projection, width, height), padding);
	const extent = (side: "x" | "y", size: "width" | "height") =>
		align(Math.max(...tiles.map((tile) => tile[side] + tile.source[size])), 2 ** (mipLevels + 1));
	const [across, down] = [extent("x", "width"), extent("y", "height")];
	const stack = new PlaneStack(bitDepth);
	const around = (samples: number): PlanePadding => ({ left: samples, right: samples, rows: samples });
	const levels = Array.from({ length: mipLevels + 1 }, (_, level) => {
		const scale = 2 ** level;
		return stack.picture(across / scale, down / scale, [around(padding / scale), around(padding / scale / 2)]);
	});
	return assembled(stack, levels, tiles, padding);
}

/**
 * Places tiles in rows, so that the whole is about as wide as high, each at a multiple of the row's
 * alignment.
 */
function placeTiles(tiles: readonly PictureTile[], padding: number): readonly StoredTile[] {
	const cell = (size: number) => align(size + 2 * padding, ROW_ALIGNMENT);
	const area = tiles.reduce((sum, { width, height }) => sum + cell(width) * cell(height), 0);
	const widest = Math.max(Math.sqrt(area) * 1.3, ...tiles.map(({ width }) => cell(width)));
	let [x, y, rowHeight] = [0, 0, 0];
	return tiles.map((source) => {
		if (x + cell(source.width) > widest) [x, y, rowHeight] = [0, y + rowHeight, 0];
		const placed = { source, x, y };
		x += cell(source.width);
		rowHeight = Math.max(rowHeight, cell(source.height));
		return placed;
	});
}

function assembled(
	{ bytesPerSample, byteLength }: PlaneStack,
	levels: readonly ReturnType<PlaneStack["picture"]>[],
	tiles: readonly StoredTile[],
	tilePadding: number,
): PanoramaLayout {
	const [full, ...mips] = levels.map((planes) => ({ ...planes, byteLength }));
	assert(full !== undefined, "A panorama has at least its own size.");
	return { ...full, bytesPerSample, tiles, tilePadding, mips };
}

/**
 * Layout of an I420 picture whose rows follow each other without padding, as encoders and files
 * have it.
 *
 * @param bytesPerSample 2 for samples of more than 8 bits, little-endian.
 * @throws {RangeError} when a size is odd or not positive.
 */
export function pictureLayout(width: number, height: number, bytesPerSample: 1 | 2 = 1): PictureLayout {
	requireEvenSize(width, height, "A picture");
	const lumaBytes = width * height * bytesPerSample;
	const chroma = { width: width / 2, height: height / 2, stride: (width / 2) * bytesPerSample };
	return {
		y: { offset: 0, width, height, stride: width * bytesPerSample },
		u: { offset: lumaBytes, ...chroma },
		v: { offset: lumaBytes + lumaBytes / 4, ...chroma },
		byteLength: (lumaBytes * 3) / 2,
	};
}

/**
 * Layout of some rows of a picture without padding. Offsets and `byteLength` are those of the whole
 * picture.
 *
 * @param rows luma rows, even.
 * @param bytesPerSample as in `pictureLayout`.
 * @throws {RangeError} when a size is odd or not positive.
 */
export function pictureRowsLayout(
	picture: { readonly width: number; readonly height: number },
	rows: { readonly start: number; readonly count: number },
	bytesPerSample: 1 | 2 = 1,
): PictureLayout {
	const whole = pictureLayout(picture.width, picture.height, bytesPerSample);
	requireEvenSize(picture.width, rows.count, "A picture");
	const part = (plane: PlaneLayout): PlaneLayout => {
		const step = picture.height / plane.height;
		return { ...plane, offset: plane.offset + (rows.start / step) * plane.stride, height: rows.count / step };
	};
	return { y: part(whole.y), u: part(whole.u), v: part(whole.v), byteLength: whole.byteLength };
}

/**
 * Layout of one eye's view in a picture that shows the views of all eyes, the left one on top of
 * the right one: an I420 picture of `width` x `height * eyes` without padding. Offsets and
 * `byteLength` are those of the whole picture.
 *
 * @param width pixels of one eye's view, as `height`.
 * @param eye 0 is the left one.
 * @param bytesPerSample as in `pictureLayout`.
 * @throws {RangeError} when a size is odd or not positive.
 */
export function stackedPictureLayout(
	width: number,
	height: number,
	eyes: EyeCount,
	eye: number,
	bytesPerSample: 1 | 2 = 1,
): PictureLayout {
	return pictureRowsLayout({ width, height: height * eyes }, { start: eye * height, count: height }, bytesPerSample);
}

function requireEvenSize(width: number, height: number, what: string): void {
	const good = (n: number) => Number.isInteger(n) && n >= 2 && n % 2 === 0;
	if (!good(width) || !good(height))
		throw new RangeError(`${what} needs an even width and height of at least 2; got ${width}x${height}.`);
}

function align(n: number, to: number): number {
	return Math.ceil(n / to) * to;
}
