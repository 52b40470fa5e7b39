import { NalUnitType, nalUnitRanges, nalUnitType } from "../media/h264.ts";

/** RTP header extensions that we can write, by what they are called in SDP. */
export const RtpExtensionUri = {
	/** draft-holmer-rmcat-transport-wide-cc-extensions-01 */
	transportCc: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
	absSendTime: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
	playoutDelay: "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
	/** RFC 9143, 15.1. */
	mid: "urn:ietf:params:rtp-hdrext:sdes:mid",
} as const;

/**
 * Identifiers of the header extensions that the client offered; one that it did not offer is
 * missing, and is not written.
 */
export interface RtpExtensionIds {
	readonly transportCc?: number | undefined;
	readonly absSendTime?: number | undefined;
	readonly playoutDelay?: number | undefined;
	readonly mid?: number | undefined;
}

export interface RtpStreamOptions {
	readonly ssrc: number;
	readonly payloadType: number;
	/** Each 1 to 14: the one-byte form of RFC 8285 is used. */
	readonly extensions: RtpExtensionIds;
	/**
	 * Written into every packet if `extensions.mid` is given. At most 16 bytes of UTF-8; a longer
	 * one is left out.
	 */
	readonly mid?: string | undefined;
	/**
	 * First sequence number. Below 2^15 keeps SRTP's rollover counter in step when early packets
	 * are lost (RFC 3711, 3.3.1).
	 */
	readonly firstSequenceNumber: number;
	/**
	 * Longest RTP payload, bytes: what fits through tunnels with SRTP, UDP and IPv6 around it.
	 * @default 1180
	 */
	readonly maxPayloadBytes?: number | undefined;
	/**
	 * 0: every NAL unit goes whole in a packet of its own, also one that is too long for it.
	 * @default 1
	 */
	readonly packetizationMode?: 0 | 1 | undefined;
}

/** Default of `maxPayloadBytes`. */
export const DEFAULT_MAX_PAYLOAD_BYTES = 1180;

/**
 * Least and greatest playout delay, 12 bits each in steps of 10 ms (the extension's page at
 * webrtc.org): 0 and 10 ms. Chromium shows pictures as soon as they are decoded only where the
 * least is 0 and the greatest is above it (VideoReceiveStream2, "MaxCompositionDelayInFrames").
 */
const PLAYOUT_DELAY = [0, 0, 1];

const FIXED_HEADER_BYTES = 12;
const ONE_BYTE_PROFILE = 0xbede;
const FU_START = 0x80;
const FU_END = 0x40;
const NRI_MASK = 0x60;

/**
 * Turns access units into RTP packets (RFC 6184; packetization mode 1: single NAL unit, STAP-A,
 * FU-A; mode 0: single NAL unit). The packets of a frame are views of one buffer; fields that are
 * known only when a packet leaves (sequence numbers, send time) are written in place by `stamp`. No
 * clock, no socket.
 */
export class RtpPacketizer {
	readonly #payloadType: number;
	readonly #maxPayloadBytes: number;
	readonly #singleUnits: boolean;
	/**
	 * Header of every packet, extensions included; marker, sequence number, time and send time are
	 * filled in later.
	 */
	readonly #header: Buffer;
	readonly #layout: ExtensionLayout;
	#sequenceNumber: number;

	constructor(options: RtpStreamOptions) {
		this.#payloadType = options.payloadType;
		this.#maxPayloadBytes = options.maxPayloadBytes ?? DEFAULT_MAX_PAYLOAD_BYTES;
		this.#singleUnits = options.packetizationMode === 0;
		this.#layout = extensionLayout(options.extensions, options.mid);
		this.#sequenceNumber = options.firstSequenceNumber & 0xffff;
		this.#header = Buffer.alloc(FIXED_HEADER_BYTES + this.#layout.bytes.length);
		this.#header[0] = this.#layout.bytes.length > 0 ? 0x90 : 0x80;
		this.#header[1] = options.payloadType;
		this.#header.writeUInt32BE(options.ssrc >>> 0, 8);
		this.#header.set(this.#layout.bytes, FIXED_HEADER_BYTES);
	}

	/** Bytes before the payload, the same in every packet. */
	get headerBytes(): number {
		return this.#header.length;
	}

	/** The sequence number that the next stamped packet gets. */
	get nextSequenceNumber(): number {
		return this.#sequenceNumber;
	}

