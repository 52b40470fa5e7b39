import { POSE_STREAM } from "../protocol/pose-streams.ts";
import { boneTable } from "../skeleton/bone-table.ts";
import { MAX_AXES, MAX_BONES, MAX_BUTTONS, type PoseSample } from "../skeleton/pose-sample.ts";
import type { RigidTransform } from "../skeleton/rigid-transform.ts";
import { type Side, SKELETONS, type SkeletonType } from "../skeleton/tables/skeleton.ts";

/**
 * One pose of a recording: what was tracked of one stream at one time. World axes: right-handed, +X
 * right, +Y up, -Z forward, metres.
 */
export interface RecordedPose {
	/**
	 * When the server received it, Unix seconds; in a file of relative times that does not say when
	 * it was begun, seconds since its first pose.
	 */
	readonly timeSec: number;
	/** When the client read it, on the same clock; `undefined` where it is not known. */
	readonly capturedSec: number | undefined;
	/** Name of its stream: `body`, `head`, `left_hand`, `right_controller`, ... */
	readonly stream: string;
	/** The client's number of the stream. */
	readonly streamId: number;
	/** Counts the poses of one stream, unsigned 32 bits; 0 where the file has none. */
	readonly sequence: number;
	readonly kind: "head" | "skeleton" | "controller";
	/** `undefined` for heads, controllers and skeletons that have no table. */
	readonly skeleton: SkeletonType | undefined;
	/** Which hand holds the controller. */
	readonly hand: Side | undefined;
	/** Each bone is relative to its parent; else all are in the world. */
	readonly parentSpace: boolean;
	/** `false` of a head whose device only turns: its position is 0. */
	readonly positionTracked: boolean;
	/** 0 to 1. */
	readonly confidence: number;
	/** The field of view that a head asks for, degrees; NaN: it does not say. */
	readonly horizontalFovDeg: number;
	readonly verticalFovDeg: number;
	/**
	 * Of the bones that are tracked, in the order of the arrays. Of a head 0, of a controller 0
	 * (grip) and 1 (aim).
	 */
	readonly ids: Int32Array;
	/** x y z of each. */
	readonly positions: Float32Array;
	/** x y z w of each. */
	readonly rotations: Float32Array;
	/** How far each button of a controller is pressed, 0 to 1. */
	readonly buttons: Float32Array;
	/** Bit i: button i counts as pressed, or is touched. */
	readonly pressed: number;
	readonly touched: number;
	/** -1 to 1. */
	readonly axes: Float32Array;
}

/**
 * What is known of a pose apart from its stream's name, which the order of streams in a recording
 * gives it.
 */
export type UnnamedPose = Omit<RecordedPose, "stream">;

/**
 * The stream number that the headset client's `body_pose` is recorded with: the one that our own
 * clients send bodies with.
 */
export const BODY_STREAM: number = POSE_STREAM.body;

const NONE = new Float32Array(0);

/** Where a bone of a recorded pose is; `undefined` if it is not tracked. */
export function recordedBone({ ids, positions, rotations }: RecordedPose, id: number): RigidTransform | undefined {
	const at = ids.indexOf(id);
	if (at < 0) return undefined;
	const [p, q] = [at * 3, at * 4];
	return {
		position: [positions[p]!, positions[p + 1]!, positions[p + 2]!],
		rotation: [rotations[q]!, rotations[q + 1]!, rotations[q + 2]!, rotations[q + 3]!],
	};
}

/**
 * Makes a frame the message that a recorded pose was. `sequence` and `clientTimeMs` are the
 * caller's to fill.
 *
 * @returns how many bones did not fit: of ids that the skeleton does not have.
 */
export function frameFromRecordedPose(pose: RecordedPose, frame: PoseSample): number {
	const { ids, positions, rotations, kind, skeleton } = pose;
	const boneCount = boneCountOf(pose);
	frame.reset(boneCount);
	frame.kind = kind;
	frame.skeleton = skeleton;
	frame.hand = pose.hand;
	frame.stream = pose.streamId;
	frame.sequence = pose.sequence;
	frame.confidence = pose.confidence;
	frame.parentSpace = pose.parentSpace;
	frame.positionTracked = pose.positionTracked;
	frame.horizontalFovDeg = pose.horizontalFovDeg;
	frame.verticalFovDeg = pose.verticalFovDeg;
	frame.buttonCount = Math.min(pose.buttons.length, MAX_BUTTONS);
	frame.buttons.set(pose.buttons.subarray(0, MAX_BUTTONS));
	frame.pressed = pose.pressed;
	frame.touched = pose.touched;
	frame.axisCount = Math.min(pose.axes.length, MAX_AXES);
	frame.axes.set(pose.axes.subarray(0, MAX_AXES));
	let left = 0;
	for (const [at, id] of ids.entries()) {
		if (id < 0 || id >= boneCount) {
			left++;
			continue;
		}
		for (let part = 0; part < 3; part++) frame.positions[id * 3 + part] = positions[at * 3 + part]!;
		for (let part = 0; part < 4; part++) frame.rotations[id * 4 + part] = rotations[at * 4 + part]!;
		frame.valid[id] = 1;
	}
	return left;
}

