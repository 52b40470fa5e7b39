import type { PaddedPlaneLayout, PlanePadding, StoredTile } from "../media/panorama.ts";

/** Samples of 8 or of 16 bits. */
export type Samples = Uint8Array | Uint16Array;

/**
 * A plane among the samples of a panorama: `first` is the index of its sample (0, 0), `stride` the
 * number of samples from one row to the next.
 */
export interface SamplePlane {
	readonly samples: Samples;
	readonly first: number;
	readonly stride: number;
	readonly width: number;
	readonly height: number;
}

/** The plane that `layout` describes in the panorama that begins at byte `address` of `memory`. */
export function samplePlane(
	memory: Uint8Array,
	address: number,
	layout: PaddedPlaneLayout,
	bytesPerSample: 1 | 2,
): SamplePlane {
	const { offset, stride, width, height } = layout;
	const samples =
		bytesPerSample === 1
			? memory
			: new Uint16Array(memory.buffer, memory.byteOffset, Math.floor(memory.byteLength / 2));
	return {
		samples,
		first: (address + offset) / bytesPerSample,
		stride: stride / bytesPerSample,
		width,
		height,
	};
}

/**
 * A tile's samples among those of a plane. Of a smaller copy, the last column and row may reach
 * beyond the tile.
 * @param step luma pixels from one sample to the next.
 */
export function tilePlane(plane: SamplePlane, { source, x, y }: StoredTile, step: number): SamplePlane {
	return {
		...plane,
		first: plane.first + (y / step) * plane.stride + x / step,
		width: Math.ceil(source.width / step),
		height: Math.ceil(source.height / step),
	};
}

/**
 * Continues the rows of a whole sphere with their other ends, and the columns over the poles, where
 * the picture goes on half a turn away.
 */
export function padSphere(plane: SamplePlane, { left, right, rows }: PlanePadding): void {
	wrapRows(plane, left, right);
	turnRows(plane, left, right, rows);
}

/** Continues each row to the left with its end, and to the right with its beginning. */
export function wrapRows({ samples, first, stride, width, height }: SamplePlane, left: number, right: number): void {
	for (let row = 0, start = first; row < height; row++, start += stride) {
		samples.copyWithin(start + width, start, start + right);
		samples.copyWithin(start - left, start + width - left, start + width);
	}
}

/** Writes the rows beyond the poles, whose columns are in place in all other rows. */
export function turnRows(
	{ samples, first, stride, width, height }: SamplePlane,
	left: number,
	right: number,
	rows: number,
): void {
	const last = first + (height - 1) * stride;
	for (let k = 0; k < rows; k++) {
		turnRow(first + k * stride, first - (k + 1) * stride);
		turnRow(last - k * stride, last + (k + 1) * stride);
	}

	/** Copies a row, turned by half its width: the part that lies on the other side of the pole. */
	function turnRow(from: number, to: number): void {
		const half = width >> 1;
		samples.copyWithin(to, from + half, from + width);
		samples.copyWithin(to + width - half, from, from + half);
		samples.copyWithin(to + width, to, to + right);
		samples.copyWithin(to - left, to + width - left, to + width);
	}
}

/** Repeats the outermost samples of a rectangle of samples around it. */
export function repeatEdges({ samples, first, stride, width, height }: SamplePlane, padding: number): void {
	for (let row = 0, start = first; row < height; row++, start += stride) {
		const [begin, end] = [samples[start]!, samples[start + width - 1]!];
		// Faster than two calls of `fill` for so few.
		for (let k = 1; k <= padding; k++) {
			samples[start - k] = begin;
			samples[start + width + k - 1] = end;
		}
	}
	repeatRows({ samples, first, stride, width, height }, padding, padding, padding);
}

/** Repeats the first and the last row with the columns beside them, `rows` times each. */
export function repeatRows(
	{ samples, first, stride, width, height }: SamplePlane,
	left: number,
	right: number,
	rows: number,
): void {
	const last = first + (height - 1) * stride;
	for (let k = 1; k <= rows; k++) {
		samples.copyWithin(first - k * stride - left, first - left, first + width + right);
		samples.copyWithin(last + k * stride - left, last - left, last + width + right);
	}
}
