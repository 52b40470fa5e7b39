import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChunkStore, LogMessage, RrdWriter } from "panogaze-rerun";
import { afterAll, describe, expect, it } from "vitest";
import { PACKET } from "../fake-session.cases.ts";
import { openRecording } from "../read/recording-reader.ts";
import { EMPTY_RECORDING } from "../recording-names.ts";
import type { FromRecordingThread, RecordedFormat, RecordingFileOptions } from "../recording-protocol.ts";
import type { SessionRecord } from "../session-record.ts";
import { SYSTEM_CALLS } from "./file-calls.ts";
import { RecordingFiles, type RecordingSurroundings } from "./recording-files.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-parts-"));
afterAll(() => rmSync(folder, { recursive: true }));

function frame(viewer: string, sec: number, keyframe: boolean): SessionRecord {
	const stages = { ...PACKET.stages, drawStartSec: sec };
	const packet = { ...PACKET, keyframe, rtpTicks: Math.round(sec * 90_000), mediaTimeSec: sec, stages };
	return { type: "frame", viewer, packet, firstPacketSec: sec, lastPacketSec: sec };
}

const SOURCE: SessionRecord = {
	type: "source",
	atSec: 0,
	source: {
		name: "clip.mp4",
		codec: "h264",
		frameRate: 30,
		live: false,
		durationSec: 10,
		layout: undefined,
		format: {
			width: 1024,
			height: 512,
			eyes: 1,
			color: { range: "limited", matrix: "bt709", chromaSiting: "left" },
		},
	},
};

const line = (atSec: number): SessionRecord => ({
	type: "text",
	viewer: undefined,
	atSec,
	words: "Hm.",
	level: "INFO",
});

function storeOf(path: string): ChunkStore {
	return ChunkStore.read(readFileSync(path)).find(({ storeId }) => storeId.kind === "recording")!;
}

/** A recording whose clock is set by the test. */
function recording(
	name: string,
	rotate: RecordingFileOptions["rotate"],
	more: Partial<RecordingSurroundings> = {},
	formats: readonly RecordedFormat[] = ["rrd"],
) {
	const posted: FromRecordingThread[] = [];
	const clock = { ms: 0 };
	const stem = join(folder, name);
	const files = new RecordingFiles(
		{
			path: `${stem}.rrd`,
			stem,
			name: undefined,
			epochSec: 1.7e9,
			maxQueuedBytes: 1 << 24,
			source: "none",
			rotate,
			formats,
		},
		(message) => posted.push(message),
		{ nowMs: () => clock.ms, ...more },
	);
	const write = (...records: SessionRecord[]) =>
		files.receive({ type: "records", records, packed: undefined, memory: [new ArrayBuffer(8)], bytes: 0 });
	const close = () => files.receive({ type: "close" });
	const framesOf = (part: string, viewer: string) => {
		const store = storeOf(`${stem}${part}.rrd`);
		return [...store.range(`world/viewer\\ ${viewer}/camera`, "VideoStream:sample", "frame")].map(({ time }) =>
			Number(time),
		);
	};
	const fileNews = () =>
		posted.flatMap((message) =>
			message.type === "file" ? [`${message.file.path.slice(stem.length)} ${message.file.isFinished}`] : [],
		);
	/** The number of buffers that each batch has handed back. */
	const handedBack = () => posted.flatMap((message) => (message.type === "worked" ? [message.memory.length] : []));
	return { posted, clock, stem, write, close, framesOf, fileNews, handedBack };
}

