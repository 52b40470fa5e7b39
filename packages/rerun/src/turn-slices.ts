/** Work in steps. A step that takes longer than a slice is not cut. */
export type Steps = Iterator<void, void>;

/**
 * The time after which a slice begins no further step. A turn may take five: the last step, the
 * sinks' work and garbage collection come on top.
 */
const SLICE_MS = 1;

/**
 * Does work in order, a slice of it in each turn of the event loop. Short work is done at once: if
 * no other work waits, the first step and as many further steps as fit into a slice.
 */
export class TurnSlices {
	readonly #onIdle: () => void;
	readonly #onError: (error: unknown) => void;
	readonly #queue: Steps[] = [];
	#waiters: (() => void)[] = [];
	#running = false;
	#scheduled = false;

	/**
	 * @param onIdle is called at the end of work that took several turns.
	 * @param onError receives what a step throws in a later turn.
	 */
	constructor(onIdle: () => void, onError: (error: unknown) => void) {
		this.#onIdle = onIdle;
		this.#onError = onError;
	}

	/** True when no work waits. */
	get idle(): boolean {
		return this.#queue.length === 0;
	}

	/**
	 * Adds work behind all work that waits. An error of its first slice is thrown here; the other
	 * steps are done later nevertheless.
	 */
	add(steps: Steps): void {
		const isFirst = this.idle;
		this.#queue.push(steps);
		if (isFirst) this.#slice();
	}

	/** Does all work that waits at once, however long it takes. */
	finish(): void {
		while (!this.idle && !this.#running) {
			try {
				this.#run(Number.POSITIVE_INFINITY);
			} catch (error) {
				this.#onError(error);
			}
		}
		this.#settle();
	}

	/** Resolves when all work that waits now is done. */
	done(): Promise<void> {
		return this.idle ? Promise.resolve() : new Promise((resolve) => this.#waiters.push(resolve));
	}

	#slice(): void {
		try {
			this.#run(performance.now() + SLICE_MS);
		} finally {
			if (this.idle) this.#settle();
			else if (!this.#scheduled) {
				this.#scheduled = true;
				nextTurn(() => {
					this.#scheduled = false;
					if (this.idle) return;
					try {
						this.#slice();
					} catch (error) {
						this.#onError(error);
					}
				});
			}
		}
	}

	#run(untilMs: number): void {
		// A step may call code that adds work. That work is done behind all work that waits
		// already.
		if (this.#running) return;
		this.#running = true;
		try {
			do {
				const [steps] = this.#queue;
				if (steps === undefined) return;
				let ended = true;
				try {
					ended = steps.next().done === true;
				} finally {
					// A generator that threw has ended.
					if (ended) this.#queue.shift();
				}
			} while (performance.now() < untilMs);
		} finally {
			this.#running = false;
		}
	}

	#settle(): void {
		if (!this.idle) return;
		const waiters = this.#waiters;
		this.#waiters = [];
		for (const resolve of waiters) resolve();
		this.#onIdle();
	}
}

/** Does all steps of work at once. @returns the result of the work. */
export function runSteps<Result>(steps: Iterator<void, Result>): Result {
	for (;;) {
		const step = steps.next();
		if (step.done === true) return step.value;
	}
}

/** Does a slice of work in each turn of the event loop, beginning with the next one. */
export async function runStepsInSlices<Result>(steps: Iterator<void, Result>): Promise<Result> {
	for (;;) {
		await new Promise<void>(nextTurn);
		const untilMs = performance.now() + SLICE_MS;
		do {
			const step = steps.next();
			if (step.done === true) return step.value;
		} while (performance.now() < untilMs);
	}
}

/**
 * Calls `work` in the next turn. Browsers delay timers, above all in hidden pages, not messages.
 */
function nextTurn(work: () => void): void {
	const { setImmediate } = globalThis as { setImmediate?: (work: () => void) => void };
	if (setImmediate !== undefined) {
		setImmediate(work);
		return;
	}
	const { port1, port2 } = new MessageChannel();
	port1.onmessage = () => {
		port1.close();
		work();
	};
	port2.postMessage(null);
}
