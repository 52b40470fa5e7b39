import type { CubeFaceGrid, CubemapSpec, EacSpec, ProjectionSpec } from "./projection.ts";

/** A rectangle of a picture that is stored by itself, luma pixels. Every number is even. */
export interface PictureTile {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/** A rectangle of a picture whose edges may lie between pixels. */
interface Area {
	readonly left: number;
	readonly top: number;
	readonly right: number;
	readonly bottom: number;
}

/** Columns and rows of cells, and the cells that show a face. */
type Grid = Pick<CubeFaceGrid, "columns" | "rows"> & { readonly isShown: (cell: number) => boolean };

const EVERY_CELL = () => true;
/** The cells of a cross that show a face: u, l, f, r, b, d. */
const CROSS_CELLS: readonly number[] = [1, 4, 5, 6, 7, 9];
const NAMED_GRIDS: Readonly<Record<string, Grid>> = {
	c3x2: { columns: 3, rows: 2, isShown: EVERY_CELL },
	google: { columns: 3, rows: 2, isShown: EVERY_CELL },
	c6x1: { columns: 6, rows: 1, isShown: EVERY_CELL },
	c1x6: { columns: 1, rows: 6, isShown: EVERY_CELL },
	cross: { columns: 4, rows: 3, isShown: (cell) => CROSS_CELLS.includes(cell) },
};

/**
 * The rectangles of a picture that are stored apart from each other, because the sphere goes on
 * elsewhere at their edges: the faces of a cube from left to right and top to bottom, the pieces of
 * a GoPro MAX's faces in the same order, and the halves of two lenses. One for all other
 * projections. They lie on even pixels, so that chroma can be divided alike, and may reach a pixel
 * beyond the piece.
 */
export function pictureTiles(
	projection: ProjectionSpec | undefined,
	width: number,
	height: number,
): readonly PictureTile[] {
	return pictureAreas(projection, width, height).map(({ left, top, right, bottom }) => {
		const [x, y] = [evenBelow(left), evenBelow(top)];
		return { x, y, width: evenAbove(Math.min(right, width)) - x, height: evenAbove(Math.min(bottom, height)) - y };
	});
}

function pictureAreas(projection: ProjectionSpec | undefined, width: number, height: number): readonly Area[] {
	switch (projection?.kind) {
		case "cubemap":
			return cubemapAreas(projection, width, height);
		case "eac":
			return eacAreas(projection, width, height);
		case "gopro-max":
			return goproMaxAreas(width, height);
		case "dual-fisheye":
			return projection.layout === "stacked"
				? [
						{ left: 0, top: 0, right: width, bottom: height / 2 },
						{ left: 0, top: height / 2, right: width, bottom: height },
					]
				: [
						{ left: 0, top: 0, right: width / 2, bottom: height },
						{ left: width / 2, top: 0, right: width, bottom: height },
					];
		default:
			return [{ left: 0, top: 0, right: width, bottom: height }];
	}
}

function gridOf(layout: CubemapSpec["layout"]): Grid {
	if (typeof layout === "object") return { ...layout, isShown: (cell) => layout.faces[cell] !== null };
	return NAMED_GRIDS[layout ?? "c3x2"] ?? { columns: 3, rows: 2, isShown: EVERY_CELL };
}

/** The areas of the shown cells. @param inset pixels at a cell's edges without picture */
function gridAreas({ columns, rows, isShown }: Grid, width: number, height: number, inset: number): readonly Area[] {
	return Array.from({ length: columns * rows }, (_, cell) => cell)
		.filter(isShown)
		.map((cell) => {
			const [column, row] = [cell % columns, Math.floor(cell / columns)];
			return {
				left: (column * width) / columns + inset,
				top: (row * height) / rows + inset,
				right: ((column + 1) * width) / columns - inset,
				bottom: ((row + 1) * height) / rows - inset,
			};
		});
}

function cubemapAreas({ layout, padding = 0, paddingIs }: CubemapSpec, width: number, height: number): readonly Area[] {
	return gridAreas(gridOf(layout), width, height, paddingIs === "outside" ? 0 : padding);
}

/** The padding is at the outer left and right edge, and above and below each row. */
function eacAreas({ layout, padding = 0 }: EacSpec, width: number, height: number): readonly Area[] {
	const grid = gridOf(layout);
	return gridAreas(grid, width - 2 * padding, height, 0).map(({ left, top, right, bottom }) => ({
		left: left + padding,
		top: top + padding,
		right: right + padding,
		bottom: bottom - padding,
	}));
}

/** Each row is a side face in two halves, a whole face, and a side face in two halves. */
function goproMaxAreas(width: number, height: number): readonly Area[] {
	const side = (width - height / 2) / 2;
	const cuts = [0, side / 2, side, width - side, width - side / 2, width];
	return [0, height / 2].flatMap((top) =>
		cuts.slice(1).map((right, piece) => ({ left: cuts[piece] ?? 0, top, right, bottom: top + height / 2 })),
	);
}

/** The slack is for sums of fractions. */
function evenBelow(n: number): number {
	return 2 * Math.floor(n / 2 + 1e-9);
}

function evenAbove(n: number): number {
	return 2 * Math.ceil(n / 2 - 1e-9);
}
