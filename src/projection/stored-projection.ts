import { type PanoramaFormat, type PanoramaLayout, panoramaLayout, type StoredTile } from "../media/panorama.ts";
import { createProjection } from "./create-projection.ts";
import type { Point, Projection, ProjectionTile, Ray } from "./geometry.ts";
import { panoramaSpec } from "./panorama-input.ts";

/**
 * A projection in the coordinates of a stored panorama: luma samples of one eye, the first sample's
 * centre at (0.5, 0.5), negative in the padding. The samples of chroma lie among them as
 * `PlaneSampling` says.
 */
export interface StoredProjection {
	readonly layout: PanoramaLayout;
	/** The projection of the source's picture. */
	readonly projection: Projection;
	/** Stored luma columns after which the picture repeats to the right; 0 if it has edges. */
	readonly periodX: number;
	/** The parts that overlap, such as two lenses; one for all other projections. */
	readonly parts: readonly StoredPart[];
}

/** The part of the sphere that one lens sees, in the coordinates of a stored panorama. */
export interface StoredPart {
	/** At least one. */
	readonly tiles: readonly StoredProjectionTile[];
	/** Share of this part in the picture at `ray`, 0 to 1. */
	weight(ray: Ray): number;
	/** The tile of this part that shows `ray`, or else comes nearest to it. */
	tileAt(ray: Ray): StoredProjectionTile;
}

/** A tile with the rays that it shows. */
export interface StoredProjectionTile extends StoredTile {
	/** The part of the source's picture that it shows; the edges may lie between pixels. */
	readonly piece: Pick<ProjectionTile, "x" | "y" | "width" | "height">;
	/**
	 * The place among the stored samples at which `ray` is seen, continued smoothly beyond the
	 * tile's edges into its padding; NaN far outside.
	 */
	place(ray: Ray): Point;
	/** True when the tile's picture, without its padding, shows `ray`. */
	contains(ray: Ray): boolean;
	/**
	 * The ray that the padding shows at a place among the stored samples: the inverse of `place`.
	 * @default the padding repeats the tile's outermost samples
	 */
	readonly rayAt?: ((x: number, y: number) => Ray) | undefined;
}

/**
 * The projection of a stored panorama.
 *
 * @param eye 0 is the left one, or the only one.
 * @throws {RangeError} when the format's size or projection is not possible.
 * @throws {TypeError} when the projection is `none`.
 */
export function storedProjection(format: PanoramaFormat, eye = 0): StoredProjection {
	const layout = panoramaLayout(format);
	const projection = createProjection(panoramaSpec(format, eye), format.width, format.height);
	return { layout, projection, periodX: projection.periodX ?? 0, parts: partsOf(projection, layout) };
}

function partsOf(projection: Projection, layout: PanoramaLayout): readonly StoredPart[] {
	const pieces = projection.tiles ?? piecesOf(projection);
	const stored = pieces.map((piece, index) => storedTile(piece, tileOf(layout, index)));
	const parts = projection.parts ?? [{ weight: () => 1 }];
	return parts.map((part, index) => {
		const tiles = stored.filter((_, tile) => (pieces[tile]?.part ?? 0) === index);
		return { tiles, weight: (ray) => part.weight(ray), tileAt: (ray) => nearestTile(tiles, ray) };
	});
}

/** The pieces of a projection that names none: one, or one for each of its parts. */
function piecesOf(projection: Projection): readonly ProjectionTile[] {
	const { width, height, parts, visibility } = projection;
	if (parts !== undefined) {
		return parts.map((part, index) => ({
			x: 0,
			y: 0,
			width,
			height,
			part: index,
			contains: (ray) => part.weight(ray) > 0,
			project: (ray) => part.project(ray),
		}));
	}
	return [
		{
			x: 0,
			y: 0,
			width,
			height,
			contains: (ray) =>
				visibility === undefined ? isNumber(projection.project(ray)) : visibility.call(projection, ray) >= 0,
			project: (ray) => projection.extended?.(ray) ?? projection.project(ray),
		},
	];
}

function isNumber([x]: Point): boolean {
	return !Number.isNaN(x);
}

/** A single tile may hold several pieces. */
function tileOf({ tiles }: PanoramaLayout, index: number): StoredTile {
	return tiles[tiles.length === 1 ? 0 : index]!;
}

function storedTile(piece: ProjectionTile, tile: StoredTile): StoredProjectionTile {
	const [right, down] = [tile.x - tile.source.x, tile.y - tile.source.y];
	const { unproject } = piece;
	return {
		...tile,
		piece,
		rayAt: unproject === undefined ? undefined : (x, y) => unproject(x - right, y - down),
		place: (ray) => {
			const [x, y] = piece.project(ray);
			return [x + right, y + down];
		},
		contains: (ray) => piece.contains(ray),
	};
}

function nearestTile(tiles: readonly StoredProjectionTile[], ray: Ray): StoredProjectionTile {
	let nearest = tiles[0]!;
	let least = Number.POSITIVE_INFINITY;
	for (const tile of tiles) {
		if (tile.contains(ray)) return tile;
		const distance = distanceFrom(tile, tile.place(ray));
		if (distance < least) [nearest, least] = [tile, distance];
	}
	return nearest;
}

/** The distance of a place outside of a tile, samples. NaN for no place. */
function distanceFrom({ source, x, y }: StoredTile, place: Point): number {
	const right = Math.max(x - place[0], place[0] - x - source.width, 0);
	const down = Math.max(y - place[1], place[1] - y - source.height, 0);
	return Math.hypot(right, down);
}
