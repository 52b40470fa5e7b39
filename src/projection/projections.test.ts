import { describe, expect, it } from "vitest";
import { type ProjectionSpec, SPHERE_MAPS } from "../media/projection.ts";
import { createProjection } from "./create-projection.ts";
import type { Point, Projection, Ray } from "./geometry.ts";
import { defaultMaxOverlap } from "./gopro-max.ts";
import { Perspective } from "./perspective.ts";
import { randomDirection, seededRandom } from "./sphere-pattern.cases.ts";
import { tabulate } from "./tabulated.ts";

/** A projection of each kind, with its picture's size. */
const EVERY: readonly (readonly [name: string, spec: ProjectionSpec, width: number, height: number])[] = [
	["equirect", { kind: "equirect" }, 1000, 500],
	["equirect, cropped", { kind: "equirect", bounds: { top: 0.1, bottom: 0.3, left: 0.2, right: 0.05 } }, 600, 400],
	["perspective", { kind: "perspective", fovDeg: 100 }, 640, 360],
	["perspective, angles", { kind: "perspective", anglesDeg: { left: -10, right: 50, up: 20, down: -5 } }, 640, 480],
	[
		"perspective, calibrated",
		{
			kind: "perspective",
			calibration: { fx: 500, fy: 510, cx: 320, cy: 239, distortion: [-0.28, 0.07, 0.001, -0.0005, 0.01] },
		},
		640,
		480,
	],
	["foveated", { kind: "foveated" }, 640, 360],
	["foveated, looked at aside", { kind: "foveated", fovDeg: 120, gazeDeg: [25, -10], share: 0.4 }, 500, 400],
	[
		"foveated, angles",
		{ kind: "foveated", anglesDeg: { left: 50, right: 35, up: 40, down: 48 }, share: 0.5 },
		400,
		400,
	],
	["cubemap", { kind: "cubemap" }, 768, 512],
	["cubemap, google with padding", { kind: "cubemap", layout: "google", padding: 8 }, 768, 512],
	["cubemap, cross", { kind: "cubemap", layout: "cross" }, 800, 600],
	["cubemap, high cross", { kind: "cubemap", layout: "cross" }, 600, 800],
	["eac", { kind: "eac", padding: 2 }, 1500, 1000],
	["gopro-max", { kind: "gopro-max" }, 4096, 2688],
	["fisheye", { kind: "fisheye", fovDeg: 220 }, 600, 700],
	["fisheye, equisolid", { kind: "fisheye", model: "equisolid", fovDeg: 340 }, 600, 600],
	["fisheye, stereographic", { kind: "fisheye", model: "stereographic", fovDeg: 250 }, 600, 600],
	["fisheye, orthographic", { kind: "fisheye", model: "orthographic", center: [310, 280] }, 600, 600],
	[
		"kannala-brandt",
		{ kind: "kannala-brandt", fx: 320, fy: 321, cx: 600, cy: 598, k: [0.02, -0.003, 0.0005, -0.0001] },
		1200,
		1200,
	],
	[
		"mei",
		{ kind: "mei", fx: 900, fy: 905, cx: 639, cy: 511, xi: 1.2, distortion: [-0.2, 0.05, 0.001, -5e-4] },
		1280,
		1024,
	],
	["double-sphere", { kind: "double-sphere", fx: 158, fy: 157, cx: 255, cy: 257, xi: -0.27, alpha: 0.57 }, 512, 512],
	["dual-fisheye", { kind: "dual-fisheye" }, 1200, 600],
	[
		"dual-fisheye, stacked and turned",
		{
			kind: "dual-fisheye",
			layout: "stacked",
			left: "front",
			fovDeg: 200,
			front: { yawDeg: 2, pitchDeg: -1, rollDeg: 3 },
			back: { rollDeg: 90, lens: { kind: "fisheye", fovDeg: 190, center: [305, 290], radius: 280 } },
		},
		600,
		1200,
	],
	["stereographic", { kind: "stereographic" }, 700, 500],
	["cylindrical", { kind: "cylindrical", verticalFovDeg: 120 }, 1000, 300],
	["cylindrical, equal area", { kind: "cylindrical", equalArea: true, fovDeg: 180 }, 600, 300],
	["mercator", { kind: "mercator" }, 800, 800],
	["pannini", { kind: "pannini", d: 0.7 }, 900, 500],
	...SPHERE_MAPS.map((kind) => [kind, { kind }, 900, 600] as const),
	["mesh", octahedronMesh(), 800, 400],
];

