import type { MeshSpec } from "../media/projection.ts";
import { type CellBox, CellLists } from "./cell-lists.ts";
import { NO_RAY, NOWHERE } from "./continued-projection.ts";
import type { Point, Projection, Ray } from "./geometry.ts";
import { MeshBorder } from "./mesh-border.ts";

/** Most triangles of a mesh: VR180 cameras write about 3,000. */
const MAX_TRIANGLES = 100_000;
/** Most triangles that one cell of the finest grid may hold: each ray tests all of them. */
const MAX_TRIANGLES_IN_CELL = 2048;
/** Triangles in a cell up to which a finer grid is not worth its memory. */
const ENOUGH_IN_CELL = 12;
/** Numbers of a grid's lists for each triangle, and at least. */
const ENTRIES_PER_TRIANGLE = 24;
const LEAST_ENTRIES = 200_000;
const MAX_GRID = 256;
/** Rounding by which a place may lie outside of a triangle, of its size: no gap along an edge. */
const EDGE_TOLERANCE = 1e-7;
/** Half of the width of the direction cube's layers; a face is 1. */
const LAYER_REACH = 1.15;
/** Cells around a ray that are searched for a triangle to continue. */
const SEARCHED_RINGS = 2;
/** Greatest distance outside of a triangle to which it is continued, of its size. */
const FARTHEST_OUTSIDE = 2;

/** Forms of a triangle: three planes through the viewer and its edges, and its places. */
const NUMBERS = 15;

/**
 * Flat triangles around the viewer that state for each corner a place of the picture, as in
 * Google's Spherical Video V2 (`mshp`). A ray is seen at the place that its nearest triangle
 * states; between the corners places are linear in space.
 */
export class MeshProjection implements Projection {
	readonly width: number;
	readonly height: number;
	readonly #mesh: MeshSpec;
	/** Planes 0 to 8, then sums of planes weighted with u (9 to 11) and v (12 to 14). */
	readonly #forms: Float64Array;
	readonly #distances: Float64Array;
	readonly #byDirection: CellLists;
	readonly #byPlace: CellLists;
	readonly #border: MeshBorder;

	/**
	 * @throws {RangeError} when the mesh is empty, too large, or its indices or numbers are wrong.
	 */
	constructor(mesh: MeshSpec, width: number, height: number) {
		requireMesh(mesh);
		this.width = width;
		this.height = height;
		this.#mesh = mesh;
		const triangles = mesh.triangles.length / 3;
		this.#forms = new Float64Array(triangles * NUMBERS);
		this.#distances = new Float64Array(triangles);
		for (let triangle = 0; triangle < triangles; triangle++) this.#setForms(triangle);
		this.#byDirection = finestLists(6, triangles, (triangle, layer) => this.#directionBox(triangle, layer));
		this.#byPlace = finestLists(1, triangles, (triangle) => this.#placeBox(triangle));
		this.#border = new MeshBorder(mesh);
	}

	/** `Projection.project`: NaN where no triangle is met. */
	project(ray: Ray): Point {
		const triangle = this.#triangleAt(ray);
		return triangle < 0 ? NOWHERE : this.#placeIn(triangle, ray);
	}

	/** `Projection.extended`: the nearest triangle's plane, continued. */
	extended(ray: Ray): Point {
		const met = this.#triangleAt(ray);
		if (met >= 0) return this.#placeIn(met, ray);
		const nearest = this.#border.isNear(ray) ? this.#nearestTriangle(ray) : -1;
		return nearest < 0 ? NOWHERE : this.#placeIn(nearest, ray);
	}

	/** `Projection.visibility`: up to a few degrees from the border it is the distance. */
	visibility(ray: Ray): number {
		const distance = this.#border.distance(ray);
		return this.#triangleAt(ray) >= 0 ? distance : -distance;
	}

