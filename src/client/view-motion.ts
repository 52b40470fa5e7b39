import type { ScreenPoint } from "./view-model.ts";

/**
 * Duration of a step by wheel, button or key: long enough for the eye to follow, and
 * short enough not to be felt as a wait.
 */
export const MOTION_MS = 250;
/**
 * Head start of a motion, one display frame: without it, each step would begin a frame
 * late.
 */
const FIRST_FRAME_MS = 1000 / 60;

/** A change of the view. Absent parts change nothing. */
export interface ViewStep {
	readonly rightDeg?: number | undefined;
	readonly upDeg?: number | undefined;
	/** Factor by which things get larger. @default 1 */
	readonly factor?: number | undefined;
	/** The point that the zoom keeps in place. @default the middle */
	readonly at?: ScreenPoint | undefined;
}

interface Motion {
	readonly step: ViewStep;
	readonly beganAtMs: number;
	readonly alone: boolean;
	/** The share of the step that was applied, 0 to 1. */
	done: number;
}

/**
 * Spreads steps of the view over a quarter of a second, fast at first and then slower
 * (a cubic). Steps that overlap add up, so that a wheel that is turned fast goes far.
 * Reads no clock.
 */
export class ViewMotion {
	#motions: Motion[] = [];

	get active(): boolean {
		return this.#motions.length > 0;
	}

	/**
	 * Begins a step.
	 * @param options.alone the step goes to a place, such as home. It ends the other
	 * steps, and the next one ends it.
	 */
	begin(step: ViewStep, nowMs: number, { alone = false }: { readonly alone?: boolean } = {}): void {
		this.#motions = alone ? [] : this.#motions.filter((motion) => !motion.alone);
		this.#motions.push({ step, beganAtMs: nowMs - FIRST_FRAME_MS, alone, done: 0 });
	}

	/** @returns the part of each step between the last call and `nowMs`. */
	take(nowMs: number): readonly ViewStep[] {
		const shares = this.#motions.map((motion) => {
			const done = easedOut((nowMs - motion.beganAtMs) / MOTION_MS);
			const share = done - motion.done;
			motion.done = done;
			return partOf(motion.step, share);
		});
		this.#motions = this.#motions.filter(({ done }) => done < 1);
		return shares;
	}

	/** Ends all steps where they are. */
	stop(): void {
		this.#motions = [];
	}
}

/**
 * Maps 0 to 1 onto 0 to 1, at three times the mean speed at first and at rest at the
 * end.
 */
function easedOut(share: number): number {
	return 1 - (1 - Math.min(1, Math.max(0, share))) ** 3;
}

function partOf({ rightDeg = 0, upDeg = 0, factor = 1, at }: ViewStep, share: number): ViewStep {
	return { rightDeg: rightDeg * share, upDeg: upDeg * share, factor: factor ** share, at };
}
