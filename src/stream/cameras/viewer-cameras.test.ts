import { describe, expect, it, onTestFinished, vi } from "vitest";
import { monotonicSec } from "../../media/clock.ts";
import type { EncodedPacket } from "../../media/encoded-packet.ts";
import { EventListeners } from "../../media/events.ts";
import { encodedPacket } from "../../session/h264-clip.cases.ts";
import type { CameraStream } from "../../session/viewer-session.ts";
import type { PassedFormat } from "../../source/passed-pictures.ts";
import type { SourceRunnerEvents } from "../source-runner.ts";
import type { SourceState } from "../source-state.ts";
import { setUp, sourceWith } from "../test-session.cases.ts";
import type { Camera } from "./camera.ts";
import { CameraList } from "./camera-list.ts";
import type { PictureFeedEvents } from "./picture-feed.ts";

interface ViewEvents {
	packet: [packet: EncodedPacket];
	failed: [message: string];
}

/** A camera whose pictures the test passes on. */
function fakeCamera(name: string, format: PassedFormat | undefined, isOpen = true) {
	const runner = { events: new EventListeners<SourceRunnerEvents>(), users: 0, panoramas: 0, use };
	const feed = {
		events: new EventListeners<PictureFeedEvents>(),
		format,
		isKnown: isOpen,
		rests: false,
		startSec: 0,
		rates: { allBps: 1e6, keyframesBps: 0.2e6 },
		decoders: 0,
		wantDecoded: () => {
			feed.decoders++;
			return () => void feed.decoders--;
		},
	};
	function use() {
		runner.users++;
		return () => void runner.users--;
	}
	const drawn: string[] = [];
	const view = {
		events: new EventListeners<ViewEvents>(),
		mailbox: { bitrateBps: 0, paused: false, heldBack: false },
	};
	const pool = { addView: () => ({ viewId: drawn.push("begun"), view }), removeView: () => drawn.push("ended") };
	const camera = {
		name,
		runner,
		feed,
		pool,
		drawn,
		info: isOpen ? sourceWith().info : undefined,
		state: { name: "live" } as SourceState,
		isSphere: false,
		drawnSize: { width: 320, height: 240 },
	};
	return { ...camera, runner, feed, view, camera: camera as unknown as Camera, own: camera };
}

const SMALL: PassedFormat = { profile: "baseline", width: 640, height: 480 };
const streamAt = (mid: string, mostProfile: CameraStream["mostProfile"] = "main"): CameraStream => ({
	mid,
	mostProfile,
	format: { codec: "h264", profile: "main" },
});
const picture = (keyframe: boolean, ticks: number): EncodedPacket => encodedPacket(Uint8Array.of(1), keyframe, ticks);

/** A viewer that may see these cameras, by these streams. */
async function viewerOf(cameras: readonly Camera[], streams: readonly CameraStream[], relayedCameras?: CameraList) {
	const { session, viewer } = await setUp({ cameras, relayedCameras });
	session.cameras = [...streams];
	session.openChannels.add("control");
	session.listeners.emit("camerasBitrate", 5e6);
	const hello = async (wishes?: readonly object[]) => {
		session.receive("control", JSON.stringify({ type: "hello", v: 1, ...(wishes && { cameras: wishes }) }));
		await Promise.resolve();
	};
	const statements = () =>
		session.control().flatMap((message) => (message.type === "cameras" ? [message.cameras] : []));
	return { session, viewer, hello, statements };
}

