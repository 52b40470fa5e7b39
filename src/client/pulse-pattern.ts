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

/** A pulse is over if no frame comes for so long, as of a hidden page. */
const STALE_MS = 5_000;

/**
 * A pulse that is being played. It begins with the first frame after it was wanted, and no part
 * of it is left out where frames are further apart than its parts: a part of which more than half
 * would be missed begins late.
 */
export class RunningPulse {
	readonly #steps: readonly PulseStep[];
	readonly #hand: Side | "both";
	#index = 0;
	/** When the present part began; `undefined` before the first frame. */
	#beganMs: number | undefined;
	#frameMs: number;

	constructor(pulse: PulseObject, nowMs: number) {
		this.#frameMs = nowMs;
		this.#steps = pulseSteps(pulse);
		this.#hand = "meaning" in pulse ? "both" : pulse.hand;
	}

	/** Goes on to the part that is due in a frame at this time. */
	advance(nowMs: number): void {
		if (nowMs - this.#frameMs > STALE_MS) this.#index = this.#steps.length;
		this.#frameMs = nowMs;
		let beganMs = this.#beganMs ?? nowMs;
		for (let step = this.#steps[this.#index]; step !== undefined; step = this.#steps[++this.#index]) {
			const endMs = beganMs + step.durationMs + step.pauseMs;
			if (nowMs < endMs) break;
			const next = this.#steps[this.#index + 1];
			beganMs = next !== undefined && nowMs > endMs + next.durationMs / 2 ? nowMs : endMs;
		}
		this.#beganMs = beganMs;
	}

	/**
	 * The strength for a hand at a time of the present part, and the time at which that ends,
	 * milliseconds; between two parts, for the other hand, and at the end it is 0.
	 */
	at(hand: Side, nowMs: number): { readonly strength: number; readonly untilMs: number } {
		const step = this.#steps[this.#index];
		const untilMs = (this.#beganMs ?? nowMs) + (step?.durationMs ?? 0);
		const isFelt = this.#hand === "both" || this.#hand === hand;
		if (step === undefined || nowMs >= untilMs) return { strength: 0, untilMs: nowMs };
		return { strength: isFelt ? step.strength : 0, untilMs };
	}

	/** True until its last part has ended. */
	isRunning(): boolean {
		return this.#index < this.#steps.length;
	}
}
