import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codedSession, DRIFTING, grayOf, graysOf } from "../../src/export/coded-clip.cases.ts";
import type { ExportFormat } from "../../src/export/dataset-format.ts";
import { exportSessions } from "../../src/export/export-sessions.ts";
import { pythonPath } from "./python-environment.ts";

const script = fileURLToPath(new URL("dataset_judge.py", import.meta.url));
const EPOCH_NS = 1_769_903_999_125_000_000n;
const PICTURES = 45;
/** Two recordings of the same session, an hour apart. */
const sessions = [0, 3600].map((laterSec) => {
	const records = codedSession(PICTURES);
	return { name: "session.rrd", epochNs: EPOCH_NS + BigInt(laterSec) * 1_000_000_000n, records: () => records };
});
let folder: string;
/** What was written, by our own reading of the JSON lines. */
let expected: { action: number[]; state: number[]; seen_frame_index: number }[];

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "panogaze-dataset-"));
	const lines = await readFile(join(await exported("jsonl"), "rows.jsonl"), "utf8");
	expected = lines
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line));
});
afterAll(() => rm(folder, { recursive: true }));

async function exported(format: ExportFormat): Promise<string> {
	const directory = join(folder, format);
	await exportSessions({ sessions, directory, format, task: "pick it up" });
	return directory;
}

async function judge(...args: string[]) {
	const { stdout } = await promisify(execFile)(pythonPath, [script, ...args], { maxBuffer: 1 << 28 });
	return JSON.parse(stdout);
}

describe("a dataset", () => {
	it("in LeRobot's layout is read by pyarrow with every bit of its numbers", async () => {
		const directory = await exported("lerobot");
		const { data, episodes, tasks } = await judge("lerobot", directory);
		const { columns, types } = data;
		expect(types).toMatchObject({
			action: "list<element: double>",
			"observation.state": "double",
			timestamp: "float",
			"time.unix_ns": "int64",
			"valid.action": "bool",
			"seen.frame_index": "int64",
		});
		expect(data.groups).toBe(2);
		expect(columns.action).toEqual(expected.map(({ action }) => action));
		expect(columns["observation.state"]).toEqual(expected.map(({ state }) => state[0]));
		expect(columns["observation.state"][1]).toBe(DRIFTING + 1);
		expect(Math.fround(DRIFTING + 1)).not.toBe(DRIFTING + 1);
		expect(columns["seen.frame_index"]).toEqual(expected.map((row) => row.seen_frame_index));
		expect(columns.timestamp).toEqual(expected.map((_, index) => Math.fround((index % PICTURES) / 30)));
		expect(columns["time.unix_ns"][0]).toBe("1769903999125000000");
		expect(columns["time.unix_ns"][PICTURES + 3]).toBe("1769907599225000000");
		expect(columns.index).toEqual(expected.map((_, index) => index));
		expect(tasks).toMatchObject({ index: ["task"], columns: { task: ["pick it up"], task_index: [0] } });
		const video = "videos/observation.images.view";
		expect(episodes.columns).toMatchObject({
			episode_index: [0, 1],
			tasks: [["pick it up"], ["pick it up"]],
			length: [PICTURES, PICTURES],
			dataset_from_index: [0, PICTURES],
			dataset_to_index: [PICTURES, 2 * PICTURES],
			[`${video}/file_index`]: [0, 0],
			[`${video}/from_timestamp`]: [0, PICTURES / 30],
			[`${video}/to_timestamp`]: [PICTURES / 30, (2 * PICTURES) / 30],
			"stats/observation.state/max": [[DRIFTING + 44], [DRIFTING + 44]],
		});
		const grays = await graysOf(join(directory, video, "chunk-000/file-000.mp4"));
		expect(grays).toHaveLength(2 * PICTURES);
		for (const [index, gray] of grays.entries())
			expect(Math.abs(gray - grayOf(index % PICTURES)), `picture ${index}`).toBeLessThan(2);
	});

	it("in HDF5 is read by h5py with every bit of its numbers", async () => {
		const { total, episodes } = await judge("hdf5", await exported("hdf5"));
		expect(total).toBe(2 * PICTURES);
		expect(episodes.demo_1).toMatchObject({ columns: ["force"], num_samples: PICTURES });
		expect(episodes.demo_1.actions).toEqual(expected.slice(PICTURES).map(({ action }) => action));
		expect(episodes.demo_1.state).toEqual(expected.slice(PICTURES).map(({ state }) => state));
		expect(episodes.demo_1.unix_ns[3]).toBe("1769907599225000000");
	});
});
