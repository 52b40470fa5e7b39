import { ClockEstimate } from "../protocol/clock-estimate.ts";
import type { PongMessage } from "../protocol/control-message.ts";

/** Pings that may stay unanswered, once one was answered, before the server counts as gone. */
const UNANSWERED = 4;

/**
 * Estimates the server's clock and the round trip from one connection's pings, and whether they are
 * answered. No clock, no timer.
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

	/** A ping is due. @returns whether the server has left too many unanswered */
	isSilent(): boolean {
		return this.#answered && ++this.#unanswered > UNANSWERED;
	}

	answered({ t0, t1, t2 }: PongMessage, receivedAtMs: number): void {
		this.#answered = true;
		this.#unanswered = 0;
		this.#estimate.add(t0, t1, t2, receivedAtMs);
	}

	/** Another connection, perhaps to another server. */
	restart(): void {
		this.#estimate.reset();
		this.#answered = false;
		this.#unanswered = 0;
	}
}
