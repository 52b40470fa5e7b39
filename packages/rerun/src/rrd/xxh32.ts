import { runSteps } from "../turn-slices.ts";

const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;

/** Bytes that are hashed in one step. */
const STEP_BYTES = 1 << 18;

/** XXH32, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md. */
export function xxh32(bytes: Uint8Array, seed: number): number {
	return runSteps(xxh32Steps(bytes, seed));
}

/** XXH32 in steps of 256 KiB. */
export function* xxh32Steps(bytes: Uint8Array, seed: number): Generator<void, number> {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const length = bytes.length;
	let at = 0;
	let hash: number;
	if (length >= 16) {
		const lanes = Int32Array.of(seed + PRIME_1 + PRIME_2, seed + PRIME_2, seed, seed - PRIME_1);
		const end = length - (length % 16);
		for (; at < end; at = Math.min(end, at + STEP_BYTES)) {
			if (at > 0) yield;
			mixStripes(view, at, Math.min(end, at + STEP_BYTES), lanes);
		}
		const [a, b, c, d] = lanes as unknown as [number, number, number, number];
		hash = (rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18)) | 0;
	} else hash = (seed + PRIME_5) | 0;
	hash = (hash + length) | 0;
	for (; at <= length - 4; at += 4)
		hash = Math.imul(rotated((hash + Math.imul(view.getInt32(at, true), PRIME_3)) | 0, 17), PRIME_4);
	for (; at < length; at++) hash = Math.imul(rotated((hash + Math.imul(bytes[at]!, PRIME_5)) | 0, 11), PRIME_1);
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
