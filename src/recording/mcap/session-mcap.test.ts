import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import zlib from "node:zlib";
import { McapStreamReader } from "@mcap/core";
import { Scalars, TextLog } from "panogaze-rerun";
import { afterAll, describe, expect, it } from "vitest";
import { PACKET, SOUND_PACKET } from "../fake-session.cases.ts";
import { RecordingDisk } from "../files/recording-disk.ts";
import { sentSoundRecord } from "../recorded-sound.ts";
import { SessionProgress } from "../session-progress.ts";
import type { RecordedPose, SessionRecord } from "../session-record.ts";
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

async function written(name: string, close = true) {
	const failures: string[] = [];
	const path = resolve(folder, name);
	const file = new SessionMcap({
		path,
		epochSec: 1000,
		disk,
		progress: new SessionProgress(),
		onFailed: (message) => failures.push(message),
	});
	for (const record of RECORDS) file.write(record);
	file.flush();
	await (close ? file.close() : file.settled());
	return { path, failures };
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
		expect(messagesIn(readFileSync((await written("killed.mcap", false)).path))).toHaveLength(10);
	});

	it.skipIf(process.platform !== "linux")("says that the disk is full", async () => {
		const { failures } = await written("/dev/full");
		expect(failures).toEqual(["/dev/full can't be written: the disk is full."]);
	});
});
