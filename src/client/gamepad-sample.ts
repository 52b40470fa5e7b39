import { MAX_AXES, MAX_BUTTONS, type PoseSample } from "../skeleton/pose-sample.ts";
import type { GamepadReading } from "./xr-device.ts";

/**
 * Writes a gamepad's buttons and axes into a controller's sample, in the gamepad's
 * order. Absent ones are at rest.
 */
export function fillButtons(sample: PoseSample, { buttons, axes }: GamepadReading): void {
	const { controls } = sample;
	controls.buttonCount = Math.min(buttons.length, MAX_BUTTONS);
	controls.axisCount = Math.min(axes.length, MAX_AXES);
	let pressed = 0;
	let touched = 0;
	for (let index = 0; index < controls.buttonCount; index++) {
		const button = buttons[index];
		controls.buttons[index] = button?.value ?? 0;
		if (button?.pressed) pressed |= 1 << index;
		if (button?.touched) touched |= 1 << index;
	}
	controls.pressed = pressed >>> 0;
	controls.touched = touched >>> 0;
	for (let index = 0; index < controls.axisCount; index++) controls.axes[index] = axes[index] ?? 0;
}

/**
 * Fills a sample with the state of a gamepad that lies on a table: a controller at the
 * origin, without rotation. Send it as a stream of its own, such as the one that
 * `GAMEPAD_STREAM` declares.
 */
export function fillGamepadSample(sample: PoseSample, gamepad: GamepadReading, stream: number): void {
	sample.reset(1);
	sample.kind = "controller";
	sample.stream = stream;
	sample.valid[0] = 1;
	fillButtons(sample, gamepad);
}
