import { EventListeners } from "../media/events.ts";
import {
	type CompleteOptions,
	completeOptions,
	flag,
	type OptionTable,
	objectWith,
	optional,
} from "../media/option-table.ts";
import { anglesFromQuaternion } from "../media/rotation.ts";
import { worldFromDeviceOrientation } from "./device-orientation.ts";
import { DoubleTap } from "./double-tap.ts";
import type { Look } from "./look.ts";
import { Pinch } from "./pinch.ts";
import { type ScreenPoint, ViewModel } from "./view-model.ts";
import { MOTION_MS, ViewMotion, type ViewStep } from "./view-motion.ts";

/** Options of `ViewControls`. */
export interface ViewControlsOptions {
	/** Target whose key events turn the view. @default the element's document */
	readonly keyTarget?: EventTarget | undefined;
	/**
	 * Let the view glide on after a quick drag. It adds no delay: a finger on the view
	 * holds it.
	 * @default true, unless the user wants less motion (`prefers-reduced-motion`)
	 */
	readonly inertia?: boolean | undefined;
	/**
	 * Let steps (wheel, keys, double clicks, `reset`, and `turn` and `zoom` with
	 * `eased`) take a quarter of a second. They begin at once, and the next touch ends
	 * them.
	 * @default true, unless the user wants less motion
	 */
	readonly easing?: boolean | undefined;
	/** The state that the controls move. @default a new one */
	readonly model?: ViewModel | undefined;
}

const VIEW_CONTROLS_OPTIONS = {
	keyTarget: optional(objectWith<EventTarget>("an EventTarget, such as a document", "addEventListener")),
	inertia: optional(flag),
	easing: optional(flag),
	model: optional(objectWith<ViewModel>("a ViewModel", "turn", "zoom", "reset")),
} satisfies OptionTable<ViewControlsOptions>;

/** The events of `ViewControls`. */
export interface ViewControlsEvents {
	/**
	 * The view has moved. `readAtMs` is the time of the input, on the clock of
	 * `performance.now()`.
	 */
	look: [look: Look & { readonly fovDeg: number }, readAtMs: number];
	/** The phone's orientation begins or ceases to lead the view. */
	device: [active: boolean];
}

type TurnKey = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";
const TURN_KEYS: { readonly [Key in TurnKey]: readonly [right: number, up: number] } = {
	ArrowLeft: [-1, 0],
	ArrowRight: [1, 0],
	ArrowUp: [0, 1],
	ArrowDown: [0, -1],
};
/**
 * Turn keys by `KeyboardEvent.code`: WASD is a place on the keyboard, in any layout.
 */
const TURN_KEY_OF_CODE: { readonly [code: string]: TurnKey } = {
	KeyA: "ArrowLeft",
	KeyD: "ArrowRight",
	KeyW: "ArrowUp",
	KeyS: "ArrowDown",
};
/** Zoom steps by `KeyboardEvent.key`: the keys are where the layout has them. */
const ZOOM_KEYS: { readonly [key: string]: number } = { "+": 1, "=": 1, "-": -1, _: -1 };
const HOME_KEYS: readonly string[] = ["Home", "0"];

/** The turn by a tap of an arrow key, as a share of the field of view. */
const TAP_TURN = 1 / 36;
/** The turn by a held arrow key, as a share of the field of view a second. */
const HELD_TURN_PER_SEC = 0.7;
const HELD_AFTER_MS = 160;
/**
 * The length of the step that follows a held key, in seconds of its speed. An eased
 * step begins with three times its mean speed, so a step of this length begins with the
 * key's.
 */
const REST_SEC = MOTION_MS / 1000 / 3;
const TAP_ZOOM = 1.1;
const HELD_ZOOM_PER_SEC = 2.2;
const WHEEL_ZOOM_PER_PX = 0.0015;
/**
 * Zoom by a trackpad's pinch, which browsers report as a wheel with the control key.
 */
