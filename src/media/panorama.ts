/**
 * How the decoded numbers stand for colours. Carried along unchanged; nothing on the hot path
 * converts it.
 */
export interface PictureColor {
	readonly range: "limited" | "full";
	readonly matrix: "bt601" | "bt709" | "bt2020";
	/**
	 * Where a 4:2:0 chroma sample lies in its 2x2 block of luma: `left` (MPEG-2, H.264 default) or
	 * `center` (JPEG, MPEG-1), both midway down; or `topleft`.
	 */
	readonly chromaSiting: "left" | "center" | "topleft";
}

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

/** Eyes that a picture is for: one picture for both, or one for the left and one for the right. */
export type EyeCount = 1 | 2;

/**
 * What kind of pictures a panorama store holds: equirectangular, row 0 at the zenith, image centre
 * forward. Width and height are of one eye. With two eyes the left one's panorama comes first, and
 * the right one's, laid out the same, `panoramaLayout().byteLength` bytes after it.
 */
export interface PanoramaFormat extends PictureFormat {
	readonly eyes: EyeCount;
}

/** One plane inside a larger piece of memory. */
export interface PlaneLayout {
	/** Bytes from the picture's first byte to sample (0, 0). */
	readonly offset: number;
	/** Samples in a row, without padding. */
	readonly width: number;
	readonly height: number;
	/** Bytes from one row to the next. */
	readonly stride: number;
}

/** Where the planes of an I420 picture lie, relative to its first byte. */
export interface PictureLayout {
	readonly y: PlaneLayout;
	readonly u: PlaneLayout;
	readonly v: PlaneLayout;
	readonly byteLength: number;
}

/**
 * Columns after each row's end that repeat its beginning, so that a filter's taps, and a whole warp
 * cell, may run over the +-180 degree seam without a test per pixel. The same for luma and chroma.
 */
export const PAD_COLUMNS = 64;
/**
 * Rows before the first and after the last that continue over the pole: the near rows, turned by
 * half the width.
 */
export const PAD_ROWS = 2;

const ROW_ALIGNMENT = 64;

/**
 * Layout of a padded panorama of `width` x `height`. Sample (x, y) of a plane is at `offset + y *
 * stride + x`, with x up to `width + PAD_COLUMNS - 1` and y from `-PAD_ROWS`.
 */
export function panoramaLayout(width: number, height: number): PictureLayout {
	requireEvenSize(width, height, "A panorama");
	if (width / 2 < PAD_COLUMNS)
		throw new RangeError(`A panorama is at least ${2 * PAD_COLUMNS} pixels wide; got ${width}.`);
	let end = 0;
	const plane = (planeWidth: number, planeHeight: number): PlaneLayout => {
		const stride = align(planeWidth + PAD_COLUMNS, ROW_ALIGNMENT);
		const offset = end + PAD_ROWS * stride;
		end = offset + (planeHeight + PAD_ROWS) * stride;
		return { offset, width: planeWidth, height: planeHeight, stride };
	};
	const y = plane(width, height);
	const u = plane(width / 2, height / 2);
	const v = plane(width / 2, height / 2);
	return { y, u, v, byteLength: end };
}

/**
 * Bytes of a panorama with all its eyes.
 * @throws {RangeError} if the size is odd or too small, or there are neither one nor two eyes.
 */
export function panoramaByteLength({ width, height, eyes }: PanoramaFormat): number {
	if (eyes !== 1 && eyes !== 2) throw new RangeError(`A panorama is for one eye or for two; got ${eyes}.`);
	return eyes * panoramaLayout(width, height).byteLength;
}

/**
 * Layout of an I420 picture whose rows follow each other without padding, as encoders and files
 * want it.
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
 * Where one eye's view lies in a picture that shows the views of all eyes, the left one on top of
 * the right one: an I420 picture of `width` x `height * eyes` without padding. Offsets and
 * `byteLength` are those of the whole picture.
 *
 * @param width of one eye's view, as `height`. @param eye 0 is the left one
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
): void {
	const { width, height, stride } = plane;
	const first = base + plane.offset;
	for (let row = 0; row < height; row++) {
		const from = row * sourceStride;
		memory.set(source.subarray(from, from + width), first + row * stride);
	}
	padPanoramaPlane(memory, base, plane);
}

/**
 * Writes the padding of a plane whose samples are in place: the seam on the right, the poles above
 * and below.
 */
export function padPanoramaPlane(memory: Uint8Array, base: number, plane: PlaneLayout): void {
	const { width, height, stride } = plane;
	const first = base + plane.offset;
	for (let row = 0; row < height; row++) {
		const start = first + row * stride;
		memory.copyWithin(start + width, start, start + PAD_COLUMNS);
	}
	for (let k = 0; k < PAD_ROWS; k++) {
		turnRow(memory, first + k * stride, first - (k + 1) * stride, width);
		turnRow(memory, first + (height - 1 - k) * stride, first + (height + k) * stride, width);
	}
}

/** Copies a row turned by half its width: what lies on the other side of the pole. */
function turnRow(memory: Uint8Array, from: number, to: number, width: number): void {
	const half = width >> 1;
	memory.copyWithin(to, from + half, from + width);
	memory.copyWithin(to + width - half, from, from + half);
	memory.copyWithin(to + width, to, to + PAD_COLUMNS);
}

function requireEvenSize(width: number, height: number, what: string): void {
	const good = (n: number) => Number.isInteger(n) && n >= 2 && n % 2 === 0;
	if (!good(width) || !good(height))
		throw new RangeError(`${what} needs an even width and height of at least 2; got ${width}x${height}.`);
}

function align(n: number, to: number): number {
	return Math.ceil(n / to) * to;
}
