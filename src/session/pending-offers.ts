import { addressGroup } from "./ip-address.ts";
import { SignallingError } from "./signalling.ts";

/** Time after which a client may try again, seconds: connecting takes about one. */
const RETRY_SEC = 2;

/**
 * Counts offers whose clients have not connected yet: offers alone must not take every
 * place.
 */
export class PendingOffers {
	readonly #mostOfAnAddress: number;
	readonly #counts = new Map<string, number>();

	/**
	 * @param mostOfAnAddress offers of one address, or of one IPv6 /64, that may be
	 * pending at once
	 */
	constructor(mostOfAnAddress: number) {
		this.#mostOfAnAddress = mostOfAnAddress;
	}

	/**
	 * Counts one more offer.
	 *
	 * @param address of the client; `undefined`, when it is not known, is not counted.
	 * @returns a function to call when the client has connected or its session is over;
	 * further calls do nothing.
	 * @throws {SignallingError} 503 when the address has as many pending as it may.
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
			const left = (this.#counts.get(group) ?? 1) - 1;
			if (left === 0) this.#counts.delete(group);
			else this.#counts.set(group, left);
		};
	}
}
