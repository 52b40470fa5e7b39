/**
 * The surround: a small picture of the whole sphere in rows of its own below the views of a
 * picture, for directions that a view does not show. It is an equi-angular cubemap in the axes of
 * the world. Each of its six faces is cut into `cuts` tiles, one below the other; the tiles stand
 * side by side in the picture, the faces in the order front, right, back, left, up, down.
 */
export interface SurroundSize {
	/** Pixels, even: the width of the picture. Columns behind the last tile are gray. */
	readonly width: number;
	/** Pixels, a multiple of 16: the lowest rows of the picture. */
	readonly height: number;
	/** Tiles of each face. */
	readonly cuts: number;
	/** Rows between the views and the surround, which repeat the views' last row: 0 to 15. */
	readonly gap: number;
}

/** Pixels around each tile that continue it: twice, for 4:2:0, what linear filters reach. */
export const SURROUND_PADDING = 2;
/** Most tiles of a face. */
export const MAX_SURROUND_CUTS = 4;

/** Share of the views' rows that a surround has. */
const ROW_SHARE = 0.12;
/** Rows of a macroblock: rows of a surround and rows of a view never share one. */
const BLOCK = 16;
/** Longest side of a face, pixels: about 3 for each degree. */
export const MAX_SURROUND_FACE = 288;
const FACES = 6;

/** Most rows of a surround with its gap. */
export const MAX_SURROUND_ROWS = MAX_SURROUND_FACE + BLOCK;

/** The tiles of a surround in its rows. */
export interface SurroundTiles {
	readonly count: number;
	/** Size of each tile with its padding, pixels: even. */
	readonly width: number;
	readonly height: number;
}

/** The tiles of a surround. */
export function surroundTiles({ width, height, cuts }: SurroundSize): SurroundTiles {
	const count = FACES * cuts;
	return { count, width: Math.min(MAX_SURROUND_FACE, 2 * Math.floor(width / (2 * count))), height };
}

/**
 * The surround of a picture.
 *
 * @param width of the picture, pixels.
 * @param rows of all views of the picture together.
 */
export function surroundSizeFor(width: number, rows: number): SurroundSize {
	const most = Math.max(BLOCK, BLOCK * Math.round((ROW_SHARE * rows) / BLOCK));
	const square = Math.sqrt(width / (FACES * most));
	const cuts = Math.min(MAX_SURROUND_CUTS, Math.max(1, Math.round(square)));
	const height = Math.min(most, BLOCK * Math.floor(MAX_SURROUND_FACE / cuts / BLOCK));
	return { width, height, cuts, gap: (BLOCK - (rows % BLOCK)) % BLOCK };
}

/** Right and down of each face, and its own direction. */
const FACE_AXES = [
	{ right: [1, 0, 0], down: [0, -1, 0], forward: [0, 0, -1] },
	{ right: [0, 0, 1], down: [0, -1, 0], forward: [1, 0, 0] },
	{ right: [-1, 0, 0], down: [0, -1, 0], forward: [0, 0, 1] },
	{ right: [0, 0, -1], down: [0, -1, 0], forward: [-1, 0, 0] },
	{ right: [1, 0, 0], down: [0, 0, -1], forward: [0, 1, 0] },
	{ right: [1, 0, 0], down: [0, 0, 1], forward: [0, -1, 0] },
] as const;

type Vector = readonly [x: number, y: number, z: number];

/**
 * The place in a surround that shows a direction.
 *
 * @param ray in the axes of the world, of any length but zero.
 * @returns pixels from the upper left corner of the surround's rows, at least `SURROUND_PADDING`
 * inside of a tile.
 */
export function surroundPlace(ray: Vector, size: SurroundSize): readonly [x: number, y: number] {
	const [x, y, z] = ray.map(Math.abs) as unknown as Vector;
	const face = x >= y && x >= z ? (ray[0] > 0 ? 1 : 3) : y >= x && y >= z ? (ray[1] > 0 ? 4 : 5) : ray[2] < 0 ? 0 : 2;
	const { right, down, forward } = FACE_AXES[face]!;
	const depth = dot(ray, forward);
	// Places on the face, 0 to 1.
	const across = 0.5 + (Math.atan(dot(ray, right) / depth) * 2) / Math.PI;
	const below = 0.5 + (Math.atan(dot(ray, down) / depth) * 2) / Math.PI;
	const cut = Math.min(size.cuts - 1, Math.floor(below * size.cuts));
	const tiles = surroundTiles(size);
	const [width, height] = [tiles.width - 2 * SURROUND_PADDING, tiles.height - 2 * SURROUND_PADDING];
	return [
		(face * size.cuts + cut) * tiles.width + SURROUND_PADDING + across * width,
		SURROUND_PADDING + (below * size.cuts - cut) * height,
	];
}

/**
 * The direction that a place of a tile shows, also in its padding.
 *
 * @param tile 0 to `surroundTiles(size).count - 1`, from the left.
 * @param x pixels from the tile's upper left corner, as `y`.
 * @returns in the axes of the world, of any length.
 */
export function surroundRay(tile: number, x: number, y: number, size: SurroundSize): Vector {
	const tiles = surroundTiles(size);
	const cut = tile % size.cuts;
	const { right, down, forward } = FACE_AXES[(tile - cut) / size.cuts]!;
	const across = (x - SURROUND_PADDING) / (tiles.width - 2 * SURROUND_PADDING);
	const below = (cut + (y - SURROUND_PADDING) / (tiles.height - 2 * SURROUND_PADDING)) / size.cuts;
	const u = Math.tan(((across - 0.5) * Math.PI) / 2);
	const v = Math.tan(((below - 0.5) * Math.PI) / 2);
	return [
		forward[0] + u * right[0] + v * down[0],
		forward[1] + u * right[1] + v * down[1],
		forward[2] + u * right[2] + v * down[2],
	];
}

function dot(a: Vector, b: Vector): number {
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
