import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { anglesFromQuaternion } from "../media/rotation.ts";
import { ViewControls } from "./view-controls.ts";

/** An element of 1280x720 at (0, 0), as far as the controls know one. */
class FakeElement extends EventTarget {
	readonly captured: number[] = [];
	readonly ownerDocument = new EventTarget();
	setPointerCapture(pointerId: number): void {
		this.captured.push(pointerId);
	}
	getBoundingClientRect(): object {
		return { left: 0, top: 0, width: 1280, height: 720 };
	}
	closest(): null {
		return null;
	}
}

let element: FakeElement;
let controls: ViewControls;
let looks: { readonly yawDeg: number; readonly pitchDeg: number; readonly fovDeg: number; readonly readAtMs: number }[];

beforeEach(() => {
	vi.useFakeTimers();
	vi.stubGlobal("Element", FakeElement);
	vi.stubGlobal("WheelEvent", { DOM_DELTA_PIXEL: 0 });
	vi.stubGlobal("requestAnimationFrame", (callback: (nowMs: number) => void) =>
		setTimeout(() => callback(performance.now()), 16),
	);
	const page = new EventTarget();
	vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
	vi.stubGlobal("dispatchEvent", page.dispatchEvent.bind(page));
	element = new FakeElement();
	begin();
});

afterEach(() => {
	controls.close();
	vi.unstubAllGlobals();
	vi.useRealTimers();
});

function begin(options: object = {}): void {
	controls = new ViewControls(element as unknown as HTMLElement, options);
	controls.model.screen = { width: 1280, height: 720, videoAspect: 16 / 9, fit: "cover" };
	looks = [];
	controls.on("look", ({ orientation, fovDeg }, readAtMs) => {
		const { yawDeg, pitchDeg } = anglesFromQuaternion(orientation);
		looks.push({ yawDeg, pitchDeg, fovDeg, readAtMs });
	});
}

/** @returns whether the page's own reaction was prevented. */
function fire(target: EventTarget, type: string, fields: object): boolean {
	const event = new Event(type, { cancelable: true });
	for (const [name, value] of Object.entries({ timeStamp: performance.now(), ...fields }))
		Object.defineProperty(event, name, { value });
	return !target.dispatchEvent(event);
}

/** `x` and `y` from the element's middle. */
const pointer = (type: string, x: number, y: number, pointerId = 1, button = 0) =>
	fire(element, type, { pointerId, button, clientX: x + 640, clientY: y + 360 });
const key = (type: string, name: string, more: object = {}) =>
	fire(element.ownerDocument, type, { key: name, code: `Key${name}`, ...more });
const last = () => looks.at(-1)!;
/** Until steps under way are at their end. */
const rest = () => void vi.advanceTimersByTime(400);

describe("drag", () => {
	it("keeps the scene under the pointer, and tells the time of the input", () => {
		pointer("pointerdown", 0, 0);
		vi.advanceTimersByTime(50);
		const atMs = performance.now();
		pointer("pointermove", 640, 0);
		expect(last().yawDeg).toBeCloseTo(-45);
		expect(last().readAtMs).toBe(atMs);
		expect(element.captured).toEqual([1]);
	});

	it("moves nothing without a button, or with another one", () => {
		pointer("pointermove", 100, 0);
		pointer("pointerdown", 0, 0, 1, 2);
		pointer("pointermove", 300, 0);
		expect(looks).toEqual([]);
	});

	it("stops where it is held still before the release", () => {
		pointer("pointerdown", 0, 0);
		pointer("pointermove", 200, 0);
		vi.advanceTimersByTime(200);
		const yaw = last().yawDeg;
		pointer("pointerup", 200, 0);
		vi.advanceTimersByTime(2000);
		expect(last().yawDeg).toBe(yaw);
	});

	it("glides on after a flick, slower and slower, until the next touch", () => {
		flick();
		const atRelease = last().yawDeg;
		vi.advanceTimersByTime(100);
		const early = last().yawDeg - atRelease;
		expect(early).toBeLessThan(-3);
		vi.advanceTimersByTime(100);
		expect(Math.abs(last().yawDeg - atRelease - early)).toBeLessThan(Math.abs(early));
		const count = looks.length;
		pointer("pointerdown", 0, 0);
		vi.advanceTimersByTime(500);
		expect(looks.length).toBeLessThanOrEqual(count + 1);
	});

	it("does not glide when motion is not wanted, and ends by itself when it is", () => {
		flick();
		vi.advanceTimersByTime(10_000);
		expect(vi.getTimerCount()).toBe(0);
		controls.close();
		begin({ inertia: false });
		flick();
		const count = looks.length;
		vi.advanceTimersByTime(1000);
		expect(looks.length).toBe(count);
	});

	function flick(): void {
		pointer("pointerdown", 0, 0);
		for (let x = 10; x <= 60; x += 10) {
			vi.advanceTimersByTime(8);
			pointer("pointermove", x, 0);
		}
		pointer("pointerup", 60, 0);
	}
});

