import type { FileHandle } from "node:fs/promises";

/** The most boxes at one level: no camera or program writes more. */
const MAX_BOXES = 10_000;

/** A box of an MP4 or HEIF file (ISO/IEC 14496-12, 4.2). */
interface Box {
	readonly type: string;
	/** Its content in the file. */
	readonly from: number;
	readonly to: number;
}

/**
 * The boxes that follow each other between two places of the file. Ends at the first that is
 * broken.
 */
export async function* boxes(file: FileHandle, start: number, end: number): AsyncGenerator<Box> {
	let at = start;
	for (let count = 0; at + 8 <= end && count < MAX_BOXES; count++) {
		const header = await read(file, at, Math.min(16, end - at));
		const type = header.toString("latin1", 4, 8);
		const short = header.readUInt32BE(0);
		const long = short === 1;
		if (long && header.length < 16) return;
		const size = short === 0 ? end - at : long ? Number(header.readBigUInt64BE(8)) : short;
		const from = at + (long ? 16 : 8);
		if (at + size < from || at + size > end) return;
		yield { type, from, to: at + size };
		at += size;
	}
}

/** Reads `length` bytes from `at` on. @throws {Error} when the file ends before them. */
export async function read(file: FileHandle, at: number, length: number): Promise<Buffer> {
	const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
	if (bytesRead < length) throw new Error("The file ends within a box.");
	return buffer;
}

/** A box in memory. */
export interface BoxInMemory {
	readonly type: string;
	readonly content: Buffer;
}

/** The boxes that follow each other in bytes. Ends at the first that is broken. */
export function* boxesIn(bytes: Buffer): Generator<BoxInMemory> {
	let at = 0;
	for (let count = 0; at + 8 <= bytes.length && count < MAX_BOXES; count++) {
		const short = bytes.readUInt32BE(at);
		const long = short === 1;
		if (long && at + 16 > bytes.length) return;
		const size = short === 0 ? bytes.length - at : long ? Number(bytes.readBigUInt64BE(at + 8)) : short;
		const from = at + (long ? 16 : 8);
		if (at + size < from || at + size > bytes.length) return;
		yield { type: bytes.toString("latin1", at + 4, at + 8), content: bytes.subarray(from, at + size) };
		at += size;
	}
}
