/**
 * Least length of an observation, seconds: "ObservationDurationLowerBound" of libwebrtc
 * (goog_cc/loss_based_bwe_v2.cc).
 */
const MIN_DURATION_SEC = 0.25;
/**
 * Observations that are kept, and the weight of each next older one: "ObservationWindowSize",
 * "TemporalWeightFactor".
 */
const OBSERVATIONS = 15;
const TEMPORAL_WEIGHT = 0.9;
/** Observations before the loss is a measurement: "MinNumObservations". */
const MIN_OBSERVATIONS = 3;
/**
 * The observation with the most loss counts if it was sent this many times faster than the
 * median: "MedianSendingRateFactor".
 */
const FAST_FACTOR = 2;

/** Loss at a sending rate. */
export interface LossObservation {
	readonly sendingBps: number;
	readonly kilobytes: number;
	/** Lowered when a packet arrives after all. */
	lostKilobytes: number;
	/** Times of the feedback that it has come from. */
	readonly fromSec: number;
	readonly toSec: number;
}

/** The losses of the last few seconds, a quarter of a second or more each. No clock. */
export class LossObservations {
	/** Newest first. */
	readonly #observations: LossObservation[] = [];
	readonly #weights = Array.from({ length: OBSERVATIONS }, (_, age) => TEMPORAL_WEIGHT ** age);
	#bytes = 0;
	#lostBytes = 0;
	#fromSec = Number.NaN;
	#lastSentSec = Number.NaN;

	get isReady(): boolean {
		return this.#observations.length >= MIN_OBSERVATIONS;
	}

	/** The observations, newest first, with their weights. */
	*weighted(): Generator<readonly [LossObservation, number], void, undefined> {
		for (const [age, observation] of this.#observations.entries()) yield [observation, this.#weights[age]!];
	}

	/**
	 * Takes in a report.
	 *
	 * @param bytes of packets received or lost.
	 * @param lastSentSec when the last of them had left.
	 * @returns whether an observation is complete.
	 */
	add(bytes: number, lostBytes: number, lastSentSec: number, nowSec: number): boolean {
		this.#bytes += bytes;
		this.#lostBytes += lostBytes;
		if (Number.isNaN(this.#lastSentSec)) this.#lastSentSec = lastSentSec;
		if (Number.isNaN(this.#fromSec)) this.#fromSec = nowSec;
		const durationSec = lastSentSec - this.#lastSentSec;
		if (!(durationSec >= MIN_DURATION_SEC)) return false;
		this.#observations.unshift({
			sendingBps: (this.#bytes * 8) / durationSec,
			kilobytes: this.#bytes / 1000,
			lostKilobytes: this.#lostBytes / 1000,
			fromSec: this.#fromSec,
			toSec: nowSec,
		});
		if (this.#observations.length > OBSERVATIONS) this.#observations.pop();
		this.#bytes = 0;
		this.#lostBytes = 0;
		this.#fromSec = nowSec;
		this.#lastSentSec = lastSentSec;
		return true;
	}

	/** A packet that was counted as lost by the report of `countedSec` has arrived. */
	takeBack(byteLength: number, countedSec: number): void {
		const observation = this.#observations.find(
			({ fromSec, toSec }) => countedSec > fromSec && countedSec <= toSec,
		);
		if (observation === undefined) this.#lostBytes = Math.max(0, this.#lostBytes - byteLength);
		else observation.lostKilobytes = Math.max(0, observation.lostKilobytes - byteLength / 1000);
	}

	/** Begins again after a pause: what was sent before it belongs to no observation. */
	skip(): void {
		this.#bytes = 0;
		this.#lostBytes = 0;
		this.#fromSec = Number.NaN;
		this.#lastSentSec = Number.NaN;
	}

	/**
	 * The share that was lost, without the observations of the most and the least loss:
	 * one burst is no rule (`CalculateAverageReportedByteLossRatio`).
	 */
	get meanLoss(): number {
		let bytes = 0;
		let lost = 0;
		let most: { readonly share: number; readonly weight: number; readonly of: LossObservation } | undefined;
		let least: typeof most;
		for (const [of, weight] of this.weighted()) {
			bytes += weight * of.kilobytes;
			lost += weight * of.lostKilobytes;
			const share = of.kilobytes > 0 ? of.lostKilobytes / of.kilobytes : 0;
			if (most === undefined || share > most.share) most = { share, weight, of };
			if (least === undefined || share < least.share) least = { share, weight, of };
		}
		if (bytes === 0 || most === undefined || least === undefined) return 0;
		const isFast = most.of.sendingBps >= FAST_FACTOR * this.#medianBps;
		if (this.#observations.length <= MIN_OBSERVATIONS || isFast || most.of === least.of) return lost / bytes;
		for (const { weight, of } of [most, least]) {
			bytes -= weight * of.kilobytes;
			lost -= weight * of.lostKilobytes;
		}
		return bytes > 0 ? Math.max(0, lost / bytes) : 0;
	}

	get #medianBps(): number {
		const rates = this.#observations.map(({ sendingBps }) => sendingBps).sort((a, b) => a - b);
		return rates[Math.floor(rates.length / 2)] ?? 0;
	}
}
