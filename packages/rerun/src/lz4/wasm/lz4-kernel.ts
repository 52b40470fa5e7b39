import { LZ4_KERNEL_BASE64 } from "./lz4-kernel.generated.ts";

/** A page of WebAssembly's memory. */
const PAGE_BYTES = 1 << 16;
/** Scratch memory of the kernel, in the first page. */
const TABLE_AT = 1024;
const SOURCE_AT = PAGE_BYTES;
/** Bytes that the kernel may write behind its target, and read behind its source. */
const SLACK_BYTES = 32;
/** Longest input of the kernel, as its memory holds the input and the block. */
const MAX_SOURCE_BYTES = 32 * 2 ** 20;
/** Largest memory that is kept after a call. */
const MAX_KEPT_PAGES = 2 ** 9;

interface Kernel {
	readonly memory: WebAssembly.Memory;
	readonly compress: (table: number, source: number, end: number, target: number, limit: number) => number;
}

let kernel: Kernel | null = null;
/** True when the engine compiles WebAssembly: a page's security policy may forbid it. */
let available = true;

function open(): Kernel | null {
	if (kernel !== null || !available) return kernel;
	try {
		const code = Uint8Array.from(atob(LZ4_KERNEL_BASE64), (character) => character.charCodeAt(0));
		const memory = new WebAssembly.Memory({ initial: 1 });
		// Short enough to be compiled at once, which browsers allow up to 4 KiB.
		const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
		kernel = { memory, compress: exports["compress"] as Kernel["compress"] };
	} catch {
		available = false;
	}
	return kernel;
}

/**
 * Compresses pieces into one LZ4 block of at most `maxBytes`.
 *
 * @param byteLength of all pieces, at least 13.
 * @returns the block; `null` when it would be longer; `undefined` when the engine has no
 * WebAssembly, or the input is too long.
 */
export function compressByKernel(
	pieces: readonly Uint8Array[],
	byteLength: number,
	maxBytes: number,
): Uint8Array | null | undefined {
	if (byteLength > MAX_SOURCE_BYTES) return undefined;
	const opened = open();
	if (opened === null) return undefined;
	const { memory, compress } = opened;
	const end = SOURCE_AT + byteLength;
	const target = end + SLACK_BYTES;
	const missing = Math.ceil((target + maxBytes + SLACK_BYTES) / PAGE_BYTES) - memory.buffer.byteLength / PAGE_BYTES;
	if (missing > 0) {
		try {
			memory.grow(missing);
		} catch {
			return undefined;
		}
	}
	const bytes = new Uint8Array(memory.buffer);
	let at = SOURCE_AT;
	for (const piece of pieces) {
		bytes.set(piece, at);
		at += piece.length;
	}
	const length = compress(TABLE_AT, SOURCE_AT, end, target, target + maxBytes);
	const block = length === 0 ? null : bytes.slice(target, target + length);
	if (memory.buffer.byteLength / PAGE_BYTES > MAX_KEPT_PAGES) kernel = null;
	return block;
}
