import { assert } from "../../media/assert.ts";
import { RtpHeader, type RtpHeaderOptions } from "../rtp-header.ts";

/** The streams of a FlexFEC encoder. */
export interface FlexfecOptions {
	/** The repair stream's own header. */
	readonly stream: RtpHeaderOptions;
	readonly protectedSsrc: number;
	/** Header of the packets that are protected. */
	readonly protectedHeader: RtpHeader;
}

/**
 * Packets that one repair packet can reach, from the first that it protects on:
 * draft-ietf-payload-flexible-fec-scheme-03, 4.2, the longest mask.
 */
const REACH = 109;
/** Longest block that is protected as one; a longer picture is cut. */
export const MAX_BLOCK_PACKETS = 48;
/** Bytes of an RTP header that FlexFEC protects in fields of its own: draft, 4.2. */
const FIXED_HEADER_BYTES = 12;
/** FlexFEC header before the mask, with one protected stream: draft, 4.2. */
const HEADER_BYTES_BEFORE_MASK = 18;
/**
 * Bits and bytes of the three lengths of masks; a first bit in each part says whether it
 * is the last.
 */
const MASKS = [
	{ bits: 15, bytes: 2 },
	{ bits: 46, bytes: 6 },
	{ bits: REACH, bytes: 14 },
] as const;
/**
 * Padding, extension and CSRC count, which are recovered; R and F, both zero, take the
 * version's place.
 */
const RECOVERED_FLAGS = 0x3f;
/** Longest packet, less the fixed header: Ethernet's. */
const MAX_PROTECTED_BYTES = 1500 - FIXED_HEADER_BYTES;

/** Packets that left one after the other, a picture or a part of it. */
interface Block {
	/** RTP sequence number of the first. */
	readonly first: number;
	readonly packets: Buffer[];
}

/**
 * Makes FlexFEC repair packets (draft-ietf-payload-flexible-fec-scheme-03, as libwebrtc
 * reads it). Each is the exclusive or of the packets that it protects, so it replaces
 * one of them when the others are there.
 *
 * A block is protected by the repair packets right after it, and once more by those of
 * each block that follows, with other neighbours each time. Two losses that share a
 * repair packet so have others, and what one repair packet brings back lets others work.
 * No clock, no socket.
 */
export class FlexfecEncoder {
	readonly header: RtpHeader;
	readonly #options: FlexfecOptions;
	readonly #blocks: Block[] = [];
	readonly #row: RepairRow;
	#open: Block | undefined;

	constructor(options: FlexfecOptions) {
		this.#options = options;
		this.header = new RtpHeader(options.stream);
		this.#row = new RepairRow(options.protectedHeader);
	}

	/** Packets that have left since the last block ended. */
	get openPackets(): number {
		return this.#open?.packets.length ?? 0;
	}

