import { assert } from "./assert.ts";
import type { TimeShift } from "./playback.ts";

/** Everything that another thread needs to attach to a ring. Structured-cloneable. */
export interface PacketRingHandle {
	readonly memory: SharedArrayBuffer;
	/** Most packets that are kept. */
	readonly mostPackets: number;
	/** Length of the past that is kept, seconds. */
	readonly windowSec: number;
}

/** Options of `PacketRing.create()`. */
export interface PacketRingOptions {
	readonly windowSec: number;
	/** Most bytes of packets. The memory is taken as it is filled. */
	readonly maxBytes: number;
	/** Most packets, with 80 bytes more for each. @default enough for 120 a second */
	readonly mostPackets?: number | undefined;
}

/** Times of a packet in a ring, seconds; NaN for what its stream does not state. */
export interface PacketTimes {
	/** Its picture's place: on one scale that never runs back between groups. */
	readonly placeSec: number;
	/** The place at which it is to be decoded. */
	readonly decodeSec: number;
	readonly durationSec: number;
	/** Media time of its picture. */
	readonly mediaSec: number;
	/** Time at which it was received, on the monotonic clock. */
	readonly receivedSec: number;
	/** Time of its picture's capture on the same clock, where it is known. @default NaN */
	readonly capturedSec?: number | undefined;
	/** The capture as the camera states it, microseconds since 1970. @default NaN */
	readonly cameraUs?: number | undefined;
}

/** One packet, copied out of a ring. */
export interface KeptPacket extends Required<PacketTimes> {
	readonly capturedSec: number;
	readonly cameraUs: number;
	readonly data: Uint8Array;
	/** Description of its stream, if it begins a group; `undefined` for the others. */
	readonly head: Uint8Array | undefined;
}

const PACKETS_A_SECOND = 120;
const LEAST_PACKETS = 1024;
/** Free memory before the oldest packet, by that in use, with which the ring begins again there. */
const WRAP_SHARE = 0.5;

// Control block: 64-bit words, then a text.
const OLDEST = 0; // number of the oldest packet that is kept
const END = 1; // number of the next packet
const DROPPED = 2; // packets dropped
const NOTE_VERSION = 3; // odd while the note is written
const NOTE_BYTES = 4; // its length
const WORDS = 8;
const NEWEST = 0; // Float64 words behind them: the newest place
const NOTE_OFFSET = WORDS * 8 + 64;
const MOST_NOTE_BYTES = 16_384;
const TABLE_OFFSET = NOTE_OFFSET + MOST_NOTE_BYTES;

// Numbers of one packet.
const PLACE = 0;
const DECODE = 1;
const DURATION = 2;
const MEDIA = 3;
const RECEIVED = 4;
const CAPTURED = 5;
const CAMERA = 6;
const OFFSET = 7;
const LENGTH = 8;
const HEAD = 9;
const FIELDS = 10;

/**
 * The last minutes of a stream's packets in shared memory. One thread writes, in the order of
 * decoding; others read. Packets are numbered from 0. A group begins with a key frame, which
 * carries a description of its stream, and is dropped as a whole.
 */
export class PacketRing {
	readonly handle: PacketRingHandle;
	readonly #words: BigInt64Array;
	readonly #newest: Float64Array;
	readonly #note: Uint8Array;
	readonly #table: Float64Array;
	readonly #data: Uint8Array;
	/** Writer: where the next packet goes. */
	#writeOffset = 0;
	/** Writer: between the oldest packet and this one no group begins. */
	#searchedTo = 0;

	private constructor(handle: PacketRingHandle) {
		this.handle = handle;
		const { memory, mostPackets } = handle;
		this.#words = new BigInt64Array(memory, 0, WORDS);
		this.#newest = new Float64Array(memory, WORDS * 8, 1);
		this.#note = new Uint8Array(memory, NOTE_OFFSET, MOST_NOTE_BYTES);
		this.#table = new Float64Array(memory, TABLE_OFFSET, mostPackets * FIELDS);
		this.#data = new Uint8Array(memory, TABLE_OFFSET + mostPackets * FIELDS * 8);
	}

