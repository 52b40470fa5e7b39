import { describe, expect, it } from "vitest";
import { anglesFromQuaternion, quaternionFromAngles } from "../media/rotation.ts";
import { worldFromDeviceOrientation } from "./device-orientation.ts";
import { focalLengthPx, fovForScreenDeg, type Screen, type ScreenPoint, ViewModel } from "./view-model.ts";

const DESKTOP: Screen = { width: 1280, height: 720, videoAspect: 16 / 9, fit: "cover" };
const PHONE: Screen = { width: 390, height: 844, videoAspect: 16 / 9, fit: "cover" };

function modelOn(screen: Screen): ViewModel {
	const model = new ViewModel();
	model.screen = screen;
	return model;
}

const angles = (model: ViewModel) => anglesFromQuaternion(model.orientation);

function expectSameDirection(model: ViewModel, point: ScreenPoint, direction: readonly number[]): void {
	for (const [axis, value] of model.directionAt(point).entries()) expect(value).toBeCloseTo(direction[axis]!, 9);
}

describe("grabbing the scene", () => {
	it("keeps what is under the finger under it, at any zoom, on any screen, turned anywhere", () => {
		for (const screen of [DESKTOP, PHONE])
			for (const zoom of [1, 2.5])
				for (const pitch of [-60, 0, 40]) {
					const model = modelOn(screen);
					model.turn(170, pitch);
					model.zoom(zoom);
					model.grab({ x: 100, y: -50 });
					const grabbed = model.directionAt({ x: 100, y: -50 });
					for (let step = 1; step <= 20; step++) {
						const point = { x: 100 - step * 4, y: -50 + step * 3 };
						model.drag(point);
						expectSameDirection(model, point, grabbed);
						expect(angles(model).rollDeg).toBeCloseTo(0, 9);
					}
				}
	});

	it("pulling to the right looks to the left, pulling down looks up", () => {
		const model = modelOn(DESKTOP);
		model.grab({ x: 0, y: 0 });
		model.drag({ x: 640, y: 0 });
		// The edge of a view of 90 degrees is 45 away.
		expect(angles(model).yawDeg).toBeCloseTo(-45);
		model.grab({ x: 0, y: 0 });
		model.drag({ x: 0, y: 100 });
		expect(angles(model).pitchDeg).toBeCloseTo((Math.atan(100 / 640) * 180) / Math.PI);
	});

	it("goes on over the back, where yaw jumps from 180 to -180", () => {
		const model = modelOn(DESKTOP);
		model.turn(179, 0);
		model.grab({ x: 0, y: 0 });
		model.drag({ x: -100, y: 0 });
		expect(angles(model).yawDeg).toBeLessThan(-170);
	});

	it("stops at the zenith, slips, and comes back at once", () => {
		const model = modelOn(DESKTOP);
		model.grab({ x: 0, y: -300 });
		for (let y = -300; y <= 4000; y += 50) model.drag({ x: 0, y });
		expect(angles(model).pitchDeg).toBeCloseTo(90, 3);
		model.drag({ x: 0, y: 3950 });
		expect(angles(model).pitchDeg).toBeLessThan(90 - 0.05);
	});

	it("never gives a number that is not finite, whatever is dragged where", () => {
		const model = modelOn(PHONE);
		for (let step = 0; step < 3000; step++) {
			const point = { x: ((step * 7919) % 400) - 200, y: ((step * 104_729) % 850) - 425 };
			if (step % 17 === 0) model.grab(point);
			else model.drag(point);
			if (step % 23 === 0) model.zoom(step % 2 === 0 ? 1.7 : 0.5, point);
			expect([...model.orientation, model.fovDeg].every(Number.isFinite)).toBe(true);
			expect(Math.hypot(...model.orientation)).toBeCloseTo(1, 9);
		}
	});
});

describe("zoom", () => {
	it("keeps what is under the pointer under it", () => {
		const model = modelOn(DESKTOP);
		model.turn(20, 10);
		const point = { x: -300, y: 120 };
		const before = model.directionAt(point);
		model.zoom(1.5, point);
		expectSameDirection(model, point, before);
		model.zoom(1 / 1.5, point);
		expectSameDirection(model, point, before);
		expect(model.fovDeg).toBeCloseTo(90);
		expect(angles(model).yawDeg).toBeCloseTo(20);
	});

	it("makes things larger by the factor", () => {
		const model = modelOn(DESKTOP);
		const before = focalLengthPx(model.screen, model.fovDeg);
		model.zoom(1.25);
		expect(focalLengthPx(model.screen, model.fovDeg) / before).toBeCloseTo(1.25);
	});

	it("ends at 20 and 130 degrees", () => {
		const model = modelOn(DESKTOP);
		model.zoom(1000);
		expect(model.fovDeg).toBe(20);
		model.zoom(1 / 1000);
		expect(model.fovDeg).toBe(130);
	});
});

describe("turning by keys", () => {
	it("turns right and up, and stops at zenith and nadir", () => {
		const model = modelOn(DESKTOP);
		model.turn(30, 20);
		expect(angles(model).yawDeg).toBeCloseTo(30);
		expect(angles(model).pitchDeg).toBeCloseTo(20);
		model.turn(0, 500);
		expect(angles(model).pitchDeg).toBeCloseTo(90);
	});

	it("reset looks forward, level, at the first zoom", () => {
		const model = modelOn(DESKTOP);
		model.turn(30, 20);
		model.zoom(3);
		model.reset();
		expect(angles(model)).toMatchObject({
			rollDeg: expect.closeTo(0),
			pitchDeg: expect.closeTo(0),
			yawDeg: expect.closeTo(0),
		});
		expect(model.fovDeg).toBe(90);
	});
});

