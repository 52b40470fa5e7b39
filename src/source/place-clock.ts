import { LONGEST_STEP_SEC } from "./media-timeline.ts";

/** Step from the last picture of one stretch to the first of the next, if no time has passed. */
const LEAST_STEP_SEC = 1 / 120;

/** Time stamps of a packet, seconds on its stream's scale; NaN where it states none. */
export interface PacketStamps {
	/** Time of its picture. */
	readonly stampSec: number;
	readonly decodeSec: number;
	readonly durationSec: number;
}

/**
 * Gives the packets of a live stream places on one scale of seconds that never runs back from one
 * stretch to the next, though stamps begin anew with each connection. A stretch begins at the time
 * that has passed since the first one; within it places follow the stamps. Reads no clock.
 */
export class PlaceClock {
	#originSec: number;
	/** Seconds from stamps to places; NaN: a stretch begins. */
	#offsetSec = Number.NaN;
	#decodedSec = Number.NaN;
	#newestSec = Number.NEGATIVE_INFINITY;

	/** @param taken the newest place that is taken, and when its packet was received. */
	constructor(taken?: { readonly placeSec: number; readonly receivedSec: number }) {
		this.#originSec = taken === undefined ? Number.NaN : taken.receivedSec - taken.placeSec;
		this.#newestSec = taken?.placeSec ?? Number.NEGATIVE_INFINITY;
	}

	/** Begins a stretch with the next packet. */
	join(): void {
		this.#offsetSec = Number.NaN;
	}

	/**
	 * Places of the next packet, in the order of decoding.
	 * @param receivedSec when it was received.
	 * @returns `begins`: it is the first of a stretch.
	 */
	next(
		{ stampSec, decodeSec }: PacketStamps,
		receivedSec: number,
	): { readonly placeSec: number; readonly decodeSec: number; readonly begins: boolean } {
		if (Number.isNaN(this.#originSec)) this.#originSec = receivedSec;
		const stepSec = decodeSec - this.#decodedSec;
		const leaps = stepSec < 0 || stepSec > LONGEST_STEP_SEC;
		this.#decodedSec = decodeSec;
		const hasStamp = !Number.isNaN(stampSec);
		const begins = Number.isNaN(this.#offsetSec) || leaps;
		const arrivedSec = Math.max(receivedSec - this.#originSec, this.#newestSec + LEAST_STEP_SEC);
		if (begins) this.#offsetSec = arrivedSec - (hasStamp ? stampSec : 0);
		const placeSec = hasStamp ? stampSec + this.#offsetSec : arrivedSec;
		this.#newestSec = Math.max(this.#newestSec, placeSec);
		return { placeSec, decodeSec: decodeSec + this.#offsetSec, begins };
	}
}
