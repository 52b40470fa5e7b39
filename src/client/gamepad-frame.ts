import { MAX_AXES, MAX_BUTTONS, type PoseSample } from "../skeleton/pose-sample.ts";
import type { GamepadReading } from "./xr-device.ts";

/**
 * Writes a gamepad's buttons and axes into a controller's frame, in the gamepad's order. What the
 * device leaves out is at rest.
 */
export function fillButtons(frame: PoseSample, { buttons, axes }: GamepadReading): void {
	frame.buttonCount = Math.min(buttons.length, MAX_BUTTONS);
	frame.axisCount = Math.min(axes.length, MAX_AXES);
	let pressed = 0;
	let touched = 0;
	for (let index = 0; index < frame.buttonCount; index++) {
		const button = buttons[index];
		frame.buttons[index] = button?.value ?? 0;
		if (button?.pressed) pressed |= 1 << index;
		if (button?.touched) touched |= 1 << index;
	}
	frame.pressed = pressed >>> 0;
	frame.touched = touched >>> 0;
	for (let index = 0; index < frame.axisCount; index++) frame.axes[index] = axes[index] ?? 0;
}

/**
 * Makes a frame the message of a gamepad that lies on a table: a controller at the origin, not
 * turned. Send it as a stream of its own, such as the one that `GAMEPAD_STREAM` declares.
 */
export function fillGamepadFrame(frame: PoseSample, gamepad: GamepadReading, stream: number): void {
	frame.reset(1);
	frame.kind = "controller";
	frame.stream = stream;
	frame.valid[0] = 1;
	fillButtons(frame, gamepad);
}
