import { assert } from "../../media/assert.ts";

/**
 * Largest number of packets whose fate is unknown: 0.8 s of 100 Mbit/s, where feedback
 * comes every 250 ms at least.
 */
const RING = 8192;
assert(65_536 % RING === 0, "A sequence number keeps its slot in the ring when it wraps.");
/**
 * Longest wait for a packet that others have overtaken, seconds: half of the window in
 * which the controller counts losses.
 */
const MAX_TOLERANCE_SEC = 0.2;
/**
 * A packet may be later than the latest one seen by a quarter, the step in which RACK
 * widens its reordering window (RFC 8985, 6.2, step 4).
 */
const TOLERANCE_MARGIN = 1.25;
/**
 * Without a late packet for this long the path keeps the order again, seconds. RACK
 * resets its window after 16 recoveries (RFC 8985, 6.2, step 4).
 */
const FORGET_REORDERING_SEC = 10;

/** A packet that is reported received for the first time. */
export interface ReceivedPacket {
	/** Monotonic clock. */
	readonly sentSec: number;
	readonly byteLength: number;
	/** Packets that left in one burst, or for one probe, have the same number. */
	readonly train: number;
	/** Time at which the packet was wrongly counted as lost; NaN if it was not. */
	readonly countedLostSec: number;
}

/** Packets that are taken for lost. */
export interface LostPackets {
	readonly packets: number;
	readonly bytes: number;
}

interface MissingPacket {
	readonly number: number;
	readonly sinceSec: number;
}

/**
 * The packets that were sent, by transport-wide sequence number, and their fate. A
 * packet that a report calls missing may only have been overtaken. On a path that
 * reorders packets it counts as lost no sooner than the latest packets arrive there,
 * and a packet that was counted too soon is reported when it arrives. No clock: times
 * are arguments, seconds on one monotonic clock.
 */
export class SentPackets {
	readonly #sentSec = new Float64Array(RING);
	readonly #byteLength = new Uint32Array(RING);
	readonly #train = new Uint32Array(RING);
	/** Sequence number plus one of the packet in the slot; 0 once it was received. */
	readonly #number = new Uint32Array(RING);
	/** NaN when it is not missing. */
	readonly #missingSinceSec = new Float64Array(RING).fill(Number.NaN);
	/** NaN when it does not count as lost. */
	readonly #countedLostSec = new Float64Array(RING).fill(Number.NaN);
	#missing: MissingPacket[] = [];
	#toleranceSec = 0;
	#lastLateSec = Number.NEGATIVE_INFINITY;

	/**
	 * Wait before a missing packet counts as lost, seconds; 0 where no packet has been
	 * late.
	 */
	get toleranceSec(): number {
		return this.#toleranceSec;
	}

	/**
	 * Remembers a packet that leaves now; it takes the slot of an older one.
	 * @param train number of the burst that it belongs to.
	 */
	sent(number: number, byteLength: number, nowSec: number, train: number): void {
		const slot = number & (RING - 1);
		this.#number[slot] = (number & 0xffff) + 1;
		this.#sentSec[slot] = nowSec;
		this.#byteLength[slot] = byteLength;
		this.#train[slot] = train;
		this.#missingSinceSec[slot] = Number.NaN;
		this.#countedLostSec[slot] = Number.NaN;
	}

	/**
	 * Notes that a packet is reported received.
	 * @returns `undefined` for a packet that is unknown, or known to be received.
	 */
	received(number: number, nowSec: number): ReceivedPacket | undefined {
		const slot = this.#slot(number);
		if (slot === undefined) return undefined;
		this.#number[slot] = 0;
		const missingSinceSec = this.#missingSinceSec[slot]!;
		if (!Number.isNaN(missingSinceSec)) {
			const lateSec = Math.min((nowSec - missingSinceSec) * TOLERANCE_MARGIN, MAX_TOLERANCE_SEC);
			this.#toleranceSec = Math.max(this.#toleranceSec, lateSec);
			this.#lastLateSec = nowSec;
		}
		return {
			sentSec: this.#sentSec[slot]!,
			byteLength: this.#byteLength[slot]!,
			train: this.#train[slot]!,
			countedLostSec: this.#countedLostSec[slot]!,
		};
	}

	/**
	 * Notes that a packet is reported not received, by the first such report or by
	 * later ones.
	 */
	missing(number: number, nowSec: number): void {
		const slot = this.#slot(number);
		if (slot === undefined || !Number.isNaN(this.#missingSinceSec[slot]!)) return;
		const newest = this.#missing.at(-1);
		assert(newest === undefined || newest.sinceSec <= nowSec, "Reports are read in the order of time.");
		this.#missingSinceSec[slot] = nowSec;
		this.#missing.push({ number: number & 0xffff, sinceSec: nowSec });
	}

	/**
	 * Counts the packets that have been missing for longer than the path's reordering
	 * explains, each once.
	 */
	takeLost(nowSec: number): LostPackets {
		if (nowSec - this.#lastLateSec > FORGET_REORDERING_SEC) this.#toleranceSec = 0;
		let packets = 0;
		let bytes = 0;
		let decided = 0;
		for (const { number, sinceSec } of this.#missing) {
			if (nowSec - sinceSec < this.#toleranceSec) break;
			decided++;
			const slot = this.#slot(number);
			if (slot === undefined || this.#missingSinceSec[slot] !== sinceSec) continue;
			this.#countedLostSec[slot] = nowSec;
			packets++;
			bytes += this.#byteLength[slot]!;
		}
		this.#missing.splice(0, decided);
		return { packets, bytes };
	}

	/**
	 * Slot of the packet; `undefined` if it was received, or if another packet has
	 * taken the slot.
	 */
	#slot(number: number): number | undefined {
		const slot = number & (RING - 1);
		return this.#number[slot] === (number & 0xffff) + 1 ? slot : undefined;
	}
}
