import { afterEach, expect, it } from "vitest";
import type { EncodedPacket } from "../../media/encoded-packet.ts";
import { PassedPictures } from "../../source/passed-pictures.ts";
import { CameraFeed } from "./camera-feed.ts";

const open: CameraFeed[] = [];
afterEach(() => {
	for (const feed of open.splice(0)) feed.close();
});

/** A feed whose source's thread is the test. */
function setUp() {
	const passed = PassedPictures.create();
	passed.note = { format: { profile: "baseline", width: 64, height: 48 } };
	const feed = new CameraFeed(passed);
	open.push(feed);
	const pictures: EncodedPacket[] = [];
	feed.events.on("picture", (packet) => pictures.push(packet));
	const add = (receivedSec: number, keyframe: boolean) => {
		const places = { placeSec: receivedSec, decodeSec: receivedSec, durationSec: 0, mediaSec: 0 };
		const times = { ...places, receivedSec, capturedSec: receivedSec - 0.25, cameraUs: 1.7e15 };
		passed.ring.add(Uint8Array.of(1, 2, 3), times, keyframe ? Uint8Array.of(1) : undefined);
	};
	/** Pictures of so many seconds, each half a second. */
	const run = async (fromSec: number, seconds: number, keys: (sec: number) => boolean) => {
		const { length } = pictures;
		let last = 0;
		for (let sec = fromSec; sec < fromSec + seconds; sec += 0.5) {
			add(feed.startSec + sec, keys(sec));
			last = sec;
		}
		await expect.poll(() => feed.readTo, { timeout: 20_000 }).toBe(passed.ring.end);
		return { count: pictures.length - length, last };
	};
	return { feed, passed, pictures, run };
}

it("hands each picture on with a time stamp of its arrival", async () => {
	const { feed, pictures, run } = setUp();
	expect((await run(1, 2, (sec) => sec === 1)).count).toBe(4);
	expect(pictures.map(({ rtpTicks }) => rtpTicks)).toEqual([90_000, 135_000, 180_000, 225_000]);
	expect(pictures.map(({ keyframe }) => keyframe)).toEqual([true, false, false, false]);
	expect(pictures[0]).toMatchObject({
		cameraUs: 1.7e15,
		stages: { capturedSec: expect.closeTo(feed.startSec + 0.75) },
	});
	expect(pictures[0]).toMatchObject({ width: 64, height: 48, codec: "h264", lens: "none" });
});

it("hands none on while key frames are rare, and goes on when one comes in time again", async () => {
	const { feed, run } = setUp();
	const changes: boolean[] = [];
	feed.events.on("format", () => changes.push(feed.format !== undefined));
	expect((await run(0, 8, (sec) => sec === 0)).count).toBe(11);
	expect(feed.format).toBeUndefined();
	expect((await run(8, 4, (sec) => sec === 8 || sec === 10)).count).toBe(4);
	expect(feed.format).toBeDefined();
	expect(changes).toEqual([true, false, true]);
});

it("takes the silence of a camera for no lack of key frames", async () => {
	const { feed, run } = setUp();
	await run(0, 1, (sec) => sec === 0);
	expect((await run(60, 1, () => false)).count).toBe(2);
	expect(feed.format).toBeDefined();
});

it("hands on the pictures of ten seconds after a busy main thread, and states those that are lost", async () => {
	const { feed, pictures, run } = setUp();
	const missed: number[] = [];
	feed.events.on("missed", (count) => missed.push(count));
	// Each run comes whole before the feed reads any of it.
	expect((await run(0, 10, (sec) => sec % 1 === 0)).count).toBe(20);
	expect((await run(10, 15, (sec) => sec % 1 === 0)).count).toBe(22);
	expect(pictures.at(-22)!.keyframe).toBe(true);
	expect([missed, feed.missed]).toEqual([[8], 8]);
});
