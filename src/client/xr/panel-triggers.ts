import type { PoseSample } from "../../skeleton/pose-sample.ts";

/** Number of the trigger among the buttons of a gamepad that WebXR calls `xr-standard`. */
const TRIGGER = 0;
/** A trigger that rests may state a little. */
const RESTING = 0.1;

/** Keeps triggers that work a panel in the room from the server: a robot may grip by them. */
export class PanelTriggers {
	readonly #taken = new Set<string>();

	/**
	 * Changes the samples of controllers.
	 * @param pointing hands whose rays meet the panel.
	 */
	hide(samples: readonly PoseSample[], pointing: ReadonlySet<string>): void {
		for (const { kind, hand, controls } of samples) {
			if (kind !== "controller" || hand === undefined) continue;
			const isPulled = (controls.pressed & (1 << TRIGGER)) !== 0 || controls.buttons[TRIGGER]! > RESTING;
			// One that was pulled before belongs to the robot, which must not let go.
			if (!isPulled && pointing.has(hand)) this.#taken.add(hand);
			else if (!isPulled) this.#taken.delete(hand);
			if (!this.#taken.has(hand)) continue;
			controls.buttons[TRIGGER] = 0;
			controls.pressed = (controls.pressed & ~(1 << TRIGGER)) >>> 0;
		}
	}
}
