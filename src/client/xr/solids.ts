/** Triangles of a mesh: places and normals in turn, six numbers a corner. */
export interface Mesh {
	readonly corners: Float32Array;
	readonly count: number;
}

/** Radius 1, about the origin. */
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

/** Radius 1 about the z axis, from z = -0.5 to 0.5, open. */
export function rodMesh(): Mesh {
	const corners: [Point, Point][] = [];
	const sides = 8;
	for (let side = 0; side < sides; side++) {
		const [a, b] = [side, side + 1].map((turn) => (turn / sides) * 2 * Math.PI) as [number, number];
		const [na, nb]: [Point, Point] = [
			[Math.cos(a), Math.sin(a), 0],
			[Math.cos(b), Math.sin(b), 0],
		];
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

/** On the sphere. */
function middle(a: Point, b: Point): Point {
	const [x, y, z] = [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
	const length = Math.hypot(x, y, z);
	return [x / length, y / length, z / length];
}

function meshOf(corners: readonly (readonly [place: Point, normal: Point])[]): Mesh {
	return {
		corners: new Float32Array(corners.flatMap(([place, normal]) => [...place, ...normal])),
		count: corners.length,
	};
}
