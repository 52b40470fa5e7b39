import { bounded, completeOptions, numberWithin, type OptionTable, withDefault } from "../media/option-table.ts";
import type { GamepadReading } from "./xr-device.ts";

export interface GamepadSourceOptions {
	/**
	 * How far a stick may be off its middle without meaning anything, 0 to 1: worn ones don't come
	 * back to 0.
	 * @default 0.12
	 */
	readonly deadZone?: number | undefined;
	/**
	 * Exponent of the response: above 1 small deflections aim finely, and full ones are as fast.
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

/** What a gamepad steers. `ViewControls` is one. */
export interface Steered {
	readonly model: { readonly fovDeg: number };
	turn(rightDeg: number, upDeg: number): void;
	zoom(factor: number): void;
	reset(): void;
}

/** Places in the standard gamepad of the Gamepad API. */
const LEFT_STICK_BUTTON = 10;
const RIGHT_STICK_BUTTON = 11;
/** After a pause, such as a hidden page, the view does not jump. */
const LONGEST_STEP_SEC = 0.1;

/**
 * Looks around with a gamepad: the right stick turns, the left one zooms (up is in), pressing
 * either looks to the front. A gamepad with one stick turns with it. Begins to listen at once where
 * there is a Gamepad API, and does nothing between display frames.
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
		// Browsers tell of a gamepad when one of its buttons was pressed for the first time.
		globalThis.addEventListener?.("gamepadconnected", () => this.#run(), { signal: this.#end.signal });
	}

	/**
	 * Moves the view by what the gamepads say, for the time since the last step. Called by itself
	 * once per display frame while one is connected.
	 *
	 * @param gamepads as `navigator.getGamepads()` gives them. @param nowMs on the clock of
	 * `performance.now()`.
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
	 * The dead zone is round, and outside of it the response begins at 0: along a diagonal a stick
	 * feels as along an axis.
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
