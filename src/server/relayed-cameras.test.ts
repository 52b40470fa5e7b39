import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { ClientMediaPacket } from "../media/client-media.ts";
import { monotonicSec } from "../media/clock.ts";
import { EventListeners } from "../media/events.ts";
import { SharedHeap } from "../media/shared-heap.ts";
import { encodeClip } from "../session/h264-clip.cases.ts";
import type { Camera } from "../stream/cameras/camera.ts";
import { clientPictureForm } from "../stream/cameras/client-camera-feed.ts";
import type { ViewerEvents } from "../stream/viewer-events.ts";
import { RelayedCameras } from "./relayed-cameras.ts";

const [KEY, DELTA] = encodeClip({ frames: 2, width: 160, height: 120 });
const LARGE = encodeClip({ frames: 1, width: 2048, height: 1088 })[0]!;

/** A viewer whose media the test sends. */
function fakeViewer(id: string) {
	const events = new EventListeners<ViewerEvents>();
	const left = Promise.withResolvers<string>();
	let asked = 0;
	return {
		id,
		closed: left.promise,
		leave: () => left.resolve("left"),
		on: events.on.bind(events) as (typeof events)["on"],
		requestMediaKeyframe: () => void asked++,
		get asked() {
			return asked;
		},
		send: (...frames: { readonly accessUnit: Uint8Array; readonly keyframe: boolean }[]) => {
			for (const { accessUnit, keyframe } of frames) {
				const times = { rtpTicks: 0, receivedSec: monotonicSec(), capturedSec: Number.NaN };
				const data = Uint8Array.from(accessUnit);
				events.emit("media", { kind: "video", codec: "h264", data, keyframe, ...times } as ClientMediaPacket);
			}
		},
	};
}

function setUp() {
	const heap = new SharedHeap();
	const cameras = new RelayedCameras({ heap, log: pino({ level: "silent" }) });
	onTestFinished(() => cameras.close());
	const changes: string[][] = [];
	cameras.list.events.on("change", () => changes.push(cameras.list.all.map(({ name }) => name)));
	const relay = (id: string, mayBeShown = () => true, nameOf?: () => unknown) => {
		const viewer = fakeViewer(id);
		cameras.relay(viewer, mayBeShown, nameOf);
		return viewer;
	};
	/** @param act is repeated until then. */
	const untilShown = (count: number, act = () => {}): Promise<Camera[]> =>
		vi.waitFor(() => {
			act();
			expect(cameras.list.all).toHaveLength(count);
			return [...cameras.list.all];
		}, 20_000);
	return { heap, cameras, changes, relay, untilShown };
}

beforeEach(() => {
	vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
});
afterEach(() => void vi.useRealTimers());

describe("RelayedCameras", () => {
	it("has a camera from a viewer's first key frame on, until its pictures end or it leaves", async () => {
		const { changes, relay, untilShown } = setUp();
		const [first, second] = [relay("a"), relay("b")];
		second.send(DELTA!);
		expect(second.asked, "for a key frame").toBe(1);
		second.send(KEY!);
		const [camera] = await untilShown(1);
		expect(camera).toMatchObject({ name: "viewer:2", owner: { id: "b", number: 2 } });
		first.send(KEY!);
		await untilShown(2);
		vi.advanceTimersByTime(4000);
		first.send(DELTA!);
		vi.advanceTimersByTime(2000);
		expect(changes.at(-1), "without those of the silent one").toEqual(["viewer:1"]);
		first.leave();
		await untilShown(0);
		expect((await untilShown(1, () => second.send(KEY!)))[0]!.name, "the same viewer has the same name").toBe(
			"viewer:2",
		);
	});

	it("shows nobody who may not be seen, from that moment on", async () => {
		const { cameras, relay, untilShown } = setUp();
		let mayBeShown = false;
		const viewer = relay("a", () => mayBeShown);
		viewer.send(KEY!);
		expect([cameras.list.all, viewer.asked]).toEqual([[], 0]);
		mayBeShown = true;
		viewer.send(KEY!);
		await untilShown(1);
		mayBeShown = false;
		viewer.send(DELTA!);
		expect(cameras.list.all).toEqual([]);
	});

	it("asks for a key frame of one that was too large, and became smaller while it might not be seen", () => {
		const { relay } = setUp();
		let mayBeShown = true;
		const viewer = relay("a", () => mayBeShown);
		viewer.send({ accessUnit: LARGE.accessUnit, keyframe: true });
		viewer.send(DELTA!);
		expect(viewer.asked).toBe(0);
		mayBeShown = false;
		viewer.send(KEY!);
		mayBeShown = true;
		viewer.send(DELTA!);
		expect(viewer.asked).toBe(1);
	});

	it("names a person as the application does, and no longer than fits", async () => {
		const { relay, untilShown } = setUp();
		const fails = () => {
			throw new Error("There is no name.");
		};
		// A promise that fails ends no process.
		const later = async () => fails();
		for (const nameOf of [() => " Anna ", () => "x".repeat(300), () => 7, () => " ", fails, later])
			relay(String(nameOf), () => true, nameOf).send(KEY!);
		const shown = await untilShown(6);
		const labels = new Map(shown.map(({ owner }) => [owner!.number, owner!.label]));
		expect([1, 2, 3, 4, 5].map((number) => labels.get(number))).toEqual([
			...["Anna", "x".repeat(80)],
			...[undefined, undefined, undefined],
		]);
	});

	it("shows eight at a time, and no picture above Full HD", async () => {
		const { cameras, relay, untilShown } = setUp();
		const viewers = Array.from({ length: 9 }, (_, index) => relay(String(index)));
		viewers[0]!.send(LARGE);
		for (const viewer of viewers.slice(1)) viewer.send(KEY!);
		const shown = await untilShown(8);
		expect(shown.map(({ owner }) => owner!.id)).not.toContain("0");
		viewers[0]!.send(KEY!);
		viewers[3]!.leave();
		await untilShown(7);
		const later = await untilShown(8, () => {
			for (const viewer of [...viewers.slice(0, 3), ...viewers.slice(4)]) viewer.send(KEY!);
		});
		expect(later.map(({ owner }) => owner!.id)).toContain("0");
		viewers[0]!.send(LARGE);
		const { asked } = viewers[0]!;
		viewers[0]!.send(DELTA!, DELTA!);
		expect([cameras.list.all.length, viewers[0]!.asked], "nobody would see a key frame").toEqual([7, asked]);
	});

	it("makes one camera at a time of a viewer whose pictures change all the time, and ends with it", async () => {
		const { heap, cameras, changes, relay } = setUp();
		const viewer = relay("a");
		for (let n = 0; n < 40; n++) {
			viewer.send(n % 2 === 0 ? KEY! : LARGE);
			await Promise.resolve();
		}
		viewer.send(KEY!);
		expect(changes.length).toBeLessThanOrEqual(2);
		vi.advanceTimersByTime(3000);
		const other = relay("b");
		other.send(KEY!);
		await cameras.close();
		expect([cameras.list.all, heap.allocatedBytes]).toEqual([[], 0]);
	});
});

