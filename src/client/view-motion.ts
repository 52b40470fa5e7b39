import type { Point } from "./view-model.ts";

/**
 * Turns and zooms by steps (wheel, buttons, keys) take this long: long enough for the eye to
 * follow, short enough not to wait for.
 */
export const MOTION_MS = 250;
/**
 * Time that a motion is ahead when it begins: one display frame. Waiting for that frame would add
 * latency.
 */
const FIRST_FRAME_MS = 1000 / 60;

/** A change of the view. Parts that are left out change nothing. */
export interface ViewStep {
	readonly rightDeg?: number | undefined;
	readonly upDeg?: number | undefined;
	/** Factor by which things get larger. @default 1 */
	readonly factor?: number | undefined;
	/** Point that the zoom keeps in place. @default the middle */
	readonly at?: Point | undefined;
}

interface Motion {
	readonly step: ViewStep;
	readonly beganAtMs: number;
	readonly alone: boolean;
	/** The share that is done, 0 to 1. */
	done: number;
}

/**
 * Spreads steps of the view over a quarter of a second, fast at first and slower and slower (a
 * cubic). Steps that are begun while others are under way add up, so that a wheel turned fast goes
 * far. Pure: the time is given.
 */
export class ViewMotion {
	#motions: Motion[] = [];

	get active(): boolean {
		return this.#motions.length > 0;
	}

	/**
	 * @param options.alone it goes to a place, such as home: it ends the others, and the next one
	 * ends it.
	 */
	begin(step: ViewStep, nowMs: number, { alone = false }: { readonly alone?: boolean } = {}): void {
		this.#motions = alone ? [] : this.#motions.filter((motion) => !motion.alone);
		this.#motions.push({ step, beganAtMs: nowMs - FIRST_FRAME_MS, alone, done: 0 });
	}

	/** The part of each motion between the last call and `nowMs`. */
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

	/** The view stays where it is. */
	stop(): void {
		this.#motions = [];
	}
}

/** 0 to 1 for 0 to 1: three times as fast as the mean at first, still at the end. */
function easedOut(share: number): number {
	return 1 - (1 - Math.min(1, Math.max(0, share))) ** 3;
}

function partOf({ rightDeg = 0, upDeg = 0, factor = 1, at }: ViewStep, share: number): ViewStep {
	return { rightDeg: rightDeg * share, upDeg: upDeg * share, factor: factor ** share, at };
}
