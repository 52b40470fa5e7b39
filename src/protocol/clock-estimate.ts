/**
 * Exchanges that are remembered. At one ping every two seconds, two minutes: enough to see quartz
 * drift, little enough to follow it.
 */
const REMEMBERED = 64;
/** Error of an exchange without queues, milliseconds: timers, threads, event loops. */
const NOISE_MS = 0.1;
/** Standard deviation of the drift of two quartz clocks before any is measured: 50 ppm. */
const DRIFT_PRIOR = 50e-6;
/**
 * An exchange is wrong by half its round trip at most. If it is this much further off, a clock was
 * set, or slept. Milliseconds.
 */
const STEP_MS = 20;
/** Such exchanges in a row until a step of the clock is believed. */
const STEPS_TO_BELIEVE = 3;
/** Greatest drift of two quartz clocks: 100 ppm. */
const MAX_DRIFT = 100e-6;

interface Exchange {
	/** Midway between leaving and coming back, our clock. */
	readonly atMs: number;
	readonly offsetMs: number;
	readonly roundTripMs: number;
}

/**
 * Offset and drift of another clock, from pings and pongs (RFC 5905, section 8). A line is fitted
 * to the offsets of the last exchanges by least squares. A long round trip weighs less: queues only
 * lengthen trips, and the error is at most half of that. While the exchanges span little time the
 * line is nearly level, since clocks drift slowly.
 */
export class ClockEstimate {
	#exchanges: Exchange[] = [];
	#steps = 0;
	#centreMs = 0;
	#offsetMs = Number.NaN;
	#drift = 0;
	#roundTripMs = Number.NaN;

	/**
	 * Adds an exchange, all times in milliseconds. Impossible ones are left out: a trip of negative
	 * or infinite length.
	 *
	 * @param t0 the ping left, our clock
	 * @param t1 the ping arrived, the other clock
	 * @param t2 the pong left, the other clock
	 * @param t3 the pong arrived, our clock
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

	/**
	 * Greatest error of `offsetMsAt(atMs)`, milliseconds, while the other clock runs at a steady
	 * rate within 100 millionths of ours; NaN before the first exchange. An exchange bounds the
	 * offset at its own time by half of its round trip; the best bound of them counts.
	 */
	uncertaintyMsAt(atMs: number): number {
		let leastMs = Number.POSITIVE_INFINITY;
		for (const exchange of this.#exchanges) {
			const residualMs = Math.abs(exchange.offsetMs - this.offsetMsAt(exchange.atMs));
			const driftMs = (MAX_DRIFT + Math.abs(this.#drift)) * Math.abs(atMs - exchange.atMs);
			leastMs = Math.min(leastMs, residualMs + exchange.roundTripMs / 2 + driftMs);
		}
		return this.#exchanges.length === 0 ? Number.NaN : leastMs;
	}

	/** Drift of the other clock, millionths, positive if it runs faster; 0 while unknown. */
	get driftPpm(): number {
		return this.#drift * 1e6;
	}

	/** Shortest round trip of the remembered exchanges, milliseconds; NaN before the first. */
	get roundTripMs(): number {
		return this.#roundTripMs;
	}

	/** @returns our time when the other clock showed `otherMs`; NaN before the first exchange. */
	ourMsFrom(otherMs: number): number {
		// other = our + offset + drift (our - centre), solved for ours.
		return (otherMs - this.#offsetMs + this.#drift * this.#centreMs) / (1 + this.#drift);
	}

	/** Forgets everything: another clock begins. */
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