describe("the cameras of a viewer", () => {
	it("are named in the welcome, and flow only where the hello asks for them", async () => {
		const [wrist, other] = [fakeCamera("wrist", SMALL), fakeCamera("other", SMALL)];
		const { session, hello, statements } = await viewerOf([wrist.camera, other.camera], [streamAt("2")]);
		await hello();
		expect(session.control().find(({ type }) => type === "welcome")).toMatchObject({ cameras: ["wrist", "other"] });
		expect(statements()).toEqual([]);
		expect(wrist.runner.users).toBe(0);
		await hello([
			{ name: "wrist", mid: "2" },
			{ name: "other", mid: "7" },
			{ name: "unknown", mid: "2" },
		]);
		expect(wrist.runner.users, "the last wish for a section counts").toBe(0);
		await hello([{ name: "wrist", mid: "2" }]);
		expect([wrist.runner.users, other.runner.users]).toEqual([1, 0]);
		const copied = { width: 640, height: 480, sent: "copied" };
		expect(statements().at(-1)).toEqual([
			{ name: "wrist", mid: "2", state: "live", ...copied },
			{ name: "other", state: "live" },
		]);
		await hello([]);
		expect(wrist.runner.users).toBe(0);
	});

	it("begin with a key frame, and after each gap with another", async () => {
		const wrist = fakeCamera("wrist", SMALL);
		const { session, hello } = await viewerOf([wrist.camera], [streamAt("2")]);
		await hello([{ name: "wrist", mid: "2" }]);
		const feed = (...keys: boolean[]) => {
			for (const key of keys) wrist.feed.events.emit("picture", picture(key, 1));
		};
		const sent = () => session.sentCameras.map(([mid, { keyframe }]) => `${mid} ${keyframe ? "key" : "delta"}`);
		feed(false, true, false);
		expect(sent()).toEqual(["2 key", "2 delta"]);
		session.listeners.emit("pause");
		feed(false);
		session.listeners.emit("resume");
		feed(false, true);
		expect(sent()).toEqual(["2 key", "2 delta", "2 key"]);
		// The program was busy: what has waited is for recordings alone.
		const { stages, ...waited } = picture(true, 1);
		const old = { ...waited, stages: { ...stages, panoramaReadySec: monotonicSec() - 3 } };
		wrist.feed.events.emit("picture", old);
		feed(false, true, false);
		expect(sent()).toEqual(["2 key", "2 delta", "2 key", "2 key", "2 delta"]);
	});

	it("are cut to key frames, and then paused, where the path leaves too little, and say so", async () => {
		const wrist = fakeCamera("wrist", SMALL);
		const { session, hello, statements } = await viewerOf([wrist.camera], [streamAt("2")]);
		await hello([{ name: "wrist", mid: "2" }]);
		session.listeners.emit("camerasBitrate", 0.5e6);
		await Promise.resolve();
		expect(statements().at(-1)).toMatchObject([{ limit: "keyframes" }]);
		for (const key of [true, false, true]) wrist.feed.events.emit("picture", picture(key, 1));
		expect(session.sentCameras).toHaveLength(2);
		session.listeners.emit("camerasBitrate", 0.1e6);
		await Promise.resolve();
		expect(statements().at(-1)).toMatchObject([{ limit: "paused" }]);
		wrist.feed.events.emit("picture", picture(true, 1));
		expect(session.sentCameras).toHaveLength(2);
	});

	it("have one section each, and send nothing to a client that is silent when they are asked for", async () => {
		const wrist = fakeCamera("wrist", SMALL);
		const { session, hello } = await viewerOf([wrist.camera], [streamAt("2"), streamAt("3")]);
		session.listeners.emit("pause");
		await hello([
			{ name: "wrist", mid: "2" },
			{ name: "wrist", mid: "3" },
		]);
		expect(wrist.runner.users).toBe(1);
		wrist.feed.events.emit("picture", picture(true, 1));
		expect(session.sentCameras).toEqual([]);
		session.listeners.emit("resume");
		wrist.feed.events.emit("picture", picture(true, 2));
		expect(session.sentCameras.map(([mid]) => mid)).toEqual(["2"]);
	});

	it("are drawn for a client that does not decode their profile, and when key frames are rare", async () => {
		const high = fakeCamera("high", { ...SMALL, profile: "high" });
		const { hello, statements, session } = await viewerOf([high.camera], [streamAt("2")]);
		await hello([{ name: "high", mid: "2" }]);
		expect(statements().at(-1)).toMatchObject([{ sent: "drawn", width: 320 }]);
		expect(high.feed.decoders).toBe(1);
		session.cameras = [streamAt("2", "high")];
		await hello([]);
		expect(high.feed.decoders).toBe(0);
		await hello([{ name: "high", mid: "2" }]);
		expect(statements().at(-1)).toMatchObject([{ sent: "copied" }]);
		high.own.feed.format = undefined;
		high.feed.events.emit("format");
		await Promise.resolve();
		expect(statements().at(-1)).toMatchObject([{ sent: "drawn" }]);
	});

	it("go on as they were until the first picture of another way, so that none is ever old", async () => {
		const wrist = fakeCamera("wrist", SMALL);
		const { session, hello } = await viewerOf([wrist.camera], [streamAt("2")]);
		const sent = () => session.sentCameras.splice(0).map(([, { rtpTicks }]) => rtpTicks);
		wrist.own.feed.format = undefined;
		await hello([{ name: "wrist", mid: "2" }]);
		wrist.view.events.emit("packet", picture(true, 1));
		wrist.own.feed.format = SMALL;
		wrist.feed.events.emit("format");
		wrist.feed.events.emit("picture", picture(false, 2));
		wrist.view.events.emit("packet", picture(false, 3));
		expect([sent(), wrist.drawn]).toEqual([[1, 3], ["begun"]]);
		wrist.feed.events.emit("picture", picture(true, 4));
		expect([sent(), wrist.drawn, wrist.feed.decoders]).toEqual([[4], ["begun", "ended"], 0]);
	});

	it.each(["is paused", "fails"])("send nothing in their own way once the drawn one %s", async (event) => {
		vi.useFakeTimers({ toFake: ["performance"] });
		onTestFinished(() => void vi.useRealTimers());
		const wrist = fakeCamera("wrist", SMALL);
		const { session, hello, statements } = await viewerOf([wrist.camera], [streamAt("2")]);
		await hello([{ name: "wrist", mid: "2" }]);
		for (let second = 0; second < 6; second++) {
			session.listeners.emit("camerasBitrate", 0.3e6);
			vi.advanceTimersByTime(1000);
		}
		await Promise.resolve();
		expect(statements().at(-1)).toMatchObject([{ sent: "drawn" }]);
		wrist.feed.events.emit("picture", picture(true, 1));
		expect(session.sentCameras, "until the first drawn picture").toHaveLength(1);
		if (event === "fails") wrist.view.events.emit("failed", "no memory");
		else session.listeners.emit("camerasBitrate", 0.05e6);
		wrist.feed.events.emit("picture", picture(true, 2));
		expect(session.sentCameras).toHaveLength(1);
	});

	it("of viewers come and go by statements, not by the welcome, and none is shown to its owner", async () => {
		const list = new CameraList();
		const { session, hello, statements } = await viewerOf([], [streamAt("2")], list);
		const of = (id: string, number: number) => {
			const fake = fakeCamera(`viewer:${number}`, SMALL);
			return {
				...fake,
				camera: Object.assign(fake.camera, { owner: { id, number, ...(number === 2 && { label: "Anna" }) } }),
			};
		};
		const [own, other, again] = [of("test", 1), of("other", 2), of("other", 2)];
		list.add(own.camera);
		list.add(other.camera);
		await hello([{ name: "viewer:2", mid: "2" }]);
		expect(session.control().find(({ type }) => type === "welcome")).not.toHaveProperty("cameras");
		expect(statements()).toMatchObject([
			[{ name: "viewer:2", viewer: 2, label: "Anna", mid: "2", sent: "copied" }],
		]);
		list.remove(other.camera);
		await Promise.resolve();
		expect([statements().at(-1), other.runner.users]).toEqual([[], 0]);
		list.add(again.camera);
		again.feed.events.emit("picture", picture(true, 1));
		expect([again.runner.users, session.sentCameras.length]).toEqual([1, 1]);
		await hello([{ name: "viewer:1", mid: "2" }]);
		expect([own.runner.users, again.runner.users]).toEqual([0, 0]);
	});

	it("of VP8 are copied to clients that get VP8, and drawn for others", async () => {
		const wrist = fakeCamera("wrist", SMALL);
		Object.assign(wrist.own.feed, { format: { codec: "vp8", width: 320, height: 180 } });
		const vp8: CameraStream = { mid: "3", mostProfile: undefined, format: { codec: "vp8" } };
		const { hello, statements } = await viewerOf([wrist.camera], [streamAt("2"), vp8]);
		await hello([{ name: "wrist", mid: "3" }]);
		expect(statements().at(-1)).toMatchObject([{ mid: "3", sent: "copied", width: 320 }]);
		await hello([{ name: "wrist", mid: "2" }]);
		expect(statements().at(-1)).toMatchObject([{ mid: "2", sent: "drawn" }]);
	});

	it("are asked for key frames where they can be, and never cut to those", async () => {
		const wrist = fakeCamera("wrist", SMALL);
		let asked = 0;
		Object.assign(wrist.own.feed, { requestKeyframe: () => asked++ });
		const { session, hello, statements } = await viewerOf([wrist.camera], [streamAt("2")]);
		await hello([{ name: "wrist", mid: "2" }]);
		expect(asked, "to begin with one").toBe(1);
		wrist.feed.events.emit("picture", picture(false, 1));
		expect(asked).toBe(2);
		wrist.feed.events.emit("picture", picture(true, 2));
		session.listeners.emit("cameraKeyframe", "2");
		expect([asked, session.sentCameras.length]).toEqual([3, 1]);
		session.listeners.emit("camerasBitrate", 0.5e6);
		await Promise.resolve();
		expect(statements().at(-1)).toMatchObject([{ limit: "paused" }]);
	});

	it("say when one of them is not live, while the others go on", async () => {
		const [wrist, other] = [fakeCamera("wrist", SMALL), fakeCamera("other", SMALL, false)];
		const { session, hello, statements } = await viewerOf(
			[wrist.camera, other.camera],
			[streamAt("2"), streamAt("3")],
		);
		await hello([
			{ name: "wrist", mid: "2" },
			{ name: "other", mid: "3" },
		]);
		other.own.state = {
			name: "reconnecting",
			attempt: 2,
			code: "connection",
			reason: "The source can't be reached.",
		};
		other.runner.events.emit("state", other.own.state);
		await Promise.resolve();
		const lost = { state: "reconnecting", attempt: 2, code: "connection", reason: "The source can't be reached." };
		expect(statements().at(-1)).toMatchObject([{ state: "live" }, { name: "other", mid: "3", ...lost }]);
		wrist.feed.events.emit("picture", picture(true, 1));
		expect(session.sentCameras).toHaveLength(1);
		session.close("left");
		await Promise.resolve();
		expect([wrist.runner.users, other.runner.users]).toEqual([0, 0]);
	});
});
