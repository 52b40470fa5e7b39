import { assert } from "../../media/assert.ts";
import { LeastDelay } from "../congestion/least-delay.ts";
import type { TransportFeedback } from "../rtcp.ts";

/**
 * Most packets whose fate is unknown, a power of two: 0.8 s of 100 Mbit/s, where
 * feedback comes every 250 ms at least.
 */
const RING = 8192;
const RING_MASK = RING - 1;
assert(65_536 % RING === 0, "A sequence number keeps its slot in the ring when it wraps.");

/**
 * A packet that is lost has found a queue full if those beside it waited longer than
 * this, seconds, and nearly as long as any of late. Congestion control mends that, and
 * more packets would make it worse.
 */
const QUEUE_SEC = 0.05;
const FULL_SHARE = 0.7;
/** Time after which the longest queue seen counts half, seconds. */
const QUEUE_HALF_LIFE_SEC = 10;
/** Weight of a packet in the mean of the queue. */
const QUEUE_WEIGHT = 1 / 8;

/** Lost packets of outages and full queues are not counted. */
const Fate = { sent: 1, missing: 2, lost: 3, uncounted: 4, received: 5 } as const;

/** Time after which a loss counts half, seconds. */
const HALF_LIFE_SEC = 4;
/** Least packets that losses are a share of: one loss is no 100 %. */
const LEAST_PACKETS = 100;
/**
 * A longer run of missing packets is an outage, packets: nothing that is sent beside it
 * could repair it, so it does not count as loss.
 */
const LONGEST_BURST = 32;
/** Share of the bursts that `burstPackets` is not shorter than. */
const BURST_QUANTILE = 0.9;
/**
 * A missing packet may be later than the latest one seen by a quarter: RFC 8985, 6.2,
 * step 4.
 */
const LATE_MARGIN = 1.25;
/** Longest wait for a packet that others have overtaken, seconds. */
const MAX_REORDERING_SEC = 0.2;
/** Half-life of the reordering that was seen, seconds. */
const REORDERING_HALF_LIFE_SEC = 10;
/** Packets overtaken by less arrive "in order", seconds: the steps of the reports. */
const IN_ORDER_SEC = 0.001;

/**
 * The losses of a path, from transport-cc: their share, without packets that found a full
 * queue, the length of their bursts, and the delay of packets that others have overtaken.
 * No clock: times are arguments, seconds on one monotonic clock.
 */
export class PathLosses {
	readonly #fate = new Uint8Array(RING);
	readonly #missingSinceSec = new Float64Array(RING);
	readonly #sentSec = new Float64Array(RING);
	/** Arrival on the receiver's clock less sending on ours, of packets that arrived. */
	readonly #delaySec = new Float64Array(RING);
	readonly #leastDelay = new LeastDelay();
	#queueSec = 0;
	#longestQueueSec = 0;
	/** True if the run of losses began beside a long queue. */
	#runInQueue = false;
	/** Weights of the bursts seen, by their length. */
	readonly #bursts = new Float64Array(LONGEST_BURST + 1);
	/**
	 * Unwrapped numbers: the next to be sent, the oldest that is remembered, the next
	 * whose fate is undecided, and the end of what was reported.
	 */
	#next: number | undefined;
	#oldest = 0;
	#undecided = 0;
	#reportedEnd = 0;
	#packets = 0;
	#lost = 0;
	/** Packets that arrived after one that was sent later. */
	#late = 0;
	#runLength = 0;
	/** Unwrapped number of the run's first packet. */
	#runBegin = 0;
	#averagedSec = Number.NaN;
	#reorderingSec = 0;
	#reorderingSeenSec = Number.NEGATIVE_INFINITY;

	/**
	 * Share of the packets of the last seconds that were lost, 0 to 1, without outages
	 * and full queues.
	 */
	get lossShare(): number {
		return this.#lost / Math.max(this.#packets, LEAST_PACKETS);
	}

	/** Length that nine of ten bursts of losses don't exceed, packets; 1 before any. */
	get burstPackets(): number {
		const total = this.#bursts.reduce((sum, weight) => sum + weight, 0);
		let below = 0;
		for (let length = 1; length < LONGEST_BURST; length++) {
			below += this.#bursts[length]!;
			if (below >= BURST_QUANTILE * total) return length;
		}
		return LONGEST_BURST;
	}