/** Kinds that show a direction at two places. */
const REPEATING = /gopro|barrel|dual/;

describe.each(EVERY)("%s", (name, spec, width, height) => {
	const projection = createProjection(spec, width, height);

	it("projects a place's direction to the place", () => {
		const random = seededRandom(7);
		let shown = 0;
		for (let k = 0; k < 400; k++) {
			const place: Point = [width * random(), height * random()];
			const ray = projection.unproject(...place);
			if (Number.isNaN(ray[0])) continue;
			shown++;
			const again = projection.project(ray);
			// Padding and overlaps show what another place shows; its own direction comes back.
			if (pixelsApart(projection, again, place) < 1e-6) continue;
			expect(name, `${place} comes back as ${again}`).toMatch(/padding|eac|barrel|gopro|dual/);
			expectRay(projection.unproject(...again), ray);
		}
		expect(shown).toBeGreaterThan(100);
	});

	it("unprojects a direction's place to the direction", () => {
		const random = seededRandom(8);
		let shown = 0;
		for (let k = 0; k < 400; k++) {
			const ray = randomDirection(random);
			const place = projection.project(ray);
			if (Number.isNaN(place[0])) continue;
			shown++;
			expectRay(projection.unproject(...place), ray);
		}
		expect(shown).toBeGreaterThan(10);
	});

	it("is no mirror anywhere: right is clockwise from up", () => {
		const random = seededRandom(9);
		let [right, mirrored] = [0, 0];
		for (let k = 0; k < 300; k++) {
			const turn = turnOf(projection, randomDirection(random), width);
			if (turn > 0) right++;
			if (turn < 0) mirrored++;
		}
		expect(right).toBeGreaterThan(9);
		// A step over an edge of a tile or the seam says nothing.
		expect(mirrored).toBeLessThanOrEqual(right / 50);
		const mirror: Projection = { ...plain(projection), project: ([x, y, z]) => projection.project([-x, y, z]) };
		expect(turnOf(mirror, [0.1, 0.2, -1], width)).toBeLessThanOrEqual(0);
	});

	it("has a visibility that agrees with what it shows, and a continuation that agrees with it", () => {
		const random = seededRandom(10);
		for (let k = 0; k < 200; k++) {
			const ray = randomDirection(random);
			const place = projection.project(ray);
			const visibility = projection.visibility?.(ray) ?? 1;
			const isInside = place[0] >= 0 && place[0] <= width && place[1] >= 0 && place[1] <= height;
			if (Math.abs(visibility) > 1e-6) expect(visibility > 0, `${ray} at ${place}`).toBe(isInside);
			if (isInside && projection.parts === undefined)
				expect(pixelsApart(projection, projection.extended?.(ray) ?? place, place)).toBeLessThan(1e-6);
		}
	});

	it("shows each direction in a tile, whose place it is, and in parts that weigh 1", () => {
		const random = seededRandom(11);
		for (let k = 0; k < 200; k++) {
			const ray = randomDirection(random);
			const place = projection.project(ray);
			if (Number.isNaN(place[0])) continue;
			const weights = (projection.parts ?? []).map((part) => part.weight(ray));
			if (weights.length > 0) expect(weights.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 12);
			const { tiles = [] } = projection;
			const own = tiles.filter((tile) => tile.contains(ray));
			if (tiles.length > 0) expect(own.length).toBeGreaterThan(0);
			if (tiles.length > 0 && !REPEATING.test(name)) expect(own).toHaveLength(1);
			for (const tile of own) {
				const [x, y] = tile.project(ray);
				expect(x >= tile.x - 1e-6 && x <= tile.x + tile.width + 1e-6, `${ray} in ${x},${y}`).toBe(true);
				expect(y >= tile.y - 1e-6 && y <= tile.y + tile.height + 1e-6, `${ray} in ${x},${y}`).toBe(true);
				expectRay(projection.unproject(x, y), ray, 1e-7);
			}
		}
	});
});

