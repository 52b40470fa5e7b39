import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { ChunkStore, MemorySink, Scalars, type Sink } from "panogaze-rerun";
import { afterAll, describe, expect, it, vi } from "vitest";
import { type ClipFrame, encodeClip } from "../session/h264-clip.cases.ts";
import { Thread, threadFile } from "../threads/thread.ts";
import { FakeViewer, PACKET, ServerStub } from "./fake-session.cases.ts";
import { RecordingFiles } from "./files/recording-files.ts";
import type { FromRecordingThread, ToRecordingThread } from "./recording-protocol.ts";
import { type RecordingState, SessionRecording } from "./session-recording.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-recording-"));
afterAll(() => rmSync(folder, { recursive: true }));

const OPTIONS = {
	directory: join(folder, "a", "b"),
	maxQueuedBytes: 1 << 20,
	source: "none",
	rotate: {},
	formats: ["rrd"],
} as const;

const NOWHERE = {
	path: "memory",
	stem: "memory",
	name: undefined,
	epochSec: 0,
	source: "none",
	rotate: {},
	formats: ["rrd"],
} as const;

/** A recording of one viewer, who has joined. */
function recordOf(recording: SessionRecording) {
	const server = new ServerStub();
	recording.attach(server);
	const viewer = new FakeViewer();
	server.emit("join", viewer.asViewer);
	const states: RecordingState["name"][] = [];
	recording.on("state", ({ name }) => states.push(name));
	return { server, viewer, states };
}

/** A recording whose file is made in this thread, by another sink. */
function inThisThread(sink: Sink) {
	const exited = Promise.withResolvers<{ code: number; error: undefined }>();
	return new SessionRecording({ ...NOWHERE, maxQueuedBytes: 1 << 20 }, (options, onMessage) => {
		const file = new RecordingFiles(
			options,
			(message: FromRecordingThread) => queueMicrotask(() => onMessage(structuredClone(message))),
			{ openSink: () => sink },
		);
		return {
			post: (message) => void file.receive(structuredClone(message)),
			exited: exited.promise,
			turns: 0,
			unref: () => {},
			end: async () => "ended",
		};
	});
}

/** A recording whose thread has its turns, and works records off, when the test says so. */
function withFakeThread() {
	let say: (message: FromRecordingThread) => void = () => {};
	const thread = {
		turns: 0,
		post: () => {},
		exited: new Promise<never>(() => {}),
		unref: () => {},
		end: async () => "ended" as const,
	};
	const recording = new SessionRecording({ ...NOWHERE, maxQueuedBytes: 10_000 }, (_, onMessage) => {
		say = onMessage;
		return thread;
	});
	const notices: string[] = [];
	recording.on("notice", (message) => notices.push(message));
	/** Time goes by, in which the thread may have its turns. */
	const pass = async (ms: number, hasTurns: boolean) => {
		for (let step = 0; step < ms; step += 500) {
			if (hasTurns) thread.turns++;
			await vi.advanceTimersByTimeAsync(500);
		}
	};
	return { recording, notices, pass, say: (message: FromRecordingThread) => say(message) };
}

