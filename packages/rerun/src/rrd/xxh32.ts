import { runSteps } from "../turn-slices.ts";

const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;

/** Bytes that are hashed in one step. */
const STEP_BYTES = 1 << 18;
const STRIPE_BYTES = 16;

/** XXH32, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md. */
export function xxh32(bytes: Uint8Array, seed: number): number {
	return runSteps(xxh32Steps([bytes], seed));
}

/** XXH32 of pieces that follow each other, in steps of 256 KiB at most. */
export function* xxh32Steps(pieces: readonly Uint8Array[], seed: number): Generator<void, number> {
	const lanes = Int32Array.of(seed + PRIME_1 + PRIME_2, seed + PRIME_2, seed, seed - PRIME_1);
	/** Bytes behind the last whole stripe. */
	const rest = new Uint8Array(STRIPE_BYTES);
	const restView = new DataView(rest.buffer);
	let restBytes = 0;
	let length = 0;
	for (const piece of pieces) {
		length += piece.length;
		let at = Math.min(piece.length, (STRIPE_BYTES - restBytes) % STRIPE_BYTES);
		rest.set(piece.subarray(0, at), restBytes);
		restBytes += at;
		if (restBytes < STRIPE_BYTES && restBytes > 0) continue;
		if (restBytes > 0) mixStripes(restView, 0, STRIPE_BYTES, lanes);
		const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
		const end = piece.length - ((piece.length - at) % STRIPE_BYTES);
		while (at < end) {
			const next = Math.min(end, at + STEP_BYTES);
			mixStripes(view, at, next, lanes);
			at = next;
			yield;
		}
		rest.set(piece.subarray(end));
		restBytes = piece.length - end;
	}
	const [a, b, c, d] = lanes as unknown as [number, number, number, number];
	const mixed = (rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18)) | 0;
	let hash = length >= STRIPE_BYTES ? mixed : (seed + PRIME_5) | 0;
	hash = (hash + length) | 0;
	let at = 0;
	for (; at <= restBytes - 4; at += 4)
		hash = Math.imul(rotated((hash + Math.imul(restView.getInt32(at, true), PRIME_3)) | 0, 17), PRIME_4);
	for (; at < restBytes; at++) hash = Math.imul(rotated((hash + Math.imul(rest[at]!, PRIME_5)) | 0, 11), PRIME_1);
	hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
	hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
	return (hash ^ (hash >>> 16)) >>> 0;
}

function mixStripes(view: DataView, start: number, end: number, lanes: Int32Array): void {
	let [a, b, c, d] = lanes as unknown as [number, number, number, number];
	for (let at = start; at < end; at += 16) {
		a = round(a, view.getInt32(at, true));
		b = round(b, view.getInt32(at + 4, true));
		c = round(c, view.getInt32(at + 8, true));
		d = round(d, view.getInt32(at + 12, true));
	}
	lanes.set([a, b, c, d]);
}

function round(lane: number, input: number): number {
	return Math.imul(rotated((lane + Math.imul(input, PRIME_2)) | 0, 13), PRIME_1);
}

function rotated(value: number, bits: number): number {
	return (value << bits) | (value >>> (32 - bits));
}
