import type { CubeFaceGrid, CubeFaceName, CubemapSpec, EacSpec } from "../media/projection.ts";
import { NO_RAY } from "./continued-projection.ts";
import {
	cubeFaceGrid,
	EAC_GRID,
	type FaceRotationDeg,
	faceOf,
	placeOnFace,
	rayThroughFace,
	requireCubeFaceGrid,
} from "./cube-faces.ts";
import type { Point, Projection, ProjectionTile, Ray } from "./geometry.ts";
import { requireNumber } from "./spec-bounds.ts";

/** A strictly increasing odd function of the place on a face, -1 to 1, and its inverse. */
export interface FaceCurve {
	/** The map from the plane of the cube to the picture. */
	picture(plane: number): number;
	/** The map from the picture to the plane of the cube. */
	plane(picture: number): number;
}

/** The plane itself. */
const FLAT_FACE: FaceCurve = { picture: (place) => place, plane: (place) => place };

/** Greatest place outside of a face: at 2 the plane is infinite. */
const FARTHEST_PLACE = 1.9;

/** Equal angles: Google, "Bringing pixels front and center in VR video" (2017). */
export const EQUIANGULAR_FACE: FaceCurve = {
	picture: (place) => (4 / Math.PI) * Math.atan(place),
	plane: (place) => Math.tan((Math.PI / 4) * Math.max(-FARTHEST_PLACE, Math.min(FARTHEST_PLACE, place))),
};

/** Equal angles; outside of the face flat, as FFmpeg's vf_v360.c fills its padding. */
const PADDED_EQUIANGULAR_FACE: FaceCurve = {
	picture: EQUIANGULAR_FACE.picture,
	plane: (place) => (Math.abs(place) <= 1 ? EQUIANGULAR_FACE.plane(place) : place),
};

/** The rectangles of a face in a picture: without its padding, and of its cell with it. */
interface FacePlace {
	readonly face: CubeFaceName;
	readonly rotation: FaceRotationDeg;
	readonly cell: Rectangle;
	readonly rectangle: Rectangle;
}

interface Rectangle {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/** Six faces of a cube in the cells of a grid. */
export class Cubemap implements Projection {
	readonly width: number;
	readonly height: number;
	/** The six faces, in the grid's order. Their rectangles are without padding. */
	readonly tiles: readonly ProjectionTile[];
	readonly #places: readonly FacePlace[];
	readonly #placeOf: ReadonlyMap<CubeFaceName, FacePlace>;
	readonly #curve: FaceCurve;

	/** @param places in the picture; faces of any size. */
	constructor(width: number, height: number, places: readonly FacePlace[], curve: FaceCurve) {
		this.width = width;
		this.height = height;
		this.#curve = curve;
		this.#places = places;
		this.#placeOf = new Map(places.map((place) => [place.face, place]));
		this.tiles = places.map((place) => ({
			...place.rectangle,
			face: place.face,
			contains: (ray) => faceOf(ray) === place.face,
			project: (ray) => this.#projectTo(place, ray),
			unproject: (x, y) => rayAt(place, curve === PADDED_EQUIANGULAR_FACE ? EQUIANGULAR_FACE : curve, x, y),
		}));
	}

