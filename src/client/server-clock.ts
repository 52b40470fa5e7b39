import { ClockEstimate } from "../protocol/clock-estimate.ts";
import type { PongMessage } from "../protocol/control-message.ts";

/** Most pings in a row that a server which has answered one may leave unanswered. */
const UNANSWERED = 4;

/**
 * Estimates the server's clock and the round trip from one connection's pings, and
 * notices when they are no longer answered. Reads no clock.
 */
export class ServerClock {
	readonly #estimate = new ClockEstimate();
	#unanswered = 0;
	#answered = false;

	/** Server clock minus ours, milliseconds; NaN until it is known. */
	get offsetMs(): number {
		return this.#estimate.offsetMs;
	}

	get roundTripMs(): number {
		return this.#estimate.roundTripMs;
	}

	/**
	 * Counts a ping that is due.
	 * @returns whether the server has left too many unanswered.
	 */
	isSilent(): boolean {
		return this.#answered && ++this.#unanswered > UNANSWERED;
	}

	/** The server has answered a ping. */
	answered({ t0, t1, t2 }: PongMessage, receivedAtMs: number): void {
		this.#answered = true;
		this.#unanswered = 0;
		this.#estimate.add(t0, t1, t2, receivedAtMs);
	}

	/** Another connection begins, perhaps to another server. */
	restart(): void {
		this.#estimate.reset();
		this.#answered = false;
		this.#unanswered = 0;
	}
}
