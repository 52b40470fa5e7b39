import { bounded, completeOptions, numberWithin, type OptionTable, withDefault } from "../media/option-table.ts";
import type { GamepadReading } from "./xr-device.ts";

/** Options of `GamepadSource`. */
export interface GamepadSourceOptions {
	/**
	 * Largest deflection of a stick that counts as none, 0 to 1. Worn sticks don't
	 * return to 0.
	 * @default 0.12
	 */
	readonly deadZone?: number | undefined;
	/**
	 * Exponent of the response. Above 1, small deflections turn more slowly, full ones
	 * as fast.
	 * @default 2
	 */
	readonly exponent?: number | undefined;
	/** Turn at full deflection, in fields of view a second. @default 1.1 */
	readonly turnPerSec?: number | undefined;
	/** Zoom at full deflection, factor a second. @default 2.5 */
	readonly zoomPerSec?: number | undefined;
}

const GAMEPAD_OPTIONS = {
	deadZone: withDefault(numberWithin(0, 1), 0.12),
	exponent: withDefault(numberWithin(0.1, 10), 2),
	turnPerSec: withDefault(numberWithin(-100, 100), 1.1),
	zoomPerSec: withDefault(
		bounded("a factor above 0", (factor) => factor > 0 && Number.isFinite(factor)),
		2.5,
	),
} satisfies OptionTable<GamepadSourceOptions>;

/** The controls that a gamepad moves, such as `ViewControls`. */
export interface Steered {
	readonly model: { readonly fovDeg: number };
	turn(rightDeg: number, upDeg: number): void;
	zoom(factor: number): void;
	reset(): void;
}

/** Indices of buttons in the standard layout of the Gamepad API. */
const LEFT_STICK_BUTTON = 10;
const RIGHT_STICK_BUTTON = 11;
/** Longest time that one step covers, so that the view does not jump after a pause. */
const LONGEST_STEP_SEC = 0.1;

/**
 * Moves the view by a gamepad: the right stick turns, the left one zooms (up is in),
 * and pressing either returns to the front. A gamepad with one stick turns with it. It
 * listens from its construction on, and reads gamepads once per display frame.
 */
export class GamepadSource implements Disposable {
	readonly #controls: Steered;
	readonly #deadZone: number;
	readonly #exponent: number;
	readonly #turnPerSec: number;
	readonly #zoomPerSec: number;
	readonly #end = new AbortController();
	#running = false;
	#steppedAtMs = Number.NaN;
	#homePressed = false;

	/**
	 * @throws {TypeError | RangeError} for an option that is unknown, of the wrong kind
	 * or out of range.
	 */
	constructor(controls: Steered, options: GamepadSourceOptions = {}) {
		this.#controls = controls;
		const { deadZone, exponent, turnPerSec, zoomPerSec } = completeOptions(
			GAMEPAD_OPTIONS,
			options,
			"GamepadSource",
		);
		this.#deadZone = deadZone;
		this.#exponent = exponent;
		this.#turnPerSec = turnPerSec;
		this.#zoomPerSec = zoomPerSec;
		// Browsers report a gamepad after the first press of a button.
		globalThis.addEventListener?.("gamepadconnected", () => this.#run(), { signal: this.#end.signal });
	}

	/**
	 * Moves the view for the time since the last step. While a gamepad is connected,
	 * each display frame calls it by itself.
	 *
	 * @param gamepads the result of `navigator.getGamepads()`.
	 * @param nowMs on the clock of `performance.now()`.
	 */
	step(gamepads: Iterable<(GamepadReading & { readonly mapping?: string | undefined }) | null>, nowMs: number): void {
		const seconds = Math.min(LONGEST_STEP_SEC, Math.max(0, nowMs - this.#steppedAtMs) / 1000) || 0;
		this.#steppedAtMs = nowMs;
		let homePressed = false;
		for (const gamepad of gamepads) {
			if (gamepad === null) continue;
			this.#steer(gamepad, seconds);
			homePressed ||= isPressed(gamepad, LEFT_STICK_BUTTON) || isPressed(gamepad, RIGHT_STICK_BUTTON);
		}
		if (homePressed && !this.#homePressed) this.#controls.reset();
		this.#homePressed = homePressed;
	}

	close(): void {
		this.#end.abort();
	}

	[Symbol.dispose](): void {
		this.close();
	}

	#steer({ axes }: GamepadReading, seconds: number): void {
		const second = axes.length >= 4;
		const [right, down] = this.#response(axes[second ? 2 : 0] ?? 0, axes[second ? 3 : 1] ?? 0);
		const [, out] = second ? this.#response(axes[0] ?? 0, axes[1] ?? 0) : [0, 0];
		const { fovDeg } = this.#controls.model;
		const stepDeg = fovDeg * this.#turnPerSec * seconds;
		if (right !== 0 || down !== 0) this.#controls.turn(right * stepDeg, -down * stepDeg);
		if (out !== 0) this.#controls.zoom(this.#zoomPerSec ** (-out * seconds));
	}

	/**
	 * The response of a stick. The dead zone is round and the response begins at 0 at
	 * its edge, so that a stick feels the same along a diagonal and along an axis.
	 */
	#response(x: number, y: number): readonly [x: number, y: number] {
		const length = Math.hypot(x, y);
		if (!(length > this.#deadZone)) return [0, 0];
		const scale = Math.min(1, (length - this.#deadZone) / (1 - this.#deadZone)) ** this.#exponent / length;
		return [x * scale, y * scale];
	}

	#run(): void {
		if (this.#running) return;
		this.#running = true;
		this.#steppedAtMs = Number.NaN;
		const step = (nowMs: number) => {
			const gamepads = navigator.getGamepads();
			this.#running = !this.#end.signal.aborted && gamepads.some((gamepad) => gamepad !== null);
			if (!this.#running) return;
			this.step(gamepads, nowMs);
			requestAnimationFrame(step);
		};
		requestAnimationFrame(step);
	}
}

function isPressed({ buttons }: GamepadReading, index: number): boolean {
	return buttons[index]?.pressed === true;
}