const PINCH_ZOOM_PER_PX = 0.01;
const LINE_PX = 16;
/** Zoom factor of a double click; with Shift, its inverse. */
const DOUBLE_CLICK_ZOOM = 2;
/** Time in which the glide after a drag falls to 1/e of its speed. */
const GLIDE_SEC = 0.25;
/** The end of a drag over which the speed of its glide is measured. */
const GLIDE_MEASURED_MS = 80;
/** Least speed of a drag that begins a glide. */
const GLIDE_FROM_DEG_PER_SEC = 15;
/**
 * Longest wait for the first angle. Without one there is no sensor, even if the browser
 * names one.
 */
const DEVICE_TIMEOUT_MS = 1500;

interface HeldKey {
	readonly turn: readonly [right: number, up: number];
	readonly zoom: number;
	readonly sinceMs: number;
}

/**
 * Moves the view by mouse, touch, pinch, wheel, keys and the phone's own motion. The
 * element needs the style `touch-action: none`. Each input makes a `look` event at
 * once; pass it on to `PanogazeConnection.look`.
 */
export class ViewControls implements Disposable {
	readonly model: ViewModel;
	readonly #element: HTMLElement;
	readonly #events = new EventListeners<ViewControlsEvents>();
	readonly #fingers = new Pinch();
	readonly #taps = new DoubleTap();
	readonly #motion = new ViewMotion();
	readonly #keys = new Map<string, HeldKey>();
	readonly #end = new AbortController();
	readonly #options: CompleteOptions<typeof VIEW_CONTROLS_OPTIONS>;
	#device: AbortController | undefined;
	#trail: { readonly atMs: number; readonly yawDeg: number; readonly pitchDeg: number }[] = [];
	#glide: { rightPerSec: number; upPerSec: number } | undefined;
	/** Time of the last movement of a finger, on the clock of `performance.now()`. */
	#movedAtMs = 0;
	#animating = false;
	#animatedAtMs = 0;

	/** @throws {TypeError} for an option that is unknown or of the wrong kind. */
	constructor(element: HTMLElement, options: ViewControlsOptions = {}) {
		this.#options = completeOptions(VIEW_CONTROLS_OPTIONS, options, "ViewControls");
		this.model = this.#options.model ?? new ViewModel();
		this.#element = element;
		this.#listen(this.#options.keyTarget ?? element.ownerDocument);
	}

	/**
	 * True on a device that is held in the hand, in a page that may ask for its
	 * orientation.
	 */
	static get deviceAvailable(): boolean {
		return "DeviceOrientationEvent" in globalThis && isSecureContext && matchMedia("(pointer: coarse)").matches;
	}

