import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { giveWay } from "./thread-priority.ts";
import { type ThreadStart, ThreadWord } from "./thread-words.ts";

/** The half of a `Thread` that lies inside the thread: its start data, and the request to end. */
export class ThisThread<Data> {
	readonly port: MessagePort;
	readonly data: Data;
	readonly #words: Int32Array;

	/** @throws {Error} in a thread that no `Thread` has started. */
	constructor() {
		if (parentPort === null) throw new Error("A ThisThread belongs into a thread that a Thread has started.");
		this.port = parentPort;
		const { words, data, givesWay } = workerData as ThreadStart;
		this.data = data as Data;
		this.#words = new Int32Array(words);
		if (givesWay) giveWay();
	}

	/** True when the owner, or the end of the process, has asked this thread to end. */
	get stopping(): boolean {
		return Atomics.load(this.#words, ThreadWord.stop) !== 0;
	}

	/**
	 * Marks that native code may be at work from now on, until `endNative`. Such a thread is never
	 * terminated: it ends by itself when it is asked to.
	 *
	 * @returns false if the thread is to end: then nothing native may begin.
	 */
	beginNative(): boolean {
		Atomics.store(this.#words, ThreadWord.native, 1);
		// Read after the store: either the other thread sees native code at work, or this one sees
		// its request to stop.
		if (!this.stopping) return true;
		this.endNative();
		return false;
	}

	/** Marks that no native code is at work any more, and none begins. */
	endNative(): void {
		Atomics.store(this.#words, ThreadWord.native, 0);
		Atomics.notify(this.#words, ThreadWord.native);
	}

	/** Notes that this thread has a turn: its owner sees whether other programs hold it up. */
	noteTurn(): void {
		Atomics.add(this.#words, ThreadWord.turns, 1);
	}

	/** Blocks for `ms`, precisely; ends early when the thread is to end. */
	sleep(ms: number): void {
		Atomics.wait(this.#words, ThreadWord.stop, 0, ms);
	}
}
