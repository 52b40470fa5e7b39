import type { MeshSpec } from "../media/projection.ts";
import type { Ray } from "./geometry.ts";

/** Greatest distance that is told apart, radians: about three degrees. */
const REACH = 0.05;
/** Cells along a face of the direction cube. */
const SIZE = 12;
/** Border edges beyond which the border is too long to search. */
const MAX_EDGES = 4096;
/** Vertices nearer to each other, of the unit sphere, are one: meshes repeat them at seams. */
const SAME_PLACE = 1e-5;

/** The edges of a mesh that belong to one triangle only: the border of what it shows. */
export class MeshBorder {
	/** The two ends of each edge, as unit vectors: six numbers. */
	readonly #edges: Float64Array;
	readonly #cells: ReadonlyMap<number, readonly number[]>;

	/** @param mesh a mesh whose indices are in bounds. */
	constructor(mesh: MeshSpec) {
		this.#edges = borderEdges(mesh);
		this.#cells = this.#edges.length / 6 <= MAX_EDGES ? this.#edgesOfCells() : new Map();
	}

	/** Angle between `ray` and the border, radians, at most 0.05. */
	distance(ray: Ray): number {
		const length = Math.hypot(ray[0], ray[1], ray[2]);
		const unit: Ray = [ray[0] / length, ray[1] / length, ray[2] / length];
		let least = REACH;
		for (const edge of this.#cells.get(cellOf(unit)) ?? []) least = Math.min(least, this.#angleTo(edge, unit));
		return least;
	}

	/** True up to about three degrees from the border. */
	isNear(ray: Ray): boolean {
		return this.distance(ray) < REACH;
	}

	#edgesOfCells(): Map<number, number[]> {
		const cells = new Map<number, number[]>();
		// No place of a cell is farther from its middle than half of its diagonal.
		const far = REACH + Math.SQRT2 / SIZE;
		for (let layer = 0; layer < 6; layer++) {
			for (let row = 0; row < SIZE; row++) {
				for (let column = 0; column < SIZE; column++) {
					const middle = unitRay(layer, (2 * (column + 0.5)) / SIZE - 1, (2 * (row + 0.5)) / SIZE - 1);
					const near: number[] = [];
					for (let edge = 0; edge < this.#edges.length / 6; edge++)
						if (this.#angleTo(edge, middle) <= far) near.push(edge);
					if (near.length > 0) cells.set(cellOf(middle), near);
				}
			}
		}
		return cells;
	}

	/** Angle between a unit vector and the nearest place of an edge's arc. */
	#angleTo(edge: number, [x, y, z]: Ray): number {
		const start = edge * 6;
		const e = this.#edges;
		const [ax, ay, az] = [e[start]!, e[start + 1]!, e[start + 2]!];
		const [bx, by, bz] = [e[start + 3]! - ax, e[start + 4]! - ay, e[start + 5]! - az];
		const [px, py, pz] = [x - ax, y - ay, z - az];
		const squared = bx * bx + by * by + bz * bz;
		const along = squared > 0 ? Math.max(0, Math.min(1, (px * bx + py * by + pz * bz) / squared)) : 0;
		const [nx, ny, nz] = [ax + along * bx, ay + along * by, az + along * bz];
		const crossed = Math.hypot(y * nz - z * ny, z * nx - x * nz, x * ny - y * nx);
		return Math.atan2(crossed, x * nx + y * ny + z * nz);
	}
}

function borderEdges({ vertices, triangles }: MeshSpec): Float64Array {
	const unit = (vertex: number): Ray => {
		const [x, y, z] = [vertices[vertex * 5]!, vertices[vertex * 5 + 1]!, vertices[vertex * 5 + 2]!];
		const length = Math.hypot(x, y, z) || 1;
		return [x / length, y / length, z / length];
	};
	const placeOf = (vertex: number) =>
		unit(vertex)
			.map((axis) => Math.round(axis / SAME_PLACE))
			.join();
	const places = Array.from({ length: vertices.length / 5 }, (_, vertex) => placeOf(vertex));
	const edges = new Map<string, { readonly ends: readonly [number, number]; count: number }>();
	for (let corner = 0; corner < triangles.length; corner++) {
		const from = triangles[corner]!;
		const to = triangles[corner % 3 === 2 ? corner - 2 : corner + 1]!;
		const [a, b] = [places[from]!, places[to]!];
		if (a === b) continue;
		const key = a < b ? `${a} ${b}` : `${b} ${a}`;
		const known = edges.get(key);
		if (known === undefined) edges.set(key, { ends: [from, to], count: 1 });
		else known.count++;
	}
	const single = [...edges.values()].filter(({ count }) => count === 1);
	return Float64Array.from(single.flatMap(({ ends }) => [...unit(ends[0]), ...unit(ends[1])]));
}

function cellOf(ray: Ray): number {
	const [ax, ay, az] = [Math.abs(ray[0]), Math.abs(ray[1]), Math.abs(ray[2])];
	const axis = ax >= ay && ax >= az ? 0 : ay >= az ? 1 : 2;
	const depth = ray[axis]!;
	const layer = 2 * axis + (depth > 0 ? 0 : 1);
	const cell = (place: number) => Math.min(SIZE - 1, Math.floor(((place / Math.abs(depth) + 1) / 2) * SIZE));
	return (layer * SIZE + cell(ray[(axis + 2) % 3]!)) * SIZE + cell(ray[(axis + 1) % 3]!);
}

/** The unit vector through a place of a face, -1 to 1 each way: the inverse of `cellOf`. */
function unitRay(layer: number, across: number, down: number): Ray {
	const axis = layer >> 1;
	const ray: [number, number, number] = [0, 0, 0];
	ray[axis] = layer % 2 === 0 ? 1 : -1;
	ray[(axis + 1) % 3] = across;
	ray[(axis + 2) % 3] = down;
	const length = Math.hypot(...ray);
	return [ray[0] / length, ray[1] / length, ray[2] / length];
}
