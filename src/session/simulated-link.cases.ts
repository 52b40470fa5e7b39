import { seededRandom } from "./offers.cases.ts";

/**
 * A simulated way from the session to the viewer; the way back takes `delaySec` and
 * loses nothing.
 */
export interface SimulatedLink {
	/** Bits per second of RTP. */
	readonly rateBps: number;
	/**
	 * Another rate in each of these stretches of time, instead of `rateBps`; they begin
	 * again after the last one.
	 */
	readonly rates?: { readonly intervalSec: number; readonly bps: readonly number[] };
	/**
	 * Longest queue in front of the link, seconds; a packet that finds it full is lost.
	 */
	readonly queueSec: number;
	readonly delaySec: number;
	/**
	 * Each packet takes up to this much longer, evenly distributed; packets overtake
	 * each other.
	 * @default 0
	 */
	readonly jitterSec?: number;
	/**
	 * Standard deviation of each packet's own delay, normally distributed around
	 * `delaySec`; packets overtake each other.
	 * @default 0
	 */
	readonly normalJitterSec?: number;
	/** Share of packets lost at random. @default 0 */
	readonly loss?: number;
	/**
	 * Losses in bursts by the model of Gilbert and Elliott: the chances that a burst
	 * begins and that it ends, at each packet. All packets of a burst are lost.
	 */
	readonly bursts?: { readonly begin: number; readonly end: number };
	/**
	 * The receiver or its radio stops for a moment, up to this long, once in each
	 * interval; what arrives meanwhile arrives at the end of it.
	 */
	readonly stalls?: { readonly intervalSec: number; readonly longestSec: number };
	/** Nothing gets through, either way. @default false */
	readonly outage?: boolean;
}

/** Rates of a radio link that its load changes: a bounded random walk. */
export interface RandomWalk {
	readonly lowestBps: number;
	readonly highestBps: number;
	readonly meanBps: number;
	/** Standard deviation of a step. */
	readonly stepBps: number;
	readonly intervalSec: number;
	readonly seconds: number;
}

/**
 * The rates of a link that walks at random, and is pulled to its mean by a twentieth a
 * step.
 */
export function randomWalk(walk: RandomWalk, seed: number): NonNullable<SimulatedLink["rates"]> {
	const random = seededRandom(seed);
	const { lowestBps, highestBps, meanBps, stepBps, intervalSec, seconds } = walk;
	let rateBps = meanBps;
	const bps = Array.from({ length: Math.ceil(seconds / intervalSec) }, () => {
		rateBps += (meanBps - rateBps) / 20 + stepBps * normal(random);
		rateBps = Math.min(highestBps, Math.max(lowestBps, rateBps));
		return rateBps;
	});
	return { intervalSec, bps };
}

/** Box and Muller's normal distribution, with a deviation of one. */
export function normal(random: () => number): number {
	return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

interface Queued<Cargo> {
	readonly cargo: Cargo;
	readonly bits: number;
	readonly enteredSec: number;
}

/** A packet that has left the queue and arrives at `dueSec`, unless the link lost it. */
export interface Passage<Cargo> {
	readonly cargo: Cargo;
	/** Time in the queue, the link's own time for the packet included. */
	readonly queuedSec: number;
	/** `undefined` for a packet that is lost on the way. */
	readonly dueSec: number | undefined;
}

/**
 * The drop-tail queue in front of a link whose rate may change, and the way behind it.
 * No clock.
 */
export class LinkQueue<Cargo> {
	/** May be replaced while it runs. */
	link: SimulatedLink;
	readonly #beginSec: number;
	readonly #random: () => number;
	readonly #waiting: Queued<Cargo>[] = [];
	#head = 0;
	#waitingBits = 0;
	#freeSec = 0;
	#inBurst = false;
	#stall = { beginSec: 0, endSec: 0, nextSec: 0 };

	constructor(link: SimulatedLink, beginSec: number, seed: number) {
		this.link = link;
		this.#beginSec = beginSec;
		this.#random = seededRandom(seed);
	}

	/** The link's rate at a time, bits per second. */
	rateBps(nowSec: number): number {
		const { rateBps, rates } = this.link;
		if (rates === undefined) return rateBps;
		const interval = Math.floor((nowSec - this.#beginSec) / rates.intervalSec);
		return rates.bps[interval % rates.bps.length] ?? rateBps;
	}

	/** Time that a packet needs which enters now, seconds. */
	queueSec(nowSec: number): number {
		return this.#waitingBits / this.rateBps(nowSec);
	}

	/** @returns false when the queue is full: the packet is lost. */
	enter(cargo: Cargo, byteLength: number, nowSec: number): boolean {
		const bits = byteLength * 8;
		const { queueSec } = this.link;
		if ((this.#waitingBits + bits) / this.rateBps(nowSec) > queueSec) return false;
		this.#waiting.push({ cargo, bits, enteredSec: nowSec });
		this.#waitingBits += bits;
		return true;
	}

	/** Yields the packets that have left the queue by now, in order. */
	*leaving(nowSec: number): Generator<Passage<Cargo>, void, undefined> {
		for (;;) {
			const packet = this.#waiting[this.#head];
			if (packet === undefined) break;
			const beginSec = Math.max(this.#freeSec, packet.enteredSec);
			const endSec = beginSec + packet.bits / this.rateBps(beginSec);
			if (endSec > nowSec) break;
			this.#freeSec = endSec;
			this.#head++;
			this.#waitingBits -= packet.bits;
			const dueSec = this.#isLost() ? undefined : this.#afterStall(endSec + this.#delaySec());
			yield { cargo: packet.cargo, queuedSec: endSec - packet.enteredSec, dueSec };
		}
		if (this.#head < 512) return;
		this.#waiting.splice(0, this.#head);
		this.#head = 0;
	}

	#isLost(): boolean {
		const { loss = 0, bursts, outage = false } = this.link;
		if (bursts !== undefined)
			this.#inBurst = this.#inBurst ? this.#random() >= bursts.end : this.#random() < bursts.begin;
		return outage || this.#inBurst || (loss > 0 && this.#random() < loss);
	}

	#afterStall(dueSec: number): number {
		const { stalls } = this.link;
		if (stalls === undefined) return dueSec;
		if (dueSec >= this.#stall.nextSec) {
			const beginSec = dueSec + this.#random() * stalls.intervalSec;
			this.#stall = {
				beginSec,
				endSec: beginSec + this.#random() * stalls.longestSec,
				nextSec: beginSec + stalls.intervalSec,
			};
		}
		return dueSec >= this.#stall.beginSec ? Math.max(dueSec, this.#stall.endSec) : dueSec;
	}

	#delaySec(): number {
		const { delaySec, jitterSec = 0, normalJitterSec = 0 } = this.link;
		if (normalJitterSec > 0) return Math.max(0, delaySec + normal(this.#random) * normalJitterSec);
		return delaySec + (jitterSec > 0 ? this.#random() * jitterSec : 0);
	}
}
