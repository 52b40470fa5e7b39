import { AV_LOG_FATAL } from "node-av/constants";
import { type Frame, Log } from "node-av/lib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CAMERA_RATE, HttpCamera } from "../../test/support/http-camera.ts";
import { PacketRing } from "../media/packet-ring.ts";
import { KeptReader } from "./kept-reader.ts";
import { asI420 } from "./libav-converter.ts";
import { LibavReader } from "./libav-reader.ts";
import { PacketKeeper } from "./packet-keeper.ts";
import type { PictureReader } from "./picture-reader.ts";
import { completeLibavOptions } from "./source-options.ts";
import type { ReadingJob } from "./source-worker.ts";
import type { SourceInfo } from "./video-source.ts";

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

describe("KeptReader", () => {
	const ring = PacketRing.create({ windowSec: 60, maxBytes: 10_000_000 });
	let info: SourceInfo;
	/** First grey of the camera's pictures: each is a step of 8 brighter, 24 times. */
	let first: number;
	beforeAll(async () => {
		// Several threads hold pictures back until more packets come, or none do.
		const job = jobOf(completeLibavOptions(camera.url, { filter: "negate", hwaccel: "none", threads: 4 }));
		const live = await LibavReader.open(job, asI420, { keeper: new PacketKeeper(ring, job) });
		[first = 0] = await greysOf(live, () => (ring.window?.newestSec ?? 0) > 2.5);
		info = live.info!;
		await live.close();
	});
	const open = (past: PacketRing, startSec: number) =>
		new KeptReader(jobOf({ info, startSec, label: "the camera" }), past);
	/** First greys of pictures by their numbers: darker with each, as negated. */
	const negated = (numbers: readonly number[]) => numbers.map((number) => first - 8 * (number % 24));

	it("reads the pictures of a live source again, through its filters, from the place that is asked for", async () => {
		const reader = open(ring, 2);
		const greys = await greysOf(reader, (count) => count === 3);
		await reader.close();
		expect(first).toBeGreaterThan(200);
		expect(greys).toEqual(negated([0, 1, 2].map((index) => 2 * CAMERA_RATE + index)));
	});

	it("gives back when the camera captured a picture, and where that is not known when it came", async () => {
		const stated = PacketRing.create({ windowSec: 60, maxBytes: 10_000_000 });
		stated.note = ring.note;
		for (let number = 0; number < 20; number++) {
			const { data, head, ...times } = ring.read(number)!;
			const captured = number < 10 ? {} : { capturedSec: times.receivedSec - 0.25, cameraUs: 1.7e15 + number };
			stated.add(data, { ...times, ...captured }, head);
		}
		const reader = open(stated, 0);
		const pictures: (readonly [ageSec: number, cameraUs: number])[] = [];
		await reader.run(async ({ frame, worldSec = Number.NaN, cameraUs = Number.NaN }) => {
			frame.free();
			pictures.push([stated.read(pictures.length)!.receivedSec - worldSec, cameraUs]);
			return pictures.length < 20;
		});
		await reader.close();
		expect(pictures.slice(0, 10)).toEqual(Array(10).fill([0, Number.NaN]));
		expect(pictures.slice(10)).toEqual(
			Array.from({ length: 10 }, (_, index) => [expect.closeTo(0.25, 6), 1.7e15 + 10 + index]),
		);
	});

	it("shows the last pictures of a source that pauses, and leaves none out when it goes on", async () => {
		const paused = PacketRing.create({ windowSec: 60, maxBytes: 10_000_000 });
		paused.note = ring.note;
		const add = (number: number) => {
			const { data, head, ...times } = ring.read(number)!;
			paused.add(data, times, head);
		};
		const pause = [...Array(40).keys()].find((number) => number > 5 && ring.read(number)?.head === undefined)!;
		for (let number = 0; number < pause; number++) add(number);
		const reader = open(paused, 0);
		const greys = await greysOf(reader, (count) => {
			if (count === pause) add(pause);
			return count > pause;
		});
		await reader.close();
		expect(greys).toEqual(negated(Array.from({ length: pause + 1 }, (_, number) => number)));
	});
});