	/** Delay of packets that others have overtaken, seconds; 0 without such. */
	reorderingSec(nowSec: number): number {
		const age = Math.max(0, nowSec - this.#reorderingSeenSec);
		const left = this.#reorderingSec * 2 ** (-age / REORDERING_HALF_LIFE_SEC);
		return left < IN_ORDER_SEC ? 0 : left;
	}

	/** A packet that others have overtaken lately was more likely late than lost. */
	get isLateMoreOftenThanLost(): boolean {
		return this.#late > this.#lost;
	}

	/** True when a report says that the packet arrived. */
	isReceived(number: number): boolean {
		return this.#fate[number & RING_MASK] === Fate.received;
	}

	/** True when the packet is missing for longer than the path's reordering explains. */
	isLost(number: number): boolean {
		const fate = this.#fate[number & RING_MASK];
		return fate === Fate.lost || fate === Fate.uncounted;
	}

	/**
	 * Remembers a packet that leaves now.
	 *
	 * @param number transport-wide, 16 bits, one more than the last packet's.
	 */
	sent(number: number, nowSec: number): void {
		this.#next ??= this.#oldest = this.#undecided = this.#reportedEnd = number & 0xffff;
		assert((this.#next & 0xffff) === (number & 0xffff), "Packets are numbered in the order in which they leave.");
		this.#fate[number & RING_MASK] = Fate.sent;
		this.#sentSec[number & RING_MASK] = nowSec;
		this.#next++;
		this.#oldest = Math.max(this.#oldest, this.#next - RING);
		this.#undecided = Math.max(this.#undecided, this.#oldest);
	}

	/** Takes in a receiver's report. */
	report({ baseSequenceNumber, arrivalSec }: TransportFeedback, nowSec: number): void {
		if (this.#next === undefined) return;
		const base = this.#next + (((baseSequenceNumber - this.#next) << 16) >> 16);
		// The receiver has missed a packet since one that was sent later has arrived.
		let earliestSec = Number.POSITIVE_INFINITY;
		const newestSec = arrivalSec.reduce(
			(newest, sec) => (Number.isNaN(sec) ? newest : Math.max(newest, sec)),
			Number.NEGATIVE_INFINITY,
		);
		for (let index = arrivalSec.length - 1; index >= 0; index--) {
			const number = base + index;
			if (number >= this.#next || number < this.#oldest) continue;
			const slot = number & RING_MASK;
			const atSec = arrivalSec[index]!;
			const fate = this.#fate[slot];
			if (!Number.isNaN(atSec)) {
				if (fate !== Fate.received && atSec > earliestSec) this.#overtaken(atSec - earliestSec, nowSec);
				// It was counted too soon.
				if (fate === Fate.lost) this.#lost = Math.max(0, this.#lost - 1);
				earliestSec = Math.min(earliestSec, atSec);
				this.#fate[slot] = Fate.received;
				this.#delaySec[slot] = atSec - this.#sentSec[slot]!;
			} else if (fate === Fate.sent) {
				this.#fate[slot] = Fate.missing;
				this.#missingSinceSec[slot] = nowSec - Math.max(0, newestSec - earliestSec);
			}
		}
		this.#reportedEnd = Math.max(this.#reportedEnd, Math.min(base + arrivalSec.length, this.#next));
		this.#decide(nowSec);
	}

	/** A packet arrived this much after one that was sent later. */
	#overtaken(lateSec: number, nowSec: number): void {
		this.#late++;
		const bounded = Math.min(lateSec, MAX_REORDERING_SEC);
		if (bounded < Math.max(IN_ORDER_SEC, this.reorderingSec(nowSec))) return;
		this.#reorderingSec = bounded;
		this.#reorderingSeenSec = nowSec;
	}

	/** Counts packets in order, up to the first that may still arrive. */
	#decide(nowSec: number): void {
		if (!Number.isNaN(this.#averagedSec)) {
			this.#fade(2 ** (-(nowSec - this.#averagedSec) / HALF_LIFE_SEC));
			this.#longestQueueSec *= 2 ** (-(nowSec - this.#averagedSec) / QUEUE_HALF_LIFE_SEC);
		}
		this.#averagedSec = nowSec;
		const toleranceSec = this.reorderingSec(nowSec) * LATE_MARGIN;
		for (; this.#undecided < this.#reportedEnd; this.#undecided++) {
			const slot = this.#undecided & RING_MASK;
			const fate = this.#fate[slot];
			if (fate === Fate.missing && nowSec - this.#missingSinceSec[slot]! < toleranceSec) return;
			// A report that was lost itself says nothing about its packets.
			if (fate === Fate.sent) continue;
			this.#packets++;
			if (fate === Fate.missing) {
				this.#fate[slot] = Fate.lost;
				if (this.#runLength === 0) {
					this.#runInQueue = this.#queueIsFull;
					this.#runBegin = this.#undecided;
				}
				this.#lost++;
				this.#runLength++;
			} else {
				this.#observeDelay(this.#delaySec[slot]!, nowSec);
				this.#endRun();
			}
		}
	}

	get #queueIsFull(): boolean {
		return this.#queueSec > Math.max(QUEUE_SEC, FULL_SHARE * this.#longestQueueSec);
	}

	/** Follows the queue: how much later a packet arrives than the quickest one. */
	#observeDelay(delaySec: number, nowSec: number): void {
		const queuedSec = delaySec - this.#leastDelay.observe(delaySec, nowSec);
		this.#queueSec += (queuedSec - this.#queueSec) * QUEUE_WEIGHT;
		this.#longestQueueSec = Math.max(this.#longestQueueSec, this.#queueSec);
	}

	#endRun(): void {
		if (this.#runLength > LONGEST_BURST || this.#runInQueue || this.#queueIsFull) {
			this.#lost = Math.max(0, this.#lost - this.#runLength);
			this.#packets -= this.#runLength;
			for (let number = this.#runBegin; number < this.#undecided; number++)
				if (this.#fate[number & RING_MASK] === Fate.lost) this.#fate[number & RING_MASK] = Fate.uncounted;
		} else if (this.#runLength > 0) this.#bursts[this.#runLength]!++;
		this.#runLength = 0;
	}

	#fade(factor: number): void {
		this.#packets *= factor;
		this.#lost *= factor;
		this.#late *= factor;
		for (let length = 0; length < this.#bursts.length; length++) this.#bursts[length]! *= factor;
	}
}
