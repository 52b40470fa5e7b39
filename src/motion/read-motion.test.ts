import { execFileSync } from "node:child_process";
import { copyFile, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { monotonicSec } from "../media/clock.ts";
import { boneTable, trackedBones } from "../skeleton/bone-table.ts";
import type { MotionRow } from "./motion-row.ts";
import { readMotion } from "./read-motion.ts";
import { recordInProcess } from "./recorder-in-process.cases.ts";
import {
	recordEverything,
	recordedBone,
	rowsByStream,
	swayingBody,
	temporaryFolder,
	turningHead,
	wavingHand,
} from "./synthetic-motion.cases.ts";

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
	({ folder, remove } = await temporaryFolder());
});
afterAll(() => remove());

async function file(name: string, content: string | Uint8Array): Promise<string> {
	const path = join(folder, name);
	await writeFile(path, content);
	return path;
}

const idsOf = ({ sample }: MotionRow) => [...trackedBones(sample)];

async function all(
	path: string,
	options: Parameters<typeof readMotion>[1] = {},
): Promise<{ poses: MotionRow[]; notices: readonly string[] }> {
	const recording = readMotion(path, options);
	const poses: MotionRow[] = [];
	for await (const pose of recording) poses.push(pose);
	return { poses, notices: recording.notices };
}

const BONE = '{"id": 3, "pos": {"x": 2.0, "y": -0.5, "z": 1.25}, "rot": {"x": 0.5, "y": -0.5, "z": 0.5, "w": 0.5}}';
const LINE = `{"time_elapsed": 0.25, "bones": [${BONE}]}`;
const HEADER = "time_elapsed,bone_id,pos_x,pos_y,pos_z,rot_x,rot_y,rot_z,rot_w";

describe("readMotion() of recordings by others", () => {
	it("takes JSONL for a FullBody in world axes", async () => {
		const { poses, notices } = await all(await file("theirs.jsonl", `${LINE}\n\n${LINE.replace("0.25", "1.5")}\n`));
		expect(notices).toEqual([]);
		expect(poses.map(({ timeSec }) => timeSec)).toEqual([0.25, 1.5]);
		expect(poses[0]).toMatchObject({
			stream: "body",
			capturedSec: undefined,
			sample: { stream: 3, kind: "skeleton", skeleton: "FullBody", clientTimeMs: Number.NaN },
		});
		expect(recordedBone(poses[0]!, 3)).toEqual({ position: [0.5, 1.25, -2], rotation: [0.5, 0.5, -0.5, 0.5] });
		expect(recordedBone(poses[0]!, 4)).toBeUndefined();
	});

	it("takes Unity's axes if it is told so", async () => {
		const { poses } = await all(await file("unity.jsonl", LINE), { axes: "unity" });
		expect(recordedBone(poses[0]!, 3)).toEqual({ position: [2, -0.5, -1.25], rotation: [-0.5, 0.5, 0.5, 0.5] });
	});

	it("takes ids as numbers, texts and names, absolute times, and a file name without an ending", async () => {
		const named = [9, '"8"', '"Head"', '"FullBody_Hips"'].map((id) => BONE.replace("3", String(id))).join(", ");
		const { poses } = await all(
			await file("theirs.log", `{"timestamp": 1700000000.5, "datetime": "x", "bones": [${named}]}\n`),
		);
		expect(poses[0]!.timeSec).toBe(1700000000.5);
		expect(idsOf(poses[0]!)).toEqual([9, 8, 7, 1]);
	});

	it("takes CSV with columns in any order and cells in quotes; a bone that comes again begins a pose", async () => {
		const rows = ["0.0,1,1,2,3,0,0,0,1", "0.0,2,1,2,3,0,0,0,1", "0.0,1,1,2,3,0,0,0,1", '"0.5","1",1,2,3,0,0,0,1'];
		const { poses } = await all(await file("theirs.csv", `${[HEADER, ...rows].join("\r\n")}\r\n`));
		expect(poses.map((row) => [row.timeSec, ...idsOf(row)])).toEqual([
			[0, 1, 2],
			[0, 1],
			[0.5, 1],
		]);
		const mixed = await all(
			await file(
				"mixed.csv",
				"rot_w,rot_z,rot_y,rot_x,pos_z,pos_y,pos_x,bone_id,extra,timestamp\n1,0,0,0,3,2,1,9,?,17.5\n",
			),
		);
		expect(mixed.poses[0]!.timeSec).toBe(17.5);
		expect(boneTable(mixed.poses[0]!.sample)).toMatchObject({
			ids: Int32Array.of(9),
			positions: Float32Array.of(-2, 3, -1),
		});
	});
});