	/**
	 * A packet leaves.
	 *
	 * @param packet as it is stamped; kept, so its payload must not change.
	 * @param sequenceNumber one more than the last packet's, 16 bits.
	 */
	sent(packet: Buffer, sequenceNumber: number): void {
		this.#open ??= { first: sequenceNumber, packets: [] };
		assert(((this.#open.first + this.openPackets) & 0xffff) === sequenceNumber, "Packets leave in order.");
		this.#open.packets.push(packet);
	}

	/**
	 * Ends a block.
	 *
	 * @param repairs number of repair packets wanted.
	 * @param depth blocks that they protect: this one, and so many less one before it.
	 * @returns the repair packets, to be stamped with `header` as they leave.
	 */
	endBlock(repairs: number, depth: number, rtpTicks: number): Buffer[] {
		const block = this.#open;
		this.#open = undefined;
		if (block === undefined) return [];
		this.#blocks.push(block);
		const end = block.first + block.packets.length;
		while (this.#blocks.length > depth || ((end - this.#blocks[0]!.first) & 0xffff) > REACH) this.#blocks.shift();
		const rows = Math.min(repairs, block.packets.length);
		return Array.from({ length: rows }, (_, row) => this.#repair(row, rows, rtpTicks));
	}

	/** Forgets what has left: the next block is protected alone. */
	clear(): void {
		this.#blocks.length = 0;
		this.#open = undefined;
	}

	#repair(row: number, rows: number, rtpTicks: number): Buffer {
		this.#row.clear();
		const newest = this.#blocks.length - 1;
		for (const [index, { first, packets }] of this.#blocks.entries()) {
			for (const [place, packet] of packets.entries()) {
				if (rowOf(place, packets.length, newest - index, rows) === row)
					this.#row.add(packet, (first + place) & 0xffff);
			}
		}
		return this.#row.write(this.header, this.#options.protectedSsrc, rtpTicks);
	}
}

/**
 * The repair packet, of `rows`, that protects a packet.
 *
 * @param place of the packet in its block of `packets`.
 * @param age blocks that followed it. The block's own repair packets take every
 * `rows`th packet, so that a burst of `rows` losses hits each once; those after the next
 * block take neighbours; later ones take diagonals of both.
 */
function rowOf(place: number, packets: number, age: number, rows: number): number {
	if (age === 1) return Math.floor((place * rows) / packets);
	return (place + age * Math.floor(place / rows)) % rows;
}

/** The exclusive or of some packets, as it grows. */
class RepairRow {
	readonly #protectedHeader: RtpHeader;
	readonly #bytes = new Uint8Array(Math.ceil(MAX_PROTECTED_BYTES / 4) * 4);
	readonly #words = new Int32Array(this.#bytes.buffer);
	/** A packet's bytes, aligned to words. */
	readonly #nextBytes = new Uint8Array(this.#bytes.length);
	readonly #nextWords = new Int32Array(this.#nextBytes.buffer);
	#byteLength = 0;
	/**
	 * The first four bytes of RTP headers, with the length in place of the number, and
	 * the time stamp.
	 */
	#head = 0;
	#time = 0;
	#first: number | undefined;
	readonly #offsets: number[] = [];

	constructor(protectedHeader: RtpHeader) {
		this.#protectedHeader = protectedHeader;
	}

	clear(): void {
		this.#words.fill(0);
		this.#byteLength = 0;
		this.#head = 0;
		this.#time = 0;
		this.#first = undefined;
		this.#offsets.length = 0;
	}

	/** @param sequenceNumber above that of every packet before. */
	add(packet: Buffer, sequenceNumber: number): void {
		const byteLength = packet.length - FIXED_HEADER_BYTES;
		assert(byteLength <= MAX_PROTECTED_BYTES, "A packet fits Ethernet.");
		this.#first ??= sequenceNumber;
		this.#offsets.push((sequenceNumber - this.#first) & 0xffff);
		this.#byteLength = Math.max(this.#byteLength, byteLength);
		this.#head ^= (packet.readUInt16BE(0) << 16) | byteLength;
		this.#time ^= packet.readUInt32BE(4);
		const words = Math.ceil(byteLength / 4);
		this.#nextWords[words - 1] = 0;
		packet.copy(this.#nextBytes, 0, FIXED_HEADER_BYTES);
		for (let word = 0; word < words; word++) this.#words[word]! ^= this.#nextWords[word]!;
	}

	/** The repair packet: RTP header, FlexFEC header, and the exclusive or. */
	write(header: RtpHeader, protectedSsrc: number, rtpTicks: number): Buffer {
		assert(this.#first !== undefined, "A repair packet protects at least one packet.");
		const last = this.#offsets.at(-1)!;
		const mask = MASKS.find(({ bits }) => last < bits);
		assert(mask !== undefined, "A repair packet reaches all that it protects.");
		const at = header.byteLength;
		const payloadAt = at + HEADER_BYTES_BEFORE_MASK + mask.bytes;
		// Not from Node's pool, which would keep other memory alive as long as this.
		const packet = Buffer.allocUnsafeSlow(payloadAt + this.#byteLength);
		header.write(packet, 0, rtpTicks);
		packet.writeUInt32BE(this.#head >>> 0, at);
		packet[at]! &= RECOVERED_FLAGS;
		packet.writeUInt32BE(this.#time >>> 0, at + 4);
		packet.writeUInt32BE(1 << 24, at + 8); // one stream, and reserved bits
		packet.writeUInt32BE(protectedSsrc >>> 0, at + 12);
		packet.writeUInt16BE(this.#first, at + 16);
		this.#writeMask(packet.subarray(at + HEADER_BYTES_BEFORE_MASK, payloadAt));
		packet.set(this.#bytes.subarray(0, this.#byteLength), payloadAt);
		// The receiver leaves out what changes on the way (libwebrtc,
		// `RtpPacket::ZeroMutableExtensions`).
		this.#protectedHeader.clearTransport(packet, payloadAt - FIXED_HEADER_BYTES);
		return packet;
	}

	/** Parts of 15, 31 and 63 bits, each behind a bit that is set in the last part. */
	#writeMask(mask: Buffer): void {
		mask.fill(0);
		for (const offset of this.#offsets) {
			const bit = offset + (offset < MASKS[0].bits ? 1 : offset < MASKS[1].bits ? 2 : 3);
			mask[bit >> 3]! |= 0x80 >> (bit & 7);
		}
		mask[mask.length === MASKS[0].bytes ? 0 : mask.length === MASKS[1].bytes ? MASKS[0].bytes : MASKS[1].bytes]! |=
			0x80;
	}
}
