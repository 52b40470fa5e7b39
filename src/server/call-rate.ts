import { addressGroup } from "../session/index.ts";

const WINDOW_SEC = 60;
/** Addresses that are counted: when there are more, all counts begin anew. */
const MOST_ADDRESSES = 10_000;

/** Bounds the calls of each address, or IPv6 /64, in a minute. */
export class CallRate {
	readonly #most: number;
	readonly #nowSec: () => number;
	readonly #counts = new Map<string, number>();
	#sinceSec = Number.NEGATIVE_INFINITY;

	/** @param most calls a minute. @param nowSec any monotonic clock, seconds. */
	constructor(most: number, nowSec: () => number) {
		this.#most = most;
		this.#nowSec = nowSec;
	}

	/** Counts a call. @returns false if it is one too many. */
	admits(address: string | undefined): boolean {
		const nowSec = this.#nowSec();
		if (nowSec - this.#sinceSec >= WINDOW_SEC || this.#counts.size >= MOST_ADDRESSES) {
			this.#counts.clear();
			this.#sinceSec = nowSec;
		}
		const group = address === undefined ? "" : addressGroup(address);
		const count = (this.#counts.get(group) ?? 0) + 1;
		this.#counts.set(group, count);
		return count <= this.#most;
	}
}