describe("readMotion() of files that are cut off", () => {
	it("gives the whole lines of JSONL and says what it left out", async () => {
		const { poses, notices } = await all(await file("cut.jsonl", `${LINE}\n${LINE}\n${LINE.slice(0, 70)}`));
		expect(poses).toHaveLength(2);
		expect(notices).toEqual([
			expect.stringMatching(/cut\.jsonl, line 3: the last line is cut off and was left out\./),
		]);
	});

	it("gives the whole rows of CSV: a last number may lack digits", async () => {
		const rows = ["0.0,1,1,2,3,0,0,0,1.0", "0.1,1,1,2,3,0,0,0,1.0", "0.1,2,1,2,3,0,0,0,0.1"];
		const { poses, notices } = await all(await file("cut.csv", [HEADER, ...rows].join("\r\n")));
		expect(poses.map(idsOf)).toEqual([[1], [1]]);
		expect(notices).toEqual([expect.stringMatching(/line 4: the last line is cut off/)]);
	});

	it("gives the whole chunks of MCAP and the whole poses of a journal, wherever they are cut", async () => {
		const mcap = await recordInProcess({ path: join(folder, "whole.mcap") });
		const h5 = await recordInProcess({ path: join(folder, "whole.h5") });
		for (const recorder of [mcap, h5]) recordEverything(recorder, 40);
		while (h5.stats().queued > 0) await new Promise((resolve) => setTimeout(resolve, 5));
		const journal = await readFile(`${h5.path}.journal`);
		await Promise.all([mcap.close(), h5.close()]);
		const content = await readFile(mcap.path);
		for (let part = 0.05; part < 1; part += 0.15) {
			const cut = await file("cut.mcap", content.subarray(0, Math.floor(content.length * part)));
			const { poses, notices } = await all(cut);
			// A chunk ends by the clock too: a busy machine makes several.
			const ends = chunkEnds(content);
			const whole = ends.filter((end) => end <= content.length * part).length;
			if (whole === 0 || whole === ends.length) expect(poses.length).toBe(whole === 0 ? 0 : 160);
			else expect(poses.length).toBeLessThan(160);
			expect(notices).toEqual([expect.stringMatching(/cut\.mcap has no end: its recorder was interrupted/)]);

			const cutJournal = await file("cut.h5.journal", journal.subarray(0, Math.floor(journal.length * part)));
			const rest = await all(cutJournal.replace(".journal", ""));
			expect(rest.poses.length).toBeLessThan(160);
			expect(rest.poses.length).toBeGreaterThanOrEqual(Math.floor(160 * part) - 8);
			expect(rest.notices[0]).toMatch(/cut\.h5\.journal is the journal of a recording that was not finished/);
		}
	});
});

/**
 * Where the chunks of an MCAP file end, bytes: records are an opcode, a length of 64 bits and
 * content, after 8 bytes of magic.
 */
function chunkEnds(mcap: Buffer): number[] {
	const ends: number[] = [];
	for (let at = 8; at + 9 <= mcap.length; ) {
		const end = at + 9 + Number(mcap.readBigUInt64LE(at + 1));
		if (mcap[at] === 0x06) ends.push(end);
		at = end;
	}
	expect(ends.length).toBeGreaterThan(0);
	return ends;
}

