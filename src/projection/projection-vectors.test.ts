import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { MeshSpec, ProjectionSpec } from "../media/projection.ts";
import { createProjection } from "./create-projection.ts";
import type { Point, Projection, Ray } from "./geometry.ts";

/** A set of test/fixtures/projection-vectors.json, which the README beside it describes. */
interface VectorSet {
	readonly name: string;
	readonly source: string;
	readonly width: number;
	readonly height: number;
	readonly spec: ProjectionSpec;
	readonly vertices?: string;
	readonly triangles?: string;
	readonly pairs: readonly string[];
	readonly outside: readonly string[];
}

interface Pair {
	readonly ray: Ray;
	readonly point: Point | undefined;
	readonly onlyUnproject: boolean;
}

/**
 * Rounding of the fixture's directions (nine digits), of its pixels, and that of a float32 mesh.
 */
const EXACT = { rayError: 2e-9, pixelError: 2e-6 };
const MESH = { rayError: 1e-9, pixelError: 1e-4 };
/** v360 maps in 32-bit floats, and its directions were read from 16-bit pictures. */
const V360 = { rayError: 2.5e-4, pixelError: 1e-6 };

const SETS = JSON.parse(
	readFileSync(new URL("../../test/fixtures/projection-vectors.json", import.meta.url), "utf8"),
) as readonly VectorSet[];

describe.each(SETS.map((set) => [set.name, set] as const))("%s", (_, set) => {
	const projection = createProjection(specOf(set), set.width, set.height);
	const accuracy = set.source.includes("v360") ? V360 : set.spec.kind === "mesh" ? MESH : EXACT;
	const pairs = set.pairs.map(readPair).filter((pair) => !isFilledByV360(set, pair));

	it("projects directions to the places of its source", () => {
		for (const { ray, point, onlyUnproject } of pairs) {
			if (point === undefined) expect(projection.project(ray), `${ray}`).toEqual([Number.NaN, Number.NaN]);
			else if (!onlyUnproject)
				expectPlace(projection, { ray, point }, accuracy, set.spec.kind.startsWith("barrel"));
		}
	});

	it("unprojects places to the directions of its source, and shows nothing outside", () => {
		for (const { ray, point } of pairs) if (point !== undefined) expectRay(projection, point, ray, accuracy);
		for (const text of set.outside) {
			const [x = 0, y = 0] = text.split(" ").map(Number);
			expect(projection.unproject(x, y), text).toEqual([Number.NaN, Number.NaN, Number.NaN]);
		}
	});
});

it("has 44 sets with 3,312 pairs", () => {
	expect(SETS).toHaveLength(44);
	expect(SETS.flatMap((set) => set.pairs)).toHaveLength(3312);
});

function specOf({ spec, vertices = "", triangles = "" }: VectorSet): ProjectionSpec {
	if (spec.kind !== "mesh") return spec;
	const numbers = new Uint8Array(Buffer.from(vertices, "base64")).buffer;
	const indices = new Uint8Array(Buffer.from(triangles, "base64")).buffer;
	const mesh: MeshSpec = {
		kind: "mesh",
		vertices: new Float32Array(numbers),
		triangles: Uint32Array.from(new Uint16Array(indices)),
	};
	return mesh;
}

/** "x y z", then "u v" or "nowhere", then perhaps "unproject". */
function readPair(text: string): Pair {
	const words = text.split(" ");
	const [x = 0, y = 0, z = 0, u = 0, v = 0] = words.map(Number);
	return {
		ray: [x, y, z],
		point: words[3] === "nowhere" ? undefined : [u, v],
		onlyUnproject: words[5] === "unproject",
	};
}

/** v360 fills what lies around an ellipse with other directions; we show nothing there. */
function isFilledByV360({ spec, width, height }: VectorSet, { point }: Pair): boolean {
	if (!(spec.kind === "ball" || spec.kind === "hammer") || point === undefined) return false;
	return Math.hypot((2 * point[0]) / width - 1, (2 * point[1]) / height - 1) > 1;
}

function expectPlace(
	projection: Projection,
	{ ray, point }: { readonly ray: Ray; readonly point: Point },
	{ rayError, pixelError }: typeof EXACT,
	repeats: boolean,
): void {
	const place = projection.project(ray);
	const tolerance = pixelError + moved(projection, ray, place, rayError);
	// Pieces of barrels repeat a little of their neighbours: both places show the ray.
	const isRepeated = angle(unit(projection.unproject(...point)), unit(projection.unproject(...place))) <= rayError;
	if (repeats && isRepeated) return;
	expect(distance(projection, place, point), `${ray} at ${place}, not ${point}`).toBeLessThanOrEqual(tolerance);
}

/** The way that the place of a ray moves when the ray is off by an error in any direction. */
function moved(projection: Projection, ray: Ray, place: Point, error: number): number {
	let most = 0;
	for (const axis of [0, 1, 2]) {
		for (const sign of [-1, 1]) {
			const turned = ray.map((value, k) => value + (k === axis ? sign * error : 0)) as unknown as Ray;
			const there = distance(projection, projection.project(turned), place);
			// At the edge of a cube's face it may jump; then the other directions say how far.
			if (there < 1000 * (error * projection.width + 1e-6)) most = Math.max(most, there);
		}
	}
	return 2 * most;
}

function distance({ periodX = 0 }: Projection, a: Point, b: Point): number {
	const apart = Math.abs(a[0] - b[0]);
	return Math.hypot(periodX > 0 ? Math.min(apart, Math.abs(apart - periodX)) : apart, a[1] - b[1]);
}

function expectRay(projection: Projection, [x, y]: Point, ray: Ray, { rayError, pixelError }: typeof EXACT): void {
	const seen = unit(projection.unproject(x, y));
	// The pixel of the source is rounded as well: at a pole of a map that turns the ray a lot.
	const step = pixelError;
	const turned = Math.max(
		...[
			[step, 0],
			[-step, 0],
			[0, step],
			[0, -step],
		].map(([dx, dy]) => angle(unit(projection.unproject(x + dx!, y + dy!)), seen) || 0),
	);
	expect(angle(seen, unit(ray)), `${x},${y} shows ${seen}, not ${ray}`).toBeLessThanOrEqual(rayError + 2 * turned);
}

function unit(ray: Ray): Ray {
	const length = Math.hypot(...ray);
	return [ray[0] / length, ray[1] / length, ray[2] / length];
}

function angle(a: Ray, b: Ray): number {
	return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
