import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChunkStore } from "panogaze-rerun";
import { afterAll, describe, expect, it, vi } from "vitest";
import { EventListeners } from "../media/events.ts";
import { FakeViewer, PACKET, ServerStub } from "../recording/fake-session.cases.ts";
import type { LiveViewEvents } from "../recording/live/live-view.ts";
import { openRecording } from "../recording/read/recording-reader.ts";
import type { CompleteRecordOptions } from "../recording/record-options.ts";
import type { SessionRecord } from "../recording/session-record.ts";
import { SessionRecording } from "../recording/session-recording.ts";
import { completeServeOptions } from "./options.ts";
import { ServerRecorder } from "./server-recorder.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-recorder-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SILENT = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {}, child: () => SILENT };

function optionsOf(record: object): CompleteRecordOptions {
	return completeServeOptions({ record: { directory: join(folder, "sessions"), ...record } }).record!;
}

/** A recorder of a server with one viewer. */
function setUp(record: object = { begin: "asked" }) {
	const server = new ServerStub();
	const seenLive: SessionRecord[] = [];
	const liveEvents = new EventListeners<LiveViewEvents>();
	const live = Object.assign(liveEvents, { over: false, put: (seen: SessionRecord) => seenLive.push(seen) });
	const recorder = new ServerRecorder(optionsOf(record), server, SILENT, live);
	const viewer = new FakeViewer();
	server.viewers = [viewer.asViewer];
	server.emit("join", viewer.asViewer);
	const states: string[] = [];
	recorder.on("state", ({ name }, by) => states.push(by === undefined ? name : `${name} by a viewer`));
	return { server, recorder, viewer, states, seenLive, live };
}

const newsOf = ({ news }: FakeViewer) => news.map(({ state, by }) => `${state} ${by ?? "-"}`);
const beginners = ({ news }: FakeViewer) => news.map(({ begunBy }) => begunBy ?? "-");

