import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { SharedHeap } from "../media/shared-heap.ts";
import { ViewMailbox } from "./view-mailbox.ts";

const pose = (n: number) => ({ worldFromView: [n, n, n, n] as const, fovRad: n, sequence: n, receivedSec: n });

describe("ViewMailbox", () => {
	it("holds the newest pose and the other wishes for another thread", () => {
		const heap = new SharedHeap();
		const mailbox = ViewMailbox.create(heap, { pose: pose(1), bitrateBps: 5_000_000, width: 640, height: 360 });
		const other = ViewMailbox.attach(mailbox.handle);
		const { looks } = other;
		mailbox.putPose(pose(2));
		mailbox.putPose(pose(3));
		mailbox.requestKeyframe();
		mailbox.paused = true;
		mailbox.heldBack = true;
		mailbox.bitrateBps = 1_234_567.4;
		mailbox.noteFrameTaken();
		expect(other.takePose()).toEqual(pose(3));
		expect(other.looks).toBe(looks + 2);
		mailbox.putPose({ ...pose(3), sequence: 4, receivedSec: 9 });
		expect(other.takePose()).toMatchObject({ sequence: 4, receivedSec: 9 });
		expect(other.looks, "a pose that looks the same is no reason to draw").toBe(looks + 2);
		expect(other.size).toEqual({ width: 640, height: 360, eyes: 1 });
		mailbox.putSize(978, 2118);
		expect(other.size).toEqual({ width: 978, height: 2118, eyes: 1 });
		mailbox.putSize(8192, 8192, 2);
		expect(other.size).toEqual({ width: 8192, height: 8192, eyes: 2 });
		expect(other).toMatchObject({
			keyframesWanted: 1,
			paused: true,
			heldBack: true,
			bitrateBps: 1_234_567,
			framesTaken: 1,
		});
		const before = heap.allocatedBytes;
		mailbox.free(heap);
		expect(heap.allocatedBytes).toBeLessThan(before);
	});

	it("states what was believed where a size does not fit, or another thread's side is freed", () => {
		const heap = new SharedHeap();
		const mailbox = ViewMailbox.create(heap, { pose: pose(1), bitrateBps: 1, width: 64, height: 64 });
		expect(() => mailbox.putSize(65_536, 64)).toThrow("A view's width fits into 16 bits.");
		expect(() => mailbox.putSize(64, 32_768)).toThrow("A view's height fits into 15 bits.");
		expect(() => ViewMailbox.attach(mailbox.handle).free(heap)).toThrow("freed where it was created");
		expect(mailbox.size).toEqual({ width: 64, height: 64, eyes: 1 });
	});

	it("never shows a pose that is half old and half new, while another thread writes as fast as it can", async () => {
		const heap = new SharedHeap();
		const mailbox = ViewMailbox.create(heap, { pose: pose(0), bitrateBps: 1, width: 64, height: 64 });
		const writer = new Worker(
			`const { workerData } = require("node:worker_threads");
			import(workerData.module).then(({ ViewMailbox }) => {
				const mailbox = ViewMailbox.attach(workerData.handle);
				for (let n = 1; ; n++)
					mailbox.putPose({ worldFromView: [n, n, n, n], fovRad: n, sequence: n, receivedSec: n });
			});`,
			{
				eval: true,
				workerData: { module: new URL("./view-mailbox.ts", import.meta.url).href, handle: mailbox.handle },
			},
		);
		try {
			while (mailbox.takePose().sequence === 0) await new Promise(setImmediate);
			const seen = new Set<number>();
			// On a busy machine the other thread may be away for a while, and what is read is one
			// pose all the time.
			for (let read = 0; read < 200_000 || seen.size <= 100; read++) {
				if (read % 10_000 === 0) await new Promise(setImmediate);
				const { worldFromView, fovRad, sequence, receivedSec } = mailbox.takePose();
				if (![...worldFromView, fovRad, receivedSec].every((value) => value === sequence))
					throw new Error(`torn pose ${sequence}: ${worldFromView}, ${fovRad}, ${receivedSec}`);
				seen.add(sequence);
			}
			expect(seen.size).toBeGreaterThan(100);
		} finally {
			await writer.terminate();
		}
	});
});
