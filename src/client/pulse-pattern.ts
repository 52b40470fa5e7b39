import type { PulseMeaning, PulseObject } from "../protocol/overlay-object.ts";
import type { Side } from "../skeleton/tables/skeleton.ts";

/** A part of a pulse: strong for a while, then still. */
export interface PulseStep {
	/** 0 to 1. */
	readonly strength: number;
	readonly durationMs: number;
	readonly pauseMs: number;
}

/** Two long strong pulses, a short soft one, and three short ones: they can be told apart. */
const STEPS: { readonly [Meaning in PulseMeaning]: readonly PulseStep[] } = {
	hold: Array<PulseStep>(2).fill({ strength: 1, durationMs: 280, pauseMs: 120 }),
	released: [{ strength: 0.4, durationMs: 120, pauseMs: 0 }],
	warning: Array<PulseStep>(3).fill({ strength: 0.8, durationMs: 80, pauseMs: 90 }),
};

/** The parts of a pulse, one after the other. */
export function pulseSteps(pulse: PulseObject): readonly PulseStep[] {
	if ("meaning" in pulse) return STEPS[pulse.meaning];
	return [{ strength: pulse.intensity, durationMs: pulse.durationMs, pauseMs: 0 }];
}

/** A pulse that has begun. */
export class RunningPulse {
	readonly #steps: readonly PulseStep[];
	readonly #hand: Side | "both";
	readonly #beganMs: number;

	constructor(pulse: PulseObject, nowMs: number) {
		this.#steps = pulseSteps(pulse);
		this.#hand = "meaning" in pulse ? "both" : pulse.hand;
		this.#beganMs = nowMs;
	}

	/**
	 * The strength for a hand at a time, and the time at which that ends, milliseconds; between two
	 * parts, for the other hand, and at the end it is 0.
	 */
	at(hand: Side, nowMs: number): { readonly strength: number; readonly untilMs: number } {
		let beginMs = this.#beganMs;
		for (const { strength, durationMs, pauseMs } of this.#steps) {
			const endMs = beginMs + durationMs;
			const isFelt = this.#hand === "both" || this.#hand === hand;
			if (nowMs >= beginMs && nowMs < endMs) return { strength: isFelt ? strength : 0, untilMs: endMs };
			beginMs = endMs + pauseMs;
		}
		return { strength: 0, untilMs: nowMs };
	}

	/** True until its last part has ended. */
	isRunning(nowMs: number): boolean {
		return nowMs < this.#beganMs + this.#steps.reduce((sum, step) => sum + step.durationMs + step.pauseMs, 0);
	}
}
