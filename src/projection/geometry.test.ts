import { describe, expect, it } from "vitest";
import { quaternionFromAngles } from "../media/rotation.ts";
import { Equirectangular } from "./equirectangular.ts";
import type { Point, Projection, Ray } from "./geometry.ts";
import { Perspective } from "./perspective.ts";
import { randomDirection, seededRandom } from "./sphere-pattern.cases.ts";
import { Warp } from "./warp.ts";

function expectClose(actual: readonly number[], expected: readonly number[], digits = 9): void {
	expect(actual).toHaveLength(expected.length);
	for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, digits);
}

function unit([x, y, z]: Ray): Ray {
	const length = Math.hypot(x, y, z);
	return [x / length, y / length, z / length];
}

const HALF = Math.SQRT1_2;

describe("Equirectangular", () => {
	const sphere = new Equirectangular(400, 200);

	it.each<[string, Ray, Point]>([
		["forward is the centre", [0, 0, -1], [200, 100]],
		["right is three quarters across", [1, 0, 0], [300, 100]],
		["left is one quarter across", [-1, 0, 0], [100, 100]],
		["up is the upper edge", [0, 1, -1e-12], [200, 0]],
		["down is the lower edge", [0, -1, -1e-12], [200, 200]],
		["forward right up", [0.5, HALF, -0.5], [250, 50]],
		["a length other than 1 means nothing", [0, -7, -7], [200, 150]],
	])("%s", (_, ray, point) => {
		expectClose(sphere.project(ray), point);
	});

	it("shows backward at both edges", () => {
		expectClose(sphere.project([1e-12, 0, 1]), [400, 100]);
		expectClose(sphere.project([-1e-12, 0, 1]), [0, 100]);
		expectClose(unit(sphere.unproject(0, 100)), [0, 0, 1]);
		expectClose(unit(sphere.unproject(400, 100)), [0, 0, 1]);
	});

	it("keeps its digits close to a pole", () => {
		const [x, y] = sphere.project([1e-9, 1, 0]);
		expect(x).toBeCloseTo(300, 9);
		expect(y).toBeCloseTo((1e-9 / Math.PI) * 200, 13);
	});
});

describe("Perspective", () => {
	const camera = new Perspective(400, 300, Math.PI / 2);

	it.each<[string, Point, Ray]>([
		["the centre looks forward", [200, 150], [0, 0, -1]],
		["the right edge looks half the field of view to the right", [400, 150], [HALF, 0, -HALF]],
		["the left edge looks half the field of view to the left", [0, 150], [-HALF, 0, -HALF]],
		["pixels are square: 150 up is 3/4 of the right edge's slope", [200, 0], unit([0, 0.75, -1])],
	])("%s", (_, [x, y], ray) => {
		expectClose(unit(camera.unproject(x, y)), ray);
		expectClose(camera.project(ray), [x, y]);
	});

	it("does not show what is behind or beside it", () => {
		expect(camera.project([0, 0, 1])).toEqual([Number.NaN, Number.NaN]);
		expect(camera.project([1, 0, 0])).toEqual([Number.NaN, Number.NaN]);
	});
});

describe.each<[string, Projection]>([
	["Equirectangular", new Equirectangular(1000, 700)],
	["Perspective", new Perspective(1000, 700, 2)],
])("%s", (_, projection) => {
	it("unprojects what it projects", () => {
		const random = seededRandom(3);
		for (let k = 0; k < 200; k++) {
			const ray = randomDirection(random);
			const [x, y] = projection.project(ray);
			if (!Number.isNaN(x)) expectClose(unit(projection.unproject(x, y)), ray, 10);
		}
	});
});

describe("Warp", () => {
	const sphere = new Equirectangular(400, 200);
	const camera = new Perspective(100, 100, Math.PI / 2);
	const centre = (yawDeg: number, pitchDeg: number) =>
		new Warp(camera, quaternionFromAngles({ yawDeg, pitchDeg, rollDeg: 0 }), sphere).sourceAt(50, 50);

	it("sees what the view's angles say", () => {
		expectClose(centre(0, 0), [200, 100]);
		expectClose(centre(90, 0), [300, 100]);
		expectClose(centre(-45, 0), [150, 100]);
		expectClose(centre(0, 45), [200, 50]);
		expectClose(centre(30, -30), [200 + 400 / 12, 100 + 200 / 6]);
	});

	it("tilts the camera clockwise with positive roll: the picture's top shows what is to the right", () => {
		const warp = new Warp(camera, quaternionFromAngles({ yawDeg: 0, pitchDeg: 0, rollDeg: 90 }), sphere);
		expectClose(warp.sourceAt(50, 0), [250, 100]);
		expectClose(warp.sourceAt(100, 50), [200, 150]);
	});
});
