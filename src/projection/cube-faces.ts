import type { CubeFaceGrid, CubeFaceName, CubeLayoutName } from "../media/projection.ts";
import type { Point, Ray } from "./geometry.ts";

/** A face of the cube of directions, upright as `CubeFaceGrid.rotationsDeg` says. */
export interface CubeFace {
	readonly right: Ray;
	readonly up: Ray;
	readonly forward: Ray;
}

/**
 * The six faces. The four at the sides have up at the top; the one above has the back at the top,
 * the one below the front, as one sees them by nodding. v360's c3x2 has all of them upright.
 */
const CUBE_FACES: Readonly<Record<CubeFaceName, CubeFace>> = {
	r: { right: [0, 0, 1], up: [0, 1, 0], forward: [1, 0, 0] },
	l: { right: [0, 0, -1], up: [0, 1, 0], forward: [-1, 0, 0] },
	u: { right: [1, 0, 0], up: [0, 0, 1], forward: [0, 1, 0] },
	d: { right: [1, 0, 0], up: [0, 0, -1], forward: [0, -1, 0] },
	f: { right: [1, 0, 0], up: [0, 1, 0], forward: [0, 0, -1] },
	b: { right: [-1, 0, 0], up: [0, 1, 0], forward: [0, 0, 1] },
};

/** Clockwise turn of a face in a picture, degrees. */
export type FaceRotationDeg = 0 | 90 | 180 | 270;

/** The face that `ray` meets. */
export function faceOf([x, y, z]: Ray): CubeFaceName {
	const [ax, ay, az] = [Math.abs(x), Math.abs(y), Math.abs(z)];
	if (ax >= ay && ax >= az) return x > 0 ? "r" : "l";
	if (ay >= az) return y > 0 ? "u" : "d";
	return z < 0 ? "f" : "b";
}

/**
 * The place where `ray` meets the plane of a face, also beyond the face: -1 to 1 to the right and
 * downward in the turned face. NaN where it does not meet it.
 */
export function placeOnFace(face: CubeFaceName, rotation: FaceRotationDeg, ray: Ray): Point {
	const { right, up, forward } = CUBE_FACES[face];
	const depth = dot(ray, forward);
	if (!(depth > 0)) return [Number.NaN, Number.NaN];
	const across = dot(ray, right) / depth;
	const above = dot(ray, up) / depth;
	if (rotation === 0) return [across, -above];
	if (rotation === 90) return [above, across];
	if (rotation === 180) return [-across, above];
	return [-above, -across];
}

/** The ray through a place of a face: the inverse of `placeOnFace`. */
export function rayThroughFace(face: CubeFaceName, rotation: FaceRotationDeg, [x, y]: Point): Ray {
	const { right, up, forward } = CUBE_FACES[face];
	let [across, above] = [x, -y];
	if (rotation === 90) [across, above] = [y, x];
	else if (rotation === 180) [across, above] = [-x, y];
	else if (rotation === 270) [across, above] = [-y, -x];
	return [
		forward[0] + across * right[0] + above * up[0],
		forward[1] + across * right[1] + above * up[1],
		forward[2] + across * right[2] + above * up[2],
	];
}

function dot(a: Ray, b: Ray): number {
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

const IN_ORDER: readonly CubeFaceName[] = ["r", "l", "u", "d", "f", "b"];

/** The crosses have the side faces in a row, unfolded around the front. */
const WIDE_CROSS: CubeFaceGrid = {
	columns: 4,
	rows: 3,
	faces: [null, "u", null, null, "l", "f", "r", "b", null, "d", null, null],
};
const HIGH_CROSS: CubeFaceGrid = {
	columns: 3,
	rows: 4,
	faces: [null, "u", null, "l", "f", "r", null, "d", null, null, "b", null],
	rotationsDeg: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 180, 0],
};

/**
 * The grid of a layout's name. `google` is layout 0 of cbmp in Google's Spherical Video V2: the
 * faces above and below have the front and the back at the top. A `cross` in a picture that is
 * higher than wide has three columns.
 */
export function cubeFaceGrid(layout: CubeLayoutName, width: number, height: number): CubeFaceGrid {
	switch (layout) {
		case "c3x2":
			return { columns: 3, rows: 2, faces: IN_ORDER };
		case "google":
			return { columns: 3, rows: 2, faces: IN_ORDER, rotationsDeg: [0, 0, 180, 180, 0, 0] };
		case "c6x1":
			return { columns: 6, rows: 1, faces: IN_ORDER };
		case "c1x6":
			return { columns: 1, rows: 6, faces: IN_ORDER };
		case "cross":
			return height > width ? HIGH_CROSS : WIDE_CROSS;
	}
}

/**
 * The faces of v360's `eac` and YouTube's: left, front and right above down, back and up, which are
 * turned so that right is at their top. Google, "Bringing pixels front and center in VR video"
 * (2017); the turns are those of `out_frot` in FFmpeg's vf_v360.c.
 */
export const EAC_GRID: CubeFaceGrid = {
	columns: 3,
	rows: 2,
	faces: ["l", "f", "r", "d", "b", "u"],
	rotationsDeg: [0, 0, 0, 270, 90, 270],
};

/** @throws {RangeError} when the grid does not hold each of the six faces once. */
export function requireCubeFaceGrid({ columns, rows, faces, rotationsDeg }: CubeFaceGrid): void {
	const known = faces.filter((face) => face !== null);
	if (!(columns * rows === faces.length && known.length === 6 && IN_ORDER.every((face) => known.includes(face)))) {
		throw new RangeError(
			"A grid of faces has columns x rows places, each of r, l, u, d, f and b at one of them, null at the " +
				`others; got ${columns}x${rows} places for ${faces.map((face) => face ?? "null").join(", ")}.`,
		);
	}
	const turns = rotationsDeg ?? faces.map(() => 0);
	if (turns.length !== faces.length || !turns.every((turn) => [0, 90, 180, 270].includes(turn)))
		throw new RangeError(
			`rotationsDeg is 0, 90, 180 or 270 for each of the ${faces.length} places; got ${turns.join(", ")}.`,
		);
}
