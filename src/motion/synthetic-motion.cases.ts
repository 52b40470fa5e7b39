import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeLegacyBodyPose, encodeLegacyBodyPose, type LegacyBone } from "../protocol/legacy/body-pose.ts";
import { boneTable } from "../skeleton/bone-table.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";
import type { RigidTransform } from "../skeleton/rigid-transform.ts";
import type { MotionRecorder } from "./motion-recorder.ts";
import type { MotionRow } from "./motion-row.ts";

/** A folder of a test's own, removed by the returned function. */
export async function temporaryFolder(): Promise<{ readonly folder: string; readonly remove: () => Promise<void> }> {
	const folder = await mkdtemp(join(tmpdir(), "panogaze-motion-"));
	return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A body as a `body_pose` message has it. */
export function legacyBody(bones: readonly LegacyBone[]): PoseSample {
	const sample = new PoseSample();
	const result = decodeLegacyBodyPose(encodeLegacyBodyPose(bones), sample);
	if (result.kind !== "message" || sample.droppedBones > 0) throw new Error("The body can't be sent.");
	return sample;
}

/** A body that sways: each step moves each bone by another amount. */
export function swayingBody(step: number, ids?: readonly number[]): PoseSample {
	return legacyBody(swayingBones(step, ids));
}

export function swayingBones(step: number, ids = Array.from({ length: 84 }, (_, id) => id) as readonly number[]) {
	return ids.map((id) => swayingBone(step, id));
}

function swayingBone(step: number, id: number): LegacyBone {
	const angle = step / 50 + id / 10;
	const [sine, cosine] = [Math.sin(angle / 2), Math.cos(angle / 2)];
	return {
		id,
		position: [Math.sin(angle) / 3, 1.5 + id / 1000, -2 - step / 100],
		rotation: [0.6 * sine, 0, 0.8 * sine, cosine],
	};
}

export function turningHead(step: number): PoseSample {
	const half = step / 100;
	const sample = new PoseSample();
	sample.setHead({
		sequence: step,
		clientTimeMs: step * 10,
		orientation: [0, Math.sin(half), 0, Math.cos(half)],
		fovDeg: 80,
	});
	return sample;
}

/** A left hand of 26 joints, of which joint 5 is not tracked. */
export function wavingHand(step: number): PoseSample {
	const frame = new PoseSample();
	frame.reset(26);
	frame.kind = "skeleton";
	frame.skeleton = "XRHandLeft";
	frame.stream = 1;
	frame.sequence = step;
	frame.clientTimeMs = step * 10;
	frame.valid.fill(1, 0, 26);
	frame.valid[5] = 0;
	for (let bone = 0; bone < 26; bone++) frame.positions.set([bone / 100, 1, Math.sin(step / 10)], bone * 3);
	return frame;
}

export function pressedController(step: number): PoseSample {
	const frame = new PoseSample();
	frame.reset(2);
	frame.kind = "controller";
	frame.hand = "right";
	frame.stream = 5;
	frame.sequence = step;
	frame.clientTimeMs = step * 10;
	frame.valid.fill(1, 0, 2);
	frame.positions.set([0.25, 1, -0.5, 0.25, 1, -0.75]);
	frame.controls.buttonCount = 3;
	frame.controls.buttons.set([1, 0, (step % 4) / 4]);
	frame.controls.pressed = 1;
	frame.controls.touched = 5;
	frame.controls.axisCount = 2;
	frame.controls.axes.set([-0.5, 0.25]);
	return frame;
}

/**
 * Records `steps` poses of a body, a head, a hand and a controller, 10 ms apart, each read 4 ms
 * before it came.
 */
export function recordEverything(recorder: MotionRecorder, steps: number): void {
	for (let step = 0; step < steps; step++) {
		const receivedAtSec = 1000 + step / 100;
		const times = { receivedAtSec, capturedAtSec: receivedAtSec - 0.004 };
		for (const sample of [swayingBody(step), turningHead(step), wavingHand(step), pressedController(step)])
			recorder.write(sample, times);
	}
}

/** Everything of a recording, by stream. */
export async function rowsByStream(rows: AsyncIterable<MotionRow>): Promise<Map<string, MotionRow[]>> {
	const streams = new Map<string, MotionRow[]>();
	for await (const row of rows) {
		const stream = streams.get(row.stream);
		if (stream === undefined) streams.set(row.stream, [row]);
		else stream.push(row);
	}
	return streams;
}

/** A bone of a row, also one that its skeleton does not have; `undefined` if it is not tracked. */
export function recordedBone({ sample }: MotionRow, id: number): RigidTransform | undefined {
	const { ids, positions, rotations } = boneTable(sample);
	const at = ids.indexOf(id);
	if (at < 0) return undefined;
	const [p, q] = [at * 3, at * 4];
	return {
		position: [positions[p]!, positions[p + 1]!, positions[p + 2]!],
		rotation: [rotations[q]!, rotations[q + 1]!, rotations[q + 2]!, rotations[q + 3]!],
	};
}
