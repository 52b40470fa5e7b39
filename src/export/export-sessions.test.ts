import {
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { McapRecordBuilder } from "@mcap/core";
import { RecordingStream } from "panogaze-rerun";
import { saveFile } from "panogaze-rerun/node";
import { afterAll, describe, expect, it } from "vitest";
import { SessionWriter } from "../recording/rerun/session-writer.ts";
import type { SessionRecord } from "../recording/session-record.ts";
import { planCameras } from "./camera-plan.ts";
import { codedSession, DARK, DRIFTING, grayOf, graysOf, spherePackets, writeSphere } from "./coded-clip.cases.ts";
import { parseView } from "./drawn-cameras.ts";
import type { PlannedEpisode } from "./episode-plan.ts";
import type { ExportedSession, ExportOptions } from "./export-options.ts";
import { exportRecordings } from "./export-recordings.ts";
import { exportSessions } from "./export-sessions.ts";
import { episode, every, headPose, inOrder, logged, picture } from "./synthetic-session.cases.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-export-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;

function sessionOf(records: readonly SessionRecord[]): ExportedSession {
	return { name: "session.rrd", epochNs: 1_700_000_000_000_000_123n, records: () => records };
}

async function exported(records: readonly SessionRecord[], options: Partial<ExportOptions> = {}) {
	const directory = join(folder, `dataset-${made++}`);
	const notices: string[] = [];
	const report = await exportSessions({
		sessions: [sessionOf(records)],
		directory,
		format: "jsonl",
		onNotice: (notice) => notices.push(notice),
		...options,
	});
	return { report, notices, directory };
}

const COLOR = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;
const readJson = (...path: readonly string[]) => JSON.parse(readFileSync(join(...path), "utf8"));
const readRows = (directory: string) =>
	readFileSync(join(directory, "rows.jsonl"), "utf8")
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line));

