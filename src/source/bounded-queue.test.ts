import { describe, expect, it } from "vitest";
import { BoundedQueue } from "./bounded-queue.ts";

describe("BoundedQueue", () => {
	it("hands values over in order and never holds more than its capacity", async () => {
		const queue = new BoundedQueue<number>(2);
		const taken: number[] = [];
		let longest = 0;
		const writing = (async () => {
			for (let n = 0; n < 20; n++) {
				await queue.push(n);
				longest = Math.max(longest, queue.length);
			}
			queue.close();
		})();
		for (let value = await queue.shift(); value !== undefined; value = await queue.shift()) taken.push(value);
		await writing;
		expect(taken).toEqual(Array.from({ length: 20 }, (_, n) => n));
		expect(longest).toBeLessThanOrEqual(2);
	});

	it("refuses at once where nobody may wait", () => {
		const queue = new BoundedQueue<string>(1);
		expect(queue.tryPush("a")).toBe(true);
		expect(queue.tryPush("b")).toBe(false);
		expect(queue.peek()).toBe("a");
		expect(queue.tryShift()).toBe("a");
		expect(queue.tryShift()).toBeUndefined();
	});

	it("releases a waiting writer when it is closed, whose value stays its own", async () => {
		const queue = new BoundedQueue<number>(1);
		queue.tryPush(1);
		const pushed = queue.push(2);
		queue.close();
		expect(await pushed).toBe(false);
		expect(await queue.shift()).toBe(1);
		expect(await queue.shift()).toBeUndefined();
	});

	it("gives a failure to the reader after the values before it", async () => {
		const queue = new BoundedQueue<number>(4);
		queue.tryPush(1);
		queue.fail(new Error("lost"));
		expect(await queue.shift()).toBe(1);
		await expect(queue.shift()).rejects.toThrow("lost");
	});

	it("needs room for one at least", () => {
		expect(() => new BoundedQueue(0)).toThrow(RangeError);
	});
});
