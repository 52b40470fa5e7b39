import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { McapRecordBuilder } from "@mcap/core";
import { afterAll, describe, expect, it, vi } from "vitest";
import { spherePackets } from "../../export/coded-clip.cases.ts";
import { seededRandom } from "../../skeleton/seeded-random.cases.ts";
import { RecordingDisk } from "../files/recording-disk.ts";
import { SessionMcap } from "../mcap/session-mcap.ts";
import { RecordingError } from "../recording-error.ts";
import { SessionProgress } from "../session-progress.ts";
import type { SessionRecord } from "../session-record.ts";
import { syntheticSession, timeOfRecord } from "../synthetic-session.cases.ts";
import { holdsSession, type McapMessage, McapSessionFile } from "./mcap-file.ts";
import type { ReadRecord } from "./read-record.ts";
import { listOf, plain } from "./reading.cases.ts";
import { openRecording } from "./recording-reader.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-mcap-reader-"));
afterAll(() => rmSync(folder, { recursive: true }));
const EPOCH_SEC = 1_769_903_999.125;
const disk = new RecordingDisk({ nowMs: () => performance.now(), onNotice: () => {} });

/** Writes records as a server does: a chunk each 0.3 s. */
async function written(name: string, records: readonly SessionRecord[], progress = new SessionProgress()) {
	const path = join(folder, name);
	const failures: string[] = [];
	const onFailed = (message: string) => failures.push(message);
	const file = new SessionMcap({ path, epochSec: EPOCH_SEC, progress, disk, onFailed, onNotice: () => {} });
	let flushedSec = 0;
	for (const record of records) {
		if (timeOfRecord(record) > flushedSec + 0.3) {
			file.flush();
			flushedSec = timeOfRecord(record);
		}
		file.write(record);
	}
	await file.close();
	expect(failures).toEqual([]);
	return path;
}

/** Names of viewers are without slashes. Of sound, MCAP has the packets and their times. */
function kept(record: SessionRecord | ReadRecord): string {
	if (record.type !== "sound") return plain(record).replaceAll("b b/\\\\b", "bbbbbbbb");
	const { begins: _begins, mediaTimeSec: _mediaTimeSec, ...sound } = record.sound;
	return JSON.stringify({ ...record, sound: { ...sound, data: [...sound.data], atSec: record.atSec.toFixed(8) } });
}

const session: readonly SessionRecord[] = syntheticSession(1).map((record) =>
	"viewer" in record && record.viewer === "b b/\\b" ? { ...record, viewer: "bbbbbbbb" } : record,
);
const file = written("whole.mcap", session);
const all = session.map(kept).sort();

async function readAll(path: string): Promise<readonly ReadRecord[]> {
	await using reader = await openRecording(path);
	return await listOf(reader.records());
}

