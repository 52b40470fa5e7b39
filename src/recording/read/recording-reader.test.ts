import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RecordingStream } from "panogaze-rerun";
import { saveFile } from "panogaze-rerun/node";
import { afterAll, describe, expect, it, vi } from "vitest";
import { seededRandom } from "../../skeleton/seeded-random.cases.ts";
import { RecordingError } from "../recording-error.ts";
import { SessionWriter } from "../rerun/session-writer.ts";
import type { SessionRecord } from "../session-record.ts";
import { syntheticSession, timeOfRecord } from "../synthetic-session.cases.ts";
import type { IndexedChunk } from "./chunk-index.ts";
import type { ReadRecord } from "./read-record.ts";
import { listOf, logged, plain } from "./reading.cases.ts";
import { openRecording, type ReadOptions } from "./recording-reader.ts";
import { RrdFile } from "./rrd-file.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-reader-"));
afterAll(() => rmSync(folder, { recursive: true }));
const EPOCH_SEC = 1_769_903_999.125;

async function written(name: string, records: readonly SessionRecord[], footer = true): Promise<string> {
	const path = join(folder, name);
	const recording = new RecordingStream("panogaze", {
		environment: {},
		strict: true,
		logTime: false,
		batching: { tickSec: 1000, maxRows: 7 },
	});
	recording.setSinks(saveFile(path, { footer }));
	const writer = new SessionWriter(recording, { layout: true, epochSec: EPOCH_SEC });
	for (const record of records) writer.write(record);
	await recording.close();
	return path;
}

async function readAll(path: string, options?: ReadOptions): Promise<ReadRecord[]> {
	await using reader = await openRecording(path);
	return await listOf(reader.records(options));
}

const session = syntheticSession(1);
const file = written("whole.rrd", session);

