import { runSteps } from "../turn-slices.ts";

/** The constants of FIPS 180-4: the first 32 fractional bits of roots of the first primes. */
function rootBits(count: number, root: (prime: number) => number): Int32Array {
	const bits = new Int32Array(count);
	let found = 0;
	for (let candidate = 2; found < count; candidate++) {
		let prime = true;
		for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) prime = false;
		if (prime) bits[found++] = Math.floor((root(candidate) % 1) * 2 ** 32) | 0;
	}
	return bits;
}

const INITIAL = rootBits(8, Math.sqrt);
const ROUNDS = rootBits(64, Math.cbrt);

/** Blocks of 64 bytes that are hashed in one step. */
const STEP_BLOCKS = 1024;

/** SHA-256, FIPS 180-4. WebCrypto has it only with a promise. */
export function sha256(bytes: Uint8Array): Uint8Array {
	return runSteps(sha256Steps(bytes));
}

/** SHA-256 in steps of 64 KiB. */
export function* sha256Steps(bytes: Uint8Array): Generator<void, Uint8Array> {
	const state = INITIAL.slice();
	const blocks = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const whole = bytes.length - (bytes.length % 64);
	for (let start = 0; start < whole; start += 64 * STEP_BLOCKS) {
		if (start > 0) yield;
		hashBlocks(blocks, start, Math.min(whole, start + 64 * STEP_BLOCKS), state);
	}
	const rest = bytes.subarray(whole);
	const padded = new Uint8Array(Math.ceil((rest.length + 9) / 64) * 64);
	padded.set(rest);
	padded[rest.length] = 0x80;
	const view = new DataView(padded.buffer);
	view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
	view.setUint32(padded.length - 4, bytes.length << 3);
	hashBlocks(view, 0, padded.length, state);
	const digest = new Uint8Array(32);
	const out = new DataView(digest.buffer);
	for (let at = 0; at < 8; at++) out.setInt32(4 * at, state[at]!);
	return digest;
}

function hashBlocks(view: DataView, start: number, end: number, state: Int32Array): void {
	const words = new Int32Array(64);
	for (let block = start; block < end; block += 64) {
		for (let at = 0; at < 16; at++) words[at] = view.getInt32(block + 4 * at);
		for (let at = 16; at < 64; at++) {
			const a = words[at - 15]!;
			const b = words[at - 2]!;
			words[at] =
				words[at - 16]! +
				(rotated(a, 7) ^ rotated(a, 18) ^ (a >>> 3)) +
				words[at - 7]! +
				(rotated(b, 17) ^ rotated(b, 19) ^ (b >>> 10));
		}
		let [a, b, c, d, e, f, g, h] = state as unknown as [
			number,
			number,
			number,
			number,
			number,
			number,
			number,
			number,
		];
		for (let at = 0; at < 64; at++) {
			const first =
				(h +
					(rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) +
					((e & f) ^ (~e & g)) +
					ROUNDS[at]! +
					words[at]!) |
				0;
			const second = ((rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
			h = g;
			g = f;
			f = e;
			e = (d + first) | 0;
			d = c;
			c = b;
			b = a;
			a = (first + second) | 0;
		}
		for (const [at, value] of [a, b, c, d, e, f, g, h].entries()) state[at]! += value;
	}
}

function rotated(value: number, bits: number): number {
	return (value >>> bits) | (value << (32 - bits));
}