	/** `Projection.unproject`: NaN where no triangle lies in the picture. */
	unproject(x: number, y: number): Ray {
		const [u, v] = [x / this.width, 1 - y / this.height];
		const { size } = this.#byPlace;
		const cell = this.#byPlace.cell(0, u * size, v * size);
		const { vertices, triangles } = this.#mesh;
		for (const triangle of this.#byPlace.itemsIn(cell)) {
			const [a, b, c] = [0, 1, 2].map((k) => triangles[triangle * 3 + k]! * 5) as [number, number, number];
			const [au, av] = [vertices[a + 3]!, vertices[a + 4]!];
			const [bu, bv] = [vertices[b + 3]! - au, vertices[b + 4]! - av];
			const [cu, cv] = [vertices[c + 3]! - au, vertices[c + 4]! - av];
			const area = bu * cv - cu * bv;
			if (area === 0) continue;
			const toB = ((u - au) * cv - cu * (v - av)) / area;
			const toC = (bu * (v - av) - (u - au) * bv) / area;
			const toA = 1 - toB - toC;
			if (!(Math.min(toA, toB, toC) >= -EDGE_TOLERANCE)) continue;
			const axis = (k: number) => toA * vertices[a + k]! + toB * vertices[b + k]! + toC * vertices[c + k]!;
			return [axis(0), axis(1), axis(2)];
		}
		return NO_RAY;
	}