function boneCountOf({ ids, kind, skeleton }: RecordedPose): number {
	if (kind === "head") return 1;
	if (kind === "controller") return ids.includes(1) ? 2 : 1;
	if (skeleton !== undefined) return SKELETONS[skeleton].names.length;
	return Math.min(MAX_BONES, ids.reduce((highest, id) => Math.max(highest, id), -1) + 1);
}

/** Copies a sample as a recorder keeps it. */
export function poseFromSample(sample: PoseSample, timeSec: number, capturedSec: number | undefined): UnnamedPose {
	return {
		timeSec,
		capturedSec,
		streamId: sample.stream,
		// A `body_pose` has no number of its own.
		sequence: sample.origin === "body_pose" ? 0 : sample.sequence,
		kind: sample.kind === "none" ? "skeleton" : sample.kind,
		skeleton: sample.skeleton,
		hand: sample.hand,
		parentSpace: sample.parentSpace,
		positionTracked: sample.positionTracked,
		confidence: sample.confidence,
		horizontalFovDeg: sample.horizontalFovDeg,
		verticalFovDeg: sample.verticalFovDeg,
		pressed: sample.pressed,
		touched: sample.touched,
		...boneTable(sample),
		buttons: sample.buttonCount === 0 ? NONE : sample.buttons.slice(0, sample.buttonCount),
		axes: sample.axisCount === 0 ? NONE : sample.axes.slice(0, sample.axisCount),
	};
}

const BODIES: ReadonlySet<SkeletonType | undefined> = new Set(["Body", "FullBody", "PicoBody", "HtcBody", "WebXRBody"]);

/** What tells a pose's stream from others. */
type StreamOfPose = Pick<UnnamedPose, "kind" | "skeleton" | "hand" | "streamId" | "parentSpace">;

/** The same for poses of one stream, and no others. */
export function streamKey({ streamId, kind, skeleton, hand, parentSpace }: StreamOfPose): string {
	const table = skeleton === "Body" ? "FullBody" : (skeleton ?? "");
	return `${streamId} ${kind} ${table} ${hand ?? ""} ${parentSpace}`;
}

/**
 * Gives the streams of one recording their names, in the order in which they come: `head`, `body`,
 * `left_hand`, `right_hand`, `left_controller`, `right_controller`, `controller`, `skeleton`. A
 * second one of a kind has the client's number after it: `body_9`. A stream that goes on with
 * another skeleton is another stream, because its ids mean other bones; Body and FullBody are one,
 * as one is the beginning of the other.
 */
export class StreamNames {
	readonly #names = new Map<string, string>();
	readonly #taken = new Set<string>();

	nameOf(pose: StreamOfPose): string {
		const key = streamKey(pose);
		const known = this.#names.get(key);
		if (known !== undefined) return known;
		const role = roleOf(pose);
		let name = role;
		for (let number = pose.streamId; this.#taken.has(name); number++) name = `${role}_${number}`;
		this.#names.set(key, name);
		this.#taken.add(name);
		return name;
	}
}

/**
 * The skeleton of a stream that had one before and now has the other: of Body and FullBody the one
 * that has the other's bones too.
 */
export function widerSkeleton(
	before: SkeletonType | undefined,
	now: SkeletonType | undefined,
): SkeletonType | undefined {
	return before === "Body" && now === "FullBody" ? now : before;
}

/** The stream that a recording's main file holds. */
export const MAIN_STREAM = "body";

function roleOf({ kind, skeleton, hand }: Pick<UnnamedPose, "kind" | "skeleton" | "hand">): string {
	if (kind === "head") return "head";
	if (kind === "controller") return hand === undefined ? "controller" : `${hand}_controller`;
	if (BODIES.has(skeleton)) return MAIN_STREAM;
	const side = skeleton === undefined ? undefined : SKELETONS[skeleton].side;
	return side === undefined ? "skeleton" : `${side}_hand`;
}
