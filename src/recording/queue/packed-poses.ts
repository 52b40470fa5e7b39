import { SKELETONS, skeletonTypeFromWireId } from "../../skeleton/tables/skeleton.ts";
import type { RecordedPose, SessionRecord } from "../session-record.ts";
import type { GrowingBytes } from "./batch-memory.ts";

/*
 * Poses in one buffer, on their way to a recording's thread: sending an object costs ten times as
 * much as its numbers. A pose is a header of doubles, the ids and numbers of its bones, and those
 * of a controller. It begins at a multiple of 8 bytes.
 */

/** A record with a pose. */
export type PoseRecord = Extract<SessionRecord, { readonly type: "pose" }>;

const KINDS = ["head", "skeleton", "controller"] as const;
const HANDS = [undefined, "left", "right"] as const;
/** Places of the header's numbers. */
const AT = {
	viewer: 0,
	kind: 1,
	hand: 2,
	/** Wire id; -1: none. */
	skeleton: 3,
	stream: 4,
	sequence: 5,
	clientTimeMs: 6,
	/** NaN: not known. */
	seenRtpTicks: 7,
	positionTracked: 8,
	confidence: 9,
	receivedSec: 10,
	capturedSec: 11,
	photonAgeMs: 12,
	bones: 13,
	/** -1: it is no controller. */
	buttons: 14,
	axes: 15,
	pressed: 16,
	touched: 17,
} as const;
const HEADER_NUMBERS = 18;
const BONE_NUMBERS = 8;

/** The bytes of a packed pose. */
export function packedPoseBytes({ ids, controls }: RecordedPose): number {
	const numbers = ids.length * BONE_NUMBERS + (controls ? controls.buttons.length + controls.axes.length : 0);
	return HEADER_NUMBERS * 8 + Math.ceil(numbers / 2) * 8;
}

/** Writes a pose. @param viewer its number. */
export function writePose(bytes: GrowingBytes, viewer: number, pose: RecordedPose): void {
	const start = bytes.extend(packedPoseBytes(pose));
	const { ids, positions, rotations, controls } = pose;
	const { float64, float32 } = bytes;
	const header = start / 8;
	float64[header + AT.viewer] = viewer;
	float64[header + AT.kind] = KINDS.indexOf(pose.kind);
	float64[header + AT.hand] = HANDS.indexOf(pose.hand);
	float64[header + AT.skeleton] = pose.skeleton === undefined ? -1 : SKELETONS[pose.skeleton].wireId;
	float64[header + AT.stream] = pose.stream;
	float64[header + AT.sequence] = pose.sequence;
	float64[header + AT.clientTimeMs] = pose.clientTimeMs;
	float64[header + AT.seenRtpTicks] = pose.seenRtpTicks ?? Number.NaN;
	float64[header + AT.positionTracked] = pose.positionTracked ? 1 : 0;
	float64[header + AT.confidence] = pose.confidence;
	float64[header + AT.receivedSec] = pose.receivedSec;
	float64[header + AT.capturedSec] = pose.capturedSec;
	float64[header + AT.photonAgeMs] = pose.photonAgeMs;
	float64[header + AT.bones] = ids.length;
	float64[header + AT.buttons] = controls?.buttons.length ?? -1;
	float64[header + AT.axes] = controls?.axes.length ?? 0;
	float64[header + AT.pressed] = controls?.pressed ?? 0;
	float64[header + AT.touched] = controls?.touched ?? 0;
	const first = start / 4 + HEADER_NUMBERS * 2;
	const rotationsAt = first + ids.length + positions.length;
	bytes.int32.set(ids, first);
	float32.set(positions, first + ids.length);
	float32.set(rotations, rotationsAt);
	if (controls === undefined) return;
	float32.set(controls.buttons, rotationsAt + rotations.length);
	float32.set(controls.axes, rotationsAt + rotations.length + controls.buttons.length);
}

/**
 * Reads a pose, whose arrays are views of the buffer.
 * @param start its first byte.
 */
export function readPose(buffer: ArrayBuffer, start: number, viewers: readonly string[]): PoseRecord {
	const header = new Float64Array(buffer, start, HEADER_NUMBERS);
	const bones = header[AT.bones]!;
	let at = start + HEADER_NUMBERS * 8;
	const ids = new Int32Array(buffer, at, bones);
	at += ids.byteLength;
	const floats = (length: number) => {
		const part = new Float32Array(buffer, at, length);
		at += part.byteLength;
		return part;
	};
	const buttons = header[AT.buttons]!;
	const seenRtpTicks = header[AT.seenRtpTicks]!;
	const pose: RecordedPose = {
		kind: KINDS[header[AT.kind]!]!,
		hand: HANDS[header[AT.hand]!],
		skeleton: skeletonTypeFromWireId(header[AT.skeleton]!),
		stream: header[AT.stream]!,
		sequence: header[AT.sequence]!,
		clientTimeMs: header[AT.clientTimeMs]!,
		seenRtpTicks: Number.isNaN(seenRtpTicks) ? undefined : seenRtpTicks,
		positionTracked: header[AT.positionTracked] === 1,
		confidence: header[AT.confidence]!,
		receivedSec: header[AT.receivedSec]!,
		capturedSec: header[AT.capturedSec]!,
		photonAgeMs: header[AT.photonAgeMs]!,
		ids,
		positions: floats(bones * 3),
		rotations: floats(bones * 4),
		controls:
			buttons < 0
				? undefined
				: {
						buttons: floats(buttons),
						axes: floats(header[AT.axes]!),
						pressed: header[AT.pressed]!,
						touched: header[AT.touched]!,
					},
	};
	return { type: "pose", viewer: viewers[header[AT.viewer]!]!, pose };
}