describe("pinch", () => {
	it("zooms by the fingers' distance and keeps the scene under them", () => {
		pointer("pointerdown", -100, 0, 1);
		pointer("pointerdown", 100, 0, 2);
		const under = controls.model.directionAt({ x: 0, y: 0 });
		pointer("pointermove", -200, 0, 1);
		pointer("pointermove", 200, 0, 2);
		expect(Math.tan((last().fovDeg * Math.PI) / 360)).toBeCloseTo(0.5);
		for (const [axis, value] of controls.model.directionAt({ x: 0, y: 0 }).entries())
			expect(value).toBeCloseTo(under[axis]!);
	});

	it("the finger that stays goes on dragging without a jump", () => {
		pointer("pointerdown", -100, 0, 1);
		pointer("pointerdown", 100, 0, 2);
		pointer("pointerup", 100, 0, 2);
		pointer("pointermove", -100, 0, 1);
		expect(last().yawDeg).toBeCloseTo(0);
		pointer("pointermove", -50, 0, 1);
		expect(last().yawDeg).toBeLessThan(-1);
	});

	it("takes both fingers together: a pair of reports, one look, and what is between them never trembles", () => {
		pointer("pointerdown", -100, 0, 1);
		pointer("pointerdown", 100, 0, 2);
		looks.length = 0;
		for (let px = 101; px <= 120; px++) {
			pointer("pointermove", -px, 0, 1);
			pointer("pointermove", px, 0, 2);
		}
		expect(looks).toHaveLength(20);
		for (const { yawDeg } of looks) expect(yawDeg).toBeCloseTo(0, 9);
	});

	it("follows one finger of two at the next display frame, when the other one stays", () => {
		pointer("pointerdown", -100, 0, 1);
		pointer("pointerdown", 100, 0, 2);
		pointer("pointermove", 200, 0, 2);
		pointer("pointermove", 300, 0, 2);
		expect(looks).toEqual([]);
		vi.advanceTimersByTime(20);
		expect(looks).toHaveLength(1);
		expect(Math.tan((last().fovDeg * Math.PI) / 360)).toBeCloseTo(0.5);
	});
});

describe("double click", () => {
	const tap = (x: number, more: object = {}) => {
		pointer("pointerdown", x, 0);
		vi.advanceTimersByTime(60);
		fire(element, "pointerup", { pointerId: 1, button: 0, clientX: x + 640, clientY: 360, ...more });
		vi.advanceTimersByTime(100);
	};

	it("zooms in where it is, and out with Shift", () => {
		const under = controls.model.directionAt({ x: 300, y: 0 });
		tap(300);
		expect(controls.model.fovDeg).toBe(90);
		tap(302);
		rest();
		expect(Math.tan((last().fovDeg * Math.PI) / 360)).toBeCloseTo(0.5);
		for (const [axis, value] of controls.model.directionAt({ x: 302, y: 0 }).entries())
			expect(value).toBeCloseTo(under[axis]!, 2);
		tap(300);
		tap(300, { shiftKey: true });
		rest();
		expect(last().fovDeg).toBeCloseTo(90);
	});

	it("is neither two slow clicks, nor two far from each other, nor a drag", () => {
		tap(0);
		vi.advanceTimersByTime(500);
		tap(0);
		vi.advanceTimersByTime(500);
		tap(0);
		tap(200);
		pointer("pointerdown", 200, 0);
		pointer("pointermove", 230, 0);
		pointer("pointerup", 230, 0);
		rest();
		expect(controls.model.fovDeg).toBe(90);
	});
});

