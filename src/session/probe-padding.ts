import type { RtxPacketizer } from "./rtx.ts";

/**
 * Packets of at least this size serve as padding, bytes, and this many of them:
 * longer than padding alone, also where a path takes short packets only.
 */
const LARGE_BYTES = 400;
const KEPT = 16;

/**
 * Packets that complete a probe when the frames are too small for it: copies of large
 * packets by RTX, of use to a receiver that has lost them, else packets of nothing but
 * padding, as libwebrtc sends them (modules/rtp_rtcp/source/rtp_sender.cc,
 * `GeneratePadding`).
 */
export class ProbePadding {
	readonly #rtx: RtxPacketizer;
	readonly #keptPacket: (sequenceNumber: number) => Buffer | undefined;
	/** Sequence numbers of large packets that left lately, newest last. */
	readonly #large: number[] = [];
	#next = 0;
	#newest = 0;

	/**
	 * @param rtx shared with the retransmissions.
	 * @param keptPacket a packet that has left, by sequence number, while it is kept.
	 */
	constructor(rtx: RtxPacketizer, keptPacket: (sequenceNumber: number) => Buffer | undefined) {
		this.#rtx = rtx;
		this.#keptPacket = keptPacket;
	}

	/** Notes a packet that has left. */
	sent(sequenceNumber: number, byteLength: number): void {
		this.#newest = sequenceNumber;
		if (byteLength < LARGE_BYTES) return;
		this.#large.push(sequenceNumber);
		if (this.#large.length > KEPT) this.#large.shift();
	}

	/** @returns a new packet of the RTX stream; `undefined` while no packet is kept. */
	next(): Buffer | undefined {
		// The newest first: the end of a frame is most likely to be still on its way.
		const number = this.#large.at(-1 - (this.#next++ % Math.max(1, this.#large.length)));
		const copied = number === undefined ? undefined : this.#keptPacket(number);
		if (copied !== undefined) return this.#rtx.wrap(copied);
		const newest = this.#keptPacket(this.#newest);
		return newest && this.#rtx.pad(newest);
	}

	/** @returns a new packet of padding of this length; `undefined` while no packet is kept. */
	ofLength(byteLength: number): Buffer | undefined {
		const newest = this.#keptPacket(this.#newest);
		return newest && this.#rtx.pad(newest, byteLength);
	}

	/** Forgets the large packets: the path does not take their length any more. */
	clear(): void {
		this.#large.length = 0;
	}
}
