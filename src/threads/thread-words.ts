/**
 * Int32 words that a thread and its owner share. They can be read at any moment, also while the
 * thread is busy.
 */
export const ThreadWord = {
	/** 1 as soon as the thread is to end. */
	stop: 0,
	/**
	 * 1 while the thread may be inside native code. Node aborts the process if it ends the thread
	 * then.
	 */
	native: 1,
	/** Number of turns that the thread has noted, modulo 2^32. */
	turns: 2,
} as const;
/** Number of Int32 words for `ThreadWord`. */
export const THREAD_WORDS = 3;

/** Start data of every thread. Structured-cloneable. */
export interface ThreadStart {
	/** `THREAD_WORDS` Int32 words. */
	readonly words: SharedArrayBuffer;
	readonly givesWay: boolean;
	/** Start data of this kind of thread. */
	readonly data: unknown;
}
