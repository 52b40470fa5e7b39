import { beforeAll, describe, expect, it } from "vitest";
import type { ViewAngles } from "../media/rotation.ts";
import type { Ray } from "./geometry.ts";
import { ReferenceProjector } from "./reference-projector.ts";
import { comparePlanes, ProjectionFixture, viewOf } from "./sphere-pattern.cases.ts";
import { V360 } from "./v360.cases.ts";

const W = 1024;
const H = 512;

function part(axis: 0 | 1 | 2): (ray: Ray) => number {
	return (ray) => 127.5 + (100 * ray[axis]) / Math.hypot(...ray);
}

describe("a view's angles mean what FFmpeg's v360 means by them", () => {
	let fixture: ProjectionFixture;

	beforeAll(async () => {
		fixture = await ProjectionFixture.create({
			panoramaWidth: W,
			panoramaHeight: H,
			maxWidth: 400,
			maxHeight: 300,
		});
		// Each direction has a colour of its own: longitude and latitude can be told from x, y and
		// z.
		fixture.paint([part(0), part(1), part(2)]);
	});

	it.each<[yawDeg: number, pitchDeg: number, rollDeg: number, fovDeg: number]>([
		[0, 0, 0, 90],
		[90, 0, 0, 90],
		[180, 0, 0, 90],
		[0, 45, 0, 90],
		[0, -90, 0, 90],
		[0, 0, 30, 90],
		[-60, 20, -45, 70],
		[135, -50, 100, 120],
		[25, 80, -170, 40],
	])("yaw %i, pitch %i, roll %i, %i degrees wide", (yawDeg, pitchDeg, rollDeg, fovDeg) => {
		const size = { width: 400, height: 300 };
		const expected = drawV360({ yawDeg, pitchDeg, rollDeg }, fovDeg);
		fixture.projector.project(
			fixture.panorama,
			viewOf(size.width, size.height, yawDeg, pitchDeg, rollDeg, fovDeg),
			fixture.into(size),
		);
		for (const [index, plane] of fixture.viewPlanes(size).entries()) {
			const { max, bias } = comparePlanes(plane, expected[index]!);
			// v360 rounds down, and is up to half a pixel off: 100 code values a radian are 0.6 a
			// pixel.
			expect(max, `plane ${index}`).toBeLessThanOrEqual(2);
			expect(Math.abs(bias), `plane ${index}`).toBeLessThan(1);
		}
	});

	it("which a turn by 5 degrees, or a picture turned over, does not pass", () => {
		const expected = drawV360({ yawDeg: 20, pitchDeg: 10, rollDeg: 30 }, 90);
		for (const [yawDeg, pitchDeg, rollDeg] of [
			[25, 10, 30],
			[20, 15, 30],
			[20, 10, 35],
			[20, 10, -30],
			[-20, 10, 30],
			[20, -10, 30],
		] as const) {
			fixture.projector.project(
				fixture.panorama,
				viewOf(400, 300, yawDeg, pitchDeg, rollDeg),
				fixture.into({ width: 400, height: 300 }),
			);
			const worst = fixture
				.viewPlanes({ width: 400, height: 300 })
				.map((plane, index) => comparePlanes(plane, expected[index]!).max);
			expect(Math.max(...worst)).toBeGreaterThan(5);
		}
	});

	function drawV360(angles: ViewAngles, fovDeg: number): readonly Uint8Array[] {
		using v360 = new V360({ panoramaWidth: W, panoramaHeight: H, width: 400, height: 300, fovDeg, ...angles });
		using frame = v360.frame(
			fixture.planes.map(({ layout: { width, height, offset, stride } }) => {
				const rows = Array.from({ length: height }, (_, row) => {
					const start = offset + row * stride;
					return fixture.panorama.data.subarray(start, start + width);
				});
				return Buffer.concat(rows);
			}),
		);
		return v360.drawPlanes(frame);
	}
});

