import { ChunkStore, MemorySink, RecordingStream, Scalars, VideoCodec } from "panogaze-rerun";
import { describe, expect, it, vi } from "vitest";
import { PoseSample } from "../skeleton/pose-sample.ts";
import { SKELETONS } from "../skeleton/tables/skeleton.ts";
import type { Viewer } from "../stream/viewer.ts";
import { FakeViewer, PACKET, ServerStub, SOUND_PACKET } from "./fake-session.cases.ts";
import { SessionRecorder, type SessionRecorderOptions } from "./session-recorder.ts";

function record(options?: SessionRecorderOptions, viewers: Viewer[] = []) {
	const server = new ServerStub();
	server.viewers = viewers;
	const sink = new MemorySink();
	const warnings: string[] = [];
	const onWarning = (warning: string) => warnings.push(warning);
	const recording = new RecordingStream("test", { environment: {}, strict: true, onWarning });
	recording.setSinks(sink);
	return {
		server,
		recording,
		warnings,
		recorder: new SessionRecorder(server, recording, options),
		read: async () => {
			await recording.flush();
			return ChunkStore.read(sink.drain());
		},
	};
}

function body(): PoseSample {
	const sample = new PoseSample();
	sample.reset(84);
	sample.kind = "skeleton";
	sample.skeleton = "FullBody";
	sample.clientTimeMs = 5000;
	for (const bone of [SKELETONS.FullBody.bones.Head, 3]) {
		sample.valid[bone] = 1;
		sample.positions.set([1, 1.5, -2], bone * 3);
	}
	return sample;
}

const ID = "viewer\\ 01234567";