describe("a viewer's camera", () => {
	it("has the form of its largest parameter set, and is sent as it is if there is one alone, or as VP8", () => {
		const form = (codec: "h264" | "vp8", data: Uint8Array) =>
			clientPictureForm({ codec, data: Uint8Array.from(data) } as ClientMediaPacket);
		const small = form("h264", KEY!.accessUnit)!;
		expect(small).toMatchObject({ width: 160, height: 120, passed: { profile: "baseline" } });
		const both = form("h264", Buffer.concat([KEY!.accessUnit, LARGE.accessUnit]))!;
		expect([both.width, both.codedPixels, both.passed]).toEqual([2048, 2048 * 1088, undefined]);
		const vp8 = Uint8Array.from([0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00]);
		expect(form("vp8", vp8)).toMatchObject({ passed: { codec: "vp8", width: 320, height: 180 } });
		for (const data of [new Uint8Array(), vp8.subarray(0, 9), KEY!.accessUnit.subarray(0, 7)])
			for (const codec of ["h264", "vp8"] as const) expect(form(codec, data)?.passed).toBeUndefined();
	});

	it("hands its pictures on as they are, and asks for a key frame once a second at most", async () => {
		const { relay, untilShown } = setUp();
		const viewer = relay("a");
		viewer.send(KEY!);
		const [{ feed }] = (await untilShown(1)) as [Camera];
		expect(feed!.format).toEqual({ profile: "baseline", width: 160, height: 120 });
		const pictures: boolean[] = [];
		feed!.events.on("picture", ({ accessUnit, keyframe }) => {
			pictures.push(keyframe);
			expect(accessUnit).toEqual(Uint8Array.from(keyframe ? KEY!.accessUnit : DELTA!.accessUnit));
		});
		viewer.send(DELTA!, KEY!, DELTA!);
		expect(pictures, "from a key frame on").toEqual([true, false]);
		for (let n = 0; n < 5; n++) feed!.requestKeyframe!();
		expect(viewer.asked).toBe(1);
		vi.advanceTimersByTime(1100);
		for (let n = 0; n < 5; n++) feed!.requestKeyframe!();
		expect(viewer.asked).toBe(2);
		for (let n = 0; n < 200; n++) viewer.send(DELTA!);
		expect(pictures.length, "those of a second at most").toBeLessThan(75);
	});

	it("is decoded while somebody needs it drawn, in its present size", async () => {
		vi.useRealTimers();
		const { relay, untilShown } = setUp();
		const viewer = relay("a");
		viewer.send(KEY!);
		const [{ feed, runner }] = (await untilShown(1)) as [Camera];
		const release = runner.use();
		await vi.waitFor(() => expect(runner.running).toBe(true), 20_000);
		viewer.send(KEY!);
		expect([runner.panoramas, feed!.rests]).toEqual([0, true]);
		const stop = feed!.wantDecoded();
		const decoded = (count: number) =>
			vi.waitFor(() => expect(runner.source.stats().framesDecoded).toBe(count), 20_000);
		viewer.send(KEY!);
		await decoded(1);
		expect([runner.panoramas, feed!.rests, runner.info!.format.width]).toEqual([1, false, 160]);
		const upright = encodeClip({ frames: 1, width: 96, height: 128 })[0]!;
		viewer.send(upright);
		await decoded(2);
		expect(runner.info!.format).toMatchObject({ width: 96, height: 128, projection: { kind: "none" } });
		expect(feed!.format).toMatchObject({ width: 96, height: 128 });
		stop();
		viewer.send(KEY!);
		expect(feed!.rests).toBe(true);
		release();
	});
});
