import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { monotonicSec } from "../../src/media/clock.ts";
import { createMotionRecorder, type MotionRow, readMotion } from "../../src/motion/index.ts";
import type { MotionFileOptions } from "../../src/motion/motion-format.ts";
import type { TimedSample } from "../../src/motion/motion-row.ts";
import { recordEverything, swayingBody, swayingBones } from "../../src/motion/synthetic-motion.cases.ts";
import { TextMotionWriter } from "../../src/motion/text-writer.ts";
import { decodeLegacyBodyPose } from "../../src/protocol/legacy/body-pose.ts";
import { boneTable } from "../../src/skeleton/bone-table.ts";
import { PoseSample } from "../../src/skeleton/pose-sample.ts";
import { pythonPath } from "./python-environment.ts";

const script = fileURLToPath(new URL("motion_judge.py", import.meta.url));
let folder: string;
/**
 * Messages as the headset sends them, each after the time of its arrival (f64, Unix seconds) and
 * its length (u32).
 */
let messagesFile: string;
const messages: { readonly receivedSec: number; readonly bytes: Uint8Array }[] = [];

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "panogaze-motion-judge-"));
	messagesFile = join(folder, "messages.bin");
	for (let step = 0; step < 60; step++)
		messages.push({ receivedSec: 1_700_000_000.25 + step * 0.0131, bytes: headsetMessage(step) });
	// A time without microseconds, which Python writes shorter.
	messages.push({ receivedSec: 1_700_000_002, bytes: headsetMessage(60) });
	await writeFile(
		messagesFile,
		Buffer.concat(
			messages.map(({ receivedSec, bytes }) => {
				const head = Buffer.alloc(12);
				head.writeDoubleLE(receivedSec, 0);
				head.writeUInt32LE(bytes.byteLength, 8);
				return Buffer.concat([head, bytes]);
			}),
		),
	);
});
afterAll(() => rm(folder, { recursive: true }));

async function judge<Result>(...args: string[]): Promise<Result> {
	const { stdout } = await promisify(execFile)(pythonPath, [script, ...args], { maxBuffer: 1 << 28 });
	return JSON.parse(stdout) as Result;
}

/**
 * 84 bones in Unity's axes, single precision as the engine computes it, with numbers that are hard
 * to round: ties, zeros of both signs, tiny ones.
 */
function headsetMessage(step: number): Uint8Array {
	const bytes = new Uint8Array(4 + 84 * 32);
	const data = new DataView(bytes.buffer);
	data.setInt32(0, 84, true);
	const odd = [0, -0, 0.0005, 0.0625, -0.1875, 0.0004999, 1e-5, -1e-9, 2.5, 12.3456789, -0.3125, 1 / 3];
	for (let bone = 0; bone < 84; bone++) {
		const at = 4 + bone * 32;
		const angle = bone + step / 7;
		const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
		const rotation = bone % 5 === 0 ? [0, -0, 1, 0] : [0.48 * sine, 0.6 * sine, 0.64 * sine, cosine];
		const numbers = [
			odd[(bone + step) % odd.length]!,
			Math.sin(step / 9 + bone),
			odd[(bone * 7 + step * 5) % odd.length]!,
			...rotation,
		];
		data.setInt32(at, bone, true);
		for (const [part, value] of numbers.entries()) data.setFloat32(at + 4 + part * 4, value, true);
	}
	return bytes;
}

function poseOf({ receivedSec, bytes }: (typeof messages)[number]): TimedSample {
	const sample = new PoseSample();
	if (decodeLegacyBodyPose(bytes, sample).kind !== "message") throw new Error("The message is broken.");
	expect(sample.droppedBones).toBe(0);
	return { timeSec: receivedSec, capturedSec: undefined, sample };
}

async function textOf(options: Pick<MotionFileOptions, "format" | "precision" | "absoluteTime">): Promise<string> {
	const path = join(folder, `${options.precision}-${options.absoluteTime}.${options.format}`);
	const writer = new TextMotionWriter({ ...options, path, axes: "flu", createdSec: 0, owner: { host: "", pid: 0 } });
	for (const message of messages) writer.write(poseOf(message));
	await writer.close();
	return readFile(path, "utf8");
}

