import type { ViewControls } from "../src/client/index.ts";
import { RotationClock } from "./rotation-clock.ts";

/** Degrees a second without a wish: once around in a minute. */
const USUAL_DEG_PER_SEC = 6;
const FASTEST_DEG_PER_SEC = 60;
const INPUTS = ["pointerdown", "pointermove", "wheel", "keydown", "touchstart", "focusin"] as const;
const REDUCED_MOTION = matchMedia("(prefers-reduced-motion: reduce)");

/** Speed of `?rotate` or `?rotate=-3`, degrees a second to the right; `undefined`: none. */
function speedOfAddress(search: string): number | undefined {
	const wish = new URLSearchParams(search).get("rotate");
	if (wish === null || wish === "off" || wish === "0") return undefined;
	const speed = /^-?\d{1,3}(?:\.\d{1,3})?$/.test(wish) ? Number(wish) : USUAL_DEG_PER_SEC;
	return Math.max(-FASTEST_DEG_PER_SEC, Math.min(FASTEST_DEG_PER_SEC, speed));
}

/**
 * Turns the view slowly while nobody touches anything, if the address or the menu asks for it. Any
 * input ends it. It never does so for people who want less motion.
 */
export class AutoRotation {
	readonly #controls: ViewControls;
	readonly #mayTurn: () => boolean;
	readonly #clock: RotationClock;
	#enabled: boolean;
	#frame = 0;
	/** True while this class itself turns the view. */
	#turning = false;

	/** @param mayTurn returns false while turning would be wrong, as in a headset. */
	constructor(controls: ViewControls, mayTurn: () => boolean) {
		this.#controls = controls;
		this.#mayTurn = mayTurn;
		const speed = speedOfAddress(location.search);
		this.#enabled = speed !== undefined;
		this.#clock = new RotationClock(speed ?? USUAL_DEG_PER_SEC);
		const touched = () => this.#clock.touched(performance.now());
		for (const type of INPUTS) addEventListener(type, touched, { passive: true, capture: true });
		controls.on("look", () => {
			if (!this.#turning) touched();
		});
		REDUCED_MOTION.addEventListener("change", () => this.#start());
		touched();
		this.#start();
	}

	/** False for people who want less motion. */
	get available(): boolean {
		return !REDUCED_MOTION.matches;
	}

	/** Whether the view turns when nobody touches anything. */
	get enabled(): boolean {
		return this.#enabled;
	}

	set enabled(enabled: boolean) {
		this.#enabled = enabled;
		this.#clock.touched(performance.now());
		this.#start();
	}

	/** True during a look that is not the viewer's own. */
	get turning(): boolean {
		return this.#turning;
	}

	#start(): void {
		if (this.#frame !== 0 || !this.#enabled || !this.available) return;
		const step = () => {
			this.#frame = this.#enabled && this.available ? requestAnimationFrame(step) : 0;
			const nowMs = performance.now();
			if (!this.#mayTurn()) this.#clock.touched(nowMs);
			const deg = this.#clock.step(nowMs);
			if (deg === 0) return;
			this.#turning = true;
			this.#controls.turn(deg, 0);
			this.#turning = false;
		};
		this.#frame = requestAnimationFrame(step);
	}
}
