import { ChunkStore, MemorySink, RecordingStream, VideoCodec } from "panogaze-rerun";
import { describe, expect, it } from "vitest";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import { EventListeners } from "../media/events.ts";
import type { ServerEvents } from "../server/server.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";
import { SKELETONS } from "../skeleton/tables/skeleton.ts";
import type { Viewer, ViewerEvents } from "../stream/viewer.ts";
import { SessionRecorder, type SessionRecorderOptions } from "./session-recorder.ts";

/** The part of a viewer that a recorder listens to. */
class FakeViewer extends EventListeners<ViewerEvents> {
	readonly id = "0123456789abcdef";
	readonly pose = undefined;
	readonly asViewer = this as unknown as Viewer;
	/** Recordings that the viewer is shown. */
	recordings = 0;
	showRecording() {
		this.recordings++;
		return () => {
			this.recordings--;
		};
	}
}

class ServerStub extends EventListeners<ServerEvents> {
	viewers: Viewer[] = [];
}

const PACKET: EncodedPacket = {
	// A key frame that no decoder would show, but the logger of videos does not refuse.
	kind: "video",
	codec: "h264",
	accessUnit: Uint8Array.of(0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 1, 0, 0, 0, 1, 0x65, 0x88),
	keyframe: true,
	rtpTicks: 0,
	poseSequence: 1,
	pose: { worldFromView: [0, 0, 0, 1], fovRad: Math.PI / 2 },
	width: 640,
	height: 360,
	eyes: 1,
	lens: "flat",
	stages: {
		capturedSec: Number.NaN,
		panoramaReadySec: 1,
		poseReceivedSec: 1.001,
		drawStartSec: 1.002,
		drawEndSec: 1.004,
		encodeEndSec: 1.008,
	},
};

function record(options?: SessionRecorderOptions, viewers: Viewer[] = []) {
	const server = new ServerStub();
	server.viewers = viewers;
	const sink = new MemorySink();
	const recording = new RecordingStream("test", { environment: {}, strict: true });
	recording.setSinks(sink);
	return {
		server,
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
		const age = store!.latestAt("latency/poses/FullBody", "Scalars:scalars", "server");
		expect(age!.values).toEqual([250]);
		expect(store!.latestAt("latency/photons/FullBody", "Scalars:scalars", "server")!.values).toEqual([140]);
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
		const stages = store!.latestAt("latency/frames", "Scalars:scalars", "server")!.values as number[];
		expect(stages.map((ms) => Math.round(ms))).toEqual([1, 2, 4, 8]);
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

	it("sends a layout for each viewer, unless layout is false", async () => {
		const { server, read } = record();
		server.emit("join", new FakeViewer().asViewer);
		expect((await read()).filter(({ storeId }) => storeId.kind === "blueprint")).toHaveLength(1);
	});
});