describe("wheel", () => {
	const wheel = (deltaY: number, more: object = {}) =>
		fire(element, "wheel", { deltaY, deltaMode: 0, clientX: 640, clientY: 360, ...more });

	it("zooms in and out where one points, and the page does not scroll", () => {
		expect(wheel(-200)).toBe(true);
		rest();
		expect(last().fovDeg).toBeCloseTo(73.06, 1);
		wheel(200);
		rest();
		expect(last().fovDeg).toBeCloseTo(90);
		wheel(-3, { deltaMode: 1 });
		rest();
		expect(last().fovDeg).toBeLessThan(88);
	});

	it("begins at once and takes a quarter of a second, slower and slower", () => {
		wheel(-200);
		const sizes = [last().fovDeg];
		for (let frame = 0; frame < 20; frame++) {
			vi.advanceTimersByTime(16);
			sizes.push(last().fovDeg);
		}
		expect(sizes[0]).toBeLessThan(90);
		const steps = sizes.slice(1).map((size, index) => sizes[index]! - size);
		expect(steps.indexOf(0) * 16).toBeGreaterThan(200);
		expect(steps.indexOf(0) * 16).toBeLessThan(280);
		expect(steps[1]).toBeGreaterThan(steps[8]!);
	});

	it("stops under way when the view is touched", () => {
		wheel(-200);
		vi.advanceTimersByTime(32);
		pointer("pointerdown", 0, 0);
		const { fovDeg } = controls.model;
		rest();
		expect(controls.model.fovDeg).toBe(fovDeg);
	});

	it("adds up when it is turned fast, and a trackpad's pinch follows the fingers", () => {
		for (let notch = 0; notch < 3; notch++) wheel(-100);
		rest();
		expect(Math.tan((last().fovDeg * Math.PI) / 360)).toBeCloseTo(Math.exp(-0.45));
		wheel(45, { ctrlKey: true });
		expect(last().fovDeg).toBeCloseTo(90);
	});

	it("jumps for those who want less motion, and so do keys and Home", () => {
		vi.stubGlobal("matchMedia", () => ({ matches: true }));
		wheel(-200);
		expect(Math.tan((last().fovDeg * Math.PI) / 360)).toBeCloseTo(Math.exp(-0.3));
		key("keydown", "ArrowRight");
		key("keyup", "ArrowRight");
		controls.reset();
		expect(last().yawDeg).toBeCloseTo(0);
		expect(last().fovDeg).toBe(90);
		const count = looks.length;
		rest();
		expect(looks).toHaveLength(count);
	});
});

