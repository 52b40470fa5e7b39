/**
 * Length of the window before the first estimate, and of those after it, seconds:
 * `kInitialRateWindowMs` and `kRateWindowMs` of libwebrtc
 * (goog_cc/bitrate_estimator.cc).
 */
const FIRST_WINDOW_SEC = 0.5;
const WINDOW_SEC = 0.15;
/**
 * Weight of the distance between a sample and the estimate in the sample's uncertainty,
 * usually and while the application limits the rate, when samples are low for no fault
 * of the path: the same file, "uncertainty_scale" and "uncertainty_scale_in_alr".
 */
const UNCERTAINTY_SCALE = 10;
const LIMITED_UNCERTAINTY_SCALE = 20;
/**
 * Growth of the estimate's variance with each sample: the same file, `UpdateEstimate`, kbit/s
 * squared.
 */
const PROCESS_VARIANCE = 5;
const FIRST_VARIANCE = 50;
/** A step back of the receiver's clock, or a pause, begins a new window, seconds. */
const MAX_PAUSE_SEC = 2;

/**
 * The rate at which packets arrive: rates of short windows, each trusted the less the
 * more it differs (libwebrtc's `BitrateEstimator`). No clock.
 */
export class AcknowledgedRate {
	#bps = Number.NaN;
	#variance = FIRST_VARIANCE;
	#windowBytes = 0;
	#windowSec = 0;
	#lastArrivalSec = Number.NaN;

	/** Bits per second; NaN before the first window is full. */
	get bps(): number {
		return this.#bps;
	}

	/**
	 * Counts a packet.
	 *
	 * @param arrivalSec on the receiver's clock.
	 * @param isLimited whether the application sends less than the path would carry.
	 */
	add(arrivalSec: number, byteLength: number, isLimited: boolean): void {
		const sampleBps = this.#sample(arrivalSec, byteLength);
		if (sampleBps === undefined) return;
		if (Number.isNaN(this.#bps)) {
			this.#bps = sampleBps;
			return;
		}
		const scale = isLimited && sampleBps < this.#bps ? LIMITED_UNCERTAINTY_SCALE : UNCERTAINTY_SCALE;
		const uncertainty = (scale * Math.abs(this.#bps - sampleBps)) / Math.max(this.#bps, 1000);
		const sampleVariance = uncertainty ** 2;
		const variance = this.#variance + PROCESS_VARIANCE;
		this.#bps = (sampleVariance * this.#bps + variance * sampleBps) / (sampleVariance + variance);
		this.#variance = (sampleVariance * variance) / (sampleVariance + variance);
	}

	/** Begins a new window: what arrived in the present one is not known. */
	skip(): void {
		this.#lastArrivalSec = Number.NaN;
	}

	/** @returns the rate of a window that has just ended. */
	#sample(arrivalSec: number, byteLength: number): number | undefined {
		const elapsedSec = arrivalSec - this.#lastArrivalSec;
		this.#lastArrivalSec = arrivalSec;
		if (!(elapsedSec > -WINDOW_SEC && elapsedSec < MAX_PAUSE_SEC)) {
			this.#windowBytes = byteLength;
			this.#windowSec = 0;
			return undefined;
		}
		const lengthSec = Number.isNaN(this.#bps) ? FIRST_WINDOW_SEC : WINDOW_SEC;
		this.#windowSec += Math.max(0, elapsedSec);
		let sampleBps: number | undefined;
		if (this.#windowSec >= lengthSec) {
			sampleBps = (this.#windowBytes * 8) / lengthSec;
			this.#windowSec %= lengthSec;
			this.#windowBytes = 0;
		}
		this.#windowBytes += byteLength;
		return sampleBps;
	}
}
