import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { monotonicSec } from "../media/clock.ts";
import type { LegacyBone } from "../protocol/legacy/body-pose.ts";
import { trackedBones } from "../skeleton/bone-table.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";
import { createMotionRecorder, MotionRecorder } from "./motion-recorder.ts";
import type { MotionRow } from "./motion-row.ts";
import { readMotion } from "./read-motion.ts";
import { recordInProcess } from "./recorder-in-process.cases.ts";
import {
	legacyBody,
	pressedController,
	recordEverything,
	recordedBone,
	rowsByStream,
	swayingBody,
	swayingBones,
	temporaryFolder,
	turningHead,
	wavingHand,
} from "./synthetic-motion.cases.ts";

let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => {
	({ folder, remove } = await temporaryFolder());
});
afterEach(() => remove());

/**
 * World axes. In the recording's (X forward, Y left, Z up) the first is at (2, -0.5, 1.25), turned
 * by (0.5, -0.5, 0.5, 0.5).
 */
const TWO: readonly [LegacyBone, LegacyBone] = [
	{ id: 18, position: [0.5, 1.25, -2], rotation: [0.5, 0.5, -0.5, 0.5] },
	{ id: 7, position: [0, 0.0625, 0.0004], rotation: [0, 0, 0, 1] },
];
const TWO_BONES = legacyBody(TWO);

async function recordTwoBones(options: Parameters<typeof createMotionRecorder>[0]): Promise<string> {
	const recorder = await recordInProcess({ path: join(folder, "two.jsonl"), ...options });
	recorder.write(TWO_BONES, { receivedAtSec: 500 });
	recorder.write(legacyBody([]), { receivedAtSec: 500.01 });
	recorder.write(TWO_BONES, { receivedAtSec: 501.5 });
	await recorder.close();
	expect(recorder.stats()).toEqual({ written: 3, queued: 0, lost: 0 });
	return readFile(recorder.path, "utf8");
}

describe("the text layouts", () => {
	it("JSONL is what json.dumps writes of the same poses, to the last character", async () => {
		const bones =
			'[{"id": 18, "pos": {"x": 2.0, "y": -0.5, "z": 1.25}, "rot": {"x": 0.5, "y": -0.5, "z": 0.5, "w": 0.5}}, ' +
			'{"id": 7, "pos": {"x": -0.0, "y": -0.0, "z": 0.062}, "rot": {"x": -0.0, "y": -0.0, "z": 0.0, "w": 1.0}}]';
		expect(await recordTwoBones({})).toBe(
			`{"time_elapsed": 0.0, "bones": ${bones}}\n{"time_elapsed": 0.01, "bones": ` +
				`[]}\n{"time_elapsed": 1.5, "bones": ${bones}}\n`,
		);
	});

	it("CSV is what csv.DictWriter writes: rows end with CR LF, a row for each bone", async () => {
		expect(await recordTwoBones({ path: join(folder, "two.csv"), precision: 1 })).toBe(
			[
				"time_elapsed,bone_id,pos_x,pos_y,pos_z,rot_x,rot_y,rot_z,rot_w,photon_age_ms",
				"0.0,18,2.0,-0.5,1.2,0.5,-0.5,0.5,0.5,",
				"0.0,7,-0.0,-0.0,0.1,-0.0,-0.0,0.0,1.0,",
				"1.5,18,2.0,-0.5,1.2,0.5,-0.5,0.5,0.5,",
				"1.5,7,-0.0,-0.0,0.1,-0.0,-0.0,0.0,1.0,",
				"",
			].join("\r\n"),
		);
	});

	it("times are absolute when that is asked for: Unix seconds with every digit, and local time", async () => {
		const before = Date.now() / 1000;
		const lines = (await recordTwoBones({ absoluteTime: true })).trimEnd().split("\n");
		const entries = lines.map((line) => JSON.parse(line) as { timestamp: number; datetime: string });
		expect(Object.keys(entries[0]!)).toEqual(["timestamp", "datetime", "bones"]);
		expect(entries[2]!.timestamp - entries[0]!.timestamp).toBeCloseTo(1.5, 5);
		for (const { timestamp, datetime } of entries) {
			expect(datetime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?$/);
			expect(new Date(datetime).getTime() / 1000).toBeCloseTo(timestamp, 2);
			expect(Math.abs(timestamp - before)).toBeLessThan(1e9);
		}
		const csv = await recordTwoBones({ path: join(folder, "absolute.csv"), absoluteTime: true });
		expect(csv.split("\r\n")[0]).toBe(
			"timestamp,datetime,bone_id,pos_x,pos_y,pos_z,rot_x,rot_y,rot_z,rot_w,photon_age_ms",
		);
	});

	it("axes can stay the headset client's", async () => {
		expect(await recordTwoBones({ axes: "unity", precision: 2 })).toContain(
			'{"id": 18, "pos": {"x": 0.5, "y": 1.25, "z": 2.0}, "rot": {"x": -0.5, "y": -0.5, "z": -0.5, "w": 0.5}}',
		);
	});

	it("follow a set of bones that changes", async () => {
		const recorder = await recordInProcess({ path: join(folder, "changing.jsonl") });
		for (const [step, ids] of [[1, 2], [2, 3, 1], [300]].entries())
			recorder.write(swayingBody(step, ids), { receivedAtSec: step });
		await recorder.close();
		const lines = (await readFile(recorder.path, "utf8")).trimEnd().split("\n");
		expect(
			lines.map((line) => (JSON.parse(line) as { bones: { id: number }[] }).bones.map(({ id }) => id)),
		).toEqual([[1, 2], [2, 3, 1], [300]]);
	});
});

