/*
 * The LZ4 block format, https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md: sequences of a
 * token, literals, and a match of at least 4 bytes at a distance below 64 KiB. The last 5 bytes are
 * always literals, and the last match begins at least 12 bytes before the end.
 */

import { compressByKernel } from "./wasm/lz4-kernel.ts";

const MIN_MATCH = 4;
const LAST_LITERALS = 5;
const MATCH_LIMIT = 12;
const MAX_DISTANCE = 65535;
/**
 * Logarithm of the number of places without a match after which the search takes longer steps, so
 * that data that can't be compressed costs little. As in lz4_flex, which Rerun uses.
 */
const SKIP_SHIFT = 5;
const HASH_MULTIPLIER = -1640531535;
/**
 * Shortest input for the WASM kernel, which takes a third of the time. For shorter input the call
 * and the copy cost more (measured: `npm run bench -- rerun`).
 */
const KERNEL_BYTES = 1 << 15;
/**
 * A longer piece is tried by parts of it before it is compressed: to find out that video can't be
 * made smaller, all of it would be copied.
 */
const LONG_PIECE_BYTES = 1 << 18;
/** Length and number of the parts that are tried. */
const TRIED_BYTES = 1 << 13;
const TRIED_PARTS = 4;
/** Scratch memory beyond this is not kept. */
const MAX_SCRATCH_BYTES = 16 * 2 ** 20;

/**
 * Last place of each hash. The memory is kept between calls, its content is valid for one piece.
 */
const table = new Int32Array(1 << 12);
/** Memory in which blocks are made. Kept, as fresh memory costs as much as compressing into it. */
let scratch = new Uint8Array(1 << 16);

/** The longest block that `compressLz4Block` makes of input of a length. */
export function lz4BlockBound(byteLength: number): number {
	return byteLength + Math.floor(byteLength / 255) + 16;
}

/** Compresses into one raw block, without a frame and a size. */
export function compressLz4Block(source: Uint8Array): Uint8Array {
	return compress([source], lz4BlockBound(source.length))!;
}

/**
 * Compresses pieces into one raw block, without joining them.
 *
 * @param byteLength of all pieces.
 * @returns `null` when the block would not be smaller by a 32nd: video is, by less, as its schema
 * can be compressed, and would be copied for nothing. Of a long piece parts alone decide.
 */
export function compressLz4Pieces(pieces: readonly Uint8Array[], byteLength: number): Uint8Array | null {
	const maxBytes = wantedBytes(byteLength);
	if (byteLength >= KERNEL_BYTES) {
		if (seemsIncompressible(pieces, byteLength)) return null;
		const block = compressByKernel(pieces, byteLength, maxBytes);
		if (block !== undefined) return block;
	}
	return compress(pieces, maxBytes);
}

function wantedBytes(byteLength: number): number {
	return byteLength - 1 - (byteLength >> 5);
}

/** True when parts of a piece that is nearly all of the input would not be made smaller. */
function seemsIncompressible(pieces: readonly Uint8Array[], byteLength: number): boolean {
	if (byteLength < LONG_PIECE_BYTES) return false;
	const longest = pieces.reduce((long, piece) => (piece.length > long.length ? piece : long));
	if (longest.length < byteLength - (byteLength >> 3)) return false;
	const between = Math.floor((longest.length - TRIED_BYTES) / (TRIED_PARTS - 1));
	const parts = Array.from({ length: TRIED_PARTS }, (_, index) =>
		longest.subarray(index * between, index * between + TRIED_BYTES),
	);
	const triedBytes = TRIED_PARTS * TRIED_BYTES;
	return compressByKernel(parts, triedBytes, wantedBytes(triedBytes)) === null;
}

/**
 * Compresses pieces into one raw block, a piece in each step. A piece may be made only then, and
 * overwritten for the next. The block is in pieces, too.
 */
export function* compressLz4Steps(pieces: Iterable<Uint8Array>): Generator<void, readonly Uint8Array[]> {
	const block: Uint8Array[] = [];
	const writer = new BlockWriter(new Uint8Array(0), 0);
	writer.copiesEnds = true;
	for (const piece of pieces) {
		writer.makeRoom(piece.length);
		searchPiece(piece, writer);
		block.push(writer.take());
		yield;
	}
	writer.makeRoom(0);
	writer.finish();
	block.push(writer.take());
	return block;
}

function compress(pieces: readonly Uint8Array[], maxBytes: number): Uint8Array | null {
	if (scratch.length < maxBytes)
		scratch = new Uint8Array(Math.max(maxBytes, Math.min(2 * scratch.length, MAX_SCRATCH_BYTES)));
	const block = new BlockWriter(scratch, maxBytes);
	for (const piece of pieces) if (!searchPiece(piece, block)) return null;
	const length = block.finish();
	const compressed = length === null ? null : scratch.slice(0, length);
	if (scratch.length > MAX_SCRATCH_BYTES) scratch = new Uint8Array(1 << 16);
	return compressed;
}

/**
 * Finds matches within one piece. Its end becomes literals, as the end of a block must.
 *
 * @returns whether there was room.
 */
