// Files of a recording on a disk that hangs or is full.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChunkStore, Scalars } from "panogaze-rerun";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PACKET } from "../fake-session.cases.ts";
import { ViewerVideo } from "../mp4/viewer-video.ts";
import { listOf } from "../read/reading.cases.ts";
import { openRecording } from "../read/recording-reader.ts";
import type { FromRecordingThread } from "../recording-protocol.ts";
import type { SessionRecord } from "../session-record.ts";
import { timeOfRecord } from "../synthetic-session.cases.ts";
import { CONSENT_WITHDRAWN } from "../tap/consenting-viewers.ts";
import { FakeDisk } from "./fake-disk.cases.ts";
import { RecordingFiles } from "./recording-files.ts";

const FORMATS = ["rrd", "mcap", "mp4"] as const;
const MP4 = "s.aaaaaaaa.mp4";
const UNBEGUN: FromRecordingThread = {
	type: "fileFailed",
	message: `${MP4} can't be written: no room for it. It is tried again with the next key frame.`,
};
const ENDED = ["s.aaaaaaaa.jsonl", MP4];

/** Bytes that no compression makes fewer, without a zero. */
function noise(length: number): Uint8Array {
	let state = 1;
	return Uint8Array.from({ length }, () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return (state >>> 24) | 1;
	});
}

function frame(sec: number, keyframe = false): SessionRecord {
	const stages = { ...PACKET.stages, drawStartSec: sec };
	const accessUnit = Buffer.concat([PACKET.accessUnit, noise(20_000)]);
	const packet = { ...PACKET, accessUnit, keyframe, stages };
	return { type: "frame", viewer: "aaaaaaaa", packet, firstPacketSec: sec, lastPacketSec: sec };
}

function recording(maxQueuedBytes = 1 << 20) {
	const disk = new FakeDisk();
	const posted: FromRecordingThread[] = [];
	const names = { path: "s.rrd", stem: "s", name: undefined, source: "none", rotate: {}, epochSec: 0 } as const;
	const options = { ...names, formats: FORMATS, maxQueuedBytes };
	const files = new RecordingFiles(options, (message) => posted.push(message), { calls: disk.calls });
	const write = (...records: SessionRecord[]) =>
		files.receive({ type: "records", records, packed: undefined, memory: [new ArrayBuffer(8)], bytes: 1 });
	const lost = () => posted.findLast((message) => message.type === "progress")?.lost ?? 0;
	return { disk, posted, write, lost, close: () => files.receive({ type: "close" }) };
}

const framesInRrd = (disk: FakeDisk) => {
	const store = ChunkStore.read(disk.files.get("s.rrd")!).find(({ storeId }) => storeId.kind === "recording")!;
	return [...store.range("world/viewer\\ aaaaaaaa/camera", "VideoStream:sample", "server")].map(({ time }) =>
		Number(time! / 1_000_000_000n),
	);
};