describe("SessionRecorder", () => {
	it("logs the tracked bones under their ids, at the time of their reading, and their age", async () => {
		const { server, read } = record();
		const viewer = new FakeViewer();
		server.emit("join", viewer.asViewer);
		viewer.emit("skeleton", body(), 12.5, 12.25, 140);
		const [store] = (await read()).filter(({ storeId }) => storeId.kind === "recording");
		const bones = store!.latestAllAt("world/viewer\\ 01234567/FullBody", "client");
		expect(bones["Points3D:keypoint_ids"]!.values).toEqual(
			[3, SKELETONS.FullBody.bones.Head].sort((a, b) => a - b),
		);
		expect(bones["Points3D:class_ids"]!.values).toEqual([SKELETONS.FullBody.wireId]);
		expect(bones["Points3D:positions"]!.time).toBe(5_000_000_000n);
		const ages = store!.latestAt(`latency/${ID}/poses/FullBody`, "Scalars:scalars", "server");
		expect(ages!.values).toEqual([250, 140]);
	});

	it("places the camera where the head was seen last, and logs the stages of each frame", async () => {
		const { server, read } = record();
		const viewer = new FakeViewer();
		server.emit("join", viewer.asViewer);
		viewer.emit("skeleton", body(), 1, Number.NaN, Number.NaN);
		viewer.emit("frameSent", PACKET, 1.009, 1.016);
		const [store] = (await read()).filter(({ storeId }) => storeId.kind === "recording");
		const camera = store!.latestAllAt("world/viewer\\ 01234567/camera", "server");
		expect(camera["Transform3D:translation"]!.values[0]).toEqual([1, 1.5, -2]);
		expect(camera["VideoStream:sample"]!.values[0]).toHaveLength(PACKET.accessUnit.length);
		const stages = store!.latestAt(`latency/${ID}/frames`, "Scalars:scalars", "server")!.values as number[];
		expect(stages.map((ms) => Math.round(ms))).toEqual([2, 1, 2, 4, 1, 7]);
	});

	it("gives a picture its place in the source, its number and the time of its display", async () => {
		const { server, read } = record();
		const viewer = new FakeViewer();
		server.emit("join", viewer.asViewer);
		const stages = { ...PACKET.stages, capturedSec: 0.9 };
		viewer.emit("frameSent", PACKET, 1.009, 1.016);
		const stated = { cameraUs: 1_799_999_999_999_999, stages };
		viewer.emit("frameSent", { ...PACKET, rtpTicks: 12_000, mediaTimeSec: 12.54, ...stated }, 1.009, 1.016);
		const head = new PoseSample();
		head.kind = "head";
		head.setHead({ orientation: [0, 0, 0, 1], clientTimeMs: 1, seenRtpTicks: 12_000 });
		viewer.emit("head", head, 1.1, 1.052, Number.NaN);
		viewer.emit("head", head, 1.2, 1.152, Number.NaN);
		const [store] = (await read()).filter(({ storeId }) => storeId.kind === "recording");
		const camera = `world/${ID}/camera`;
		const times = (timeline: string, path = camera, component = "VideoStream:sample") =>
			[...store!.range(path, component, timeline)].map(({ time }) => Number(time));
		expect(times("source")).toEqual([12_500_000_000, 12_540_000_000]);
		expect(times("frame")).toEqual([0, 1]);
		// A time of decoding is no time of capture.
		expect(times("capture")).toHaveLength(1);
		const stamps = store!.range(camera, "VideoStream:sample", "camera");
		expect([...stamps].map(({ time }) => time)).toEqual([1_799_999_999_999_999_000n]);
		const display = [...store!.range(`latency/${ID}/drawing\\ to\\ display`, "Scalars:scalars", "frame")];
		expect(display.map(({ time, values }) => [Number(time), Math.round(values[0] as number)])).toEqual([[1, 50]]);
	});

	it("says whose the capture times of the source and of cameras are", async () => {
		const { server, read } = record();
		server.emit("sourceCapture", { origin: "rtcp", used: true, ageSec: 0.183 });
		server.emit("cameraCapture", { name: "wrist" }, { origin: "pts", used: false, ageSec: -3600 });
		const [store] = (await read()).filter(({ storeId }) => storeId.kind === "recording");
		const lines = [...store!.range("log/server", "TextLog:text", "server")].map(({ values }) => values[0]);
		expect(lines).toEqual([
			expect.stringMatching(/^The source states capture times by RTCP sender reports: .* 0\.183 s on arrival\.$/),
			expect.stringMatching(/^The camera wrist .* lie 3600.000 s after .* clock is not set\./),
		]);
	});

	it("logs the sound that a viewer is sent at its time, and facts about it once", async () => {
		const { server, read } = record();
		const viewer = new FakeViewer();
		server.emit("join", viewer.asViewer);
		viewer.emit("soundSent", SOUND_PACKET);
		viewer.emit("soundSent", { ...SOUND_PACKET, dueSec: 1.12, mediaTimeSec: 12.62, begins: false });
		viewer.emit("soundSent", { ...SOUND_PACKET, data: new Uint8Array(0) });
		const [store] = (await read()).filter(({ storeId }) => storeId.kind === "recording");
		const rows = (field: string) => [...store!.range(`sound/${ID}/heard`, `panogaze.Sound:${field}`, "server")];
		const packets = rows("packet");
		expect(packets.map(({ values }) => [...(values[0] as Uint8Array)])).toEqual([
			[...SOUND_PACKET.data],
			[...SOUND_PACKET.data],
		]);
		expect(packets[1]!.time! - packets[0]!.time!).toBe(20_000_000n);
		expect(rows("media_time_sec").map(({ values }) => values[0])).toEqual([12.6, 12.62]);
		expect(rows("begins").map(({ values }) => values[0])).toEqual([true, false]);
		const facts = store!.latestAllAt(`sound/${ID}/heard`, "server");
		expect(facts["panogaze.Sound:codec"]!.values).toEqual(["opus"]);
		expect(facts["panogaze.Sound:sample_rate"]!.values).toEqual([48_000]);
		expect(facts["panogaze.Sound:channels"]!.values).toEqual([2]);
	});

	it("states the lens with each change and key frame, and has a pinhole for flat pictures alone", async () => {
		const { server, read } = record();
		const viewer = new FakeViewer();
		server.emit("join", viewer.asViewer);
		const at = (sec: number) => ({ ...PACKET, stages: { ...PACKET.stages, drawStartSec: sec } });
		const left = { left: 1, right: 0.5, up: 0.75, down: 0.5 };
		viewer.emit("frameSent", at(1), 1, 1);
		viewer.emit("frameSent", { ...at(2), eyes: 2, frusta: [left, left] }, 2, 2);
		viewer.emit("frameSent", { ...at(3), eyes: 2, frusta: [left, left], keyframe: false }, 3, 3);
		viewer.emit("frameSent", { ...at(4), lens: "pannini" }, 4, 4);
		const [store] = (await read()).filter(({ storeId }) => storeId.kind === "recording");
		const rows = (component: string) =>
			[...store!.range(`world/${ID}/camera`, component, "server")].map(({ values }) => values.flat());
		const flat = [320, 0, 0, 0, 320, 0, 320, 180, 1];
		const offAxis = [640 / 1.5, 0, 0, 0, 360 / 1.25, 0, 640 / 1.5, (0.75 * 360) / 1.25, 1];
		const matrices = rows("Pinhole:image_from_camera") as number[][];
		expect(matrices).toHaveLength(3);
		for (const [index, matrix] of [flat, offAxis, []].entries())
			expect(matrices[index]).toEqual(matrix.map((part) => expect.closeTo(part, 3)));
		expect(rows("Pinhole:resolution")[1]).toEqual([640, 720]);
		expect(rows("panogaze.View:lens")).toEqual([["flat"], ["flat"], ["pannini"]]);
		// Readers take the newest value of each field, so that an end is a value, too.
		const frusta = rows("panogaze.View:frusta").map(([words]) => JSON.parse(words as string));
		expect(frusta).toEqual([null, [left, left], null]);
	});

	it("states each fact of a pose and of a source anew, also one that is usual again", async () => {
		const { server, read } = record({ layout: false });
		const viewer = new FakeViewer();
		server.emit("join", viewer.asViewer);
		const unsure = body();
		unsure.confidence = 0.5;
		viewer.emit("skeleton", unsure, 1, 1, Number.NaN);
		viewer.emit("skeleton", body(), 2, 2, Number.NaN);
		const color = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;
		const format = { width: 1024, height: 512, eyes: 1, color } as const;
		const info = {
			format,
			frameRate: Number.NaN,
			codec: "h264",
			hwaccel: "none",
			live: true,
			durationSec: Number.NaN,
		};
		server.emit("sourceStarted", {
			...info,
			frameRate: 30,
			layout: "assumed",
			codedOrientation: { rotationDeg: 90, mirrored: false },
			format: { ...format, projection: { kind: "eac" }, worldFromPanorama: [0, 1, 0, 0] },
		});
		server.emit("sourceStarted", info);
		const [store] = (await read()).filter(({ storeId }) => storeId.kind === "recording");
		const newest = (path: string, component: string) => store!.latestAt(path, component, "server")!.values.flat();
		expect(newest(`world/${ID}/FullBody`, "panogaze.Pose:confidence")).toEqual([1]);
		expect(newest("source", "panogaze.Source:frame_rate")).toEqual([Number.NaN]);
		expect(newest("source", "panogaze.Source:projection")).toEqual([JSON.stringify({ kind: "equirect" })]);
		expect(newest("source", "panogaze.Source:world_from_panorama")).toEqual([0, 0, 0, 1]);
		expect(newest("source", "panogaze.Source:layout")).toEqual([""]);
		const turns = [...store!.range("source", "panogaze.Source:coded_orientation", "server")];
		expect(turns.map(({ values }) => JSON.parse(String(values[0])))).toEqual([
			{ rotationDeg: 90, mirrored: false },
			{ rotationDeg: 0, mirrored: false },
		]);
	});

	it("logs values of the application below its viewer, and joins, holds and leaves as text", async () => {
		const { server, read } = record();
		const viewer = new FakeViewer();
		server.emit("join", viewer.asViewer);
		viewer.emit("log", "arm/gripper", [new Scalars(0.25)]);
		viewer.emit("hold", { reason: "pose-old", ageMs: 300, sinceSec: 2 } as never);
		viewer.emit("release", {} as never);
		viewer.emit("notice", "An odd thing.");
		server.emit("leave", viewer.asViewer, "The viewer left.");
		server.emit("sourceState", { name: "failed", code: "failed", reason: "It is gone." });
		const [store] = (await read()).filter(({ storeId }) => storeId.kind === "recording");
		const range = (path: string, component: string) =>
			[...store!.range(path, component, "server")].flatMap(({ values }) => values);
		expect(range(`world/${ID}/arm/gripper`, "Scalars:scalars")).toEqual([0.25]);
		expect(new Set(range(`log/${ID}`, "TextLog:text"))).toEqual(
			new Set([
				"joined",
				"on hold: the newest pose is old (300 ms)",
				"has control",
				"An odd thing.",
				"left: The viewer left.",
			]),
		);
		expect(range("log/server", "TextLog:text")).toEqual(["The source is failed: It is gone."]);
	});

	it("logs a viewer's statistics each second, sums as rates", async () => {
		vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
		try {
			const { recorder, server, read } = record();
			const viewer = new FakeViewer();
			server.emit("join", viewer.asViewer);
			vi.advanceTimersByTime(2000);
			recorder.close();
			const [store] = (await read()).filter(({ storeId }) => storeId.kind === "recording");
			const rows = (path: string) => [...store!.range(path, "Scalars:scalars", "server")];
			expect(rows(`network/${ID}/clock`).map(({ values }) => values)).toEqual(Array(2).fill([5000, 2]));
			expect(rows(`network/${ID}/bit\\ rate`)).toHaveLength(1);
			expect(rows(`network/${ID}/losses`)[0]!.values).toEqual([25, 0, 0, 0]);
			expect(rows(`latency/${ID}/motion\\ to\\ photon`)[0]!.values).toEqual([40, 60]);
		} finally {
			vi.useRealTimers();
		}
	});

	it.each([
		["vp8", VideoCodec.VP8],
		["vp9", VideoCodec.VP9],
		["av1", VideoCodec.AV1],
	] as const)("logs video of %s as it is sent, with its key frames", async (codec, rerunCodec) => {
		const { server, read } = record();
		const viewer = new FakeViewer();
		server.emit("join", viewer.asViewer);
		viewer.emit("frameSent", { ...PACKET, codec }, 1.009, 1.016);
		const [store] = (await read()).filter(({ storeId }) => storeId.kind === "recording");
		const camera = store!.latestAllAt("world/viewer\\ 01234567/camera", "server");
		expect(camera["VideoStream:codec"]!.values).toEqual([rerunCodec]);
		expect(camera["VideoStream:is_keyframe"]!.values).toEqual([true]);
		expect(camera["VideoStream:sample"]!.values[0]).toEqual(PACKET.accessUnit);
	});

	it("records viewers who joined before it", async () => {
		const viewer = new FakeViewer();
		const { read } = record({ layout: false }, [viewer.asViewer]);
		viewer.emit("skeleton", body(), 1, 1, Number.NaN);
		expect(viewer.recordings).toBe(1);
		const [store] = await read();
		expect(store!.entityPaths).toContain("/world/viewer\\ 01234567/FullBody");
	});

	it("logs nothing after close(), whether a viewer was there or joins", async () => {
		const viewer = new FakeViewer();
		const { server, recorder, read } = record({ layout: false }, [viewer.asViewer]);
		recorder.close();
		expect(viewer.recordings).toBe(0);
		const late = new FakeViewer();
		server.emit("join", late.asViewer);
		for (const watcher of [viewer, late]) watcher.emit("skeleton", body(), 1, 1, Number.NaN);
		const [store] = await read();
		expect(store!.entityPaths.filter((path) => path.startsWith("/world/"))).toEqual([]);
	});

	it("logs nothing into a recording that was closed before the server", async () => {
		const { server, recording, warnings } = record();
		await recording.close();
		server.emit("sourceState", { name: "idle" });
		server.emit("join", new FakeViewer().asViewer);
		expect(warnings).toEqual([]);
	});

	it("sends a layout for each viewer, unless layout is false", async () => {
		for (const layout of [true, false]) {
			const { server, read } = record({ layout });
			server.emit("join", new FakeViewer().asViewer);
			const layouts = (await read()).filter(({ storeId }) => storeId.kind === "blueprint");
			expect(layouts).toHaveLength(layout ? 1 : 0);
		}
	});
});
