import type { RtpHeader } from "../rtp-header.ts";
import type { FrameMemory } from "./frame-memory.ts";

/**
 * Writes the RTP packets of one frame into one buffer, of which the packets are views.
 * Use: `begin`, then `byte` and `copy` for the payload, then `end`, for each packet.
 */
export class PayloadWriter {
	readonly #packets: Buffer[] = [];
	readonly #header: RtpHeader;
	readonly #slab: Buffer;
	readonly #rtpTicks: number;
	#begin = 0;
	#end = 0;

	/**
	 * @param memory lends the buffer.
	 * @param rtpTicks RTP time, 90 kHz ticks.
	 * @param packets most packets, each with a header.
	 * @param payloadBytes most bytes of all payloads.
	 */
	constructor(header: RtpHeader, memory: FrameMemory, rtpTicks: number, packets: number, payloadBytes: number) {
		this.#header = header;
		this.#rtpTicks = rtpTicks >>> 0;
		this.#slab = memory.lend(packets * header.byteLength + payloadBytes);
	}

	/** Begins a packet, by its RTP header. */
	begin(): void {
		this.#begin = this.#end;
		this.#header.write(this.#slab, this.#begin, this.#rtpTicks);
		this.#end += this.#header.byteLength;
	}

	byte(value: number): void {
		this.#slab[this.#end++] = value;
	}

	copy(data: Uint8Array): void {
		this.#slab.set(data, this.#end);
		this.#end += data.length;
	}

	/** Appends a part of `data`, which needs no view of its own. */
	copyPart(data: Buffer, from: number, to: number): void {
		data.copy(this.#slab, this.#end, from, to);
		this.#end += to - from;
	}

	end(): void {
		this.#packets.push(this.#slab.subarray(this.#begin, this.#end));
	}

	/** Marks the last packet. @returns all packets, in order. */
	finish(): Buffer[] {
		const last = this.#packets.at(-1);
		if (last !== undefined) this.#header.mark(last);
		return this.#packets;
	}
}

/**
 * Cuts bytes into the least number of pieces of at most `maxBytes`, of nearly equal
 * size, so that no tiny packet comes last. @returns views, in order.
 */
export function evenPieces(data: Uint8Array, maxBytes: number): Uint8Array[] {
	const count = Math.ceil(data.length / maxBytes);
	const at = (piece: number) => evenCut(data.length, piece, count);
	return Array.from({ length: count }, (_, piece) => data.subarray(at(piece), at(piece + 1)));
}

/** The offset at which a piece begins, of `count` nearly equal ones. */
export function evenCut(byteLength: number, piece: number, count: number): number {
	return Math.floor((byteLength * piece) / count);
}