describe("A recording that was written", () => {
	it("gives back the same records, in the order of their time", async () => {
		const records = syntheticSession(2);
		const read = await readAll(await written("other.rrd", records));
		expect(logged(read)).toEqual(records.map(plain).sort());
		const times = read.map(timeOfRecord);
		expect(times).toEqual([...times].sort((a, b) => a - b));
	});

	it("looks for the lenses before a time only where pictures of their viewers are wanted", async () => {
		await using reader = await openRecording(await file);
		const read = vi.spyOn(RrdFile.prototype, "read");
		const lensesReadFor = async (options: ReadOptions) => {
			read.mockClear();
			await listOf(reader.records({ startSec: 2, ...options }));
			return read.mock.calls.filter(([chunk]) => (chunk as IndexedChunk).rows.views !== undefined).length;
		};
		expect(await lensesReadFor({ types: ["sound", "camera", "episode", "join"] })).toBe(0);
		const ofOne = await lensesReadFor({ types: ["frame"], viewers: ["cccccccc"] });
		expect(ofOne).toBeGreaterThan(0);
		expect(await lensesReadFor({ types: ["frame"] })).toBeGreaterThan(ofOne);
		read.mockRestore();
	});

	it("has a summary of its time, viewers and sources", async () => {
		await using reader = await openRecording(await file);
		const { viewers, sources, ...facts } = reader.summary;
		expect(facts).toEqual({
			beginSec: EPOCH_SEC,
			beginNs: BigInt(EPOCH_SEC * 1000) * 1_000_000n,
			durationSec: 2.4,
			sourcePackets: 0,
			cameras: ["wrist-left", "wrist-right"],
			files: [await file],
			damages: [],
		});
		expect(sources.map(({ source }) => source.name)).toEqual(["clip.mp4"]);
		const count = (id: string, type: string) =>
			session.filter((record) => record.type === type && "viewer" in record && record.viewer === id).length;
		const times = (id: string) =>
			session.filter((record) => record.type === "frame" && record.viewer === id).map(timeOfRecord);
		expect(viewers).toEqual(
			["aaaaaaaa", "b b/\\b", "cccccccc"].map((id, at) => ({
				id,
				beginSec: 0.002 + at * 0.7,
				endSec: expect.closeTo(2.4 - at * 0.1, 9),
				frames: count(id, "frame"),
				firstFrameSec: times(id)[0],
				lastFrameSec: times(id).at(-1),
				poses: count(id, "pose"),
			})),
		);
	});

	it("is read from any time on, for chosen viewers and kinds alone", async () => {
		const all = await readAll(await file);
		const choices: ReadOptions[] = [
			{ startSec: 1.2345 },
			{ startSec: 1.5, endSec: 1.7 },
			{ viewers: ["cccccccc"], types: ["pose", "join", "leave"] },
			{ startSec: 1.7, types: ["frame"] },
			{ types: ["curve"] },
			{ startSec: 0.7, types: ["sound"] },
		];
		for (const options of choices) {
			const { startSec = 0, endSec = Number.POSITIVE_INFINITY, viewers, types } = options;
			const isChosen = (record: ReadRecord) =>
				timeOfRecord(record) >= startSec &&
				timeOfRecord(record) < endSec &&
				(viewers?.includes(("viewer" in record && record.viewer) || "") ?? true) &&
				(types?.includes(record.type) ?? true);
			expect((await readAll(await file, options)).map(plain)).toEqual(all.filter(isChosen).map(plain));
		}
		const silent = await readAll(await file, { types: ["frame"], video: false });
		expect(silent.map((frame) => frame.type === "frame" && frame.packet.accessUnit.length)).toEqual(
			silent.map(() => 0),
		);
	});

	it("finds pictures by their number, and the key frame before a time", async () => {
		await using reader = await openRecording(await file);
		const [viewer] = reader.summary.viewers;
		const frames = session.filter((record) => record.type === "frame" && record.viewer === viewer!.id);
		for (const number of [0, 17, frames.length - 1])
			expect(await reader.timeOfFrame(viewer!.id, number)).toBe(timeOfRecord(frames[number]!));
		expect(await reader.timeOfFrame(viewer!.id, frames.length)).toBeUndefined();
		for (const atSec of [0.01, 0.34, 1.111, 2.3]) {
			const before = frames.findLast(
				(frame) => frame.type === "frame" && frame.packet.keyframe && timeOfRecord(frame) <= atSec,
			);
			expect(await reader.keyframeBefore(viewer!.id, atSec)).toBe(timeOfRecord(before!));
		}
		expect(await reader.keyframeBefore(viewer!.id, 0)).toBe(0.003);
	});

	it("is one with the parts that follow it", async () => {
		const half = Math.floor(session.length / 2);
		const path = await written("rotated.rrd", session.slice(0, half));
		await written("rotated_part002.rrd", session.slice(half));
		await written("rotated_part.rrd", syntheticSession(9));
		// A process that was killed right after a rotation leaves an empty part.
		for (const number of ["003", "1000", "999"]) writeFileSync(join(folder, `rotated_part${number}.rrd`), "");
		// A part begins with pictures that need a key frame, whose geometry is in the part before.
		await using reader = await openRecording(path);
		expect(logged(await listOf(reader.records()))).toEqual(session.map(plain).sort());
		const damaged = reader.summary.damages.map((damage) => /_part\d+/.exec(damage)?.[0]);
		expect(damaged).toEqual(["_part003", "_part999", "_part1000"]);
	});
});

describe("A recording whose writer was killed", () => {
	it("can be read up to its last whole message, and says where it ends", async () => {
		const path = await written("killed.rrd", session, false);
		const whole = logged(await readAll(path));
		expect(whole).toEqual(session.map(plain).sort());
		const bytes = readFileSync(path);
		const random = seededRandom(5);
		for (let round = 0; round < 3; round++) {
			const length = Math.floor(bytes.length * (0.3 + 0.7 * random()));
			writeFileSync(join(folder, "cut.rrd"), bytes);
			truncateSync(join(folder, "cut.rrd"), length);
			await using reader = await openRecording(join(folder, "cut.rrd"));
			expect(reader.summary.damages.join()).toMatch(/cut\.rrd: The file ends within a message/);
			const read = logged(await listOf(reader.records({ types: ["pose"] })));
			const isWhole = new Set(whole);
			expect(read.every((record) => isWhole.has(record))).toBe(true);
			expect(read.length).toBeGreaterThan(20);
		}
	});
});

