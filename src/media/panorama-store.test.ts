import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { PanoramaStore, type PanoramaTimes } from "./panorama-store.ts";
import { SharedHeap } from "./shared-heap.ts";

const FORMAT = {
	width: 128,
	height: 64,
	eyes: 1,
	color: { range: "limited", matrix: "bt709", chromaSiting: "left" },
} as const;

function newStore(): { store: PanoramaStore; heap: SharedHeap; bytes: Uint8Array } {
	const heap = new SharedHeap();
	const store = PanoramaStore.create(heap, FORMAT);
	return { store, heap, bytes: new Uint8Array(heap.memory.buffer) };
}

function times(mediaTimeSec: number): PanoramaTimes {
	return { mediaTimeSec, captureTimeSec: Number.NaN, readyTimeSec: mediaTimeSec + 100 };
}

function publish(store: PanoramaStore, bytes: Uint8Array, value: number): boolean {
	const draft = store.beginWrite();
	if (draft === undefined) return false;
	bytes[draft.address] = value;
	draft.publish(times(value));
	return true;
}

describe("PanoramaStore", () => {
	it("has nothing to read before the first picture", () => {
		const { store } = newStore();
		expect(store.acquireNewest()).toBeUndefined();
		expect(store.sequence).toBe(0);
	});

	it("gives the newest picture with its times, once per reader that asks for newer ones", () => {
		const { store, bytes } = newStore();
		publish(store, bytes, 1);
		publish(store, bytes, 2);
		const lease = store.acquireNewest()!;
		expect(lease).toMatchObject({
			sequence: 2,
			mediaTimeSec: 2,
			captureTimeSec: Number.NaN,
			readyTimeSec: 102,
			format: FORMAT,
		});
		expect(lease.data[0]).toBe(2);
		lease.release();
		expect(store.acquireNewest(2)).toBeUndefined();
		publish(store, bytes, 3);
		expect(store.acquireNewest(2)?.sequence).toBe(3);
	});

	it("gives all memory back when there is not enough for its slots", () => {
		const heap = new SharedHeap(2 ** 17);
		expect(() => PanoramaStore.create(heap, FORMAT)).toThrow(RangeError);
		expect(heap.allocatedBytes).toBe(0);
	});

	it("never writes into a picture that is being read, and counts what found no place", () => {
		const { store, bytes } = newStore();
		publish(store, bytes, 1);
		const first = store.acquireNewest()!;
		publish(store, bytes, 2);
		const second = store.acquireNewest()!;
		expect(publish(store, bytes, 3)).toBe(true);
		// 1 and 2 are being read and 3 is the newest: there is no fourth slot.
		expect(publish(store, bytes, 4)).toBe(false);
		expect(store.notWritten).toBe(1);
		expect([first.data[0], second.data[0]]).toEqual([1, 2]);
		first.release();
		expect(publish(store, bytes, 5)).toBe(true);
		expect(second.data[0]).toBe(2);
		expect(store.acquireNewest()?.mediaTimeSec).toBe(5);
	});

	it("frees a slot only when its last reader has released it, and takes a second release for none", () => {
		const { store, bytes } = newStore();
		publish(store, bytes, 1);
		const one = store.acquireNewest()!;
		const two = store.acquireNewest()!;
		expect(one.data.byteOffset).toBe(two.data.byteOffset);
		one.release();
		one.release();
		for (let value = 2; value < 10; value++) publish(store, bytes, value);
		expect(two.data[0]).toBe(1);
		two.release();
	});

	it("keeps the newest picture when a draft is discarded, and can use its slot again", () => {
		const { store, bytes } = newStore();
		publish(store, bytes, 1);
		for (let i = 0; i < 5; i++) store.beginWrite()!.discard();
		expect(store.sequence).toBe(1);
		expect(store.acquireNewest()?.mediaTimeSec).toBe(1);
	});

	it("gives its memory back", () => {
		const heap = new SharedHeap();
		PanoramaStore.create(heap, FORMAT).free(heap);
		expect(heap.allocatedBytes).toBe(0);
	});

	it("shows a reader in another thread whole pictures only, never older ones, and wakes it", async () => {
		const { store, bytes } = newStore();
		const reader = new Worker(
			`const { parentPort, workerData } = require("node:worker_threads");
			import(workerData.module).then(({ PanoramaStore }) => {
				const store = PanoramaStore.attach(workerData.handle);
				let last = 0, torn = 0, backwards = 0, seen = 0;
				const { y } = store.layout;
				parentPort.postMessage("ready");
				while (true) {
					store.waitForNewer(last, 1000);
					const lease = store.acquireNewest(last);
					if (lease === undefined) continue;
					seen++;
					if (lease.sequence <= last) backwards++;
					last = lease.sequence;
					const value = lease.data[y.offset];
					for (let row = 0; row < y.height; row++) {
						for (let column = 0; column < y.width; column++)
							if (lease.data[y.offset + row * y.stride + column] !== value) torn++;
					}
					lease.release();
					if (value === 255) break;
				}
				parentPort.postMessage({ torn, backwards, seen });
			});`,
			{
				eval: true,
				workerData: { module: new URL("./panorama-store.ts", import.meta.url).href, handle: store.handle },
			},
		);
		const messages: unknown[] = [];
		const finished = new Promise<void>((resolve, reject) => {
			reader.on("error", reject);
			reader.on("exit", () => resolve());
		});
		await new Promise<void>((resolve) =>
			reader.on("message", (message) => {
				messages.push(message);
				resolve();
			}),
		);
		const { y } = store.layout;
		for (let n = 0; n < 400; n++) {
			const draft = store.beginWrite();
			if (draft === undefined) continue;
			for (let row = 0; row < y.height; row++)
				bytes.fill(
					n % 250,
					draft.address + y.offset + row * y.stride,
					draft.address + y.offset + row * y.stride + y.width,
				);
			draft.publish(times(n));
			if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
		}
		let last = store.beginWrite();
		while (last === undefined) {
			await new Promise((resolve) => setTimeout(resolve, 1));
			last = store.beginWrite();
		}
		for (let row = 0; row < y.height; row++)
			bytes.fill(
				255,
				last.address + y.offset + row * y.stride,
				last.address + y.offset + row * y.stride + y.width,
			);
		last.publish(times(1000));
		await finished;
		expect(messages[1]).toMatchObject({ torn: 0, backwards: 0 });
		expect((messages[1] as { seen: number }).seen).toBeGreaterThan(1);
	});
});
