import { EventListeners } from "../media/events.ts";
import { completeOptions, flag, type OptionTable, objectWith, optional, withDefault } from "../media/option-table.ts";
import { anglesFromQuaternion } from "../media/rotation.ts";
import { worldFromDeviceOrientation } from "./device-orientation.ts";
import type { Look } from "./look.ts";
import { type Point, ViewModel } from "./view-model.ts";

export interface ViewControlsOptions {
	/** Whose keys are heard. @default the element's document */
	readonly keyTarget?: EventTarget | undefined;
	/** Let the view glide on after a quick drag. It never delays anything: the view is under the finger while there is one. @default true */
	readonly inertia?: boolean | undefined;
	readonly model?: ViewModel | undefined;
}

const VIEW_CONTROLS_OPTIONS = {
	keyTarget: optional(objectWith<EventTarget>("an EventTarget, such as a document", "addEventListener")),
	inertia: withDefault(flag, true),
	model: optional(objectWith<ViewModel>("a ViewModel", "turn", "zoom", "reset")),
} satisfies OptionTable<ViewControlsOptions>;

export interface ViewControlsEvents {
	/** The view moved. `readAtMs` is the time of the input, on the clock of `performance.now()`. */
	look: [look: Look & { readonly fovDeg: number }, readAtMs: number];
	/** The phone's orientation took the lead or gave it back. */
	device: [active: boolean];
}

type TurnKey = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";
const TURN_KEYS: { readonly [Key in TurnKey]: readonly [right: number, up: number] } = {
	ArrowLeft: [-1, 0],
	ArrowRight: [1, 0],
	ArrowUp: [0, 1],
	ArrowDown: [0, -1],
};
/** By `KeyboardEvent.key`, so that they are where the keyboard's layout has them. */
const ZOOM_KEYS: { readonly [key: string]: number } = { "+": 1, "=": 1, "-": -1, _: -1 };
const HOME_KEYS: readonly string[] = ["Home", "0"];

/** A tap of an arrow key turns by this share of the field of view, and a held one by that share a second. */
const TAP_TURN = 1 / 36;
const HELD_TURN_PER_SEC = 0.7;
const HELD_AFTER_MS = 160;
const TAP_ZOOM = 1.1;
const HELD_ZOOM_PER_SEC = 2.2;
const WHEEL_ZOOM_PER_PX = 0.0015;
/** Trackpads report a pinch as a wheel with the control key, in far smaller steps. */
const PINCH_ZOOM_PER_PX = 0.01;
const LINE_PX = 16;
/** How the glide after a drag fades, and what starts it. */
const GLIDE_SEC = 0.25;
const GLIDE_MEASURED_MS = 80;
const GLIDE_FROM_DEG_PER_SEC = 15;
/** Without an angle by then there is no sensor, whatever the browser says. */
const DEVICE_TIMEOUT_MS = 1500;

interface HeldKey {
	readonly turn: readonly [right: number, up: number];
	readonly zoom: number;
	readonly sinceMs: number;
}

/**
 * Looks around with mouse, touch, pinch, wheel, keys and the phone itself. The element needs `touch-action: none`. What it finds out is told as
 * `look` events, at the moment of the input: hand them to `PanogazeConnection.look`.
 */
export class ViewControls implements Disposable {
	readonly model: ViewModel;
	readonly #element: HTMLElement;
	readonly #events = new EventListeners<ViewControlsEvents>();
	readonly #pointers = new Map<number, Point>();
	readonly #keys = new Map<string, HeldKey>();
	readonly #end = new AbortController();
	readonly #inertia: boolean;
	#device: AbortController | undefined;
	#trail: { readonly atMs: number; readonly yawDeg: number; readonly pitchDeg: number }[] = [];
	#glide: { rightPerSec: number; upPerSec: number } | undefined;
	#animating = false;
	#animatedAtMs = 0;

	constructor(element: HTMLElement, options: ViewControlsOptions = {}) {
		const { model, inertia, keyTarget } = completeOptions(VIEW_CONTROLS_OPTIONS, options, "ViewControls");
		this.model = model ?? new ViewModel();
		this.#element = element;
		this.#inertia = inertia;
		this.#listen(keyTarget ?? element.ownerDocument);
	}

	/** Whether this looks like a device that can be turned in the hand, and the page may ask for its orientation. */
	static get deviceAvailable(): boolean {
		return "DeviceOrientationEvent" in globalThis && isSecureContext && matchMedia("(pointer: coarse)").matches;
	}

