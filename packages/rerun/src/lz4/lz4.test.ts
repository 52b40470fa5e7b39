import { describe, expect, it, vi } from "vitest";
import { seededRandom } from "../seeded-random.cases.ts";
import { runSteps } from "../turn-slices.ts";
import {
	compressLz4Block,
	compressLz4Pieces,
	compressLz4Steps,
	decompressLz4Block,
	Lz4Error,
	lz4BlockBound,
} from "./lz4.ts";

/**
 * What LZ4's own library makes of "abc" forty times and then "xyz": `lz4.block.compress(b"abc" * 40
 * + b"xyz", store_size=False)` in Python.
 */
const FROM_LIBRARY = Uint8Array.from(hex("3f61626303006050626378797a"));

function hex(text: string): number[] {
	return text.match(/../g)!.map((pair) => Number.parseInt(pair, 16));
}

/** Bytes of all sorts: noise, runs, text that repeats near and far. */
function* samples(): Generator<Uint8Array> {
	const random = seededRandom(1);
	for (let length = 0; length < 40; length++) yield new Uint8Array(length);
	for (const length of [1, 12, 13, 255, 270, 4096, 65_535, 65_536, 200_000]) {
		yield Uint8Array.from({ length }, () => random() * 256);
		yield Uint8Array.from({ length }, () => random() * 3);
		yield Uint8Array.from({ length }, (_, at) => (at % 1000) * (at % 7));
		yield new Uint8Array(length).fill(7);
	}
	for (let round = 0; round < 300; round++) {
		const bytes = new Uint8Array(random() * 3000);
		for (let at = 0; at < bytes.length; ) {
			const from = Math.floor(random() * at);
			const count = Math.min(bytes.length - at, Math.floor(random() * 60));
			if (random() < 0.5) bytes.copyWithin(at, from, Math.min(at, from + count));
			else for (let index = 0; index < count; index++) bytes[at + index] = random() * 256;
			at += Math.max(1, count);
		}
		yield bytes;
	}
}

describe("LZ4 blocks", () => {
	it("hold what was put into them", () => {
		for (const bytes of samples()) {
			const block = compressLz4Block(bytes);
			expect(block.length).toBeLessThanOrEqual(lz4BlockBound(bytes.length));
			expect(Buffer.compare(decompressLz4Block(block, bytes.length), bytes)).toBe(0);
		}
	});

	it("are made of pieces as well, or not at all if they would not be smaller", () => {
		const random = seededRandom(3);
		for (const bytes of samples()) {
			const pieces: Uint8Array[] = [];
			for (let at = 0; at < bytes.length; ) {
				const length = Math.floor(random() * (random() < 0.5 ? 20 : bytes.length));
				pieces.push(bytes.subarray(at, at + length));
				at += length;
			}
			const block = compressLz4Pieces(pieces, bytes.length);
			if (block === null) continue;
			expect(block.length).toBeLessThan(bytes.length);
			expect(Buffer.compare(decompressLz4Block(block, bytes.length), bytes)).toBe(0);
		}
		expect(compressLz4Pieces([new Uint8Array(5000), new Uint8Array(5000)], 10_000)!.length).toBeLessThan(100);
		const noise = Uint8Array.from({ length: 100_000 }, () => random() * 256);
		expect(compressLz4Pieces([noise], noise.length)).toBeNull();
	});

	it("are made of a long piece if parts of it become smaller, and else it is not even copied", () => {
		const random = seededRandom(4);
		const noise = Uint8Array.from({ length: 1 << 20 }, () => random() * 256);
		const head = new Uint8Array(1000);
		const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow");
		expect(compressLz4Pieces([head, noise, head], noise.length + 2000)).toBeNull();
		expect(grow.mock.calls.flat().reduce((sum, pages) => sum + pages, 0)).toBeLessThan(noise.length >> 16);
		grow.mockRestore();
		const half = noise.slice().fill(0, noise.length / 2);
		expect(compressLz4Pieces([half], half.length)!.length).toBeLessThan(half.length * 0.51);
		const pair = noise.subarray(0, noise.length / 2);
		const whole = Buffer.concat([pair, new Uint8Array(pair.length)]);
		expect(compressLz4Pieces([pair, whole.subarray(pair.length)], whole.length)!.length).toBeLessThan(
			whole.length * 0.51,
		);
	});

	it("are made in steps, of pieces that are made then", () => {
		for (const bytes of samples()) {
			function* pieces() {
				const piece = new Uint8Array(1000);
				for (let at = 0; at < bytes.length; at += 1000) {
					piece.set(bytes.subarray(at, at + 1000));
					yield piece.subarray(0, bytes.length - at);
				}
			}
			const block = Buffer.concat(runSteps(compressLz4Steps(pieces())));
			expect(block.length).toBeLessThanOrEqual(lz4BlockBound(bytes.length));
			expect(Buffer.compare(decompressLz4Block(block, bytes.length), bytes)).toBe(0);
		}
	});

	it("are small where bytes repeat, and hardly larger where they don't", () => {
		expect(compressLz4Block(new Uint8Array(100_000)).length).toBeLessThan(500);
		const random = seededRandom(2);
		const noise = Uint8Array.from({ length: 100_000 }, () => random() * 256);
		expect(compressLz4Block(noise).length).toBeLessThan(100_500);
	});

	it("follow the format's rules for its end: 5 literals last, no match in the last 12 bytes", () => {
		for (let length = 13; length < 80; length++) {
			const block = compressLz4Block(new Uint8Array(length));
			// The last sequence is a token and its literals, at least 5 of them.
			const literals = block.length >= 6 ? block.at(-6)! >> 4 : 0;
			expect(literals, `length ${length}`).toBeGreaterThanOrEqual(5);
		}
	});

	it("of others are read", () => {
		expect(new TextDecoder().decode(decompressLz4Block(FROM_LIBRARY, 123))).toBe(`${"abc".repeat(40)}xyz`);
	});

	it("that are broken are refused, whatever is wrong", () => {
		expect(() => decompressLz4Block(Uint8Array.of(0xf0), 100)).toThrow("ends within the length of its literals");
		expect(() => decompressLz4Block(Uint8Array.of(0x20, 1), 2)).toThrow("ends within its literals");
		expect(() => decompressLz4Block(Uint8Array.of(0x10, 1, 2, 0), 5)).toThrow(
			"A match lies 2 bytes back, where there are 1.",
		);
		expect(() => decompressLz4Block(Uint8Array.of(0x10, 1, 0, 0), 5)).toThrow("A match lies 0 bytes back");
		expect(() => decompressLz4Block(Uint8Array.of(0x10, 1, 1, 0), 4)).toThrow("more than the 4 bytes");
		expect(() => decompressLz4Block(Uint8Array.of(0x10, 1), 4)).toThrow("holds 1 bytes instead of 4");
		expect(() => decompressLz4Block(Uint8Array.of(0x10, 1), 2 ** 31)).toThrow("claims to hold");
	});

	it("with flipped bytes end in bytes or in an error", () => {
		const random = seededRandom(3);
		const block = compressLz4Block(Uint8Array.from({ length: 2000 }, (_, at) => (at % 50) + (at % 7)));
		for (let round = 0; round < 5000; round++) {
			const broken = block.slice(0, random() < 0.2 ? random() * block.length : undefined);
			if (broken.length > 0) broken[Math.floor(random() * broken.length)] = random() * 256;
			try {
				expect(decompressLz4Block(broken, 2000).length).toBe(2000);
			} catch (error) {
				if (!(error instanceof Lz4Error)) throw error;
			}
		}
	});
});
