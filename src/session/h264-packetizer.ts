import { NalUnitType, nalUnitRanges, nalUnitType } from "../media/h264.ts";
import type { RtpHeader } from "./rtp-header.ts";

/** How access units are cut into packets. */
export interface H264PacketizerOptions {
	/** Header of the stream's packets; owned by the packetizer. */
	readonly header: RtpHeader;
	/** Longest RTP payload, bytes. @default `MAX_PAYLOAD_BYTES` */
	readonly maxPayloadBytes?: number | undefined;
	/**
	 * 0: every NAL unit goes whole in a packet of its own, also one that is too long for it
	 * (RFC 6184, 6.2). 1: several small ones share a packet, and long ones are cut (6.3).
	 * @default 1
	 */
	readonly packetizationMode?: 0 | 1 | undefined;
}

/**
 * Longest RTP payload, bytes, for paths that carry 1,280 bytes, the least that IPv6 allows
 * (RFC 8200, 5): less IPv6 and UDP headers (48), an RTP header with our extensions (32), RTX (2) and
 * the longer tag of SRTP (16). Tested by rough-path.test.ts with a link of 1,280 bytes.
 */
export const MAX_PAYLOAD_BYTES = 1180;

/** Header bits of a fragment: RFC 6184, 5.8. */
const FU_START = 0x80;
const FU_END = 0x40;
/** The importance of a NAL unit, in its header: RFC 6184, 1.3. */
const NRI_MASK = 0x60;
const TYPE_MASK = 0x1f;

/**
 * Turns access units into RTP packets (RFC 6184; mode 1: single NAL unit, STAP-A, FU-A; mode 0:
 * single NAL unit). The packets of a frame are views of one buffer; `header` stamps them in place
 * when they leave. No clock, no socket.
 */
export class H264Packetizer {
	readonly header: RtpHeader;
	readonly #maxPayloadBytes: number;
	readonly #singleUnits: boolean;

	constructor(options: H264PacketizerOptions) {
		this.header = options.header;
		this.#maxPayloadBytes = options.maxPayloadBytes ?? MAX_PAYLOAD_BYTES;
		this.#singleUnits = options.packetizationMode === 0;
	}

	/**
	 * The packets of one access unit, in order; the last one carries the marker. Delimiters and
	 * filler are left out: the marker and the RTP time say the same.
	 *
	 * @param accessUnit Annex B. Borrowed; its bytes are copied once.
	 * @param rtpTicks RTP time, 90 kHz ticks.
	 */
	packetize(accessUnit: Uint8Array, rtpTicks: number): Buffer[] {
		const ranges = usefulRanges(accessUnit);
		const writer = new PacketWriter(this.header, rtpTicks, this.#slabBytes(ranges));
		const max = this.#maxPayloadBytes;
		for (let i = 0; i < ranges.length; ) {
			const start = ranges[i]!;
			const end = ranges[i + 1]!;
			const together = this.#singleUnits ? 2 : aggregatable(ranges, i, max);
			if (together > 2) writer.aggregate(accessUnit, ranges, i, together);
			else if (end - start <= max || this.#singleUnits) writer.single(accessUnit, start, end);
			else writer.fragment(accessUnit, start, end, max);
			i += together;
		}
		const packets = writer.packets;
		const last = packets.at(-1);
		if (last !== undefined) this.header.mark(last);
		return packets;
	}

	/**
	 * Room for all packets of a frame: its bytes, and per packet a header and at most three bytes of
	 * packetization per NAL unit or fragment.
	 */
	#slabBytes(ranges: readonly number[]): number {
		const perFragment = this.#maxPayloadBytes - 2;
		let bytes = 0;
		for (let i = 0; i < ranges.length; i += 2) {
			const length = ranges[i + 1]! - ranges[i]!;
			bytes += length + Math.ceil(length / perFragment) * (this.header.byteLength + 3);
		}
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
		// Not from Node's pool: a pooled slab would keep other frames' memory alive for as long as
		// the retransmission history does.
		this.#slab = Buffer.allocUnsafeSlow(slabBytes);
	}

	single(data: Uint8Array, start: number, end: number): void {
		const begin = this.#begin();
		this.#copy(data, start, end);
		this.#finish(begin);
	}

	/** STAP-A (RFC 6184, 5.7.1). */
	aggregate(data: Uint8Array, ranges: readonly number[], from: number, count: number): void {
		const begin = this.#begin();
		let nri = 0;
		for (let i = from; i < from + count; i += 2) nri = Math.max(nri, data[ranges[i]!]! & NRI_MASK);
		this.#slab[this.#end++] = nri | NalUnitType.stapA;
		for (let i = from; i < from + count; i += 2) {
			const length = ranges[i + 1]! - ranges[i]!;
			this.#slab[this.#end++] = length >> 8;
			this.#slab[this.#end++] = length & 0xff;
			this.#copy(data, ranges[i]!, ranges[i + 1]!);
		}
		this.#finish(begin);
	}

	/** FU-A (RFC 6184, 5.8), in pieces of nearly equal size, so that no tiny packet comes last. */
	fragment(data: Uint8Array, start: number, end: number, maxPayloadBytes: number): void {
		const unitHeader = data[start]!;
		const indicator = (unitHeader & ~TYPE_MASK) | NalUnitType.fuA;
		const type = nalUnitType(unitHeader);
		const payloadBytes = end - start - 1;
		const pieces = Math.ceil(payloadBytes / (maxPayloadBytes - 2));
		let at = start + 1;
		for (let piece = 0; piece < pieces; piece++) {
			const next = start + 1 + Math.floor((payloadBytes * (piece + 1)) / pieces);
			const begin = this.#begin();
			this.#slab[this.#end++] = indicator;
			this.#slab[this.#end++] = type | (piece === 0 ? FU_START : 0) | (piece === pieces - 1 ? FU_END : 0);
			this.#copy(data, at, next);
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

	#copy(data: Uint8Array, start: number, end: number): void {
		this.#slab.set(data.subarray(start, end), this.#end);
		this.#end += end - start;
	}

	#finish(begin: number): void {
		this.packets.push(this.#slab.subarray(begin, this.#end));
	}
}

function usefulRanges(accessUnit: Uint8Array): number[] {
	const all = nalUnitRanges(accessUnit);
	const useful: number[] = [];
	for (let i = 0; i < all.length; i += 2) {
		const type = nalUnitType(accessUnit[all[i]!]!);
		if (type !== NalUnitType.accessUnitDelimiter && type !== NalUnitType.fillerData)
			useful.push(all[i]!, all[i + 1]!);
	}
	return useful;
}

/**
 * Counts the entries of `ranges` (two per NAL unit), from `from` on, that fit into one packet; 2
 * when the unit goes alone.
 */
function aggregatable(ranges: readonly number[], from: number, maxPayloadBytes: number): number {
	let bytes = 1;
	let count = 0;
	for (let i = from; i < ranges.length; i += 2) {
		bytes += 2 + ranges[i + 1]! - ranges[i]!;
		if (bytes > maxPayloadBytes) break;
		count += 2;
	}
	return Math.max(count, 2);
}
