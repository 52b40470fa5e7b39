import type { Side } from "../skeleton/tables/skeleton.ts";

/** How strongly each hand is touched, 0 to 1. */
export interface HandStrengths {
	readonly left: number;
	readonly right: number;
}

/** The motor of a headset's controller, or of a gamepad: browsers have had three forms of it. */
export interface HapticActuator {
	pulse?(strength: number, durationMs: number): Promise<unknown>;
	playEffect?(
		type: "dual-rumble",
		parameters: { duration: number; strongMagnitude: number; weakMagnitude: number },
	): Promise<unknown>;
}

/** What of a `Gamepad` can shake. */
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
 * A touch ends this long after the last message about it, so that a connection that breaks never
 * leaves a motor on.
 */
const TOUCH_MS = 1_000;
/** One pulse. The next follows before it ends; a page that freezes is still within this time. */
const PULSE_MS = 120;
const RENEW_BEFORE_MS = 50;
const STRENGTH_STEP = 0.02;

interface Pulse {
	strength: number;
	untilMs: number;
}

/**
 * Plays the `haptics` channel's messages on controllers: each hand's motor is as strong as the most
 * touched part of that hand, and still a second after the last message.
 *
 * ```ts
 * connection.on("message", (label, data) => label === "haptics" && haptics.receive(data, performance.now()));
 * // in the session's animation frame
 * haptics.play(session.inputSources, performance.now());
 * ```
 */
export class GamepadHaptics {
	#strengths: HandStrengths = STILL;
	#heardAtMs = Number.NEGATIVE_INFINITY;
	readonly #pulses: { readonly [Hand in Side]: Pulse } = {
		left: { strength: 0, untilMs: Number.NEGATIVE_INFINITY },
		right: { strength: 0, untilMs: Number.NEGATIVE_INFINITY },
	};

	/**
	 * Takes a message of the channel.
	 * @returns whether it was understood; others change nothing.
	 */
	receive(data: string | ArrayBuffer, nowMs: number): boolean {
		const strengths = typeof data === "string" ? strengthsFromText(data) : undefined;
		if (strengths === undefined) return false;
		this.#strengths = strengths;
		this.#heardAtMs = nowMs;
		return true;
	}

	/** How strong the touch is now. */
	strengthsAt(nowMs: number): HandStrengths {
		return nowMs - this.#heardAtMs < TOUCH_MS ? this.#strengths : STILL;
	}

	/**
	 * Keeps the motors of a session's controllers as they should be. Call it once per animation
	 * frame. Hands without a controller feel nothing.
	 */
	play(sources: ArrayLike<HapticSource>, nowMs: number): void {
		const strengths = this.strengthsAt(nowMs);
		for (let index = 0; index < sources.length; index++) {
			const { handedness, gamepad } = sources[index]!;
			const actuator = gamepad?.hapticActuators?.[0] ?? gamepad?.vibrationActuator;
			if (handedness === "none" || !actuator) continue;
			const lengthMs = this.#due(handedness, strengths[handedness], nowMs);
			if (lengthMs >= 0) shake(actuator, strengths[handedness], strengths[handedness], lengthMs);
		}
	}

	/**
	 * The same on a gamepad that both hands hold: the strong motor is in the left, the weak one in
	 * the right.
	 */
	playOn({ vibrationActuator, hapticActuators }: HapticGamepad, nowMs: number): void {
		const { left, right } = this.strengthsAt(nowMs);
		const actuator = vibrationActuator ?? hapticActuators?.[0];
		if (!actuator) return;
		const leftMs = this.#due("left", left, nowMs);
		const rightMs = this.#due("right", right, nowMs);
		if (leftMs >= 0 || rightMs >= 0) shake(actuator, left, right, Math.max(leftMs, rightMs));
	}

	/**
	 * @returns how long a pulse to begin now lasts, milliseconds, 0 to stop; -1: what runs, or
	 * rests, is right.
	 */
	#due(hand: Side, strength: number, nowMs: number): number {
		const pulse = this.#pulses[hand];
		const runs = pulse.untilMs > nowMs;
		if (strength === 0 && !runs) return -1;
		// The last pulse of a touch ends with it, so that nobody has to stop it.
		const untilMs = strength === 0 ? nowMs : Math.min(nowMs + PULSE_MS, this.#heardAtMs + TOUCH_MS);
		const same = runs && strength > 0 && Math.abs(strength - pulse.strength) < STRENGTH_STEP;
		if (same && (pulse.untilMs - nowMs > RENEW_BEFORE_MS || pulse.untilMs >= untilMs)) return -1;
		pulse.strength = strength;
		pulse.untilMs = untilMs;
		return untilMs - nowMs;
	}
}

const STILL: HandStrengths = { left: 0, right: 0 };

/** @returns `undefined` of what is no message of this kind. */
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

/** The strongest touch of any part of a hand; a value that is no number counts as 0. */
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
	// A pulse that is cut short by the next, or a controller that has gone: nobody needs to hear of
	// it.
	done?.catch(() => undefined);
}
