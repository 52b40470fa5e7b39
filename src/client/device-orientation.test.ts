import { describe, expect, it } from "vitest";
import { anglesFromQuaternion, matrixFromQuaternion, type Quaternion } from "../media/rotation.ts";
import { worldFromDeviceOrientation } from "./device-orientation.ts";

/** Where the view's right, up and forward point. */
function axes(quaternion: Quaternion): { right: number[]; up: number[]; forward: number[] } {
	const m = matrixFromQuaternion(quaternion);
	// `+ 0` turns -0 into 0.
	const tidy = (values: number[]) => values.map((value) => Math.round(value * 1e9) / 1e9 + 0);
	return { right: tidy([m[0], m[3], m[6]]), up: tidy([m[1], m[4], m[7]]), forward: tidy([-m[2], -m[5], -m[8]]) };
}

describe("worldFromDeviceOrientation", () => {
	it("flat on the table it looks down, with its top to the north", () => {
		expect(axes(worldFromDeviceOrientation(0, 0, 0, 0))).toEqual({
			right: [1, 0, 0],
			up: [0, 0, -1],
			forward: [0, -1, 0],
		});
	});

	it("upright it looks to the north, level", () => {
		expect(axes(worldFromDeviceOrientation(0, 90, 0, 0))).toEqual({
			right: [1, 0, 0],
			up: [0, 1, 0],
			forward: [0, 0, -1],
		});
	});

	it("alpha turns to the left, beta above 90 looks up", () => {
		const { yawDeg, pitchDeg, rollDeg } = anglesFromQuaternion(worldFromDeviceOrientation(30, 110, 0, 0));
		expect(yawDeg).toBeCloseTo(-30);
		expect(pitchDeg).toBeCloseTo(20);
		expect(rollDeg).toBeCloseTo(0);
	});

	it("held sideways, top to the left, the horizon is level on the turned screen", () => {
		// Its user looks to the north: the device's x points up, y to the west, z to
		// the south, which is alpha 90, beta 0, gamma -90.
		expect(axes(worldFromDeviceOrientation(90, 0, -90, 90))).toEqual({
			right: [1, 0, 0],
			up: [0, 1, 0],
			forward: [0, 0, -1],
		});
	});

	it("held sideways the other way, top to the right, it is level too", () => {
		// The same look to the north with x down, y to the east, z to the south.
		expect(axes(worldFromDeviceOrientation(270, 0, 90, 270))).toEqual({
			right: [1, 0, 0],
			up: [0, 1, 0],
			forward: [0, 0, -1],
		});
	});

	it("a tilt of the phone is a roll of the view, and the screen's angle takes it back", () => {
		const upright = worldFromDeviceOrientation(0, 90, 0, 0);
		const turned = worldFromDeviceOrientation(0, 90, 0, 90);
		expect(anglesFromQuaternion(upright).rollDeg).toBeCloseTo(0);
		expect(anglesFromQuaternion(turned).rollDeg).toBeCloseTo(90);
	});

	it("has length 1 for any angles", () => {
		for (let step = 0; step < 200; step++) {
			const quaternion = worldFromDeviceOrientation(
				step * 37.1,
				(step * 53.3) % 180,
				(step * 17.7) % 90,
				(step % 4) * 90,
			);
			expect(Math.hypot(...quaternion)).toBeCloseTo(1, 12);
		}
	});
});