	/** True while the phone's orientation leads the view. */
	get deviceActive(): boolean {
		return this.#device !== undefined;
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof ViewControlsEvents>(
		name: Name,
		listener: (...args: ViewControlsEvents[Name]) => void,
	): () => void {
		return this.#events.on(name, listener);
	}

	/**
	 * Turns to the right and up, degrees.
	 * @param options.eased over a quarter of a second, as a key does.
	 * @default false: at once
	 */
	turn(rightDeg: number, upDeg: number, { eased = false }: { readonly eased?: boolean | undefined } = {}): void {
		this.#stopGliding();
		this.#step({ rightDeg, upDeg }, performance.now(), eased);
	}

	/**
	 * Makes things `factor` times larger, about the middle.
	 * @param options.eased over a quarter of a second.
	 * @default false: at once
	 */
	zoom(factor: number, { eased = false }: { readonly eased?: boolean | undefined } = {}): void {
		this.#step({ factor }, performance.now(), eased);
	}

	/** Returns to the front, level, at the first zoom; eased, if steps are. */
	reset(): void {
		this.#stopMoving();
		const nowMs = performance.now();
		if (this.#isEased) {
			this.#motion.begin(this.model.wayHome, nowMs, { alone: true });
			this.#moveBySteps(nowMs);
			this.#animate();
		} else this.model.reset();
		this.#looked(nowMs);
	}

	/**
	 * Lets the phone's orientation lead the view. Call it from a tap: some browsers ask
	 * for permission.
	 *
	 * @returns whether it leads now; false after a refusal or without a sensor.
	 * @throws {DOMException} if the browser asks for permission and the call did not
	 * come from a tap.
	 */
	async enableDevice(): Promise<boolean> {
		if (this.#device !== undefined) return true;
		const { requestPermission } = DeviceOrientationEvent as { requestPermission?: () => Promise<PermissionState> };
		if (requestPermission !== undefined && (await requestPermission.call(DeviceOrientationEvent)) !== "granted")
			return false;
		const device = new AbortController();
		const { promise: firstAngle, resolve } = Promise.withResolvers<boolean>();
		const timer = setTimeout(() => resolve(false), DEVICE_TIMEOUT_MS);
		addEventListener(
			"deviceorientation",
			({ alpha, beta, gamma, timeStamp }) => {
				if (alpha === null || beta === null || gamma === null) return;
				resolve(true);
				this.#stopMoving();
				this.model.setDevice(worldFromDeviceOrientation(alpha, beta, gamma, screenAngleDeg()));
				this.#looked(timeStamp);
			},
			{ signal: device.signal },
		);
		this.#device = device;
		const active = await firstAngle;
		clearTimeout(timer);
		if (active) this.#events.emit("device", true);
		else this.disableDevice();
		return active;
	}

	/** Lets the hand lead again; the horizon becomes level. */
	disableDevice(): void {
		if (this.#device === undefined) return;
		this.#device.abort();
		this.#device = undefined;
		this.model.setDevice(undefined);
		this.#looked(performance.now());
		this.#events.emit("device", false);
	}

	/** Removes all listeners. */
	close(): void {
		this.#end.abort();
		this.#device?.abort();
		this.#stopMoving();
		this.#keys.clear();
	}

	[Symbol.dispose](): void {
		this.close();
	}

	#listen(keyTarget: EventTarget): void {
		const { signal } = this.#end;
		const element = this.#element;
		element.addEventListener("pointerdown", (event) => this.#pointerDown(event), { signal });
		element.addEventListener("pointermove", (event) => this.#pointerMoved(event), { signal });
		for (const type of ["pointerup", "pointercancel", "lostpointercapture"] as const)
			element.addEventListener(type, (event) => this.#pointerUp(event), { signal });
		element.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false });
		keyTarget.addEventListener("keydown", (event) => this.#keyDown(event as KeyboardEvent), { signal });
		keyTarget.addEventListener("keyup", (event) => this.#keyUp(event as KeyboardEvent), { signal });
		// A key that is released while another window has the focus makes no event
		// here.
		addEventListener("blur", () => this.#keys.clear(), { signal });
	}

	#looked(readAtMs: number): void {
		this.#events.emit("look", { orientation: this.model.orientation, fovDeg: this.model.fovDeg }, readAtMs);
	}

	#pointerDown(event: PointerEvent): void {
		if (event.button !== 0) return;
		this.#element.setPointerCapture(event.pointerId);
		this.#stopMoving();
		this.#follow();
		this.#fingers.add(event.pointerId, this.#pointOf(event));
		this.#taps.down(this.#pointOf(event), event.timeStamp, this.#fingers.size === 1);
		this.#trail = [];
		this.model.grab(this.#fingers.middle);
	}

	#pointerMoved(event: PointerEvent): void {
		if (!this.#fingers.has(event.pointerId)) return;
		const together = this.#fingers.move(event.pointerId, this.#pointOf(event));
		this.#movedAtMs = event.timeStamp;
		if (together) this.#follow();
		else this.#animate();
	}

	/** Moves the view with the fingers. */
	#follow(): void {
		const grip = this.#fingers.take();
		if (grip === undefined) return;
		if (grip.factor !== 1) this.model.zoom(grip.factor, grip.middle);
		this.model.drag(grip.middle);
		const { yawDeg, pitchDeg } = anglesFromQuaternion(this.model.orientation);
		const atMs = this.#movedAtMs;
		this.#trail = [
			...this.#trail.filter((point) => atMs - point.atMs < GLIDE_MEASURED_MS),
			{ atMs, yawDeg, pitchDeg },
		];
		this.#looked(atMs);
	}

	#pointerUp(event: PointerEvent): void {
		if (!this.#fingers.has(event.pointerId)) return;
		// The other fingers may have reported movements since.
		this.#follow();
		this.#fingers.remove(event.pointerId);
		if (this.#fingers.size > 0) {
			// The remaining fingers take a new hold.
			this.model.grab(this.#fingers.middle);
			return;
		}
		this.model.release();
		if (event.type !== "pointerup") return;
		const point = this.#pointOf(event);
		if (this.#taps.up(point, event.timeStamp))
			this.#step(
				{ factor: event.shiftKey ? 1 / DOUBLE_CLICK_ZOOM : DOUBLE_CLICK_ZOOM, at: point },
				event.timeStamp,
				true,
			);
		else this.#startGliding(event.timeStamp);
	}

	#wheel(event: WheelEvent): void {
		event.preventDefault();
		const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * LINE_PX;
		const factor = Math.exp(-pixels * (event.ctrlKey ? PINCH_ZOOM_PER_PX : WHEEL_ZOOM_PER_PX));
		// A trackpad's pinch needs no easing: it follows the fingers.
		this.#step({ factor, at: this.#pointOf(event) }, event.timeStamp, !event.ctrlKey);
	}

	#keyDown(event: KeyboardEvent): void {
		if (event.ctrlKey || event.metaKey || event.altKey || hasKeysOfItsOwn(event.target)) return;
		if (HOME_KEYS.includes(event.key)) {
			event.preventDefault();
			this.reset();
			return;
		}
		const turn = TURN_KEYS[TURN_KEY_OF_CODE[event.code] ?? (event.key as TurnKey)] ?? [0, 0];
		const zoom = ZOOM_KEYS[event.key] ?? 0;
		if (turn[0] === 0 && turn[1] === 0 && zoom === 0) return;
		event.preventDefault();
		if (event.repeat || this.#keys.has(event.code)) return;
		this.#stopGliding();
		this.#keys.set(event.code, { turn, zoom, sinceMs: event.timeStamp });
		const step = this.model.fovDeg * TAP_TURN;
		this.#step(
			{ rightDeg: turn[0] * step, upDeg: turn[1] * step, factor: TAP_ZOOM ** zoom },
			event.timeStamp,
			true,
		);
		this.#animate();
	}

	/** Brings the view to rest after a held key, as smoothly as it began. */
	#keyUp(event: KeyboardEvent): void {
		const key = this.#keys.get(event.code);
		this.#keys.delete(event.code);
		if (key === undefined || !this.#isEased) return;
		const share = heldSpeed(event.timeStamp - key.sinceMs) * REST_SEC;
		if (share === 0) return;
		const step = this.model.fovDeg * HELD_TURN_PER_SEC * share;
		const factor = HELD_ZOOM_PER_SEC ** (key.zoom * share);
		this.#step({ rightDeg: key.turn[0] * step, upDeg: key.turn[1] * step, factor }, event.timeStamp, true);
	}

	/** Moves the view by a step, at once or eased. */
	#step(step: ViewStep, nowMs: number, eased: boolean): void {
		if (eased && this.#isEased) {
			this.#motion.begin(step, nowMs);
			this.#moveBySteps(nowMs);
			this.#animate();
		} else this.#apply(step);
		this.#looked(nowMs);
	}

	#apply({ rightDeg = 0, upDeg = 0, factor = 1, at }: ViewStep): void {
		if (factor !== 1) this.model.zoom(factor, at);
		this.model.turn(rightDeg, upDeg);
	}

