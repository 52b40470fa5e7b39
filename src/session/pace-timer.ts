import { monotonicSec } from "../media/clock.ts";

/** Something with packets to send. @returns whether there is more to send after `nowSec`. */
export type PaceTask = (nowSec: number) => boolean;

/** Calls tasks about every millisecond for as long as they have something to send. */
export interface PaceTimer {
	/**
	 * Calls `task` soon, and again until it says that it is done. Harmless if it is waiting
	 * already.
	 */
	wake(task: PaceTask): void;
	cancel(task: PaceTask): void;
}

/** One millisecond timer for all sessions: it runs only while one of them has packets waiting. */
export class SharedPaceTimer implements PaceTimer {
	readonly #tasks = new Set<PaceTask>();
	#timer: ReturnType<typeof setTimeout> | undefined;

	wake(task: PaceTask): void {
		this.#tasks.add(task);
		this.#timer ??= setTimeout(this.#run, 1);
	}

	cancel(task: PaceTask): void {
		this.#tasks.delete(task);
		if (this.#tasks.size > 0) return;
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}

	readonly #run = (): void => {
		this.#timer = undefined;
		const nowSec = monotonicSec();
		for (const task of this.#tasks) if (!task(nowSec)) this.#tasks.delete(task);
		if (this.#tasks.size > 0) this.#timer ??= setTimeout(this.#run, 1);
	};
}
