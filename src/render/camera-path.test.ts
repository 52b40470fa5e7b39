import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { anglesFromQuaternion, quaternionFromAngles } from "../media/rotation.ts";
import { cameraPath, readCameraPath } from "./camera-path.ts";
import type { CameraPath } from "./options.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-path-"));
afterAll(() => rmSync(folder, { recursive: true }));

const written = (name: string, text: string) => {
	const path = join(folder, name);
	writeFileSync(path, text);
	return path;
};
const anglesAt = (path: CameraPath, sec: number) => {
	const { yawDeg, pitchDeg, rollDeg } = anglesFromQuaternion(path(sec).worldFromView);
	return [yawDeg, pitchDeg, rollDeg].map((angle) => Math.round(angle * 1e6) / 1e6 + 0);
};
const KEYFRAMES = [
	{ timeSec: 0, yawDeg: 0, fovDeg: 90 },
	{ timeSec: 2, yawDeg: 60, fovDeg: 60 },
	{ timeSec: 3, yawDeg: 60, pitchDeg: 40, fovDeg: 60 },
	{ timeSec: 5, yawDeg: -170, fovDeg: 80 },
];

describe("cameraPath()", () => {
	it.each(["slerp", "squad"] as const)("passes through its keyframes and rests before and after them: %s", (way) => {
		const path = cameraPath(KEYFRAMES, way);
		for (const { timeSec, yawDeg = 0, pitchDeg = 0, fovDeg } of KEYFRAMES) {
			expect(anglesAt(path, timeSec)).toEqual([yawDeg, pitchDeg, 0]);
			expect(path(timeSec).fovDeg).toBeCloseTo(fovDeg, 9);
		}
		expect(anglesAt(path, -1)).toEqual([0, 0, 0]);
		expect(anglesAt(path, 9)).toEqual([-170, 0, 0]);
	});

	it("turns at an even speed by slerp, the shorter way", () => {
		const path = cameraPath(KEYFRAMES, "slerp");
		expect(anglesAt(path, 0.5)).toEqual([15, 0, 0]);
		expect(path(1).fovDeg).toBeCloseTo(75, 9);
		const over = cameraPath(
			[
				{ timeSec: 0, yawDeg: 170 },
				{ timeSec: 1, yawDeg: -170 },
			],
			"slerp",
		);
		expect(anglesAt(over, 0.25)).toEqual([175, 0, 0]);
	});

	it("has no jump of its speed by squad, and is a straight turn where the keyframes are one", () => {
		const path = cameraPath(KEYFRAMES.map((keyframe, index) => ({ ...keyframe, timeSec: index })));
		const speed = (sec: number) => {
			const step = 1e-4;
			const dot = path(sec).worldFromView.reduce(
				(sum, value, i) => sum + value * (path(sec + step).worldFromView[i] ?? 0),
				0,
			);
			return (2 * Math.acos(Math.min(1, Math.abs(dot)))) / step;
		};
		for (const sec of [1, 2]) expect(speed(sec - 2e-4) / speed(sec + 1e-4)).toBeCloseTo(1, 1);
		const straight = cameraPath([0, 1, 2, 3].map((sec) => ({ timeSec: sec, yawDeg: 30 * sec })));
		expect(anglesAt(straight, 1.5)).toEqual([45, 0, 0]);
	});
});

describe("readCameraPath()", () => {
	it("reads keyframes as CSV and as JSON", async () => {
		const csv = await readCameraPath(written("a.csv", "Time, yaw, fov\r\n0,0,90\n2,60,\n"), "slerp");
		expect(anglesAt(csv, 1)).toEqual([30, 0, 0]);
		const json = '{ "interpolation": "slerp", "keyframes": [{ "time": 0 }, { "time": 2, "pitch": -50 }] }';
		expect(anglesAt(await readCameraPath(written("a.json", json)), 1)).toEqual([0, -25, 0]);
		expect(anglesAt(await readCameraPath(written("b.json", '[{ "time": 0, "roll": 20 }]')), 7)).toEqual([0, 0, 20]);
	});

	it.each([
		["no.json", undefined, /no\.json does not exist\.$/],
		["c.json", "{}", /list of keyframes/],
		["c.json", "[1", /c\.json can't be used/],
		["killed.mp4", "", /killed\.mp4 can't be used: the file is empty\./],
		["c.json", '[{ "time": 0, "yaw": "1" }]', /keyframe 0: yaw is a number; got "1"/],
		["c.json", '[{ "time": 0, "jaw": 1 }]', /got jaw/],
		["c.json", '[{ "time": 1 }, { "time": 1 }]', /times rise/],
		["c.csv", "time,yaw\n", /no keyframes/],
		["c.csv", "yaw\n3", /line 2 has a time/],
	])("refuses %s with %s", async (name, text, words) => {
		const path = text === undefined ? join(folder, name) : written(name, text);
		await expect(readCameraPath(path)).rejects.toThrow(words);
	});

	it("keeps rotations of unit length", () => {
		const path = cameraPath([{ timeSec: 0 }, { timeSec: 1, yawDeg: 179, pitchDeg: 80, rollDeg: 70 }]);
		for (let sec = 0; sec <= 1; sec += 0.1) expect(Math.hypot(...path(sec).worldFromView)).toBeCloseTo(1, 12);
		expect(quaternionFromAngles({ yawDeg: 0, pitchDeg: 0, rollDeg: 0 })).toEqual(
			path(0).worldFromView.map((v) => v + 0),
		);
	});
});
