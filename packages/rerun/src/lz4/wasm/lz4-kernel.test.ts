import { describe, expect, it } from "vitest";
import { seededRandom } from "../../seeded-random.cases.ts";
import { compressLz4Block, decompressLz4Block } from "../lz4.ts";
import { compressByKernel } from "./lz4-kernel.ts";

describe("the kernel of LZ4", () => {
	it("makes blocks that hold what was put into them, about as long as those of its twin in JavaScript", () => {
		const random = seededRandom(1);
		for (let round = 0; round < 200; round++) {
			const bytes = new Uint8Array(13 + random() * (round < 150 ? 500 : 200_000));
			for (let at = 0; at < bytes.length; ) {
				const count = Math.min(bytes.length - at, 1 + Math.floor(random() * 300));
				const from = Math.floor(random() * at);
				if (random() < 0.6 && at > 0)
					for (let index = 0; index < count; index++) bytes[at + index] = bytes[from + index]!;
				else for (let index = 0; index < count; index++) bytes[at + index] = random() * 256;
				at += count;
			}
			const cut = Math.floor(random() * bytes.length);
			const block = compressByKernel(
				[bytes.subarray(0, cut), bytes.subarray(cut)],
				bytes.length,
				2 * bytes.length + 100,
			)!;
			expect(Buffer.compare(decompressLz4Block(block, bytes.length), bytes)).toBe(0);
			expect(block.length).toBeLessThan(1.2 * compressLz4Block(bytes).length + 20);
		}
	});

	it("follows the format's rules for the end of blocks, and says when there is no room", () => {
		for (let length = 13; length < 100; length++) {
			const block = compressByKernel([new Uint8Array(length)], length, 1000)!;
			expect(decompressLz4Block(block, length)).toEqual(new Uint8Array(length));
			// The last sequence is a token and its literals, at least 5 of them.
			expect(block.at(-6)! >> 4, `length ${length}`).toBeGreaterThanOrEqual(5);
		}
		const random = seededRandom(2);
		const noise = Uint8Array.from({ length: 100_000 }, () => random() * 256);
		expect(compressByKernel([noise], noise.length, noise.length - 1)).toBeNull();
		expect(compressByKernel([new Uint8Array(0)], 2 ** 30, 1)).toBeUndefined();
	});

	it("compresses large pictures, one after the other, and gives the memory of the largest back", () => {
		for (const length of [20 * 2 ** 20, 1 << 20]) {
			const picture = new Uint8Array(length);
			for (let at = 0; at < length; at++) picture[at] = at >> 10;
			const block = compressByKernel([picture], length, length - 1)!;
			expect(block.length).toBeLessThan(length / 20);
			expect(Buffer.compare(decompressLz4Block(block, length), picture)).toBe(0);
		}
	});
});