	/**
	 * A ray meets the triangle P0 P1 P2 where its products with P1 x P2, P2 x P0 and P0 x P1 have
	 * one sign, and these products are the barycentric weights there, but for their sum.
	 */
	#setForms(triangle: number): void {
		const { vertices, triangles } = this.#mesh;
		const corner = (k: number) => triangles[triangle * 3 + (k % 3)]! * 5;
		const start = triangle * NUMBERS;
		const forms = this.#forms;
		for (let k = 0; k < 3; k++) {
			const [p, q] = [corner(k + 1), corner(k + 2)];
			const [px, py, pz] = [vertices[p]!, vertices[p + 1]!, vertices[p + 2]!];
			const [qx, qy, qz] = [vertices[q]!, vertices[q + 1]!, vertices[q + 2]!];
			forms[start + 3 * k] = py * qz - pz * qy;
			forms[start + 3 * k + 1] = pz * qx - px * qz;
			forms[start + 3 * k + 2] = px * qy - py * qx;
		}
		const first = corner(0);
		let volume = 0;
		for (let axis = 0; axis < 3; axis++) volume += vertices[first + axis]! * forms[start + axis]!;
		// A triangle whose plane holds the viewer has no inside; one that turns its back is
		// mirrored.
		const sign = Math.sign(volume);
		this.#distances[triangle] = Math.abs(volume);
		for (let n = 0; n < 9; n++) forms[start + n]! *= sign;
		for (let axis = 0; axis < 3; axis++) {
			for (let k = 0; k < 3; k++) {
				forms[start + 9 + axis]! += forms[start + 3 * k + axis]! * vertices[corner(k) + 3]!;
				forms[start + 12 + axis]! += forms[start + 3 * k + axis]! * vertices[corner(k) + 4]!;
			}
		}
	}

	/** The nearest triangle that the ray meets, or -1. */
	#triangleAt(ray: Ray): number {
		const length = Math.hypot(ray[0], ray[1], ray[2]);
		let [nearest, nearestDistance] = [-1, Number.POSITIVE_INFINITY];
		for (const triangle of this.#byDirection.itemsIn(this.#cellOf(ray))) {
			const { least, sum } = this.#weights(triangle, ray);
			if (!(sum > 0 && least >= -EDGE_TOLERANCE * sum)) continue;
			const distance = (this.#distances[triangle]! / sum) * length;
			if (distance < nearestDistance) [nearest, nearestDistance] = [triangle, distance];
		}
		return nearest;
	}

	/** The triangle around the ray that reaches the least distance, of its size, to it; or -1. */
	#nearestTriangle(ray: Ray): number {
		const { size } = this.#byDirection;
		const { layer, x, y } = placeInCube(ray, size);
		let [nearest, best] = [-1, -FARTHEST_OUTSIDE];
		for (let ring = -SEARCHED_RINGS; ring <= SEARCHED_RINGS; ring++) {
			for (let column = -SEARCHED_RINGS; column <= SEARCHED_RINGS; column++) {
				const cell = this.#byDirection.cell(layer, x + column, y + ring);
				for (const triangle of this.#byDirection.itemsIn(cell)) {
					const { least, sum } = this.#weights(triangle, ray);
					if (sum > 0 && least / sum > best) [nearest, best] = [triangle, least / sum];
				}
			}
		}
		return nearest;
	}

	#weights(triangle: number, [x, y, z]: Ray): { readonly least: number; readonly sum: number } {
		const forms = this.#forms;
		const start = triangle * NUMBERS;
		const a = forms[start]! * x + forms[start + 1]! * y + forms[start + 2]! * z;
		const b = forms[start + 3]! * x + forms[start + 4]! * y + forms[start + 5]! * z;
		const c = forms[start + 6]! * x + forms[start + 7]! * y + forms[start + 8]! * z;
		return { least: Math.min(a, b, c), sum: a + b + c };
	}

	#placeIn(triangle: number, [x, y, z]: Ray): Point {
		const forms = this.#forms;
		const start = triangle * NUMBERS;
		const { sum } = this.#weights(triangle, [x, y, z]);
		const u = forms[start + 9]! * x + forms[start + 10]! * y + forms[start + 11]! * z;
		const v = forms[start + 12]! * x + forms[start + 13]! * y + forms[start + 14]! * z;
		return [(u / sum) * this.width, (1 - v / sum) * this.height];
	}

	#cellOf(ray: Ray): number {
		const { layer, x, y } = placeInCube(ray, this.#byDirection.size);
		return this.#byDirection.cell(layer, x, y);
	}

	/** The part of the direction cube's layer that the triangle covers, 0 to 1. */
	#directionBox(triangle: number, layer: number): CellBox | undefined {
		if (this.#distances[triangle] === 0) return undefined;
		const { vertices, triangles } = this.#mesh;
		let polygon: Ray[] = [0, 1, 2].map((k) => {
			const start = triangles[triangle * 3 + k]! * 5;
			return toLayer([vertices[start]!, vertices[start + 1]!, vertices[start + 2]!], layer);
		});
		for (const [axis, sign] of [
			[0, 1],
			[0, -1],
			[1, 1],
			[1, -1],
		] as const) {
			polygon = clipped(polygon, (corner) => corner[2] * LAYER_REACH - sign * corner[axis]!);
			if (polygon.length === 0) return undefined;
		}
		return boxOf(
			polygon.map(([x, y, depth]) => (depth > 0 ? [layerPlace(x / depth), layerPlace(y / depth)] : [0, 0])),
		);
	}

	/** The part of the picture that the triangle covers, 0 to 1. */
	#placeBox(triangle: number): CellBox | undefined {
		if (this.#distances[triangle] === 0) return undefined;
		const { vertices, triangles } = this.#mesh;
		return boxOf(
			[0, 1, 2].map((k) => {
				const start = triangles[triangle * 3 + k]! * 5;
				return [vertices[start + 3]!, vertices[start + 4]!];
			}),
		);
	}
}

