import { Scalars } from "panogaze-rerun";
import { IDENTITY } from "../media/rotation.ts";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { randomRotation } from "../skeleton/synthetic-poses.cases.ts";
import { PACKET } from "./fake-session.cases.ts";
import type { RecordedPose, SessionRecord } from "./session-record.ts";

/** A picture that needs the one before. */
const DELTA = Uint8Array.of(0, 0, 0, 1, 0x41, 0x9a, 1, 2);

type Numbers = (count: number) => Float32Array<ArrayBuffer>;

/** Records of a made-up session, in the order of their time; times are whole milliseconds. */
export function syntheticSession(seed: number, seconds = 2.4): SessionRecord[] {
	const random = seededRandom(seed);
	const numbers: Numbers = (count) => Float32Array.from({ length: count }, () => random() * 4 - 2);
	const records: SessionRecord[] = [
		{
			type: "source",
			atSec: 0,
			source: {
				name: "clip.mp4",
				codec: "hevc",
				frameRate: 29.97,
				live: false,
				durationSec: 60.06,
				layout: "stated",
				sound: "ambisonic",
				format: {
					width: 1024,
					height: 512,
					eyes: 2,
					color: { range: "full", matrix: "bt601", chromaSiting: "center" },
					projection: { kind: "eac" },
					rightProjection: undefined,
					worldFromPanorama: randomRotation(random),
				},
			},
		},
		{ type: "text", viewer: undefined, atSec: 0.001, words: "The source is playing", level: "INFO" },
	];
	for (const [number, viewer] of ["aaaaaaaa", "b b/\\b", "cccccccc"].entries()) {
		const beginMs = 2 + number * 700;
		const endMs = seconds * 1000 - number * 100;
		records.push({ type: "join", viewer, atSec: beginMs / 1000 });
		for (let ms = beginMs + 1, frame = 0; ms < endMs; ms += 33, frame++)
			records.push(frameAt(ms, frame, viewer, number, random));
		for (let ms = beginMs + 2; ms < endMs; ms += 11)
			records.push({ type: "pose", viewer, pose: poseAt(ms, random, numbers) });
		const words = { type: "text", viewer, words: `is ${number} on hold`, level: "WARN" } as const;
		records.push({ ...words, atSec: (beginMs + 5) / 1000 });
		const values = [{ batches: new Scalars([random(), random()]).batches }];
		records.push({ type: "log", viewer, atSec: (beginMs + 600) / 1000, path: ["arm", "grip per"], values });
		records.push({ type: "leave", viewer, atSec: endMs / 1000, reason: "went: home" });
	}
	records.push({
		type: "log",
		viewer: undefined,
		atSec: 1.5,
		path: ["robot", "battery"],
		values: [{ batches: new Scalars(random()).batches }],
	});
	for (let ms = 100; ms < 2000; ms += 20) records.push(...soundAt(ms, random));
	for (let number = 0; number < 12; number++) records.push(clientFrameAt(1600 + number * 33, number));
	for (let number = 0; number < 12; number++) records.push(cameraAt(1 + number / 16, number));
	return records.sort((a, b) => timeOfRecord(a) - timeOfRecord(b));
}

/** Poses of all kinds between two times, milliseconds. */
export function syntheticPoses(fromMs: number, untilMs: number): RecordedPose[] {
	const random = seededRandom(6);
	const numbers: Numbers = (count) => Float32Array.from({ length: count }, () => random() * 4 - 2);
	const count = Math.floor((untilMs - fromMs) / 20);
	return Array.from({ length: count }, (_, index) => poseAt(fromMs + index * 20, random, numbers));
}

/** The time by which records are ordered, seconds. */
export function timeOfRecord(record: SessionRecord | { readonly type: "curve"; readonly atSec: number }): number {
	if (record.type === "frame") return record.packet.stages.drawStartSec;
	return record.type === "pose" ? record.pose.receivedSec : record.atSec;
}

/** A packet that one viewer was sent, and now and then one of its microphone. */
function soundAt(ms: number, random: () => number): SessionRecord[] {
	const data = Uint8Array.from({ length: 1 + Math.floor(random() * 300) }, () => random() * 256);
	// One frame of 20 ms in two channels.
	data[0] = 0xfc;
	const viewer = "aaaaaaaa";
	const sound = { data, durationSec: 0.02, capturedSec: Number.NaN, begins: ms % 500 === 0 };
	const sent = { ...sound, mediaTimeSec: ms > 1900 ? Number.NaN : ms / 1000 };
	const received = { ...sound, mediaTimeSec: Number.NaN, capturedSec: ms > 1000 ? (ms - 30) / 1000 : Number.NaN };
	const records: SessionRecord[] = [
		{ type: "sound", viewer, direction: "sent", atSec: ms / 1000, sound: sent },
		{ type: "sound", viewer, direction: "received", atSec: (ms + 1) / 1000, sound: received },
	];
	return ms % 3 === 0 ? records : records.slice(0, 1);
}

