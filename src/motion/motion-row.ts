import { type BoneTable, setBoneTable } from "../skeleton/bone-table.ts";
import { MAX_AXES, MAX_BONES, MAX_BUTTONS, PoseSample } from "../skeleton/pose-sample.ts";
import { SKELETONS, type SkeletonType } from "../skeleton/tables/skeleton.ts";

/** A pose with the times that a recording gives it. */
export interface TimedSample {
	/**
	 * The time of its arrival at the server, Unix seconds. In a file of relative times without
	 * a start time: seconds since its first pose.
	 */
	readonly timeSec: number;
	/**
	 * The time at which the client read it, on the same clock; `undefined` where it is not
	 * known.
	 */
	readonly capturedSec: number | undefined;
	/**
	 * How old the world was that the person saw when it was read, whole milliseconds; `undefined`
	 * where it is not known.
	 */
	readonly photonAgeMs?: number | undefined;
	/**
	 * The pose, in world axes: right-handed, +X right, +Y up, -Z forward, metres. Its `sequence` is
	 * 0 where the file has none, its `clientTimeMs` is NaN. It is the row's own.
	 */
	readonly sample: PoseSample;
}

/** One row of a recording: the pose of one stream at one time. */
export interface MotionRow extends TimedSample {
	/** Name of its stream: `body`, `head`, `left_hand`, `right_controller`, ... */
	readonly stream: string;
}

/** Kinds of poses that a recording holds. */
export type RecordedKind = Exclude<PoseSample["kind"], "none">;

/** Makes a sample of a recording's bones; the caller fills in the rest. */
export function sampleFromBones(kind: RecordedKind, skeleton: SkeletonType | undefined, bones: BoneTable): PoseSample {
	const boneCount = boneCountOf(kind, skeleton, bones.ids);
	const sample = new PoseSample(boneCount);
	setBoneTable(sample, boneCount, bones);
	sample.kind = kind;
	sample.skeleton = skeleton;
	sample.clientTimeMs = Number.NaN;
	return sample;
}

/** Gives a sample the buttons and axes of a controller, as many as it has room for. */
export function setInput(sample: PoseSample, buttons: ArrayLike<number>, axes: ArrayLike<number>): void {
	const { controls } = sample;
	controls.buttonCount = Math.min(buttons.length, MAX_BUTTONS);
	for (let index = 0; index < controls.buttonCount; index++) controls.buttons[index] = buttons[index]!;
	controls.axisCount = Math.min(axes.length, MAX_AXES);
	for (let index = 0; index < controls.axisCount; index++) controls.axes[index] = axes[index]!;
}

function boneCountOf(kind: RecordedKind, skeleton: SkeletonType | undefined, ids: Int32Array): number {
	if (kind === "head") return 1;
	if (kind === "controller") return ids.includes(1) ? 2 : 1;
	if (skeleton !== undefined) return SKELETONS[skeleton].names.length;
	return Math.min(MAX_BONES, ids.reduce((highest, id) => Math.max(highest, id), -1) + 1);
}
