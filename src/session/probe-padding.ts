import type { RtxPacketizer } from "./rtx.ts";

/**
 * Packets of at least this size are kept for padding, bytes, and this many of them:
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
	/** Large packets that left lately, newest last. */
	readonly #large: Buffer[] = [];
	#next = 0;
	#newest: Buffer | undefined;

	/** @param rtx shared with the retransmissions. */
	constructor(rtx: RtxPacketizer) {
		this.#rtx = rtx;
	}

	/** Keeps a packet that has left; its memory must not change. */
	sent(packet: Buffer): void {
		this.#newest = packet;
		if (packet.length < LARGE_BYTES) return;
		this.#large.push(packet);
		if (this.#large.length > KEPT) this.#large.shift();
	}

	/** @returns a new packet of the RTX stream; `undefined` before the first frame. */
	next(): Buffer | undefined {
		// The newest first: the end of a frame is most likely to be still on its way.
		const copied = this.#large.at(-1 - (this.#next++ % Math.max(1, this.#large.length)));
		if (copied !== undefined) return this.#rtx.wrap(copied);
		return this.#newest && this.#rtx.pad(this.#newest);
	}

	/** @returns a new packet of padding of this length; `undefined` before the first frame. */
	ofLength(byteLength: number): Buffer | undefined {
		return this.#newest && this.#rtx.pad(this.#newest, byteLength);
	}

	/** Frees the packets. */
	clear(): void {
		this.#large.length = 0;
		this.#newest = undefined;
	}
}
