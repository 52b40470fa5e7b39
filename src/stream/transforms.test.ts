import { describe, expect, it } from "vitest";
import { H264Decoder } from "../../test/support/h264-decoder.ts";
import type { TransformDraw } from "../projection/transform.ts";
import { closers, LIMITED_709, play, SIZE, setUp, until } from "./rendered-views.cases.ts";

/** Blocks this thread, as a busy application does. */
function beBusy(ms: number): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe("a view with a transform", () => {
	it("is sent as the transform changed it, which sees pose, lens, panorama and times", async () => {
		const { heap, pool, add } = await setUp();
		await pool.setStore(play(heap).store);
		const draws: (Omit<TransformDraw, "picture" | "panorama"> & { readonly panoramaLuma: number })[] = [];
		const transform = ({ picture, panorama, ...draw }: TransformDraw) => {
			const { offset, stride } = panorama.layout.y;
			draws.push({ ...draw, panoramaLuma: panorama.data[offset + 9 * stride]! });
			expect(picture.data.every((sample) => sample >= 64 && sample < 128)).toBe(true);
			picture.data.fill(200, 0, SIZE.width * SIZE.height);
			return undefined;
		};
		const { view, viewId, packets } = add(30, { transform });
		await until(() => packets.length > 0);
		using decoder = new H264Decoder();
		const { planes } = decoder.decode(packets[0]!.accessUnit);
		expect(planes[0].every((luma) => Math.abs(luma - 200) <= 1)).toBe(true);
		pool.setLens(viewId, { kind: "equirect" });
		view.mailbox.putPose({ worldFromView: [0, 1, 0, 0], fovRad: 1, sequence: 7, receivedSec: 1 });
		// A pose is read from shared memory, a lens comes as a message: a picture later, on a busy
		// machine.
		await until(() => draws.at(-1)!.poseSequence === 7 && draws.at(-1)!.view.lens === "projection");
		const [first, last] = [draws[0]!, draws.at(-1)!];
		expect(first).toMatchObject({
			color: LIMITED_709,
			eyes: 1,
			poseSequence: 0,
			view: { lens: "pinhole", fovRad: 1.5 },
		});
		expect(first.panoramaLuma).toBe(64 + (Math.round(first.mediaTimeSec * 30) % 64));
		expect(last.view).toMatchObject({
			lens: "projection",
			projection: { kind: "equirect" },
			worldFromView: [0, 1, 0, 0],
		});
		expect(last.timeSec).toBeGreaterThan(first.timeSec);
		await until(() => view.stats.transformSecTotal > 0);
	});

	it("is not sent where the transform throws or returns another size; its next pictures are tried", async () => {
		const { heap, pool, add } = await setUp();
		await pool.setStore(play(heap).store);
		let call = 0;
		const transform = ({ picture }: TransformDraw) => {
			if (++call === 2) throw new Error("No font.");
			return call === 3 ? { ...picture, width: 2, height: 2 } : undefined;
		};
		const { view, packets } = add(30, { transform });
		const troubles: string[] = [];
		view.events.on("transformTrouble", (message) => troubles.push(message));
		await until(() => packets.length > 5);
		expect(view.stats.transformsFailed).toBe(2);
		expect(troubles.filter((message) => message.includes("No font."))).toHaveLength(1);
		// The encoder knows nothing of pictures that are left out: no key frame follows.
		expect(packets.map(({ keyframe }) => keyframe)).toEqual(packets.map((_, index) => index === 0));
	});

	it("is not sent while the main thread is too busy, and a transform that was given up never runs", async () => {
		const { heap, pool, add } = await setUp();
		await pool.setStore(play(heap).store);
		let calls = 0;
		const { view, packets } = add(30, {
			transform: () => {
				calls++;
				return undefined;
			},
		});
		const troubles: string[] = [];
		view.events.on("transformTrouble", (message) => troubles.push(message));
		await until(() => packets.length > 2);
		while (troubles.length === 0) {
			beBusy(300);
			await new Promise(setImmediate);
		}
		const before = packets.length;
		await until(() => packets.length > before + 2);
		expect(view.stats.transformsLate).toBeGreaterThan(0);
		expect(view.stats.transformsFailed).toBe(0);
		expect(troubles).toHaveLength(1);
		expect(Math.abs(calls - view.stats.framesDrawn)).toBeLessThanOrEqual(1);
	});

	it("can begin and end at any time, and another view of the same worker is drawn without one", async () => {
		const { heap, pool, add } = await setUp();
		await pool.setStore(play(heap).store);
		const [first, second] = [add(), add()];
		await until(() => first.packets.length > 1 && second.packets.length > 1);
		let calls = 0;
		first.view.transform = () => {
			calls++;
			return undefined;
		};
		await until(() => calls > 2);
		first.view.transform = undefined;
		const before = first.packets.length;
		await until(() => first.packets.length > before + 3);
		const ended = calls;
		await until(() => first.packets.length > before + 6);
		expect(calls).toBe(ended);
		expect(second.view.stats.transformSecTotal).toBe(0);
		closers.push(() => pool.removeView(first.viewId));
	});
});