describe("keys", () => {
	it("a tap begins to turn at once, by a share of the field of view", () => {
		expect(key("keydown", "ArrowRight")).toBe(true);
		expect(last().yawDeg).toBeGreaterThan(0.3);
		key("keyup", "ArrowRight");
		rest();
		expect(last().yawDeg).toBeCloseTo(2.5);
		key("keydown", "ArrowUp");
		key("keyup", "ArrowUp");
		rest();
		expect(last().pitchDeg).toBeCloseTo(2.5);
		expect(vi.getTimerCount()).toBe(0);
	});

	it("W, A, S and D turn by their place on the keyboard, whatever letters are there", () => {
		for (const [code, name] of [
			["KeyD", "d"],
			["KeyW", "z"],
		] as const) {
			expect(key("keydown", name, { code })).toBe(true);
			key("keyup", name, { code });
		}
		rest();
		expect(last().yawDeg).toBeCloseTo(2.5);
		expect(last().pitchDeg).toBeCloseTo(2.5);
		for (const code of ["KeyA", "KeyS"]) {
			key("keydown", "x", { code });
			key("keyup", "x", { code });
		}
		rest();
		expect(last().yawDeg).toBeCloseTo(0);
		expect(last().pitchDeg).toBeCloseTo(0);
	});

	it("a held key turns until it is released, however often the keyboard repeats it, and comes to rest", () => {
		key("keydown", "ArrowLeft");
		for (let repeat = 0; repeat < 30; repeat++) {
			vi.advanceTimersByTime(33);
			key("keydown", "ArrowLeft", { repeat: true });
		}
		expect(last().yawDeg).toBeLessThan(-40);
		expect(last().yawDeg).toBeGreaterThan(-70);
		key("keyup", "ArrowLeft");
		const { yawDeg } = last();
		rest();
		expect(last().yawDeg).toBeLessThan(yawDeg - 1);
		expect(last().yawDeg).toBeGreaterThan(yawDeg - 8);
		const count = looks.length;
		vi.advanceTimersByTime(1000);
		expect(looks.length).toBe(count);
	});

	it("keys are let go of when the window loses the focus", () => {
		key("keydown", "ArrowLeft");
		dispatchEvent(new Event("blur"));
		vi.advanceTimersByTime(2000);
		expect(last().yawDeg).toBeCloseTo(-2.5);
	});

	it("plus and minus zoom, Home and 0 go back to the front the shorter way", () => {
		key("keydown", "+");
		key("keyup", "+");
		rest();
		expect(last().fovDeg).toBeLessThan(85);
		key("keydown", "-");
		key("keyup", "-");
		rest();
		expect(last().fovDeg).toBeCloseTo(90);
		for (const home of ["Home", "0"]) {
			controls.turn(170, 20);
			controls.zoom(2);
			key("keydown", home);
			vi.advanceTimersByTime(50);
			expect(last().yawDeg).toBeGreaterThan(20);
			expect(last().yawDeg).toBeLessThan(150);
			rest();
			expect(last().yawDeg).toBeCloseTo(0);
			expect(last().pitchDeg).toBeCloseTo(0);
			expect(last().fovDeg).toBeCloseTo(90);
		}
	});

	it("a key ends the way home, which goes to a place and not by a step", () => {
		controls.turn(100, 0);
		controls.reset();
		vi.advanceTimersByTime(32);
		key("keydown", "ArrowRight");
		key("keyup", "ArrowRight");
		const { yawDeg } = last();
		rest();
		expect(last().yawDeg).toBeGreaterThan(yawDeg);
	});

	it("leaves the browser's own shortcuts, other keys, and fields one types in alone", () => {
		expect(key("keydown", "ArrowLeft", { altKey: true })).toBe(false);
		expect(key("keydown", "+", { ctrlKey: true })).toBe(false);
		expect(key("keydown", "x")).toBe(false);
		const field = Object.assign(new FakeElement(), { closest: () => field });
		expect(key("keydown", "ArrowLeft", { target: field })).toBe(false);
		expect(looks).toEqual([]);
	});
});

describe("a phone's orientation", () => {
	const turnTo = (alpha: number | null, beta = 90, gamma = 0) => {
		const event = new Event("deviceorientation");
		for (const [name, value] of Object.entries({ alpha, beta, gamma, timeStamp: performance.now() }))
			Object.defineProperty(event, name, { value });
		dispatchEvent(event);
	};

	beforeEach(() => {
		vi.stubGlobal("screen", { orientation: { angle: 0 } });
		vi.stubGlobal("DeviceOrientationEvent", class {});
	});

	it("leads from the first reading on, and gives the lead back", async () => {
		const states: boolean[] = [];
		controls.on("device", (active) => states.push(active));
		const enabled = controls.enableDevice();
		await vi.advanceTimersByTimeAsync(10);
		turnTo(40);
		expect(await enabled).toBe(true);
		turnTo(30, 100);
		expect(last().yawDeg).toBeCloseTo(10);
		expect(last().pitchDeg).toBeCloseTo(10);
		controls.disableDevice();
		turnTo(200);
		expect(last().yawDeg).toBeCloseTo(10);
		expect(states).toEqual([true, false]);
	});

	it("is given up where there is no sensor", async () => {
		const enabled = controls.enableDevice();
		await vi.advanceTimersByTimeAsync(10);
		turnTo(null);
		await vi.advanceTimersByTimeAsync(2000);
		expect(await enabled).toBe(false);
		expect(controls.deviceActive).toBe(false);
	});

	it("asks for permission where the browser wants that, and takes no for an answer", async () => {
		vi.stubGlobal("DeviceOrientationEvent", { requestPermission: async () => "denied" });
		expect(await controls.enableDevice()).toBe(false);
		expect(controls.deviceActive).toBe(false);
	});
});

describe("close()", () => {
	it("hears nothing any more", () => {
		controls.close();
		pointer("pointerdown", 0, 0);
		pointer("pointermove", 100, 0);
		key("keydown", "ArrowLeft");
		vi.advanceTimersByTime(1000);
		expect(looks).toEqual([]);
	});
});
