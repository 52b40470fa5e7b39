import type { PulseObject } from "../protocol/overlay-object.ts";
import { GamepadHaptics } from "./gamepad-haptics.ts";
import { pulseSteps } from "./pulse-pattern.ts";

/**
 * Plays pulses on the gamepads that a page has, and on the phone that shows it. Browsers let a
 * phone vibrate only after the person has touched the page.
 *
 * ```ts
 * const pulses = new PagePulse();
 * connection.on("pulse", (pulse) => pulses.play(pulse));
 * ```
 */
export class PagePulse {
	readonly #haptics = new GamepadHaptics();
	#request = 0;

	/** Begins a pulse, in place of one that runs. */
	play(pulse: PulseObject): void {
		const steps = pulseSteps(pulse);
		// Phones know no strength.
		if (steps.some(({ strength }) => strength > 0))
			navigator.vibrate?.(steps.flatMap(({ durationMs, pauseMs }) => [durationMs, pauseMs]));
		this.#haptics.pulse(pulse, performance.now());
		if (this.#request === 0) this.#drive();
	}

	/** Sets the motors once in each display frame, until the pulse is over. */
	#drive(): void {
		const nowMs = performance.now();
		const [gamepad] = (navigator.getGamepads?.() ?? []).filter((pad) => pad !== null);
		// Without a gamepad the pulse goes on all the same, and ends.
		this.#haptics.playOn(gamepad ?? {}, nowMs);
		this.#request = this.#haptics.isPulsing(nowMs) ? requestAnimationFrame(() => this.#drive()) : 0;
	}
}
