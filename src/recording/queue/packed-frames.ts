import type { EncodedPacket } from "../../media/encoded-packet.ts";
import type { Quaternion } from "../../media/rotation.ts";
import type { SessionRecord } from "../session-record.ts";
import type { GrowingBytes } from "./batch-memory.ts";

/*
 * Pictures on their way to a recording's thread: their numbers as doubles. What hardly ever
 * changes, such as the size, is sent once for many.
 */

/** A record with an encoded picture. */
export type FrameRecord = Extract<SessionRecord, { readonly type: "frame" | "camera" }>;

/** The facts about a video that hardly ever change. */
export interface FrameFormat
	extends Pick<EncodedPacket, "codec" | "lens" | "frusta" | "foveation" | "surround" | "width" | "height" | "eyes"> {
	readonly type: FrameRecord["type"];
	/** The viewer, or the camera. */
	readonly of: string;
}

/** The bytes of a picture without its access unit. */
export const FRAME_BYTES = 8 * 21;

/** The format of a picture. */
export function frameFormat(record: FrameRecord): FrameFormat {
	const { codec, lens, frusta, foveation, surround, width, height, eyes } = record.packet;
	const of = record.type === "frame" ? record.viewer : record.camera;
	return { type: record.type, of, codec, lens, frusta, foveation, surround, width, height, eyes };
}

/** True if a picture has a format. */
export function hasFormat({ packet }: FrameRecord, format: FrameFormat): boolean {
	return (
		packet.width === format.width &&
		packet.height === format.height &&
		packet.codec === format.codec &&
		packet.lens === format.lens &&
		packet.eyes === format.eyes &&
		areEqual(packet.frusta, format.frusta) &&
		areEqual(packet.foveation, format.foveation) &&
		areEqual(packet.surround, format.surround)
	);
}

/** Compares numbers, and lists and objects of them. It is asked for each picture. */
function areEqual(a: unknown, b: unknown): boolean {
	if (Object.is(a, b)) return true;
	if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
	for (const key in a) if (!areEqual(a[key as never], b[key as never])) return false;
	for (const key in b) if (!(key in a) && b[key as never] !== undefined) return false;
	return true;
}

/** Writes a picture's numbers. @param unitAt place of its access unit among those of its video. */
export function writeFrame(bytes: GrowingBytes, record: FrameRecord, unitAt: number): void {
	let at = bytes.extend(FRAME_BYTES) / 8;
	const { float64 } = bytes;
	const { packet } = record;
	const { stages, pose } = packet;
	float64[at++] = unitAt;
	float64[at++] = packet.accessUnit.byteLength;
	float64[at++] = packet.keyframe ? 1 : 0;
	float64[at++] = packet.rtpTicks;
	float64[at++] = packet.poseSequence;
	for (let part = 0; part < 4; part++) float64[at++] = pose.worldFromView[part]!;
	float64[at++] = pose.fovRad;
	float64[at++] = stages.capturedSec;
	float64[at++] = stages.panoramaReadySec;
	float64[at++] = stages.poseReceivedSec;
	float64[at++] = stages.drawStartSec;
	float64[at++] = stages.drawEndSec;
	float64[at++] = stages.encodeEndSec;
	float64[at++] = packet.mediaTimeSec;
	// Without a stamp it is the media time.
	float64[at++] = packet.stampSec ?? packet.mediaTimeSec;
	float64[at++] = packet.cameraUs ?? Number.NaN;
	float64[at++] = record.type === "frame" ? record.firstPacketSec : record.atSec;
	float64[at++] = record.type === "frame" ? record.lastPacketSec : Number.NaN;
}

/**
 * Reads a picture.
 * @param numbers from its first number on.
 * @param units the access units of its video; the picture's is a view of them.
 */
export function readFrame(numbers: Float64Array, format: FrameFormat, units: ArrayBuffer): FrameRecord {
	let at = 0;
	const next = () => numbers[at++]!;
	const { type, of, codec, lens, frusta, foveation, surround, width, height, eyes } = format;
	const packet = {
		kind: "video",
		accessUnit: new Uint8Array(units, next(), next()),
		keyframe: next() === 1,
		rtpTicks: next(),
		poseSequence: next(),
		pose: { worldFromView: [next(), next(), next(), next()] satisfies Quaternion, fovRad: next() },
		stages: {
			capturedSec: next(),
			panoramaReadySec: next(),
			poseReceivedSec: next(),
			drawStartSec: next(),
			drawEndSec: next(),
			encodeEndSec: next(),
		},
		mediaTimeSec: next(),
		stampSec: next(),
		cameraUs: next(),
		codec,
		lens,
		frusta,
		foveation,
		surround,
		width,
		height,
		eyes,
		// A field that is new must be packed too.
	} satisfies { [Key in keyof Required<EncodedPacket>]: EncodedPacket[Key] };
	const [firstSec, lastSec] = [next(), next()];
	if (type === "camera") return { type, camera: of, atSec: firstSec, packet };
	return { type, viewer: of, packet, firstPacketSec: firstSec, lastPacketSec: lastSec };
}
