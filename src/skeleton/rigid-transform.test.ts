import { describe, expect, it } from "vitest";
import { quaternionFromAngles } from "../media/rotation.ts";
import {
	composeTransforms,
	directionOf,
	invertTransform,
	levelTransform,
	rotateVector,
	rotationFromAxes,
	transformPoint,
} from "./rigid-transform.ts";
import { seededRandom } from "./seeded-random.cases.ts";
import { randomRotation, randomTransform } from "./synthetic-poses.cases.ts";

const expectClose = (actual: readonly number[], expected: readonly number[]) => {
	expect(actual).toHaveLength(expected.length);
	for (const [index, value] of actual.entries()) expect(value).toBeCloseTo(expected[index]!, 10);
};

describe("rigid transforms", () => {
	it("compose like dominoes, and the inverse leads back", () => {
		const random = seededRandom(3);
		for (let round = 0; round < 100; round++) {
			const [a, b] = [randomTransform(random), randomTransform(random)];
			expectClose(
				transformPoint(composeTransforms(a, b), [1, 2, 3]),
				transformPoint(a, transformPoint(b, [1, 2, 3])),
			);
			expectClose(transformPoint(invertTransform(a), transformPoint(a, [1, 2, 3])), [1, 2, 3]);
		}
	});

	it("rotationFromAxes() turns the three axes into those given, for every sign and order of the parts", () => {
		const random = seededRandom(4);
		for (let round = 0; round < 200; round++) {
			const rotation = randomRotation(random);
			const [x, y, z] = [
				rotateVector(rotation, [1, 0, 0]),
				rotateVector(rotation, [0, 1, 0]),
				rotateVector(rotation, [0, 0, 1]),
			];
			const found = rotationFromAxes(x, y, z);
			expectClose(rotateVector(found, [1, 2, 3]), rotateVector(rotation, [1, 2, 3]));
		}
		for (const rotation of [
			[1, 0, 0, 0],
			[0, 1, 0, 0],
			[0, 0, 1, 0],
		] as const)
			expectClose(
				rotationFromAxes(
					rotateVector(rotation, [1, 0, 0]),
					rotateVector(rotation, [0, 1, 0]),
					rotateVector(rotation, [0, 0, 1]),
				),
				rotation,
			);
	});

	it("levelTransform() keeps the heading at any pitch and forgets the rest", () => {
		for (const yawDeg of [-170, -30, 0, 90])
			for (const pitchDeg of [-89, 0, 60, 90]) {
				const level = levelTransform({
					position: [1, 2, 3],
					rotation: quaternionFromAngles({ yawDeg, pitchDeg, rollDeg: 0 }),
				});
				expect(level.position).toEqual([1, 2, 3]);
				const forward = rotateVector(level.rotation, [0, 0, -1]);
				expectClose(
					forward,
					rotateVector(quaternionFromAngles({ yawDeg, pitchDeg: 0, rollDeg: 0 }), [0, 0, -1]),
				);
			}
		expect(levelTransform({ position: [0, 0, 0], rotation: [0, 0, 1, 0] }).rotation).toEqual([0, 0, 0, 1]);
	});

	it("a vector of no length has no direction", () => {
		expect(directionOf([0, 0, 1e-9])).toBeUndefined();
		expect(directionOf([Number.NaN, 0, 1])).toBeUndefined();
		expect(directionOf([0, -2, 0])).toEqual([0, -1, 0]);
	});
});