	get deviceActive(): boolean {
		return this.#device !== undefined;
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof ViewControlsEvents>(name: Name, listener: (...args: ViewControlsEvents[Name]) => void): () => void {
		return this.#events.on(name, listener);
	}

	/** Turns right and up by that many degrees, as a key does. */
	turn(rightDeg: number, upDeg: number): void {
		this.#stopGliding();
		this.model.turn(rightDeg, upDeg);
		this.#looked(performance.now());
	}

	/** Makes things `factor` times larger, about the middle. */
	zoom(factor: number): void {
		this.model.zoom(factor);
		this.#looked(performance.now());
	}

	/** Forward, level, and the first zoom. */
	reset(): void {
		this.#stopGliding();
		this.model.reset();
		this.#looked(performance.now());
	}

	/**
	 * Lets the phone's orientation lead. Call it from a tap: some browsers ask for permission.
	 *
	 * @returns whether it leads now; false when it was refused or there is no sensor.
	 */
	async enableDevice(): Promise<boolean> {
		if (this.#device !== undefined) return true;
		const { requestPermission } = DeviceOrientationEvent as { requestPermission?: () => Promise<PermissionState> };
		if (requestPermission !== undefined && (await requestPermission.call(DeviceOrientationEvent)) !== "granted") return false;
		const device = new AbortController();
		const { promise: heard, resolve } = Promise.withResolvers<boolean>();
		const timer = setTimeout(() => resolve(false), DEVICE_TIMEOUT_MS);
		addEventListener(
			"deviceorientation",
			({ alpha, beta, gamma, timeStamp }) => {
				if (alpha === null || beta === null || gamma === null) return;
				resolve(true);
				this.#stopGliding();
				this.model.setDevice(worldFromDeviceOrientation(alpha, beta, gamma, screenAngleDeg()));
				this.#looked(timeStamp);
			},
			{ signal: device.signal },
		);
		this.#device = device;
		const active = await heard;
		clearTimeout(timer);
		if (active) this.#events.emit("device", true);
		else this.disableDevice();
		return active;
	}

	/** Gives the lead back to the hand; the horizon is level again. */
	disableDevice(): void {
		if (this.#device === undefined) return;
		this.#device.abort();
		this.#device = undefined;
		this.model.setDevice(undefined);
		this.#looked(performance.now());
		this.#events.emit("device", false);
	}

	close(): void {
		this.#end.abort();
		this.#device?.abort();
		this.#stopGliding();
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
		keyTarget.addEventListener("keyup", (event) => this.#keys.delete((event as KeyboardEvent).code), { signal });
		// A key released while another window has the focus is never heard.
		addEventListener("blur", () => this.#keys.clear(), { signal });
	}

	#looked(readAtMs: number): void {
		this.#events.emit("look", { orientation: this.model.orientation, fovDeg: this.model.fovDeg }, readAtMs);
	}

	#pointerDown(event: PointerEvent): void {
		if (event.button !== 0) return;
		this.#element.setPointerCapture(event.pointerId);
		this.#stopGliding();
		this.#pointers.set(event.pointerId, this.#pointOf(event));
		this.#trail = [];
		this.model.grab(this.#middle());
	}

	#pointerMoved(event: PointerEvent): void {
		if (!this.#pointers.has(event.pointerId)) return;
		const spreadBefore = this.#spread();
		this.#pointers.set(event.pointerId, this.#pointOf(event));
		const spread = this.#spread();
		if (this.#pointers.size > 1 && spreadBefore > 0 && spread > 0) this.model.zoom(spread / spreadBefore, this.#middle());
		this.model.drag(this.#middle());
		const { yawDeg, pitchDeg } = anglesFromQuaternion(this.model.orientation);
		this.#trail = [
			...this.#trail.filter(({ atMs }) => event.timeStamp - atMs < GLIDE_MEASURED_MS),
			{ atMs: event.timeStamp, yawDeg, pitchDeg },
		];
		this.#looked(event.timeStamp);
	}

	#pointerUp(event: PointerEvent): void {
		if (!this.#pointers.delete(event.pointerId)) return;
		if (this.#pointers.size > 0) {
			// The fingers that stay take a new hold.
			this.model.grab(this.#middle());
			return;
		}
		this.model.release();
		if (event.type === "pointerup") this.#startGliding(event.timeStamp);
	}

	#wheel(event: WheelEvent): void {
		event.preventDefault();
		const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * LINE_PX;
		this.model.zoom(Math.exp(-pixels * (event.ctrlKey ? PINCH_ZOOM_PER_PX : WHEEL_ZOOM_PER_PX)), this.#pointOf(event));
		this.#looked(event.timeStamp);
	}

	#keyDown(event: KeyboardEvent): void {
		if (event.ctrlKey || event.metaKey || event.altKey || hasKeysOfItsOwn(event.target)) return;
		if (HOME_KEYS.includes(event.key)) {
			event.preventDefault();
			this.reset();
			return;
		}
		const turn = TURN_KEYS[event.key as TurnKey] ?? [0, 0];
		const zoom = ZOOM_KEYS[event.key] ?? 0;
		if (turn[0] === 0 && turn[1] === 0 && zoom === 0) return;
		event.preventDefault();
		if (event.repeat || this.#keys.has(event.code)) return;
		this.#stopGliding();
		this.#keys.set(event.code, { turn, zoom, sinceMs: event.timeStamp });
		const step = this.model.fovDeg * TAP_TURN;
		this.model.turn(turn[0] * step, turn[1] * step);
		if (zoom !== 0) this.model.zoom(TAP_ZOOM ** zoom);
		this.#looked(event.timeStamp);
		this.#animate();
	}

	/** Moves what moves by itself, held keys and the glide, once per display frame while there is any. */
	#animate(): void {
		if (this.#animating) return;
		this.#animating = true;
		this.#animatedAtMs = performance.now();
		const step = (nowMs: number) => {
			const seconds = Math.min(0.1, Math.max(0, nowMs - this.#animatedAtMs) / 1000);
			this.#animatedAtMs = nowMs;
			const moved = this.#moveByKeys(nowMs, seconds) || this.#moveByGlide(seconds);
			if (moved) this.#looked(performance.now());
			this.#animating = this.#keys.size > 0 || this.#glide !== undefined;
			if (this.#animating) requestAnimationFrame(step);
		};
		requestAnimationFrame(step);
	}

	#moveByKeys(nowMs: number, seconds: number): boolean {
		const held = [...this.#keys.values()].filter(({ sinceMs }) => nowMs - sinceMs > HELD_AFTER_MS);
		for (const { turn, zoom } of held) {
			const step = this.model.fovDeg * HELD_TURN_PER_SEC * seconds;
			this.model.turn(turn[0] * step, turn[1] * step);
			if (zoom !== 0) this.model.zoom(HELD_ZOOM_PER_SEC ** (zoom * seconds));
		}
		return held.length > 0;
	}

	#startGliding(nowMs: number): void {
		const recent = this.#trail.filter(({ atMs }) => nowMs - atMs < GLIDE_MEASURED_MS);
		const [first, last] = [recent[0], recent.at(-1)];
		if (!this.#inertia || this.#device !== undefined || first === undefined || last === undefined || last.atMs <= first.atMs) return;
		const seconds = (last.atMs - first.atMs) / 1000;
		// The short way round, where yaw jumps from 180 to -180.
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

	/** From the element's middle. Its size is read at each input: it may have changed. */
	#pointOf({ clientX, clientY }: MouseEvent): Point {
		const box = this.#element.getBoundingClientRect();
		return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
	}

	#middle(): Point {
		const points = [...this.#pointers.values()];
		const mean = (axis: "x" | "y") => points.reduce((sum, point) => sum + point[axis], 0) / Math.max(1, points.length);
		return { x: mean("x"), y: mean("y") };
	}

	/** Mean distance of the fingers from their middle. */
	#spread(): number {
		const middle = this.#middle();
		const points = [...this.#pointers.values()];
		return points.reduce((sum, { x, y }) => sum + Math.hypot(x - middle.x, y - middle.y), 0) / Math.max(1, points.length);
	}
}

/** Where one types, chooses or scrolls, keys mean something else. */
function hasKeysOfItsOwn(target: EventTarget | null): boolean {
	return target instanceof Element && target.closest("input, textarea, select, dialog, [contenteditable], [role=dialog]") !== null;
}

function screenAngleDeg(): number {
	// Safari before 16.4 has only the older property, with the same meaning.
	return screen.orientation?.angle ?? (globalThis as { orientation?: number }).orientation ?? 0;
}