async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("SessionRecording", () => {
	it("writes a file with a table of its chunks in a thread of its own, in a folder that it makes", async () => {
		const recording = await SessionRecording.open(OPTIONS);
		const { server, viewer, states } = recordOf(recording);
		for (let frame = 0; frame < 3; frame++)
			viewer.emit("frameSent", { ...PACKET, rtpTicks: frame, mediaTimeSec: frame }, 1.01, 1.02);
		viewer.emit("log", "gripper", [new Scalars(0.5)]);
		recording.log("world/robot", new Scalars(7));
		expect(viewer.recordings).toBe(1);
		server.emit("leave", viewer.asViewer, "Enough.");
		expect(viewer.recordings).toBe(0);
		await recording.close();
		expect(states).toEqual(["closed"]);
		const bytes = readFileSync(recording.path);
		expect(recording.stats().lost).toBe(0);
		expect(recording.files[0]!.bytes).toBe(bytes.length);
		expect(bytes.subarray(-32).toString("latin1")).toContain("RRF2FOOT");
		const store = ChunkStore.read(bytes).find(({ storeId }) => storeId.kind === "recording")!;
		const camera = "world/viewer\\ 01234567/camera";
		expect([...store.range(camera, "VideoStream:sample", "frame")].map(({ time }) => Number(time))).toEqual([
			0, 1, 2,
		]);
		expect(store.latestAt("world/viewer\\ 01234567/gripper", "Scalars:scalars", "server")!.values).toEqual([0.5]);
		expect(store.latestAt("world/robot", "Scalars:scalars", "server")!.values).toEqual([7]);
	});

	it.runIf(process.platform === "linux")("does not give way to the server's threads on a full machine", async () => {
		const before = new Set(readdirSync("/proc/self/task"));
		await using recording = await SessionRecording.open(OPTIONS);
		await recording.begun;
		const begun = readdirSync("/proc/self/task").filter((id) => !before.has(id));
		expect(begun.length).toBeGreaterThan(0);
		expect(begun.map((id) => getPriority(Number(id)))).toEqual(begun.map(() => getPriority()));
	});

	it("begins files whose names sort by their time, and never one that is there", async () => {
		const recordings: SessionRecording[] = [];
		for (let begun = 0; begun < 3; begun++) recordings.push(await SessionRecording.open(OPTIONS));
		const nameOf = ({ path }: SessionRecording) => path.slice(OPTIONS.directory.length + 1);
		expect(recordings.map(nameOf)).toEqual(recordings.map(nameOf).sort());
		// Those that begin at once have each a name of its own, in any order.
		recordings.push(...(await Promise.all([SessionRecording.open(OPTIONS), SessionRecording.open(OPTIONS)])));
		const names = recordings.map(nameOf);
		expect(new Set(names).size).toBe(5);
		expect(readdirSync(OPTIONS.directory)).toEqual(expect.arrayContaining(names));
		await Promise.all(recordings.map((recording) => recording.close()));
	});

	it("has its name in those of its files, where it may stand there, and reports each file twice", async () => {
		const recording = await SessionRecording.open(OPTIONS, { name: "../Kiste 1: auf & zu?" });
		const files: unknown[] = [];
		recording.on("file", ({ path, isFinished, bytes }) => files.push([path, isFinished, bytes > 0]));
		await recording.close();
		expect(recording.stem).toMatch(/session_[-\dT.]+Z_Kiste-1-auf-zu$/);
		expect(recording.path).toBe(`${recording.stem}.rrd`);
		expect(files).toEqual([
			[recording.path, false, false],
			[recording.path, true, true],
		]);
		expect(recording.files.map(({ path, isFinished }) => [path, isFinished])).toEqual([[recording.path, true]]);
		const [store] = ChunkStore.read(readFileSync(recording.path));
		expect(store!.latestAt("__properties", "RecordingInfo:name", "")!.values).toEqual(["../Kiste 1: auf & zu?"]);
	});

	it("has begun when its thread works", async () => {
		const posted: string[] = [];
		let say: (message: FromRecordingThread) => void = () => {};
		const recording = new SessionRecording({ ...NOWHERE, maxQueuedBytes: 1 << 20 }, (_, onMessage) => {
			say = onMessage;
			const never = new Promise<never>(() => {});
			return { post: () => {}, exited: never, turns: 0, unref: () => {}, end: async () => "ended" };
		});
		const begun = recording.begun.then(() => posted.push("begun"));
		await new Promise(setImmediate);
		posted.push("started");
		say({ type: "begun" });
		await begun;
		expect(posted).toEqual(["started", "begun"]);
		say({ type: "closed" });
		await recording.close();
	});

	it("can't begin in a folder that is a file", async () => {
		const directory = join(folder, "file");
		writeFileSync(directory, "");
		await expect(SessionRecording.open({ ...OPTIONS, directory })).rejects.toThrow(
			`${directory} can't be written: a file of that name is there.`,
		);
	});

	it.skipIf(process.platform !== "linux")("says that the disk is full, once, and the session goes on", async () => {
		const recording = new SessionRecording({ ...NOWHERE, path: "/dev/full", maxQueuedBytes: 1 << 20 });
		const { viewer, states } = recordOf(recording);
		viewer.emit("frameSent", PACKET, 1.01, 1.02);
		await until(() => states.length > 0);
		expect(recording.state).toEqual({ name: "failed", reason: "/dev/full can't be written: the disk is full." });
		expect(viewer.troubles).toEqual(["recording"]);
		expect(viewer.recordings).toBe(0);
		viewer.emit("frameSent", PACKET, 1.01, 1.02);
		await recording.close();
		expect(states).toEqual(["failed"]);
	});

	it("writes videos that play in a thread of its own, without a file for Rerun where none is wanted", async () => {
		const recording = await SessionRecording.open({ ...OPTIONS, formats: ["mp4"] });
		const { viewer, states } = recordOf(recording);
		const [{ accessUnit }] = encodeClip({ width: 64, height: 48, frames: 1 }) as [ClipFrame];
		viewer.emit("frameSent", { ...PACKET, accessUnit, width: 64, height: 48 }, 1.01, 1.02);
		await recording.close();
		expect(states).toEqual(["closed"]);
		expect(recording.files.map(({ path, isFinished }) => [path.slice(recording.stem.length), isFinished])).toEqual([
			[".01234567.mp4", true],
			[".01234567.jsonl", true],
		]);
		const bytes = readFileSync(`${recording.stem}.01234567.mp4`);
		expect(bytes.includes("avc1")).toBe(true);
		expect(bytes.length).toBeGreaterThan(accessUnit.length);
	});

	it("asks for a key frame when the newest is ten seconds old", async () => {
		vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
		try {
			const recording = inThisThread(new MemorySink());
			const { viewer } = recordOf(recording);
			viewer.emit("frameSent", PACKET, 1.01, 1.02);
			const requests = viewer.keyframeRequests;
			await vi.advanceTimersByTimeAsync(10_000);
			expect(viewer.keyframeRequests).toBe(requests);
			await vi.advanceTimersByTimeAsync(1000);
			expect(viewer.keyframeRequests).toBe(requests + 1);
			viewer.emit("frameSent", PACKET, 1.01, 1.02);
			await vi.advanceTimersByTimeAsync(9000);
			expect(viewer.keyframeRequests).toBe(requests + 1);
			await recording.close();
		} finally {
			vi.useRealTimers();
		}
	});

	it("asks for no key frame of a viewer's camera that sends them, also while its view has none", async () => {
		vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
		try {
			const recording = inThisThread(new MemorySink());
			const { viewer } = recordOf(recording);
			const picture = {
				kind: "video",
				codec: "vp8",
				data: Uint8Array.of(1),
				keyframe: true,
				rtpTicks: 1,
			} as const;
			const send = () => viewer.emit("media", { ...picture, receivedSec: 1, capturedSec: 1 });
			send();
			const requests = viewer.mediaKeyframeRequests;
			const ofView = viewer.keyframeRequests;
			await vi.advanceTimersByTimeAsync(9000);
			send();
			await vi.advanceTimersByTimeAsync(9000);
			expect(viewer.mediaKeyframeRequests).toBe(requests);
			expect(viewer.keyframeRequests).toBeGreaterThan(ofView);
			await vi.advanceTimersByTimeAsync(2000);
			expect(viewer.mediaKeyframeRequests).toBe(requests + 1);
			await recording.close();
		} finally {
			vi.useRealTimers();
		}
	});

	it.each([
		["disk", "the batches of a thread with its turns wait for the disk", true, false],
		["machine", "a thread with its turns has no time for all records", true, true],
		["machine", "the thread is held up", false, false],
	] as const)("says that the %s makes gaps where %s", async (cause, _, hasTurns, isWritten) => {
		vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
		try {
			const { recording, notices, pass, say } = withFakeThread();
			const { viewer } = recordOf(recording);
			await pass(500, true);
			say({ type: "worked", bytes: 0, isWritten, memory: [] });
			await pass(2500, hasTurns);
			const heldUp = "This machine is busy: the thread that writes has been held up for 2 s.";
			expect(notices).toEqual(hasTurns ? [] : [heldUp]);
			viewer.emit("frameSent", { ...PACKET, accessUnit: new Uint8Array(20_000) }, 1.01, 1.02);
			await pass(500, hasTurns);
			expect(recording.state).toEqual({ name: "losing", cause });
			const words = cause === "disk" ? "the disk is too slow" : "the machine is busy";
			expect(viewer.troubleWords).toEqual([`The recording of this session has gaps: ${words}.`]);
			await pass(500, true);
			expect(notices).toEqual(hasTurns ? [] : [heldUp, "The thread that writes goes on."]);
			say({ type: "closed" });
			await recording.close();
		} finally {
			vi.useRealTimers();
		}
	});

	it("has a thread that notes its turns", async () => {
		let thread: Thread<ToRecordingThread, FromRecordingThread> | undefined;
		const path = join(folder, "turns.rrd");
		writeFileSync(path, "");
		const file = { ...NOWHERE, path, stem: join(folder, "turns"), maxQueuedBytes: 1 << 20 };
		const recording = new SessionRecording(file, (data, onMessage) => {
			const url = threadFile("./recording-worker", import.meta.url);
			thread = new Thread({ file: url, name: "test", data, onMessage });
			return thread;
		});
		await until(() => thread!.turns > 0);
		await recording.close();
	});

	it("refuses what is not loggable where it is logged, and goes on", async () => {
		const recording = inThisThread(new MemorySink());
		const { states } = recordOf(recording);
		expect(() => recording.log(undefined as never, new Scalars(1))).toThrow(/^The path of logged values is/);
		expect(() => recording.log(["arm", 1] as never, new Scalars(1))).toThrow(
			/^The path of logged values is.*number/,
		);
		expect(() => recording.log("battery", 0.8 as never)).toThrow(/^Logged values are archetypes/);
		expect(() => recording.log("battery", null as never)).toThrow(/^Logged values are archetypes/);
		await recording.close();
		expect(states).toEqual(["closed"]);
	});

	it("says that a slow disk makes gaps, and that it is whole again", async () => {
		const memory = new MemorySink();
		let lostMessages = 0;
		const sink: Sink = {
			write: (messages) => memory.write(messages),
			flush: () => memory.flush(),
			close: () => memory.close(),
			get stats() {
				return { ...memory.stats, lostMessages };
			},
		};
		vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
		try {
			const recording = inThisThread(sink);
			const { viewer, states } = recordOf(recording);
			const requests = viewer.keyframeRequests;
			lostMessages = 5;
			await vi.advanceTimersByTimeAsync(1000);
			expect(states).toEqual(["losing"]);
			expect(recording.state).toEqual({ name: "losing", cause: "disk" });
			// A lost frame spoils those after it, up to a key frame.
			expect(viewer.keyframeRequests).toBe(requests + 1);
			expect(recording.stats().lost).toBe(5);
			expect(viewer.troubles).toEqual(["recording"]);
			expect(viewer.recordings).toBe(1);
			await vi.advanceTimersByTimeAsync(2500);
			await recording.close();
			expect(states).toEqual(["losing", "recording", "closed"]);
		} finally {
			vi.useRealTimers();
		}
	});
});