describe("the picture is the right way round", () => {
	// Written by hand, in pixels of the panorama: what is seen all around at four heights' middles,
	// from behind over the left, front and right.
	const AROUND = ["back", "back left", "left", "front left", "front", "front right", "right", "back right"] as const;
	const COLOR: Readonly<Record<string, readonly [y: number, u: number, v: number]>> = {
		up: [250, 128, 128],
		down: [20, 128, 128],
		"back high": [60, 40, 200],
		"back left high": [70, 60, 180],
		"left high": [80, 80, 160],
		"front left high": [90, 100, 140],
		"front high": [100, 120, 120],
		"front right high": [110, 140, 100],
		"right high": [120, 160, 80],
		"back right high": [130, 180, 60],
		back: [140, 40, 60],
		"back left": [150, 60, 80],
		left: [160, 80, 100],
		"front left": [170, 100, 120],
		front: [180, 120, 140],
		"front right": [190, 140, 160],
		right: [200, 160, 180],
		"back right": [210, 180, 200],
		"back low": [65, 200, 40],
		"back left low": [75, 180, 60],
		"left low": [85, 160, 80],
		"front left low": [95, 140, 100],
		"front low": [105, 120, 120],
		"front right low": [115, 100, 140],
		"right low": [125, 80, 160],
		"back right low": [135, 60, 180],
	};

	let fixture: ProjectionFixture;
	const size = { width: 64, height: 64 };

	beforeAll(async () => {
		fixture = await ProjectionFixture.create({
			panoramaWidth: W,
			panoramaHeight: H,
			maxWidth: size.width,
			maxHeight: size.height,
		});
		fixture.fill((plane, i, j) => {
			const { width, height } = fixture.planes[plane]!.layout;
			const around = AROUND[Math.floor(((i + 0.5) / width) * 8 + 0.5) % 8]!;
			const eighth = (j / height) * 8;
			const name =
				eighth < 1
					? "up"
					: eighth < 3
						? `${around} high`
						: eighth < 5
							? around
							: eighth < 7
								? `${around} low`
								: "down";
			return COLOR[name]![plane]!;
		});
	});

	/**
	 * Colour at the place (x, y) of the view that was drawn last, each 0..1 from its upper left
	 * corner.
	 */
	function colorAt(x: number, y: number): readonly number[] {
		return fixture.viewPlanes(size).map((plane, index) => {
			const side = index === 0 ? size.width : size.width / 2;
			return plane[Math.floor(y * side) * side + Math.floor(x * side)]!;
		});
	}

	const look = (yawDeg: number, pitchDeg: number, rollDeg = 0, fovDeg = 90) =>
		viewOf(size.width, size.height, yawDeg, pitchDeg, rollDeg, fovDeg);

	const DIRECTIONS: readonly (readonly [name: string, yawDeg: number, pitchDeg: number])[] = [
		["up", 0, 90],
		["down", 0, -90],
		...[
			["front", 0] as const,
			["front right", 45] as const,
			["right", 90] as const,
			["back right", 135] as const,
			["back", 180] as const,
			["back left", -135] as const,
			["left", -90] as const,
			["front left", -45] as const,
		].flatMap(([name, yawDeg]) => [
			[name, yawDeg, 0] as const,
			[`${name} high`, yawDeg, 45] as const,
			[`${name} low`, yawDeg, -45] as const,
		]),
	];

	it("in 26 directions, by both projectors", () => {
		expect(DIRECTIONS).toHaveLength(26);
		for (const projector of [fixture.projector, new ReferenceProjector()]) {
			for (const [name, yawDeg, pitchDeg] of DIRECTIONS) {
				projector.project(fixture.panorama, look(yawDeg, pitchDeg), fixture.into(size));
				expect(colorAt(0.5, 0.5), name).toEqual(COLOR[name]);
			}
		}
	});

	it("not mirrored, neither way: right is right and up is up in one view", () => {
		// 120 degrees wide: 45 degrees from the centre is 0.29 of the width.
		fixture.projector.project(fixture.panorama, look(0, 0, 0, 120), fixture.into(size));
		expect(colorAt(0.79, 0.5)).toEqual(COLOR["front right"]);
		expect(colorAt(0.21, 0.5)).toEqual(COLOR["front left"]);
		expect(colorAt(0.5, 0.21)).toEqual(COLOR["front high"]);
		expect(colorAt(0.5, 0.79)).toEqual(COLOR["front low"]);
	});

	it("tilted clockwise by roll: the top of the picture shows what is to the right", () => {
		fixture.projector.project(fixture.panorama, look(0, 0, 90, 120), fixture.into(size));
		expect(colorAt(0.5, 0.21)).toEqual(COLOR["front right"]);
		expect(colorAt(0.79, 0.5)).toEqual(COLOR["front low"]);
	});

	it("behind and straight up: forward is at the bottom when looking up, right stays right", () => {
		fixture.projector.project(fixture.panorama, look(0, 90, 0, 120), fixture.into(size));
		expect(colorAt(0.5, 0.79)).toEqual(COLOR["front high"]);
		expect(colorAt(0.79, 0.5)).toEqual(COLOR["right high"]);
		fixture.projector.project(fixture.panorama, look(180, 0, 0, 120), fixture.into(size));
		expect(colorAt(0.79, 0.5)).toEqual(COLOR["back left"]);
	});
});
