import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import zlib from "node:zlib";
import { McapIndexedReader, McapStreamReader } from "@mcap/core";
import { parseEntityPath, Scalars, TextLog } from "panogaze-rerun";
import { afterAll, describe, expect, it } from "vitest";
import { spherePackets } from "../../export/coded-clip.cases.ts";
import { joinAnnexB, splitAnnexB } from "../../media/h264.ts";
import { PACKET, SOUND_PACKET } from "../fake-session.cases.ts";
import { RecordingDisk } from "../files/recording-disk.ts";
import { McapSessionFile } from "../read/mcap-file.ts";
import type { ReadRecord } from "../read/read-record.ts";
import { listOf, plain } from "../read/reading.cases.ts";
import { openRecording } from "../read/recording-reader.ts";
import { sentSoundRecord } from "../recorded-sound.ts";
import { SessionProgress } from "../session-progress.ts";
import type { RecordedPose, SessionRecord } from "../session-record.ts";
import { syntheticSession } from "../synthetic-session.cases.ts";
import { SessionMcap } from "./session-mcap.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-mcap-"));
afterAll(() => rmSync(folder, { recursive: true }));

const disk = new RecordingDisk({ nowMs: () => performance.now(), onNotice: () => {} });

interface Message {
	readonly topic: string;
	readonly schema: string;
	readonly encoding: string;
	readonly logTime: bigint;
	readonly publishTime: bigint;
	readonly metadata: Map<string, string>;
	readonly data: Uint8Array;
}

/** The messages in a file, which may end anywhere. */
function messagesIn(bytes: Uint8Array): Message[] {
	const reader = new McapStreamReader({
		decompressHandlers: { zstd: (part) => zlib.zstdDecompressSync(part) },
	});
	reader.append(bytes);
	const schemas = new Map<number, string>();
	const channels = new Map<
		number,
		{ topic: string; schemaId: number; encoding: string; metadata: Map<string, string> }
	>();
	const messages: Message[] = [];
	for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) {
		if (record.type === "Schema") schemas.set(record.id, record.name);
		else if (record.type === "Channel") channels.set(record.id, { ...record, encoding: record.messageEncoding });
		else if (record.type === "Message") {
			const { topic, schemaId, encoding, metadata } = channels.get(record.channelId)!;
			messages.push({ ...record, topic, encoding, metadata, schema: schemas.get(schemaId)! });
		}
	}
	return messages;
}

const BODY: RecordedPose = {
	kind: "skeleton",
	skeleton: "FullBody",
	hand: undefined,
	stream: 1,
	sequence: 7,
	clientTimeMs: 5000,
	seenRtpTicks: undefined,
	positionTracked: true,
	confidence: 1,
	controls: undefined,
	receivedSec: 2,
	capturedSec: 1.75,
	photonAgeMs: Number.NaN,
	ids: Int32Array.of(0, 3),
	positions: Float32Array.of(1, 2, 3, 4, 5, 6),
	rotations: Float32Array.of(0, 0, 0, 1, 0, 1, 0, 0),
};

const RECORDS: readonly SessionRecord[] = [
	{ type: "join", viewer: "a", atSec: 1 },
	{ type: "frame", viewer: "a", packet: PACKET, firstPacketSec: 1.01, lastPacketSec: 1.02 },
	sentSoundRecord("a", SOUND_PACKET)!,
	{ type: "pose", viewer: "a", pose: BODY },
	{ type: "log", viewer: "a", atSec: 3, path: "gripper", values: [new Scalars([0.5, 1])] },
	{ type: "log", viewer: undefined, atSec: 3, path: ["robot"], values: [new TextLog("no number")] },
	{ type: "text", viewer: undefined, atSec: 4, words: "The source is live.", level: "WARN" },
];

function begun(name: string, progress = new SessionProgress()) {
	const failures: string[] = [];
	const notices: string[] = [];
	const path = resolve(folder, name);
	const file = new SessionMcap({
		path,
		epochSec: 1000,
		disk,
		progress,
		onFailed: (message) => failures.push(message),
		onNotice: (message) => notices.push(message),
	});
	return { path, file, failures, notices };
}

async function written(name: string, records = RECORDS, close = true) {
	const { file, ...others } = begun(name);
	for (const record of records) file.write(record);
	file.flush();
	await (close ? file.close() : file.settled());
	return others;
}

async function readAll(path: string): Promise<readonly ReadRecord[]> {
	await using reader = await openRecording(path);
	return await listOf(reader.records());
}

const textOf = ({ data }: Message) => new TextDecoder().decode(data);