describe("26 directions are where they belong", () => {
	/** Rows of labels, each at the middle of equal cells: letters of a direction, - for nothing. */
	const LABELLED: readonly (readonly [name: string, spec: ProjectionSpec, shape: number, rows: readonly string[]])[] =
		[
			[
				"equirect",
				{ kind: "equirect", bounds: { top: 0, bottom: 0, left: 0.0625, right: 0.0625 } },
				1.75,
				[
					"u u u u u u u",
					"blu lu flu fu fru ru bru",
					"bl l fl f fr r br",
					"bld ld fld fd frd rd brd",
					"d d d d d d d",
				],
			],
			["perspective", { kind: "perspective", fovDeg: 110 }, 1, ["flu fu fru", "fl f fr", "fld fd frd"]],
			["fisheye", { kind: "fisheye", fovDeg: 220 }, 1, ["lu u ru", "l f r", "ld d rd"]],
			["stereographic", { kind: "stereographic", fovDeg: 220 }, 1, ["lu u ru", "l f r", "ld d rd"]],
			["cylindrical", { kind: "cylindrical", fovDeg: 315 }, 1.75, ["bl l fl f fr r br"]],
			[
				"mercator",
				{ kind: "mercator", fovDeg: 315 },
				2.6,
				["blu lu flu fu fru ru bru", "bl l fl f fr r br", "bld ld fld fd frd rd brd"],
			],
			["pannini", { kind: "pannini", fovDeg: 130 }, 1.4, ["flu fu fru", "fl f fr", "fld fd frd"]],
			[
				"cubemap c3x2",
				{ kind: "cubemap" },
				1.5,
				[
					"fru ru bru blu lu flu blu bu bru",
					"fr r br bl l fl lu u ru",
					"frd rd brd bld ld fld flu fu fru",
					"fld fd frd flu fu fru bru bu blu",
					"ld d rd fl f fr br b bl",
					"bld bd brd fld fd frd brd bd bld",
				],
			],
			[
				"cubemap google",
				{ kind: "cubemap", layout: "google" },
				1.5,
				[
					"fru ru bru blu lu flu fru fu flu",
					"fr r br bl l fl ru u lu",
					"frd rd brd bld ld fld bru bu blu",
					"brd bd bld flu fu fru bru bu blu",
					"rd d ld fl f fr br b bl",
					"frd fd fld fld fd frd brd bd bld",
				],
			],
			[
				"cubemap cross",
				{ kind: "cubemap", layout: "cross" },
				4 / 3,
				[
					"- - - blu bu bru - - - - - -",
					"- - - lu u ru - - - - - -",
					"- - - flu fu fru - - - - - -",
					"blu lu flu flu fu fru fru ru bru bru bu blu",
					"bl l fl fl f fr fr r br br b bl",
					"bld ld fld fld fd frd frd rd brd brd bd bld",
					"- - - fld fd frd - - - - - -",
					"- - - ld d rd - - - - - -",
					"- - - bld bd brd - - - - - -",
				],
			],
			[
				"eac",
				{ kind: "eac" },
				1.5,
				[
					"blu lu flu flu fu fru fru ru bru",
					"bl l fl fl f fr fr r br",
					"bld ld fld fld fd frd frd rd brd",
					"frd rd brd brd br bru bru ru fru",
					"fd d bd bd b bu bu u fu",
					"fld ld bld bld bl blu blu lu flu",
				],
			],
			[
				"dual-fisheye",
				{ kind: "dual-fisheye", fovDeg: 220 },
				2,
				["ru u lu lu u ru", "r b l l f r", "rd d ld ld d rd"],
			],
			["octahedron", { kind: "octahedron" }, 1, ["blu fu bru", "fl f fr", "bld fd brd"]],
			["tspyramid", { kind: "tspyramid" }, 2, ["flu fu fru - - -", "fl f fr - b -", "fld fd frd - - -"]],
		];

	it.each(LABELLED)("%s", (_, spec, shape, rows) => {
		const height = 600;
		const projection = createProjection(spec, shape * height, height);
		const cells = rows.map((row) => row.split(" "));
		for (const [row, labels] of cells.entries()) {
			for (const [column, label] of labels.entries()) {
				const x = ((column + 0.5) / labels.length) * projection.width;
				const y = ((row + 0.5) / cells.length) * height;
				const ray = projection.unproject(x, y);
				if (label === "-" && !Number.isNaN(ray[0])) expect(["tspyramid"]).toContain(spec.kind);
				else expect(Number.isNaN(ray[0]) ? "-" : labelOf(ray), `${column},${row}`).toBe(label);
			}
		}
	});
});

