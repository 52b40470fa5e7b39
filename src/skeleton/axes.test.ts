import { describe, expect, it } from "vitest";
import { multiplyQuaternions, normalizeQuaternion } from "../media/rotation.ts";
import { headText } from "../protocol/head-text.cases.ts";
import { TrackingReceiver } from "../protocol/tracking-receiver.ts";
import { AXES, AxesConversion, type AxesName, rerunViewCoordinates, THREE_ENVIRONMENT_YAW_RAD } from "./axes.ts";
import { handAxes } from "./hand-pose.ts";
import { PoseSample } from "./pose-sample.ts";
import { composeTransforms, cross, rotateVector, subtract, transformPoint } from "./rigid-transform.ts";
import { seededRandom } from "./seeded-random.cases.ts";
import { bonePosition, localFromWorld } from "./skeleton-pose.ts";
import { randomPose, randomRotation, randomTransform, standingBody } from "./synthetic-poses.cases.ts";
import type { BoneName } from "./tables/skeleton.ts";
import type { Vector3 } from "./vector.ts";

const NAMES = Object.keys(AXES) as AxesName[];
const PAIRS = NAMES.flatMap((from) => NAMES.map((to) => [from, to] as const));
const expectClose = (actual: ArrayLike<number>, expected: ArrayLike<number>, digits = 10) => {
	expect(actual.length).toBe(expected.length);
	for (let index = 0; index < actual.length; index++) expect(actual[index]).toBeCloseTo(expected[index]!, digits);
};
const place = (axes: AxesName, right: number, up: number, forward: number): Vector3 => {
	const numbers = [0, 0, 0];
	for (const [axis, amount] of [
		[AXES[axes].right, right],
		[AXES[axes].up, up],
		[AXES[axes].forward, forward],
	] as const)
		numbers["xyz".indexOf(axis[1]!)]! += axis[0] === "-" ? -amount : amount;
	return numbers as unknown as Vector3;
};

describe("AxesConversion", () => {
	it.each(PAIRS)("%s to %s: right, up and forward stay so, and the way back is the inverse", (from, to) => {
		const conversion = AxesConversion.between(from, to);
		expectClose(conversion.vector(place(from, 0.5, 1.5, 2)), place(to, 0.5, 1.5, 2));
		expect(conversion.mirrors).toBe((from === "unity") !== (to === "unity"));
		const random = seededRandom(31);
		for (let round = 0; round < 20; round++) {
			const transform = randomTransform(random);
			const back = conversion.inverse().transform(conversion.transform(transform));
			expectClose(back.position, transform.position);
			expectClose(back.rotation, transform.rotation);
			expectClose(
				AxesConversion.between(to, from).rotation(conversion.rotation(transform.rotation)),
				transform.rotation,
			);
		}
	});

	it.each(PAIRS)("%s to %s: commutes with composing, turning and angular velocity", (from, to) => {
		const conversion = AxesConversion.between(from, to);
		const random = seededRandom(32);
		for (let round = 0; round < 20; round++) {
			const [a, b] = [randomTransform(random), randomTransform(random)];
			const then = conversion.transform(composeTransforms(a, b));
			const now = composeTransforms(conversion.transform(a), conversion.transform(b));
			expectClose(then.position, now.position);
			expectClose(then.rotation, now.rotation);
			expectClose(
				conversion.vector(transformPoint(a, [1, 2, 3])),
				transformPoint(conversion.transform(a), conversion.vector([1, 2, 3])),
			);
			// A point that turns moves by the cross product of angular velocity and place, in every
			// frame.
			expectClose(
				conversion.vector(cross([1, 2, 3], a.position)),
				cross(conversion.axialVector([1, 2, 3]), conversion.vector(a.position)),
			);
		}
	});

	it("through a third system is the same as directly", () => {
		const random = seededRandom(33);
		const rotation = randomRotation(random);
		for (const [from, to] of PAIRS)
			for (const by of NAMES) {
				const direct = AxesConversion.between(from, to);
				const indirect = AxesConversion.between(from, by).followedBy(AxesConversion.between(by, to));
				expectClose(indirect.vector([1, 2, 3]), direct.vector([1, 2, 3]));
				expectClose(indirect.rotation(rotation), direct.rotation(rotation));
			}
	});

	it("Unity's is an involution: position (x, y, -z), rotation (-x, -y, z, w)", () => {
		for (const conversion of [AxesConversion.between("unity", "webxr"), AxesConversion.between("webxr", "unity")]) {
			expectClose(conversion.vector([1, 2, 3]), [1, 2, -3]);
			expectClose(conversion.rotation([0.1, 0.2, 0.3, 0.9]), [-0.1, -0.2, 0.3, 0.9]);
			const twice = conversion.followedBy(conversion);
			expectClose(twice.vector([1, 2, 3]), [1, 2, 3]);
			expectClose(twice.rotation([0.1, 0.2, 0.3, 0.9]), [0.1, 0.2, 0.3, 0.9]);
		}
	});

	it("Unity to ROS is the original's: position (z, -x, y), rotation (-qz, qx, -qy, qw)", () => {
		const conversion = AxesConversion.between("unity", "ros");
		expectClose(conversion.vector([1, 2, 3]), [3, -1, 2]);
		expectClose(conversion.rotation([0.1, 0.2, 0.3, 0.9]), [-0.3, 0.1, -0.2, 0.9]);
	});

	it("ours to ROS: position (-z, -x, y), and the rotation's vector in the same way", () => {
		const conversion = AxesConversion.between("world", "ros");
		expectClose(conversion.vector([1, 2, 3]), [-3, -1, 2]);
		expectClose(conversion.rotation([0.1, 0.2, 0.3, 0.9]), [-0.3, -0.1, 0.2, 0.9]);
	});

	it("agrees with what the server does to a client's head", () => {
		for (const name of NAMES) {
			const server = new TrackingReceiver();
			server.hello({ frame: AXES[name] });
			const sent = normalizeQuaternion([0.1, 0.2, 0.3, 0.9]);
			const received = server.receive(headText({ sequence: 1, clientTimeMs: 1, orientation: sent }), 0)!;
			expectClose(AxesConversion.between(name, "world").rotation(sent), received.orientation, 5);
		}
	});

	it("refuses two directions on one axis", () => {
		expect(() => AxesConversion.between({ right: "+x", up: "-x", forward: "+z" }, "world")).toThrow(RangeError);
	});
});