function boxOf(places: readonly (readonly number[])[]): CellBox {
	const [xs, ys] = [places.map((place) => place[0]!), places.map((place) => place[1]!)];
	return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** Axes of the six layers: x, y and depth as indices and signs. */
function toLayer([x, y, z]: Ray, layer: number): Ray {
	const sign = layer % 2 === 0 ? 1 : -1;
	if (layer < 2) return [y, z, sign * x];
	if (layer < 4) return [z, x, sign * y];
	return [x, y, sign * z];
}

function layerPlace(place: number): number {
	return (place / LAYER_REACH + 1) / 2;
}

function placeInCube(ray: Ray, size: number): { readonly layer: number; readonly x: number; readonly y: number } {
	const [ax, ay, az] = [Math.abs(ray[0]), Math.abs(ray[1]), Math.abs(ray[2])];
	const axis = ax >= ay && ax >= az ? 0 : ay >= az ? 1 : 2;
	const layer = 2 * axis + (ray[axis]! > 0 ? 0 : 1);
	const [x, y, depth] = toLayer(ray, layer);
	return { layer, x: layerPlace(x / depth) * size, y: layerPlace(y / depth) * size };
}

/** The part of a polygon where `inside` is not negative: Sutherland and Hodgman (1974). */
function clipped(polygon: readonly Ray[], inside: (corner: Ray) => number): Ray[] {
	return polygon.flatMap((corner, index): Ray[] => {
		const next = polygon[(index + 1) % polygon.length]!;
		const [here, there] = [inside(corner), inside(next)];
		const kept = here >= 0 ? [corner] : [];
		if (here >= 0 === there >= 0) return kept;
		const share = here / (here - there);
		const between = (k: 0 | 1 | 2) => corner[k] + share * (next[k] - corner[k]);
		return [...kept, [between(0), between(1), between(2)]];
	});
}

/** Lists with as fine a grid as the triangles need. @throws {RangeError} when too many overlap. */
function finestLists(
	layers: number,
	triangles: number,
	unitBox: (triangle: number, layer: number) => CellBox | undefined,
): CellLists {
	const boxes = Array.from({ length: layers }, (_, layer) =>
		Array.from({ length: triangles }, (__, triangle) => unitBox(triangle, layer)),
	);
	const mostEntries = Math.max(LEAST_ENTRIES, triangles * ENTRIES_PER_TRIANGLE);
	let finest: CellLists | undefined;
	for (let size = 8; size <= MAX_GRID; size *= 2) {
		const scaled = (triangle: number, layer: number) => {
			const box = boxes[layer]![triangle];
			if (box === undefined) return undefined;
			const { left, right, top, bottom } = box;
			// A cell more than needed on each side would cost time, a rounded edge a hole.
			const slack = 1e-6;
			return {
				left: (left - slack) * size,
				right: (right + slack) * size,
				top: (top - slack) * size,
				bottom: (bottom + slack) * size,
			};
		};
		try {
			finest = new CellLists(layers, size, triangles, scaled, mostEntries);
		} catch (error) {
			if (finest === undefined) throw tooManyAbove(error);
			break;
		}
		if (finest.longest <= ENOUGH_IN_CELL) break;
	}
	if (finest === undefined || finest.longest > MAX_TRIANGLES_IN_CELL) throw tooManyAbove(undefined);
	return finest;
}

function tooManyAbove(cause: unknown): RangeError {
	return new RangeError(
		`A mesh has at most ${MAX_TRIANGLES_IN_CELL} triangles in one direction or place; this one has more.`,
		{ cause },
	);
}

/**
 * @throws {RangeError} when an index is out of bounds, a number is not finite or nothing is there.
 */
function requireMesh({ vertices, triangles }: MeshSpec): void {
	if (triangles.length === 0 && vertices.length === 0)
		throw new RangeError("mesh stands for the mesh that a file states about itself, and there is none here.");
	const count = triangles.length / 3;
	if (!Number.isInteger(count) || count < 1 || count > MAX_TRIANGLES || vertices.length % 5 !== 0) {
		throw new RangeError(
			`A mesh has 1 to ${MAX_TRIANGLES} triangles of three indices and vertices of five numbers; ` +
				`got ${triangles.length} indices and ${vertices.length} numbers.`,
		);
	}
	const corners = vertices.length / 5;
	if (triangles.some((index) => index >= corners))
		throw new RangeError(`The indices of a mesh's triangles are less than ${corners}, the number of its vertices.`);
	if (!vertices.every((value) => Number.isFinite(value)))
		throw new RangeError("The vertices of a mesh are finite numbers.");
}