describe("an asymmetric frustum is OpenGL's", () => {
	it.each([
		[54, 40, 44, 55],
		[-10, 50, 20, -5],
		[45, 45, 30, 30],
		[70, -60, -20, 35],
	])("%i left, %i right, %i up, %i down", (left, right, up, down) => {
		const [width, height] = [1680, 1760];
		const anglesDeg = { left, right, up, down };
		const camera = createProjection({ kind: "perspective", anglesDeg }, width, height);
		const tan = (deg: number) => Math.tan((deg * Math.PI) / 180);
		const [l, r, t, b] = [-tan(left), tan(right), tan(up), -tan(down)];
		const random = seededRandom(12);
		for (let k = 0; k < 50; k++) {
			const [x, y, z] = randomDirection(random);
			// glFrustum's matrix for a near plane at 1, and the viewport's transform.
			const clipX = ((2 * x) / (r - l) + ((r + l) / (r - l)) * z) / -z;
			const clipY = ((2 * y) / (t - b) + ((t + b) / (t - b)) * z) / -z;
			const [u, v] = camera.project([x, y, z]);
			if (z >= 0) expect(u).toBeNaN();
			else {
				expect(u / (((clipX + 1) / 2) * width)).toBeCloseTo(1, 9);
				expect(v / (((1 - clipY) / 2) * height)).toBeCloseTo(1, 9);
			}
		}
	});
});