describe("A session in MCAP", () => {
	it("gives back the same records, in the order of their time", async () => {
		await using reader = await openRecording(await file);
		const records = await listOf(reader.records());
		expect(records.map(kept).sort()).toEqual(all);
		// Sound that goes on from chunk to chunk begins once.
		const heard = records.filter((record) => record.type === "sound" && record.direction === "sent");
		expect(heard.filter((record) => record.type === "sound" && record.sound.begins)).toEqual([heard[0]]);
		const times = records.map(timeOfRecord);
		expect(times).toEqual([...times].sort((a, b) => a - b));
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
		expect(viewers.map(({ id }) => id)).toEqual(["aaaaaaaa", "bbbbbbbb", "cccccccc"]);
		const frames = session.filter((record) => record.type === "frame" && record.viewer === "bbbbbbbb");
		expect(viewers[1]).toMatchObject({
			frames: frames.length,
			firstFrameSec: timeOfRecord(frames[0]!),
			lastFrameSec: timeOfRecord(frames.at(-1)!),
		});
		expect(await reader.largestView("aaaaaaaa")).toMatchObject({ eyes: 2 });
	});

	it("is read from any time on, and finds key frames, also of the source's own packets", async () => {
		const packets = spherePackets(40);
		await using reader = await openRecording(await written("packets.mcap", [...session, ...packets]));
		const choice = { startSec: 1, endSec: 1.5, types: ["frame"], viewers: ["aaaaaaaa"], video: false } as const;
		const frames = await listOf(reader.records(choice));
		const times = frames.map(timeOfRecord);
		expect(Math.min(...times)).toBeGreaterThanOrEqual(1);
		expect(Math.max(...times)).toBeLessThan(1.5);
		expect(frames.every((frame) => frame.type === "frame" && frame.packet.accessUnit.length === 0)).toBe(true);
		const keys = session.filter(
			(record) => record.type === "frame" && record.viewer === "aaaaaaaa" && record.packet.keyframe,
		);
		const before = keys.findLast((key) => timeOfRecord(key) <= 1.2);
		expect(await reader.keyframeBefore("aaaaaaaa", 1.2)).toBe(timeOfRecord(before!));
		expect(await reader.timeOfFrame("aaaaaaaa", 5)).toBe(
			timeOfRecord(session.filter(({ type }) => type === "frame")[5]!),
		);
		expect(reader.summary.sourcePackets).toBe(40);
		const read = await listOf(reader.records({ types: ["source-packet"] }));
		const unknown = { capturedSec: Number.NaN, cameraUs: Number.NaN };
		const whole = packets.map((record) =>
			record.type === "source-packet" ? { ...record, packet: { ...record.packet, ...unknown } } : record,
		);
		// Parameter sets are written as others begin.
		expect(read.slice(1).map(kept)).toEqual(whole.slice(1).map(kept));
		const keyAt = packets.findLastIndex(
			(packet, at) => at <= 35 && packet.type === "source-packet" && packet.packet.keyframe,
		);
		expect(await reader.sourceKeyframeBefore(35 / 30, 2)).toBeCloseTo(keyAt / 30, 8);
	});

	it("leaves out records that are nothing without their pictures where no video is wanted", async () => {
		await using reader = await openRecording(await written("silent.mcap", [...session, ...spherePackets(4)]));
		const kinds = async (video: boolean) =>
			new Set((await listOf(reader.records({ video }))).map(({ type }) => type));
		const without = await kinds(false);
		const leftOut = [...(await kinds(true))].filter((kind) => !without.has(kind));
		expect([leftOut.sort(), without.has("frame")]).toEqual([["camera", "client-frame", "source-packet"], true]);
	});

	it("has only those chunks read, and messages taken, of which wanted records are made", async () => {
		await using reader = await openRecording(await file);
		const read = vi.spyOn(McapSessionFile.prototype, "read");
		const everything = await listOf(reader.records());
		const chunks = read.mock.calls.length;
		const types = [...new Set(everything.map(({ type }) => type))];
		expect(types.length).toBeGreaterThan(8);
		for (const type of types) {
			const whole = everything.filter((record) => record.type === type);
			expect((await listOf(reader.records({ types: [type] }))).map(kept), type).toEqual(whole.map(kept));
		}
		read.mockClear();
		await listOf(reader.records({ types: ["join", "leave", "episode"] }));
		expect(read.mock.calls.length).toBeLessThan(chunks);
		const taken = await Promise.all(read.mock.results.map(({ value }) => value));
		const topics = new Set(
			taken.flatMap((messages) => (messages as readonly McapMessage[]).map(({ topic }) => topic)),
		);
		expect([...topics].filter((topic) => topic !== "/episodes")).toEqual(["/log"]);
		read.mockClear();
		await listOf(reader.records({ types: ["source-packet"] }));
		expect(read).not.toHaveBeenCalled();
		read.mockRestore();
	});

	it("is one with the parts that follow it, and is read up to where its writer was killed", async () => {
		const half = Math.floor(session.length / 2);
		const progress = new SessionProgress();
		const path = await written("rotated.mcap", session.slice(0, half), progress);
		await written("rotated_part002.mcap", session.slice(half), progress);
		const source = session.find(({ type }) => type === "source")!;
		expect((await readAll(path)).map(kept).sort()).toEqual([...all, kept(source)].sort());
		// Older files have the source in the chunk of what follows.
		const mixed = await written("mixed.mcap", session.slice(0, half));
		await written("mixed_part002.mcap", [session[half]!, source, ...session.slice(half + 1)]);
		await using whole = await openRecording(await file);
		const { sources, ...others } = whole.summary;
		for (const first of [path, mixed]) {
			await using rotated = await openRecording(first);
			const files = [first, first.replace(".mcap", "_part002.mcap")];
			expect(rotated.summary).toEqual({ ...others, sources: [...sources, ...sources], files });
			for (const { id } of whole.summary.viewers)
				for (const atSec of [0.9, 1.3, 2.2])
					expect(await rotated.keyframeBefore(id, atSec)).toBe(await whole.keyframeBefore(id, atSec));
		}
		const bytes = readFileSync(await file);
		const cut = join(folder, "cut.mcap");
		for (const share of [0.4, 0.8, 0.99]) {
			writeFileSync(cut, bytes.subarray(0, Math.floor(bytes.length * share)));
			await using reader = await openRecording(cut);
			expect(reader.summary.damages.join()).toMatch(/cut\.mcap: It ends after \d+ bytes without an index/);
			const read = (await listOf(reader.records({ types: ["pose"] }))).map(kept);
			expect(read.length).toBeGreaterThan(20);
			expect(read.every((record) => all.includes(record))).toBe(true);
		}
	});

	it("leaves a broken message out, and says so once", async () => {
		await using reader = await openRecording(await file);
		const whole = await listOf(reader.records());
		const poses = whole.filter(({ type }) => type === "pose");
		const readOf = McapSessionFile.prototype.read;
		const read = vi.spyOn(McapSessionFile.prototype, "read").mockImplementation(async function (
			this: McapSessionFile,
			...args
		) {
			const messages = await readOf.apply(this, args);
			const isBroken = ({ schema }: McapMessage) => ["panogaze.Numbers", "foxglove.Log"].includes(schema);
			return messages.map((message) => (isBroken(message) ? { ...message, data: Uint8Array.of(9) } : message));
		});
		const left = await listOf(reader.records());
		read.mockRestore();
		expect(left.filter(({ type }) => type === "pose").map(kept)).toEqual(poses.map(kept));
		expect(left.filter(({ type }) => type === "log" || type === "join")).toEqual([]);
		expect(reader.summary.damages).toEqual([
			expect.stringMatching(/whole\.mcap: Broken messages are left out, the first since /),
		]);
	});

	it("leaves out a chunk with a broken byte, with the time at which it was, and reads the others", async () => {
		const whole = await McapSessionFile.open(await file);
		const chunks = whole.chunks;
		await whole[Symbol.asyncDispose]();
		expect(chunks.length).toBeGreaterThan(4);
		const bytes = readFileSync(await file);
		const path = join(folder, "bad.mcap");
		const secOf = (ns: bigint) => Number(ns - chunks[0]!.startNs) / 1e9;
		const [start, end] = [secOf(chunks[3]!.startNs), secOf(chunks[3]!.endNs)];
		const others = session.filter((record) => timeOfRecord(record) < start || timeOfRecord(record) > end);
		const span = `from ${start.toFixed(3)} to ${end.toFixed(3)} s`;
		const damage = `${path}: A part of what was recorded ${span} is broken and left out: `;
		const broken = Uint8Array.from(bytes);
		broken[chunks[3]!.place + Math.floor(chunks[3]!.byteLength / 2)]! ^= 1;
		writeFileSync(path, broken);
		const found: string[] = [];
		await using reader = await openRecording(path, { onDamage: (sentence) => found.push(sentence) });
		expect([reader.summary.durationSec, reader.summary.damages]).toEqual([2.4, []]);
		for (const _round of [1, 2]) {
			const read = (await listOf(reader.records())).map(kept);
			expect(others.map(kept).filter((record) => !read.includes(record))).toEqual([]);
			expect(read.length).toBeLessThan(all.length);
		}
		expect(found).toEqual([expect.stringMatching(/^.+: Incorrect chunk CRC|^.+: Data corruption detected/)]);
		expect(found[0]!.startsWith(damage)).toBe(true);
		expect(reader.summary.damages).toEqual(found);
		// So is one whose writer was killed.
		const last = chunks.at(-1)!;
		const cut = Uint8Array.from(bytes.subarray(0, last.place));
		cut[chunks.at(-2)!.place + Math.floor(chunks.at(-2)!.byteLength / 2)]! ^= 1;
		writeFileSync(path, cut);
		await using killed = await openRecording(path);
		expect(killed.summary.damages).toEqual([
			expect.stringMatching(/bad\.mcap: It ends after \d+ bytes without an index/),
			expect.stringMatching(/bad\.mcap: A part of what was recorded from [\d.]+ to [\d.]+ s is broken/),
		]);
		const until = secOf(chunks.at(-2)!.startNs);
		const before = session.filter((record) => timeOfRecord(record) < until).map(kept);
		const left = (await listOf(killed.records())).map(kept);
		expect(before.filter((record) => !left.includes(record))).toEqual([]);
	});

	it("is read without its index where that is broken", async () => {
		const broken = Uint8Array.from(readFileSync(await file));
		broken[broken.length - 200]! ^= 1;
		const path = join(folder, "index.mcap");
		writeFileSync(path, broken);
		await using reader = await openRecording(path);
		expect(reader.summary.damages).toEqual([`${path}: Its index is broken; it was read without.`]);
		expect((await listOf(reader.records())).map(kept).sort()).toEqual(all);
	});

	it("has the same few topics in all of its chunks, so that each is chosen once", async () => {
		await using whole = await McapSessionFile.open(await file);
		expect(new Set(whole.chunks.flatMap(({ topics }) => topics))).toEqual(new Set(whole.counts.keys()));
	});

	it("ends in a RecordingError, or in records, wherever bytes are wrong, and says what is no session", async () => {
		const text = join(folder, "notes.mcap");
		writeFileSync(text, "not a recording at all");
		await expect(openRecording(text)).rejects.toThrow(/notes\.mcap is no MCAP file/);
		await expect(openRecording(join(folder, "none.mcap"))).rejects.toThrow(/^There is no file .*none\.mcap\.$/);
		const foreign = join(folder, "foreign.mcap");
		const builder = new McapRecordBuilder();
		builder.writeMagic();
		builder.writeHeader({ profile: "", library: "another" });
		writeFileSync(foreign, builder.buffer);
		await expect(openRecording(foreign)).rejects.toThrow(/is an MCAP file, but of no panogaze session\.$/);
		expect(await Promise.all([text, foreign, await file].map(holdsSession))).toEqual([false, false, true]);
		// It is known by what stands in front of its first chunk, which is broken.
		writeFileSync(foreign, Buffer.concat([builder.buffer, Buffer.of(6, 4, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4)]));
		await expect(openRecording(foreign)).rejects.toThrow(/is an MCAP file, but of no panogaze session\.$/);
		const bytes = readFileSync(await file);
		const begun = join(folder, "begun.mcap");
		writeFileSync(begun, bytes.subarray(0, 20));
		await expect(holdsSession(begun)).rejects.toThrow(/begun\.mcap ends before its first messages\.$/);
		await expect(holdsSession(folder)).rejects.toThrow(RecordingError);
		const random = seededRandom(7);
		const path = join(folder, "broken.mcap");
		for (let round = 0; round < 20; round++) {
			const broken = Uint8Array.from(bytes);
			const place = round % 2 === 0 ? random() * bytes.length : bytes.length - random() * 3000;
			for (let flips = 0; flips < 3; flips++) broken[Math.floor(place) + flips] = random() * 256;
			writeFileSync(path, broken);
			const error = await readAll(path).then(
				() => undefined,
				(thrown: unknown) => thrown,
			);
			if (error !== undefined) expect(error).toBeInstanceOf(RecordingError);
		}
	});
});