	/** `Projection.unproject`: the padding continues the face; an empty cell shows nothing. */
	unproject(x: number, y: number): Ray {
		const place = this.#placeAt(x, y);
		if (place === undefined) return NO_RAY;
		return rayAt(place, this.#curve, x, y);
	}

	/** `Projection.project`: on the face that the ray meets. */
	project(ray: Ray): Point {
		return this.#projectTo(this.#placeOf.get(faceOf(ray)) ?? this.#places[0]!, ray);
	}

	#projectTo({ rectangle, face, rotation }: FacePlace, ray: Ray): Point {
		const [across, down] = placeOnFace(face, rotation, ray);
		return [
			rectangle.x + ((this.#curve.picture(across) + 1) / 2) * rectangle.width,
			rectangle.y + ((this.#curve.picture(down) + 1) / 2) * rectangle.height,
		];
	}

	/** The face whose cell holds the place; outside of the picture the nearest cell's. */
	#placeAt(x: number, y: number): FacePlace | undefined {
		const [inX, inY] = [clamp(x, this.width), clamp(y, this.height)];
		return this.#places.find(
			({ cell }) => inX >= cell.x && inX <= cell.x + cell.width && inY >= cell.y && inY <= cell.y + cell.height,
		);
	}
}

/** The ray through a place of the picture, by the face at `place`. */
function rayAt({ rectangle, face, rotation }: FacePlace, curve: FaceCurve, x: number, y: number): Ray {
	const across = (2 * (x - rectangle.x)) / rectangle.width - 1;
	const down = (2 * (y - rectangle.y)) / rectangle.height - 1;
	return rayThroughFace(face, rotation, [curve.plane(across), curve.plane(down)]);
}

function clamp(value: number, most: number): number {
	return Math.max(0, Math.min(most, value));
}

/**
 * A cubemap of flat faces.
 *
 * @throws {RangeError} when the grid lacks a face, or the padding leaves nothing of the faces.
 */
export function createCubemap(spec: CubemapSpec, width: number, height: number): Cubemap {
	const { layout = "c3x2", padding = 0, paddingIs = "inside" } = spec;
	const grid = typeof layout === "string" ? cubeFaceGrid(layout, width, height) : layout;
	requireCubeFaceGrid(grid);
	const [cellWidth, cellHeight] = [width / grid.columns, height / grid.rows];
	requirePadding(padding, Math.min(cellWidth, cellHeight));
	const inset = paddingIs === "inside" ? padding : 0;
	const places = facesOf(grid, (column, row) => {
		const cell = { x: column * cellWidth, y: row * cellHeight, width: cellWidth, height: cellHeight };
		return { cell, rectangle: without(cell, { left: inset, right: inset, top: inset, bottom: inset }) };
	});
	return new Cubemap(width, height, places, FLAT_FACE);
}

/**
 * An equi-angular cubemap. Its padding lies at the outer left and right edges and above and below
 * each row, none between the faces of a row: FFmpeg's vf_v360.c has two pixels.
 *
 * @throws {RangeError} when the grid lacks a face, or the padding leaves nothing of the faces.
 */
export function createEac(spec: EacSpec, width: number, height: number): Cubemap {
	const { layout: grid = EAC_GRID, padding = 0 } = spec;
	requireCubeFaceGrid(grid);
	const [faceWidth, cellHeight] = [(width - 2 * padding) / grid.columns, height / grid.rows];
	requirePadding(padding, Math.min(width / grid.columns, cellHeight));
	const places = facesOf(grid, (column, row) => {
		const left = column === 0 ? padding : 0;
		const right = column === grid.columns - 1 ? padding : 0;
		const cell = {
			x: padding + column * faceWidth - left,
			y: row * cellHeight,
			width: faceWidth + left + right,
			height: cellHeight,
		};
		return { cell, rectangle: without(cell, { left, right, top: padding, bottom: padding }) };
	});
	return new Cubemap(width, height, places, padding > 0 ? PADDED_EQUIANGULAR_FACE : EQUIANGULAR_FACE);
}

/** The faces of a grid, each with the rectangles that `place` gives it. */
function facesOf(
	grid: CubeFaceGrid,
	place: (column: number, row: number) => Pick<FacePlace, "cell" | "rectangle">,
): FacePlace[] {
	return grid.faces.flatMap((face, index) => {
		if (face === null) return [];
		const rotation = grid.rotationsDeg?.[index] ?? 0;
		return [{ face, rotation, ...place(index % grid.columns, Math.floor(index / grid.columns)) }];
	});
}

function without(
	{ x, y, width, height }: Rectangle,
	margin: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number },
): Rectangle {
	return {
		x: x + margin.left,
		y: y + margin.top,
		width: width - margin.left - margin.right,
		height: height - margin.top - margin.bottom,
	};
}

/** @throws {RangeError} when nothing is left of a cell. */
function requirePadding(padding: number, cellSize: number): void {
	const most = Math.ceil(cellSize / 2) - 1;
	const expected = `a number of pixels from 0 to ${most}, which leaves something of a face`;
	requireNumber(padding, "padding", expected, (value) => value >= 0 && value <= most);
}
