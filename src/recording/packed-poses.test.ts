import { describe, expect, it } from "vitest";
import { PosePacker, PoseUnpacker, packedPoseBytes } from "./packed-poses.ts";
import type { RecordedPose } from "./session-record.ts";

const HEAD: RecordedPose = {
	kind: "head",
	skeleton: undefined,
	hand: undefined,
	stream: 0,
	sequence: 4_294_967_295,
	clientTimeMs: 123.456,
	seenRtpTicks: undefined,
	positionTracked: false,
	confidence: 0.1,
	receivedSec: 1 / 3,
	capturedSec: Number.NaN,
	photonAgeMs: Number.NaN,
	ids: Int32Array.of(0),
	positions: Float32Array.of(1, 2, 3),
	rotations: Float32Array.of(0, 0, 0, 1),
	controls: undefined,
};
const BODY: RecordedPose = {
	...HEAD,
	kind: "skeleton",
	skeleton: "FullBody",
	seenRtpTicks: 0,
	ids: Int32Array.from({ length: 85 }, (_, index) => index * 3),
	positions: Float32Array.from({ length: 85 * 3 }, Math.sin),
	rotations: Float32Array.from({ length: 85 * 4 }, Math.cos),
};
const CONTROLLER: RecordedPose = {
	...HEAD,
	kind: "controller",
	hand: "right",
	positionTracked: true,
	controls: { buttons: Float32Array.of(1, 0.5), axes: Float32Array.of(-1), pressed: 2 ** 32 - 1, touched: 1 },
};

describe("PosePacker", () => {
	it("gives every pose back as it was, in the order of its coming, whatever its length", () => {
		const packer = new PosePacker();
		for (let round = 0; round < 2; round++) {
			expect(packer.isEmpty).toBe(true);
			const records = [HEAD, BODY, CONTROLLER, BODY, HEAD].map(
				(pose, index) => ({ type: "pose", viewer: `viewer ${index % 2}`, pose }) as const,
			);
			for (const record of records) packer.add(record);
			const unpacker = new PoseUnpacker(packer.take());
			for (const record of records) expect(unpacker.next()).toEqual(record);
		}
	});

	it("takes the bytes that it states", () => {
		const packer = new PosePacker();
		const poses = Array.from({ length: 20 }, () => BODY);
		for (const pose of poses) packer.add({ type: "pose", viewer: "a", pose });
		packer.take();
		for (const pose of poses) packer.add({ type: "pose", viewer: "a", pose });
		expect(packer.take().buffer.byteLength).toBe(20 * packedPoseBytes(BODY));
	});
});
