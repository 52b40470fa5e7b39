import { describe, expect, it } from "vitest";
import { multiplyQuaternions, normalizeQuaternion, type Quaternion } from "../media/rotation.ts";
import { POSE_STREAM } from "../protocol/pose-streams.ts";
import { decodeTrackingBinary } from "../protocol/tracking-decoder.ts";
import { TrackingEncoder } from "../protocol/tracking-encoder.ts";
import type { PoseSample } from "../skeleton/pose-sample.ts";
import { SKELETONS } from "../skeleton/tables/skeleton.ts";
import type { XrFrame, XrInputSource, XrPose, XrSpace, XrViewerPose } from "./xr-device.ts";
import { XrPoseSource } from "./xr-pose-source.ts";
import { XR_STREAMS } from "./xr-streams.ts";

interface Placed {
	readonly position: readonly [number, number, number];
	readonly rotation: Quaternion;
	readonly emulated?: boolean;
}
const IDENTITY: Quaternion = [0, 0, 0, 1];

/** A device in numbers: spaces have a place, or none while they are not tracked. */
class FakeSession {
	readonly inputSources: XrInputSource[] = [];
	readonly places = new Map<XrSpace, Placed>();
	viewer: XrViewerPose | undefined = pose({ position: [0, 1.6, 0], rotation: IDENTITY });
	body: Map<string, XrSpace> | undefined;
	bulk = true;

	space(place?: Placed): XrSpace {
		const space = {};
		if (place !== undefined) this.places.set(space, place);
		return space;
	}

	frame(): XrFrame {
		const getPose = (space: XrSpace): XrPose | undefined => {
			const place = this.places.get(space);
			return place && pose(place);
		};
		return {
			session: this,
			getViewerPose: () => this.viewer,
			getPose,
			getJointPose: getPose,
			...(this.bulk && {
				fillPoses: (spaces: readonly XrSpace[], _: XrSpace, out: Float32Array) => this.#fill(spaces, out),
			}),
			...(this.body && { body: this.body }),
		};
	}

	#fill(spaces: readonly XrSpace[], out: Float32Array): boolean {
		for (const [index, space] of spaces.entries()) {
			const place = this.places.get(space);
			if (place === undefined) out.fill(Number.NaN, index * 16, index * 16 + 16);
			else out.set(matrix(place), index * 16);
		}
		return spaces.every((space) => this.places.has(space));
	}
}

function pose({ position, rotation, emulated = false }: Placed): XrViewerPose {
	const [x, y, z] = position;
	const [qx, qy, qz, qw] = rotation;
	const transform = { position: { x, y, z }, orientation: { x: qx, y: qy, z: qz, w: qw } };
	return { transform, emulatedPosition: emulated, views: [] };
}

/** Column by column. */
function matrix({ position, rotation }: Placed): number[] {
	const columns = [
		[1, 0, 0],
		[0, 1, 0],
		[0, 0, 1],
	].map(([x, y, z]) => {
		const [qx, qy, qz, qw] = rotation;
		const turned = multiplyQuaternions(multiplyQuaternions(rotation, [x!, y!, z!, 0]), [-qx, -qy, -qz, qw]);
		return [turned[0], turned[1], turned[2], 0];
	});
	return [...columns.flat(), ...position, 1];
}

/**
 * Every joint elsewhere, and turned about another axis: every branch of the conversion
 * is met.
 */
function placeOf(index: number): Placed {
	const rotation = normalizeQuaternion([
		Math.sin(index * 1.7),
		Math.cos(index * 2.3),
		Math.sin(index * 0.9 + 1),
		Math.cos(index * 1.1),
	]);
	return { position: [index / 100, 1 + index / 200, -index / 50], rotation };
}

function handOf(session: FakeSession, handedness: "left" | "right", tracked = true): XrInputSource {
	const hand = new Map(
		SKELETONS.WebXRHandLeft.names.map((name, index) => [
			name as string,
			session.space(tracked ? placeOf(index) : undefined),
		]),
	);
	return { handedness, targetRayMode: "tracked-pointer", targetRaySpace: {}, gripSpace: {}, hand };
}

function controllerOf(session: FakeSession, handedness: "left" | "right"): XrInputSource {
	return {
		handedness,
		targetRayMode: "tracked-pointer",
		targetRaySpace: session.space({ position: [0.3, 1.2, -0.5], rotation: [0, 0.6, 0, 0.8] }),
		gripSpace: session.space({ position: [0.3, 1.1, -0.4], rotation: [0.6, 0, 0, 0.8] }),
		gamepad: {
			buttons: [{ value: 0.75, pressed: true, touched: true }, null, { value: 0, pressed: false, touched: true }],
			axes: [null, null, -0.5, 1],
		},
	};
}

