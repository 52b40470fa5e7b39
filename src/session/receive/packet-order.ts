import type { RtpPacket } from "./rtp-packet.ts";

/** Bounds of a `PacketOrder`. */
export interface PacketOrderLimits {
	/** Time for which later packets wait for a missing one, seconds. */
	readonly waitSec: number;
	/** Packets that may wait. */
	readonly maxPackets: number;
	/** Bytes of payload that may wait. */
	readonly maxBytes: number;
}

/** A packet in its place, and the time of its arrival. */
export interface OrderedPacket {
	readonly packet: RtpPacket;
	/** Seconds on the server's monotonic clock. */
	readonly receivedSec: number;
	/** Packets before it that never came. */
	readonly lostBefore: number;
}

/** Numbers further away than this are a new beginning of the stream: RFC 3550, A.1. */
const MAX_JUMP = 3000;

/**
 * Puts the packets of one RTP stream into the order of their numbers, without delay as long
 * as none is missing. No clock.
 */
export class PacketOrder {
	readonly #limits: PacketOrderLimits;
	/** Packets that wait for one before them, by unwrapped number. */
	readonly #waiting = new Map<number, { readonly packet: RtpPacket; readonly receivedSec: number }>();
	/** Unwrapped number of the next packet to be delivered; `undefined` before the first. */
	#next: number | undefined;
	#first: number | undefined;
	#highest = 0;
	#waitingBytes = 0;
	/** Time since which the next packet is missing; NaN while none is. */
	#missingSec = Number.NaN;

	constructor(limits: PacketOrderLimits) {
		this.#limits = limits;
	}

	/** Highest number, with the count of wraps above bit 15; `undefined` before the first. */
	get highestSequenceNumber(): number | undefined {
		return this.#next === undefined ? undefined : this.#highest;
	}

	/** Unwrapped number with which they began, or began anew; `undefined` before the first. */
	get firstSequenceNumber(): number | undefined {
		return this.#first;
	}

	/**
	 * Takes a packet. Duplicates are dropped, and packets whose place was given up.
	 * @returns the packets whose turn has come, in order.
	 */
	add(packet: RtpPacket, nowSec: number): OrderedPacket[] {
		const number = this.#unwrap(packet.sequenceNumber);
		if (number === undefined) return this.#restart(packet, nowSec);
		if (this.#next === undefined) this.#next = number;
		this.#highest = Math.max(this.#highest, number);
		if (number < this.#next || this.#waiting.has(number)) return [];
		this.#waiting.set(number, { packet, receivedSec: nowSec });
		this.#waitingBytes += packet.payload.length;
		return this.#take(nowSec);
	}

	/** Gives up what has been missing for too long. @returns the packets whose turn has come. */
	expire(nowSec: number): OrderedPacket[] {
		return this.#take(nowSec);
	}

	/**
	 * Numbers of missing packets, 16 bits, oldest first.
	 * @param most of them that are listed.
	 */
	missing(most: number): number[] {
		const numbers: number[] = [];
		if (this.#next === undefined) return numbers;
		for (let number = this.#next; number < this.#highest && numbers.length < most; number++)
			if (!this.#waiting.has(number)) numbers.push(number & 0xffff);
		return numbers;
	}

	/** Unwraps a number; `undefined` when it is far from all before. */
	#unwrap(sequenceNumber: number): number | undefined {
		if (this.#next === undefined) {
			// One wrap ahead, so that packets before the first have numbers above zero.
			this.#highest = 0x10000 + sequenceNumber;
			this.#first = this.#highest;
			return this.#highest;
		}
		const step = ((sequenceNumber - this.#highest) << 16) >> 16;
		return Math.abs(step) > MAX_JUMP ? undefined : this.#highest + step;
	}

	/** Begins anew: the numbers before have no relation to this one's. */
	#restart(packet: RtpPacket, nowSec: number): OrderedPacket[] {
		this.#waiting.clear();
		this.#waitingBytes = 0;
		this.#missingSec = Number.NaN;
		this.#highest = (Math.floor(this.#highest / 0x10000) + 1) * 0x10000 + packet.sequenceNumber;
		this.#first = this.#highest;
		this.#next = this.#highest + 1;
		return [{ packet, receivedSec: nowSec, lostBefore: 1 }];
	}

	#take(nowSec: number): OrderedPacket[] {
		const ordered: OrderedPacket[] = [];
		if (this.#next === undefined) return ordered;
		while (this.#waiting.size > 0) {
			let lostBefore = 0;
			if (!this.#waiting.has(this.#next)) {
				if (Number.isNaN(this.#missingSec)) this.#missingSec = nowSec;
				if (!this.#isOver(nowSec)) break;
				const first = Math.min(...this.#waiting.keys());
				lostBefore = first - this.#next;
				this.#next = first;
			}
			const { packet, receivedSec } = this.#waiting.get(this.#next)!;
			this.#waiting.delete(this.#next);
			this.#waitingBytes -= packet.payload.length;
			this.#next++;
			// The next gap, if there is one, is as old as the packet behind it.
			this.#missingSec = Number.NaN;
			ordered.push({ packet, receivedSec, lostBefore });
			if (this.#waiting.size > 0 && !this.#waiting.has(this.#next)) this.#missingSec = this.#oldestWaitSec();
		}
		return ordered;
	}

	#isOver(nowSec: number): boolean {
		const { waitSec, maxPackets, maxBytes } = this.#limits;
		return nowSec - this.#missingSec >= waitSec || this.#waiting.size > maxPackets || this.#waitingBytes > maxBytes;
	}

	#oldestWaitSec(): number {
		let oldestSec = Number.POSITIVE_INFINITY;
		for (const { receivedSec } of this.#waiting.values()) oldestSec = Math.min(oldestSec, receivedSec);
		return oldestSec;
	}
}
