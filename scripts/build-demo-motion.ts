import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { multiplyQuaternions, type Quaternion } from "../src/media/rotation.ts";
import { createMotionRecorder } from "../src/motion/motion-recorder.ts";
import { DEMO_MOTION } from "../src/motion-player/demo-motion.ts";
import { POSE_STREAM } from "../src/protocol/pose-streams.ts";
import { PoseSample } from "../src/skeleton/pose-sample.ts";
import { conjugate, rotateVector, subtract } from "../src/skeleton/rigid-transform.ts";
import { positionAt, type SkeletonPose, setBone, transformAt } from "../src/skeleton/skeleton-pose.ts";
import { type BoneName, boneId, type Side, SKELETONS } from "../src/skeleton/tables/skeleton.ts";
import type { Vector3 } from "../src/skeleton/vector.ts";
import { restPose } from "./rest-poses.ts";

/*
 * Writes the recording that `panogaze play-motion --demo` plays: a person who sways, looks around,
 * moves both arms and opens and closes the hands. It ends where it begins.
 */

type Body = SkeletonPose<"FullBody">;

/** One round, seconds. */
export const DEMO_SEC = 5;
export const DEMO_HZ = 30;
/** Numbers are multiples of this, so that they compress well: 1 mm, and 0.1 degrees. */
const STEP = 1 / 1024;

/** The poses at one moment: a head, a body and two hands. */
export function demoSamples(timeSec: number): readonly PoseSample[] {
	const body = bodyAt(timeSec);
	return [headOf(body), bodyOf(body), handOf(body, "left"), handOf(body, "right")];
}

function bodyAt(timeSec: number): Body {
	const body = restPose("FullBody");
	/** Swings `turns` times a round, degrees. */
	const swing = (meanDeg: number, byDeg: number, turns: number, phase = 0) =>
		meanDeg + byDeg * Math.sin(2 * Math.PI * ((turns * timeSec) / DEMO_SEC + phase));
	for (const side of ["left", "right"] as const) {
		// The arms are held out to the sides: what turns the right one down, turns the left one up.
		const sign = side === "right" ? 1 : -1;
		const name = (bone: string) => `${side === "right" ? "Right" : "Left"}${bone}` as BoneName<"FullBody">;
		const phase = side === "right" ? 0 : 0.25;
		for (const finger of ["Index", "Middle", "Ring", "Little"])
			for (const joint of ["Distal", "Intermediate", "Proximal"])
				turn(body, name(`Hand${finger}${joint}`), "z", -sign * swing(32, 30, 2, phase));
		turn(body, name("ArmLower"), "y", sign * swing(70, 20, 2, phase));
		turn(body, name("ArmUpper"), "z", -sign * swing(62, 12, 1, phase));
		turn(body, name("ArmUpper"), "y", sign * swing(5, 15, 1, phase));
	}
	turn(body, "Neck", "x", swing(-4, 6, 2));
	turn(body, "Neck", "y", swing(0, 25, 1, 0.1));
	turn(body, "SpineLower", "y", swing(0, 9, 1));
	turn(body, "SpineLower", "z", swing(0, 3, 1, 0.25));
	return body;
}

/** Turns a bone, and all that hang on it, about an axis of the world through the bone's joint. */
function turn(body: Body, bone: BoneName<"FullBody">, axis: "x" | "y" | "z", angleDeg: number): void {
	const { parents, names } = SKELETONS.FullBody;
	const root = boneId("FullBody", bone);
	const joint = root === undefined ? undefined : positionAt(body, root);
	if (root === undefined || joint === undefined) throw new Error(`The rest pose has no bone ${bone}.`);
	const half = (angleDeg * Math.PI) / 360;
	const part = (name: string) => (axis === name ? Math.sin(half) : 0);
	const turned: Quaternion = [part("x"), part("y"), part("z"), Math.cos(half)];
	for (let id = 0; id < names.length; id++) {
		const transform = transformAt(body, id);
		if (transform === undefined || !hangsOn(parents, id, root)) continue;
		const [x, y, z] = rotateVector(turned, subtract(transform.position, joint));
		setBone(body, names[id] as BoneName<"FullBody">, {
			position: [joint[0] + x, joint[1] + y, joint[2] + z],
			rotation: multiplyQuaternions(turned, transform.rotation),
		});
	}
}

function hangsOn(parents: readonly number[], bone: number, ancestor: number): boolean {
	for (let at = bone; at >= 0; at = parents[at] ?? -1) if (at === ancestor) return true;
	return false;
}

function headOf(body: Body): PoseSample {
	const id = boneId("FullBody", "Head") ?? -1;
	const [now, atRest] = [transformAt(body, id), transformAt(restPose("FullBody"), id)];
	if (now === undefined || atRest === undefined) throw new Error("The rest pose has no head.");
	const sample = new PoseSample(1);
	sample.setHead({
		stream: POSE_STREAM.head,
		orientation: multiplyQuaternions(now.rotation, conjugate(atRest.rotation)),
		position: now.position,
	});
	return stepped(sample);
}

function bodyOf(body: Body): PoseSample {
	const sample = new PoseSample(body.boneCount);
	sample.reset(body.boneCount);
	sample.kind = "skeleton";
	sample.skeleton = "FullBody";
	sample.stream = POSE_STREAM.body;
	sample.positions.set(body.positions);
	sample.rotations.set(body.rotations);
	sample.valid.set(body.valid);
	return stepped(sample);
}

/** The hand of a body, whose bones have the same names. */
function handOf(body: Body, side: Side): PoseSample {
	const prefix = side === "left" ? "Left" : "Right";
	const skeleton = `XRHand${prefix}` as const;
	const { names } = SKELETONS[skeleton];
	const sample = new PoseSample(names.length);
	sample.reset(names.length);
	sample.kind = "skeleton";
	sample.skeleton = skeleton;
	sample.stream = side === "left" ? POSE_STREAM.leftHand : POSE_STREAM.rightHand;
	for (const [id, name] of names.entries()) {
		const transform = transformAt(body, boneId("FullBody", `${prefix}Hand${name}`) ?? -1);
		if (transform === undefined) continue;
		sample.positions.set(transform.position satisfies Vector3, id * 3);
		sample.rotations.set(transform.rotation, id * 4);
		sample.valid[id] = 1;
	}
	return stepped(sample);
}

function stepped(sample: PoseSample): PoseSample {
	for (const numbers of [sample.positions, sample.rotations])
		for (const [index, value] of numbers.entries()) numbers[index] = Math.round(value / STEP) * STEP;
	return sample;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	rmSync(DEMO_MOTION, { force: true });
	await using recorder = await createMotionRecorder({ path: DEMO_MOTION });
	for (let step = 0; step < DEMO_SEC * DEMO_HZ; step++)
		for (const sample of demoSamples(step / DEMO_HZ)) recorder.write(sample, { receivedAtSec: step / DEMO_HZ });
}
