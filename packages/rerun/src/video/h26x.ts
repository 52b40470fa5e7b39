/*
 * The parts of H.264 (ITU-T H.264) and H.265 (ITU-T H.265) by which the frames of a video are
 * found. Both consist of NAL units, which lie behind start codes (0 0 1) in Annex B, and behind
 * their lengths in an MP4 ("AVCC", "HVCC").
 */

/** A NAL unit and its role in the video. */
export interface NalUnit {
	/** The unit without its start code: a view. */
	readonly bytes: Uint8Array;
	readonly role: "delimiter" | "vps" | "sps" | "pps" | "slice" | "other";
	/** True when it is a slice of a key frame. */
	readonly isKey: boolean;
	/** True when it is the first slice of its frame. */
	readonly isFirst: boolean;
	/** True when it is a slice that refers to earlier and later frames. Only known in H.264. */
	readonly isBidirectional: boolean;
}

/** A codec of NAL units. */
export type NalCodec = "h264" | "h265";

/** The NAL units behind start codes; `null` when `bytes` don't begin with one. */
export function splitAnnexB(bytes: Uint8Array): Uint8Array[] | null {
	let start = startCodeEnd(bytes, 0);
	if (start < 0 || bytes.subarray(0, start - 3).some((byte) => byte !== 0)) return null;
	const units: Uint8Array[] = [];
	while (start >= 0) {
		const next = startCodeEnd(bytes, start);
		let end = next < 0 ? bytes.length : next - 3;
		// Zeros between units belong to none of them.
		while (end > start && bytes[end - 1] === 0) end--;
		if (end > start) units.push(bytes.subarray(start, end));
		start = next;
	}
	return units;
}

/** The end of the first start code from `at` on; -1 if there is none. */
function startCodeEnd(bytes: Uint8Array, at: number): number {
	for (let one = bytes.indexOf(1, at + 2); one >= 0; one = bytes.indexOf(1, one + 1))
		if (bytes[one - 1] === 0 && bytes[one - 2] === 0) return one + 1;
	return -1;
}

/** The NAL units behind lengths of 4 bytes; `null` when the lengths don't add up. */
export function splitLengthPrefixed(bytes: Uint8Array): Uint8Array[] | null {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const units: Uint8Array[] = [];
	let at = 0;
	while (at + 4 <= bytes.length) {
		const length = view.getUint32(at);
		if (length === 0 || at + 4 + length > bytes.length) return null;
		units.push(bytes.subarray(at + 4, at + 4 + length));
		at += 4 + length;
	}
	return at === bytes.length && units.length > 0 ? units : null;
}

/** Joins NAL units, with start codes in front of them. */
export function joinAnnexB(units: readonly Uint8Array[]): Uint8Array {
	const bytes = new Uint8Array(units.reduce((sum, { length }) => sum + 4 + length, 0));
	let at = 0;
	for (const unit of units) {
		bytes[at + 3] = 1;
		bytes.set(unit, at + 4);
		at += 4 + unit.length;
	}
	return bytes;
}

/** Reads the role of a NAL unit. */
export function readNalUnit(codec: NalCodec, bytes: Uint8Array): NalUnit {
	return codec === "h264" ? readH264(bytes) : readH265(bytes);
}

/** The role of a NAL unit: ITU-T H.264, 7.3.1 and 7.3.3. */
function readH264(bytes: Uint8Array): NalUnit {
	const type = (bytes[0] ?? 0) & 0x1f;
	if (type === 1 || type === 5) {
		const bits = new BitReader(bytes.subarray(1, 1 + MAX_SLICE_HEADER));
		const firstMacroblock = bits.unsignedGolomb();
		const sliceType = bits.unsignedGolomb() % 5;
		return {
			bytes,
			role: "slice",
			isKey: type === 5,
			isFirst: firstMacroblock === 0,
			isBidirectional: sliceType === 1,
		};
	}
	// Partition A of a partitioned slice is a slice, too, but encoders don't make them.
	return { ...NO_SLICE, bytes, role: type === 9 ? "delimiter" : type === 7 ? "sps" : type === 8 ? "pps" : "other" };
}

/** The role of a NAL unit: ITU-T H.265, 7.3.1.2 and 7.3.6.1. */
function readH265(bytes: Uint8Array): NalUnit {
	const type = ((bytes[0] ?? 0) >> 1) & 0x3f;
	if (type < 32)
		return {
			bytes,
			role: "slice",
			isKey: type >= 16 && type <= 21,
			isFirst: (bytes[2] ?? 0) >= 0x80,
			isBidirectional: false,
		};
	return {
		...NO_SLICE,
		bytes,
		role: type === 35 ? "delimiter" : type === 32 ? "vps" : type === 33 ? "sps" : type === 34 ? "pps" : "other",
	};
}

/**
 * The number of frames that may precede a frame which is shown before them, by a VPS (ITU-T H.265,
 * 7.3.2.1).
 */
export function reorderedPictures(vps: Uint8Array): number {
	const bits = new BitReader(vps.subarray(2));
	bits.skip(4 + 2 + 6);
	const subLayers = bits.unsigned(3);
	bits.skip(1 + 16);
	// profile_tier_level, 7.3.3: 88 bits of profile and 8 of level, for all layers and for each
	// layer that has its own.
	bits.skip(88 + 8);
	const own = Array.from({ length: subLayers }, () => [bits.bit(), bits.bit()] as const);
	if (subLayers > 0) bits.skip(2 * (8 - subLayers));
	for (const [profile, level] of own) bits.skip(88 * profile + 8 * level);
	const isForEach = bits.bit() === 1;
	let most = 0;
	for (let layer = isForEach ? 0 : subLayers; layer <= subLayers; layer++) {
		bits.unsignedGolomb();
		most = Math.max(most, bits.unsignedGolomb());
		bits.unsignedGolomb();
	}
	return most;
}

const NO_SLICE = { isKey: false, isFirst: false, isBidirectional: false } as const;
/** Bytes of two numbers of at most 63 bits each, with emulation prevention bytes. */
const MAX_SLICE_HEADER = 24;

/**
 * Reads bits, highest first, and skips emulation prevention bytes. Behind the end it reads zeros.
 */
class BitReader {
	readonly #bytes: Uint8Array;
	#byte = 0;
	#bit = 0;
	#zeros = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	bit(): number {
		if (this.#bit === 0 && this.#zeros >= 2 && this.#bytes[this.#byte] === 3) {
			this.#byte++;
			this.#zeros = 0;
		}
		const byte = this.#bytes[this.#byte] ?? 0;
		const value = (byte >> (7 - this.#bit)) & 1;
		this.#bit = (this.#bit + 1) & 7;
		if (this.#bit === 0) {
			this.#zeros = byte === 0 ? this.#zeros + 1 : 0;
			this.#byte++;
		}
		return value;
	}

	skip(count: number): void {
		for (let bit = 0; bit < count; bit++) this.bit();
	}

	unsigned(count: number): number {
		let value = 0;
		for (let bit = 0; bit < count; bit++) value = 2 * value + this.bit();
		return value;
	}

	/** Exp-Golomb, ITU-T H.264, 9.1. */
	unsignedGolomb(): number {
		let zeros = 0;
		while (zeros < 32 && this.bit() === 0) zeros++;
		let value = 1;
		for (let bit = 0; bit < zeros; bit++) value = 2 * value + this.bit();
		return value - 1;
	}
}
