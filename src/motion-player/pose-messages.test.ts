import { describe, expect, it } from "vitest";
import { anglesFromQuaternion } from "../media/rotation.ts";
import { type MotionRow, sampleFromBones } from "../motion/motion-row.ts";
import { pressedController, swayingBody, turningHead, wavingHand } from "../motion/synthetic-motion.cases.ts";
import { decodeLegacyBodyPose } from "../protocol/legacy/body-pose.ts";
import { LegacyCamera } from "../protocol/legacy/camera.ts";
import { decodeTrackingBinary } from "../protocol/tracking-decoder.ts";
import { decodeTrackingText } from "../protocol/tracking-text.ts";
import { boneTable, trackedBones } from "../skeleton/bone-table.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";
import { PoseMessages } from "./pose-messages.ts";

const rowOf = (stream: string, sample: PoseSample): MotionRow => ({
	stream,
	timeSec: 1,
	capturedSec: undefined,
	sample,
});
const body = rowOf("body", swayingBody(5));
const head = rowOf("head", turningHead(5));
const hand = rowOf("left_hand", wavingHand(5));
const controller = rowOf("right_controller", pressedController(5));

describe("PoseMessages of the tracking protocol", () => {
	it.each([true, false])("are what the server decodes, binary: %s", (binary) => {
		const messages = new PoseMessages("tracking");
		messages.binary = binary;
		for (const pose of [body, head, hand, controller]) {
			const { label, message } = messages.messageOf(pose, 1234.5)!;
			expect(label).toBe("tracking");
			const frame = new PoseSample();
			const result =
				typeof message === "string" ? decodeTrackingText(message, frame) : decodeTrackingBinary(message, frame);
			expect(typeof message === "string").toBe(!binary);
			expect(result).toEqual({ kind: "message" });
			expect(frame).toMatchObject({
				kind: pose.sample.kind,
				skeleton: pose.sample.skeleton,
				stream: pose.sample.stream,
				sequence: 1,
				clientTimeMs: 1234.5,
			});
			expect(trackedBones(frame)).toEqual(trackedBones(pose.sample));
			for (const id of trackedBones(frame))
				expect(frame.positions[id * 3]).toBeCloseTo(pose.sample.positions[id * 3]!, 3);
		}
	});

	it("puts a whole body into one packet", () => {
		const messages = new PoseMessages("tracking");
		messages.binary = true;
		expect((messages.messageOf(body, 1)!.message as Uint8Array).byteLength).toBeLessThan(1100);
	});

	it("numbers each stream, and gives two streams of one number two numbers", () => {
		const messages = new PoseMessages("tracking");
		const second = rowOf("body_3", sampleFromBones("skeleton", "PicoBody", boneTable(swayingBody(5, [0]))));
		second.sample.stream = 3;
		expect(
			messages
				.declare([head, body, head, second, hand])
				.map(({ id, kind, skeleton, label }) => [id, kind, skeleton, label]),
		).toEqual([
			[0, "head", undefined, "head"],
			[3, "skeleton", "FullBody", "body"],
			[4, "skeleton", "PicoBody", "body_3"],
			[1, "skeleton", "XRHandLeft", "left_hand"],
		]);
		const frame = new PoseSample();
		const sent = [body, second, body, head].map((pose) => {
			decodeTrackingText(messages.messageOf(pose, 0)!.message as string, frame);
			return [frame.stream, frame.sequence];
		});
		expect(sent).toEqual([
			[3, 1],
			[4, 1],
			[3, 2],
			[0, 1],
		]);
	});
});

describe("PoseMessages of the existing headset client's protocol", () => {
	const messages = new PoseMessages("legacy");

	it("are its camera and its body, to the last digit", () => {
		const camera = messages.messageOf(head, 0)!;
		expect(camera.label).toBe("camera");
		const read = new PoseSample();
		expect(new LegacyCamera().decode(camera.message as string, read).kind).toBe("message");
		expect(read.fovDeg).toBe(80);
		const expected = anglesFromQuaternion(turningHead(5).orientation);
		expect(anglesFromQuaternion(read.orientation).yawDeg).toBeCloseTo(expected.yawDeg, 4);
		const { label, message } = messages.messageOf(body, 0)!;
		expect(label).toBe("body_pose");
		const sent = new PoseSample();
		expect(decodeLegacyBodyPose(message as Uint8Array, sent).kind).toBe("message");
		expect(sent).toEqual(swayingBody(5));
	});

	it("are not there for what it has no message for", () => {
		const parentSpace = rowOf("body", swayingBody(5));
		parentSpace.sample.parentSpace = true;
		for (const pose of [hand, controller, parentSpace]) expect(messages.messageOf(pose, 0)).toBeUndefined();
	});
});
