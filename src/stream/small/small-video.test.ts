import { expect, it } from "vitest";
import { PanoramaStore } from "../../media/panorama-store.ts";
import { SharedHeap } from "../../media/shared-heap.ts";
import type { SourcePacketBatch } from "../../source/source-packets.ts";
import { SmallVideo } from "./small-video.ts";

it("a small version begins with a key frame again where the source's pictures are stored anew", async () => {
	const heap = new SharedHeap();
	const color = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;
	const newStore = () => PanoramaStore.create(heap, { width: 256, height: 128, eyes: 1, color });
	let store = newStore();
	let seconds = 0;
	const waiting: ((batch: SourcePacketBatch) => void)[] = [];
	const failures: string[] = [];
	const small = new SmallVideo(
		async (use) => {
			await use(store);
			return true;
		},
		(batch) => waiting.shift()?.(batch),
		(message) => failures.push(message),
	);
	/** Publishes a picture and returns whether the one made of it is a key frame. */
	const isKeyframe = async () => {
		const batch = new Promise<SourcePacketBatch>((resolve) => waiting.push(resolve));
		seconds += 0.1;
		store.beginWrite()!.publish({ mediaTimeSec: seconds, captureTimeSec: seconds, readyTimeSec: seconds });
		return (await batch).packets[0]!.keyframe;
	};
	const first = [await isKeyframe(), await isKeyframe()];
	store = newStore();
	expect([...first, await isKeyframe(), await isKeyframe()]).toEqual([true, false, true, false]);
	expect(failures).toEqual([]);

	// What a replay shows lies at a place of its own in each picture.
	const placed = { projection: { kind: "equirect" }, worldFromPanorama: [0, 1, 0, 0] } as const;
	store.beginWrite()!.publish({ mediaTimeSec: 1, captureTimeSec: 1, readyTimeSec: 1 }, placed);
	await expect
		.poll(() => failures, { timeout: 20_000 })
		.toEqual([expect.stringContaining("lie each at a place of its own")]);
	await small.close();
});