describe("Python", () => {
	it.each([
		[3, false],
		[3, true],
		[0, false],
		[6, true],
		[17, false],
		[40, false],
	])(
		"writes the same JSONL and CSV of the same messages, with %i decimals, absolute times: %s",
		async (precision, absoluteTime) => {
			const theirs = await judge<{ jsonl: string; csv: string }>(
				"text",
				messagesFile,
				String(precision),
				absoluteTime ? "absolute" : "relative",
			);
			const lines = theirs.jsonl.split("\n");
			const ours = await textOf({ format: "jsonl", precision, absoluteTime });
			for (const [index, line] of ours.split("\n").entries()) expect(line).toBe(lines[index]);
			expect(ours === theirs.jsonl).toBe(true);
			expect((await textOf({ format: "csv", precision, absoluteTime })) === theirs.csv).toBe(true);
			expect(theirs.csv).toContain("\r\n");
		},
	);

	it("finds everything of the HDF5 layout in our file", async () => {
		// As a server records it, whose times are Unix time: these poses are not being received
		// now.
		const recorder = await createMotionRecorder({ path: join(folder, "ours.h5"), offline: false });
		recordEverything(recorder, 150);
		// A bone that comes late: it has a place in all poses, and no numbers in those before.
		recorder.write(swayingBody(150, [0, 1, 200]), { receivedAtSec: 1001.5 });
		await recorder.close();
		const found = await judge<{
			attributes: Record<string, unknown>;
			datasets: Record<
				string,
				{ shape: number[]; dtype: string; compression: string | null; attributes: Record<string, string> }
			>;
			groups: Record<string, string[]>;
			bone_ids: string[];
			bone_index: number[];
			labels: Record<string, string[]>;
			scales: Record<string, string[][]>;
			time: number[];
			missing: number;
			last: [number[][], number[][]];
		}>("read-hdf5", recorder.path);
		expect(found.attributes).toMatchObject({
			format_version: "2.0",
			created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/),
			convert_unity_coords: 1,
			description: "Body pose recording with time-varying data structure",
			total_frames: 151,
			num_bones: 85,
			skeleton_type: "FullBody",
		});
		expect(found.attributes["duration_seconds"]).toBeCloseTo(1.5, 5);
		expect(found.datasets).toMatchObject({
			time: {
				shape: [151],
				dtype: "float64",
				compression: "gzip",
				attributes: {
					units: expect.stringMatching(/^seconds since \d{4}-/),
					description: "Unix timestamps for each pose frame",
				},
			},
			positions: {
				shape: [151, 85, 3],
				dtype: "float32",
				compression: "gzip",
				attributes: {
					units: "meters",
					description: "XYZ positions for each bone at each timestep",
					dimensions: "time, bone_index, xyz",
				},
			},
			rotations: {
				shape: [151, 85, 4],
				dtype: "float32",
				compression: "gzip",
				attributes: {
					units: "quaternion",
					description: "XYZW quaternion rotations for each bone at each timestep",
					dimensions: "time, bone_index, xyzw",
				},
			},
			bone_ids: {
				shape: [85],
				dtype: "str",
				attributes: { description: "Bone identifiers corresponding to the bone_index dimension" },
			},
			bone_index: { shape: [85], dtype: "int32" },
		});
		expect(found.bone_ids).toEqual([...Array.from({ length: 84 }, (_, id) => String(id)), "200"]);
		expect(found.bone_index).toEqual(Array.from({ length: 85 }, (_, index) => index));
		expect(found.labels).toEqual({
			positions: ["time", "bone_index", "xyz"],
			rotations: ["time", "bone_index", "xyzw"],
		});
		expect(found.scales).toEqual({
			positions: [["/time"], ["/bone_index"], []],
			rotations: [["/time"], ["/bone_index"], []],
		});
		expect(found.missing).toBe(150 * 3 + 82 * 3);
		for (const [index, time] of found.time.entries()) expect(time - found.time[0]!).toBeCloseTo(index / 100, 5);
		const [, second, third] = swayingBones(150, [0, 1, 200]);
		expect(found.last[0][1]).toEqual(
			[-second!.position[2], -second!.position[0], second!.position[1]].map(Math.fround),
		);
		expect(found.last[1][84]).toEqual(
			[-third!.rotation[2], -third!.rotation[0], third!.rotation[1], third!.rotation[3]].map(Math.fround),
		);
		expect(Object.keys(found.groups)).toEqual(["head", "left_hand", "right_controller"]);
		expect(found.groups["right_controller"]).toEqual(
			expect.arrayContaining(["axes", "bone_ids", "buttons", "positions", "pressed", "time"]),
		);
	});

	it.each(["strings", "integers"])("writes HDF5 that we read, with bone ids that are %s", async (ids) => {
		const path = join(folder, `theirs-${ids}.h5`);
		expect(await judge("write-hdf5", messagesFile, path, ids)).toBe(messages.length);
		const poses: MotionRow[] = [];
		for await (const pose of readMotion(path)) poses.push(pose);
		expect(poses.map(({ timeSec }) => timeSec)).toEqual(messages.map(({ receivedSec }) => receivedSec));
		for (const [index, pose] of poses.entries()) {
			const expected = poseOf(messages[index]!);
			expect(pose).toMatchObject({ stream: "body", sample: { skeleton: "FullBody" } });
			const [read, written] = [boneTable(pose.sample), boneTable(expected.sample)];
			expect(read.ids).toEqual(written.ids);
			// + 0 makes zeros of both signs one.
			expect(read.positions.map((value) => value + 0)).toEqual(written.positions.map((value) => value + 0));
			expect(read.rotations.map((value) => value + 0)).toEqual(written.rotations.map((value) => value + 0));
		}
	});

	it("reads our MCAP file by its index and by scanning, checksums included", async () => {
		const recorder = await createMotionRecorder({ path: join(folder, "ours.mcap") });
		const unixFromMonotonicSec = Date.now() / 1000 - monotonicSec();
		const startSec = monotonicSec();
		for (let step = 0; step < 120; step++) {
			const receivedAtSec = startSec + step / 100;
			recorder.write(swayingBody(step, step < 60 ? [1, 7] : [7, 1, 12]), {
				receivedAtSec,
				capturedAtSec: receivedAtSec - 0.015,
			});
		}
		await recorder.close();
		const found = await judge<{
			schemas: Record<string, [string, string]>;
			channels: Record<string, string>;
			body_metadata: Record<string, string>;
			chunks: number;
			messages: number;
			metadata: string[];
			scanned: number;
			body: [
				number,
				number,
				number,
				string,
				Record<string, { position: Record<string, number>; orientation: Record<string, number> }>,
				string[],
			][];
		}>("read-mcap", recorder.path);
		expect(found).toMatchObject({
			schemas: { "foxglove.PosesInFrame": ["jsonschema", "object"], "panogaze.Bones": ["jsonschema", "object"] },
			channels: { "/body": "foxglove.PosesInFrame", "/body/bones": "panogaze.Bones" },
			metadata: ["panogaze.recording"],
			scanned: found.messages,
		});
		expect(JSON.parse(found.body_metadata["parents"]!)).toHaveLength(84);
		expect(found.body_metadata).toMatchObject({ skeleton: "FullBody", axes: "flu", kind: "skeleton" });
		expect(found.chunks).toBeGreaterThan(0);
		expect(found.body).toHaveLength(120);
		for (const [step, [logNs, publishNs, , frame, poses, names]] of found.body.entries()) {
			expect((logNs - publishNs) / 1e9).toBeCloseTo(0.015, 5);
			expect(Math.abs(logNs / 1e9 - (startSec + unixFromMonotonicSec + step / 100))).toBeLessThan(5);
			expect(frame).toBe("world");
			expect(names).toEqual(
				step < 60
					? ["FullBody_Hips", "FullBody_Head"]
					: ["FullBody_Head", "FullBody_Hips", "FullBody_LeftHandWristTwist"],
			);
			const [x, y, z] = swayingBones(step, [7])[0]!.position;
			const { position } = poses["7"]!;
			expect([position["x"], position["y"], position["z"]].map((part) => Math.fround(part!))).toEqual(
				[-z, -x, y].map((part) => Math.fround(part) + 0),
			);
		}
	});
});