	/**
	 * The packets of one access unit, in order; the last one carries the marker. Delimiters and
	 * filler are left out: the marker and the time stamp say the same.
	 *
	 * @param accessUnit Annex B. Borrowed; its bytes are copied once.
	 */
	packetize(accessUnit: Uint8Array, rtpTicks: number): Buffer[] {
		const ranges = usefulRanges(accessUnit);
		const writer = new PacketWriter(this.#header, rtpTicks, this.#slabBytes(ranges));
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
		if (last !== undefined) last[1] = 0x80 | this.#payloadType;
		return packets;
	}

	/**
	 * Writes what a packet gets as it leaves: its sequence number, and the extensions that depend
	 * on the moment.
	 *
	 * @param transportSequenceNumber the connection's transport-wide number.
	 * @returns the packet's RTP sequence number.
	 */
	stamp(packet: Buffer, transportSequenceNumber: number, sendTimeSec: number): number {
		const sequenceNumber = this.#sequenceNumber;
		this.#sequenceNumber = (sequenceNumber + 1) & 0xffff;
		packet[2] = sequenceNumber >> 8;
		packet[3] = sequenceNumber & 0xff;
		this.stampTransport(packet, transportSequenceNumber, sendTimeSec);
		return sequenceNumber;
	}

	/**
	 * Renews only the extensions that depend on the moment: for a retransmission, which has the
	 * same header layout.
	 */
	stampTransport(packet: Buffer, transportSequenceNumber: number, sendTimeSec: number): void {
		const { transportCcAt, absSendTimeAt } = this.#layout;
		if (transportCcAt > 0) {
			packet[transportCcAt] = (transportSequenceNumber >> 8) & 0xff;
			packet[transportCcAt + 1] = transportSequenceNumber & 0xff;
		}
		if (absSendTimeAt > 0) {
			// 24 bits, 6 of them whole seconds.
			const time = Math.floor((sendTimeSec % 64) * 2 ** 18);
			packet[absSendTimeAt] = (time >> 16) & 0xff;
			packet[absSendTimeAt + 1] = (time >> 8) & 0xff;
			packet[absSendTimeAt + 2] = time & 0xff;
		}
	}

	/**
	 * Room for all packets of a frame: its bytes, and per packet a header and at most two bytes of
	 * packetization per NAL unit or fragment.
	 */
	#slabBytes(ranges: readonly number[]): number {
		const perFragment = this.#maxPayloadBytes - 2;
		let bytes = 0;
		for (let i = 0; i < ranges.length; i += 2) {
			const length = ranges[i + 1]! - ranges[i]!;
			bytes += length + Math.ceil(length / perFragment) * (this.#header.length + 3);
		}
		return bytes;
	}
}

class PacketWriter {
	readonly packets: Buffer[] = [];
	readonly #header: Buffer;
	readonly #slab: Buffer;
	readonly #rtpTicks: number;
	#end = 0;

	constructor(header: Buffer, rtpTicks: number, slabBytes: number) {
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
		const indicator = (unitHeader & 0xe0) | NalUnitType.fuA;
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
		this.#header.copy(this.#slab, begin);
		this.#slab.writeUInt32BE(this.#rtpTicks, begin + 4);
		this.#end += this.#header.length;
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

interface ExtensionLayout {
	/** The extension block with constant values in place; empty if nothing was offered. */
	readonly bytes: Buffer;
	/** Offset of the value in the packet; 0 when it is not written. */
	readonly transportCcAt: number;
	readonly absSendTimeAt: number;
}

function extensionLayout(ids: RtpExtensionIds, mid: string | undefined): ExtensionLayout {
	const elements: number[] = [];
	/**
	 * Appends one element of the one-byte form and returns where in the packet its value begins.
	 */
	const append = (id: number | undefined, value: Iterable<number>): number => {
		if (id === undefined) return 0;
		if (!Number.isInteger(id) || id < 1 || id > 14)
			throw new RangeError(`A header extension id is 1 to 14; got ${id}.`);
		const bytes = [...value];
		elements.push((id << 4) | (bytes.length - 1), ...bytes);
		return FIXED_HEADER_BYTES + 4 + elements.length - bytes.length;
	};
	const transportCcAt = append(ids.transportCc, [0, 0]);
	const absSendTimeAt = append(ids.absSendTime, [0, 0, 0]);
	append(ids.playoutDelay, PLAYOUT_DELAY);
	const midBytes = Buffer.from(mid ?? "", "utf8");
	if (midBytes.length >= 1 && midBytes.length <= 16) append(ids.mid, midBytes);
	if (elements.length === 0) return { bytes: Buffer.alloc(0), transportCcAt: 0, absSendTimeAt: 0 };
	const words = Math.ceil(elements.length / 4);
	const bytes = Buffer.alloc(4 + words * 4);
	bytes.writeUInt16BE(ONE_BYTE_PROFILE, 0);
	bytes.writeUInt16BE(words, 2);
	bytes.set(elements, 4);
	return { bytes, transportCcAt, absSendTimeAt };
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
 * How many entries of `ranges` (two per NAL unit) from `from` on go into one packet; 2 when the
 * unit goes alone.
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
