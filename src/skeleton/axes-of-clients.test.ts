import { describe, expect, it } from "vitest";
import { multiplyQuaternions, type Quaternion, quaternionFromAngles } from "../media/rotation.ts";
import { AxesConversion, type SignedAxis } from "./axes.ts";
import { type HeadFields, PoseSample } from "./pose-sample.ts";
import type { Vector3 } from "./vector.ts";

const UNITY = AxesConversion.between("unity", "world");
/** ROS: +X forward, +Y left, +Z up. */
const ROS = AxesConversion.between({ right: "-y", up: "+z", forward: "+x" }, "world");
const AXES: SignedAxis[] = ["+x", "-x", "+y", "-y", "+z", "-z"];

const turned = (quaternion: Quaternion, [x, y, z]: Vector3): Vector3 => {
	const [qx, qy, qz, qw] = quaternion;
	const [rx, ry, rz] = multiplyQuaternions(multiplyQuaternions(quaternion, [x, y, z, 0]), [-qx, -qy, -qz, qw]);
	return [rx, ry, rz];
};
const expectClose = (actual: readonly number[], expected: readonly number[]) => {
	for (const [index, value] of actual.entries()) expect(value).toBeCloseTo(expected[index]!, 12);
};

describe("AxesConversion of a client to the world", () => {
	it("leaves WebXR poses as they are", () => {
		const webxr = AxesConversion.between("webxr", "world");
		expectClose(webxr.vector([1, 2, 3]), [1, 2, 3]);
		expectClose(webxr.rotation([0.1, 0.2, 0.3, 0.9]), [0.1, 0.2, 0.3, 0.9]);
	});

	it("mirrors Unity's: position (x, y, -z), rotation (-x, -y, z, w)", () => {
		expectClose(UNITY.vector([1, 2, 3]), [1, 2, -3]);
		expectClose(UNITY.rotation([0.1, 0.2, 0.3, 0.9]), [-0.1, -0.2, 0.3, 0.9]);
	});

	it("turns ROS's: forward, left, up become -z, -x, y", () => {
		expectClose(ROS.vector([1, 0, 0]), [0, 0, -1]);
		expectClose(ROS.vector([0, 1, 0]), [-1, 0, 0]);
		expectClose(ROS.vector([0, 0, 1]), [0, 1, 0]);
		// A turn to the left is positive about +Z there, and about +Y here.
		expectClose(ROS.rotation([0, 0, 0.6, 0.8]), [0, 0.6, 0, 0.8]);
	});

	it("what is in front and to the right stays there, whatever the frame", () => {
		let frames = 0;
		for (const right of AXES)
			for (const up of AXES)
				for (const forward of AXES) {
					const convert = () => AxesConversion.between({ right, up, forward }, "world");
					if (new Set([right[1], up[1], forward[1]]).size < 3) {
						expect(convert).toThrow(RangeError);
						continue;
					}
					frames++;
					const client = [0, 0, 0];
					for (const [axis, amount] of [
						[right, 0.5],
						[up, 1.5],
						[forward, 2],
					] as const)
						client["xyz".indexOf(axis[1]!)]! += axis[0] === "-" ? -amount : amount;
					expectClose(convert().vector(client as unknown as Vector3), [0.5, 1.5, -2]);
				}
		expect(frames).toBe(48);
	});

	it("commutes with turning a vector and with composing rotations", () => {
		const a = quaternionFromAngles({ yawDeg: 20, pitchDeg: -50, rollDeg: 10 });
		const b = quaternionFromAngles({ yawDeg: -110, pitchDeg: 35, rollDeg: 80 });
		for (const toWorld of [UNITY, ROS]) {
			expectClose(toWorld.vector(turned(a, [1, 2, 3])), turned(toWorld.rotation(a), toWorld.vector([1, 2, 3])));
			expectClose(
				toWorld.rotation(multiplyQuaternions(a, b)),
				multiplyQuaternions(toWorld.rotation(a), toWorld.rotation(b)),
			);
		}
	});

	it("turns every part of a head pose, and only those", () => {
		const frame = new PoseSample();
		const pose: HeadFields = {
			sequence: 4,
			clientTimeMs: 5,
			orientation: [0, 0.6, 0, 0.8],
			position: [1, 2, 3],
			linearVelocity: [0, 0, 1],
			angularVelocity: [0, 1, 0],
			fovDeg: 90,
		};
		frame.setHead(pose);
		UNITY.sample(frame);
		const converted = frame;
		expect(converted).toMatchObject({ sequence: 4, clientTimeMs: 5, fovDeg: 90 });
		expectClose(converted.orientation, [0, -Math.fround(0.6), 0, Math.fround(0.8)]);
		expectClose(converted.position!, [1, 2, -3]);
		expectClose(converted.linearVelocity!, [0, 0, -1]);
		expectClose(converted.angularVelocity!, [0, -1, 0]);
		frame.setHead({ sequence: 1, clientTimeMs: 2, orientation: [0, 0, 0, 1] });
		UNITY.sample(frame);
		expect([frame.position, frame.linearVelocity, frame.angularVelocity, frame.fovDeg]).toEqual(
			new Array(4).fill(undefined),
		);
	});
});
