// A whole session in Chromium, on one clock: what the page has sent and received is in its
// recording, which others read, and which gives it back.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { median } from "../../bench/statistics.ts";
import { exportRecordings } from "../../src/export/index.ts";
import { replay } from "../../src/index.ts";
import { anglesFromQuaternion, quaternionFromAngles } from "../../src/media/rotation.ts";
import { SOUND_HZ } from "../../src/media/sound-ring.ts";
import { openRecording, type ReadFrame, type ReadRecord, type RecordingReader } from "../../src/recording/index.ts";
import { movingSkeleton } from "../../src/skeleton/moving-skeleton.cases.ts";
import { PoseSample } from "../../src/skeleton/pose-sample.ts";
import { decodeOpus } from "../../src/sound/opus-decoder.cases.ts";
import { beepsIn } from "../support/beeps.ts";
import { launchChromium } from "../support/chromium.ts";
import { runInProcess } from "../support/command-line.ts";
import { H264Decoder } from "../support/h264-decoder.ts";
import { cameraFrameOf } from "../support/http-camera.ts";
import { readDecodedMark, type SphereMark } from "../support/sphere-mark.ts";
import { rerunProgram } from "./rerun-environment.ts";
import { Screenshot } from "./screenshot.ts";
import { judgeSession } from "./session-judge.ts";
import { expectMark, fovOf, markOnPage, marksOf, NEAR_DEG, SMALL, sourceFrameOf, yawOf } from "./session-marks.ts";
import { headAt, SESSION_BODIES, VOICE_HZ } from "./session-motion.ts";
import {
	forgetSession,
	LOOP_PICTURES,
	RATE,
	type RecordedSession,
	recordWholeSession,
	showsSphere,
	textOf,
} from "./whole-session.ts";

const CAMERAS = ["wrist-left", "wrist-right"] as const;

let browser: Browser;
let session: RecordedSession;
let recording: RecordingReader;
let frames: ReadFrame[];

beforeAll(async () => {
	browser = await launchChromium({ webgl: true });
	session = await recordWholeSession(browser);
	recording = await openRecording(session.path);
	frames = await recordsOf("frame");
}, 300_000);
afterAll(async () => {
	await browser?.close();
	await recording?.close();
	if (session !== undefined) forgetSession(session);
});

async function recordsOf<T extends ReadRecord["type"]>(type: T): Promise<Extract<ReadRecord, { type: T }>[]> {
	const found: Extract<ReadRecord, { type: T }>[] = [];
	for await (const record of recording.records({ types: [type] }))
		found.push(record as Extract<ReadRecord, { type: T }>);
	return found;
}

