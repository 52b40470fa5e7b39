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
	vi.stubGlobal("requestAnimationFrame", (callback: (nowMs: number) => void) => setTimeout(() => callback(performance.now()), 16));
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
	for (const [name, value] of Object.entries({ timeStamp: performance.now(), ...fields })) Object.defineProperty(event, name, { value });
	return !target.dispatchEvent(event);
}

/** `x` and `y` from the element's middle. */
const pointer = (type: string, x: number, y: number, pointerId = 1, button = 0) =>
	fire(element, type, { pointerId, button, clientX: x + 640, clientY: y + 360 });
const key = (type: string, name: string, more: object = {}) =>
	fire(element.ownerDocument, type, { key: name, code: `Key${name}`, ...more });
const last = () => looks.at(-1)!;

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
		for (const [axis, value] of controls.model.directionAt({ x: 0, y: 0 }).entries()) expect(value).toBeCloseTo(under[axis]!);
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
});

describe("wheel", () => {
	it("zooms in and out where one points, and the page does not scroll", () => {
		const wheel = (deltaY: number, more: object = {}) =>
			fire(element, "wheel", { deltaY, deltaMode: 0, clientX: 640, clientY: 360, ...more });
		expect(wheel(-200)).toBe(true);
		expect(last().fovDeg).toBeLessThan(90);
		wheel(200);
		expect(last().fovDeg).toBeCloseTo(90);
		wheel(-3, { deltaMode: 1 });
		expect(last().fovDeg).toBeLessThan(88);
	});
});

describe("keys", () => {
	it("a tap turns at once, by a share of the field of view", () => {
		expect(key("keydown", "ArrowRight")).toBe(true);
		expect(last().yawDeg).toBeCloseTo(2.5);
		key("keyup", "ArrowRight");
		vi.advanceTimersByTime(1000);
		expect(looks).toHaveLength(1);
		key("keydown", "ArrowUp");
		expect(last().pitchDeg).toBeCloseTo(2.5);
	});

	it("a held key keeps turning until it is released, however often the keyboard repeats it", () => {
		key("keydown", "ArrowLeft");
		for (let repeat = 0; repeat < 30; repeat++) {
			vi.advanceTimersByTime(33);
			key("keydown", "ArrowLeft", { repeat: true });
		}
		expect(last().yawDeg).toBeLessThan(-40);
		expect(last().yawDeg).toBeGreaterThan(-70);
		key("keyup", "ArrowLeft");
		vi.advanceTimersByTime(32);
		const count = looks.length;
		vi.advanceTimersByTime(1000);
		expect(looks.length).toBe(count);
	});

	it("keys are let go of when the window loses the focus", () => {
		key("keydown", "ArrowLeft");
		dispatchEvent(new Event("blur"));
		vi.advanceTimersByTime(2000);
		expect(looks).toHaveLength(1);
	});

	it("plus and minus zoom, Home and 0 go back to the front", () => {
		key("keydown", "+");
		expect(last().fovDeg).toBeLessThan(90);
		key("keyup", "+");
		key("keydown", "-");
		key("keyup", "-");
		expect(last().fovDeg).toBeCloseTo(90);
		for (const home of ["Home", "0"]) {
			key("keydown", "ArrowRight");
			key("keyup", "ArrowRight");
			key("keydown", home);
			expect(last().yawDeg).toBeCloseTo(0);
		}
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
