import type { CubicFlow } from "./cubic-flow.ts";
import { bitsBetween, constantRate, type RateProfile, sentMs, standardNormal } from "./rate-profile.ts";

/** Effects of one direction of a path on packets. */
export interface LinkOptions {
	/**
	 * Share of packets lost at random, 0 to 1, or a function that decides for each packet. The link
	 * has carried a lost packet, as a radio does.
	 * @default 0
	 */
	readonly loss?: number | (() => boolean);
	/** Milliseconds that every packet takes. @default 0 */
	readonly delayMs?: number;
	/** Up to this many milliseconds more, at random. @default 0 */
	readonly jitterMs?: number;
	/**
	 * Deviation of a delay that is normally distributed around `delayMs`, and never below 0.
	 * @default 0
	 */
	readonly jitterSigmaMs?: number;
	/**
	 * Lets packets overtake each other where their jitter differs, as a Wi-Fi link does that
	 * repeats frames.
	 * @default false
	 */
	readonly overtaking?: boolean;
	/** Nothing gets through. @default false */
	readonly outage?: boolean;
	/** Times since the link's start in which nothing gets through. @default none */
	readonly outages?: readonly { readonly fromMs: number; readonly toMs: number }[];
	/**
	 * Longest IPv4 packet that gets through, bytes with its headers; longer ones vanish, as in a
	 * tunnel that sends no ICMP.
	 * @default unlimited
	 */
	readonly mtuBytes?: number;
	/** Bits per second of UDP payload that the link carries. @default unlimited */
	readonly rateBps?: number | RateProfile;
	/**
	 * Longest queue in front of the link, milliseconds at its present rate; a packet that finds it
	 * full is lost.
	 * @default 200
	 */
	readonly queueMs?: number;
	/** A TCP flow in the same queue. @default none */
	readonly beside?: CubicFlow;
	/**
	 * Source of chance, 0 to 1; give a seeded one for tests that must repeat.
	 * @default Math.random
	 */
	readonly random?: () => number;
}

/** A packet's fate on a link. Times are milliseconds. */
export type Fate =
	| { readonly kind: "arrives"; readonly dueMs: number; readonly queuedMs: number }
	| { readonly kind: "lost" | "overflowed"; readonly queuedMs: number }
	| { readonly kind: "oversized" | "outage" };

/** IPv4 and UDP headers in front of a payload, without options. */
const HEADER_BYTES = 28;

/**
 * One direction of a path: a drop-tail queue before a link of limited rate, then loss and delay.
 * It has neither clock nor socket.
 */
export class EmulatedLink {
	/** May be replaced, for packets that enter from then on. */
	options: LinkOptions;
	#startMs: number | undefined;
	/** Time at which the link will have sent all of its queue. */
	#freeMs = 0;
	#lastDueMs = 0;
	#longestQueueMs = 0;

	constructor(options: LinkOptions) {
		this.options = options;
	}

	/** Longest time for which a packet stood in the queue and was sent, milliseconds. */
	get longestQueueMs(): number {
		return this.#longestQueueMs;
	}

	/**
	 * Starts the courses of rate, outages and TCP at `nowMs`; until then the rate is the first one.
	 */
	start(nowMs: number): void {
		this.#startMs = nowMs;
	}

	/** @param nowMs not before the time of an earlier packet */
	enter(byteLength: number, nowMs: number): Fate {
		const { loss = 0, random = Math.random, mtuBytes = Number.POSITIVE_INFINITY } = this.options;
		const lost = typeof loss === "number" ? random() < loss : loss();
		if (this.#isDown(nowMs)) return { kind: "outage" };
		if (byteLength + HEADER_BYTES > mtuBytes) return { kind: "oversized" };
		this.#advanceBeside(nowMs);
		const queuedMs = Math.max(0, this.#freeMs - nowMs);
		const leavesMs = this.#queue(byteLength, nowMs);
		if (leavesMs === undefined) return { kind: "overflowed", queuedMs };
		this.#longestQueueMs = Math.max(this.#longestQueueMs, leavesMs - nowMs);
		if (lost) return { kind: "lost", queuedMs };
		return { kind: "arrives", dueMs: this.#arrivalMs(leavesMs), queuedMs };
	}

	/** Bits that the link can carry between two times, a flow beside it included. */
	capacityBits(fromMs: number, toMs: number): number {
		const { rate, startMs } = this.#course;
		return bitsBetween(rate, fromMs - startMs, toMs - startMs);
	}

	/** The link's rate on a clock that began at `startMs`. */
	get #course(): { readonly rate: RateProfile; readonly startMs: number } {
		const { rateBps = Number.POSITIVE_INFINITY } = this.options;
		const rate = typeof rateBps === "number" ? constantRate(rateBps) : rateBps;
		if (this.#startMs !== undefined) return { rate, startMs: this.#startMs };
		return { rate: constantRate(rate.bpsAt(0)), startMs: 0 };
	}

	#isDown(nowMs: number): boolean {
		const { outage = false, outages = [] } = this.options;
		if (outage || this.#startMs === undefined) return outage;
		const ms = nowMs - this.#startMs;
		return outages.some(({ fromMs, toMs }) => fromMs <= ms && ms < toMs);
	}

	#advanceBeside(nowMs: number): void {
		const startMs = this.#startMs;
		if (startMs === undefined) return;
		this.options.beside?.advance(nowMs - startMs, {
			offer: (byteLength, atMs) => {
				const leavesMs = this.#queue(byteLength, startMs + atMs);
				return leavesMs === undefined ? undefined : leavesMs - startMs;
			},
		});
	}

	/** @returns the time at which the packet has been sent; `undefined` if the queue is full. */
	#queue(byteLength: number, nowMs: number): number | undefined {
		const { rate, startMs } = this.#course;
		const beginMs = Math.max(this.#freeMs, nowMs) - startMs;
		const freeMs = sentMs(rate, beginMs, byteLength * 8);
		const bits = bitsBetween(rate, nowMs - startMs, freeMs);
		const { queueMs = 200 } = this.options;
		if ((bits * 1000) / rate.bpsAt(nowMs - startMs) > queueMs) return undefined;
		this.#freeMs = startMs + freeMs;
		return this.#freeMs;
	}

	#arrivalMs(leavesMs: number): number {
		const { delayMs = 0, jitterMs = 0, jitterSigmaMs = 0, overtaking = false, random = Math.random } = this.options;
		const jitter = jitterSigmaMs > 0 ? jitterSigmaMs * standardNormal(random) : random() * jitterMs;
		const arrivalMs = leavesMs + Math.max(0, delayMs + jitter);
		const dueMs = overtaking ? arrivalMs : Math.max(this.#lastDueMs, arrivalMs);
		this.#lastDueMs = Math.max(this.#lastDueMs, dueMs);
		return dueMs;
	}
}