describe("a whole session", { timeout: 120_000 }, () => {
	it("is shown by Rerun's viewer in another tab while it goes on", () => {
		expect(showsSphere(session.live)).toBe(true);
	});

	it("has every pose that has arrived, as it was when the page read it", async () => {
		const { report, received, missed } = session;
		const poses = await recordsOf("pose");
		const bodies = new Map(
			SESSION_BODIES.map((body) => [body.stream as number, movingSkeleton(body.skeleton, body)]),
		);
		const timeOf = new Map(report.sent.map(({ stream, sequence, timeMs }) => [`${stream} ${sequence}`, timeMs]));
		const expected = new PoseSample();
		let [compared, rough] = [0, 0];
		for (const stream of new Set(received.map(([stream]) => stream))) {
			const recorded = poses.flatMap(({ pose }) => (pose.stream === stream ? [pose] : []));
			expect(recorded.map(({ sequence }) => sequence)).toEqual(
				received.flatMap((pose) => (pose[0] === stream ? [pose[1]] : [])),
			);
			for (const pose of recorded) {
				const { clientTimeMs } = pose;
				expect(clientTimeMs).toBeCloseTo(timeOf.get(`${stream} ${pose.sequence}`)!, 1);
				// The last one is repeated at rest.
				const fill = bodies.get(stream);
				if (fill === undefined || clientTimeMs > report.movedMs[1] - 500 || pose.ids.length < 10) continue;
				fill(expected, clientTimeMs / 1000);
				let errorMetres = 0;
				for (let index = 0; index < pose.positions.length; index += 7) {
					const difference = Math.abs(pose.positions[index]! - expected.positions[index]!);
					errorMetres = Math.max(errorMetres, difference);
				}
				expect(errorMetres).toBeLessThan(0.03);
				if (errorMetres > 0.001) rough++;
				compared++;
			}
		}
		expect(compared).toBeGreaterThan(report.sent.length / 3);
		// Linked bodies are right again ten messages behind a lost one: docs/protocol.md.
		expect(rough).toBeLessThanOrEqual(10 * missed);
		const heads = poses.filter(({ pose }) => pose.stream === 0 && pose.clientTimeMs < report.movedMs[1] - 500);
		for (const { pose } of heads.filter(({ pose }) => pose.clientTimeMs > report.movedMs[0])) {
			const [x, y] = quaternionFromAngles(headAt(pose.clientTimeMs / 1000));
			expect(Math.hypot(pose.rotations[0]! - x, pose.rotations[1]! - y)).toBeLessThan(1e-3);
		}
		// All that the page has sent, but for those that the server knows to have missed.
		expect(report.sent.length - received.length).toBe(missed);
		expect(missed).toBeLessThan(report.sent.length / 100);
	});

	it("has every picture that the page has received, and none between them that it has not", async () => {
		const { report, sent } = session;
		expect(frames.map(({ packet }) => packet.rtpTicks)).toEqual(sent["view"]!.map(({ rtpTicks }) => rtpTicks));
		expect(frames.map(({ number }) => number)).toEqual(frames.map((_, index) => index));
		for (const [name, packets] of Object.entries(sent)) {
			const ticks = packets.map(({ rtpTicks }) => rtpTicks);
			// A repeated packet can bring a picture twice.
			const received = [...new Set(report.received[name]!)];
			const from = ticks.indexOf(received[0]!);
			expect(ticks.slice(from, from + received.length), name).toEqual(received);
			expect(received.length, name).toBeGreaterThan(0.9 * packets.length - 30);
		}
	});

	it("has the cameras' pictures in their order, and what was sent among them", async () => {
		const cameras = await recordsOf("camera");
		for (const name of CAMERAS) {
			const recorded = cameras.filter(({ camera }) => camera === name);
			using decoder = new H264Decoder();
			const numbers = recorded.map(({ packet }) => cameraFrameOf(decoder.decode(packet.accessUnit)));
			const steps = numbers.slice(1).map((number, index) => number - numbers[index]!);
			// A camera begins anew with each connection.
			expect(steps.filter((step) => step < 0).length, name).toBeLessThan(session.openings[name]!);
			if (name === "wrist-left") expect(steps.filter((step) => step >= 0 && step !== 1)).toEqual([]);
			const units = new Set(recorded.map(({ packet }) => Buffer.from(packet.accessUnit).toString("latin1")));
			const missing = session.sent[name]!.filter(
				({ accessUnit }) => !units.has(Buffer.from(accessUnit).toString("latin1")),
			);
			// A copied one is drawn for a viewer while its path has no room.
			if (name === "wrist-right") expect(missing).toEqual([]);
			else expect(missing.length).toBeLessThan(session.sent[name]!.length);
			const times = recorded.map(({ atSec }) => atSec);
			expect(times).toEqual(times.toSorted((a, b) => a - b));
		}
	});

	it("has the source's sound and the page's voice, packet by packet, each beep at its second", async () => {
		const { report, sounds, path } = session;
		const recorded = await recordsOf("sound");
		await using mcap = await openRecording(path.replace(/rrd$/, "mcap"));
		const inMcap: string[] = [];
		for await (const record of mcap.records({ types: ["sound"] }))
			if (record.type === "sound") inMcap.push(`${record.direction} ${textOf(record.sound.data)}`);
		for (const [direction, known, ofPage] of [
			["sent", sounds.heard, report.sounds.heard],
			["received", sounds.microphone, report.sounds.microphone],
		] as const) {
			const bytes = known.map((text) => (direction === "sent" ? text.slice(text.indexOf(" ") + 1) : text));
			const packets = recorded.filter((record) => record.direction === direction);
			expect(packets.map(({ sound }) => textOf(sound.data))).toEqual(bytes);
			expect(inMcap.filter((text) => text.startsWith(direction))).toEqual(
				bytes.map((text) => `${direction} ${text}`),
			);
			// The end that received has what the other has sent, but for those lost on the way.
			const [all, arrived] = direction === "sent" ? [known, ofPage] : [ofPage, known];
			const found = arrived.map((text) => all.indexOf(text));
			// The page reports before it ends its connection, and speaks on.
			const places = found.slice(0, found.findLastIndex((place) => place >= 0) + 1);
			expect(found.length - places.length).toBeLessThan(direction === "sent" ? 1 : 50);
			expect(places).toEqual(places.toSorted((a, b) => a - b));
			expect(new Set(places).size).toBe(places.length);
			expect(places).not.toContain(-1);
			expect(places.at(-1)! - places[0]! + 1 - places.length, direction).toBeLessThan(all.length / 100);
			expect(places.length, direction).toBeGreaterThan(0.9 * all.length);
		}
		const heard = recorded.filter(({ direction }) => direction === "sent");
		const beeps = beepsIn(heard.map(({ sound }) => ({ atSec: sound.mediaTimeSec, data: sound.data })));
		expect(beeps.length).toBeGreaterThan(heard.length / 50 - 3);
		const late = beeps.map((sec) => Math.abs(sec - Math.round(sec)));
		expect(median(late)).toBeLessThan(0.005);
		// A busy machine leaves gaps, behind which sound can go on within a beep.
		expect(Math.max(...late)).toBeLessThan(0.065);
		const said = recorded.filter(({ direction }) => direction === "received");
		const [voice] = decodeOpus(said.map(({ sound }) => sound.data));
		const crossings = voice.filter((sample, n) => n > 0 && sample >= 0 && voice[n - 1]! < 0).length;
		expect(Math.abs(crossings / (voice.length / SOUND_HZ) - VOICE_HZ)).toBeLessThan(VOICE_HZ / 10);
	});

	it("shows at ten places what was drawn there, in the direction of the pose of that time", async () => {
		const { id, lastFrameSec } = recording.viewer(undefined);
		// Before its first pose the view looks to the front.
		const firstSec = frames.find(({ packet }) => packet.poseSequence > 0)!.packet.stages.drawStartSec;
		const heads = new Map(
			(await recordsOf("pose")).flatMap(({ pose }) => (pose.stream === 0 ? [[pose.sequence, pose]] : [])),
		);
		for (let seek = 0; seek < 10; seek++) {
			const atSec = firstSec + ((lastFrameSec - firstSec) * (((seek * 7) % 10) + 0.5)) / 10;
			const startSec = await recording.keyframeBefore(id, atSec);
			using decoder = new H264Decoder();
			let shown: { frame: ReadFrame; mark: SphereMark | undefined } | undefined;
			for await (const frame of recording.records({ startSec, endSec: atSec, types: ["frame"] })) {
				if (frame.type !== "frame") continue;
				const picture = decoder.decode(frame.packet.accessUnit);
				shown = { frame, mark: readDecodedMark(picture, fovOf(frame)) };
			}
			const { frame, mark } = shown!;
			expectMark(mark, frame, `place ${seek}`);
			const head = heads.get(frame.packet.poseSequence)!;
			const { yawDeg } = anglesFromQuaternion([...head.rotations.subarray(0, 4)] as never);
			expect(Math.abs(yawDeg - mark!.yawDeg), `head of place ${seek}`).toBeLessThan(NEAR_DEG);
			expect(head.receivedSec).toBeLessThanOrEqual(frame.packet.stages.drawStartSec);
		}
	});

	it("has the episodes, and all that the application has logged", async () => {
		const episodes = (await recordsOf("episode")).map(({ episode: { number, task, state, success } }) => [
			...[number, task, state, success],
		]);
		expect(episodes).toEqual([
			[1, "touch", "running", undefined],
			[1, "touch", "ended", true],
			[2, "lift", "running", undefined],
			[2, "lift", "ended", false],
			[3, "drop", "running", undefined],
			[3, "drop", "discarded", undefined],
		]);
		const logs = await recordsOf("log");
		const count = (name: string) => logs.filter(({ path }) => [path].flat().join("/").endsWith(name)).length;
		expect([count("gripper"), count("battery")]).toEqual([session.logged.gripper, session.logged.battery]);
		const { code, stdout } = await runInProcess(["sessions", join(session.folder, "sessions"), "--json"]);
		expect(code).toBe(0);
		const stem = basename(session.stem);
		expect(JSON.parse(stdout)).toMatchObject([
			{ stem, state: "closed", viewers: 1, episodes: { ended: 2, successes: 1 }, kept: false },
		]);
		const files = JSON.parse(stdout)[0].files as { name: string; bytes: number }[];
		for (const ending of ["rrd", "mcap", "mp4", "jsonl"])
			expect(
				files.some(({ name, bytes }) => name.endsWith(`.${ending}`) && bytes > 100_000),
				ending,
			).toBe(true);
	});

	it("is the same for Rerun's own SDK, in which no time goes back", async () => {
		const found = (await judgeSession("rows", session.path)) as Record<
			string,
			{ rows: Record<string, number>; sequence: number[]; back: Record<string, number> }
		>;
		// The source begins again with each loop, and when it is opened.
		const loops = Math.floor(frames.at(-1)!.packet.mediaTimeSec / (LOOP_PICTURES / RATE));
		for (const [entity, { back }] of Object.entries(found))
			for (const [timeline, count] of Object.entries(back))
				expect(count, `${entity} on ${timeline}`).toBeLessThanOrEqual(timeline === "source" ? loops + 2 : 0);
		const rows = (name: string, component: string) =>
			Object.entries(found).find(([entity]) => entity.endsWith(name))?.[1].rows[component];
		expect(rows("/camera", "VideoStream:sample")).toBe(frames.length);
		const of = (stream: number) => session.received.flatMap((pose) => (pose[0] === stream ? [pose[1]] : []));
		const sequences = (name: string) =>
			Object.entries(found).find(([entity]) => /^\/world/.test(entity) && entity.endsWith(name))?.[1].sequence;
		for (const [stream, name] of Object.entries({
			0: "/head",
			1: "/XRHandLeft",
			2: "/XRHandRight",
			3: "/FullBody",
			5: "/right\\ controller",
		}))
			expect(
				sequences(name)?.toSorted((a, b) => a - b),
				name,
			).toEqual(of(Number(stream)));
		expect(rows("/heard", "panogaze.Sound:packet")).toBe(session.sounds.heard.length);
		expect(rows("/microphone", "panogaze.Sound:packet")).toBe(session.sounds.microphone.length);
		expect(rows("/gripper", "Scalars:scalars")).toBe(session.logged.gripper);
		expect(rows("/robot/battery", "Scalars:scalars")).toBe(session.logged.battery);
		expect(() => execFileSync(rerunProgram, ["rrd", "verify", session.path], { stdio: "pipe" })).not.toThrow();
		expect(execFileSync(rerunProgram, ["rrd", "stats", session.path], { encoding: "utf8" })).toMatch(
			/num_chunks_indexed = [1-9]/,
		);
	});

	it("is drawn by Rerun's newest viewer, without a window: times, entities, bones and video", async () => {
		const png = join(session.folder, "viewer.png");
		const { version, timelines, entities, views, logs } = await judgeSession("show", session.path, png);
		expect(version).toBe("0.41.0");
		expect(Object.keys(timelines).sort()).toEqual(["capture", "client", "frame", "server", "source"]);
		for (const name of [
			"/camera",
			"/FullBody",
			"/head",
			"/XRHandLeft",
			"/right\\ controller",
			"/heard",
			"/microphone",
			"/gripper",
			"/episodes",
		])
			expect(
				entities.some((entity: string) => entity.endsWith(name)),
				name,
			).toBe(true);
		expect(views.map(([kind]: string[]) => kind)).toEqual(
			expect.arrayContaining(["2D", "3D", "TimeSeries", "TextLog"]),
		);
		expect(
			views.flatMap(([, name, reports]: [string, string, string[]]) =>
				reports.map((words) => `${name}: ${words}`),
			),
		).toEqual([]);
		// FFmpeg, which decodes for the viewer, writes its name alone at times.
		const known = /Software rasterizer|video encoding properties|video stream codec details|decoder: \[h264\]$/;
		expect(logs.filter((words: string) => !known.test(words))).toEqual([]);
		const picture = Screenshot.fromPng(readFileSync(png));
		expect(showsSphere(picture)).toBe(true);
	});

	it("is played by `panogaze replay`: at each place, what was shown then", async () => {
		await using replayed = await replay(session.path, {
			port: 0,
			host: "127.0.0.1",
			logLevel: "warn",
			renderWorkers: 1,
		});
		const { server } = replayed;
		const page = await browser.newPage({ viewport: { width: 640, height: 360 }, deviceScaleFactor: 1 });
		await page.goto(`http://127.0.0.1:${server.port}/`);
		await page.locator("#status[data-state=live]").waitFor({ timeout: 60_000 });
		server.playback.pause();
		for (const share of [0.3, 0.75, 0.5]) {
			const place = Math.floor(share * frames.length);
			server.playback.seek(frames[place]!.packet.stages.drawStartSec);
			await vi.waitFor(
				async () => {
					const mark = await markOnPage(page);
					// Several may be drawn from one of the source: the nearest in direction.
					const near = frames
						.slice(place - 1, place + 2)
						.filter((frame) => sourceFrameOf(frame) === mark?.frame);
					const distance = (frame: ReadFrame) => Math.abs(yawOf(frame) - (mark?.yawDeg ?? Number.NaN));
					const [shown] = near.sort((a, b) => distance(a) - distance(b));
					expectMark(mark, shown ?? frames[place]!, `at ${share}`);
				},
				{ timeout: 30_000, interval: 200 },
			);
		}
		await page.close();
	});

	it("is drawn again by `panogaze render --path`, picture by picture", async () => {
		const out = join(session.folder, "again.mp4");
		const args = ["render", session.clip, out, "--path", session.path, "--width", "320", "--json"];
		const { code, stderr } = await runInProcess(args);
		expect([code, stderr]).toEqual([0, expect.not.stringContaining("in its place")]);
		const marks = await marksOf(out);
		expect(marks).toHaveLength(frames.length);
		for (const [index, frame] of frames.entries()) expectMark(marks[index], frame, `picture ${index}`);
	});

	it("becomes a dataset whose actions name the picture that was on the person's screen", async () => {
		const directory = join(session.folder, "dataset");
		const notices: string[] = [];
		const report = await exportRecordings({
			...{ recordings: [session.path], directory, format: "lerobot", size: SMALL },
			onNotice: (notice) => notices.push(notice),
		});
		expect(report.episodes.map(({ task, success }) => [task, success])).toEqual([
			["touch", true],
			["lift", false],
		]);
		const { columns, episodes } = await judgeSession("dataset", directory);
		expect(episodes).toHaveLength(2);
		expect(columns.episode_index).toHaveLength(report.rows);
		const marks = await marksOf(join(directory, "videos/observation.images.view/chunk-000/file-000.mp4"));
		expect(marks).toHaveLength(report.rows);
		const heads = (await recordsOf("pose")).flatMap(({ pose }) => (pose.stream === 0 ? [pose] : []));
		const { beginNs } = recording.summary;
		const far: object[] = [];
		let checked = 0;
		for (let row = 0; row < report.rows; row += 5) {
			expectMark(marks[row], frames[columns["picture.number"][row]]!, `row ${row}`);
			const seen = columns["seen.picture"][row];
			const seenRow = columns["seen.frame_index"][row];
			if (seenRow < 0) continue;
			const atSec = Number(BigInt(columns["time.unix_ns"][row]) - beginNs) / 1e9;
			// By the page's own clock, which the last head states.
			const { clientTimeMs, capturedSec } = heads.findLast((head) => head.capturedSec <= atSec)!;
			const pageMs = clientTimeMs + (atSec - capturedSec) * 1000;
			const spokenMs = session.report.sent.findLast(({ timeMs }) => timeMs <= pageMs)!.timeMs;
			const shown = session.report.shown.findLast(({ atMs }) => atMs <= spokenMs)!;
			const truth = frames.findIndex(({ packet }) => packet.rtpTicks === shown.rtpTicks);
			if (Math.abs(seen - truth) > 1) far.push({ row, seen, truth, pageMs, spokenMs, shownMs: shown.atMs });
			// The row that shows it, or else the newest before it.
			const rows = columns.episode_index.flatMap((episode: number, at: number) =>
				episode === columns.episode_index[row] ? [columns["picture.number"][at] as number] : [],
			);
			expect(rows[seenRow]).toBe(Math.max(...rows.filter((number: number) => number <= seen)));
			checked++;
		}
		expect(checked).toBeGreaterThan(report.rows / 10);
		// A page that stalls learns of several pictures at once.
		expect(far.length, JSON.stringify(far)).toBeLessThan(checked / 20);
	});
});