describe("RecordingFiles", () => {
	it("lets each video go on in the next part with its next key frame, and loses none of its frames", async () => {
		const { posted, clock, stem, write, close, framesOf, fileNews, handedBack } = recording("cut", { minutes: 1 });
		await write(SOURCE, { type: "join", viewer: "a", atSec: 0 }, { type: "join", viewer: "b", atSec: 0 });
		await write(frame("a", 1, true), frame("b", 1, true));
		clock.ms = 60_000;
		await write(frame("a", 2, false), frame("b", 2, false));
		expect(posted.filter(({ type }) => type === "keyframesWanted")).toHaveLength(1);
		await write(frame("a", 3, false), frame("b", 3, true), frame("a", 4, true), frame("b", 4, false));
		// The file that was being finished may still have used the last.
		expect(handedBack()).toEqual([1, 1, 1, 0]);
		await close();
		expect(framesOf("", "a")).toEqual([0, 1, 2]);
		expect(framesOf("_part002", "a")).toEqual([3]);
		expect(framesOf("", "b")).toEqual([0, 1]);
		expect(framesOf("_part002", "b")).toEqual([2, 3]);
		expect(fileNews().slice(0, 2)).toEqual([".rrd false", "_part002.rrd false"]);
		expect(fileNews().slice(2).toSorted()).toEqual([".rrd true", "_part002.rrd true"]);
		await using read = await openRecording(`${stem}.rrd`);
		const numbers: string[] = [];
		for await (const record of read.records({ types: ["frame"] }))
			if (record.type === "frame") numbers.push(`${record.viewer}${record.number}`);
		expect(numbers.toSorted()).toEqual(["a0", "a1", "a2", "a3", "b0", "b1", "b2", "b3"]);
	});

	it("gives each part the facts about the source, and one identity to all", async () => {
		const { clock, stem, write, close } = recording("facts", { minutes: 1 });
		await write(SOURCE);
		clock.ms = 60_000;
		await write({ type: "text", viewer: undefined, atSec: 1, words: "One.", level: "INFO" });
		await write({ type: "text", viewer: undefined, atSec: 2, words: "Two.", level: "INFO" });
		await close();
		const stores = ["", "_part002"].map(
			(part) =>
				ChunkStore.read(readFileSync(`${stem}${part}.rrd`)).find(
					({ storeId }) => storeId.kind === "recording",
				)!,
		);
		for (const store of stores)
			expect(store.latestAt("source", "panogaze.Source:name", "server")!.values).toEqual(["clip.mp4"]);
		expect(new Set(stores.map(({ storeId }) => storeId.recordingId)).size).toBe(1);
		expect(stores.map((store) => store.latestAt("log/server", "TextLog:text", "server")!.values)).toEqual([
			["One."],
			["Two."],
		]);
	});

	it("begins a part when the file has the bytes, or its table the most entries", async () => {
		const bySize = recording("bytes", { bytes: 20_000 });
		const byTable = recording("table", {}, { mostEntries: 4 });
		for (const each of [bySize, byTable]) {
			for (let line = 0; line < 12; line++)
				await each.write({
					type: "text",
					viewer: `v${line}`,
					atSec: line,
					words: Array.from({ length: 500 }, (_, at) => (line * 7919 + at * 104_729).toString(36)).join(""),
					level: "INFO",
				});
			await each.close();
			const parts = each
				.fileNews()
				.filter((news) => news.endsWith("true"))
				.toSorted();
			expect(parts.length).toBeGreaterThan(2);
			expect(parts[1]).toBe("_part002.rrd true");
		}
	});

	it("begins and finishes the files of every format together", async () => {
		const { clock, write, close, fileNews } = recording("both", { minutes: 1 }, {}, ["rrd", "mcap"]);
		await write(SOURCE, frame("a", 1, true));
		clock.ms = 60_000;
		await write(frame("a", 2, false));
		await write(frame("a", 3, true));
		await close();
		const parts = ["", "_part002"].flatMap((part) => [`${part}.rrd`, `${part}.mcap`]);
		expect(fileNews().slice(0, 4)).toEqual(parts.map((file) => `${file} false`));
		expect(fileNews().slice(4).toSorted()).toEqual(parts.map((file) => `${file} true`).toSorted());
	});

	it("goes on with the numbers of a viewer's pictures when it comes again", async () => {
		const { write, close, framesOf } = recording("again", {});
		const join: SessionRecord = { type: "join", viewer: "a", atSec: 0 };
		await write(join, frame("a", 1, true), { type: "leave", viewer: "a", atSec: 2, reason: "Withdrawn." });
		await write({ ...join, atSec: 3 }, frame("a", 4, true));
		await close();
		expect(framesOf("", "a")).toEqual([0, 1]);
	});

	it("begins with a file that opens, although nothing is in it", () => {
		const storeId = { kind: "recording", applicationId: "panogaze", recordingId: "empty" } as const;
		const introduction = LogMessage.storeInfo({ storeId, source: "panogaze" }, new Uint8Array(16));
		expect(Buffer.from(EMPTY_RECORDING)).toEqual(Buffer.from(new RrdWriter().message(introduction)));
	});

	it("never writes into a file that is there: the part has the next number", async () => {
		const { clock, stem, write, close, fileNews } = recording("taken", { minutes: 1 });
		writeFileSync(`${stem}_part002.rrd`, "mine");
		clock.ms = 60_000;
		await write({ type: "text", viewer: undefined, atSec: 1, words: "One.", level: "INFO" });
		await close();
		expect(readFileSync(`${stem}_part002.rrd`, "utf8")).toBe("mine");
		expect(fileNews()).toContain("_part003.rrd true");
	});

	it("ends a part although a video has no further key frame, and goes on with that at its next one", async () => {
		const { clock, write, close, framesOf, fileNews } = recording("stuck", { minutes: 1 });
		await write(frame("a", 1, true), frame("b", 1, true));
		clock.ms = 60_000;
		await write(frame("a", 2, false), frame("b", 2, false));
		await write(frame("b", 3, true), frame("a", 3, false));
		clock.ms = 95_000;
		await write(frame("a", 4, false));
		await write(frame("a", 5, false), frame("b", 5, false));
		await write(frame("a", 6, true), frame("a", 7, false));
		await close();
		expect(fileNews().toSorted()).toEqual(
			["_part002.rrd false", "_part002.rrd true", ".rrd false", ".rrd true"].toSorted(),
		);
		expect(framesOf("", "a")).toEqual([0, 1, 2, 3]);
		expect(framesOf("_part002", "a")).toEqual([4, 5]);
		expect(framesOf("_part002", "b")).toEqual([2, 3]);
	});

	it("counts each file once when it ends while a video waits for its key frame", async () => {
		const { posted, clock, stem, write, close } = recording("waits", { minutes: 1 });
		await write(frame("a", 1, true));
		clock.ms = 60_000;
		await write(frame("a", 2, false));
		await write(frame("a", 3, false));
		await close();
		const bytes = ["", "_part002"].reduce((sum, part) => sum + statSync(`${stem}${part}.rrd`).size, 0);
		expect(posted.findLast(({ type }) => type === "progress")).toMatchObject({ bytes });
	});

	it("goes on with a part while the next can't be begun, and says so once", async () => {
		mkdirSync(join(folder, "there"));
		const { posted, clock, stem, write, close, fileNews } = recording("there/stuck", { minutes: 1 });
		const line = (atSec: number) => write({ type: "text", viewer: undefined, atSec, words: "Hm.", level: "INFO" });
		await line(1);
		clock.ms = 60_000;
		renameSync(join(folder, "there"), join(folder, "elsewhere"));
		await line(2);
		await line(3);
		renameSync(join(folder, "elsewhere"), join(folder, "there"));
		await line(4);
		await close();
		expect(posted.filter(({ type }) => type === "failed")).toEqual([]);
		expect(posted.filter(({ type }) => type === "notice")).toHaveLength(1);
		expect(fileNews().toSorted()).toEqual(
			[".rrd false", ".rrd true", "_part002.rrd false", "_part002.rrd true"].toSorted(),
		);
		expect([...storeOf(`${stem}.rrd`).range("log/server", "TextLog:text", "server")]).toHaveLength(4);
	});

	it("goes on without a file for Rerun while the folder of the next part is gone", async () => {
		mkdirSync(join(folder, "mcaps"));
		const { posted, clock, write, close, fileNews } = recording("mcaps/s", { minutes: 1 }, {}, ["mcap"]);
		const line = (atSec: number) => write({ type: "text", viewer: undefined, atSec, words: "Hm.", level: "INFO" });
		await line(1);
		clock.ms = 60_000;
		renameSync(join(folder, "mcaps"), join(folder, "away"));
		await line(2);
		expect(posted.filter(({ type }) => type === "failed" || type === "notice")).toHaveLength(1);
		renameSync(join(folder, "away"), join(folder, "mcaps"));
		await line(3);
		await close();
		expect(fileNews().toSorted()).toEqual(
			[".mcap false", ".mcap true", "_part002.mcap false", "_part002.mcap true"].toSorted(),
		);
	});

	it.each([{ formats: ["mcap"] }, { formats: ["rrd", "mcap"] }] as const)(
		"goes on with a part while a file of the next one can't be opened, and then begins it: $formats",
		async ({ formats }) => {
			let isShort = false;
			const open: typeof SYSTEM_CALLS.open = async (path, isThere) => {
				if (isShort && path.endsWith("mcap")) throw Object.assign(new Error("EMFILE"), { code: "EMFILE" });
				return SYSTEM_CALLS.open(path, isThere);
			};
			const name = `short-${formats.length}`;
			const calls = { ...SYSTEM_CALLS, open };
			const { posted, clock, stem, write, close, fileNews } = recording(name, { minutes: 1 }, { calls }, formats);
			await write(line(1), frame("a", 1, true));
			clock.ms = 60_000;
			isShort = true;
			for (const sec of [2, 3]) await write(line(sec), frame("a", sec, true));
			expect(readdirSync(folder).filter((file) => file.startsWith(name))).toHaveLength(formats.length);
			isShort = false;
			await write(line(4), frame("a", 4, false));
			await write(line(5), frame("a", 5, true));
			await close();
			expect(posted.filter(({ type }) => type === "failed" || type === "fileFailed")).toEqual([]);
			expect(posted.flatMap((message) => (message.type === "notice" ? [message.message] : []))).toEqual([
				expect.stringMatching(
					/the present one goes on.*mcap can't be written: this process has too many files/,
				),
			]);
			const news = ["", "_part002"].flatMap((part) =>
				formats.flatMap((format) => [`${part}.${format} false`, `${part}.${format} true`]),
			);
			expect(fileNews().toSorted()).toEqual(news.toSorted());
			await using read = await openRecording(`${stem}.mcap`);
			const seen = { text: 0, frame: 0 };
			for await (const record of read.records({ types: ["text", "frame"] }))
				if (record.type === "text" || record.type === "frame") seen[record.type]++;
			expect(seen).toEqual({ text: 5, frame: 5 });
		},
	);

	it("begins no part, and speaks of none, when the present one has failed", async () => {
		const write: typeof SYSTEM_CALLS.write = async () => {
			throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
		};
		const calls = { ...SYSTEM_CALLS, write };
		const made = recording("over", { minutes: 1 }, { calls }, ["mcap"]);
		made.clock.ms = 60_000;
		for (const sec of [1, 2]) await made.write(line(sec));
		await made.close();
		expect(made.posted.flatMap(({ type }) => (type === "failed" || type === "notice" ? [type] : []))).toEqual([
			"failed",
		]);
		expect(readdirSync(folder).filter((file) => file.startsWith("over"))).toEqual([]);
	});

	it("leaves nothing of a part behind that its end forestalls", async () => {
		const { clock, stem, write, close, fileNews } = recording("forestalled", { minutes: 1 });
		await write(SOURCE);
		clock.ms = 60_000;
		const written = write({ type: "text", viewer: undefined, atSec: 1, words: "One.", level: "INFO" });
		await Promise.all([written, close()]);
		expect(fileNews()).toEqual([".rrd false", ".rrd true"]);
		expect(readdirSync(folder).filter((file) => file.startsWith("forestalled"))).toEqual(["forestalled.rrd"]);
		expect(storeOf(`${stem}.rrd`).latestAt("log/server", "TextLog:text", "server")!.values).toEqual(["One."]);
	});

	it("does not wait for a video whose viewer has left", async () => {
		const { clock, write, close, fileNews } = recording("left", { minutes: 1 });
		await write(frame("a", 1, true));
		clock.ms = 60_000;
		await write(frame("a", 2, false));
		expect(fileNews()).toEqual([".rrd false", "_part002.rrd false"]);
		await write({ type: "leave", viewer: "a", atSec: 3, reason: "Enough." });
		await close();
		expect(readdirSync(folder).filter((file) => file.startsWith("left"))).toHaveLength(2);
		expect(fileNews().slice(2).toSorted()).toEqual([".rrd true", "_part002.rrd true"]);
	});
});
