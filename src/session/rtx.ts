import { assert } from "../media/assert.ts";

/** The memory and the rate of a retransmission history. */
export interface RetransmissionOptions {
	/** How long a packet can be asked for again, seconds. @default 1 */
	readonly historySec?: number;
	/** Bytes remembered at most; the oldest go first. @default 8 MiB */
	readonly maxBytes?: number;
	/**
	 * Share of the target bit rate that retransmissions may take. More repairs faster and starves
	 * new pictures when the link is full.
	 * @default 0.4
	 */
	readonly budgetShare?: number;
}

/** RFC 4588 stream that retransmissions travel in. */
export interface RtxStream {
	readonly ssrc: number;
	readonly payloadType: number;
	readonly firstSequenceNumber: number;
}

const RING_SIZE = 8192;
const RING_MASK = RING_SIZE - 1;
/** Smallest time between two copies of one packet while the round trip is unknown or tiny. */
const MIN_REPEAT_SEC = 0.02;
/** A picture later than this is no use to a live view: better a key frame than old packets. */
const DEADLINE_SEC = 0.5;
/** How much unspent budget may be saved up, seconds of it. */
const BUDGET_DEPTH_SEC = 0.25;

/** What became of a request for a lost packet. */
export type RetransmissionVerdict =
	| "granted"
	/** Asked again before the first copy can have arrived: nothing to do. */
	| "underway"
	/**
	 * No longer, or never, in the history, or too old to be of use: the picture can't be repaired.
	 */
	| "gone"
	/** Over the budget of retransmissions. */
	| "overBudget";

/**
 * The packets that left lately, by sequence number, and the rule which of them are sent again.
 * Bounded in time, in bytes, in how often, and in bit rate, so that a lossy link is not drowned in
 * repairs. No clock, no socket.
 */
export class RetransmissionHistory {
	readonly #historySec: number;
	readonly #maxBytes: number;
	readonly #budgetShare: number;
	// One entry per packet, in parallel arrays: an object per packet that lives for a second is
	// what the garbage collector likes least.
	readonly #memory: (ArrayBufferLike | undefined)[] = new Array(RING_SIZE).fill(undefined);
	readonly #offset = new Uint32Array(RING_SIZE);
	readonly #length = new Uint16Array(RING_SIZE);
	readonly #sequenceNumber = new Uint16Array(RING_SIZE);
	readonly #sentAtSec = new Float64Array(RING_SIZE);
	/** NaN until it was sent again. */
	readonly #repeatedAtSec = new Float64Array(RING_SIZE);
	/**
	 * Unwrapped count of packets put in, and of the oldest kept. The ring slot of a packet is its
	 * sequence number's low bits.
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
	}

	get bytes(): number {
		return this.#bytes;
	}

	/**
	 * Remembers a packet that leaves now. Sequence numbers come in order, without gaps. Keeps the
	 * buffer's memory.
	 */
	put(sequenceNumber: number, packet: Buffer, nowSec: number): void {
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
		this.#sentAtSec[slot] = nowSec;
		this.#repeatedAtSec[slot] = Number.NaN;
		this.#bytes += packet.length;
		this.expire(nowSec);
	}

	/**
	 * Frees what is too old or too much. Called by `put`; call it now and then when nothing is
	 * sent.
	 */
	expire(nowSec: number): void {
		while (this.#oldest !== undefined && this.#oldest <= this.#newest) {
			const age = nowSec - this.#sentAtSec[this.#oldest & RING_MASK]!;
			if (this.#bytes <= this.#maxBytes && age <= this.#historySec) return;
			this.#drop(this.#oldest);
		}
		this.#oldest = undefined;
	}

	/**
	 * Decides on one NACKed packet.
	 *
	 * @param roundTripSec NaN when unknown.
	 * @returns the packet as it was sent if it is to be sent again now, and the verdict.
	 */
	request(
		sequenceNumber: number,
		nowSec: number,
		roundTripSec: number,
		targetBitrateBps: number,
	): { readonly verdict: RetransmissionVerdict; readonly packet?: Buffer } {
		const slot = sequenceNumber & RING_MASK;
		const memory = this.#memory[slot];
		if (memory === undefined || this.#sequenceNumber[slot] !== sequenceNumber) return { verdict: "gone" };
		const trip = Number.isFinite(roundTripSec) ? roundTripSec : 0.1;
		if (nowSec - this.#sentAtSec[slot]! > Math.max(DEADLINE_SEC, 3 * trip)) return { verdict: "gone" };
		if (nowSec - this.#repeatedAtSec[slot]! < Math.max(MIN_REPEAT_SEC, trip)) return { verdict: "underway" };
		this.#earn(nowSec, targetBitrateBps);
		const length = this.#length[slot]!;
		if (this.#budgetBytes < length) return { verdict: "overBudget" };
		this.#budgetBytes -= length;
		this.#repeatedAtSec[slot] = nowSec;
		return { verdict: "granted", packet: Buffer.from(memory, this.#offset[slot], length) };
	}

	clear(): void {
		this.#memory.fill(undefined);
		this.#oldest = undefined;
		this.#bytes = 0;
	}

	#earn(nowSec: number, targetBitrateBps: number): void {
		const perSec = (targetBitrateBps * this.#budgetShare) / 8;
		const full = Math.max(perSec * BUDGET_DEPTH_SEC, 3000);
		if (Number.isNaN(this.#budgetAtSec)) this.#budgetBytes = full;
		else this.#budgetBytes = Math.min(full, this.#budgetBytes + (nowSec - this.#budgetAtSec) * perSec);
		this.#budgetAtSec = nowSec;
	}

	#drop(oldest: number): void {
		const slot = oldest & RING_MASK;
		this.#memory[slot] = undefined;
		this.#bytes -= this.#length[slot]!;
		this.#oldest = oldest + 1;
	}
}

/**
 * Wraps packets for the RTX stream: the original's header with the stream's own numbers, then the
 * original sequence number, then the payload (RFC 4588, 4).
 */
export class RtxPacketizer {
	readonly #stream: RtxStream;
	readonly #headerBytes: number;
	#sequenceNumber: number;

	/** @param headerBytes bytes before the payload in the packets of the original stream. */
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
		packet[1] = (original[1]! & 0x80) | this.#stream.payloadType;
		packet.writeUInt16BE(this.#sequenceNumber, 2);
		packet.writeUInt32BE(this.#stream.ssrc >>> 0, 8);
		original.copy(packet, header, 2, 4);
		original.copy(packet, header + 2, header);
		this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
		return packet;
	}
}
