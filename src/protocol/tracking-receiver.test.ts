import { describe, expect, it } from "vitest";
import { AxesConversion } from "../skeleton/axes.ts";
import { isSkeletonSample, PoseSample } from "../skeleton/pose-sample.ts";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { localFromWorld, transformAt } from "../skeleton/skeleton-pose.ts";
import { randomPose } from "../skeleton/synthetic-poses.cases.ts";
import { boneId, SKELETONS, type SkeletonType } from "../skeleton/tables/skeleton.ts";
import { headText } from "./head-text.cases.ts";
import { decodeLegacyBodyPose, encodeLegacyBodyPose, type LegacyBone } from "./legacy/body-pose.ts";
import { mutatedTexts } from "./mutated-texts.cases.ts";
import { TrackingEncoder } from "./tracking-encoder.ts";
import { TrackingReceiver } from "./tracking-receiver.ts";
import { encodeTrackingText } from "./tracking-text.ts";

const head = (sequence: number, stream = 0) =>
	headText({ stream, sequence, clientTimeMs: sequence, orientation: [0, 0, 0, 1] });

function skeletonSample(skeleton: SkeletonType, random: () => number, stream = 3): PoseSample {
	const pose = randomPose(skeleton, random);
	const frame = new PoseSample();
	frame.reset(pose.boneCount);
	frame.kind = "skeleton";
	frame.skeleton = skeleton;
	frame.stream = stream;
	frame.sequence = 1;
	frame.clientTimeMs = 12.5;
	frame.positions.set(pose.positions);
	frame.rotations.set(pose.rotations);
	frame.valid.set(pose.valid);
	return frame;
}

const binary = (frame: PoseSample) => new TrackingEncoder().encode(frame, "f32")!;

function expectSamePoses(actual: PoseSample, expected: PoseSample): void {
	expect(actual.boneCount).toBe(expected.boneCount);
	for (let bone = 0; bone < expected.boneCount; bone++) {
		const [a, b] = [transformAt(actual, bone)!, transformAt(expected, bone)!];
		for (const part of [0, 1, 2] as const) expect(a.position[part]).toBeCloseTo(b.position[part], 4);
		const dot = a.rotation.reduce((sum, value, part) => sum + value * b.rotation[part]!, 0);
		expect(Math.abs(dot)).toBeCloseTo(1, 5);
	}
}

