import type { PulseObject } from "../protocol/overlay-object.ts";
import type { Side } from "../skeleton/tables/skeleton.ts";
import { RunningPulse } from "./pulse-pattern.ts";

/** The strength of the touch of each hand, 0 to 1. */
export interface HandStrengths {
	readonly left: number;
	readonly right: number;
}

/**
 * The motor of a headset's controller, or of a gamepad: browsers have had three forms
 * of it.
 */
export interface HapticActuator {
	pulse?(strength: number, durationMs: number): Promise<unknown>;
	playEffect?(
		type: "dual-rumble",
		parameters: { duration: number; strongMagnitude: number; weakMagnitude: number },
	): Promise<unknown>;
}

/** The motors of a `Gamepad`. */
export interface HapticGamepad {
	readonly hapticActuators?: ArrayLike<HapticActuator> | null | undefined;
	readonly vibrationActuator?: HapticActuator | null | undefined;
}

/** An `XRInputSource`. */
export interface HapticSource {
	readonly handedness: Side | "none";
	readonly gamepad?: HapticGamepad | null | undefined;
}

/**
 * A touch ends this long after its last message, so that a broken connection leaves no
 * motor on.
 */
const TOUCH_MS = 1_000;
/**
 * Length of one pulse. The next follows before its end; after it, the motor of a frozen
 * page rests.
 */
const PULSE_MS = 120;
const RENEW_BEFORE_MS = 50;
const STRENGTH_STEP = 0.02;

interface Pulse {
	strength: number;
	untilMs: number;
}

/**
 * Plays the `haptics` channel's messages on controllers. Each hand's motor is as strong
 * as the most touched part of that hand, and rests a second after the last message.
 *
 * ```ts
 * connection.on("message", (label, data) => {
 * 	if (label === "haptics") haptics.receive(data, performance.now());
 * });
 * // in the session's animation frame
 * haptics.play(session.inputSources, performance.now());
 * ```
 */
