import { describe, expect, it } from "vitest";
import {
	anglesFromQuaternion,
	matrixFromQuaternion,
	multiplyQuaternions,
	type Quaternion,
	quaternionFromAngles,
} from "../../media/rotation.ts";
import { PoseSample } from "../../skeleton/pose-sample.ts";
import { mutatedTexts } from "../mutated-texts.cases.ts";
import { LegacyCamera } from "./camera.ts";

function applied(camera: LegacyCamera, message: object): PoseSample {
	const head = new PoseSample();
	const result = camera.decode(JSON.stringify(message), head);
	if (result.kind !== "message") throw new Error(JSON.stringify(result));
	return head;
}

/**
 * What Unity calls `Quaternion.Euler(x, y, z)`: z, then x, then y, about fixed axes of its
 * left-handed frame; then into world axes.
 */
function worldFromUnityEuler(xDeg: number, yDeg: number, zDeg: number): Quaternion {
	const half = (deg: number) => (deg * Math.PI) / 360;
	const x: Quaternion = [Math.sin(half(xDeg)), 0, 0, Math.cos(half(xDeg))];
	const y: Quaternion = [0, Math.sin(half(yDeg)), 0, Math.cos(half(yDeg))];
	const z: Quaternion = [0, 0, Math.sin(half(zDeg)), Math.cos(half(zDeg))];
	const unity = multiplyQuaternions(multiplyQuaternions(y, x), z);
	return [-unity[0], -unity[1], unity[2], unity[3]];
}

describe("LegacyCamera", () => {
	it("looks where Unity's camera looks, for any Euler angles", () => {
		for (const [x, y, z] of [
			[0, 0, 0],
			[20, 40, 0],
			[340, 350, 15],
			[85, 181, 300],
			[271, 90, 5],
		] as const) {
			const camera = new LegacyCamera();
			const head = applied(camera, { yaw: y, pitch: -x, roll: z, fov_x: 90 });
			const expected = matrixFromQuaternion(worldFromUnityEuler(x, y, z));
			for (const [index, value] of matrixFromQuaternion(quaternionFromAngles(camera.angles)).entries())
				expect(value).toBeCloseTo(expected[index]!, 12);
			// A sample has single precision.
			for (const [index, value] of matrixFromQuaternion(head.orientation).entries())
				expect(value).toBeCloseTo(expected[index]!, 6);
		}
	});

	it("keeps the horizon level: Unity's roll of 15 is ours of -15", () => {
		const pose = applied(new LegacyCamera(), { yaw: 350, pitch: -340, roll: 15 });
		const { yawDeg, pitchDeg, rollDeg } = anglesFromQuaternion(pose.orientation);
		expect(yawDeg).toBeCloseTo(-10);
		expect(pitchDeg).toBeCloseTo(20);
		expect(rollDeg).toBeCloseTo(-15);
	});

	it("keeps the last value of a field that is missing, and numbers the poses", () => {
		const camera = new LegacyCamera();
		expect(applied(camera, { yaw: 30 })).toMatchObject({ sequence: 1 });
		expect(applied(camera, { fov_x: 70 })).toMatchObject({ sequence: 2, fovDeg: 70 });
		expect(applied(camera, { pitch: -350 })).toMatchObject({ sequence: 3, fovDeg: 70, clientTimeMs: Number.NaN });
		expect(camera.angles).toEqual({ yawDeg: 30, pitchDeg: 10, rollDeg: 0 });
	});

	it("says nothing of the field of view until the client does, then clamps it", () => {
		const camera = new LegacyCamera();
		expect(applied(camera, { yaw: 1 }).fovDeg).toBeUndefined();
		expect(applied(camera, { fov_x: 0 }).fovDeg).toBe(20);
		expect(applied(camera, { fov_x: 179 }).fovDeg).toBe(150);
	});

	it.each([
		["not JSON", "yaw"],
		["NaN as Python spells it", '{"yaw":NaN}'],
		["infinite", '{"yaw":1,"pitch":1e999}'],
		["text", '{"yaw":"12"}'],
		["null", '{"yaw":1,"fov_x":null}'],
		["a list", "[1,2,3]"],
	])("refuses and counts %s, and nothing changes", (_, text) => {
		const camera = new LegacyCamera();
		applied(camera, { yaw: 30, fov_x: 60 });
		expect(camera.decode(text, new PoseSample()).kind).toBe("refused");
		expect(camera.refused).toBe(1);
		expect(camera.lastRefusal).toBeTypeOf("string");
		expect(applied(camera, {})).toMatchObject({ sequence: 2, fovDeg: 60 });
		expect(camera.angles.yawDeg).toBe(30);
	});

	it("never throws and stays finite, whatever is mutated", () => {
		const camera = new LegacyCamera();
		let understoodCount = 0;
		for (const mutated of mutatedTexts('{"yaw":350.25,"pitch":-12.5,"roll":1.5e1,"fov_x":90.0}', 10_000)) {
			const head = new PoseSample(1);
			if (camera.decode(mutated, head).kind !== "message") continue;
			understoodCount++;
			expect([...head.orientation, head.fovDeg ?? 90].every(Number.isFinite)).toBe(true);
		}
		expect(understoodCount).toBeGreaterThan(100);
		expect(camera.refused).toBe(10_000 - understoodCount);
	});

	it("brings any angle within (-180, 180]", () => {
		const camera = new LegacyCamera();
		for (const [sent, expected] of [
			[180, 180],
			[-180, 180],
			[540, 180],
			[181, -179],
			[-359, 1],
			[720, 0],
			[-360, 0],
		] as const) {
			applied(camera, { yaw: sent });
			expect(camera.angles.yawDeg).toBe(expected);
		}
	});
});
