import { describe, expect, it } from "vitest";
import {
	anglesFromQuaternion,
	IDENTITY,
	type Matrix3,
	matrixFromQuaternion,
	multiplyQuaternions,
	normalizeQuaternion,
	type Quaternion,
	quaternionFromAngles,
} from "./rotation.ts";

type Vector = readonly [number, number, number];
const FORWARD: Vector = [0, 0, -1];
const RIGHT: Vector = [1, 0, 0];
const UP: Vector = [0, 1, 0];

const turned = (quaternion: Quaternion, [x, y, z]: Vector): number[] => {
	const m = matrixFromQuaternion(quaternion);
	return [0, 3, 6].map((row) => m[row]! * x + m[row + 1]! * y + m[row + 2]! * z);
};
const expectClose = (actual: readonly number[], expected: readonly number[], digits = 12) => {
	expect(actual).toHaveLength(expected.length);
	for (const [index, value] of actual.entries()) expect(value).toBeCloseTo(expected[index]!, digits);
};
const SETTINGS = [-179, -90, -33, 0, 12.5, 90, 180].flatMap((yawDeg) =>
	[-89, -45, 0, 30, 89].flatMap((pitchDeg) => [-170, -20, 0, 75].map((rollDeg) => ({ yawDeg, pitchDeg, rollDeg }))),
);

describe("quaternionFromAngles", () => {
	it("yaw looks right, pitch looks up, roll tilts the camera clockwise", () => {
		expectClose(turned(quaternionFromAngles({ yawDeg: 90, pitchDeg: 0, rollDeg: 0 }), FORWARD), RIGHT);
		expectClose(turned(quaternionFromAngles({ yawDeg: 0, pitchDeg: 90, rollDeg: 0 }), FORWARD), UP);
		// Tilted clockwise by a quarter, the camera's up points to the right.
		expectClose(turned(quaternionFromAngles({ yawDeg: 0, pitchDeg: 0, rollDeg: 90 }), UP), RIGHT);
	});

	it("applies yaw, then pitch about the turned axis, so that yaw 90 and pitch 30 looks 30 above the right", () => {
		const [cos, sin] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
		expectClose(turned(quaternionFromAngles({ yawDeg: 90, pitchDeg: 30, rollDeg: 0 }), FORWARD), [cos, sin, 0]);
	});

	it("has length 1", () => {
		for (const angles of SETTINGS) expect(Math.hypot(...quaternionFromAngles(angles))).toBeCloseTo(1, 14);
	});
});

describe("anglesFromQuaternion", () => {
	it("undoes quaternionFromAngles", () => {
		for (const angles of SETTINGS) {
			const back = anglesFromQuaternion(quaternionFromAngles(angles));
			// 180 and -180 are one direction.
			const apart = Math.abs(back.yawDeg - angles.yawDeg);
			expect(Math.min(apart, 360 - apart)).toBeLessThan(1e-9);
			expect(back.pitchDeg).toBeCloseTo(angles.pitchDeg, 9);
			expect(back.rollDeg).toBeCloseTo(angles.rollDeg, 9);
		}
	});

	it("straight up and down describes the same rotation, all of it as yaw", () => {
		for (const pitchDeg of [90, -90]) {
			const quaternion = quaternionFromAngles({ yawDeg: 40, pitchDeg, rollDeg: 25 });
			const angles = anglesFromQuaternion(quaternion);
			expect(angles.rollDeg).toBe(0);
			expectClose(matrixFromQuaternion(quaternionFromAngles(angles)), matrixFromQuaternion(quaternion), 6);
		}
	});
});

describe("multiplyQuaternions", () => {
	it("is the product of the matrices", () => {
		const product = (a: Matrix3, b: Matrix3) =>
			a.map((_, at) =>
				[0, 1, 2].reduce((sum, k) => sum + a[3 * Math.floor(at / 3) + k]! * b[3 * k + (at % 3)]!, 0),
			);
		const a = quaternionFromAngles({ yawDeg: 20, pitchDeg: -50, rollDeg: 10 });
		const b = quaternionFromAngles({ yawDeg: -110, pitchDeg: 35, rollDeg: 80 });
		expectClose(
			matrixFromQuaternion(multiplyQuaternions(a, b)),
			product(matrixFromQuaternion(a), matrixFromQuaternion(b)),
		);
	});

	it("leaves a rotation alone when the other is none", () => {
		const a = quaternionFromAngles({ yawDeg: 20, pitchDeg: -50, rollDeg: 10 });
		expectClose(multiplyQuaternions(a, IDENTITY), a);
		expectClose(multiplyQuaternions(IDENTITY, a), a);
	});
});

describe("normalizeQuaternion", () => {
	it("scales to length 1", () => {
		expectClose(normalizeQuaternion([0, 3, 0, -4]), [0, 0.6, 0, -0.8]);
	});

	it.each([[[0, 0, 0, 0]], [[Number.NaN, 0, 0, 1]], [[Number.POSITIVE_INFINITY, 0, 0, 1]]] as [Quaternion][])(
		"refuses %j",
		(quaternion) => {
			expect(() => normalizeQuaternion(quaternion)).toThrow(RangeError);
		},
	);
});

describe("matrixFromQuaternion", () => {
	it("gives orthonormal rows and keeps the handedness", () => {
		const m = matrixFromQuaternion(quaternionFromAngles({ yawDeg: 71, pitchDeg: -23, rollDeg: 140 }));
		const rows: Vector[] = [
			[m[0], m[1], m[2]],
			[m[3], m[4], m[5]],
			[m[6], m[7], m[8]],
		];
		const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
		for (const [i, a] of rows.entries())
			for (const [j, b] of rows.entries()) expect(dot(a, b)).toBeCloseTo(i === j ? 1 : 0, 12);
		const [a, b, c] = rows as [Vector, Vector, Vector];
		const cross: Vector = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
		expect(dot(cross, c)).toBeCloseTo(1, 12);
	});
});