describe("readMotion() of broken files", () => {
	it.each([
		[
			"other.jsonl",
			`${LINE}\n{"bones": []}\n`,
			/other\.jsonl, line 2: it has neither `time_elapsed` nor `timestamp`/,
			2,
		],
		["bones.jsonl", '{"time_elapsed": 0}\n', /line 1: it has no list `bones`/, 1],
		[
			"pos.jsonl",
			`${LINE.replace('"pos": {"x": 2.0, "y": -0.5, "z": 1.25}, ', "")}\n`,
			/line 1: `pos` of bone 0 is missing/,
			1,
		],
		["part.jsonl", `${LINE.replace('"w": 0.5', '"w": null')}\n`, /line 1: `rot` of bone 0 has no number `w`/, 1],
		["id.jsonl", `${LINE.replace("3,", '"Tail",')}\n`, /line 1: "Tail" is no bone/, 1],
		["time.jsonl", `${LINE.replace("0.25", "NaN")}\n`, /line 1: it is not a JSON object/, 1],
		["middle.jsonl", `${LINE}\n${LINE.slice(0, 50)}\n${LINE}\n`, /line 2: it is not a JSON object/, 2],
		["text.jsonl", "not a recording at all", /line 1: it is not a JSON object/, 1],
		[
			"columns.csv",
			"time_elapsed,bone_id,pos_x,pos_y,rot_x,rot_y,rot_z,rot_w\r\n",
			/line 1: the column pos_z is missing/,
			1,
		],
		[
			"timeless.csv",
			`${HEADER.replace("time_elapsed,", "")}\r\n`,
			/line 1: the column time_elapsed \(or timestamp\) is missing/,
			1,
		],
		["more.csv", "a,b\r\n1,2\r\n", /the columns time_elapsed \(or timestamp\), bone_id, pos_x, .* are missing/, 1],
		[
			"cell.csv",
			`${HEADER}\r\n0.0,1,1,2,3,0,0,0,1\r\n0.0,2,1,two,3,0,0,0,1\r\n`,
			/cell\.csv, line 3: `pos_y` is not a number/,
			3,
		],
		["short.csv", `${HEADER}\r\n0.0,1,1\r\n0.0,1,1,2,3,0,0,0,1\r\n`, /line 2: it has 3 cells of 9/, 2],
		["empty.csv", "", /empty\.csv is empty/, undefined],
		["text.h5", "this is no HDF5", /text\.h5 is no HDF5 file, or a broken one/, undefined],
		["empty.h5", "", /empty\.h5 is no HDF5 file/, undefined],
		["text.mcap", "this is no MCAP file either", /text\.mcap is no MCAP file/, undefined],
		["empty.mcap", "", /empty\.mcap is no MCAP file: it is empty/, undefined],
		["x.journal", "this is no journal", /x\.journal is no journal/, undefined],
		["picture.bin", "\x89PNG\r\n", /picture\.bin is no recording of motion/, undefined],
	])("says what is wrong with %s", async (name, content, words, line) => {
		const path = await file(name, content);
		const error = await all(path).then(
			() => undefined,
			(failure: unknown) => failure,
		);
		expect(error).toMatchObject({ name: "MotionFileError", code: "broken", path, line });
		expect((error as Error).message).toMatch(words);
	});

	it("says of a damaged HDF5 file what is wrong in one line, not the library's call stack", async () => {
		const path = join(folder, "damaged.h5");
		const recorder = await recordInProcess({ path });
		for (let step = 0; step < 20; step++) recorder.write(swayingBody(step), { receivedAtSec: step });
		await recorder.close();
		const bytes = await readFile(path);
		for (let at = 3000; at < bytes.length; at += 97) bytes[at] = 255;
		await writeFile(path, bytes);
		const error = await all(path).catch((error: unknown) => error as Error);
		expect(error).toMatchObject({ name: "MotionFileError", code: "broken" });
		expect((error as Error).message).toMatch(/damaged\.h5.* can't be read: [^\n]{5,120}\.$/);
	});

	it.runIf(process.platform !== "win32")(
		"does not wait for a pipe that nobody writes to, to find out what it holds",
		async () => {
			const path = join(folder, "pipe");
			execFileSync("mkfifo", [path]);
			await expect(all(path)).rejects.toMatchObject({
				code: "broken",
				message: expect.stringContaining("is a pipe or a device"),
			});
		},
	);

	it("gives what comes before a broken line", async () => {
		const path = await file("half.jsonl", `${LINE}\n${LINE}\nbroken\n`);
		const poses: MotionRow[] = [];
		const reading = (async () => {
			for await (const pose of readMotion(path)) poses.push(pose);
		})();
		await expect(reading).rejects.toThrow(/line 3/);
		expect(poses).toHaveLength(2);
	});

	it.each(["jsonl", "csv", "h5", "mcap", "log"])("says that there is no such file, of .%s", async (ending) => {
		await expect(all(join(folder, `missing.${ending}`))).rejects.toMatchObject({
			code: "not-found",
			message: expect.stringMatching(/no file .*missing/),
		});
	});

	it("finds damage inside an HDF5 file and inside a chunk of an MCAP file", async () => {
		for (const format of ["hdf5", "mcap"] as const) {
			const recorder = await recordInProcess({ directory: folder, format });
			recordEverything(recorder, 60);
			await recorder.close();
			const damaged = join(folder, `damaged.${format}`);
			await copyFile(recorder.path, damaged);
			const bytes = await readFile(damaged);
			if (format === "mcap") bytes.fill(0x55, 5000, 5100);
			await writeFile(damaged, bytes);
			if (format === "hdf5") await truncate(damaged, Math.floor(bytes.length * 0.7));
			await expect(all(damaged, { format })).rejects.toMatchObject({ name: "MotionFileError", code: "broken" });
		}
	});
});

describe("readMotion() of several streams", () => {
	it("gives them in the order of time, on one clock, and again when it is asked again", async () => {
		const recorder = await recordInProcess({ path: join(folder, "order.csv") });
		const startSec = monotonicSec();
		for (let step = 0; step < 30; step++) {
			recorder.write(turningHead(step), { receivedAtSec: startSec + step / 10 });
			if (step >= 10) recorder.write(swayingBody(step, [1, 2]), { receivedAtSec: startSec + step / 10 + 0.05 });
		}
		await recorder.close();
		const recording = readMotion(recorder.path);
		for (let round = 0; round < 2; round++) {
			const poses: MotionRow[] = [];
			for await (const pose of recording) poses.push(pose);
			expect(poses).toHaveLength(50);
			for (let index = 1; index < poses.length; index++)
				expect(poses[index]!.timeSec).toBeGreaterThanOrEqual(poses[index - 1]!.timeSec);
			const body = poses.find(({ stream }) => stream === "body")!;
			expect(body.timeSec - poses[0]!.timeSec).toBeCloseTo(1.05, 6);
			// The list beside the files says when that was.
			expect(Math.abs(poses[0]!.timeSec - Date.now() / 1000)).toBeLessThan(1e4);
		}
	});

	it("reads a recording without a body by its main file, and one stream by that one's file", async () => {
		const recorder = await recordInProcess({ path: join(folder, "bodiless.csv") });
		const startSec = monotonicSec();
		for (let step = 0; step < 4; step++) recorder.write(turningHead(step), { receivedAtSec: startSec + step });
		recorder.write(wavingHand(1), { receivedAtSec: startSec + 4 });
		await recorder.close();
		expect([...(await rowsByStream(readMotion(recorder.path))).keys()]).toEqual(["head", "left_hand"]);
		const hand = await rowsByStream(readMotion(join(folder, "bodiless.left_hand.csv")));
		expect([...hand.keys()]).toEqual(["left_hand"]);
		expect(hand.get("left_hand")![0]).toMatchObject({ sample: { skeleton: "XRHandLeft", stream: 1 } });
		expect(Math.abs(hand.get("left_hand")![0]!.timeSec - Date.now() / 1000)).toBeLessThan(1e4);
	});

	it("says when one of the files is gone, and goes on", async () => {
		const recorder = await recordInProcess({ path: join(folder, "gone.jsonl") });
		recordEverything(recorder, 3);
		await recorder.close();
		await rm(join(folder, "gone.head.jsonl"));
		const recording = readMotion(recorder.path);
		expect([...(await rowsByStream(recording)).keys()]).toEqual(["body", "left_hand", "right_controller"]);
		expect(recording.notices).toEqual([
			expect.stringMatching(/gone\.head\.jsonl is not there: the stream head is left out/),
		]);
	});

	it("leaves nothing open when reading is given up", async () => {
		const { poses } = await all(await file("give-up.jsonl", `${LINE}\n`.repeat(5000)));
		expect(poses).toHaveLength(5000);
		for await (const pose of readMotion(join(folder, "give-up.jsonl"))) {
			expect(pose.sample.sequence).toBe(1);
			break;
		}
	});
});

describe("a row's sample", () => {
	it("is the pose that was recorded; bones that the skeleton does not have lie beyond its bones", async () => {
		const recorder = await recordInProcess({ path: join(folder, "samples.mcap") });
		recorder.write(swayingBody(3, [7, 84, 900, 1000]), { receivedAtSec: 1 });
		await recorder.close();
		const { poses } = await all(recorder.path);
		const { sample } = poses[0]!;
		expect(sample).toMatchObject({ kind: "skeleton", skeleton: "FullBody", stream: 3, boneCount: 84 });
		expect([...sample.valid.subarray(0, 84)].flatMap((valid, id) => (valid ? [id] : []))).toEqual([7]);
		expect(idsOf(poses[0]!)).toEqual([7, 84, 900, 1000]);
	});

	it("is the row's own, and leaves out bones of numbers that no recorder writes", async () => {
		const line = (id: number) => LINE.replace(BONE, `${BONE}, ${BONE.replace('"id": 3', `"id": ${id}`)}`);
		const { poses } = await all(await file("numbers.jsonl", [5, -1, 1024, 2 ** 31].map(line).join("\n")));
		expect(poses.map(idsOf)).toEqual([[3, 5], [3], [3], [3]]);
	});
});