describe("whole skeletons", () => {
	it.each(NAMES)("%s: a right hand stays a right hand, on the right, thumb and fingers as they were", (name) => {
		const body = standingBody();
		const there = AxesConversion.between("world", name);
		there.bones(body);
		expectClose(bonePosition(body, "RightHandWrist")!, place(name, 0.25, 1.1, 0.4), 5);
		expectClose(bonePosition(body, "LeftHandWrist")!, place(name, -0.25, 1.1, 0.4), 5);
		// A flat right hand: the little finger is to the right of the index, fingers point forward,
		// the thumb's root is left of the wrist.
		const along = (from: BoneName<"FullBody">, to: BoneName<"FullBody">, direction: Vector3) =>
			subtract(bonePosition(body, to)!, bonePosition(body, from)!).reduce(
				(sum, part, index) => sum + part * direction[index]!,
				0,
			);
		expect(along("RightHandIndexProximal", "RightHandLittleProximal", place(name, 1, 0, 0))).toBeCloseTo(0.06, 5);
		expect(along("RightHandWrist", "RightHandMiddleTip", place(name, 0, 0, 1))).toBeCloseTo(0.19, 5);
		expect(along("RightHandWrist", "RightHandThumbMetacarpal", place(name, 1, 0, 0))).toBeCloseTo(-0.02, 5);
		expect(along("LeftHandWrist", "LeftHandThumbMetacarpal", place(name, 1, 0, 0))).toBeCloseTo(0.02, 5);
		there.inverse().bones(body);
		expectClose(handAxes(body, "right")!.rotation.map(Math.abs), [0, 0, 0, 1], 5);
	});

	it("converts every bone as one pose, in the world and to a parent alike", () => {
		const conversion = AxesConversion.between("unity", "ros");
		const pose = randomPose("FullBody", seededRandom(34));
		const [convertedFirst, localFirst] = [
			randomPose("FullBody", seededRandom(34)),
			randomPose("FullBody", seededRandom(34)),
		];
		conversion.bones(convertedFirst);
		for (let bone = 0; bone < 84; bone++) {
			const { position, rotation } = conversion.transform({
				position: [...pose.positions.subarray(bone * 3, bone * 3 + 3)] as unknown as Vector3,
				rotation: [...pose.rotations.subarray(bone * 4, bone * 4 + 4)] as unknown as readonly [
					number,
					number,
					number,
					number,
				],
			});
			expectClose(convertedFirst.positions.subarray(bone * 3, bone * 3 + 3), position, 6);
			expectClose(convertedFirst.rotations.subarray(bone * 4, bone * 4 + 4), rotation, 6);
		}
		localFromWorld(convertedFirst, convertedFirst);
		localFromWorld(localFirst, localFirst);
		conversion.bones(localFirst);
		expectClose(convertedFirst.positions, localFirst.positions, 4);
		expectClose(convertedFirst.rotations, localFirst.rotations, 4);
	});

	it("converts the velocities of a message, angular ones the other way round in a mirror", () => {
		const frame = new PoseSample();
		frame.reset(1);
		frame.hasVelocity = true;
		frame.linearVelocities.set([1, 2, 3]);
		frame.angularVelocities.set([1, 2, 3]);
		AxesConversion.between("unity", "world").sample(frame);
		expectClose(frame.linearVelocities.subarray(0, 3), [1, 2, -3]);
		expectClose(frame.angularVelocities.subarray(0, 3), [-1, -2, 3]);
	});
});

describe("for other programs", () => {
	it("Rerun's view coordinates: RUB, FLU, RDF, and no left-handed ones", () => {
		expect(rerunViewCoordinates("rerun")).toEqual([3, 1, 6]);
		expect(rerunViewCoordinates("ros")).toEqual([5, 4, 1]);
		expect(rerunViewCoordinates("opencv")).toEqual([3, 2, 5]);
		expect(() => rerunViewCoordinates("unity")).toThrow(RangeError);
	});

	it("three.js has the centre of an environment at +X, and the turn brings it in front", () => {
		// three.js: u = atan2(z, x) / 2 pi + 1/2, so the centre is along +X.
		const turn = [0, Math.sin(THREE_ENVIRONMENT_YAW_RAD / 2), 0, Math.cos(THREE_ENVIRONMENT_YAW_RAD / 2)] as const;
		expectClose(rotateVector(turn, [1, 0, 0]), [0, 0, -1]);
		expect(multiplyQuaternions(turn, turn)[1]).toBeCloseTo(1, 10);
	});
});
