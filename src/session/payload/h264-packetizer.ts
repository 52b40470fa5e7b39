import { assert } from "../../media/assert.ts";
import { NalUnitType, nalUnitType, splitAnnexB } from "../../media/h264.ts";
import type { RtpHeader } from "../rtp-header.ts";
import { MAX_PAYLOAD_BYTES } from "./max-payload.ts";
import type { Packetizer } from "./packetizer.ts";

/** Form of an H.264 stream's packets. */
export interface H264PacketizerOptions {
	/** Header of the stream's packets; owned by the packetizer. */
	readonly header: RtpHeader;
	/** Longest RTP payload, bytes. @default `MAX_PAYLOAD_BYTES` */
	readonly maxPayloadBytes?: number | undefined;
	/**
	 * 0: every NAL unit goes whole in a packet of its own, also one that is too long
	 * for it (RFC 6184, 6.2). 1: several small ones share a packet, and long ones are
	 * cut (6.3).
	 * @default 1
	 */
	readonly packetizationMode?: 0 | 1 | undefined;
}

/** Header bits of a fragment: RFC 6184, 5.8. */
const FU_START = 0x80;
const FU_END = 0x40;
/** The importance of a NAL unit, in its header: RFC 6184, 1.3. */
const NRI_MASK = 0x60;
const TYPE_MASK = 0x1f;
/** Bytes of packetization: of a fragment, of an aggregate, and of each unit in it. */
const FU_HEADER_BYTES = 2;
const STAP_HEADER_BYTES = 1;
const STAP_LENGTH_BYTES = 2;
const MOST_EXTRA_BYTES = STAP_HEADER_BYTES + STAP_LENGTH_BYTES;

/**
 * Turns access units into RTP packets (RFC 6184; mode 1: single NAL unit, STAP-A, FU-A;
 * mode 0: single NAL unit). The packets of a frame are views of one buffer; `header`
 * stamps them in place when they leave. No clock, no socket.
 */
export class H264Packetizer implements Packetizer {
	readonly header: RtpHeader;
	readonly #maxPayloadBytes: number;
	readonly #singleUnits: boolean;

	constructor(options: H264PacketizerOptions) {
		this.header = options.header;
		this.#maxPayloadBytes = options.maxPayloadBytes ?? MAX_PAYLOAD_BYTES;
		this.#singleUnits = options.packetizationMode === 0;
	}

	/**
	 * The packets of one access unit, in order; the last one carries the marker.
	 * Delimiters and filler are left out.
	 *
	 * @param accessUnit Annex B. Borrowed; its bytes are copied once.
	 * @param rtpTicks RTP time, 90 kHz ticks.
	 */
	packetize(accessUnit: Uint8Array, rtpTicks: number): Buffer[] {
		const units = splitAnnexB(accessUnit).filter(isUseful);
		const writer = new PacketWriter(this.header, rtpTicks, this.#slabBytes(units));
		const max = this.#maxPayloadBytes;
		for (let from = 0; from < units.length; ) {
			const together = units.slice(from, from + this.#countTogether(units, from));
			const [unit] = together;
			assert(unit !== undefined, "A packet has at least one NAL unit.");
			if (together.length > 1) writer.aggregate(together);
			else if (unit.length <= max || this.#singleUnits) writer.single(unit);
			else writer.fragment(unit, max);
			from += together.length;
		}
		const packets = writer.packets;
		const last = packets.at(-1);
		if (last !== undefined) this.header.mark(last);
		return packets;
	}

	/**
	 * Number of units, from `from` on, that fit into one packet; 1 when the unit goes
	 * alone.
	 */
	#countTogether(units: readonly Uint8Array[], from: number): number {
		if (this.#singleUnits) return 1;
		let bytes = STAP_HEADER_BYTES;
		let end = from;
		for (const { length } of units.slice(from)) {
			bytes += STAP_LENGTH_BYTES + length;
			if (bytes > this.#maxPayloadBytes) break;
			end++;
		}
		return Math.max(end - from, 1);
	}

	/**
	 * Room for all packets of a frame: its bytes, and for each unit or fragment a
	 * header and at most three bytes of packetization.
	 */
	#slabBytes(units: readonly Uint8Array[]): number {
		const perFragment = this.#maxPayloadBytes - FU_HEADER_BYTES;
		let bytes = 0;
		for (const { length } of units)
			bytes += length + Math.ceil(length / perFragment) * (this.header.byteLength + MOST_EXTRA_BYTES);
		return bytes;
	}
}

class PacketWriter {
	readonly packets: Buffer[] = [];
	readonly #header: RtpHeader;
	readonly #slab: Buffer;
	readonly #rtpTicks: number;
	#end = 0;

	constructor(header: RtpHeader, rtpTicks: number, slabBytes: number) {
		this.#header = header;
		this.#rtpTicks = rtpTicks >>> 0;
		// Not from Node's pool: a pooled slab would keep other frames' memory alive for
		// as long as the retransmission history does.
		this.#slab = Buffer.allocUnsafeSlow(slabBytes);
	}

	single(unit: Uint8Array): void {
		const begin = this.#begin();
		this.#copy(unit);
		this.#finish(begin);
	}

	/** STAP-A (RFC 6184, 5.7.1), as important as its most important unit. */
	aggregate(units: readonly Uint8Array[]): void {
		const begin = this.#begin();
		const importance = units.reduce((highest, [header = 0]) => Math.max(highest, header & NRI_MASK), 0);
		this.#slab[this.#end++] = importance | NalUnitType.stapA;
		for (const unit of units) {
			this.#slab[this.#end++] = unit.length >> 8;
			this.#slab[this.#end++] = unit.length & 0xff;
			this.#copy(unit);
		}
		this.#finish(begin);
	}

	/**
	 * FU-A (RFC 6184, 5.8), in pieces of nearly equal size, so that no tiny packet
	 * comes last.
	 */
	fragment(unit: Uint8Array, maxPayloadBytes: number): void {
		const [unitHeader = 0] = unit;
		const indicator = (unitHeader & ~TYPE_MASK) | NalUnitType.fuA;
		const type = nalUnitType(unitHeader);
		const payload = unit.subarray(1);
		const pieces = Math.ceil(payload.length / (maxPayloadBytes - FU_HEADER_BYTES));
		let at = 0;
		for (let piece = 0; piece < pieces; piece++) {
			const next = Math.floor((payload.length * (piece + 1)) / pieces);
			const begin = this.#begin();
			this.#slab[this.#end++] = indicator;
			this.#slab[this.#end++] = type | (piece === 0 ? FU_START : 0) | (piece === pieces - 1 ? FU_END : 0);
			this.#copy(payload.subarray(at, next));
			this.#finish(begin);
			at = next;
		}
	}

	#begin(): number {
		const begin = this.#end;
		this.#header.write(this.#slab, begin, this.#rtpTicks);
		this.#end += this.#header.byteLength;
		return begin;
	}

	#copy(data: Uint8Array): void {
		this.#slab.set(data, this.#end);
		this.#end += data.length;
	}

	#finish(begin: number): void {
		this.packets.push(this.#slab.subarray(begin, this.#end));
	}
}

/** Delimiters and filler tell nothing that RTP does not. */
function isUseful([header = 0]: Uint8Array): boolean {
	const type = nalUnitType(header);
	return type !== NalUnitType.accessUnitDelimiter && type !== NalUnitType.fillerData;
}
