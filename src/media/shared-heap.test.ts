import { describe, expect, it } from "vitest";
import { type HeapBlock, SharedHeap } from "./shared-heap.ts";

describe("SharedHeap", () => {
	it("hands out blocks that do not overlap, are aligned, zeroed and never at address 0", () => {
		const heap = new SharedHeap(2 ** 24);
		const blocks: HeapBlock[] = [];
		for (const size of [1, 4096, 4097, 100_000, 12, 65_536]) blocks.push(heap.allocate(size));
		blocks.sort((a, b) => a.address - b.address);
		expect(blocks[0]!.address).toBeGreaterThan(0);
		for (const [i, block] of blocks.entries()) {
			expect(block.address % 4096).toBe(0);
			if (i > 0) expect(block.address).toBeGreaterThanOrEqual(blocks[i - 1]!.address + blocks[i - 1]!.byteLength);
			const bytes = new Uint8Array(heap.memory.buffer, block.address, block.byteLength);
			expect(bytes.every((byte) => byte === 0)).toBe(true);
			bytes.fill(0xff);
		}
	});

	it("zeroes memory that was used before", () => {
		const heap = new SharedHeap(2 ** 20);
		const block = heap.allocate(10_000);
		new Uint8Array(heap.memory.buffer, block.address, block.byteLength).fill(9);
		heap.free(block);
		const again = heap.allocate(10_000);
		expect(again.address).toBe(block.address);
		expect(new Uint8Array(heap.memory.buffer, again.address, again.byteLength).every((byte) => byte === 0)).toBe(
			true,
		);
	});

	it("merges free neighbours in whatever order they come back", () => {
		for (const order of [
			[0, 1, 2, 3],
			[3, 2, 1, 0],
			[1, 3, 0, 2],
			[2, 0, 3, 1],
		]) {
			const heap = new SharedHeap(2 ** 24);
			const blocks = Array.from({ length: 4 }, () => heap.allocate(200_000));
			for (const index of order) heap.free(blocks[index]!);
			expect(heap.allocatedBytes).toBe(0);
			expect(heap.allocate(780_000).address).toBe(blocks[0]!.address);
		}
	});

	it("counts what is handed out", () => {
		const heap = new SharedHeap();
		const a = heap.allocate(5000);
		const b = heap.allocate(1);
		expect(heap.allocatedBytes).toBe(8192 + 4096);
		heap.free(a);
		heap.free(b);
		expect(heap.allocatedBytes).toBe(0);
	});

	it("says both numbers when it is full, and goes on serving what fits", () => {
		const heap = new SharedHeap(2 ** 20);
		expect(() => heap.allocate(2 ** 21)).toThrow(
			"The shared picture memory is full: 2097152 bytes more do not fit under its bound of 1048576.",
		);
		expect(heap.allocate(100_000).byteLength).toBeGreaterThanOrEqual(100_000);
	});

	it("keeps blocks and older views valid while it grows", () => {
		const heap = new SharedHeap(2 ** 26);
		const block = heap.allocate(1000);
		const view = new Uint8Array(heap.memory.buffer, block.address, 1000).fill(42);
		heap.allocate(2 ** 24);
		expect(new Uint8Array(heap.memory.buffer, block.address, 1000)).toEqual(view);
	});
});