const byStream = (frames: readonly PoseSample[], stream: number) => frames.find((frame) => frame.stream === stream);
const sameRotation = (a: ArrayLike<number>, b: Quaternion) =>
	Math.abs(b.reduce((sum, part, index) => sum + part * a[index]!, 0));

describe("XrPoseSource", () => {
	it("reads the head, with velocities and the field of view it asks for", () => {
		const session = new FakeSession();
		session.viewer = {
			...pose({ position: [0.1, 1.6, -0.2], rotation: [0, 0.6, 0, 0.8] }),
			linearVelocity: { x: 0, y: 0, z: 0.5 },
			angularVelocity: { x: 0, y: -1.5, z: 0 },
		};
		const source = new XrPoseSource({});
		source.horizontalFovDeg = 120;
		const [head] = source.read(session.frame(), 1234.5);
		expect(head).toMatchObject({
			kind: "head",
			stream: 0,
			clientTimeMs: 1234.5,
			positionTracked: true,
			hasVelocity: true,
		});
		expect([...head!.positions.slice(0, 3)]).toEqual([0.1, 1.6, -0.2].map(Math.fround));
		expect([...head!.rotations.slice(0, 4)]).toEqual([0, 0.6, 0, 0.8].map(Math.fround));
		expect([...head!.angularVelocities.slice(0, 3)]).toEqual([0, -1.5, 0]);
		expect(head!.horizontalFovDeg).toBe(120);
		expect(source.viewerPose).toBe(session.viewer);
	});

	it("tells no position where the device only turns, and no head where it is not tracked", () => {
		const session = new FakeSession();
		session.viewer = pose({ position: [0, 1.6, 0], rotation: IDENTITY, emulated: true });
		const source = new XrPoseSource({});
		const [head] = source.read(session.frame(), 0);
		expect(head!.positionTracked).toBe(false);
		expect([...head!.positions.slice(0, 3)]).toEqual([0, 0, 0]);
		session.viewer = undefined;
		expect(source.read(session.frame(), 0)).toEqual([]);
		expect(source.viewerPose).toBeUndefined();
	});

	it.each([
		["in bulk", true],
		["joint by joint", false],
	])("reads hands %s, each joint as the XRHand bone of its name", (_, bulk) => {
		const session = new FakeSession();
		session.bulk = bulk;
		session.inputSources.push(handOf(session, "left"), handOf(session, "right"));
		const frames = new XrPoseSource({}).read(session.frame(), 5);
		for (const [stream, skeleton] of [
			[POSE_STREAM.leftHand, "XRHandLeft"],
			[POSE_STREAM.rightHand, "XRHandRight"],
		] as const) {
			const hand = byStream(frames, stream)!;
			expect(hand).toMatchObject({ kind: "skeleton", skeleton, boneCount: 26, clientTimeMs: 5, confidence: 1 });
			const { bones } = SKELETONS[skeleton];
			expect(hand.valid[bones.Palm]).toBe(0);
			for (const [joint, bone] of [
				[0, bones.Wrist],
				[4, bones.ThumbTip],
				[6, bones.IndexProximal],
				[24, bones.LittleTip],
			] as const) {
				const { position, rotation } = placeOf(joint);
				expect(hand.valid[bone]).toBe(1);
				expect([...hand.positions.subarray(bone * 3, bone * 3 + 3)]).toEqual(position.map(Math.fround));
				expect(sameRotation(hand.rotations.subarray(bone * 4, bone * 4 + 4), rotation)).toBeCloseTo(1, 6);
			}
			expect(hand.valid.subarray(0, 26).reduce((sum, valid) => sum + valid, 0)).toBe(25);
		}
	});

	it("gives every joint its rotation, whichever part of the quaternion is the largest", () => {
		const session = new FakeSession();
		session.inputSources.push(handOf(session, "left"));
		const hand = byStream(new XrPoseSource({}).read(session.frame(), 0), POSE_STREAM.leftHand)!;
		const largest = new Set<number>();
		for (let joint = 0; joint < 25; joint++) {
			const { rotation } = placeOf(joint);
			expect(sameRotation(hand.rotations.subarray((joint + 1) * 4, (joint + 1) * 4 + 4), rotation)).toBeCloseTo(
				1,
				6,
			);
			largest.add(rotation.findIndex((part) => Math.abs(part) === Math.max(...rotation.map(Math.abs))));
		}
		expect(largest.size).toBe(4);
	});

	it("marks joints that are not seen, and tells a lost hand once", () => {
		const session = new FakeSession();
		const hand = handOf(session, "right");
		session.inputSources.push(hand);
		const joints = hand.hand as Map<string, XrSpace>;
		session.places.delete(joints.get("index-finger-tip")!);
		const source = new XrPoseSource({});
		const seen = byStream(source.read(session.frame(), 0), POSE_STREAM.rightHand)!;
		const { bones } = SKELETONS.XRHandRight;
		expect([seen.valid[bones.IndexTip], seen.valid[bones.IndexDistal]]).toEqual([0, 1]);
		for (const space of joints.values()) session.places.delete(space);
		const lost = byStream(source.read(session.frame(), 1), POSE_STREAM.rightHand)!;
		expect([...lost.valid.subarray(0, 26)]).toEqual(new Array(26).fill(0));
		expect(lost.confidence).toBe(0);
		expect(byStream(source.read(session.frame(), 2), POSE_STREAM.rightHand)).toBeUndefined();
		// The message of a lost hand is one that can be sent and read.
		const bytes = new TrackingEncoder().encode(lost, "q16");
		expect(bytes).toBeDefined();
		expect(decodeTrackingBinary(bytes!, seen)).toEqual({ kind: "message" });
	});

	it("follows when controllers take the place of hands, and come back", () => {
		const session = new FakeSession();
		const source = new XrPoseSource({});
		const streams = () => source.read(session.frame(), 0).map(({ stream }) => stream);
		session.inputSources.push(handOf(session, "left"));
		expect(streams()).toEqual([0, POSE_STREAM.leftHand]);
		session.inputSources[0] = controllerOf(session, "left");
		expect(streams()).toEqual([0, POSE_STREAM.leftController, POSE_STREAM.leftHand]);
		expect(streams()).toEqual([0, POSE_STREAM.leftController]);
		session.inputSources[0] = handOf(session, "left");
		expect(streams()).toEqual([0, POSE_STREAM.leftHand, POSE_STREAM.leftController]);
		expect(streams()).toEqual([0, POSE_STREAM.leftHand]);
	});

	it("lets go of the buttons of a controller that is lost, once", () => {
		const session = new FakeSession();
		const controller = controllerOf(session, "right");
		session.inputSources.push(controller);
		const source = new XrPoseSource({});
		const read = (atMs: number) => byStream(source.read(session.frame(), atMs), POSE_STREAM.rightController);
		expect(read(1)).toMatchObject({ controls: { pressed: 1, touched: 5 } });
		// While the system's menu is open, browsers report a controller's buttons but no pose.
		session.places.delete(controller.gripSpace!);
		const lost = read(2)!;
		expect(lost).toMatchObject({
			kind: "controller",
			hand: "right",
			clientTimeMs: 2,
			confidence: 0,
			controls: { pressed: 0, touched: 0, buttonCount: 3 },
		});
		expect([...lost.controls.buttons.slice(0, 3), ...lost.controls.axes.slice(0, 4)]).toEqual(new Array(7).fill(0));
		expect([...lost.positions.slice(0, 3)]).toEqual([0.3, 1.1, -0.4].map(Math.fround));
		expect(new TrackingEncoder().encode(lost, "f32")).toBeDefined();
		expect(read(3)).toBeUndefined();
	});

	it("tells once that all is lost when the session ends or is hidden", () => {
		const session = new FakeSession();
		session.inputSources.push(handOf(session, "left"), controllerOf(session, "right"));
		session.body = new Map(
			SKELETONS.WebXRBody.names.map((name, index) => [name as string, session.space(placeOf(index))]),
		);
		const source = new XrPoseSource({});
		expect(source.lose(0)).toEqual([]);
		expect(source.read(session.frame(), 1)).toHaveLength(4);
		const lost = source.lose(2);
		expect(lost.map(({ stream }) => stream)).toEqual([
			POSE_STREAM.leftHand,
			POSE_STREAM.body,
			POSE_STREAM.rightController,
		]);
		for (const { confidence, clientTimeMs } of lost) expect([confidence, clientTimeMs]).toEqual([0, 2]);
		expect([...lost[1]!.valid.subarray(0, 84)]).toEqual(new Array(84).fill(0));
		expect(source.viewerPose).toBeUndefined();
		expect(source.lose(3)).toEqual([]);
		expect(source.read(session.frame(), 4)).toHaveLength(4);
	});

	it("takes nothing for seen that the browser did not write", () => {
		const session = new FakeSession();
		const hand = handOf(session, "left");
		session.inputSources.push(hand);
		const source = new XrPoseSource({});
		source.read(session.frame(), 0);
		const lost = source.read({ ...session.frame(), fillPoses: () => false }, 1);
		expect([...byStream(lost, POSE_STREAM.leftHand)!.valid.subarray(0, 26)]).toEqual(new Array(26).fill(0));
	});

	it("reads hands that are tracked beside the controllers", () => {
		const session = Object.assign(new FakeSession(), { trackedSources: [] as XrInputSource[] });
		session.inputSources.push(controllerOf(session, "right"));
		session.trackedSources.push(handOf(session, "right"));
		const streams = new XrPoseSource({}).read(session.frame(), 0).map(({ stream }) => stream);
		expect(streams).toEqual([0, POSE_STREAM.rightController, POSE_STREAM.rightHand]);
	});

	it("reads a controller's grip, aim, buttons and axes; what the device leaves out is at rest", () => {
		const session = new FakeSession();
		session.inputSources.push(controllerOf(session, "right"));
		const controller = byStream(new XrPoseSource({}).read(session.frame(), 7), POSE_STREAM.rightController)!;
		expect(controller).toMatchObject({
			kind: "controller",
			hand: "right",
			boneCount: 2,
			controls: { buttonCount: 3, axisCount: 4, pressed: 1, touched: 5 },
		});
		expect([...controller.positions.slice(0, 6)]).toEqual([0.3, 1.1, -0.4, 0.3, 1.2, -0.5].map(Math.fround));
		expect([...controller.rotations.slice(0, 8)]).toEqual([0.6, 0, 0, 0.8, 0, 0.6, 0, 0.8].map(Math.fround));
		expect([...controller.controls.buttons.slice(0, 3)]).toEqual([0.75, 0, 0]);
		expect([...controller.controls.axes.slice(0, 4)]).toEqual([0, 0, -0.5, 1]);
	});

	it("leaves out what is no controller in a hand: a gaze, a tap on a screen", () => {
		const session = new FakeSession();
		session.inputSources.push(
			{ ...controllerOf(session, "right"), targetRayMode: "gaze" },
			{ ...controllerOf(session, "right"), gripSpace: null },
		);
		session.inputSources.push({ ...controllerOf(session, "right"), handedness: "none" });
		expect(new XrPoseSource({}).read(session.frame(), 0)).toHaveLength(1);
	});

	it("reads a body as FullBody, joints by name in either spelling, and the root if it is there", () => {
		const session = new FakeSession();
		const names: string[] = [...SKELETONS.WebXRBody.names];
		const typo = names.indexOf("left-hand-middle-phalanx-metacarpal");
		session.body = new Map(names.map((name, index) => [name, session.space(placeOf(index))]));
		const source = new XrPoseSource({});
		const body = byStream(source.read(session.frame(), 0), POSE_STREAM.body)!;
		expect(body).toMatchObject({ kind: "skeleton", skeleton: "FullBody", boneCount: 84 });
		expect(body.valid[0]).toBe(0);
		for (let joint = 0; joint < 83; joint++) {
			expect(body.positions[(joint + 1) * 3]).toBe(Math.fround(placeOf(joint).position[0]));
			expect(body.valid[joint + 1]).toBe(1);
		}
		names[typo] = "left-hand-middle-metacarpal";
		session.body = new Map([
			["root", session.space(placeOf(99))],
			...names.map((name) => [name, session.space(placeOf(7))] as const),
		]);
		session.body.set("tail", session.space(placeOf(8)));
		const other = byStream(source.read(session.frame(), 0), POSE_STREAM.body)!;
		expect([...other.valid.subarray(0, 84)]).toEqual(new Array(84).fill(1));
		expect(other.positions[0]).toBe(Math.fround(placeOf(99).position[0]));
	});

	it("uses the same frames again and again", () => {
		const session = new FakeSession();
		session.inputSources.push(handOf(session, "left"), controllerOf(session, "right"));
		const source = new XrPoseSource({});
		const first = source.read(session.frame(), 0);
		const frames = [...first];
		expect(source.read(session.frame(), 1)).toBe(first);
		expect(first.every((frame, index) => frame === frames[index])).toBe(true);
	});

	it("tells that the axes were set anew, until it is closed", () => {
		const space = new EventTarget();
		const source = new XrPoseSource(space);
		let resets = 0;
		source.on("reset", () => resets++);
		space.dispatchEvent(new Event("reset"));
		expect(resets).toBe(1);
		source.close();
		space.dispatchEvent(new Event("reset"));
		expect(resets).toBe(1);
	});

	it("declares every stream that it may send", () => {
		expect(XR_STREAMS.map(({ id }) => id)).toEqual(Object.values(POSE_STREAM));
	});
});