function searchPiece(source: Uint8Array, block: BlockWriter): boolean {
	const end = source.length;
	let anchor = 0;
	if (end > MATCH_LIMIT) {
		// A view loads four bytes at once from any offset.
		const view = new DataView(source.buffer, source.byteOffset, end);
		// A small table is emptied faster.
		const bits = end < 1 << 12 ? 10 : 12;
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
			while (
				at + length + 4 <= matchEnd &&
				view.getInt32(at + length, true) === view.getInt32(from + length, true)
			)
				length += 4;
			while (at + length < matchEnd && source[at + length] === source[from + length]) length++;
			if (!block.match(source, anchor, at, at - from, length)) return false;
			at += length;
			anchor = at;
			if (at <= searchEnd) {
				const before = at - 2;
				table[Math.imul(view.getInt32(before, true), HASH_MULTIPLIER) >>> shift] = before;
			}
		}
	}
	block.literals(source, anchor);
	return true;
}

/**
 * Writes the sequences of a block. Literals are copied when a match follows them: data that can't
 * be compressed is not copied.
 */
class BlockWriter {
	/** Pieces do not last. */
	copiesEnds = false;
	#target: Uint8Array;
	#maxBytes: number;
	#out = 0;
	/** Ends of pieces that wait to be written as literals. */
	#ends: Uint8Array[] = [];
	#endBytes = 0;

	constructor(target: Uint8Array, maxBytes: number) {
		this.#target = target;
		this.#maxBytes = maxBytes;
	}

	/** Makes room for another piece behind `take`. */
	makeRoom(byteLength: number): void {
		this.#maxBytes = lz4BlockBound(this.#endBytes + byteLength);
		if (this.#target.length < this.#maxBytes) this.#target = new Uint8Array(this.#maxBytes);
	}

	/** A copy of what was written; later sequences begin at the target's beginning. */
	take(): Uint8Array {
		const written = this.#target.slice(0, this.#out);
		this.#out = 0;
		return written;
	}

	/** Adds the rest of a piece as literals. */
	literals(source: Uint8Array, start: number): void {
		if (start === source.length) return;
		this.#ends.push(this.copiesEnds ? source.slice(start) : source.subarray(start));
		this.#endBytes += source.length - start;
	}

	/** Writes literals from `start` until `at` and a match. @returns whether there was room. */
	match(source: Uint8Array, start: number, at: number, distance: number, length: number): boolean {
		const matchCode = length - MIN_MATCH;
		const literals = this.#endBytes + at - start;
		// Token, distance, and a byte for each 255 of both lengths.
		if (this.#out + literals + literals / 255 + matchCode / 255 + 5 > this.#maxBytes) return false;
		const target = this.#target;
		let out = this.#begin(literals, matchCode);
		const count = at - start;
		if (count < 32) for (let index = start; index < at; index++) target[out++] = source[index]!;
		else {
			target.set(source.subarray(start, at), out);
			out += count;
		}
		target[out++] = distance & 0xff;
		target[out++] = distance >> 8;
		if (matchCode >= 15) out = writeLength(target, out, matchCode - 15);
		this.#out = out;
		return true;
	}

	/** Ends the block. @returns its length; `null` when there was no room. */
	finish(): number | null {
		if (this.#out + this.#endBytes + this.#endBytes / 255 + 2 > this.#maxBytes) return null;
		this.#out = this.#begin(this.#endBytes, 0);
		return this.#out;
	}

	/** Writes a token, the number of its literals, and the literals of earlier pieces. */
	#begin(literals: number, matchCode: number): number {
		const target = this.#target;
		let out = this.#out;
		target[out++] = (Math.min(literals, 15) << 4) | Math.min(matchCode, 15);
		if (literals >= 15) out = writeLength(target, out, literals - 15);
		if (this.#endBytes === 0) return out;
		for (const end of this.#ends) {
			target.set(end, out);
			out += end.length;
		}
		this.#ends = [];
		this.#endBytes = 0;
		return out;
	}
}

function writeLength(target: Uint8Array, out: number, rest: number): number {
	for (; rest >= 255; rest -= 255) target[out++] = 255;
	target[out++] = rest;
	return out;
}

/** The error of a block that is broken. */
export class Lz4Error extends Error {
	override readonly name = "Lz4Error";
}

/**
 * Decompresses a raw block. Takes no more memory than a block of this length can need.
 *
 * @param byteLength exact length of the decompressed data.
 * @throws {Lz4Error} when the block is broken, or holds another length.
 */
export function decompressLz4Block(block: Uint8Array, byteLength: number): Uint8Array {
	// A byte of a block stands for at most 255 bytes.
	if (byteLength > block.length * 255)
		throw new Lz4Error(`A block of ${block.length} bytes claims to hold ${byteLength}.`);
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
		if (out + literals > byteLength)
			throw new Lz4Error(`A block holds more than the ${byteLength} bytes that it should.`);
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
		if (distance === 0 || distance > out)
			throw new Lz4Error(`A match lies ${distance} bytes back, where there are ${out}.`);
		let length = (token & 15) + MIN_MATCH;
		if (length === 15 + MIN_MATCH) {
			let more = 255;
			while (more === 255) {
				if (at >= end) throw new Lz4Error("A block ends within the length of a match.");
				more = block[at++]!;
				length += more;
			}
		}
		if (out + length > byteLength)
			throw new Lz4Error(`A block holds more than the ${byteLength} bytes that it should.`);
		if (distance >= length && length >= 32) {
			target.copyWithin(out, out - distance, out - distance + length);
			out += length;
		} else for (let stop = out + length; out < stop; out++) target[out] = target[out - distance]!;
	}
	if (out !== byteLength) throw new Lz4Error(`A block holds ${out} bytes instead of ${byteLength}.`);
	return target;
}
