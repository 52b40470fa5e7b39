import { SKELETONS, skeletonTypeFromWireId } from "../skeleton/tables/skeleton.ts";
import type { RecordedPose, SessionRecord } from "./session-record.ts";

/*
 * Poses in one buffer, on their way to a recording's thread: sending an object costs ten times as
 * much as its numbers. A pose is a header of doubles, the ids and numbers of its bones, and those
 * of a controller. It begins at a multiple of 8 bytes.
 */

type PoseRecord = Extract<SessionRecord, { readonly type: "pose" }>;

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
const FIRST_BYTES = 1 << 12;

/** The bytes of a packed pose. */
export function packedPoseBytes({ ids, controls }: RecordedPose): number {
	const numbers = ids.length * BONE_NUMBERS + (controls ? controls.buttons.length + controls.axes.length : 0);
	return HEADER_NUMBERS * 8 + Math.ceil(numbers / 2) * 8;
}

/** Many poses in one buffer. */
export interface PackedPoses {
	readonly buffer: ArrayBuffer;
	/** The viewers of the poses, by the number in their headers. */
	readonly viewers: readonly string[];
}

/** Collects poses in a buffer. */
export class PosePacker {
	#buffer = new ArrayBuffer(FIRST_BYTES);
	#viewers: string[] = [];
	#bytes = 0;

	get isEmpty(): boolean {
		return this.#bytes === 0;
	}

	/** Copies a pose. */
	add({ viewer, pose }: PoseRecord): void {
		const start = this.#bytes;
		this.#bytes += packedPoseBytes(pose);
		if (this.#bytes > this.#buffer.byteLength) this.#grow();
		if (!this.#viewers.includes(viewer)) this.#viewers.push(viewer);
		const { ids, positions, rotations, controls } = pose;
		const header = new Float64Array(this.#buffer, start, HEADER_NUMBERS);
		header[AT.viewer] = this.#viewers.indexOf(viewer);
		header[AT.kind] = KINDS.indexOf(pose.kind);
		header[AT.hand] = HANDS.indexOf(pose.hand);
		header[AT.skeleton] = pose.skeleton === undefined ? -1 : SKELETONS[pose.skeleton].wireId;
		header[AT.stream] = pose.stream;
		header[AT.sequence] = pose.sequence;
		header[AT.clientTimeMs] = pose.clientTimeMs;
		header[AT.seenRtpTicks] = pose.seenRtpTicks ?? Number.NaN;
		header[AT.positionTracked] = pose.positionTracked ? 1 : 0;
		header[AT.confidence] = pose.confidence;
		header[AT.receivedSec] = pose.receivedSec;
		header[AT.capturedSec] = pose.capturedSec;
		header[AT.photonAgeMs] = pose.photonAgeMs;
		header[AT.bones] = ids.length;
		header[AT.buttons] = controls?.buttons.length ?? -1;
		header[AT.axes] = controls?.axes.length ?? 0;
		header[AT.pressed] = controls?.pressed ?? 0;
		header[AT.touched] = controls?.touched ?? 0;
		const at = start + HEADER_NUMBERS * 8;
		new Int32Array(this.#buffer, at, ids.length).set(ids);
		const numbers = new Float32Array(this.#buffer, at + ids.byteLength);
		numbers.set(positions);
		numbers.set(rotations, positions.length);
		if (controls === undefined) return;
		numbers.set(controls.buttons, positions.length + rotations.length);
		numbers.set(controls.axes, positions.length + rotations.length + controls.buttons.length);
	}

	/** The poses so far. The next ones go into another buffer. */
	take(): PackedPoses {
		const taken = { buffer: this.#buffer, viewers: this.#viewers };
		this.#buffer = new ArrayBuffer(this.#bytes);
		this.#viewers = [];
		this.#bytes = 0;
		return taken;
	}

	#grow(): void {
		const larger = new ArrayBuffer(Math.max(2 * this.#buffer.byteLength, this.#bytes));
		new Uint8Array(larger).set(new Uint8Array(this.#buffer));
		this.#buffer = larger;
	}
}

/** Reads packed poses one after the other. Their arrays are views of the buffer. */
export class PoseUnpacker {
	readonly #poses: PackedPoses;
	#at = 0;

	constructor(poses: PackedPoses) {
		this.#poses = poses;
	}

	/** The next pose. There has to be one. */
	next(): PoseRecord {
		const { buffer, viewers } = this.#poses;
		const header = new Float64Array(buffer, this.#at, HEADER_NUMBERS);
		const bones = header[AT.bones]!;
		let at = this.#at + HEADER_NUMBERS * 8;
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
		this.#at += packedPoseBytes(pose);
		return { type: "pose", viewer: viewers[header[AT.viewer]!]!, pose };
	}
}