describe("lenses with a greatest angle", () => {
	const kannalaBrandt = { kind: "kannala-brandt", fx: 300, fy: 300, cx: 500, cy: 500 } as const;
	const folding = [-0.2, 0, 0, 0] as const;

	it("refuse an angle beyond the polynomial's first maximum, and say where that is", () => {
		// 1 - 0.6 theta^2 = 0 at 1.2910 rad.
		expect(() => createProjection({ ...kannalaBrandt, k: folding, maxThetaDeg: 74 }, 1000, 1000)).toThrow(
			"at most 73.96 degrees with this calibration: the polynomial of k is monotonic only up to there; got 74.",
		);
		expect(() => createProjection({ ...kannalaBrandt, k: folding, maxThetaDeg: 73.9 }, 1000, 1000)).not.toThrow();
	});

	it("show up to the greatest angle of the model by default, and nothing beyond", () => {
		const lens = createProjection({ ...kannalaBrandt, k: folding }, 1000, 1000);
		const at = (deg: number) =>
			lens.project([Math.sin((deg * Math.PI) / 180), 0, -Math.cos((deg * Math.PI) / 180)]);
		expect(at(73.9)[0]).toBeGreaterThan(500);
		expect(at(74.1)).toEqual([Number.NaN, Number.NaN]);
		expect(lens.unproject(500 + 300 * 0.87, 500)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
	});

	it("invert strong barrel distortion up to its fold, and show nothing beyond", () => {
		const calibration = { fx: 400, fy: 400, cx: 640, cy: 360, distortion: [-0.3, 0.02, 0.001, -0.002, 0] };
		const camera = createProjection({ kind: "perspective", calibration }, 1280, 720);
		expect(camera.project([1.1, 0, -1])[0]).toBeGreaterThan(640);
		expect(camera.project([3, 0, -1])).toEqual([Number.NaN, Number.NaN]);
	});

	it.each<[xi: number, degrees: number]>([
		[1.2, 146.44],
		[0.85, 148.21],
		[0, 90],
	])("Mei's sphere with xi %d is seen up to %d degrees", (xi, degrees) => {
		const mei = { kind: "mei", fx: 300, fy: 300, cx: 500, cy: 500, xi } as const;
		expect(() => createProjection({ ...mei, maxThetaDeg: degrees - 0.3 }, 1000, 1000)).not.toThrow();
		expect(() => createProjection({ ...mei, maxThetaDeg: degrees + 0.3 }, 1000, 1000)).toThrow(
			"maxThetaDeg is at most",
		);
	});

	it("state in which convention the principal point is", () => {
		const spec = { ...kannalaBrandt, k: [0, 0, 0, 0] } as const;
		expect(createProjection(spec, 1000, 1000).project([0, 0, -1])).toEqual([500.5, 500.5]);
		expect(createProjection({ ...spec, firstPixelCenter: 0.5 }, 1000, 1000).project([0, 0, -1])).toEqual([
			500, 500,
		]);
	});
});

describe("pairs of lenses", () => {
	it("blend over the overlap without a step, by the direction alone", () => {
		const pair = createProjection({ kind: "dual-fisheye", fovDeg: 195 }, 1200, 600);
		const front = pair.parts?.[1];
		let last = 1;
		for (let deg = 80; deg <= 100; deg += 0.1) {
			const theta = (deg * Math.PI) / 180;
			const weight = front?.weight([Math.sin(theta), 0, -Math.cos(theta)]) ?? Number.NaN;
			expect(weight).toBeLessThanOrEqual(last + 1e-12);
			expect(last - weight).toBeLessThan(0.03);
			last = weight;
		}
		expect(last).toBe(0);
		expect(front?.weight([1, 0, 0])).toBeCloseTo(0.5, 9);
	});

	it("are cut hard when they are asked to", () => {
		const pair = createProjection({ kind: "dual-fisheye", blend: "cut" }, 1200, 600);
		expect(pair.parts?.map((part) => part.weight([1, 0, -0.01]))).toEqual([0, 1]);
		expect(pair.parts?.map((part) => part.weight([1, 0, 0.01]))).toEqual([1, 0]);
	});

	it("of a GoPro MAX show the overlap of a cut face twice, as far apart as it is wide", () => {
		expect(defaultMaxOverlap(4096, 1344)).toBe(64);
		expect(defaultMaxOverlap(2272, 736)).toBe(32);
		const max = createProjection({ kind: "gopro-max" }, 4096, 2688);
		const [front, back] = (max.parts ?? []).map((part) => part.project([-1, 0.2, 0]));
		expect(front![0] - back![0]).toBeCloseTo(64, 9);
		expect((front![0] + back![0]) / 2).toBeCloseTo(688, 9);
		expect(front![1]).toBeCloseTo(back![1], 9);
		// The four cut faces are narrower than the front one: 1312 columns for 90 degrees.
		expect(max.project([-1, 0, -1])[0]).toBeCloseTo(1376, 6);
		expect(max.project([-1, 0, 1])[0]).toBeCloseTo(0, 6);
	});
});

describe("a mesh", () => {
	it("is refused when it has no triangle, or an index without a vertex", () => {
		const vertices = new Float32Array([0, 0, -1, 0, 0]);
		expect(() => createProjection({ kind: "mesh", vertices, triangles: new Uint32Array(0) }, 10, 10)).toThrow(
			"A mesh has 1 to 100000 triangles",
		);
		expect(() =>
			createProjection({ kind: "mesh", vertices, triangles: new Uint32Array([0, 1, 2]) }, 10, 10),
		).toThrow("less than 1, the number of its vertices");
	});

	it("is refused when thousands of triangles lie above each other, rather than searched for ever", () => {
		const { vertices, triangles } = octahedronMesh();
		const many = new Uint32Array(3 * 2100);
		for (let k = 0; k < many.length; k++) many[k] = triangles[k % 3]!;
		expect(() => createProjection({ kind: "mesh", vertices, triangles: many }, 10, 10)).toThrow(
			"triangles in one direction",
		);
	});
});

describe("tabulate()", () => {
	const pair = createProjection({ kind: "dual-fisheye" }, 600, 300);
	const again = createProjection(structuredClone(tabulate(pair)), 600, 300);

	it("keeps places and directions within hundredths of a pixel, but for the seam", () => {
		const random = seededRandom(13);
		let jumps = 0;
		for (let k = 0; k < 2000; k++) {
			const ray = randomDirection(random);
			if (!(pixelsApart(pair, pair.project(ray), again.project(ray)) < 0.03)) jumps++;
		}
		// The seam between the lenses is found within a part of a degree.
		expect(jumps).toBeLessThanOrEqual(20);
		expectRay(again.unproject(240, 135), pair.unproject(240, 135), 1e-5);
		expect(again.unproject(1, 1)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
	});

	it("keeps the parts of a pair of lenses and their weights", () => {
		const random = seededRandom(15);
		for (let k = 0; k < 300; k++) {
			const [x, y, z] = randomDirection(random);
			// Around the overlap, where both lenses see the ray.
			const ray: Ray = [x, y, z * 0.08];
			for (const [index, part] of (pair.parts ?? []).entries()) {
				const weight = part.weight(ray);
				const sampled = again.parts?.[index];
				expect(sampled?.weight(ray)).toBeCloseTo(weight, 1);
				if (weight > 0) expect(pixelsApart(pair, sampled!.project(ray), part.project(ray))).toBeLessThan(0.03);
			}
		}
	});
});

it("a mesh all around the viewer shows every direction", () => {
	const mesh = createProjection(octahedronMesh(), 800, 400);
	const random = seededRandom(14);
	for (let k = 0; k < 2000; k++) expect(mesh.project(randomDirection(random))[0]).not.toBeNaN();
	for (const ray of [
		[0, 1, 0],
		[1, 0, 0],
		[-1, 0, -1],
		[0, 0, 1],
	] as const)
		expect(mesh.project(ray)[0]).not.toBeNaN();
});

it("none has no directions", () => {
	expect(() => createProjection({ kind: "none" }, 640, 360)).toThrow(TypeError);
});

it("Perspective places what is straight ahead also beside its picture", () => {
	const angles = { left: -0.2, right: 0.9, up: 0.3, down: 0.3 };
	expect(new Perspective(100, 100, angles).project([0, 0, -1])[0]).toBeLessThan(0);
});

/** Eight triangles around the viewer, each with a place of its own in two rows. */
function octahedronMesh(): Extract<ProjectionSpec, { kind: "mesh" }> {
	const vertices: number[] = [];
	for (const up of [1, -1]) {
		for (let quarter = 0; quarter < 4; quarter++) {
			const angle = (k: number) => ((k - 2) * Math.PI) / 2;
			const around = (k: number) => [Math.sin(angle(k)), 0, -Math.cos(angle(k))];
			const [left, middle] = [quarter / 4 + 0.02, 0.5 + up * 0.02];
			vertices.push(...around(quarter), left, middle);
			vertices.push(...around(quarter + 1), left + 0.2, middle);
			vertices.push(0, up, 0, left + 0.1, middle + up * 0.4);
		}
	}
	return {
		kind: "mesh",
		vertices: Float32Array.from(vertices),
		triangles: Uint32Array.from({ length: 24 }, (_, index) => index),
	};
}

/** A direction's letters: b or f, l or r, u or d, of the nearest of the 26. */
function labelOf(ray: Ray): string {
	let [best, label] = [-1, ""];
	const length = Math.hypot(...ray);
	for (const [z, depth] of [
		["f", -1],
		["b", 1],
		["", 0],
	] as const) {
		for (const [x, across] of [
			["l", -1],
			["r", 1],
			["", 0],
		] as const) {
			for (const [y, up] of [
				["u", 1],
				["d", -1],
				["", 0],
			] as const) {
				const size = Math.hypot(across, up, depth);
				if (size === 0) continue;
				const cosine = (across * ray[0] + up * ray[1] + depth * ray[2]) / size / length;
				if (cosine > best) [best, label] = [cosine, z + x + y];
			}
		}
	}
	return label;
}

/**
 * Positive where a small turn to a viewer's right, and one upward, move the place clockwise as they
 * should; 0 where nothing is shown or the place jumps.
 */
function turnOf(projection: Projection, ray: Ray, width: number): number {
	const length = Math.hypot(...ray);
	const [x, y, z] = ray.map((axis) => axis / length) as unknown as Ray;
	const step = 1e-4;
	const away = Math.hypot(x, z) || 1;
	const right: Ray = [-z / away, 0, x / away];
	const up: Ray = [y * right[2], right[0] * z - right[2] * x, -y * right[0]].map((axis) => -axis) as unknown as Ray;
	const place = projection.project([x, y, z]);
	const moved = (by: Ray) => projection.project([x + step * by[0], y + step * by[1], z + step * by[2]]);
	const [a, b] = [moved(right), moved(up)];
	const [ax, ay, bx, by] = [a[0] - place[0], a[1] - place[1], b[0] - place[0], b[1] - place[1]];
	if (!(Math.hypot(ax, ay) < 0.1 * width && Math.hypot(bx, by) < 0.1 * width)) return 0;
	return ay * bx - ax * by;
}

function plain(projection: Projection): Projection {
	return {
		width: projection.width,
		height: projection.height,
		project: (ray) => projection.project(ray),
		unproject: (x, y) => projection.unproject(x, y),
	};
}

function pixelsApart({ periodX = 0 }: Projection, a: Point, b: Point): number {
	const across = Math.abs(a[0] - b[0]);
	return Math.hypot(periodX > 0 ? Math.min(across, Math.abs(across - periodX)) : across, a[1] - b[1]);
}

function expectRay(actual: Ray, expected: Ray, tolerance = 1e-8): void {
	const [a, b] = [Math.hypot(...actual), Math.hypot(...expected)];
	const apart = Math.hypot(...actual.map((axis, k) => axis / a - expected[k]! / b));
	expect(apart, `${actual} is not ${expected}`).toBeLessThanOrEqual(tolerance);
}
