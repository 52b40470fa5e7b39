import { setTimeout } from "node:timers/promises";
import { RecordingStream } from "panogaze-rerun";
import { saveFile } from "panogaze-rerun/node";
import { codedSession, grayOf } from "../../export/coded-clip.cases.ts";
import { picture } from "../../export/synthetic-session.cases.ts";
import { quaternionFromAngles } from "../../media/rotation.ts";
import { encodeClip } from "../../session/h264-clip.cases.ts";
import { createLibavSource } from "../../source/libav-source.ts";
import { packetsOfBatch, type SourcePacket } from "../../source/source-packets.ts";
import { SourceUnderTest } from "../../source/video-source.cases.ts";
import { RecordingDisk } from "../files/recording-disk.ts";
import { SessionMcap } from "../mcap/session-mcap.ts";
import { SessionWriter } from "../rerun/session-writer.ts";
import { SessionProgress } from "../session-progress.ts";
import type { SessionRecord } from "../session-record.ts";

/**
 * Sixty pictures of the viewer "operator" that look ever further to the right, of a clip of 24
 * pictures that loops.
 *
 * @param laterSec added to the stamps of the source's pictures.
 * @param rate pictures a second of the clip.
 */
export function turnedSession(laterSec: number, rate = 10): SessionRecord[] {
	let number = 0;
	return codedSession(60, 160, 128).map((record) => {
		if (record.type !== "frame") return record;
		const worldFromView = quaternionFromAngles({ yawDeg: number, pitchDeg: 0, rollDeg: 0 });
		const stampSec = laterSec + (number++ % 24) / rate;
		const packet = { ...record.packet, stampSec, pose: { worldFromView, fovRad: 1.5 } };
		return { ...record, viewer: "operator", packet };
	});
}

/** Turn of the right eye of `twoEyedSession` in the head. */
export const RIGHT_EYE_TURN = quaternionFromAngles({ yawDeg: 8, pitchDeg: 0, rollDeg: 0 });

/** One second of pictures of 160x128 for one eye, and then one of 128x96 for each of two. */
export function twoEyedSession(): SessionRecord[] {
	const size = { width: 128, height: 192 };
	const side = { left: 1, right: 0.5, up: 0.75, down: 0.5 };
	const headFromEye = RIGHT_EYE_TURN;
	const frusta = [side, { ...side, left: 0.5, right: 1, headFromEye }];
	const eyes = (across: number, down: number, index: number) =>
		Buffer.alloc(across * down * 1.5, 128)
			.fill(grayOf(index), 0, (across * down) / 2)
			.fill(grayOf(index + 10), (across * down) / 2, across * down);
	const both = encodeClip({ ...size, frames: 30, keyframes: [0, 10, 20], picture: eyes });
	const records = [
		...codedSession(30, 160, 128),
		...both.map(({ accessUnit, keyframe }, number) => {
			const facts = {
				accessUnit,
				keyframe,
				width: size.width,
				height: size.height / 2,
				eyes: 2,
				frusta,
			} as const;
			return picture(1 + number / 30, 30 + number, facts);
		}),
	];
	return records.map((record) => {
		if (record.type !== "frame") return record;
		const pose = { ...record.packet.pose, fovRad: Math.PI / 2 };
		return { ...record, viewer: "operator", packet: { ...record.packet, pose } };
	});
}

/** Pictures of a session as those of a camera beside the view. */
export function cameraOf(
	session: readonly SessionRecord[],
	camera: string,
	from: number,
	until: number,
): SessionRecord[] {
	const frames = session.flatMap((record) => (record.type === "frame" ? [record.packet] : []));
	return frames
		.slice(from, until)
		.map((packet) => ({ type: "camera", camera, atSec: packet.stages.drawStartSec, packet }));
}

/** Writes a recording of records in the order of their time. */
export async function writeRecording(path: string, records: readonly SessionRecord[]): Promise<void> {
	const recording = new RecordingStream("panogaze", { environment: {}, strict: true, logTime: false });
	recording.setSinks(saveFile(path));
	const writer = new SessionWriter(recording, { layout: false, epochSec: 1_769_903_999 });
	writer.write({ type: "join", viewer: "operator", atSec: 0 });
	for (const record of records) writer.write(record);
	await recording.close();
}

/** Writes the same as MCAP, as a process that is killed leaves it. */
export async function writeMcap(path: string, records: readonly SessionRecord[]): Promise<void> {
	const disk = new RecordingDisk({ nowMs: () => performance.now(), onNotice: () => {} });
	const news = { onFailed: () => {}, onNotice: () => {} };
	const file = new SessionMcap({ path, epochSec: 1_769_903_999, disk, progress: new SessionProgress(), ...news });
	file.write({ type: "join", viewer: "operator", atSec: 0 });
	for (const record of records) file.write(record);
	file.flush();
	await file.settled();
}

/** Luma in the middle of the picture that a source shows now. */
export function lumaShown({ store }: SourceUnderTest, eye = 0): number {
	const lease = store.acquireNewest();
	if (lease === undefined) return Number.NaN;
	const { y, byteLength } = lease.layout;
	const luma = lease.data[y.offset + (y.height >> 1) * y.stride + (y.width >> 1) + eye * byteLength];
	lease.release();
	return luma ?? Number.NaN;
}

/** The packets of a looping file as a server has them, thirty a second. */
export async function packetsOfClip(clip: string, count: number): Promise<SessionRecord[]> {
	const source = createLibavSource(clip, { loop: true, rate: 4 });
	const packets: SourcePacket[] = [];
	source.on("packets", (batch) => packets.push(...packetsOfBatch(batch)));
	source.wantPackets!("all");
	await using _running = await SourceUnderTest.start(source);
	while (packets.length < count) await setTimeout(5);
	return packets.slice(0, count).map((packet, number) => {
		const atSec = number / 30;
		return { type: "source-packet", atSec, packet: { ...packet, receivedSec: atSec } };
	});
}
