import { addressGroup } from "./ip-address.ts";
import { SignallingError } from "./signalling.ts";

/** A client that connects needs its place for about a second, so trying again soon is worth it. */
const RETRY_SEC = 2;

/**
 * Counts offers whose clients have not connected yet, so that nobody takes every place by offers
 * alone.
 */
export class PendingOffers {
	readonly #mostOfAnAddress: number;
	readonly #counts = new Map<string, number>();

	/**
	 * @param mostOfAnAddress offers of one address, or of one IPv6 /64, that may be pending at once
	 */
	constructor(mostOfAnAddress: number) {
		this.#mostOfAnAddress = mostOfAnAddress;
	}

	/**
	 * Counts one more.
	 *
	 * @param address of the client; `undefined`, when it is not known, is not counted.
	 * @returns a function to call when the client has connected or its session is over; further
	 * calls do nothing.
	 * @throws {SignallingError} 503 if the address has as many pending as it may.
	 */
	begin(address: string | undefined): () => void {
		if (address === undefined) return () => {};
		const group = addressGroup(address);
		const count = this.#counts.get(group) ?? 0;
		if (count >= this.#mostOfAnAddress) {
			const connections =
				count === 1 ? "1 connection from your address is" : `${count} connections from your address are`;
			const words = `${connections} still being made; at most ${this.#mostOfAnAddress} may be at once.`;
			throw new SignallingError(503, words, { retryAfterSec: RETRY_SEC });
		}
		this.#counts.set(group, count + 1);
		let isPending = true;
		return () => {
			if (!isPending) return;
			isPending = false;
			const left = this.#counts.get(group)! - 1;
			if (left === 0) this.#counts.delete(group);
			else this.#counts.set(group, left);
		};
	}
}