describe("TrackingReceiver", () => {
	it("hands on the newest pose of each stream and counts everything else", () => {
		const receiver = new TrackingReceiver();
		expect(receiver.receive(head(3), 0)?.sequence).toBe(3);
		expect(receiver.receive(head(1), 0)).toBeUndefined();
		expect(receiver.receive(head(1, 2), 0)?.sequence).toBe(1);
		expect(receiver.receive('{"type":"eyes"}', 0)).toBeUndefined();
		expect(receiver.receive("hello", 0)).toBeUndefined();
		expect(receiver.receive(new Uint8Array(3), 0)).toBeUndefined();
		expect(receiver.receive(head(6), 0)?.sequence).toBe(6);
		expect(receiver.counters).toEqual({
			accepted: 3,
			late: 1,
			gaps: 2,
			overRate: 0,
			droppedBones: 0,
			ignored: 1,
			refused: 2,
			lastRefusal: "it is shorter than its header",
			streams: [
				{
					stream: 0,
					kind: "head",
					skeleton: undefined,
					accepted: 2,
					late: 1,
					gaps: 2,
					overRate: 0,
					droppedBones: 0,
				},
				{
					stream: 2,
					kind: "head",
					skeleton: undefined,
					accepted: 1,
					late: 0,
					gaps: 0,
					overRate: 0,
					droppedBones: 0,
				},
			],
		});
		expect(receiver.newest(0)?.sequence).toBe(6);
		expect(receiver.newest(2)?.sequence).toBe(1);
		expect(receiver.newest(1)).toBeUndefined();
	});

	it("keeps the newest pose of a stream as it is while late and broken messages come", () => {
		const receiver = new TrackingReceiver();
		const random = seededRandom(3);
		const [newer, older] = [skeletonSample("FullBody", random), skeletonSample("FullBody", random)];
		newer.sequence = 2;
		receiver.receive(binary(newer), 0);
		expect(receiver.receive(binary(older), 0)).toBeUndefined();
		const broken = binary(older);
		broken.fill(0xff, 100);
		expect(receiver.receive(broken, 0)).toBeUndefined();
		expect(receiver.receive(head(9, 4), 0)?.kind).toBe("head");
		expectSamePoses(receiver.newest(3)!, newer);
	});

	it("remembers a bounded number of streams", () => {
		const receiver = new TrackingReceiver();
		for (let stream = 0; stream < 100; stream++) receiver.receive(head(1, stream), 0);
		expect(receiver.counters).toMatchObject({ accepted: 16, refused: 84 });
		expect(receiver.receive(head(2, 0), 0)?.sequence).toBe(2);
	});

	it("listens to a stream at its rate, after a burst, and says what was over it", () => {
		const receiver = new TrackingReceiver({ maxHz: 100 });
		let sequence = 0;
		let accepted = 0;
		for (let ms = 0; ms < 2000; ms++) if (receiver.receive(head(++sequence), ms / 1000)) accepted++;
		expect(accepted).toBeGreaterThanOrEqual(200);
		expect(accepted).toBeLessThanOrEqual(255);
		expect(receiver.counters.overRate).toBe(2000 - accepted);
		// Another stream has a rate of its own.
		expect(receiver.receive(head(1, 1), 2)).toBeDefined();
	});

	it("takes JSON and binary of one stream alike", () => {
		const receiver = new TrackingReceiver();
		const frame = skeletonSample("XRHandLeft", seededRandom(5), 1);
		expect(isSkeletonSample(receiver.receive(encodeTrackingText(frame)!, 0)!, "XRHandLeft")).toBe(true);
		frame.sequence = 2;
		const received = receiver.receive(binary(frame), 0)!;
		expect(received).toMatchObject({ stream: 1, sequence: 2, clientTimeMs: 12.5 });
		expectSamePoses(received, frame);
	});

	it.each(["unity", { right: "-y", up: "+z", forward: "+x" }] as const)(
		"brings poses of %s into the world's axes, velocities too",
		(axes) => {
			const receiver = new TrackingReceiver();
			expect(receiver.hello({ frame: axes })).toEqual([]);
			const frame = skeletonSample("XRHandRight", seededRandom(6), 2);
			frame.hasVelocity = true;
			frame.linearVelocities.set([1, 2, 3]);
			frame.angularVelocities.set([1, 2, 3]);
			const expected = new PoseSample();
			expected.copyFrom(frame);
			const conversion = AxesConversion.between(axes, "world");
			conversion.sample(expected);
			const received = receiver.receive(binary(frame), 0)!;
			expectSamePoses(received, expected);
			expect([...received.linearVelocities.subarray(0, 3)]).toEqual([...conversion.vector([1, 2, 3])]);
			expect([...received.angularVelocities.subarray(0, 3)]).toEqual([...conversion.axialVector([1, 2, 3])]);
		},
	);

	it("says what of a hello can't be used, and uses the rest", () => {
		const receiver = new TrackingReceiver();
		const faults = receiver.hello({
			frame: { right: "+x", up: "+x", forward: "-z" },
			streams: [
				{ id: 1, kind: "skeleton", skeleton: "Tail" },
				{ id: 2, kind: "skeleton", skeleton: "XRHandLeft", bones: [3, 3] },
				{ id: 3, kind: "skeleton", skeleton: "XRHandLeft", parents: [0] },
				{ id: 4, kind: "skeleton", skeleton: "XRHandLeft", bones: [1, 2], parents: [2, 1] },
				{ id: 5, kind: "skeleton", bones: [0, 5], parents: [-1, 99] },
				{ id: 6, kind: "skeleton", skeleton: "XRHandLeft", bones: [1, 0] },
			],
		});
		expect(faults.map(({ message }) => message.slice(0, 34))).toEqual([
			"Two of the directions in the hello",
			'Stream 1 has the skeleton "Tail", ',
			"The bones of stream 2 can't be use",
			"The parents of stream 3 can't be u",
			"The parents of stream 4 can't be u",
			"The parents of stream 5 can't be u",
		]);
		expect(faults.map(({ code }) => code)).toEqual(["bad-frame", ...new Array(5).fill("bad-stream")]);
		const received = receiver.receive(
			'{"type":"skeleton","s":6,"n":1,"t":0,"p":[1,1,1,0,0,0],"q":[0,0,0,1,1,0,0,0]}',
			0,
		)!;
		expect(isSkeletonSample(received, "XRHandLeft")).toBe(true);
		expect(transformAt(received, 1)).toEqual({ position: [1, 1, 1], rotation: [0, 0, 0, 1] });
		expect(transformAt(received, 0)).toEqual({ position: [0, 0, 0], rotation: [1, 0, 0, 0] });
		expect(transformAt(received, 2)).toBeUndefined();
	});

	it("reads no more streams of a hello than it listens to, and says so once", () => {
		const streams = Array.from({ length: 64 }, (_, id) => ({ id, kind: "head" as const }));
		const [fault, ...others] = new TrackingReceiver().hello({ streams });
		expect(fault).toEqual({
			code: "bad-stream",
			message: "The hello has more than 16 streams; the last 48 are read as they stand.",
		});
		expect(others).toEqual([]);
	});

	it.each(["FullBody", "XRHandRight", "Body"] as const)(
		"puts a %s that comes relative to parents into one frame",
		(skeleton) => {
			const receiver = new TrackingReceiver();
			const world = skeletonSample(skeleton, seededRandom(9));
			const local = new PoseSample();
			local.copyFrom(world);
			localFromWorld(local as never, local as never);
			local.parentSpace = true;
			const received = receiver.receive(binary(local), 0)!;
			expect(received.parentSpace).toBe(false);
			expectSamePoses(received, world);
		},
	);

	it("takes a client's own parents for those of the table, from the hello and when they change", () => {
		const receiver = new TrackingReceiver();
		const { parents } = SKELETONS.FullBody;
		// The other of the two hierarchies that headsets have: hands hang from the wrist's twist.
		const twisted: readonly number[] = parents.map((parent, bone) => {
			const name = SKELETONS.FullBody.names[bone]!;
			if (name === "LeftHandWrist" || name === "LeftHandPalm") return SKELETONS.FullBody.bones.LeftHandWristTwist;
			return parent;
		});
		expect(
			receiver.hello({ streams: [{ id: 3, kind: "skeleton", skeleton: "FullBody", parents: [...twisted] }] }),
		).toEqual([]);
		const world = skeletonSample("FullBody", seededRandom(10));
		const send = (own: readonly number[], sequence: number) => {
			const local = new PoseSample();
			local.copyFrom(world);
			localFromWorld(local as never, local as never, own, orderOf(own));
			local.parentSpace = true;
			local.sequence = sequence;
			return receiver.receive(binary(local), 0)!;
		};
		expectSamePoses(send(twisted, 1), world);
		expect(receiver.skeletonChanged({ type: "skeletonChanged", id: 3, parents: [...parents] })).toBeUndefined();
		expectSamePoses(send(parents, 2), world);
		expect(receiver.skeletonChanged({ type: "skeletonChanged", id: 3, parents: [1, 0] })).toMatch(
			/^The parents of stream 3/,
		);
		expectSamePoses(send(parents, 3), world);
	});

	it("keeps a stream's declaration when only its proportions change, and forgets it with the skeleton", () => {
		const receiver = new TrackingReceiver();
		const stream = { id: 6, kind: "skeleton", skeleton: "XRHandLeft", bones: [1, 0], parents: [-1, 1] } as const;
		expect(
			receiver.hello({ streams: [{ ...stream, bones: [...stream.bones], parents: [...stream.parents] }] }),
		).toEqual([]);
		let sequence = 0;
		const pose = (space: string) =>
			receiver.receive(
				`{"type":"skeleton","s":6,"n":${++sequence},"t":0,"space":"${space}",` +
					'"p":[1,1,1,0,0,2],"q":[0,0,0,1,0,0,0,1]}',
				0,
			);
		const expectKept = () => {
			const received = pose("parent")!;
			expect(isSkeletonSample(received, "XRHandLeft")).toBe(true);
			expect([transformAt(received, 1)?.position, transformAt(received, 0)?.position]).toEqual([
				[1, 1, 1],
				[1, 1, 3],
			]);
		};
		expectKept();
		expect(
			receiver.skeletonChanged({ type: "skeletonChanged", id: 6, count: 2, rest: [0, 0, 0, 0, 0, 0, 1] }),
		).toBeUndefined();
		expectKept();
		expect(receiver.skeletonChanged({ type: "skeletonChanged", id: 6, skeleton: "XRHandLeft" })).toBeUndefined();
		expectKept();
		// Other bones: the parents that were told belong to those before.
		expect(receiver.skeletonChanged({ type: "skeletonChanged", id: 6, bones: [2, 3] })).toBeUndefined();
		expect(transformAt(pose("tracking")!, 3)?.position).toEqual([0, 0, 2]);
		expect(receiver.skeletonChanged({ type: "skeletonChanged", id: 6, skeleton: "XRHandRight" })).toBeUndefined();
		const other = pose("tracking")!;
		expect(isSkeletonSample(other, "XRHandRight")).toBe(true);
		expect(transformAt(other, 0)?.position).toEqual([1, 1, 1]);
	});

	it("takes parents of a skeleton that has no table", () => {
		const receiver = new TrackingReceiver();
		expect(
			receiver.hello({
				streams: [{ id: 5, kind: "skeleton", skeleton: "none", bones: [4, 1], parents: [1, -1] }],
			}),
		).toEqual([]);
		const message =
			'{"type":"skeleton","s":5,"n":1,"t":0,"skeleton":"none","space":"parent",' +
			'"p":[0,1,0,2,0,0],"q":[0,0,0,1,0,0,0,1]}';
		const received = receiver.receive(message, 0)!;
		expect(transformAt(received, 4)?.position).toEqual([2, 1, 0]);
		expect(transformAt(received, 1)?.position).toEqual([2, 0, 0]);
		expect(transformAt(received, 0)).toBeUndefined();
	});

	it("refuses bones relative to parents that were never sent", () => {
		const receiver = new TrackingReceiver();
		const frame = skeletonSample("HtcBody", seededRandom(11));
		frame.parentSpace = true;
		expect(receiver.receive(binary(frame), 0)).toBeUndefined();
		expect(receiver.counters.lastRefusal).toBe("its bones are relative to parents that the client has not sent");
	});

	it("refuses bones whose distances add up to what is not finite", () => {
		const receiver = new TrackingReceiver();
		const frame = skeletonSample("FullBody", seededRandom(11));
		frame.parentSpace = true;
		frame.positions.fill(3e38, 0, 84 * 3);
		// The root itself hangs on nothing; without it no bone is left.
		const bytes = binary(frame).slice();
		bytes.fill(0xff, 24, 36);
		expect(receiver.receive(bytes, 0)).toBeUndefined();
	});

	it("drops and counts bones that lie further away than numbers reach, and bones that can't be read", () => {
		const receiver = new TrackingReceiver();
		const frame = skeletonSample("FullBody", seededRandom(11));
		frame.parentSpace = true;
		const tip = boneId("FullBody", "LeftHandIndexTip")!;
		frame.positions.fill(3e38, (tip - 1) * 3, (tip + 1) * 3);
		const bytes = binary(frame).slice();
		bytes.fill(0xff, bytes.length - 16);
		const received = receiver.receive(bytes, 0)!;
		expect([received.valid[tip], received.valid[83], received.valid[7]]).toEqual([0, 0, 1]);
		expect(receiver.counters).toMatchObject({ accepted: 1, droppedBones: 2, streams: [{ droppedBones: 2 }] });
	});

	it("takes the existing headset client's bodies as FullBody poses of stream 3", () => {
		const receiver = new TrackingReceiver();
		const bones = [7, 19, 500].map((id): LegacyBone => ({ id, position: [id, 1, -2], rotation: [0, 0, 0, 1] }));
		const body = new PoseSample();
		expect(decodeLegacyBodyPose(encodeLegacyBodyPose(bones), body).kind).toBe("message");
		const frame = receiver.receiveUnnumbered(body, 0)!;
		expect(isSkeletonSample(frame, "FullBody")).toBe(true);
		expect(frame).toMatchObject({
			origin: "body_pose",
			stream: 3,
			sequence: 1,
			clientTimeMs: Number.NaN,
			boneCount: 84,
		});
		expect(transformAt(frame, 19)?.position).toEqual([19, 1, -2]);
		expect([...frame.valid.subarray(0, 84)].reduce((sum, valid) => sum + valid)).toBe(2);
		expect(receiver.receiveUnnumbered(body, 0)?.sequence).toBe(2);
		expect(receiver.newest(3)?.sequence).toBe(2);
	});

	it("never throws, and keeps what it had, whatever comes", () => {
		const random = seededRandom(12);
		const receiver = new TrackingReceiver({ maxHz: 1e9 });
		const good = skeletonSample("FullBody", random);
		good.sequence = 2 ** 31 - 1;
		receiver.receive(binary(good), 0);
		const bytes = binary(good);
		for (let round = 0; round < 3000; round++) {
			const mutated = bytes.slice(0, random() < 0.3 ? Math.floor(random() * bytes.length) : undefined);
			// The stream's number and the sequence stay, so that what passes for good is late.
			for (let change = 0; change < 4; change++) {
				const at = Math.floor(random() * mutated.length);
				if (at < 4 || at > 11) mutated[at] = Math.floor(random() * 256);
			}
			receiver.receive(mutated, 0);
		}
		for (const text of mutatedTexts(encodeTrackingText(good)!, 300)) receiver.receive(text, 0);
		for (const text of mutatedTexts('{"type":"controller","s":4,"n":1,"t":2,"p":[1,2,3],"q":[0,0,0,1]}', 2000))
			receiver.receive(text, 0);
		expectSamePoses(receiver.newest(3)!, good);
		expect(receiver.counters.refused).toBeGreaterThan(500);
	});
});

function orderOf(parents: readonly number[]): number[] {
	const depth = (bone: number): number => (parents[bone]! < 0 ? 0 : 1 + depth(parents[bone]!));
	return parents.map((_, bone) => bone).sort((a, b) => depth(a) - depth(b));
}