/** The seconds at which the pictures were drawn whose bytes are all there. */
async function framesInMcap(disk: FakeDisk): Promise<readonly number[]> {
	const folder = mkdtempSync(join(tmpdir(), "panogaze-troubled-"));
	try {
		const path = join(folder, "s.mcap");
		writeFileSync(path, disk.files.get("s.mcap")!);
		await using reader = await openRecording(path);
		const frames = await listOf(reader.records({ types: ["frame"] }));
		return frames.flatMap((record) => {
			const sec = reader.summary.beginSec + timeOfRecord(record);
			const { packet } = frame(sec) as Extract<SessionRecord, { readonly type: "frame" }>;
			const isWhole = record.type === "frame" && Buffer.from(packet.accessUnit).equals(record.packet.accessUnit);
			return isWhole ? [sec] : [];
		});
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** Times of the samples of whole pictures, ticks of 1/90000 s since the first. */
function framesInMp4(disk: FakeDisk): readonly number[] {
	const file = disk.files.get(MP4)!;
	const ticks: number[] = [];
	for (let at = file.indexOf("moof"); at >= 0; at = file.indexOf("moof", at + 1)) {
		const time = file.indexOf("tfdt", at);
		const run = file.indexOf("trun", at);
		let sampleTicks = Number(file.readBigUInt64BE(time + 8));
		for (let sample = 0; sample < file.readUInt32BE(run + 8); sample++) {
			const entry = run + 16 + sample * 12;
			if (file.readUInt32BE(entry + 4) > 20_000) ticks.push(sampleTicks);
			sampleTicks += file.readUInt32BE(entry);
		}
	}
	return ticks;
}

describe("RecordingFiles on a bad disk", () => {
	beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] }));
	afterEach(() => void vi.useRealTimers());

	it("writes the other files while one hangs, which loses what does not fit, up to a key frame", async () => {
		const { disk, posted, write, lost, close } = recording(90_000);
		await write(frame(1, true));
		disk.hold("s.mcap");
		for (let sec = 2; sec <= 6; sec++) {
			const worked = write(frame(sec, sec === 5));
			// The first batch without room waits for it, too.
			await vi.advanceTimersByTimeAsync(2000);
			await worked;
		}
		// A file whose disk hangs keeps the memory of its records.
		const worked = posted.flatMap((message) => (message.type === "worked" ? [message.memory.length] : []));
		expect(worked).toEqual([1, 0, 0, 0, 0, 0]);
		expect(lost()).toBeGreaterThan(1);
		const lostSoFar = lost();
		disk.release("s.mcap");
		await vi.advanceTimersByTimeAsync(0);
		await write(frame(7));
		await write(frame(8, true), frame(9));
		await close();
		expect(framesInRrd(disk)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
		// The picture at 7 s needs lost ones.
		expect(lost()).toBe(lostSoFar + 1);
		expect(disk.files.get("s.mcap")!.subarray(-8).toString("latin1")).toBe("\x89MCAP0\r\n");
		expect(posted.at(-1)).toEqual({ type: "closed" });
	});

	it("loses nothing of batches that come all at once, as after a pause of the thread", async () => {
		const { disk, write, lost, close } = recording(90_000);
		const seconds = [1, 2, 3, 4, 5, 6, 7, 8, 9];
		for (const sec of seconds) void write(frame(sec, sec === 1));
		await close();
		expect(lost()).toBe(0);
		expect(framesInRrd(disk)).toEqual(seconds);
		expect(await framesInMcap(disk)).toEqual(seconds);
	});

	it("goes on without a file that is full, and fails when none is left", async () => {
		const { disk, posted, write, close } = recording();
		await write(frame(1, true));
		const room = disk.files.get("s.mcap")!.length;
		disk.room.set("s.mcap", room + 100);
		await write(frame(2), { type: "log", viewer: undefined, atSec: 2, path: "a", values: [new Scalars(1)] });
		const failure = "s.mcap can't be written: the disk is full.";
		expect(posted).toContainEqual({ type: "fileFailed", message: failure });
		expect(posted).toContainEqual({
			type: "file",
			file: { path: "s.mcap", format: "mcap", bytes: room, isFinished: true, failure },
		});
		expect(disk.files.get("s.mcap")).toHaveLength(room);
		expect(framesInRrd(disk)).toEqual([1, 2]);
		for (const path of ["s.rrd", MP4, "s.aaaaaaaa.jsonl"]) disk.room.set(path, disk.files.get(path)!.length);
		await write(frame(3));
		expect(posted.filter(({ type }) => type === "failed")).toHaveLength(1);
		expect(framesInRrd(disk)).toEqual([1, 2]);
		await close();
		expect(disk.closed.toSorted()).toEqual([...disk.files.keys()].toSorted());
	});

	it("reports a file once for which the disk is full at its end, and counts its bytes once", async () => {
		const { disk, posted, write, close } = recording();
		await write(frame(1, true));
		const room = disk.files.get("s.mcap")!.length;
		disk.room.set("s.mcap", room);
		await close();
		const failure = "s.mcap can't be written: the disk is full.";
		const ends = posted.flatMap((message) =>
			message.type === "file" && message.file.isFinished ? [message.file] : [],
		);
		expect(ends.filter(({ path }) => path === "s.mcap")).toEqual([
			{ path: "s.mcap", format: "mcap", bytes: room, isFinished: true, failure },
		]);
		expect(ends.filter((file) => file.failure === undefined)).toHaveLength(3);
		expect(posted).toContainEqual({ type: "fileFailed", message: failure });
		expect(posted.filter(({ type }) => type === "failed")).toEqual([]);
		expect(posted.at(-1)).toEqual({ type: "closed" });
		const bytes = [...disk.files.values()].reduce((sum, file) => sum + file.length, 0);
		expect(posted.findLast(({ type }) => type === "progress")).toMatchObject({ bytes });
	});

	it("fails when no file of the recording gets its end", async () => {
		const { disk, posted, write, close } = recording();
		await write(frame(1, true));
		for (const [path, file] of disk.files) disk.room.set(path, file.length);
		await write({ type: "text", viewer: undefined, atSec: 1, words: "One.", level: "INFO" });
		await close();
		expect(posted.filter(({ type }) => type === "failed")).toHaveLength(1);
		const whole = posted.flatMap((message) =>
			message.type === "file" && message.file.isFinished && !message.file.failure ? [message.file.format] : [],
		);
		// It had all of its lines.
		expect(whole).toEqual(["jsonl"]);
	});

	it("lets others have videos when the first viewer's can't be made, and keeps nothing of that open", async () => {
		const { disk, posted, write, close } = recording();
		disk.unmade.add(MP4);
		const other = frame(2, true) as Extract<SessionRecord, { readonly type: "frame" }>;
		await write(frame(1, true), { ...other, viewer: "bbbbbbbb" });
		await vi.advanceTimersByTimeAsync(0);
		expect(disk.closed).toEqual(["s.aaaaaaaa.jsonl"]);
		expect([...disk.files.keys()]).not.toContain("s.aaaaaaaa.jsonl");
		await close();
		expect(new Set(disk.closed)).toEqual(new Set([...disk.files.keys(), "s.aaaaaaaa.jsonl"]));
		expect(disk.files.get("s.bbbbbbbb.mp4")?.length).toBeGreaterThan(20_000);
		expect(posted.filter(({ type }) => type === "failed" || type === "fileFailed")).toEqual([UNBEGUN]);
	});

	it.each(["can't be opened", "finds no room"])(
		"begins a video that %s with a later key frame, and says so once",
		async (trouble) => {
			const { disk, posted, write, lost, close } = recording();
			if (trouble === "finds no room") disk.room.set(MP4, 0);
			else for (const path of ENDED) disk.unmade.add(path);
			for (const sec of [1, 2]) {
				await write(frame(sec, true));
				await vi.advanceTimersByTimeAsync(0);
				expect([...disk.files.keys()].toSorted()).toEqual(["s.mcap", "s.rrd"]);
			}
			disk.unmade.clear();
			disk.room.clear();
			await write(frame(3), frame(4, true), frame(5));
			await close();
			expect(framesInMp4(disk)).toEqual([0, 90_000]);
			expect(lost()).toBe(3);
			expect(disk.text("s.aaaaaaaa.jsonl")).toContain("header");
			expect(posted.filter(({ type }) => type === "failed" || type === "fileFailed")).toHaveLength(1);
			const ends = posted.flatMap((message) =>
				message.type === "file" && message.file.isFinished ? [message.file] : [],
			);
			expect(ends.filter(({ failure }) => failure === undefined)).toHaveLength(4);
		},
	);

	it("leaves no file of a video that has no bytes at its end", async () => {
		const { disk, posted, write, close } = recording();
		disk.room.set(MP4, 0);
		disk.hold(MP4);
		const written = write(frame(1, true));
		await vi.advanceTimersByTimeAsync(1000);
		await written;
		const closed = close();
		disk.release(MP4);
		await closed;
		expect([...disk.files.keys()].toSorted()).toEqual(["s.mcap", "s.rrd"]);
		const failed = posted.flatMap((message) =>
			message.type === "file" && message.file.failure !== undefined ? [message.file.format] : [],
		);
		expect(failed.toSorted()).toEqual(["jsonl", "mp4"]);
	});

	it("ends one viewer's video whose fragment can't be made, and no other", async () => {
		const { disk, posted, write, close } = recording();
		const other = frame(1, true) as Extract<SessionRecord, { readonly type: "frame" }>;
		await write(frame(1, true), { ...other, viewer: "bbbbbbbb" });
		const flush = vi.spyOn(ViewerVideo.prototype, "flush").mockImplementationOnce(() => {
			throw new Error("no fragment");
		});
		await write(frame(2));
		flush.mockRestore();
		const failure = `${MP4} can't be written: no fragment.`;
		expect(posted.filter(({ type }) => type === "failed" || type === "fileFailed")).toEqual([
			{ type: "fileFailed", message: failure },
		]);
		await write({ ...other, viewer: "bbbbbbbb" });
		await close();
		expect(disk.closed.slice(0, 2).toSorted()).toEqual(ENDED);
		const ends = posted.flatMap((message) =>
			message.type === "file" && message.file.isFinished ? [[message.file.path, message.file.failure]] : [],
		);
		expect(ends.toSorted()).toEqual(
			[
				[MP4, failure],
				...["s.aaaaaaaa.jsonl", "s.bbbbbbbb.jsonl", "s.bbbbbbbb.mp4", "s.mcap", "s.rrd"].map((path) => [
					path,
					undefined,
				]),
			].toSorted(),
		);
	});

	it("ends the files of a viewer who has left, and counts them until its end", async () => {
		const { disk, posted, write, close } = recording();
		const leave = { type: "leave", viewer: "aaaaaaaa", atSec: 2 } as const;
		await write(frame(1, true), { ...leave, reason: CONSENT_WITHDRAWN });
		expect(disk.closed).toEqual([]);
		await write(frame(2), { ...leave, reason: "Enough." });
		await vi.advanceTimersByTimeAsync(0);
		expect(disk.closed.toSorted()).toEqual([...ENDED].toSorted());
		const finished = () =>
			posted.flatMap((message) =>
				message.type === "file" && message.file.isFinished ? [message.file.path] : [],
			);
		expect(finished().toSorted()).toEqual([...ENDED].toSorted());
		const others = ["s.bbbbbbbb.jsonl", "s.bbbbbbbb.mp4"];
		const other = frame(1, true) as Extract<SessionRecord, { readonly type: "frame" }>;
		const { atSec } = leave;
		await write({ ...other, viewer: "bbbbbbbb" }, { ...leave, viewer: "bbbbbbbb", reason: CONSENT_WITHDRAWN });
		await write({ type: "gone", viewer: "bbbbbbbb", atSec });
		await vi.advanceTimersByTimeAsync(0);
		expect(disk.closed.toSorted()).toEqual([...ENDED, ...others].toSorted());
		await close();
		expect(finished().toSorted()).toEqual([...disk.files.keys()].toSorted());
		const bytes = [...disk.files.values()].reduce((sum, file) => sum + file.length, 0);
		expect(posted.findLast(({ type }) => type === "progress")).toMatchObject({ bytes });
	});

	it("goes on after records that can't be read or written, which are lost up to a key frame", async () => {
		const { disk, posted, write, lost, close } = recording();
		await write(frame(1, true));
		const broken = frame(2) as Extract<SessionRecord, { readonly type: "frame" }>;
		await write({ ...broken, packet: { ...broken.packet, accessUnit: undefined as never } }, frame(3));
		await write(frame(4, true), 3 as never, frame(5));
		await write(frame(6), frame(7, true));
		await close();
		expect(framesInRrd(disk)).toEqual([1, 4, 7]);
		expect(await framesInMcap(disk)).toEqual([1, 4, 7]);
		expect(framesInMp4(disk)).toEqual([0, 270_000, 540_000]);
		expect(posted.filter(({ type }) => type === "worked")).toHaveLength(4);
		// In each file the picture at 2 s and the one behind it; the batch; and the next in each.
		expect(lost()).toBe(3 + 3 + 4 + 3);
		expect(posted.filter(({ type }) => type === "notice")).toHaveLength(1);
		expect(posted.at(-1)).toEqual({ type: "closed" });
	});
});