describe("openRecording()", () => {
	it("says what is wrong with a file that it can't read", async () => {
		const text = join(folder, "notes.txt");
		writeFileSync(text, "not a recording at all");
		const empty = join(folder, "empty.rrd");
		writeFileSync(empty, "");
		const fixture = (name: string) => new URL(`../../../test/fixtures/rerun/${name}`, import.meta.url).pathname;
		const refusal = async (path: string) => {
			const error = await openRecording(path).catch((thrown: unknown) => thrown);
			expect(error).toBeInstanceOf(RecordingError);
			return (error as Error).message;
		};
		expect(await refusal(join(folder, "none.rrd"))).toMatch(/^There is no file .*none\.rrd\.$/);
		expect(await refusal(folder)).toMatch(/ is a folder, not a recording\.$/);
		expect(await refusal(text)).toMatch(/notes\.txt: .*it is no recording of Rerun/);
		expect(await refusal(empty)).toMatch(/empty\.rrd: The file is empty/);
		expect(await refusal(fixture("sdk-0.41.0.rrd"))).toMatch(/is a recording of Rerun, but of no panogaze session/);
	});

	it("leaves out a message with broken bytes, and reads the others", async () => {
		const short = syntheticSession(4).filter((record) => timeOfRecord(record) < 0.5);
		for (const footer of [true, false]) {
			const path = await written(`bytes-${footer}.rrd`, short, footer);
			const read = vi.spyOn(RrdFile.prototype, "read");
			const whole = await readAll(path);
			const chunks = read.mock.calls.map(([chunk]) => chunk as IndexedChunk);
			read.mockRestore();
			const { byteOffset, byteLength } = chunks.findLast(({ rows }) => (rows?.poses ?? 0) > 1)!;
			const bytes = readFileSync(path);
			const middle = byteOffset + Math.floor(byteLength / 2);
			bytes.fill(0xff, middle, middle + 8);
			writeFileSync(path, bytes);
			const found: string[] = [];
			await using reader = await openRecording(path, { onDamage: (sentence) => found.push(sentence) });
			const left = new Set(logged(await listOf(reader.records())));
			const lost = logged(whole).filter((record) => !left.has(record));
			expect(lost.every((record) => record.includes('"type":"pose"'))).toBe(true);
			expect([lost.length > 1, lost.length < whole.length / 4]).toEqual([true, true]);
			const { damages } = reader.summary;
			expect(damages).toEqual([
				footer
					? expect.stringMatching(/rrd: A part of what was recorded from [\d.]+ to [\d.]+ s is broken/)
					: expect.stringContaining(`rrd: A message after ${byteOffset} bytes is broken and left out: `),
			]);
			expect(found).toEqual(footer ? damages : []);
		}
	});

	it("ends in a RecordingError, or in records, wherever bytes are wrong", async () => {
		const short = syntheticSession(4).filter((record) => timeOfRecord(record) < 0.5);
		const bytes = readFileSync(await written("short.rrd", short));
		const random = seededRandom(7);
		const path = join(folder, "broken.rrd");
		for (let round = 0; round < 25; round++) {
			const broken = Uint8Array.from(bytes);
			const place = round % 2 === 0 ? random() * bytes.length : bytes.length - random() * 3000;
			for (let flips = 0; flips < 3; flips++) broken[Math.floor(place) + flips] = random() * 256;
			writeFileSync(path, broken);
			try {
				await readAll(path);
			} catch (error) {
				if (!(error instanceof RecordingError)) throw error;
			}
		}
	});
});