export class GamepadHaptics {
	#strengths: HandStrengths = STILL;
	#receivedAtMs = Number.NEGATIVE_INFINITY;
	#running: RunningPulse | undefined;
	readonly #pulses: { readonly [Hand in Side]: Pulse } = {
		left: { strength: 0, untilMs: Number.NEGATIVE_INFINITY },
		right: { strength: 0, untilMs: Number.NEGATIVE_INFINITY },
	};

	/**
	 * Reads a message of the channel.
	 * @returns whether it is a haptics message; others change nothing.
	 */
	receive(data: string | ArrayBuffer, nowMs: number): boolean {
		const strengths = typeof data === "string" ? strengthsFromText(data) : undefined;
		if (strengths === undefined) return false;
		this.#strengths = strengths;
		this.#receivedAtMs = nowMs;
		return true;
	}

	/**
	 * Plays a pulse of the connection's event `pulse` from the next frame on, in place of one that
	 * runs. Each of its parts is played, however far apart the frames are; it ends if none comes
	 * for five seconds.
	 */
	pulse(pulse: PulseObject, nowMs: number): void {
		this.#running = new RunningPulse(pulse, nowMs);
	}

	/** True while a pulse of `pulse` runs, or a motor that it has set. */
	isPulsing(nowMs: number): boolean {
		const { left, right } = this.#pulses;
		return this.#running?.isRunning() === true || Math.max(left.untilMs, right.untilMs) > nowMs;
	}

	/**
	 * The strengths of a frame at this time, for motors of your own: of touches and of a pulse, the
	 * stronger one. `play` and `playOn` read them by themselves.
	 */
	strengthsAt(nowMs: number): HandStrengths {
		const touch = nowMs - this.#receivedAtMs < TOUCH_MS ? this.#strengths : STILL;
		const running = this.#running;
		running?.advance(nowMs);
		if (running?.isRunning() !== true) return touch;
		const stronger = (hand: Side) => Math.max(touch[hand], running.at(hand, nowMs).strength);
		return { left: stronger("left"), right: stronger("right") };
	}

	/**
	 * Sets the motors of a session's controllers. Call it once per animation frame. A
	 * hand without a controller has no motor.
	 */
	play(sources: ArrayLike<HapticSource>, nowMs: number): void {
		const strengths = this.strengthsAt(nowMs);
		for (let index = 0; index < sources.length; index++) {
			const source = sources[index];
			if (source === undefined) continue;
			const { handedness, gamepad } = source;
			const actuator = gamepad?.hapticActuators?.[0] ?? gamepad?.vibrationActuator;
			if (handedness === "none" || !actuator) continue;
			const lengthMs = this.#due(handedness, strengths[handedness], nowMs);
			if (lengthMs >= 0) shake(actuator, strengths[handedness], strengths[handedness], lengthMs);
		}
	}

	/**
	 * Sets the motors of a gamepad that both hands hold: the strong one is on the left,
	 * the weak one on the right.
	 */
	playOn({ vibrationActuator, hapticActuators }: HapticGamepad, nowMs: number): void {
		const { left, right } = this.strengthsAt(nowMs);
		const actuator = vibrationActuator ?? hapticActuators?.[0];
		if (!actuator) return;
		const leftMs = this.#due("left", left, nowMs);
		const rightMs = this.#due("right", right, nowMs);
		if (leftMs >= 0 || rightMs >= 0) shake(actuator, left, right, Math.max(leftMs, rightMs));
	}

	/** @returns the time at which a hand's present strength ends. */
	#endMs(hand: Side, strength: number, nowMs: number): number {
		const part = this.#running?.at(hand, nowMs);
		return part?.strength === strength ? part.untilMs : this.#receivedAtMs + TOUCH_MS;
	}

	/**
	 * @returns the length of a pulse to begin now, milliseconds, 0 to stop; -1: the
	 * motor is as it should be.
	 */
	#due(hand: Side, strength: number, nowMs: number): number {
		const pulse = this.#pulses[hand];
		const runs = pulse.untilMs > nowMs;
		if (strength === 0 && !runs) return -1;
		// The last pulse of a touch ends with the touch.
		const untilMs = strength === 0 ? nowMs : Math.min(nowMs + PULSE_MS, this.#endMs(hand, strength, nowMs));
		const same = runs && strength > 0 && Math.abs(strength - pulse.strength) < STRENGTH_STEP;
		if (same && (pulse.untilMs - nowMs > RENEW_BEFORE_MS || pulse.untilMs >= untilMs)) return -1;
		pulse.strength = strength;
		pulse.untilMs = untilMs;
		return untilMs - nowMs;
	}
}

const STILL: HandStrengths = { left: 0, right: 0 };

/** @returns `undefined` for other messages. */
function strengthsFromText(text: string): HandStrengths | undefined {
	let message: unknown;
	try {
		message = JSON.parse(text);
	} catch {
		return undefined;
	}
	if (typeof message !== "object" || message === null || !("type" in message) || message.type !== "haptics")
		return undefined;
	const { left, right } = message as { readonly left?: unknown | undefined; readonly right?: unknown | undefined };
	return { left: strongest(left), right: strongest(right) };
}

/** The strongest touch of any part of a hand. Values other than numbers count as 0. */
function strongest(hand: unknown): number {
	if (typeof hand !== "object" || hand === null) return 0;
	let most = 0;
	for (const part of Object.values(hand)) if (typeof part === "number" && part > most) most = part;
	return Math.min(1, most);
}

function shake(actuator: HapticActuator, left: number, right: number, durationMs: number): void {
	const done =
		actuator.pulse === undefined || left !== right
			? (actuator.playEffect?.("dual-rumble", {
					duration: durationMs,
					strongMagnitude: left,
					weakMagnitude: right,
				}) ?? actuator.pulse?.(Math.max(left, right), durationMs))
			: actuator.pulse(left, durationMs);
	// It rejects when the next pulse cuts it short or the controller is gone; neither
	// is a fault.
	done?.catch(() => undefined);
}
