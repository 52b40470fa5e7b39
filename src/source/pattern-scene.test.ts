import { describe, expect, it } from "vitest";
import {
	changingYaws,
	directionFromAngles,
	EYE_LABEL_PITCH_DEG,
	LANDMARK_PARALLAX_DEG,
	LANDMARK_RADIUS_DEG,
	landmarks,
	limitedBt709FromRgb,
	MARKER_PARALLAX_DEG,
	MARKER_PERIOD_SEC,
	markerAnglesAt,
	sceneColorAt,
} from "./pattern-scene.ts";

describe("sceneColorAt()", () => {
	it("is flat and of the stated colour all over each landmark", () => {
		for (const { yawDeg, pitchDeg, color } of landmarks) {
			const [x, y, z] = directionFromAngles(yawDeg, pitchDeg);
			const aside = directionFromAngles(yawDeg + 90, 0);
			const above = directionFromAngles(yawDeg, pitchDeg + 90);
			for (let turn = 0; turn < 360; turn += 30) {
				const reach = Math.tan(((LANDMARK_RADIUS_DEG - 0.1) * Math.PI) / 180);
				const a = Math.cos((turn * Math.PI) / 180) * reach;
				const b = Math.sin((turn * Math.PI) / 180) * reach;
				const direction = [
					x + a * aside[0] + b * above[0],
					y + a * aside[1] + b * above[1],
					z + a * aside[2] + b * above[2],
				] as const;
				expect(sceneColorAt(direction)).toEqual(color);
			}
			expect(sceneColorAt([x, y, z], 0.002)).toEqual(color);
		}
	});

	it("gives the landmarks colours that cannot be mistaken for each other", () => {
		for (const [i, a] of landmarks.entries()) {
			for (const b of landmarks.slice(i + 1)) {
				const [ya, ua, va] = limitedBt709FromRgb(a.color);
				const [yb, ub, vb] = limitedBt709FromRgb(b.color);
				expect(Math.hypot(ya - yb, ua - ub, va - vb)).toBeGreaterThan(40);
			}
		}
	});

	it("has no step at the seam behind", () => {
		for (let pitchDeg = -85; pitchDeg <= 85; pitchDeg += 0.5) {
			const left = sceneColorAt(directionFromAngles(-179.999_99, pitchDeg), 0.002);
			const right = sceneColorAt(directionFromAngles(179.999_99, pitchDeg), 0.002);
			for (let i = 0; i < 3; i++) expect(Math.abs(left[i]! - right[i]!)).toBeLessThan(0.5);
		}
	});

	it("does not depend on the length of the direction and refuses one without any", () => {
		expect(sceneColorAt([0.3, 0.2, -0.9])).toEqual(sceneColorAt([3, 2, -9]));
		expect(() => sceneColorAt([0, 0, 0])).toThrow(RangeError);
	});

	it("stays within the colours of a screen everywhere", () => {
		const values: number[] = [];
		for (let yawDeg = -180; yawDeg < 180; yawDeg += 3.7) {
			for (let pitchDeg = -90; pitchDeg <= 90; pitchDeg += 2.9)
				values.push(...sceneColorAt(directionFromAngles(yawDeg, pitchDeg), 0.01));
		}
		expect(values.every((value) => value >= 0 && value <= 255)).toBe(true);
	});
});

describe("sceneColorAt() for two eyes", () => {
	it("shows each eye the landmarks where it sees things two metres away", () => {
		expect(LANDMARK_PARALLAX_DEG).toBeCloseTo(0.917, 3);
		for (const { yawDeg, pitchDeg, color } of landmarks) {
			for (const [eye, shiftDeg] of [
				["left", LANDMARK_PARALLAX_DEG],
				["right", -LANDMARK_PARALLAX_DEG],
			] as const) {
				// Just inside its edges to the left and right of where the eye sees its middle.
				// Those above and below have the pole as their middle.
				const reachDeg = LANDMARK_RADIUS_DEG - 0.05;
				const isPole = Math.abs(pitchDeg) === 90;
				for (const side of [-reachDeg, 0, reachDeg]) {
					const direction = isPole
						? directionFromAngles(90, pitchDeg - Math.abs(side))
						: directionFromAngles(yawDeg + shiftDeg + side, 0);
					expect(sceneColorAt(direction, 0, eye)).toEqual(color);
				}
			}
		}
		const beyond = directionFromAngles(LANDMARK_RADIUS_DEG + LANDMARK_PARALLAX_DEG - 0.05, 0);
		expect(sceneColorAt(beyond, 0, "left")).not.toEqual(sceneColorAt(beyond, 0, "right"));
	});

	it("writes each eye's letter for it alone, and shows the far scene to both alike", () => {
		// The stem of both letters, and the foot that only an L has.
		const differing = (yawDeg: number, pitchDeg: number) => {
			const direction = directionFromAngles(yawDeg, pitchDeg);
			const [both, left, right] = [
				sceneColorAt(direction),
				sceneColorAt(direction, 0, "left"),
				sceneColorAt(direction, 0, "right"),
			];
			return {
				left: left.some((value, i) => value !== both[i]),
				right: right.some((value, i) => value !== both[i]),
				between: left.some((value, i) => value !== right[i]),
			};
		};
		for (const yawDeg of [0, 90, 180, -90]) {
			let letters = 0;
			for (let across = -3; across <= 3; across += 0.25) {
				for (let up = -2; up <= 2; up += 0.25) {
					const { left, right, between } = differing(yawDeg + across, EYE_LABEL_PITCH_DEG + up);
					if (left && right && between) letters++;
				}
			}
			expect(letters).toBeGreaterThan(20);
		}
		for (const [yawDeg, pitchDeg] of [
			[45, 3],
			[-60, 40],
			[135, -40],
			[20, 7],
		] as const) {
			expect(differing(yawDeg, pitchDeg)).toEqual({ left: false, right: false, between: false });
		}
	});
});

