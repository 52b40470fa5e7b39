import { monotonicSec } from "../media/clock.ts";

/** Sends the packets that are due. @returns whether more are waiting. */
export type PaceTask = (nowSec: number) => boolean;

/** Calls tasks about every millisecond for as long as they have something to send. */
export interface PaceTimer {
	/**
	 * Calls `task` soon, and again until it returns false. Harmless if it is waiting
	 * already.
	 */
	wake(task: PaceTask): void;
	/** Forgets `task`. */
	cancel(task: PaceTask): void;
}

/** A timer of one millisecond for all sessions. It runs only while packets wait. */
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
