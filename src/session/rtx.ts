import { assert } from "../media/assert.ts";
import { DEFAULT_ROUND_TRIP_SEC } from "./rtcp.ts";

/** The memory and the rate of a retransmission history. */
export interface RetransmissionOptions {
	/**
	 * Time for which packets are kept, seconds: libwebrtc's `kMinPacketDuration`
	 * (modules/rtp_rtcp/source/rtp_packet_history.h).
	 * @default 1
	 */
	readonly historySec?: number;
	/**
	 * Most bytes that are kept; the oldest go first.
	 * @default 8 MiB, a second of 64 Mbit/s
	 */
	readonly maxBytes?: number;
	/**
	 * Share of the target bit rate that retransmissions may take. More repairs faster
	 * and starves new pictures when the link is full. libwebrtc allows the whole target
	 * (call/rtp_transport_controller_send.cc, `retransmission_rate_limiter_`).
	 * @default 0.4
	 */
	readonly budgetShare?: number;
	/**
	 * Called with the memory of each frame whose last packet is forgotten. Nothing here
	 * refers to it any more.
	 */
	readonly onFrameForgotten?: ((memory: ArrayBufferLike) => void) | undefined;
}

/** The stream of retransmissions (RFC 4588). */
export interface RtxStream {
	readonly ssrc: number;
	readonly payloadType: number;
	readonly firstSequenceNumber: number;
}

/**
 * Packets that are kept at most, a power of two: libwebrtc's `kMaxCapacity` is 9,600.
 */
const RING_SIZE = 8192;
const RING_MASK = RING_SIZE - 1;
assert(65_536 % RING_SIZE === 0, "A sequence number keeps its slot in the ring when it wraps.");
/**
 * Least time between two copies of one packet, seconds: the interval in which
 * libwebrtc's receiver asks (`NackPeriodicProcessor::kUpdateInterval`).
 */
const MIN_REPEAT_SEC = 0.02;
/**
 * And this share of a round trip: a receiver asks again after one, by its own measure,
 * which may be a little shorter.
 */
const REPEAT_SHARE = 0.85;
/**
 * A packet older than this is of no use to a live view, seconds: a key frame is faster.
 * Three round trips if they are longer, libwebrtc's `kMinPacketDurationRtt`.
 */
const DEADLINE_SEC = 0.5;
const DEADLINE_ROUND_TRIPS = 3;
/** Unspent budget that may be saved up, seconds of it. Held by rtx.test.ts. */
const BUDGET_DEPTH_SEC = 0.25;
/** Least bytes of it: two packets can always be repaired. */
const MIN_BUDGET_BYTES = 3000;

/** The answer to a request for a lost packet. */
export type RetransmissionVerdict =
	| "granted"
	/** A copy is under way already: nothing to do. */
	| "underway"
	/** Not in the history, or too old to be of use: the picture can't be repaired. */
	| "gone"
	/** Over the budget of retransmissions. */
	| "overBudget";

/** The answer to a request, with the packet as it was sent if it is granted. */
export interface RequestedPacket {
	readonly verdict: RetransmissionVerdict;
	readonly packet?: Buffer;
	/** True if it was sent again before. */
	readonly isRepeated?: boolean;
}

/**
 * The packets that left lately, by sequence number, and the rule by which they are sent
 * again. It is bounded in time, bytes, repetitions and bit rate, so that repairs don't
 * drown a lossy link. No clock, no socket.
 */
export class RetransmissionHistory {
	readonly #historySec: number;
	readonly #maxBytes: number;
	readonly #budgetShare: number;
	readonly #onFrameForgotten: ((memory: ArrayBufferLike) => void) | undefined;
	// Parallel arrays: an object per packet that lives for a second is costly to
	// collect.
	readonly #memory: (ArrayBufferLike | undefined)[] = new Array(RING_SIZE).fill(undefined);
	readonly #offset = new Uint32Array(RING_SIZE);
	readonly #length = new Uint16Array(RING_SIZE);
	readonly #sequenceNumber = new Uint16Array(RING_SIZE);
	readonly #transportNumber = new Uint16Array(RING_SIZE);
	/** 1 for the last packet of a frame. */
	readonly #endsFrame = new Uint8Array(RING_SIZE);
	readonly #sentAtSec = new Float64Array(RING_SIZE);
	/** NaN for a packet that was not sent again. */
	readonly #repeatedAtSec = new Float64Array(RING_SIZE);
	/**
	 * Unwrapped sequence numbers of the oldest and the newest packet. Their low bits
	 * are the slots in the ring.
	 */
	#oldest: number | undefined;
	#newest = 0;
	#bytes = 0;
	#budgetBytes = 0;
	#budgetAtSec = Number.NaN;

