import { panoramaPadding } from "./panorama-padding.ts";
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
	/** Bits of a sample; more than 8 are stored as 16, little-endian. @default 8 */
	readonly bitDepth?: 8 | 10 | undefined;
}

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

const ROW_ALIGNMENT = 64;

/** Width of the narrowest panorama, pixels: its chroma is as wide as the padding. */
export function leastPanoramaWidth(projection?: ProjectionSpec): number {
	return 2 * panoramaPadding(projection).columns;
}

/**
 * Layout of a padded panorama of `width` x `height`. Sample (x, y) of a plane is at `offset + y *
 * stride + x`; x and y go as far beyond the plane as `panoramaPadding` says.
 *
 * @throws {RangeError} when the size is odd or too small.
 */
export function panoramaLayout(width: number, height: number, projection?: ProjectionSpec): PictureLayout {
	requireEvenSize(width, height, "A panorama");
	const { columns, rows } = panoramaPadding(projection);
	const leastWidth = leastPanoramaWidth(projection);
	if (width < leastWidth) throw new RangeError(`A panorama is at least ${leastWidth} pixels wide; got ${width}.`);
	let end = 0;
	const plane = (planeWidth: number, planeHeight: number): PlaneLayout => {
		const stride = align(planeWidth + columns, ROW_ALIGNMENT);
		const offset = end + rows * stride;
		end = offset + (planeHeight + rows) * stride;
		return { offset, width: planeWidth, height: planeHeight, stride };
	};
	const y = plane(width, height);
	const u = plane(width / 2, height / 2);
	const v = plane(width / 2, height / 2);
	return { y, u, v, byteLength: end };
}

/**
 * Bytes of a panorama with all its eyes.
 * @throws {RangeError} when the size is odd or too small, or there are neither one nor two eyes.
 */
export function panoramaByteLength({ width, height, eyes, projection }: PanoramaFormat): number {
	if (eyes !== 1 && eyes !== 2) throw new RangeError(`A panorama is for one eye or for two; got ${eyes}.`);
	return eyes * panoramaLayout(width, height, projection).byteLength;
}

/**
 * Layout of an I420 picture whose rows follow each other without padding, as encoders and files
 * have it.
 *
 * @throws {RangeError} when a size is odd or not positive.
 */
export function pictureLayout(width: number, height: number): PictureLayout {
	requireEvenSize(width, height, "A picture");
	const lumaBytes = width * height;
	const chroma = { width: width / 2, height: height / 2, stride: width / 2 };
	return {
		y: { offset: 0, width, height, stride: width },
		u: { offset: lumaBytes, ...chroma },
		v: { offset: lumaBytes + lumaBytes / 4, ...chroma },
		byteLength: (lumaBytes * 3) / 2,
	};
}

/**
 * Layout of one eye's view in a picture that shows the views of all eyes, the left one on top of
 * the right one: an I420 picture of `width` x `height * eyes` without padding. Offsets and
 * `byteLength` are those of the whole picture.
 *
 * @param width pixels of one eye's view, as `height`.
 * @param eye 0 is the left one.
 * @throws {RangeError} when a size is odd or not positive.
 */
export function stackedPictureLayout(width: number, height: number, eyes: EyeCount, eye: number): PictureLayout {
	const whole = pictureLayout(width, height * eyes);
	const part = (plane: PlaneLayout): PlaneLayout => {
		const rows = plane.height / eyes;
		return { ...plane, offset: plane.offset + eye * rows * plane.stride, height: rows };
	};
	requireEvenSize(width, height, "A picture");
	return { y: part(whole.y), u: part(whole.u), v: part(whole.v), byteLength: whole.byteLength };
}

/**
 * Copies one plane into its place in a panorama and writes the padding around it.
 *
 * @param memory at least `base + layout.byteLength` bytes; `base` is the panorama's first byte.
 * @param source the plane's samples, `sourceStride` bytes a row. Borrowed.
 */
export function writePanoramaPlane(
	memory: Uint8Array,
	base: number,
	plane: PlaneLayout,
	source: Uint8Array,
	sourceStride: number,
	projection?: ProjectionSpec,
): void {
	const { width, height, stride } = plane;
	const first = base + plane.offset;
	for (let row = 0; row < height; row++) {
		const from = row * sourceStride;
		memory.set(source.subarray(from, from + width), first + row * stride);
	}
	padPanoramaPlane(memory, base, plane, projection);
}

/** Writes the padding of a plane whose samples are in place. */
export function padPanoramaPlane(
	memory: Uint8Array,
	base: number,
	plane: PlaneLayout,
	projection?: ProjectionSpec,
): void {
	const padding = panoramaPadding(projection);
	padding.writeColumns(memory, base, plane);
	padding.writeRows(memory, base, plane);
}

function requireEvenSize(width: number, height: number, what: string): void {
	const good = (n: number) => Number.isInteger(n) && n >= 2 && n % 2 === 0;
	if (!good(width) || !good(height))
		throw new RangeError(`${what} needs an even width and height of at least 2; got ${width}x${height}.`);
}

function align(n: number, to: number): number {
	return Math.ceil(n / to) * to;
}