	#moveBySteps(nowMs: number): boolean {
		const steps = this.#motion.take(nowMs);
		for (const step of steps) this.#apply(step);
		return steps.length > 0;
	}

	get #isEased(): boolean {
		return this.#options.easing ?? !wantsLessMotion();
	}

	/**
	 * Moves the view in each display frame while there are held keys, a glide,
	 * unfinished steps, or fingers that have not all reported.
	 */
	#animate(): void {
		if (this.#animating) return;
		this.#animating = true;
		this.#animatedAtMs = performance.now();
		const step = (nowMs: number) => {
			const seconds = Math.min(0.1, Math.max(0, nowMs - this.#animatedAtMs) / 1000);
			this.#animatedAtMs = nowMs;
			this.#follow();
			const moved = [
				this.#moveByKeys(nowMs, seconds),
				this.#moveByGlide(seconds),
				this.#moveBySteps(nowMs),
			].includes(true);
			if (moved) this.#looked(performance.now());
			this.#animating = this.#keys.size > 0 || this.#glide !== undefined || this.#motion.active;
			if (this.#animating) requestAnimationFrame(step);
		};
		requestAnimationFrame(step);
	}

	#moveByKeys(nowMs: number, seconds: number): boolean {
		const held = [...this.#keys.values()].filter(({ sinceMs }) => nowMs - sinceMs > HELD_AFTER_MS);
		for (const { turn, zoom, sinceMs } of held) {
			const share = (this.#isEased ? heldSpeed(nowMs - sinceMs) : 1) * seconds;
			const step = this.model.fovDeg * HELD_TURN_PER_SEC * share;
			this.#apply({
				rightDeg: turn[0] * step,
				upDeg: turn[1] * step,
				factor: HELD_ZOOM_PER_SEC ** (zoom * share),
			});
		}
		return held.length > 0;
	}

	#startGliding(nowMs: number): void {
		const recent = this.#trail.filter(({ atMs }) => nowMs - atMs < GLIDE_MEASURED_MS);
		const [first, last] = [recent[0], recent.at(-1)];
		if (
			!(this.#options.inertia ?? !wantsLessMotion()) ||
			this.#device !== undefined ||
			first === undefined ||
			last === undefined ||
			last.atMs <= first.atMs
		)
			return;
		const seconds = (last.atMs - first.atMs) / 1000;
		// By the short way round, because yaw jumps from 180 to -180.
		const rightPerSec = (((((last.yawDeg - first.yawDeg + 180) % 360) + 360) % 360) - 180) / seconds;
		const upPerSec = (last.pitchDeg - first.pitchDeg) / seconds;
		if (Math.hypot(rightPerSec, upPerSec) < GLIDE_FROM_DEG_PER_SEC) return;
		this.#glide = { rightPerSec, upPerSec };
		this.#animate();
	}

	#moveByGlide(seconds: number): boolean {
		const glide = this.#glide;
		if (glide === undefined) return false;
		this.model.turn(glide.rightPerSec * seconds, glide.upPerSec * seconds);
		const fade = Math.exp(-seconds / GLIDE_SEC);
		glide.rightPerSec *= fade;
		glide.upPerSec *= fade;
		if (Math.hypot(glide.rightPerSec, glide.upPerSec) < 1) this.#glide = undefined;
		return true;
	}

	#stopGliding(): void {
		this.#glide = undefined;
	}

	/** Ends the glide and all steps. */
	#stopMoving(): void {
		this.#stopGliding();
		this.#motion.stop();
	}

	/**
	 * The point of an event from the element's middle, by the element's present size.
	 */
	#pointOf({ clientX, clientY }: MouseEvent): ScreenPoint {
		const box = this.#element.getBoundingClientRect();
		return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
	}
}

/**
 * The speed of a held key, 0 to 1 of its full speed. It rises while the step that the
 * key began with comes to rest.
 */
function heldSpeed(heldMs: number): number {
	return Math.min(1, Math.max(0, (heldMs - HELD_AFTER_MS) / MOTION_MS));
}

function wantsLessMotion(): boolean {
	return globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
}

/** True for elements in which keys type, choose or scroll. */
function hasKeysOfItsOwn(target: EventTarget | null): boolean {
	return (
		target instanceof Element &&
		target.closest("input, textarea, select, dialog, [contenteditable], [role=dialog]") !== null
	);
}

function screenAngleDeg(): number {
	// Safari before 16.4 has only the older property.
	return screen.orientation?.angle ?? (globalThis as { orientation?: number }).orientation ?? 0;
}
