import type { WasmMemory } from "../media/wasm-types.ts";

// One word: the number of the request, and below it its state.
const STATE_BITS = 2;
const STATE_MASK = (1 << STATE_BITS) - 1;
/** Nobody works on the picture but its render worker. */
const IDLE = 0;
/** The worker waits for the main thread to begin. */
const ASKED = 1;
/** The main thread works on the picture. */
const RUNNING = 2;
/** The main thread has finished, well or not. */
const ENDED = 3;
/** Requests are counted up to here and then from 0 again. */
const MAX_REQUEST = (1 << (30 - STATE_BITS)) - 1;
const OUTCOME = 1; // 1: the picture may be sent
const WORDS = 2;

/**
 * Time within which the main thread must begin, milliseconds. A picture that waits longer is out of
 * date, and delays the worker's other views.
 */
export const TRANSFORM_LATE_MS = 100;

/** `late`: the main thread did not begin in time; the picture is as it was drawn. */
export type TransformOutcome = "done" | "failed" | "late";

/**
 * Hands a render worker's picture to the main thread and back. Only one of them works on the
 * picture at a time: a request that was given up is never begun, and one that was begun is waited
 * for.
 */
export class TransformDesk {
	/** Bytes that a desk takes. */
	static readonly byteLength = WORDS * Int32Array.BYTES_PER_ELEMENT;
	readonly #words: Int32Array;
	#request = 0;

	/** @param address first of `byteLength` zeroed bytes, a multiple of 4. Borrowed. */
	constructor(memory: WasmMemory, address: number) {
		this.#words = new Int32Array(memory.buffer, address, WORDS);
	}

	/**
	 * Asks the main thread and waits for it. Render worker only.
	 *
	 * @param send sends the request's number to the main thread, which calls `work` with it.
	 */
	ask(send: (request: number) => void, lateMs = TRANSFORM_LATE_MS): TransformOutcome {
		const words = this.#words;
		this.#request = this.#request === MAX_REQUEST ? 0 : this.#request + 1;
		const [asked, running, idle] = [ASKED, RUNNING, IDLE].map((state) => wordOf(this.#request, state));
		Atomics.store(words, 0, asked!);
		send(this.#request);
		Atomics.wait(words, 0, asked!, lateMs);
		if (Atomics.compareExchange(words, 0, asked!, idle!) === asked) return "late";
		// The main thread can do nothing else meanwhile, so the wait ends with its work.
		Atomics.wait(words, 0, running!);
		Atomics.store(words, 0, idle!);
		return Atomics.load(words, OUTCOME) === 1 ? "done" : "failed";
	}

	/**
	 * Does the work of a request, unless the worker has given it up. Main thread only.
	 *
	 * @param work returns whether the picture may be sent. It must not throw.
	 * @returns false if the worker has given the request up.
	 */
	work(request: number, work: () => boolean): boolean {
		const words = this.#words;
		const asked = wordOf(request, ASKED);
		if (Atomics.compareExchange(words, 0, asked, wordOf(request, RUNNING)) !== asked) return false;
		let done = false;
		try {
			done = work();
		} finally {
			Atomics.store(words, OUTCOME, done ? 1 : 0);
			Atomics.store(words, 0, wordOf(request, ENDED));
			Atomics.notify(words, 0);
		}
		return true;
	}
}

function wordOf(request: number, state: number): number {
	return (request << STATE_BITS) | (state & STATE_MASK);
}
