import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { H264Decoder } from "../../test/support/h264-decoder.ts";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import { NalUnitType, nalUnitType, parseSps, splitAnnexB } from "../media/h264.ts";
import type { PictureColor } from "../media/panorama.ts";
import type { PanoramaStore } from "../media/panorama-store.ts";
import type { RenderedView } from "./rendered-view.ts";
import { closers, play, SIZE, setUp, until } from "./rendered-views.cases.ts";

const FULL_601: PictureColor = { range: "full", matrix: "bt601", chromaSiting: "center" };
/** The SPS that a key frame brings. */
const spsOf = ({ accessUnit }: EncodedPacket) =>
	parseSps(splitAnnexB(accessUnit).find((unit) => nalUnitType(unit[0]!) === NalUnitType.sps)!);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const turn = (view: RenderedView, step: number) =>
	view.mailbox.putPose({
		worldFromView: [0, Math.sin(step / 50), 0, Math.cos(step / 50)],
		fovRad: 1.5,
		sequence: step,
		receivedSec: 1,
	});

describe("RenderPool", () => {
	it("draws each panorama for each view, key frame first, and gives all memory back", async () => {
		const { heap, pool, add } = await setUp({ workers: 2 });
		const { store } = play(heap);
		const withStore = heap.allocatedBytes;
		await pool.setStore(store);
		const views = [add(), add(), add()];
		await until(() => views.every(({ packets }) => packets.length > 10));
		for (const { packets, view } of views) {
			expect(packets.map(({ keyframe }) => keyframe).slice(0, 10)).toEqual([true, ...Array(9).fill(false)]);
			expect(view.encoderName).toBe("libx264");
			expect(view.stats.framesDrawn).toBe(packets.length);
		}
		for (const { viewId } of views) pool.removeView(viewId);
		await pool.close();
		expect(heap.allocatedBytes).toBe(withStore);
	});

	it("shows a source without a sphere as it is, in the middle, in whatever direction a viewer looks", async () => {
		const { heap, pool, add } = await setUp();
		await pool.setStore(play(heap, { projection: { kind: "none" } }).store);
		const { view, packets } = add();
		using decoder = new H264Decoder();
		let decoded = 0;
		for (const sequence of [40, 90]) {
			turn(view, sequence);
			await until(() => packets.at(-1)?.poseSequence === sequence);
			for (; decoded < packets.length; decoded++) {
				const { planes, width } = decoder.decode(packets[decoded]!.accessUnit);
				const luma = [4, 14, 90, 165, 175].map((row) => planes[0][row * width + 7]!);
				expect(luma.map((value) => value > 50)).toEqual([false, true, true, true, false]);
			}
		}
	});

	it("changes a view's size between two pictures, with a key frame", async () => {
		const { heap, pool, add } = await setUp();
		await pool.setStore(play(heap).store);
		const { view, packets } = add();
		await until(() => packets.length > 3);
		view.mailbox.putSize(200, 400);
		await until(() => packets.filter(({ keyframe }) => keyframe).length === 2);
		const [first, second] = packets.filter(({ keyframe }) => keyframe);
		for (const size of [spsOf(first!), first!]) expect(size).toMatchObject(SIZE);
		for (const size of [spsOf(second!), second!]) expect(size).toMatchObject({ width: 200, height: 400 });
	});

	it("follows a client that wishes for another size all the time only a few times a second", async () => {
		const { heap, pool, add } = await setUp();
		await pool.setStore(play(heap).store);
		const { view, packets } = add();
		await until(() => packets.length > 3);
		const before = packets.length;
		const sizesShown = () => packets.slice(before).filter(({ keyframe }) => keyframe).length;
		const beganMs = performance.now();
		const wishes = setInterval(() => view.mailbox.putSize(packets.length % 2 === 0 ? 200 : 400, 180), 5);
		closers.push(() => clearInterval(wishes));
		await until(() => sizesShown() >= 5);
		expect(sizesShown()).toBeLessThanOrEqual(1 + (performance.now() - beganMs) / 300);
	});

	it("puts new colours into the SPS when the source comes back with them", async () => {
		const { heap, pool, add } = await setUp();
		const before = play(heap);
		await pool.setStore(before.store);
		const { packets } = add();
		await until(() => packets.length > 3);
		before.stop();
		await pool.setStore(play(heap, { color: FULL_601 }).store);
		before.store.free(heap);
		const drawn = packets.length;
		await until(() => packets.length > drawn + 5);
		const keyframes = packets.filter(({ keyframe }) => keyframe);
		expect(keyframes).toHaveLength(2);
		expect(spsOf(keyframes[0]!).vui).toMatchObject({ fullRange: false, matrixCoefficients: 1 });
		expect(spsOf(keyframes[1]!).vui).toMatchObject({ fullRange: true, matrixCoefficients: 5 });
	});

	it("leaves draws out at the view's rate, and not as fast as it can, while a view is held back", async () => {
		const { heap, pool, add } = await setUp();
		const { store } = play(heap);
		await pool.setStore(store);
		const [{ view, packets }, other] = [add(), add()];
		await until(() => packets.length > 10);
		const beganMs = performance.now();
		view.mailbox.heldBack = true;
		const drawnOfOther = other.packets.length;
		await until(() => other.packets.length >= drawnOfOther + 30);
		const drawn = packets.length;
		view.mailbox.heldBack = false;
		await until(() => packets.length > drawn + 1);
		expect(view.stats.drawsHeldBack).toBeGreaterThan(10);
		expect(view.stats.drawsHeldBack).toBeLessThan((2 * 30 * (performance.now() - beganMs)) / 1000);
	});

	it("draws nothing for a view that is paused, and goes on when it is resumed", async () => {
		const { heap, pool, add } = await setUp();
		await pool.setStore(play(heap).store);
		const [paused, other] = [add(), add()];
		const drawsOfOther = async (count: number) => {
			const before = other.packets.length;
			await until(() => other.packets.length >= before + count);
		};
		await until(() => paused.packets.length > 3);
		paused.view.mailbox.paused = true;
		// One draw may be under way.
		await drawsOfOther(3);
		const drawn = paused.packets.length;
		await drawsOfOther(10);
		expect(paused.packets).toHaveLength(drawn);
		paused.view.mailbox.paused = false;
		await until(() => paused.packets.length > drawn);
	});

	it("fails the views of a thread that dies, frees their memory, and draws new views on another thread", async () => {
		const { heap, pool, add } = await setUp();
		const { store } = play(heap);
		await pool.setStore(store);
		const withoutViews = heap.allocatedBytes;
		const doomed = add();
		await until(() => doomed.packets.length > 0);
		const failures: string[] = [];
		let allocatedAtFailure = 0;
		doomed.view.events.on("failed", (message) => {
			failures.push(message);
			allocatedAtFailure = heap.allocatedBytes;
		});
		// No thread can attach to it.
		await pool.setStore({ handle: { ...store.handle, controlAddress: 1 } } as unknown as PanoramaStore);
		await until(() => failures.length > 0);
		expect(failures).toEqual([expect.stringMatching(/^The render worker ended: .+/)]);
		expect(allocatedAtFailure, "the mailbox is still the view's when it fails").toBeGreaterThan(withoutViews);
		pool.removeView(doomed.viewId);
		expect(heap.allocatedBytes).toBe(withoutViews);
		await pool.setStore(store);
		const { packets } = add();
		await until(() => packets.length > 3);
	});

	it("draws at new poses between the panoramas of a slow source", async () => {
		const { heap, pool, add } = await setUp();
		const { store } = play(heap, {}, 5);
		await pool.setStore(store);
		const { view, packets } = add(60);
		await until(() => packets.length > 0);
		const [before, panoramasBefore] = [packets.length, store.sequence];
		// As many steps as a busy machine needs.
		let step = 0;
		while (packets.length - before <= 15) {
			turn(view, ++step);
			await sleep(10);
		}
		expect(packets.length - before).toBeGreaterThan(2 * (store.sequence - panoramasBefore));
		await until(() => packets.at(-1)!.poseSequence === step);
	});

	it("is drawn no faster than the viewer's display refreshes", async () => {
		const { heap, pool, add } = await setUp();
		await pool.setStore(play(heap).store);
		const { view, packets } = add(60);
		await until(() => packets.length > 0);
		view.mailbox.putDisplay({ refreshSec: 1 / 10, readyTicks: Number.NaN, spreadSec: 0 });
		const before = packets.length;
		const beganMs = performance.now();
		await until(() => packets.length > before + 10);
		expect(performance.now() - beganMs).toBeGreaterThan(700);
	});

	it.skipIf(process.platform === "darwin")("reports missing hardware once, not once a thread", async () => {
		const { heap, pool, add, notices } = await setUp({ workers: 2, encoder: "h264_videotoolbox" });
		await pool.setStore(play(heap).store);
		const views = [add(), add()];
		await until(() => views.every(({ packets }) => packets.length > 0));
		expect(notices).toEqual([expect.stringContaining("h264_videotoolbox can't be used here")]);
	});

	it("works in a program that was given as text", async () => {
		const program = `
			import { SharedHeap } from ${JSON.stringify(new URL("../media/shared-heap.ts", import.meta.url).href)};
			import { RenderPool } from ${JSON.stringify(new URL("./render-pool.ts", import.meta.url).href)};
			const heap = new SharedHeap();
			const size = { width: 64, height: 64 };
			const options = { heap, maxWidth: 64, maxHeight: 64, workers: 1, onNotice: console.log };
			const pool = await RenderPool.create(options);
			const pose = { worldFromView: [0, 0, 0, 1], fovRad: 1.5, sequence: 0, receivedSec: NaN };
			const { view } = pool.addView({ frameRate: 30, encoder: "software" }, { pose, bitrateBps: 1e6, ...size });
			view.events.on("failed", (message) => console.log(message));
			await pool.setStore(undefined);
			await pool.close();
			console.log("closed");`;
		const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
		expect(stdout).toBe("closed\n");
	});

	it("refuses a view that is too large, and views after its end", async () => {
		const { heap, pool } = await setUp();
		const pose = { worldFromView: [0, 0, 0, 1], fovRad: 1.5, sequence: 0, receivedSec: Number.NaN } as const;
		const options = { frameRate: 30, encoder: "software" } as const;
		expect(() => pool.addView(options, { pose, bitrateBps: 1e6, width: 642, height: 64 })).toThrow(
			/642x64 is larger than the pool's 640x640/,
		);
		await pool.close();
		expect(() => pool.addView(options, { pose, bitrateBps: 1e6, ...SIZE })).toThrow("closed");
		expect(heap.allocatedBytes).toBe(0);
	});
});
