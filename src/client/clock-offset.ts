/** Answers that are remembered. At one ping every two seconds, half a minute: short enough for two quartz clocks to drift apart by less than a millisecond. */
const REMEMBERED = 16;

interface Exchange {
	readonly offsetMs: number;
	readonly roundTripMs: number;
}

/**
 * How far the server's clock is ahead of ours, from pings and pongs (RFC 5905, 8). Of the last answers the one with the shortest round trip
 * counts: queues only ever make a trip longer, and the error is at most half of it.
 */
export class ClockOffset {
	#exchanges: Exchange[] = [];

	/** @param t0 ping left, client clock. @param t1 it arrived, server clock. @param t2 pong left, server clock. @param t3 it arrived, client clock; all milliseconds. */
	add(t0: number, t1: number, t2: number, t3: number): void {
		const roundTripMs = t3 - t0 - (t2 - t1);
		if (!(roundTripMs >= 0)) return;
		this.#exchanges = [...this.#exchanges, { offsetMs: (t1 - t0 + (t2 - t3)) / 2, roundTripMs }].slice(-REMEMBERED);
	}

	/** Server time minus client time, milliseconds; NaN before the first answer. */
	get offsetMs(): number {
		return this.#best?.offsetMs ?? Number.NaN;
	}

	/** Shortest round trip of the last answers, milliseconds; NaN before the first. */
	get roundTripMs(): number {
		return this.#best?.roundTripMs ?? Number.NaN;
	}

	/** Forget everything: another server's clock begins. */
	reset(): void {
		this.#exchanges = [];
	}

	get #best(): Exchange | undefined {
		return this.#exchanges.reduce<Exchange | undefined>(
			(best, next) => (best && best.roundTripMs <= next.roundTripMs ? best : next),
			undefined,
		);
	}
}