describe("a lens", () => {
	it("keeps what is under the finger under it, and what is under the pointer while it zooms", () => {
		for (const lens of ["pannini", "little-planet"] as const) {
			const model = modelOn(DESKTOP);
			model.setLens(lens, 200);
			model.turn(30, lens === "pannini" ? 10 : 40);
			model.grab({ x: 200, y: -50 });
			const grabbed = model.directionAt({ x: 200, y: -50 });
			model.drag({ x: 150, y: -20 });
			expectSameDirection(model, { x: 150, y: -20 }, grabbed);
			model.release();
			const pointed = model.directionAt({ x: -100, y: 60 });
			const before = model.fovDeg;
			model.zoom(1.3, { x: -100, y: 60 });
			expect(model.fovDeg).toBeLessThan(before);
			expectSameDirection(model, { x: -100, y: 60 }, pointed);
		}
	});

	it("begins with its own zoom, a little planet from above, and home returns there", () => {
		const model = modelOn(DESKTOP);
		model.home = { yawDeg: 60, pitchDeg: 5 };
		expect(angles(model)).toMatchObject({ yawDeg: expect.closeTo(60), pitchDeg: expect.closeTo(5) });
		model.setLens("little-planet", 280);
		expect(angles(model)).toMatchObject({ yawDeg: expect.closeTo(60), pitchDeg: expect.closeTo(-90) });
		model.turn(20, 30);
		model.zoom(0.01);
		expect(model.fovDeg).toBe(340);
		const { rightDeg, upDeg, factor } = model.wayHome;
		model.zoom(factor);
		model.turn(rightDeg, upDeg);
		expect(angles(model)).toMatchObject({ yawDeg: expect.closeTo(60), pitchDeg: expect.closeTo(-90) });
		expect(model.fovDeg).toBeCloseTo(280);
		model.setLens("flat", 90);
		expect(angles(model).pitchDeg).toBeCloseTo(5);
		model.turn(1, 0);
		model.home = { yawDeg: 0, pitchDeg: 0 };
		expect(angles(model).yawDeg, "a view that was turned stays").toBeCloseTo(61);
	});
});

describe("the first zoom", () => {
	it("spans the longer side of what can be seen", () => {
		expect(fovForScreenDeg(DESKTOP, 90)).toBeCloseTo(90);
		// The window shows 844 of 844 pixels of height, and so 90 degrees of it.
		const fovDeg = fovForScreenDeg(PHONE, 90);
		expect((2 * Math.atan(844 / 2 / focalLengthPx(PHONE, fovDeg)) * 180) / Math.PI).toBeCloseTo(90);
	});

	it("follows the screen until the viewer zooms", () => {
		const model = modelOn(DESKTOP);
		model.homeFovDeg = 110;
		expect(model.fovDeg).toBe(110);
		model.zoom(2);
		const zoomed = model.fovDeg;
		model.homeFovDeg = 80;
		expect(model.fovDeg).toBe(zoomed);
		model.reset();
		expect(model.fovDeg).toBe(80);
	});

	it("a contained video is measured by its own width", () => {
		expect(focalLengthPx({ ...PHONE, fit: "contain" }, 90)).toBeCloseTo(195);
		expect(focalLengthPx(PHONE, 90)).toBeCloseTo((844 * 16) / 9 / 2);
	});
});

describe("a phone that leads", () => {
	const upright = (alphaDeg: number, betaDeg = 90) => worldFromDeviceOrientation(alphaDeg, betaDeg, 0, 0);

	it("begins with the present heading, then follows the phone", () => {
		const model = modelOn(PHONE);
		model.turn(50, 0);
		model.setDevice(upright(200));
		expect(angles(model).yawDeg).toBeCloseTo(50);
		model.setDevice(upright(190, 100));
		expect(angles(model).yawDeg).toBeCloseTo(60);
		expect(angles(model).pitchDeg).toBeCloseTo(10);
	});

	it("the finger turns the world about the vertical only", () => {
		const model = modelOn(PHONE);
		model.setDevice(upright(0, 110));
		model.grab({ x: 0, y: 0 });
		model.drag({ x: 80, y: 60 });
		expect(angles(model).pitchDeg).toBeCloseTo(20);
		expect(angles(model).yawDeg).toBeLessThan(-5);
	});

	it("reset makes its present heading forward", () => {
		const model = modelOn(PHONE);
		model.setDevice(upright(123));
		model.turn(40, 0);
		model.reset();
		expect(angles(model).yawDeg).toBeCloseTo(0);
	});

	it("gives the lead back where it looked, level", () => {
		const model = modelOn(PHONE);
		model.setDevice(upright(0));
		model.setDevice(worldFromDeviceOrientation(350, 100, 0, 15));
		model.setDevice(undefined);
		const { pitchDeg, rollDeg } = angles(model);
		expect(pitchDeg).toBeCloseTo(10);
		expect(rollDeg).toBeCloseTo(0);
		expect(model.orientation).toEqual(
			quaternionFromAngles({ yawDeg: angles(model).yawDeg, pitchDeg, rollDeg: 0 }).map((part) =>
				expect.closeTo(part),
			),
		);
	});
});
