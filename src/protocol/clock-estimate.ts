/**
 * Exchanges that are remembered. At one ping every two seconds, two minutes: enough to see quartz
 * drift, little enough to follow it.
 */
const REMEMBERED = 64;
/**
 * How far from its true value an exchange without queues puts the offset, milliseconds: timers,
 * threads, event loops.
 */
const NOISE_MS = 0.1;
/** How fast two quartz clocks go apart before anything is known, standard deviation: 50 ppm. */
const DRIFT_PRIOR = 50e-6;
/**
 * An exchange can't be wrong by more than half its round trip. One that is this much further off
 * says that a clock was set, or slept.
 */
const STEP_MS = 20;
/** Exchanges in a row that say so until it is believed. */
const STEPS_TO_BELIEVE = 3;

interface Exchange {
	/** Midway between leaving and coming back, our clock. */
	readonly atMs: number;
	readonly offsetMs: number;
	readonly roundTripMs: number;
}

/**
 * How far another clock is ahead of ours and how fast it runs away, from pings and pongs (RFC 5905,
 * 8). A line is laid through the offsets of the last exchanges by least squares: one with a long
 * round trip counts less, since queues only ever make a trip longer and the error is at most half
 * of what they add. As long as they span little time, the line is nearly level: no drift is
 * believed that clocks don't have.
 */
export class ClockEstimate {
	#exchanges: Exchange[] = [];
	#steps = 0;
	#centreMs = 0;
	#offsetMs = Number.NaN;
	#drift = 0;
	#roundTripMs = Number.NaN;

	/**
	 * @param t0 the ping left, our clock. @param t1 it arrived, the other clock. @param t2 the pong
	 * left, the other clock. @param t3 it arrived, our clock; all milliseconds. What can't be (a
	 * trip shorter than none, or that is not finite) is left out.
	 */
	add(t0: number, t1: number, t2: number, t3: number): void {
		const exchange = { atMs: (t0 + t3) / 2, offsetMs: (t1 - t0 + (t2 - t3)) / 2, roundTripMs: t3 - t0 - (t2 - t1) };
		if (!(exchange.roundTripMs >= 0) || !Number.isFinite(exchange.atMs + exchange.offsetMs)) return;
		if (this.#isStep(exchange)) {
			if (++this.#steps < STEPS_TO_BELIEVE) return;
			this.#exchanges = [];
		}
		this.#steps = 0;
		this.#exchanges = [...this.#exchanges, exchange].slice(-REMEMBERED);
		this.#fit();
	}

	/**
	 * The other clock minus ours at our time `atMs`, milliseconds; NaN before the first exchange.
	 */
	offsetMsAt(atMs: number): number {
		return this.#offsetMs + this.#drift * (atMs - this.#centreMs);
	}

	/** The other clock minus ours at the newest exchange, milliseconds; NaN before the first. */
	get offsetMs(): number {
		const newest = this.#exchanges.at(-1);
		return newest === undefined ? Number.NaN : this.offsetMsAt(newest.atMs);
	}

	/** How much faster the other clock runs, millionths; 0 while nothing is known. */
	get driftPpm(): number {
		return this.#drift * 1e6;
	}

	/** Shortest round trip of the remembered exchanges, milliseconds; NaN before the first. */
	get roundTripMs(): number {
		return this.#roundTripMs;
	}

	/** What our clock showed when the other showed `otherMs`; NaN before the first exchange. */
	ourMsFrom(otherMs: number): number {
		// other = our + offset + drift (our - centre), solved for ours.
		return (otherMs - this.#offsetMs + this.#drift * this.#centreMs) / (1 + this.#drift);
	}

	/** Forget everything: another clock begins. */
	reset(): void {
		this.#exchanges = [];
		this.#steps = 0;
		this.#offsetMs = Number.NaN;
		this.#drift = 0;
		this.#roundTripMs = Number.NaN;
	}

	#isStep({ atMs, offsetMs, roundTripMs }: Exchange): boolean {
		return Math.abs(offsetMs - this.offsetMsAt(atMs)) > (roundTripMs + this.#roundTripMs) / 2 + STEP_MS;
	}

	/** Weighted least squares with a prior that the drift is small (ridge). */
	#fit(): void {
		const exchanges = this.#exchanges;
		const shortest = exchanges.reduce(
			(least, { roundTripMs }) => Math.min(least, roundTripMs),
			Number.POSITIVE_INFINITY,
		);
		// The first exchange is the origin: sums of small numbers, whatever a clock shows.
		const origin = exchanges[0]!;
		let weights = 0;
		let times = 0;
		let offsets = 0;
		let squares = 1 / DRIFT_PRIOR ** 2;
		let products = 0;
		for (const { atMs, offsetMs, roundTripMs } of exchanges) {
			const weight = 1 / (NOISE_MS + (roundTripMs - shortest) / 2) ** 2;
			weights += weight;
			times += weight * (atMs - origin.atMs);
			offsets += weight * (offsetMs - origin.offsetMs);
		}
		const [meanTime, meanOffset] = [times / weights, offsets / weights];
		for (const { atMs, offsetMs, roundTripMs } of exchanges) {
			const weight = 1 / (NOISE_MS + (roundTripMs - shortest) / 2) ** 2;
			const time = atMs - origin.atMs - meanTime;
			squares += weight * time ** 2;
			products += weight * time * (offsetMs - origin.offsetMs - meanOffset);
		}
		this.#drift = products / squares;
		this.#centreMs = origin.atMs + meanTime;
		this.#offsetMs = origin.offsetMs + meanOffset;
		this.#roundTripMs = shortest;
	}
}
