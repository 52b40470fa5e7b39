import { describe, expect, it } from "vitest";
import { quaternionFromAngles } from "../../media/rotation.ts";
import { compose, composeRod, invertRigid, multiply } from "./matrices.ts";

const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const apply = (m: Float32Array, [x, y, z]: readonly [number, number, number]) =>
	[0, 1, 2].map((row) => m[row]! * x + m[4 + row]! * y + m[8 + row]! * z + m[12 + row]!);
const expectClose = (seen: ArrayLike<number>, wanted: readonly number[]) => {
	for (const [index, value] of wanted.entries()) expect(seen[index]).toBeCloseTo(value, 5);
};

describe("matrices", () => {
	const turn = quaternionFromAngles({ yawDeg: 90, pitchDeg: 0, rollDeg: 0 });

	it("scale, then turn, then move", () => {
		const m = new Float32Array(16);
		compose(m, 0, [1, 2, 3], turn, [2, 1, 1]);
		// Turned to the right, what was ahead is to the right, and what was right is
		// behind.
		expectClose(apply(m, [0, 0, -1]), [2, 2, 3]);
		expectClose(apply(m, [1, 0, 0]), [1, 2, 5]);
	});

	it("are undone by their inverse", () => {
		const [m, inverse, product] = [new Float32Array(16), new Float32Array(16), new Float32Array(16)];
		compose(m, 0, [1, -2, 0.5], quaternionFromAngles({ yawDeg: 33, pitchDeg: -20, rollDeg: 71 }), [1, 1, 1]);
		invertRigid(inverse, m);
		multiply(product, inverse, m);
		expectClose(product, IDENTITY);
	});
});

describe("composeRod", () => {
	it.each([
		["along z", [0, 0, 0], [0, 0, -2]],
		["along y", [0.1, 0, 0], [0.1, 0.5, 0]],
		["downwards", [0, 1, 0], [0, 0.2, 0]],
		["any way", [0.3, -0.2, 1], [-0.5, 0.9, 0.1]],
	])("lies between its ends, round and right-handed: %s", (_, from, to) => {
		const m = new Float32Array(20);
		composeRod(m, 4, new Float32Array(from), 0, new Float32Array([9, ...to]), 1, 0.01);
		const rod = m.subarray(4);
		expectClose(apply(rod, [0, 0, -0.5]), from);
		expectClose(apply(rod, [0, 0, 0.5]), to);
		const [x, y, z] = [rod.subarray(0, 3), rod.subarray(4, 7), rod.subarray(8, 11)];
		const dot = (a: Float32Array, b: Float32Array) => a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
		expect(Math.hypot(...x)).toBeCloseTo(0.01, 6);
		expect(Math.hypot(...y)).toBeCloseTo(0.01, 6);
		for (const [a, b] of [
			[x, y],
			[y, z],
			[x, z],
		] as const)
			expect(dot(a, b)).toBeCloseTo(0, 6);
		const cross = new Float32Array([
			x[1]! * y[2]! - x[2]! * y[1]!,
			x[2]! * y[0]! - x[0]! * y[2]!,
			x[0]! * y[1]! - x[1]! * y[0]!,
		]);
		expect(dot(cross, z)).toBeGreaterThan(0);
	});
});
