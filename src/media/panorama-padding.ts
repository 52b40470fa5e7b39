import type { PlaneLayout } from "./panorama.ts";
import type { ProjectionSpec } from "./projection.ts";

/**
 * Samples around each plane of a panorama that repeat others, so that the taps of a filter, and a
 * whole cell of the warp, need no test for each pixel. Luma and chroma have the same padding.
 */
export interface PanoramaPadding {
	/** Columns after the end of each row. */
	readonly columns: number;
	/** Rows before the first one and after the last. */
	readonly rows: number;
	/**
	 * Writes the columns of a plane whose samples are in place.
	 *
	 * @param memory panorama and more, whose first byte is at `base`.
	 */
	writeColumns(memory: Uint8Array, base: number, plane: PlaneLayout): void;
	/** Writes the rows of a plane whose columns are in place. */
	writeRows(memory: Uint8Array, base: number, plane: PlaneLayout): void;
}

/** A row goes on with its beginning over the seam at 180 degrees; rows go on over the poles. */
const EQUIRECTANGULAR: PanoramaPadding = {
	columns: 64,
	rows: 2,
	writeColumns(memory, base, { offset, width, height, stride }) {
		for (let row = 0; row < height; row++) {
			const start = base + offset + row * stride;
			memory.copyWithin(start + width, start, start + this.columns);
		}
	},
	writeRows(memory, base, { offset, width, height, stride }) {
		const first = base + offset;
		for (let k = 0; k < this.rows; k++) {
			turnRow(memory, first + k * stride, first - (k + 1) * stride, width);
			turnRow(memory, first + (height - 1 - k) * stride, first + (height + k) * stride, width);
		}
	},
};

/** The padding of panoramas of `projection`. */
export function panoramaPadding(_projection?: ProjectionSpec): PanoramaPadding {
	return EQUIRECTANGULAR;
}

/** Copies a row, turned by half its width: the part that lies on the other side of the pole. */
function turnRow(memory: Uint8Array, from: number, to: number, width: number): void {
	const half = width >> 1;
	memory.copyWithin(to, from + half, from + width);
	memory.copyWithin(to + width - half, from, from + half);
	memory.copyWithin(to + width, to, to + EQUIRECTANGULAR.columns);
}