describe("ServerRecorder", () => {
	it("makes a folder and no file until it is asked, then one recording after another", async () => {
		const { recorder, viewer, states } = setUp();
		await recorder.open(undefined);
		expect(readdirSync(join(folder, "sessions"))).toEqual([]);
		expect([recorder.recording, recorder.state.name]).toEqual([undefined, "off"]);
		const first = await recorder.start({ name: "pick/../and place" });
		expect(first.path).toMatch(/sessions.session_[^/\\]+Z_pick-\.\.-and-place\.rrd$/);
		expect([recorder.recording, recorder.state.name]).toEqual([first, "recording"]);
		await expect(recorder.start()).rejects.toThrow("A recording is under way: stop it before another is begun.");
		await recorder.stop();
		expect(first.state).toEqual({ name: "closed" });
		const second = await recorder.start();
		await recorder.close();
		expect(second.path > first.path).toBe(true);
		expect([recorder.recording, second.state.name]).toEqual([second, "closed"]);
		await expect(recorder.start()).rejects.toThrow("The server is closing");
		expect(states).toEqual(["recording", "off", "recording"]);
		expect(newsOf(viewer)).toEqual(["off -", "recording server", "off server", "recording server"]);
		expect(viewer.news[1]).toMatchObject({ name: "pick/../and place", sinceSec: expect.any(Number) });
		expect(viewer.recordings).toBe(0);
	});

	it("obeys viewers, and tells each of them who it was", async () => {
		const { server, recorder, viewer, states } = setUp();
		const other = new FakeViewer();
		server.viewers = [viewer.asViewer, other.asViewer];
		server.emit("join", other.asViewer);
		const begun = new Promise((resolve) => recorder.on("state", resolve));
		viewer.emit("record", { on: true, name: "take 1" });
		await begun;
		expect(recorder.recording!.name).toBe("take 1");
		other.emit("record", { on: true, name: undefined });
		expect(other.troubles).toEqual(["record"]);
		other.emit("record", { on: false, name: undefined });
		expect(newsOf(viewer)).toEqual(["off -", "recording you", "off viewer"]);
		expect(newsOf(other)).toEqual(["off -", "recording viewer", "off you"]);
		expect([beginners(viewer), beginners(other)]).toEqual([
			["-", "you", "-"],
			["-", "viewer", "-"],
		]);
		expect(states).toEqual(["recording by a viewer", "off by a viewer"]);
		await recorder.close();
	});

	it.skipIf(process.platform !== "linux")("tells viewers who join after a failure, and can start again", async () => {
		const { server, recorder, viewer } = setUp({});
		const full = { path: "/dev/full", stem: join(folder, "full"), name: undefined, formats: ["rrd"] } as const;
		const more = { maxQueuedBytes: 1 << 20, epochSec: 0, source: "none", rotate: {} } as const;
		vi.spyOn(SessionRecording, "open").mockImplementationOnce(
			async () => new SessionRecording({ ...full, ...more }),
		);
		const failed = new Promise((resolve) => recorder.on("state", ({ name }) => name === "failed" && resolve(name)));
		await recorder.open(undefined);
		recorder.startEpisode();
		await failed;
		expect(recorder.episodes.map(({ state }) => state)).toEqual(["unfinished"]);
		expect(recorder.state).toMatchObject({ name: "failed", reason: expect.any(String) });
		const late = new FakeViewer();
		server.viewers = [viewer.asViewer, late.asViewer];
		server.emit("join", late.asViewer);
		expect(newsOf(late)).toEqual(["failed -"]);
		await recorder.start();
		expect(newsOf(late)).toEqual(["failed -", "recording server"]);
		await recorder.close();
	});

	it("begins nothing that was stopped while a disk hung, and one thing at a time", async () => {
		const { recorder, viewer, states } = setUp();
		await recorder.open(undefined);
		const before = (await recorder.sessions()).map(({ stem }) => stem);
		const disk = Promise.withResolvers<void>();
		const { open } = SessionRecording;
		vi.spyOn(SessionRecording, "open").mockImplementationOnce(async (...options) => {
			await disk.promise;
			return open.apply(SessionRecording, options);
		});
		const begun = recorder.start();
		await expect
			.poll(() => vi.mocked(SessionRecording.open).mock.calls.length, { timeout: 20_000 })
			.toBeGreaterThan(0);
		await expect(recorder.start()).rejects.toThrow("A recording is under way");
		const told = vi.spyOn(viewer, "reportTrouble");
		viewer.emit("record", { on: true, name: undefined });
		expect(told.mock.lastCall).toEqual(["record", "A recording is under way already."]);
		viewer.emit("record", { on: false, name: undefined });
		const stopped = recorder.stop();
		disk.resolve();
		await expect(begun).rejects.toThrow("The recording was stopped before it had begun.");
		await stopped;
		expect([recorder.state.name, states]).toEqual(["off", []]);
		expect((await recorder.sessions()).map(({ stem }) => stem)).toEqual(before);
		await recorder.start();
		expect(states).toEqual(["recording"]);
		await recorder.close();
	});

	it("can begin another recording as soon as one that had not begun is stopped", async () => {
		const { recorder, states } = setUp();
		const withdrawn = expect(recorder.start()).rejects.toThrow("stopped before it had begun");
		await recorder.stop();
		const recording = await recorder.start();
		await withdrawn;
		expect([recording.state.name, states]).toEqual(["recording", ["recording"]]);
		await recorder.stop();
		const closing = expect(recorder.start()).rejects.toThrow("The server is closing");
		await recorder.close();
		await closing;
	});

	it.skipIf(process.platform !== "linux")(
		"says at once that a folder can't be made, also where none can be",
		async () => {
			const { recorder } = setUp({ directory: "/proc/nowhere/deep", begin: "asked" });
			await expect(recorder.open(undefined)).rejects.toThrow("/proc/nowhere/deep can't be written");
			await expect(recorder.start()).rejects.toThrow("/proc/nowhere/deep can't be written");
			expect(recorder.state.name).toBe("off");
		},
	);

	it("records a viewer who is asked only while it says yes, and says since when it may", async () => {
		const { recorder, viewer } = setUp({ begin: "asked", consent: "ask" });
		const recording = await recorder.start();
		expect(viewer.news.at(-1)).toMatchObject({ state: "recording", asksConsent: true });
		expect(viewer.recordings).toBe(0);
		viewer.consent("refused");
		expect(viewer.recordings).toBe(0);
		viewer.consent("given");
		expect([viewer.recordings, viewer.keyframeRequests]).toEqual([1, 1]);
		viewer.emit("frameSent", PACKET, 1.01, 1.02);
		viewer.consent("refused");
		expect(viewer.recordings).toBe(0);
		viewer.emit("frameSent", { ...PACKET, rtpTicks: 1, mediaTimeSec: 99 }, 1.01, 1.02);
		await recorder.stop();
		const store = ChunkStore.read(readFileSync(recording.path)).find(
			({ storeId }) => storeId.kind === "recording",
		)!;
		const words = [...store.range("log/viewer 01234567", "TextLog:text", "server")].map(({ values }) => values[0]);
		expect(words).toEqual([
			"joined",
			expect.stringMatching(/^lets itself be recorded since \d{4}-.*Z$/),
			"left: withdrew the consent to be recorded",
		]);
		expect([...store.range("world/viewer 01234567/camera", "VideoStream:sample", "source")]).toHaveLength(1);
	});

	it("records episodes by program, message and button, so that a reader has them again", async () => {
		const { recorder, viewer, seenLive } = setUp({ episodeButtons: { start: "right-a", success: "right-a" } });
		expect(() => recorder.startEpisode()).toThrow("Nothing is recorded");
		await recorder.open(undefined);
		expect(() => recorder.startEpisode({ tusk: "cup" } as object)).toThrow("did you mean task?");
		await expect(recorder.start("pick" as never)).rejects.toThrow("start() takes an object of options");
		const seen: string[] = [];
		recorder.on("episode", ({ number, state }, by) =>
			seen.push(`${number} ${state} ${by === undefined ? "-" : "viewer"}`),
		);
		recorder.startEpisode({ task: " pick\n\u001bthe cup " });
		expect(viewer.news.at(-1)).toMatchObject({ episode: { number: 1, task: "pick the cup", state: "running" } });
		// Clients would refuse the news of such an outcome, or it would be lost.
		expect(() => recorder.endEpisode({ success: "yes" } as object)).toThrow("success is true or false");
		expect(() => recorder.endEpisode(true as unknown as object)).toThrow("endEpisode() takes an object of options");
		recorder.endEpisode({ success: false });
		viewer.press("right", 4);
		viewer.press("right");
		viewer.press("right", 4);
		viewer.emit("episode", { action: "start", task: "pour" });
		viewer.emit("episode", { action: "start" });
		expect(viewer.troubles).toEqual(["record"]);
		viewer.emit("episode", { action: "discard" });
		recorder.startEpisode();
		const { path } = recorder.recording!;
		await recorder.close();
		expect(seen).toEqual([
			...[
				"1 running -",
				"1 ended -",
				"2 running viewer",
				"2 ended viewer",
				"3 running viewer",
				"3 discarded viewer",
			],
			...["4 running -", "4 unfinished -"],
		]);
		expect(viewer.news.at(-1)!.episodes).toEqual({ ended: 2, successes: 1 });
		// The change of an episode is no beginning of the recording.
		expect(viewer.news.slice(1).every(({ begunBy, live }) => begunBy === "server" && live)).toBe(true);
		expect(seenLive.map(({ type }) => type)).toEqual(Array(8).fill("episode"));
		expect((await recorder.sessions()).at(-1)).toMatchObject({
			state: "closed",
			summary: {
				...{ viewerCount: 1, viewers: [{ id: "01234567" }], files: [{ bytes: expect.any(Number) }] },
				episodes: [
					{ number: 1, task: "pick the cup", state: "ended", success: false },
					{ number: 2, success: true },
					{ number: 3, task: "pour", state: "discarded" },
					{ number: 4, state: "unfinished" },
				],
			},
		});
		const read: unknown[] = [];
		const file = await openRecording(path);
		for await (const record of file.records())
			if (record.type === "episode") read.push(Object.values(record.episode));
		await file.close();
		expect(read).toEqual([
			[1, "pick the cup", "running", undefined],
			[1, "pick the cup", "ended", false],
			[2, "pick the cup", "running", undefined],
			[2, "pick the cup", "ended", true],
			[3, "pour", "running", undefined],
			[3, "pour", "discarded", undefined],
			[4, "pour", "running", undefined],
			[4, "pour", "unfinished", undefined],
		]);
	});

	it("tells viewers that the live view is over", () => {
		const { viewer, live } = setUp();
		expect(viewer.news.map((news) => news.live)).toEqual([true]);
		live.over = true;
		live.emit("failed", "No memory.");
		expect(viewer.news.map((news) => news.live)).toEqual([true, false]);
	});

	it("ends a recording at the time of its stop, however long its files take, and once", async () => {
		const { recorder } = setUp();
		const recording = await recorder.start();
		const close = recording.close.bind(recording);
		const files = Promise.withResolvers<void>();
		Object.assign(recording, { close: () => files.promise.then(close) });
		vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
		const end = new Date().toISOString();
		const stopped = recorder.stop();
		vi.setSystemTime(Date.now() + 60_000);
		files.resolve();
		await stopped;
		await recorder.close();
		vi.useRealTimers();
		expect((await recorder.sessions()).at(-1)!.summary).toMatchObject({ state: "closed", end });
	});

	it("refuses a task that is too long or no text", async () => {
		const { recorder } = setUp();
		await recorder.start();
		expect(() => recorder.startEpisode({ task: "x".repeat(201) })).toThrow("at most 200 characters; got 201");
		expect(() => recorder.startEpisode({ task: 7 as never })).toThrow(TypeError);
		await recorder.close();
	});

	it("refuses a name that is too long or no text", async () => {
		const { recorder } = setUp();
		await expect(recorder.start({ name: "x".repeat(65) })).rejects.toThrow("at most 64 characters; got 65");
		await expect(recorder.start({ name: 7 as never })).rejects.toThrow(TypeError);
	});
});
