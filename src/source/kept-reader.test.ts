import { AV_LOG_FATAL } from "node-av/constants";
import { type Frame, Log } from "node-av/lib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CAMERA_RATE, HttpCamera } from "../../test/support/http-camera.ts";
import { PacketRing } from "../media/packet-ring.ts";
import { KeptReader } from "./kept-reader.ts";
import { asI420 } from "./libav-converter.ts";
import { LibavReader } from "./libav-reader.ts";
import { PacketKeeper } from "./packet-keeper.ts";
import type { PictureReader } from "./picture-reader.ts";
import { completeLibavOptions } from "./source-options.ts";
import type { ReadingJob } from "./source-worker.ts";

let camera: HttpCamera;
beforeAll(async () => {
	Log.setLevel(AV_LOG_FATAL);
	camera = await HttpCamera.start();
});
afterAll(() => camera.close());

function jobOf<Options>(options: Options): ReadingJob<Options> {
	const { signal } = new AbortController();
	const nothing = () => {};
	return {
		options,
		signal,
		stopping: false,
		notice: nothing,
		reconnecting: nothing,
		reconnected: nothing,
		count: nothing,
	};
}

/** The first grey of each picture until there are enough. */
async function greysOf(reader: PictureReader, isEnough: (count: number) => boolean): Promise<number[]> {
	const greys: number[] = [];
	const greyOf = (frame: Frame) => frame.data![0]![0]!;
	await reader.run(async ({ frame }) => {
		greys.push(greyOf(frame));
		frame.free();
		return !isEnough(greys.length);
	});
	return greys;
}

it("reads the pictures of a live source again, through its filters, from the place that was asked for", async () => {
	const ring = PacketRing.create({ windowSec: 60, maxBytes: 10_000_000 });
	const job = jobOf(completeLibavOptions(camera.url, { filter: "negate", hwaccel: "none" }));
	const live = await LibavReader.open(job, asI420, { keeper: new PacketKeeper(ring, job) });
	const [first] = await greysOf(live, () => (ring.window?.newestSec ?? 0) > 2.5);
	const { info } = live;
	await live.close();
	const kept = new KeptReader(jobOf({ info: info!, startSec: 2, label: "the camera" }), ring);
	const again = await greysOf(kept, (count) => count === 3);
	await kept.close();
	// Each picture is a step of 8 brighter than the one before, 24 times: darker, as negated.
	const steps = [0, 1, 2].map((index) => (2 * CAMERA_RATE + index) % 24);
	expect(again).toEqual(steps.map((step) => first! - 8 * step));
	expect(first).toBeGreaterThan(200);
});