	constructor(options: RetransmissionOptions = {}) {
		this.#historySec = options.historySec ?? 1;
		this.#maxBytes = options.maxBytes ?? 8 * 2 ** 20;
		this.#budgetShare = options.budgetShare ?? 0.4;
		this.#onFrameForgotten = options.onFrameForgotten;
	}

	/** Bytes of the packets that are kept. */
	get bytes(): number {
		return this.#bytes;
	}

	/**
	 * Keeps a packet that leaves now.
	 *
	 * @param sequenceNumber one more than the last packet's, 16 bits.
	 * @param packet kept as it is: its memory must not change.
	 * @param transportNumber transport-wide number with which it leaves.
	 */
	put(sequenceNumber: number, packet: Buffer, nowSec: number, transportNumber = 0): void {
		const index = this.#oldest === undefined ? sequenceNumber : this.#newest + 1;
		this.#oldest ??= index;
		this.#newest = index;
		if (index - this.#oldest >= RING_SIZE) this.#drop(this.#oldest);
		assert((index & 0xffff) === sequenceNumber, "Packets are kept in the order of their numbers, without a gap.");
		const slot = index & RING_MASK;
		this.#memory[slot] = packet.buffer;
		this.#offset[slot] = packet.byteOffset;
		this.#length[slot] = packet.length;
		this.#sequenceNumber[slot] = sequenceNumber;
		this.#transportNumber[slot] = transportNumber;
		this.#endsFrame[slot] = 0;
		this.#sentAtSec[slot] = nowSec;
		this.#repeatedAtSec[slot] = Number.NaN;
		this.#bytes += packet.length;
		this.expire(nowSec);
	}

	/** Notes that the packet kept last is the last one of its frame. */
	endFrame(): void {
		if (this.#oldest !== undefined) this.#endsFrame[this.#newest & RING_MASK] = 1;
	}

	/** A packet as it was sent, borrowed until it is forgotten; `undefined` if it is gone. */
	kept(sequenceNumber: number): Buffer | undefined {
		const slot = this.#slotOf(sequenceNumber);
		return slot === undefined ? undefined : this.#packet(slot);
	}

	/**
	 * Frees packets that are too old or too many. To be called when nothing is sent,
	 * too.
	 */
	expire(nowSec: number): void {
		while (this.#oldest !== undefined && this.#oldest <= this.#newest) {
			const age = nowSec - this.#sentAtSec[this.#oldest & RING_MASK]!;
			if (this.#bytes <= this.#maxBytes && age <= this.#historySec) return;
			this.#drop(this.#oldest);
		}
		this.#oldest = undefined;
	}

	/** Transport-wide number of the packet's first copy; `undefined` if it is gone. */
	transportNumberOf(sequenceNumber: number): number | undefined {
		const slot = this.#slotOf(sequenceNumber);
		return slot === undefined ? undefined : this.#transportNumber[slot];
	}

	/** Time at which the packet first left, seconds; `undefined` if it is gone. */
	sentSecOf(sequenceNumber: number): number | undefined {
		const slot = this.#slotOf(sequenceNumber);
		return slot === undefined ? undefined : this.#sentAtSec[slot];
	}

	/**
	 * Decides on a packet that the receiver asks for.
	 *
	 * @param roundTripSec NaN when unknown.
	 * @param secondOnly whether the first request is only noted, because a repair packet
	 * most likely arrives before a copy could.
	 */
	request(
		sequenceNumber: number,
		nowSec: number,
		roundTripSec: number,
		targetBitrateBps: number,
		secondOnly = false,
	): RequestedPacket {
		const slot = this.#slotOf(sequenceNumber);
		if (slot === undefined) return { verdict: "gone" };
		const trip = Number.isFinite(roundTripSec) ? roundTripSec : DEFAULT_ROUND_TRIP_SEC;
		const deadlineSec = Math.max(DEADLINE_SEC, DEADLINE_ROUND_TRIPS * trip);
		if (nowSec - this.#sentAtSec[slot]! > deadlineSec) return { verdict: "gone" };
		const repeatSec = Math.max(MIN_REPEAT_SEC, trip * REPEAT_SHARE);
		if (nowSec - this.#repeatedAtSec[slot]! < repeatSec) return { verdict: "underway" };
		const isRepeated = !Number.isNaN(this.#repeatedAtSec[slot]!);
		if (secondOnly && !isRepeated) {
			this.#repeatedAtSec[slot] = nowSec;
			return { verdict: "underway" };
		}
		const packet = this.#spendOn(slot, nowSec, targetBitrateBps);
		if (packet === undefined) return { verdict: "overBudget" };
		this.#repeatedAtSec[slot] = nowSec;
		return { verdict: "granted", packet, isRepeated };
	}

	/**
	 * Takes a further copy of a packet that was sent again a moment ago.
	 * @returns `undefined` if it is gone, or over the budget.
	 */
	copy(sequenceNumber: number, nowSec: number, targetBitrateBps: number): Buffer | undefined {
		const slot = this.#slotOf(sequenceNumber);
		return slot === undefined ? undefined : this.#spendOn(slot, nowSec, targetBitrateBps);
	}

	/** Forgets all packets. */
	clear(): void {
		this.#memory.fill(undefined);
		this.#oldest = undefined;
		this.#bytes = 0;
	}

	#slotOf(sequenceNumber: number): number | undefined {
		const slot = sequenceNumber & RING_MASK;
		return this.#memory[slot] !== undefined && this.#sequenceNumber[slot] === sequenceNumber ? slot : undefined;
	}

	/** @returns the packet; `undefined` if it is over the budget. */
	#spendOn(slot: number, nowSec: number, targetBitrateBps: number): Buffer | undefined {
		this.#earn(nowSec, targetBitrateBps);
		const length = this.#length[slot]!;
		if (this.#budgetBytes < length) return undefined;
		this.#budgetBytes -= length;
		// A copy, as it may wait for longer than the original is kept.
		return Buffer.from(this.#packet(slot));
	}

	#packet(slot: number): Buffer {
		return Buffer.from(this.#memory[slot]!, this.#offset[slot], this.#length[slot]);
	}

	#earn(nowSec: number, targetBitrateBps: number): void {
		const perSec = (targetBitrateBps * this.#budgetShare) / 8;
		const full = Math.max(perSec * BUDGET_DEPTH_SEC, MIN_BUDGET_BYTES);
		if (Number.isNaN(this.#budgetAtSec)) this.#budgetBytes = full;
		else this.#budgetBytes = Math.min(full, this.#budgetBytes + (nowSec - this.#budgetAtSec) * perSec);
		this.#budgetAtSec = nowSec;
	}

	#drop(oldest: number): void {
		const slot = oldest & RING_MASK;
		if (this.#endsFrame[slot] === 1) this.#onFrameForgotten?.(this.#memory[slot]!);
		this.#memory[slot] = undefined;
		this.#bytes -= this.#length[slot]!;
		this.#oldest = oldest + 1;
	}
}

/** Bits of an RTP header's first and second byte: RFC 3550, 5.1. */
const HAS_PADDING = 0x20;
const MARKER = 0x80;
/** Place of the extensions' length in words: the same section, 5.3.1. */
const EXTENSION_WORDS_AT = 14;
/** The last byte of padding counts it: the same section. */
const MAX_PADDING_BYTES = 255;

/**
 * Wraps packets for the RTX stream: the original's header with the stream's own
 * numbers, then the original sequence number, then the payload (RFC 4588, 4).
 */
export class RtxPacketizer {
	readonly #stream: RtxStream;
	readonly #headerBytes: number;
	#sequenceNumber: number;

	/**
	 * @param headerBytes bytes before the payload in the packets of the original
	 * stream.
	 */
	constructor(stream: RtxStream, headerBytes: number) {
		this.#stream = stream;
		this.#headerBytes = headerBytes;
		this.#sequenceNumber = stream.firstSequenceNumber & 0xffff;
	}

	/** @returns a new packet. The original is not changed. */
	wrap(original: Buffer): Buffer {
		const header = this.#headerBytes;
		const packet = Buffer.allocUnsafe(original.length + 2);
		original.copy(packet, 0, 0, header);
		packet[1] = (original.readUInt8(1) & MARKER) | this.#stream.payloadType;
		packet.writeUInt16BE(this.#sequenceNumber, 2);
		packet.writeUInt32BE(this.#stream.ssrc >>> 0, 8);
		original.copy(packet, header, 2, 4);
		original.copy(packet, header + 2, header);
		this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
		return packet;
	}

	/**
	 * A packet of padding only (RFC 3550, 5.1), with the time of another one.
	 *
	 * @param byteLength at least 255 bytes more than a header. What is more stands as
	 * zeros behind the header's extensions (RFC 8285, 4.2), which must be there for it.
	 * @default the least
	 */
	pad(original: Buffer, byteLength = this.#headerBytes + MAX_PADDING_BYTES): Buffer {
		const header = this.#headerBytes;
		const words = Math.ceil((byteLength - header - MAX_PADDING_BYTES) / 4);
		const packet = Buffer.alloc(byteLength);
		original.copy(packet, 0, 0, header);
		if (words > 0) packet.writeUInt16BE(original.readUInt16BE(EXTENSION_WORDS_AT) + words, EXTENSION_WORDS_AT);
		packet[0] = original.readUInt8(0) | HAS_PADDING;
		packet[1] = this.#stream.payloadType;
		packet.writeUInt16BE(this.#sequenceNumber, 2);
		packet.writeUInt32BE(this.#stream.ssrc >>> 0, 8);
		packet[byteLength - 1] = byteLength - header - 4 * words;
		this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
		return packet;
	}
}