describe("SessionMcap", () => {
	it("has Foxglove's messages for video, transforms, poses and lines, on the server's time", async () => {
		const messages = messagesIn(readFileSync((await written("whole.mcap")).path));
		const of = (topic: string) => messages.find((message) => message.topic === topic)!;
		expect(messages.map(({ topic, schema, encoding }) => `${topic} ${schema} ${encoding}`)).toEqual([
			"/log foxglove.Log protobuf",
			"/viewer a/frame panogaze.Frame json",
			"/tf foxglove.FrameTransforms protobuf",
			"/viewer a/camera foxglove.CompressedVideo protobuf",
			"/viewer a/heard foxglove.CompressedAudio protobuf",
			"/viewer a/FullBody/bones panogaze.Bones json",
			"/viewer a/FullBody/pose panogaze.Pose json",
			"/viewer a/FullBody foxglove.PosesInFrame protobuf",
			"/viewer a/gripper panogaze.Numbers json",
			"/log foxglove.Log protobuf",
		]);
		expect(of("/viewer a/camera").logTime).toBe(1_001_002_000_000n);
		const video = Buffer.from(of("/viewer a/camera").data);
		expect(video.indexOf(PACKET.accessUnit)).toBeGreaterThan(0);
		expect(video.subarray(-4).toString()).toBe("h264");
		expect(of("/viewer a/heard").logTime).toBe(1_001_100_000_000n);
		const audio = Buffer.from(of("/viewer a/heard").data);
		expect(audio.indexOf(SOUND_PACKET.data)).toBeGreaterThan(0);
		expect(audio.subarray(-4).toString()).toBe("opus");
		const body = of("/viewer a/FullBody");
		expect([body.logTime, body.publishTime]).toEqual([1_002_000_000_000n, 1_001_750_000_000n]);
		expect(JSON.parse(body.metadata.get("bones")!)).toHaveLength(84);
		expect(JSON.parse(textOf(of("/viewer a/FullBody/bones")))).toMatchObject({ ids: [0, 3] });
		expect(JSON.parse(textOf(of("/viewer a/FullBody/pose")))).toMatchObject({ sequence: 7, photon_age_ms: null });
		expect(JSON.parse(textOf(of("/viewer a/gripper")))).toEqual({ values: [0.5, 1] });
		expect(JSON.parse(textOf(of("/viewer a/frame")))).toMatchObject({ number: 0, fov_deg: 90, lens: "flat" });
	});

	it("can be read up to its last flush when it never gets its end", async () => {
		expect(messagesIn(readFileSync((await written("killed.mcap", RECORDS, false)).path))).toHaveLength(10);
	});

	it("counts the table at its end by what it takes, and has a sound one", async () => {
		const { path, file } = begun("table.mcap");
		for (let number = 1; number <= 50; number++) {
			for (const record of RECORDS) file.write(record);
			file.flush();
			// A place of 10 bytes for each of nine channels, and 80 for the chunk.
			expect(file.stats.entries).toBeGreaterThan((number * 170) / 64);
		}
		await file.close();
		const bytes = readFileSync(path);
		const reader = await McapIndexedReader.Initialize({
			readable: {
				size: async () => BigInt(bytes.length),
				read: async (at, length) => bytes.subarray(Number(at), Number(at + length)),
			},
			decompressHandlers: { zstd: (part) => zlib.zstdDecompressSync(part) },
		});
		expect(reader.statistics).toMatchObject({ chunkCount: 50, channelCount: 9, messageCount: 500n });
		const groups = reader.summaryOffsetsByOpcode;
		expect(groups.size).toBe(5);
		const { summaryStart, summaryCrc } = reader.footer;
		expect(zlib.crc32(bytes.subarray(Number(summaryStart), -12))).toBe(summaryCrc);
		let messages = 0;
		for await (const _message of reader.readMessages()) messages++;
		expect(messages).toBe(500);
	});

	it.skipIf(process.platform !== "linux")("says that the disk is full", async () => {
		const { failures } = await written("/dev/full");
		expect(failures).toEqual(["/dev/full can't be written: the disk is full."]);
	});

	it("keeps an application's numbers apart from its own messages, whatever their paths are", async () => {
		const session = syntheticSession(3).map((record) =>
			"viewer" in record && record.viewer?.includes("/") === true ? { ...record, viewer: "bbbbbbbb" } : record,
		);
		const own = messagesIn(readFileSync((await written("own.mcap", session)).path));
		const topics = new Set(own.map(({ topic, schema }) => (schema === "panogaze.Numbers" ? "/values" : topic)));
		const paths = [...topics, "/source/packet", "/source/video", "", "/a\\\\b/c", "/my\\ robot/arm", "/robot/pose"];
		const logs = paths.flatMap((path): SessionRecord[] => {
			const [, root = "", ...below] = path.split("/");
			const log = { type: "log", atSec: 0, values: [new Scalars(1)] } as const;
			const ofViewer = /^viewer (.*)$/.exec(root)?.[1];
			const ofRoot: SessionRecord = {
				...log,
				viewer: undefined,
				path: ofViewer === undefined ? path : [root, ...below],
			};
			return ofViewer === undefined ? [ofRoot] : [ofRoot, { ...log, viewer: ofViewer, path: below.join("/") }];
		});
		const parts: SessionRecord = {
			type: "log",
			atSec: 0,
			viewer: "cccccccc",
			path: ["left/right", ""],
			values: [new Scalars(1)],
		};
		const { path, notices } = await written("paths.mcap", [...logs, parts, ...session]);
		expect(notices).toEqual([expect.stringMatching(/^In MCAP, numbers logged to "[^"]+" are at \/.*values\//)]);
		const names = new Map<string, string>();
		for (const { topic, schema } of messagesIn(readFileSync(path))) {
			expect(names.get(topic) ?? schema, topic).toBe(schema);
			names.set(topic, schema);
		}
		await using reader = await openRecording(path);
		const read = await listOf(reader.records());
		const known = (record: SessionRecord | ReadRecord) =>
			record.type === "log" && typeof record.path === "string"
				? plain({ ...record, path: parseEntityPath(record.path) })
				: plain(record);
		const withoutSound = (records: readonly (SessionRecord | ReadRecord)[]) =>
			records
				.filter(({ type }) => type !== "sound")
				.map(known)
				.toSorted();
		expect(withoutSound(read)).toEqual(withoutSound([...logs, parts, ...session]));
		expect(reader.summary.cameras).toEqual(["wrist-left", "wrist-right"]);
		expect(reader.summary.viewers.map(({ id }) => id)).toEqual(["aaaaaaaa", "bbbbbbbb", "cccccccc"]);
	});

	it("goes on with parameter sets that a stream states once, through messages and parts", async () => {
		const progress = new SessionProgress();
		const read: ReadRecord[] = [];
		for (const part of [0, 1]) {
			const { path, file } = begun(`sets${part}.mcap`, progress);
			for (const record of spherePackets(14)) {
				const { packet } = record as Extract<SessionRecord, { readonly type: "source-packet" }>;
				const units = splitAnnexB(packet.data).filter((unit) => part === 0 || ![7, 8].includes(unit[0]! & 31));
				// Each message to the thread has a copy.
				const data = part === 0 ? packet.data : joinAnnexB(units);
				file.write({
					...record,
					packet: { ...packet, configuration: new Uint8Array(0), data },
				} as SessionRecord);
			}
			await file.close();
			read.push(...(await readAll(path)));
		}
		expect(read).toHaveLength(28);
	});

	it("has the facts about the source, which are older than its part, in a chunk of their own", async () => {
		const progress = new SessionProgress();
		const isSource = (record: SessionRecord) => record.type === "source";
		progress.source = syntheticSession(1).find(isSource) as Extract<SessionRecord, { readonly type: "source" }>;
		const { path, file } = begun("older_part002.mcap", progress);
		for (const record of RECORDS) file.write(record);
		await file.close();
		await using read = await McapSessionFile.open(path);
		expect(read.chunks.map(({ startNs, endNs }) => [startNs, endNs])).toEqual([
			[1_000_000_000_000n, 1_000_000_000_000n],
			[1_001_000_000_000n, 1_004_000_000_000n],
		]);
	});

	it("writes whole messages after one in whose middle an error was thrown", async () => {
		const { path, file } = begun("thrown.mcap");
		const frame = RECORDS[1] as Extract<SessionRecord, { readonly type: "frame" }>;
		const broken = { ...frame, packet: { ...frame.packet, accessUnit: undefined as never } };
		for (const record of RECORDS) {
			expect(() => file.write(broken)).toThrow(TypeError);
			file.write(record);
		}
		await file.close();
		const whole = await readAll((await written("unbroken.mcap")).path);
		const isFrame = ({ type }: ReadRecord) => type === "frame";
		const read = await readAll(path);
		expect(read.filter((record) => !isFrame(record))).toEqual(whole.filter((record) => !isFrame(record)));
		expect(read.filter(isFrame)).toHaveLength(1);
	});

	it("keeps a capture at the very time of its arrival", async () => {
		const pose = { ...BODY, capturedSec: BODY.receivedSec };
		const { path } = await written("at-once.mcap", [{ type: "pose", viewer: "a", pose }]);
		expect(await readAll(path)).toMatchObject([{ pose: { capturedSec: -1e-9, receivedSec: 0 } }]);
	});

	it("leaves out the time of a capture before 1970", async () => {
		const pose = { ...BODY, capturedSec: -3e9 };
		const { path } = await written("early.mcap", [{ type: "pose", viewer: "a", pose }]);
		expect(messagesIn(readFileSync(path)).map(({ publishTime }) => publishTime)).toEqual(
			Array(3).fill(1_002_000_000_000n),
		);
		expect(await readAll(path)).toMatchObject([{ pose: { capturedSec: Number.NaN } }]);
	});
});
