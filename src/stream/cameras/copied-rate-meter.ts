import type { CopiedRates } from "./copy-limit.ts";

/** Weight of the last second in the averages. */
const WEIGHT = 0.3;
/** Longest step of the source's time that counts, seconds: a longer one is a jump of its clock. */
const LONGEST_STEP_SEC = 0.5;

/**
 * Measures the rates of a camera's own pictures. Some servers send the first seconds at once: they
 * count as long as the source's time says. Reads no clock.
 */
export class CopiedRateMeter {
	#rates: CopiedRates = { allBps: 0, keyframesBps: 0 };
	/** Bytes, and the source's time, since `#sinceSec`. */
	#bytes = 0;
	#keyframeBytes = 0;
	#countedSec = 0;
	#mediaSec = Number.NaN;
	#sinceSec: number;

	constructor(nowSec: number) {
		this.#sinceSec = nowSec;
	}

	/** Averages over the last seconds. */
	get rates(): CopiedRates {
		return this.#rates;
	}

	/** @param mediaSec time of the picture on the source's clock; NaN: unknown. */
	count(bytes: number, keyframe: boolean, mediaSec: number): void {
		this.#bytes += bytes;
		if (keyframe) this.#keyframeBytes += bytes;
		const stepSec = mediaSec - this.#mediaSec;
		if (stepSec > 0 && stepSec < LONGEST_STEP_SEC) this.#countedSec += stepSec;
		this.#mediaSec = mediaSec;
	}

	/** Ends a second, if one has passed. */
	measure(nowSec: number): void {
		const passedSec = nowSec - this.#sinceSec;
		if (passedSec < 1) return;
		const elapsedSec = Math.max(passedSec, this.#countedSec);
		const average = (formerBps: number, bytes: number) => {
			const bps = (bytes * 8) / elapsedSec;
			return formerBps === 0 ? bps : formerBps + (bps - formerBps) * WEIGHT;
		};
		const { allBps, keyframesBps } = this.#rates;
		this.#rates = {
			allBps: average(allBps, this.#bytes),
			keyframesBps: average(keyframesBps, this.#keyframeBytes),
		};
		this.#bytes = this.#keyframeBytes = this.#countedSec = 0;
		this.#sinceSec = nowSec;
	}
}