describe("exportSessions()", () => {
	it("writes LeRobot's layout, whose picture n is that of row n", async () => {
		const { report, directory } = await exported(codedSession(60), { format: "lerobot", robotType: "arm" });
		expect(report).toMatchObject({ rateHz: 30, rows: 60, state: ["force"], cameras: [{ width: 96, height: 64 }] });
		expect(
			readdirSync(directory, { recursive: true })
				.filter((name) => /\.\w+$/.test(String(name)))
				.sort(),
		).toEqual([
			"data/chunk-000/file-000.parquet",
			"meta/episodes/chunk-000/file-000.parquet",
			"meta/info.json",
			"meta/stats.json",
			"meta/tasks.parquet",
			"videos/observation.images.view",
			"videos/observation.images.view/chunk-000/file-000.mp4",
		]);
		const info = readJson(directory, "meta/info.json");
		expect(info).toMatchObject({ codebase_version: "v3.0", fps: 30, total_frames: 60, robot_type: "arm" });
		expect(info.features["observation.state"]).toEqual({ dtype: "float64", shape: [1], names: ["force"] });
		expect(info.features["observation.images.view"].shape).toEqual([64, 96, 3]);
		const stats = readJson(directory, "meta/stats.json");
		expect(stats["observation.state"].max).toEqual([DRIFTING + 59]);
		expect(stats["observation.images.view"].min[0][0][0]).toBeCloseTo(((grayOf(0) - 16) * 255) / 219 / 255, 1);
		const grays = await graysOf(join(directory, "videos/observation.images.view/chunk-000/file-000.mp4"));
		expect(grays).toHaveLength(60);
		for (const [row, gray] of grays.entries()) expect(Math.abs(gray - grayOf(row)), `row ${row}`).toBeLessThan(2);
	});

	it("shows in each row of a slower rate the newest picture, and names the one that was seen", async () => {
		const { directory } = await exported(codedSession(60), { rateHz: 7, encoding: { codec: "vp9" } });
		const rows = readRows(directory);
		const grays = await graysOf(join(directory, "videos/observation.images.view.mp4"));
		expect(grays).toHaveLength(rows.length);
		for (const [index, row] of rows.entries()) {
			expect(row.picture).toBe(Math.floor((index * 30) / 7 + 1e-6));
			expect(Math.abs(grays[index]! - grayOf(row.picture))).toBeLessThan(2);
			expect(row.seen_picture).toBeLessThanOrEqual(Math.max(0, row.picture - 1));
		}
		expect(rows[3].unix_ns).toBe(Number(1_700_000_000_428_571_552n));
	});

	it("repeats a picture while none comes, and scales those of another size", async () => {
		const small = codedSession(30, 48, 32);
		const records = [
			...small.filter((record) => record.type !== "frame" || record.packet.stages.drawStartSec < 0.5),
		];
		const { report, directory } = await exported([...records, picture(1, 30, lastPicture(small))], {
			size: { width: 64, height: 64 },
		});
		const grays = await graysOf(join(directory, "videos/observation.images.view.mp4"));
		expect(grays).toHaveLength(report.rows);
		// Bars above and below take a third of the picture.
		expect(grays[20]).toBe(grays[15]);
		expect(grays[14]).toBeGreaterThan(grays[2]!);
	});

	it("draws cameras from the sphere at the recorded times, over loops of the source", async () => {
		const clip = join(folder, "sphere.mp4");
		await writeSphere(clip, 30);
		const records = codedSession(50).map((record) =>
			record.type === "frame"
				? { ...record, packet: { ...record.packet, stampSec: (frameOf(record) % 30) / 30 } }
				: record,
		);
		const views = [parseView("gaze:60", ["view"]), parseView("back=fixed:180,0,60", ["view"])];
		const { report, directory, notices } = await exported(records, {
			source: clip,
			views,
			size: { width: 64, height: 48 },
		});
		expect(notices).toEqual([]);
		expect(report.cameras.map(({ key }) => key)).toEqual([
			"observation.images.view",
			"observation.images.gaze",
			"observation.images.back",
		]);
		const gaze = await graysOf(join(directory, "videos/observation.images.gaze.mp4"));
		const back = await graysOf(join(directory, "videos/observation.images.back.mp4"));
		expect([gaze.length, back.length]).toEqual([50, 50]);
		for (const [row, gray] of gaze.entries())
			expect(Math.abs(gray - grayOf(row % 30)), `row ${row}`).toBeLessThan(3);
		for (const gray of back) expect(Math.abs(gray - DARK)).toBeLessThan(3);
		await expect(exported(records, { source: clip })).rejects.toThrow("there is no --view");
		const asked = new AbortController();
		const ended = exported(records, { views, source: clip, signal: asked.signal });
		asked.abort();
		await expect(ended).rejects.toMatchObject({ name: "AbortError" });
		await expect(exported(records, { views })).rejects.toThrow("does not hold: name it with --source");
		await expect(exported(records, { views, source: join(folder, "nowhere.mp4") })).rejects.toMatchObject({
			name: "SourceError",
			code: "not-found",
		});
	});

	it("draws cameras from the packets of the source that are in the recording", async () => {
		const records = codedSession(30).map((record) =>
			record.type === "frame"
				? { ...record, packet: { ...record.packet, stampSec: frameOf(record) / 30 } }
				: record,
		);
		const { directory, notices } = await exported(inOrder(...records, ...spherePackets(30)), {
			views: [parseView("gaze:60", [])],
			size: { width: 64, height: 48 },
			video: false,
		});
		expect(notices).toEqual([]);
		expect(readdirSync(directory).sort()).toEqual(["info.json", "rows.jsonl", "videos"]);
		const gaze = await graysOf(join(directory, "videos/observation.images.gaze.mp4"));
		expect(gaze).toHaveLength(30);
		for (const [row, gray] of gaze.entries()) expect(Math.abs(gray - grayOf(row)), `row ${row}`).toBeLessThan(4);
	});

	it("sets the source's packets upright as their file stated", async () => {
		const records = codedSession(10).map((record) =>
			record.type === "frame"
				? { ...record, packet: { ...record.packet, stampSec: frameOf(record) / 30 } }
				: record,
		);
		const format = { width: 128, height: 64, eyes: 1, color: COLOR } as const;
		const facts = { name: "clip.mp4", codec: "h264", frameRate: 30, live: false, durationSec: 1 } as const;
		const codedOrientation = { rotationDeg: 90, mirrored: false } as const;
		const source = { ...facts, format, codedOrientation };
		const { directory } = await exported(
			inOrder({ type: "source", atSec: 0, source }, ...records, ...spherePackets(10, { width: 64, height: 128 })),
			{ views: [parseView("back=fixed:180,0,60", [])], size: { width: 64, height: 48 }, video: false },
		);
		// Turned upright, the dark half lies above and below.
		const back = await graysOf(join(directory, "videos/observation.images.back.mp4"));
		for (const [row, gray] of back.entries()) expect(Math.abs(gray - grayOf(row)), `row ${row}`).toBeLessThan(4);
	});

	it("has the cameras that were recorded beside the view", async () => {
		const wrist = codedSession(40, 48, 32).flatMap((record) =>
			record.type === "frame"
				? [
						{
							type: "camera",
							camera: "wrist",
							atSec: record.packet.stages.drawStartSec + 0.1,
							packet: record.packet,
						} as const,
					]
				: [],
		);
		const { report, directory } = await exported(inOrder(...codedSession(40), ...wrist), { rateHz: 10 });
		expect(report.cameras).toEqual([
			{ key: "observation.images.view", width: 96, height: 64 },
			{ key: "observation.images.wrist", width: 48, height: 32 },
		]);
		const view = await graysOf(join(directory, "videos/observation.images.view.mp4"));
		const beside = await graysOf(join(directory, "videos/observation.images.wrist.mp4"));
		expect([view.length, beside.length]).toEqual([report.rows, report.rows]);
		for (let row = 1; row < report.rows; row++) {
			expect(Math.abs(view[row]! - grayOf(row * 3)), `view, row ${row}`).toBeLessThan(2);
			expect(Math.abs(beside[row]! - grayOf(row * 3 - 3)), `wrist, row ${row}`).toBeLessThan(2);
		}
	});

	it("has a name of its own for a camera that is named as the operator's view is", () => {
		const pictures = { atSec: [0], width: 2, height: 2, eyes: 1 };
		const cameras = new Map(["view", "view_2", "wrist"].map((name) => [name, pictures]));
		const planned = {
			viewer: { pictures },
			cameras,
			beginSec: 0,
			rateHz: 30,
			rows: 1,
		} as unknown as PlannedEpisode;
		const { features } = planCameras({ episodes: [planned], sphereEyes: 1 });
		expect(features.map(({ key }) => key.replace("observation.images.", ""))).toEqual([
			...["view", "view_3", "view_2", "wrist"],
		]);
	});

	it("leaves gaps empty, or holds the value before where that is asked for", async () => {
		const records = every(30, 61, (sec) => headPose(sec)).filter((_, index) => index <= 20 || index >= 40);
		const empty = await exported(records, { rateHz: 10 });
		expect(empty.report.incompleteActions).toBe(7);
		expect(empty.notices).toEqual(["In 7 of 21 rows a number of the action is not known."]);
		expect(readRows(empty.directory)[8].action[0]).toBeNull();
		const held = await exported(records, { rateHz: 10, gaps: "hold" });
		expect(readRows(held.directory)[8]).toMatchObject({ valid_action: 0 });
		expect(readRows(held.directory)[8].action[0]).toBeCloseTo(0.6, 5);
	});

	it("takes the episodes that were not discarded, with their tasks and outcomes", async () => {
		const records = inOrder(
			...codedSession(90),
			episode(0.2, 1, "running"),
			episode(0.7, 1, "ended", true),
			episode(1, 2, "running"),
			episode(1.5, 2, "ended", false),
			episode(1.8, 2, "discarded", false),
			episode(2, 3, "running"),
			episode(2.4, 3, "ended", false),
			episode(2.6, 4, "running"),
		);
		const kept = await exported(records, { rateHz: 10 });
		expect(kept.report.episodes).toMatchObject([
			{ task: "task 1", success: true, rows: 6 },
			{ task: "task 3", success: false, rows: 5 },
		]);
		expect(kept.notices).toEqual(["2 of 4 episodes of session.rrd are left out: --episodes chooses."]);
		const grays = await graysOf(join(kept.directory, "videos/observation.images.view.mp4"));
		const rows = readRows(kept.directory);
		expect(rows.map(({ picture: shown }) => shown)).toEqual([6, 9, 12, 15, 18, 21, 60, 63, 66, 69, 72]);
		for (const [index, gray] of grays.entries())
			expect(Math.abs(gray - grayOf(rows[index].picture)), `row ${index}`).toBeLessThan(2);
		const all = await exported(records, { episodes: "all", format: "lerobot", video: false });
		expect(all.report.episodes).toHaveLength(4);
		expect(readJson(all.directory, "meta/info.json")).toMatchObject({ total_tasks: 4, video_path: null });
		const successes = await exported(records, { episodes: "successful", video: false });
		expect(successes.report.episodes.map(({ task }) => task)).toEqual(["task 1"]);
	});

	it("keeps the pictures of two operators apart, whose encoders make one key frame each", async () => {
		const of = (viewer: string, laterSec: number, shift: number) =>
			codedSession(60, 96, 64, [0]).flatMap((record): SessionRecord[] => {
				if (record.type !== "frame" && record.type !== "pose") return [];
				// Reading without video knows no key frame.
				if (record.type === "frame")
					return [{ ...record, viewer, packet: { ...record.packet, keyframe: false } }];
				const { receivedSec, capturedSec } = record.pose;
				const isOperator = capturedSec >= laterSec && capturedSec < laterSec + 1;
				const pose = { ...record.pose, receivedSec: receivedSec + shift, capturedSec: capturedSec + shift };
				return isOperator ? [{ ...record, viewer, pose }] : [];
			});
		const records = inOrder(
			...of("first", 0, 0),
			...of("second", 1, 0),
			episode(0.1, 1, "running"),
			episode(0.9, 1, "ended"),
			episode(1.1, 2, "running"),
			episode(1.9, 2, "ended"),
			episode(1.95, 3, "running"),
			episode(1.96, 3, "ended"),
		);
		const { report, directory, notices } = await exported(records, { rateHz: 10, format: "jsonl" });
		expect(notices.filter((notice) => notice.includes("decoded"))).toEqual([]);
		expect(report.episodes.slice(0, 2).map(({ viewer }) => viewer)).toEqual(["first", "second"]);
		expect(notices).toContainEqual(
			expect.stringMatching(/^The episodes of .* have several operators, first, second:/),
		);
		const grays = await graysOf(join(directory, "videos/observation.images.view.mp4"));
		for (const [index, { picture: shown }] of readRows(directory).entries())
			expect(Math.abs(grays[index]! - grayOf(shown)), `row ${index}`).toBeLessThan(3);
	});

	it("takes what was logged under a stream's name for what it is", async () => {
		const records = inOrder(
			...every(30, 31, (sec) => headPose(sec)),
			...every(30, 31, (sec) => logged(sec, "head", [42], "operator")),
			...every(30, 31, (sec) => logged(sec, "arm:left grip ", [7], "operator")),
		);
		const { report, directory } = await exported(records, { rateHz: 10 });
		expect(report.state).toEqual(["arm:left grip ", "head"]);
		expect(readRows(directory)[3].state).toEqual([7, 42]);
	});

	it("puts several recordings into one dataset", async () => {
		const records = every(30, 31, (sec) => headPose(sec));
		const sessions = [sessionOf(records), { ...sessionOf(records), epochNs: 1_800_000_000n * 1_000_000_000n }];
		const { report, directory } = await exported([], { sessions, rateHz: 10, format: "csv" });
		expect(report.episodes.map(({ rows }) => rows)).toEqual([11, 11]);
		const lines = readFileSync(join(directory, "rows.csv"), "utf8").trimEnd().split("\n");
		expect(lines).toHaveLength(23);
		expect(lines[1]).toMatch(/^0,0,0,0,1700000000000000123,/);
		expect(lines[12]).toMatch(/^11,1,0,0,1800000000000000000,/);
	});

	it("leaves recordings without the viewer that is named out, and says so", async () => {
		const records = every(30, 31, (sec) => headPose(sec));
		const others = records.map((record) => ({ ...record, viewer: "guest" }) as SessionRecord);
		const sessions = [sessionOf(records), { ...sessionOf(others), name: "other.rrd" }];
		const { report, notices } = await exported([], { sessions, rateHz: 10, viewer: "op" });
		expect(report.episodes.map(({ session }) => session)).toEqual(["session.rrd"]);
		expect(notices).toContain("other.rrd has no viewer op: it is left out. There is guest.");
	});

	it("writes all poses as they were received beside the rows, with exact times", async () => {
		const records = every(30, 31, (sec) => headPose(sec));
		const { directory } = await exported(records, { rateHz: 10, rawPoses: true, format: "lerobot" });
		const lines = readFileSync(join(directory, "poses.jsonl"), "utf8").trimEnd().split("\n");
		expect(lines).toHaveLength(31);
		expect(lines[0]).toMatch(/^\{"unix_ns":1700000000020000123,"captured_unix_ns":1700000000000000123,/);
		expect(JSON.parse(lines[30]!)).toMatchObject({ session: "session.rrd", kind: "head", positions: [1, 1.5, 0] });
	});

	it("leaves nothing behind when it fails, and refuses a folder that is not empty", async () => {
		const directory = join(folder, "full");
		mkdirSync(directory);
		writeFileSync(join(directory, "mine.txt"), "");
		await expect(
			exported(
				every(30, 31, (sec) => headPose(sec)),
				{ directory },
			),
		).rejects.toThrow("is not empty");
		const before = readdirSync(folder).length;
		const target = join(folder, "never");
		const broken = codedSession(30).map((record) =>
			record.type === "frame"
				? { ...record, packet: { ...record.packet, accessUnit: Uint8Array.of(1, 2, 3) } }
				: record,
		);
		await expect(exported(broken, { directory: target })).rejects.toThrow("no picture can be decoded");
		await expect(exported(broken, { directory: target, action: ["hed"] })).rejects.toThrow("Did you mean head?");
		for (const encoding of [{ codec: "prores" }, { encoder: "ffv1" }, { encoder: "x264" }])
			await expect(exported(broken, { directory: target, encoding })).rejects.toThrow("is one of");
		await expect(exported(broken, { directory: target, viewer: "x" })).rejects.toThrow("There is operator.");
		expect(existsSync(target)).toBe(false);
		expect(readdirSync(folder)).toHaveLength(before);
	});
});

describe("exportRecordings()", () => {
	it("reads a recording's file, and gives the rows that its records do", async () => {
		const records = codedSession(40);
		const path = join(folder, "session.rrd");
		const recording = new RecordingStream("panogaze", { environment: {}, strict: true, logTime: false });
		recording.setSinks(saveFile(path));
		const writer = new SessionWriter(recording, { layout: false, epochSec: 1_700_000_000 });
		for (const record of records) writer.write(record);
		await recording.close();
		const directory = join(folder, "from-file");
		// In a folder, a file of motion alone is passed over.
		const sessions = join(folder, "sessions");
		mkdirSync(sessions);
		copyFileSync(path, join(sessions, "session.rrd"));
		const motion = new McapRecordBuilder();
		motion.writeMagic();
		motion.writeHeader({ profile: "", library: "panogaze" });
		motion.writeMetadata({ name: "panogaze.recording", metadata: new Map() });
		writeFileSync(join(sessions, "motion.mcap"), motion.buffer);
		const recordings = [sessions];
		const report = await exportRecordings({ recordings, directory, format: "jsonl" });
		writeFileSync(join(sessions, "killed.mcap"), motion.buffer.subarray(0, 20));
		const others = exportRecordings({ recordings, directory: join(folder, "others"), format: "jsonl" });
		await expect(others).rejects.toThrow(/killed\.mcap ends before its first messages\.$/);
		const direct = await exported(records);
		expect(report.episodes).toMatchObject([{ session: "session.rrd", viewer: "operator", rows: 40 }]);
		const [rows, expected] = [readRows(directory), readRows(direct.directory)];
		for (const [index, row] of rows.entries()) {
			expect(row.state).toEqual(expected[index].state);
			expect([row.picture, row.seen_frame_index]).toEqual([index, Math.max(0, index - 2)]);
			for (const [at, number] of row.action.entries()) expect(number).toBeCloseTo(expected[index].action[at], 6);
		}
		await expect(exportRecordings({ recordings: ["nowhere.rrd"], directory, format: "csv" })).rejects.toMatchObject(
			{
				code: "not-found",
			},
		);
	});
});

/** Number of a coded picture. */
function frameOf(record: Extract<SessionRecord, { type: "frame" }>): number {
	return Math.round(record.packet.stages.drawStartSec * 30);
}

/** Bytes and size of a session's first picture, which is a key frame. */
function lastPicture(records: readonly SessionRecord[]) {
	const first = records.find((record) => record.type === "frame");
	if (first?.type !== "frame") throw new Error("The session has no pictures.");
	const { accessUnit, width, height } = first.packet;
	return { accessUnit, keyframe: true, width, height };
}