describe("createMotionRecorder()", () => {
	it.each([
		["jsonl", 3],
		["csv", 3],
		["hdf5", undefined],
		["mcap", undefined],
	] as const)(
		"records bodies, heads, hands and controllers as %s so that they are read back as they were",
		async (format, decimals) => {
			const recorder = await createMotionRecorder({ directory: join(folder, "made", "here"), format });
			recordEverything(recorder, 150);
			await recorder.close();
			expect(recorder.stats()).toEqual({ written: 600, queued: 0, lost: 0 });
			expect(basename(recorder.path)).toMatch(/^body_pose_\d{8}_\d{6}\.(jsonl|csv|h5|mcap)$/);

			const recording = readMotion(recorder.path);
			const streams = await rowsByStream(recording);
			expect(recording.notices).toEqual([]);
			expect([...streams].map(([name, poses]) => [name, poses.length])).toEqual([
				["body", 150],
				["head", 150],
				["left_hand", 150],
				["right_controller", 150],
			]);
			const near = (value: number, expected: number) =>
				expect(Math.abs(value - expected)).toBeLessThanOrEqual(decimals === undefined ? 1e-7 : 0.00051);
			for (const step of [0, 1, 77, 149]) {
				const [body, head, hand, controller] = [...streams.values()].map((poses) => poses[step]!) as [
					MotionRow,
					MotionRow,
					MotionRow,
					MotionRow,
				];
				for (const { timeSec } of [body, head, hand, controller])
					expect(timeSec - streams.get("body")![0]!.timeSec).toBeCloseTo(step / 100, 5);
				expect(body.sample).toMatchObject({ kind: "skeleton", skeleton: "FullBody", stream: 3 });
				for (const { id, position, rotation } of swayingBones(step)) {
					const bone = recordedBone(body, id)!;
					for (const [part, value] of bone.position.entries()) near(value, position[part]!);
					for (const [part, value] of bone.rotation.entries()) near(value, rotation[part]!);
				}
				expect(head.sample).toMatchObject({
					kind: "head",
					positionTracked: false,
					horizontalFovDeg: 80,
					stream: 0,
				});
				for (const [part, value] of recordedBone(head, 0)!.rotation.entries())
					near(value, turningHead(step).orientation[part]!);
				expect(hand.sample).toMatchObject({ kind: "skeleton", skeleton: "XRHandLeft", stream: 1 });
				expect(trackedBones(hand.sample)).toHaveLength(25);
				expect(recordedBone(hand, 5)).toBeUndefined();
				near(recordedBone(hand, 25)!.position[2], wavingHand(step).positions[77]!);
				expect(controller.sample).toMatchObject({
					kind: "controller",
					hand: "right",
					stream: 5,
					controls: { pressed: 1, touched: 5, buttonCount: 3, axisCount: 2 },
				});
				expect([...controller.sample.controls.buttons.subarray(0, 3)]).toEqual([
					...pressedController(step).controls.buttons.subarray(0, 3),
				]);
				expect([...controller.sample.controls.axes.subarray(0, 2)]).toEqual([-0.5, 0.25]);
				near(recordedBone(controller, 1)!.position[2], -0.75);
				if (decimals === undefined) expect(body.timeSec - body.capturedSec!).toBeCloseTo(0.004, 5);
			}
		},
	);

	it.each(["jsonl", "csv", "hdf5", "mcap"] as const)(
		"keeps how old the world was that the person saw, where it is known, in %s",
		async (format) => {
			const recorder = await recordInProcess({ directory: folder, format });
			for (const [step, photonAgeMs] of [84.4, Number.NaN, undefined, 1e9, -3].entries())
				recorder.write(swayingBody(step), { receivedAtSec: step, photonAgeMs });
			await recorder.close();
			const poses = (await rowsByStream(readMotion(recorder.path))).get("body")!;
			expect(poses.map(({ photonAgeMs }) => photonAgeMs)).toEqual([84, undefined, undefined, 65_534, 0]);
		},
	);

	it.each(["hdf5", "mcap"] as const)("keeps every bone of a set that changes, in %s", async (format) => {
		const recorder = await recordInProcess({ directory: folder, format });
		const sets = [[5, 6], [6, 7, 5], [], [900], [6]];
		for (const [step, ids] of sets.entries()) recorder.write(swayingBody(step, ids), { receivedAtSec: step });
		await recorder.close();
		const poses = (await rowsByStream(readMotion(recorder.path))).get("body")!;
		for (const [step, ids] of sets.entries()) {
			expect([...trackedBones(poses[step]!.sample)].sort()).toEqual([...ids].sort());
			for (const { id, position } of swayingBones(step, ids))
				for (const [part, value] of recordedBone(poses[step]!, id)!.position.entries())
					expect(value).toBeCloseTo(position[part]!, 6);
		}
	});

	it.each(["jsonl", "hdf5"] as const)(
		"gives every stream its own name: another skeleton, another number, in %s",
		async (format) => {
			const recorder = await recordInProcess({ directory: folder, format });
			const write = (skeleton: "Body" | "FullBody" | "PicoBody", stream: number) => {
				const frame = wavingHand(1);
				frame.skeleton = skeleton;
				frame.boneCount = 10;
				frame.stream = stream;
				recorder.write(frame, { receivedAtSec: 1 });
			};
			write("Body", 3);
			write("FullBody", 3);
			write("PicoBody", 3);
			write("FullBody", 9);
			await recorder.close();
			const streams = await rowsByStream(readMotion(recorder.path));
			expect([...streams].map(([name, poses]) => [name, poses.length])).toEqual([
				["body", 2],
				["body_3", 1],
				["body_9", 1],
			]);
			expect(streams.get("body_3")![0]!.sample.skeleton).toBe("PicoBody");
			// A Body that grew legs is a FullBody.
			expect(streams.get("body")![0]!.sample.skeleton).toBe("FullBody");
		},
	);

	it("loses poses when the disk can't keep up, counts them, and goes on", async () => {
		const recorder = await createMotionRecorder({ directory: folder, format: "jsonl", maxQueuedBytes: 10_000 });
		let taken = 0;
		// The worker's word that it has taken something can't come while this loop runs.
		for (let step = 0; step < 10; step++) if (recorder.write(swayingBody(step), { receivedAtSec: step })) taken++;
		expect(taken).toBe(3);
		expect(recorder.stats()).toMatchObject({ queued: 3, lost: 7 });
		while (recorder.stats().queued > 0) await new Promise((resolve) => setTimeout(resolve, 10));
		expect(recorder.write(swayingBody(10), { receivedAtSec: 10 })).toBe(true);
		await recorder.close();
		expect(recorder.stats()).toEqual({ written: 4, queued: 0, lost: 7 });
		expect((await rowsByStream(readMotion(recorder.path))).get("body")).toHaveLength(4);
	});

	it("takes no more streams and bones than a body has use for, whatever a client invents", async () => {
		const recorder = await recordInProcess({ directory: folder, format: "hdf5" });
		const head = new PoseSample();
		head.reset(1);
		head.kind = "head";
		head.valid[0] = 1;
		for (let stream = 0; stream < 80; stream++) {
			head.stream = stream;
			expect(recorder.write(head, { receivedAtSec: 5 })).toBe(stream < 63);
			const bones = [-1, 7, 1023, 1024 + stream].map((id) => ({ ...TWO[0], id }));
			expect(recorder.write(legacyBody(bones), { receivedAtSec: 5 })).toBe(true);
		}
		await recorder.close();
		expect(recorder.stats()).toEqual({ written: 63 + 80, queued: 0, lost: 17 });
		const streams = await rowsByStream(readMotion(recorder.path));
		expect(streams.size).toBe(64);
		expect([...trackedBones(streams.get("body")![0]!.sample)]).toEqual([7, 1023]);
	});

	it.each(["hdf5", "mcap"] as const)("keeps a pose whose capture time can't be, without it: %s", async (format) => {
		const recorder = await recordInProcess({ directory: folder, format });
		const receivedAtSec = monotonicSec();
		for (const capturedAtSec of [
			receivedAtSec - 0.5,
			Number.NEGATIVE_INFINITY,
			Number.POSITIVE_INFINITY,
			-1e297,
			1e300,
			Number.NaN,
		])
			recorder.write(TWO_BONES, { receivedAtSec, capturedAtSec });
		expect(() => recorder.write(TWO_BONES, { receivedAtSec: Number.NaN })).toThrow(/receivedAtSec.*NaN/);
		await recorder.close();
		const poses = (await rowsByStream(readMotion(recorder.path))).get("body")!;
		const ages = poses.map(({ timeSec, capturedSec }) => timeSec - (capturedSec ?? Number.NaN));
		expect(ages[0]).toBeCloseTo(0.5, 4);
		// MCAP has a capture time in every message: where it is not known, that of receiving.
		expect(
			ages.slice(1).every((age) => (format === "mcap" ? age === 0 || Number.isNaN(age) : Number.isNaN(age))),
		).toBe(true);
		expect(ages).toHaveLength(6);
	});

	it.each(["hdf5", "mcap", "jsonl", "csv"] as const)(
		"times of poses that are not received now begin at zero: %s",
		async (format) => {
			for (const firstSec of [0, 1e6]) {
				const recorder = await recordInProcess({ path: join(folder, `offline-${firstSec}.${format}`), format });
				for (let step = 0; step < 3; step++)
					recorder.write(TWO_BONES, {
						receivedAtSec: firstSec + step / 4,
						capturedAtSec: firstSec + step / 4 - 0.125,
					});
				expect(() => recorder.write(TWO_BONES, { receivedAtSec: firstSec - 1 })).toThrow(RangeError);
				await recorder.close();
				const poses = (await rowsByStream(readMotion(recorder.path))).get("body")!;
				// MCAP's times are unsigned: there the first reading is at zero.
				const zero = format === "mcap" ? 0.125 : 0;
				expect(poses.map(({ timeSec }) => timeSec)).toEqual([zero, zero + 0.25, zero + 0.5]);
				if (format === "hdf5" || format === "mcap")
					expect(poses.map(({ capturedSec }) => capturedSec)).toEqual([
						zero - 0.125,
						zero + 0.125,
						zero + 0.375,
					]);
			}
		},
	);

	it("times of poses that are received now are Unix time, and `offline` decides where it is said", async () => {
		const times = [];
		for (const offline of [undefined, false, true]) {
			const recorder = await recordInProcess({ path: join(folder, `now-${offline}.h5`), offline });
			recorder.write(TWO_BONES, { receivedAtSec: monotonicSec() });
			await recorder.close();
			times.push((await rowsByStream(readMotion(recorder.path))).get("body")![0]!.timeSec);
		}
		expect(times[0]).toBeGreaterThan(1.7e9);
		expect(times[1]).toBeGreaterThan(1.7e9);
		expect(times[2]).toBe(0);
	});

	it("never overwrites: recordings of one second have different names, and an existing file is refused", async () => {
		const recorders = await Promise.all(Array.from({ length: 3 }, () => recordInProcess({ directory: folder })));
		expect(new Set(recorders.map(({ path }) => path)).size).toBe(3);
		await Promise.all(recorders.map((recorder) => recorder.close()));
		for (const format of ["jsonl", "hdf5", "mcap"] as const) {
			const path = join(folder, `there.${format}`);
			await writeFile(path, "precious");
			await expect(recordInProcess({ path, format })).rejects.toMatchObject({
				name: "MotionFileError",
				code: "exists",
				path,
			});
			expect(await readFile(path, "utf8")).toBe("precious");
		}
	});

	it.each(["jsonl", "csv", "hdf5", "mcap"] as const)(
		"says which file can't be made, and why, of %s",
		async (format) => {
			const nowhere = join(folder, "missing", `x.${format}`);
			await expect(recordInProcess({ path: nowhere, format })).rejects.toMatchObject({ code: "not-writable" });
			await expect(recordInProcess({ path: nowhere, format })).rejects.toThrow(
				/missing.*the folder does not exist/,
			);
			await writeFile(join(folder, "file"), "");
			await expect(recordInProcess({ directory: join(folder, "file"), format })).rejects.toMatchObject({
				name: "MotionFileError",
			});
		},
	);

	it.runIf(existsSync("/dev/full")).each(["jsonl", "csv"] as const)(
		"ends when the disk is full and counts what is lost, of %s",
		async (format) => {
			// CSV writes its first line at once; JSONL finds out with the first pose.
			const recorder = MotionRecorder.start({ path: "/dev/full", format });
			for (let step = 0; step < 20; step++) recorder.write(swayingBody(step), { receivedAtSec: step });
			const failure = await recorder.ended;
			expect(failure).toMatchObject({ name: "MotionFileError", code: "not-writable", path: "/dev/full" });
			expect(failure!.message).toMatch(/\/dev\/full.*disk is full/);
			expect(recorder.write(swayingBody(20), { receivedAtSec: 20 })).toBe(false);
			expect(recorder.stats()).toEqual({ written: 0, queued: 0, lost: 21 });
			await expect(recorder.close()).rejects.toThrow(/disk is full/);
		},
	);

	it("leaves the journal when the HDF5 file can't be made at the end", async () => {
		const recorder = await recordInProcess({ path: join(folder, "late.h5") });
		recorder.write(swayingBody(0), { receivedAtSec: 0 });
		await writeFile(recorder.path, "somebody was faster");
		await expect(recorder.close()).rejects.toThrow(/late\.h5 is there already.*Nothing is lost.*late\.h5\.journal/);
		expect((await readdir(folder)).sort()).toEqual(["late.h5", "late.h5.journal"]);
		expect((await rowsByStream(readMotion(`${recorder.path}.journal`))).get("body")).toHaveLength(1);
	});

	it("writes an empty recording that can be read", async () => {
		for (const format of ["jsonl", "csv", "mcap"] as const) {
			const recorder = await recordInProcess({ directory: folder, format });
			await recorder.close();
			expect(await rowsByStream(readMotion(recorder.path))).toEqual(new Map());
		}
	});

	it.each([
		[{ precision: -1 }, /precision is a whole number from 0 to 100; got -1/],
		[{ precision: 1.5 }, /precision/],
		[{ format: "xml" as "csv" }, /format is one of jsonl, csv, hdf5, mcap; got "xml"/],
		[{ axes: "world" as "flu" }, /axes is one of flu, unity; got "world"/],
	])("refuses %j", async (options, words) => {
		await expect(recordInProcess({ directory: folder, ...options })).rejects.toThrow(words);
	});
});

it("records in a program that was given as text", async () => {
	const path = join(folder, "text.jsonl");
	const program = `
		import { PoseSample } from ${JSON.stringify(new URL("../skeleton/pose-sample.ts", import.meta.url).href)};
		import { createMotionRecorder } from ${JSON.stringify(new URL("./motion-recorder.ts", import.meta.url).href)};
		const recorder = await createMotionRecorder({ path: ${JSON.stringify(path)} });
		recorder.write(new PoseSample(), { receivedAtSec: 1 });
		await recorder.close();
		console.log(recorder.stats().written);`;
	const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
	expect(stdout).toBe("1\n");
});
