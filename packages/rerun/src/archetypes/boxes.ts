import { deferringErrors } from "./archetype.ts";
import type { Vectors } from "./component.ts";
import { Boxes2DBase, type Boxes2DFields } from "./spatial-2d.generated.ts";
import { Boxes3DBase, type Boxes3DFields } from "./spatial-3d.generated.ts";

/** Rectangles, by their centres and half sizes. */
export class Boxes2D extends Boxes2DBase {
	/** Rectangles by their sizes. @param sizes whole widths and heights. */
	static fromSizes(sizes: Vectors, options: Omit<Boxes2DFields, "halfSizes"> = {}): Boxes2D {
		const { halfSizes } = deferringErrors(() => ({ halfSizes: halves("Boxes2D.sizes", sizes, 2) }));
		return new Boxes2D(halfSizes, options);
	}

	/**
	 * Rectangles by a corner and their sizes.
	 *
	 * @param mins upper left corners, in pictures.
	 * @param sizes whole widths and heights.
	 */
	static fromMinsAndSizes(
		mins: Vectors,
		sizes: Vectors,
		options: Omit<Boxes2DFields, "halfSizes" | "centers"> = {},
	): Boxes2D {
		const { halfSizes, centers } = deferringErrors(() => {
			const halfSizes = halves("Boxes2D.sizes", sizes, 2);
			return { halfSizes, centers: centersOf("Boxes2D.mins", mins, halfSizes, 2) };
		});
		return new Boxes2D(halfSizes, { centers, ...options });
	}
}

/** Boxes, by their centres, half sizes and rotations. */
export class Boxes3D extends Boxes3DBase {
	/** Boxes by their sizes. @param sizes whole lengths of the edges. */
	static fromSizes(sizes: Vectors, options: Omit<Boxes3DFields, "halfSizes"> = {}): Boxes3D {
		const { halfSizes } = deferringErrors(() => ({ halfSizes: halves("Boxes3D.sizes", sizes, 3) }));
		return new Boxes3D(halfSizes, options);
	}

	/**
	 * Boxes by a corner and their sizes.
	 *
	 * @param mins corners with the smallest coordinates.
	 * @param sizes whole lengths of the edges.
	 */
	static fromMinsAndSizes(
		mins: Vectors,
		sizes: Vectors,
		options: Omit<Boxes3DFields, "halfSizes" | "centers"> = {},
	): Boxes3D {
		const { halfSizes, centers } = deferringErrors(() => {
			const halfSizes = halves("Boxes3D.sizes", sizes, 3);
			return { halfSizes, centers: centersOf("Boxes3D.mins", mins, halfSizes, 3) };
		});
		return new Boxes3D(halfSizes, { centers, ...options });
	}
}

function halves(where: string, sizes: Vectors, size: number): Float64Array {
	return flattened(where, sizes, size).map((value) => value / 2);
}

/** A single corner, or a single size, stands for all, as in Python. */
function centersOf(where: string, mins: Vectors, halfSizes: Float64Array, size: number): Float64Array {
	const corners = flattened(where, mins, size);
	const counts = [corners.length / size, halfSizes.length / size] as const;
	if (counts[0] !== counts[1] && Math.min(...counts) !== 1)
		throw new RangeError(
			`${where} has ${counts[0]} values for ${counts[1]} sizes: give one for each, or a single one for all.`,
		);
	const length = Math.min(...counts) === 0 ? 0 : size * Math.max(...counts);
	return Float64Array.from({ length }, (_, at) => corners[at % corners.length]! + halfSizes[at % halfSizes.length]!);
}

function flattened(where: string, vectors: Vectors, size: number): Float64Array {
	const rows = vectors as ArrayLike<number | ArrayLike<number>>;
	const flat: number[] = [];
	for (let at = 0; at < rows.length; at++) {
		const row = rows[at]!;
		if (typeof row === "number") flat.push(row);
		else if (row.length === size) flat.push(...Array.from(row));
		else throw new RangeError(`${where}[${at}] must have ${size} numbers; it has ${row.length}.`);
	}
	if (flat.length % size !== 0)
		throw new RangeError(`${where} has ${flat.length} numbers, which is no multiple of ${size}.`);
	return Float64Array.from(flat);
}
