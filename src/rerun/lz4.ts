/*
 * The LZ4 block format, https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md: sequences of a token, literals, and a match of at least 4 bytes
 * at a distance below 64 KiB. The last 5 bytes are always literals, and the last match begins at least 12 bytes before the end.
 */

const MIN_MATCH = 4;
const LAST_LITERALS = 5;
const MATCH_LIMIT = 12;
const MAX_DISTANCE = 65535;
/** After so many places without a match, they are looked at further and further apart: what can't be made smaller costs little. */
const SKIP_SHIFT = 6;
const HASH_MULTIPLIER = -1640531535;

/** Where each hash was last seen. Kept between calls; nothing in it is valid beyond one. */
const table = new Int32Array(1 << 14);

/** The most bytes that `compressLz4Block` makes of so many. */
export function lz4BlockBound(byteLength: number): number {
	return byteLength + Math.floor(byteLength / 255) + 16;
}

/** Compresses into one raw block: no frame, no size. */
export function compressLz4Block(source: Uint8Array): Uint8Array {
	const end = source.length;
	const target = new Uint8Array(lz4BlockBound(end));
	// One load for four bytes, wherever they lie.
	const view = new DataView(source.buffer, source.byteOffset, end);
	let out = 0;
	let anchor = 0;
	if (end > MATCH_LIMIT) {
		// A small table is emptied faster.
		const bits = end < 1 << 12 ? 10 : end < 1 << 16 ? 12 : 14;
		const shift = 32 - bits;
		table.fill(-1, 0, 1 << bits);
		const searchEnd = end - MATCH_LIMIT;
		const matchEnd = end - LAST_LITERALS;
		let at = 0;
		let attempts = 1 << SKIP_SHIFT;
		while (at <= searchEnd) {
			const sequence = view.getInt32(at, true);
			const hash = Math.imul(sequence, HASH_MULTIPLIER) >>> shift;
			const candidate = table[hash]!;
			table[hash] = at;
			if (candidate < 0 || at - candidate > MAX_DISTANCE || view.getInt32(candidate, true) !== sequence) {
				at += attempts++ >> SKIP_SHIFT;
				continue;
			}
			attempts = 1 << SKIP_SHIFT;
			let from = candidate;
			while (at > anchor && from > 0 && source[at - 1] === source[from - 1]) {
				at--;
				from--;
			}
			let length = MIN_MATCH;
			while (at + length + 4 <= matchEnd && view.getInt32(at + length, true) === view.getInt32(from + length, true)) length += 4;
			while (at + length < matchEnd && source[at + length] === source[from + length]) length++;

			out = writeLiterals(source, anchor, at, target, out, length - MIN_MATCH);
			const distance = at - from;
			target[out++] = distance & 0xff;
			target[out++] = distance >> 8;
			if (length - MIN_MATCH >= 15) out = writeLength(target, out, length - MIN_MATCH - 15);
			at += length;
			anchor = at;
			if (at <= searchEnd) {
				const before = at - 2;
				table[Math.imul(view.getInt32(before, true), HASH_MULTIPLIER) >>> shift] = before;
			}
		}
	}
	out = writeLiterals(source, anchor, end, target, out, 0);
	return target.subarray(0, out);
}

/** Writes a token and the literals that it announces. */
function writeLiterals(source: Uint8Array, start: number, end: number, target: Uint8Array, out: number, matchCode: number): number {
	const length = end - start;
	target[out++] = (Math.min(length, 15) << 4) | Math.min(matchCode, 15);
	if (length >= 15) out = writeLength(target, out, length - 15);
	if (length < 32) for (let at = start; at < end; at++) target[out++] = source[at]!;
	else {
		target.set(source.subarray(start, end), out);
		out += length;
	}
	return out;
}

function writeLength(target: Uint8Array, out: number, rest: number): number {
	for (; rest >= 255; rest -= 255) target[out++] = 255;
	target[out++] = rest;
	return out;
}

/** A block is not what it should be. `message` says what is wrong. */
export class Lz4Error extends Error {
	override readonly name = "Lz4Error";
}

/**
 * @param byteLength of what was compressed, exactly.
 * @throws {Lz4Error} if the block is broken, or holds more or less than that. No more memory is taken than a block of this length can need.
 */
export function decompressLz4Block(block: Uint8Array, byteLength: number): Uint8Array {
	// A byte of a block stands for at most 255 bytes.
	if (byteLength > block.length * 255) throw new Lz4Error(`A block of ${block.length} bytes claims to hold ${byteLength}.`);
	const target = new Uint8Array(byteLength);
	const end = block.length;
	let at = 0;
	let out = 0;
	while (at < end) {
		const token = block[at++]!;
		let literals = token >> 4;
		if (literals === 15) {
			let more = 255;
			while (more === 255) {
				if (at >= end) throw new Lz4Error("A block ends within the length of its literals.");
				more = block[at++]!;
				literals += more;
			}
		}
		if (at + literals > end) throw new Lz4Error("A block ends within its literals.");
		if (out + literals > byteLength) throw new Lz4Error(`A block holds more than the ${byteLength} bytes that it should.`);
		if (literals < 32) for (let stop = at + literals; at < stop; ) target[out++] = block[at++]!;
		else {
			target.set(block.subarray(at, at + literals), out);
			at += literals;
			out += literals;
		}
		if (at === end) break;
		if (at + 2 > end) throw new Lz4Error("A block ends within the distance of a match.");
		const distance = block[at]! | (block[at + 1]! << 8);
		at += 2;
		if (distance === 0 || distance > out) throw new Lz4Error(`A match lies ${distance} bytes back, where there are ${out}.`);
		let length = (token & 15) + MIN_MATCH;
		if (length === 15 + MIN_MATCH) {
			let more = 255;
			while (more === 255) {
				if (at >= end) throw new Lz4Error("A block ends within the length of a match.");
				more = block[at++]!;
				length += more;
			}
		}
		if (out + length > byteLength) throw new Lz4Error(`A block holds more than the ${byteLength} bytes that it should.`);
		if (distance >= length && length >= 32) {
			target.copyWithin(out, out - distance, out - distance + length);
			out += length;
		} else for (let stop = out + length; out < stop; out++) target[out] = target[out - distance]!;
	}
	if (out !== byteLength) throw new Lz4Error(`A block holds ${out} bytes instead of ${byteLength}.`);
	return target;
}
