import { describe, expect, it } from "vitest";
import { PoseSample } from "../skeleton/pose-sample.ts";
import { fillGamepadSample } from "./gamepad-sample.ts";
import { GamepadSource } from "./gamepad-source.ts";
import { ViewModel } from "./view-model.ts";

const pad = (axes: number[], pressed: number[] = []) => ({
	axes,
	buttons: Array.from({ length: 16 }, (_, index) => ({ value: 0, touched: false, pressed: pressed.includes(index) })),
});

/** Holds the sticks for a second of display frames. */
function held(axes: number[], options = {}): ViewModel & { readonly yawPitchDeg: readonly [number, number] } {
	const model = new ViewModel();
	let [yawDeg, pitchDeg] = [0, 0];
	const controls = {
		model,
		turn: (right: number, up: number) => {
			yawDeg += right;
			pitchDeg += up;
			model.turn(right, up);
		},
		zoom: (factor: number) => model.zoom(factor),
		reset: () => model.reset(),
	};
	const source = new GamepadSource(controls, options);
	for (let nowMs = 5000; nowMs <= 6000; nowMs += 10) source.step([null, pad(axes)], nowMs);
	source.close();
	return Object.assign(model, { yawPitchDeg: [yawDeg, pitchDeg] as const });
}

describe("GamepadSource", () => {
	it("turns with the right stick, as fast as the field of view is wide", () => {
		const [yawDeg, pitchDeg] = held([0, 0, 1, 0]).yawPitchDeg;
		expect(yawDeg).toBeCloseTo(99, 6);
		expect(pitchDeg).toBe(0);
		expect(held([0, 0, 0, 1]).yawPitchDeg[1]).toBeLessThan(-80);
		expect(held([0, 0, 1, 0], { turnPerSec: 0.5 }).yawPitchDeg[0]).toBeCloseTo(45, 6);
	});

	it("zooms in when the left stick is pushed up", () => {
		const model = held([0, -1, 0, 0]);
		expect(model.fovDeg).toBeLessThan(50);
		expect(model.yawPitchDeg).toEqual([0, 0]);
	});

	it("turns with the only stick of a gamepad that has one", () => {
		expect(held([-1, 0]).yawPitchDeg[0]).toBeCloseTo(-99, 6);
	});

	it("does not move for a stick that is worn, and begins from nothing at the edge of the dead zone", () => {
		expect(held([0.05, -0.08, 0.07, 0.09]).yawPitchDeg).toEqual([0, 0]);
		const [little] = held([0, 0, 0.14, 0]).yawPitchDeg;
		expect(little).toBeGreaterThan(0);
		expect(little).toBeLessThan(0.1);
	});

	it("is as fast along a diagonal as along an axis, and finer in the middle", () => {
		const [right, up] = held([0, 0, Math.SQRT1_2, -Math.SQRT1_2]).yawPitchDeg;
		expect(Math.hypot(right, up)).toBeCloseTo(99, 6);
		const [half] = held([0, 0, 0.5, 0]).yawPitchDeg;
		expect(half).toBeLessThan(25);
		const [linear] = held([0, 0, 0.5, 0], { exponent: 1, deadZone: 0 }).yawPitchDeg;
		expect(linear).toBeCloseTo(49.5, 6);
	});

	it("looks to the front once when a stick is pressed, and does not jump after a pause", () => {
		const calls: string[] = [];
		const turned: number[] = [];
		const controls = {
			model: { fovDeg: 90 },
			turn: (right: number) => turned.push(right),
			zoom: () => {},
			reset: () => calls.push("reset"),
		};
		const source = new GamepadSource(controls);
		for (let nowMs = 0; nowMs < 100; nowMs += 10) source.step([pad([0, 0, 0, 0], [11])], nowMs);
		expect(calls).toEqual(["reset"]);
		source.step([pad([0, 0, 1, 0])], 60_000);
		expect(turned).toEqual([expect.closeTo(9.9, 6)]);
	});
});

describe("fillGamepadSample", () => {
	it("makes a gamepad a controller that lies at the origin", () => {
		const frame = new PoseSample();
		fillGamepadSample(frame, pad([0.5, -1], [0, 3]), 6);
		expect(frame).toMatchObject({
			kind: "controller",
			stream: 6,
			boneCount: 1,
			controls: { buttonCount: 16, axisCount: 2, pressed: 9 },
			hand: undefined,
		});
		expect([...frame.controls.axes.slice(0, 2)]).toEqual([0.5, -1]);
		expect([...frame.rotations.slice(0, 4)]).toEqual([0, 0, 0, 1]);
	});
});