function clientFrameAt(ms: number, number: number): SessionRecord {
	const keyframe = number % 6 === 0;
	const packet = {
		kind: "video",
		codec: "vp8",
		data: Uint8Array.of(number, ms % 256, 7),
		keyframe,
		rtpTicks: (4294960000 + number * 3000) >>> 0,
		receivedSec: ms / 1000,
		capturedSec: number > 5 ? (ms - 40) / 1000 : Number.NaN,
	} as const;
	return { type: "client-frame", viewer: "cccccccc", atSec: ms / 1000, packet };
}

function cameraAt(atSec: number, number: number): SessionRecord {
	const keyframe = number % 6 === 0;
	return {
		type: "camera",
		camera: number % 2 === 0 ? "wrist-left" : "wrist-right",
		atSec,
		packet: {
			...PACKET,
			codec: "h264",
			accessUnit: keyframe ? PACKET.accessUnit : DELTA,
			keyframe,
			rtpTicks: 0,
			poseSequence: 0,
			pose: { worldFromView: IDENTITY, fovRad: Number.NaN },
			lens: "none",
			mediaTimeSec: number / 32,
			stampSec: Number.NaN,
			cameraUs: number > 3 ? 1.7e15 + number : Number.NaN,
			stages: {
				capturedSec: number > 6 ? atSec - 0.125 : Number.NaN,
				panoramaReadySec: atSec,
				poseReceivedSec: Number.NaN,
				drawStartSec: atSec,
				drawEndSec: atSec,
				encodeEndSec: atSec,
			},
		},
	};
}

function frameAt(ms: number, frame: number, viewer: string, number: number, random: () => number): SessionRecord {
	const drawStartSec = ms / 1000;
	const keyframe = frame % 10 === 0;
	const isWide = frame >= 12;
	const side = { left: 1, right: 0.5, up: 0.75, down: 0.5 };
	return {
		type: "frame",
		viewer,
		packet: {
			...PACKET,
			codec: number === 1 ? "vp9" : "h264",
			accessUnit: keyframe ? PACKET.accessUnit : DELTA,
			keyframe,
			rtpTicks: (4294960000 + frame * 3000) >>> 0,
			poseSequence: frame,
			pose: { worldFromView: randomRotation(random), fovRad: isWide ? 2 : 1.25 },
			...(isWide && { eyes: 2, frusta: [side, { ...side, headFromEye: [0, 0, 0, 1] }] }),
			foveation: isWide ? { gaze: [0.1, 0.2], strength: [3, 0] } : undefined,
			mediaTimeSec: number === 2 ? Number.NaN : frame / 32,
			stampSec: number === 2 ? Number.NaN : (frame % 10) / 32,
			// On a clock of its own, to the microsecond.
			cameraUs: number === 2 ? Number.NaN : 1_799_999_999_999_000 + frame * 31_251,
			stages: {
				capturedSec: number === 0 ? drawStartSec - 0.25 : Number.NaN,
				panoramaReadySec: drawStartSec - 0.004,
				poseReceivedSec: drawStartSec - 0.002,
				drawStartSec,
				drawEndSec: drawStartSec + 0.003,
				encodeEndSec: drawStartSec + 0.008,
			},
		},
		firstPacketSec: drawStartSec + 0.009,
		lastPacketSec: drawStartSec + 0.02,
	};
}

function poseAt(ms: number, random: () => number, numbers: Numbers): RecordedPose {
	const kinds = ["head", "skeleton", "skeleton", "controller"] as const;
	const at = Math.floor(random() * kinds.length);
	const kind = kinds[at]!;
	const count = kind === "head" ? 1 : kind === "controller" ? 2 : 1 + Math.floor(random() * 80);
	const isTracked = kind !== "head" || random() < 0.5;
	const isKnown = random() < 0.5;
	return {
		kind,
		skeleton: kind !== "skeleton" ? undefined : at === 1 ? "FullBody" : "XRHandLeft",
		hand: kind === "controller" ? "right" : undefined,
		stream: at,
		sequence: Math.floor(random() * 2 ** 32),
		clientTimeMs: isKnown ? 5000 + ms : Number.NaN,
		seenRtpTicks: isKnown ? Math.floor(random() * 2 ** 32) : undefined,
		positionTracked: isTracked,
		confidence: random(),
		ids: Int32Array.from({ length: count }, (_, bone) => bone),
		positions: isTracked ? numbers(count * 3) : new Float32Array(3),
		rotations: numbers(count * 4),
		controls:
			kind === "controller"
				? { buttons: numbers(3), axes: numbers(2), pressed: 2 ** 31 + 5, touched: 3 }
				: undefined,
		receivedSec: ms / 1000,
		capturedSec: isKnown ? (ms - 8) / 1000 : Number.NaN,
		photonAgeMs: isKnown ? random() * 100 : Number.NaN,
	};
}
