/** The triangles of a mesh. */
export interface Mesh {
	/** Position and normal of each corner, six numbers. */
	readonly corners: Float32Array;
	/** Number of corners. */
	readonly count: number;
}

/**
 * A sphere of radius 1 about the origin: an octahedron whose faces were split twice.
 */
export function sphereMesh(): Mesh {
	const faces: [Point, Point, Point][] = [];
	for (const x of [-1, 1])
		for (const y of [-1, 1])
			for (const z of [-1, 1])
				faces.push([
					[x, 0, 0],
					[0, y, 0],
					[0, 0, z],
				]);
	const halved = faces.flatMap(split).flatMap(split);
	return meshOf(halved.flat().map((point) => [point, point]));
}

/** An open tube of radius 1 about the z axis, from z = -0.5 to 0.5. */
export function rodMesh(): Mesh {
	const corners: [Point, Point][] = [];
	const sides = 8;
	for (let side = 0; side < sides; side++) {
		const [a, b] = [(side / sides) * 2 * Math.PI, ((side + 1) / sides) * 2 * Math.PI];
		const na: Point = [Math.cos(a), Math.sin(a), 0];
		const nb: Point = [Math.cos(b), Math.sin(b), 0];
		const at = ([x, y]: Point, z: number): Point => [x, y, z];
		for (const [normal, z] of [
			[na, -0.5],
			[nb, -0.5],
			[na, 0.5],
			[nb, -0.5],
			[nb, 0.5],
			[na, 0.5],
		] as const)
			corners.push([at(normal, z), normal]);
	}
	return meshOf(corners);
}

type Point = readonly [x: number, y: number, z: number];

function split([a, b, c]: readonly [Point, Point, Point]): [Point, Point, Point][] {
	const [ab, bc, ca] = [middle(a, b), middle(b, c), middle(c, a)];
	return [
		[a, ab, ca],
		[ab, b, bc],
		[ca, bc, c],
		[ab, bc, ca],
	];
}

/** @returns the point of the sphere between two others. */
function middle(a: Point, b: Point): Point {
	const [x, y, z] = [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
	const length = Math.hypot(x, y, z);
	return [x / length, y / length, z / length];
}

function meshOf(corners: readonly (readonly [position: Point, normal: Point])[]): Mesh {
	return {
		corners: new Float32Array(corners.flatMap(([position, normal]) => [...position, ...normal])),
		count: corners.length,
	};
}