it("directionFromAngles() is -Z at rest, +X at the right, +Y above", () => {
	const close = (yawDeg: number, pitchDeg: number, expected: readonly number[]) =>
		directionFromAngles(yawDeg, pitchDeg).forEach((value, i) => void expect(value).toBeCloseTo(expected[i]!, 12));
	close(0, 0, [0, 0, -1]);
	close(90, 0, [1, 0, 0]);
	close(180, 0, [0, 0, 1]);
	close(0, 90, [0, 1, 0]);
});

it("markerAnglesAt() goes once around to the right and is where it began", () => {
	const start = markerAnglesAt(0);
	expect(markerAnglesAt(MARKER_PERIOD_SEC)).toEqual(start);
	expect(markerAnglesAt(MARKER_PERIOD_SEC / 4).yawDeg).toBeCloseTo(90, 9);
	expect(markerAnglesAt((MARKER_PERIOD_SEC * 3) / 4).yawDeg).toBeCloseTo(-90, 9);
});

it("markerAnglesAt() is nearer than the landmarks, and goes round for either eye", () => {
	expect(MARKER_PARALLAX_DEG).toBeCloseTo(1.834, 3);
	for (const timeSec of [0, 5, 11.9, 12, 12.1, 23.99]) {
		const { yawDeg, pitchDeg } = markerAnglesAt(timeSec);
		for (const [eye, sign] of [
			["left", 1],
			["right", -1],
		] as const) {
			const seen = markerAnglesAt(timeSec, eye);
			expect(seen.pitchDeg).toBe(pitchDeg);
			expect(((seen.yawDeg - yawDeg + 540) % 360) - 180).toBeCloseTo(sign * MARKER_PARALLAX_DEG, 9);
			expect(Math.abs(seen.yawDeg)).toBeLessThanOrEqual(180);
		}
	}
});

it("limitedBt709FromRgb() gives the standard's numbers for black, white and the primaries", () => {
	expect(limitedBt709FromRgb([0, 0, 0])).toEqual([16, 128, 128]);
	expect(limitedBt709FromRgb([255, 255, 255])).toEqual([235, 128, 128]);
	expect(limitedBt709FromRgb([255, 0, 0])).toEqual([63, 102, 240]);
	expect(limitedBt709FromRgb([0, 255, 0])).toEqual([173, 42, 26]);
	expect(limitedBt709FromRgb([0, 0, 255])).toEqual([32, 240, 118]);
});

describe("changingYaws()", () => {
	const cases = [
		[undefined, 0],
		[undefined, 0.0016],
		[undefined, 0.05],
		["left", 0.0016],
		["right", 0.0016],
		["right", 0.05],
	] as const;
	it.each(cases)("leaves out nothing that the scene shows to eye %s at softness %f", (eye, softnessRad) => {
		let [plain, all] = [0, 0];
		for (let pitchDeg = -89.913; pitchDeg < 90; pitchDeg += 0.731) {
			const ranges = changingYaws(pitchDeg, softnessRad, eye);
			let color: readonly number[] | undefined;
			for (let yawDeg = -180; yawDeg < 180; yawDeg += 0.83) {
				all++;
				const isIn = ([from, to]: readonly [number, number]) =>
					(yawDeg >= from && yawDeg <= to) ||
					(yawDeg - 360 >= from && yawDeg - 360 <= to) ||
					(yawDeg + 360 >= from && yawDeg + 360 <= to);
				if (ranges.some(isIn)) continue;
				plain++;
				const here = sceneColorAt(directionFromAngles(yawDeg, pitchDeg), softnessRad, eye);
				color ??= here;
				const isAlike = (value: number, i: number) => Math.abs(value - color![i]!) <= 1e-6;
				if (!here.every(isAlike)) expect({ yawDeg, pitchDeg, here }).toEqual({ yawDeg, pitchDeg, here: color });
			}
		}
		expect(plain / all).toBeGreaterThan(softnessRad > 0.01 ? 0.09 : 0.4);
	});
});
