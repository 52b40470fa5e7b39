import { afterEach, expect, vi } from "vitest";
import type { EncoderChoice } from "../encoder/video-encoder.ts";
import { monotonicSec } from "../media/clock.ts";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import type { PanoramaFormat, PictureColor } from "../media/panorama.ts";
import { PanoramaStore } from "../media/panorama-store.ts";
import { SharedHeap } from "../media/shared-heap.ts";
import type { VideoFormat } from "../media/video-format.ts";
import { RenderPool } from "./render-pool.ts";
import type { ViewOptics } from "./rendered-view.ts";

export const LIMITED_709: PictureColor = { range: "limited", matrix: "bt709", chromaSiting: "left" };
/** Size of the views, unless a test says another. */
export const SIZE = { width: 320, height: 180 };

/** Called after each test, the last one first. */
export const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
	for (const close of closers.splice(0).reverse()) await close();
});

/** A pool, and a way to add views to it. */
export async function setUp({ workers = 1, encoder = "software" as EncoderChoice } = {}) {
	const heap = new SharedHeap();
	const notices: string[] = [];
	const pool = await RenderPool.create({
		heap,
		maxWidth: 640,
		maxHeight: 640,
		workers,
		onNotice: (line) => notices.push(line),
	});
	closers.push(() => pool.close());
	const add = (frameRate = 30, optics?: ViewOptics, format?: VideoFormat) => {
		const pose = { worldFromView: [0, 0, 0, 1], fovRad: 1.5, sequence: 0, receivedSec: Number.NaN } as const;
		const { viewId, view } = pool.addView(
			{ frameRate, encoder, format },
			{ pose, bitrateBps: 2_000_000, ...SIZE },
			optics,
		);
		const packets: EncodedPacket[] = [];
		view.events.on("packet", (packet) => packets.push(packet));
		return { viewId, view, packets };
	};
	return { heap, pool, add, notices };
}

/** Gray pictures at a constant rate, until the test ends or `stop` is called. */
export function play(heap: SharedHeap, format: Partial<PanoramaFormat> = {}, frameRate = 30) {
	const store = PanoramaStore.create(heap, { width: 512, height: 256, eyes: 1, color: LIMITED_709, ...format });
	const publish = () => {
		const draft = store.beginWrite();
		if (draft === undefined) return;
		new Uint8Array(heap.memory.buffer, draft.address, store.layout.byteLength).fill(64 + (store.sequence % 64));
		draft.publish({
			mediaTimeSec: store.sequence / frameRate,
			captureTimeSec: Number.NaN,
			readyTimeSec: monotonicSec(),
		});
	};
	publish();
	const timer = setInterval(publish, 1000 / frameRate);
	const stop = () => clearInterval(timer);
	closers.push(stop);
	return { store, stop };
}

/** Resolves when `condition` holds. */
export const until = (condition: () => boolean) =>
	vi.waitFor(() => expect(condition()).toBe(true), { timeout: 25_000, interval: 5 });
