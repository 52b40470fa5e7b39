import { TurnClock } from "./turn-clock.ts";

/** A thread without a turn for longer is held up. */
const HELD_UP_MS = 2000;

/**
 * Watches whether a thread has its turns. It must be one that makes no call which waits for a disk:
 * then it has none only where other threads and programs take all of the machine's time.
 */
export class ThreadWatch {
	readonly #clock: TurnClock;
	#turns = 0;
	#sinceMs: number;
	#isHeldUp = false;

	/** @param nowMs milliseconds on a clock that never goes back. */
	constructor(nowMs: () => number) {
		// While this thread is held up, it can't tell whether the other one is.
		this.#clock = new TurnClock(nowMs);
		this.#sinceMs = this.#clock.nowMs();
	}

	/**
	 * Takes the thread's present number of turns, more often than once a second. 0: it has not
	 * begun, which takes long on a full machine.
	 * @returns a sentence when the thread has come to be held up, or goes on.
	 */
	check(turns: number): string | undefined {
		const nowMs = this.#clock.nowMs();
		if (turns === 0 || turns !== this.#turns) {
			this.#turns = turns;
			this.#sinceMs = nowMs;
		}
		const isHeldUp = nowMs - this.#sinceMs > HELD_UP_MS;
		if (isHeldUp === this.#isHeldUp) return undefined;
		this.#isHeldUp = isHeldUp;
		return isHeldUp
			? `This machine is busy: the thread that writes has been held up for ${HELD_UP_MS / 1000} s.`
			: "The thread that writes goes on.";
	}

	/** The thread is held up, as of the newest check. */
	get isHeldUp(): boolean {
		return this.#isHeldUp;
	}
}