	/** An empty ring. @throws {RangeError} when there is no such memory. */
	static create({ windowSec, maxBytes, mostPackets }: PacketRingOptions): PacketRing {
		const most = mostPackets ?? LEAST_PACKETS + Math.ceil(windowSec * PACKETS_A_SECOND);
		const memory = new SharedArrayBuffer(TABLE_OFFSET + most * FIELDS * 8 + maxBytes);
		return new PacketRing({ memory, mostPackets: most, windowSec });
	}

	/** The ring of a handle: in another thread, or for another writer after the first. */
	static attach(handle: PacketRingHandle): PacketRing {
		const ring = new PacketRing(handle);
		const { end, oldest } = ring;
		if (end > oldest) {
			const [offset, length, head] = ring.#fields(end - 1, OFFSET, LENGTH, HEAD);
			ring.#writeOffset = offset + length + head;
		}
		return ring;
	}

	/** Number of the oldest packet that is kept, which begins a group. */
	get oldest(): number {
		return this.#word(OLDEST);
	}

	/** Number of the next packet; `oldest` while nothing is kept. */
	get end(): number {
		return this.#word(END);
	}

	/** The kept past; `undefined` while nothing is kept. */
	get window(): TimeShift | undefined {
		const { oldest, end } = this;
		if (end === oldest) return undefined;
		const [oldestSec] = this.#fields(oldest, PLACE);
		// A packet that is dropped meanwhile was as good as dropped before.
		return { oldestSec, newestSec: this.#newest[NEWEST]!, full: this.#word(DROPPED) > 0 };
	}

	/** A short text of the writer about all packets; empty before it has written one. */
	get note(): string {
		while (true) {
			const version = this.#word(NOTE_VERSION);
			const bytes = this.#note.slice(0, this.#word(NOTE_BYTES));
			if (version % 2 === 0 && version === this.#word(NOTE_VERSION)) return new TextDecoder().decode(bytes);
		}
	}

	/** @throws {RangeError} for a text of more than 16 kB. */
	set note(text: string) {
		const bytes = new TextEncoder().encode(text);
		if (bytes.length > MOST_NOTE_BYTES) throw new RangeError(`A note of ${bytes.length} bytes is too long.`);
		this.#setWord(NOTE_VERSION, this.#word(NOTE_VERSION) + 1);
		this.#note.set(bytes);
		this.#setWord(NOTE_BYTES, bytes.length);
		this.#setWord(NOTE_VERSION, this.#word(NOTE_VERSION) + 1);
	}

	/**
	 * Keeps a copy of a packet. Groups that are older than the window, or in the way, are dropped.
	 *
	 * @param head description of the stream, with which a group begins; `undefined` within one.
	 * @returns false if it is not kept: it is too large, or there is no group that it belongs to.
	 */
	add(data: Uint8Array, times: PacketTimes, head: Uint8Array | undefined): boolean {
		if (head === undefined && this.end === this.oldest) return false;
		const newestSec = this.end === this.oldest ? times.placeSec : Math.max(this.#newest[NEWEST]!, times.placeSec);
		this.#dropOlderThan(newestSec - this.handle.windowSec);
		const length = data.length + (head?.length ?? 0);
		const offset = this.#makeRoom(length, head !== undefined);
		if (offset === undefined) return false;
		this.#data.set(data, offset);
		if (head !== undefined) this.#data.set(head, offset + data.length);
		const { placeSec, decodeSec, durationSec, mediaSec, receivedSec } = times;
		const { capturedSec = Number.NaN, cameraUs = Number.NaN } = times;
		const stated = [placeSec, decodeSec, durationSec, mediaSec, receivedSec, capturedSec, cameraUs];
		const { end } = this;
		this.#table.set([...stated, offset, data.length, head?.length ?? 0], this.#at(end));
		this.#newest[NEWEST] = newestSec;
		this.#writeOffset = offset + length;
		this.#setWord(END, end + 1);
		Atomics.notify(this.#words, END);
		return true;
	}

	/**
	 * Resolves when the ring's end is not `end` any more, and after `timeoutMs` in any case. For a
	 * reader on a main thread, which must not sleep.
	 */
	async untilMore(end: number, timeoutMs: number): Promise<void> {
		await Atomics.waitAsync(this.#words, END, BigInt(end), timeoutMs).value;
	}

	/** Forgets all packets. */
	clear(): void {
		this.#setWord(OLDEST, this.end);
		this.#setWord(DROPPED, 0);
		this.#writeOffset = 0;
	}

	/** A copy of a packet; `undefined` if it has not come yet, or is no longer kept. */
	read(number: number): KeptPacket | undefined {
		if (number < this.oldest || number >= this.end) return undefined;
		const [placeSec, decodeSec, durationSec] = this.#fields(number, PLACE, DECODE, DURATION);
		const [mediaSec, receivedSec, capturedSec, cameraUs] = this.#fields(number, MEDIA, RECEIVED, CAPTURED, CAMERA);
		const [offset, length, headLength] = this.#fields(number, OFFSET, LENGTH, HEAD);
		const data = this.#data.slice(offset, offset + length);
		const head = headLength > 0 ? this.#data.slice(offset + length, offset + length + headLength) : undefined;
		// The writer drops a packet before it writes over it.
		if (number < this.oldest) return undefined;
		return { placeSec, decodeSec, durationSec, mediaSec, receivedSec, capturedSec, cameraUs, data, head };
	}

	/**
	 * Number of the packet from which the picture of a place is decoded: the newest beginning of a
	 * group at or before it, or the oldest one.
	 */
	groupBefore(placeSec: number): number {
		const { oldest, end } = this;
		for (let number = end - 1; number > oldest; number--) {
			const at = this.#at(number);
			if (this.#table[at + HEAD]! > 0 && this.#table[at + PLACE]! <= placeSec) return number;
		}
		return oldest;
	}

	/** Number of the next beginning of a group, from `number` on; `end` if there is none. */
	groupFrom(number: number): number {
		const { oldest, end } = this;
		let next = Math.max(number, oldest);
		while (next < end && this.#table[this.#at(next) + HEAD] === 0) next++;
		return next;
	}

	/**
	 * Number of the packet that begins the second oldest group; `end` or more if there is none.
	 * Called with each packet, it looks at each once: some streams have one key frame in all.
	 */
	#secondGroup(): number {
		this.#searchedTo = this.groupFrom(Math.max(this.oldest + 1, this.#searchedTo));
		return this.#searchedTo;
	}

	/** Drops the oldest group while the one behind it reaches as far back as the window. */
	#dropOlderThan(placeSec: number): void {
		for (;;) {
			const next = this.#secondGroup();
			if (next >= this.end || this.#fields(next, PLACE)[0] > placeSec) return;
			this.#dropTo(next);
		}
	}

	/** @returns where `length` bytes fit, after dropping what is in the way. */
	#makeRoom(length: number, begins: boolean): number | undefined {
		for (;;) {
			const offset = this.#roomFor(length);
			if (offset !== undefined) return offset;
			const next = this.#secondGroup();
			// The newest group is dropped only for another one.
			if (this.end === this.oldest || (next === this.end && !begins)) {
				if (this.end > this.oldest) this.#dropTo(this.end);
				return undefined;
			}
			this.#dropTo(next);
		}
	}

	/** @returns `undefined` if there is no room. */
	#roomFor(length: number): number | undefined {
		const { oldest, end } = this;
		const { mostPackets } = this.handle;
		const capacity = this.#data.length;
		if (end === oldest) return length <= capacity ? 0 : undefined;
		if (end - oldest >= mostPackets) return undefined;
		const [tail] = this.#fields(oldest, OFFSET);
		const write = this.#writeOffset;
		if (write <= tail) return write + length <= tail ? write : undefined;
		// Begins again before the memory is used up: memory that was never used costs nothing.
		if (tail >= length && tail >= WRAP_SHARE * (write - tail)) return 0;
		if (write + length <= capacity) return write;
		return length <= tail ? 0 : undefined;
	}

	#dropTo(number: number): void {
		this.#setWord(DROPPED, 1);
		this.#setWord(OLDEST, number);
	}

	#at(number: number): number {
		return (number % this.handle.mostPackets) * FIELDS;
	}

	#fields<const Names extends readonly number[]>(
		number: number,
		...names: Names
	): { [Index in keyof Names]: number } {
		const at = this.#at(number);
		return names.map((name) => this.#table[at + name]!) as { [Index in keyof Names]: number };
	}

	#word(word: number): number {
		return Number(Atomics.load(this.#words, word));
	}

	#setWord(word: number, value: number): void {
		assert(Number.isSafeInteger(value), "The words of a ring are whole numbers.");
		Atomics.store(this.#words, word, BigInt(value));
	}
}
