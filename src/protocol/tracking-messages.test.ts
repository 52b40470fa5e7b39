import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
	frameFromVector,
	generateVectors,
	VECTORS_FILE,
	type Vectors,
	vectorFromFrame,
} from "../../scripts/build-tracking-vectors.ts";
import { isSkeletonSample, PoseSample } from "../skeleton/pose-sample.ts";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { bonePosition, transformAt } from "../skeleton/skeleton-pose.ts";
import { randomTransform } from "../skeleton/synthetic-poses.cases.ts";
import { SKELETONS } from "../skeleton/tables/skeleton.ts";
import { faultOfBoneList } from "./stream-layout.ts";
import { decodeTrackingBinary, TrackingDecoder } from "./tracking-decoder.ts";
import { TrackingEncoder } from "./tracking-encoder.ts";
import type { BinaryEncoding } from "./tracking-format.ts";

const VECTORS = JSON.parse(readFileSync(VECTORS_FILE, "utf8")) as Vectors;
const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** A whole body somewhere in the world, all of it within reach of the quantised form. */
function bodySample(seed: number, hasVelocity = false): PoseSample {
	const random = seededRandom(seed);
	const frame = new PoseSample();
	frame.reset(84);
	frame.kind = "skeleton";
	frame.skeleton = "FullBody";
	frame.sequence = seed;
	frame.clientTimeMs = seed * 10.5;
	frame.hasVelocity = hasVelocity;
	for (let bone = 0; bone < 84; bone++) {
		const { position, rotation } = randomTransform(random);
		frame.positions.set([position[0] + 40, position[1], position[2] - 7], bone * 3);
		frame.rotations.set(rotation, bone * 4);
		frame.valid[bone] = 1;
		frame.linearVelocities.set([random() * 8 - 4, random(), -random()], bone * 3);
		frame.angularVelocities.set([random() * 60 - 30, random(), -random()], bone * 3);
	}
	return frame;
}

function decoded(bytes: Uint8Array, layouts?: Parameters<typeof decodeTrackingBinary>[2]): PoseSample {
	const frame = new PoseSample();
	const result = decodeTrackingBinary(bytes, frame, layouts);
	if (result.kind !== "message") throw new Error(JSON.stringify(result));
	return frame;
}

const degreesBetween = (a: PoseSample, b: PoseSample, bone: number): number => {
	const [qa, qb] = [transformAt(a, bone)!.rotation, transformAt(b, bone)!.rotation];
	// The chord, since the arc cosine of a dot product near 1 has no digits left.
	const chord = Math.min(
		Math.hypot(...qa.map((part, index) => part - qb[index]!)),
		Math.hypot(...qa.map((part, index) => part + qb[index]!)),
	);
	return (4 * Math.asin(chord / 2) * 180) / Math.PI;
};

describe("vectors", () => {
	it("are what the script makes", () => {
		expect(VECTORS).toEqual(generateVectors());
		expect(VECTORS.messages.length).toBeGreaterThan(10);
		expect(VECTORS.others.length).toBeGreaterThan(15);
	});

	it.each(VECTORS.messages)(
		"$name: encodes to these bytes, and they decode to this",
		({ encoding, frame, hex, decoded: expected }) => {
			expect(hexOf(new TrackingEncoder().encode(frameFromVector(frame), encoding)!)).toBe(hex);
			expect(vectorFromFrame(decoded(bytesOf(hex)))).toEqual(expected);
		},
	);

	it.each(VECTORS.damaged)(
		"$name: dropped, counted, and the other bones stay",
		({ hex, droppedBones, decoded: expected }) => {
			const into = new PoseSample();
			expect(new TrackingDecoder().decode(bytesOf(hex), into).kind).toBe("message");
			expect(into.droppedBones).toBe(droppedBones);
			expect(vectorFromFrame(into)).toEqual(expected);
			expect(expected.valid.filter((valid) => valid === 1).length).toBeGreaterThan(0);
		},
	);

	it.each(VECTORS.others)("$name: $result, and what was decoded before stays", ({ hex, result }) => {
		const into = bodySample(1);
		expect(decodeTrackingBinary(bytesOf(hex), into)).toMatchObject({ kind: result });
		expect(into).toEqual(bodySample(1));
	});
});

describe("bytes", () => {
	it("a head, byte by byte", () => {
		const frame = new PoseSample();
		frame.setHead({
			stream: 772,
			sequence: 258,
			clientTimeMs: 1,
			orientation: [0, 1, 0, 0],
			position: [1, 2, -0.5],
		});
		expect(hexOf(new TrackingEncoder().encode(frame, "f32")!)).toBe(
			["b6", "01", "01", "ff", "0403", "0100", "02010000", "01000000", "000000000000f03f"].join("") +
				["0000803f", "00000040", "000000bf", "00000000", "0000803f", "00000000", "00000000"].join(""),
		);
	});

	it("a quantised bone, number by number", () => {
		const frame = new PoseSample();
		frame.reset(2);
		frame.kind = "skeleton";
		frame.positions.set([1, 1, 1, 1.5, 0.75, 1.00004]);
		// z is the largest and negative, so the signs of the others change: 0.5, -0.5, 0.5 are 0.5
		// * sqrt(2) * 16383 = 11585 steps.
		frame.rotations.set([0, 0, 0, 1, -0.5, 0.5, -0.500001, -0.5], 0);
		frame.valid.fill(1, 0, 2);
		const hex = hexOf(new TrackingEncoder().encode(frame, "q16")!);
		expect(hex.slice(0, 16)).toBe("b60103ff00000200");
		const origin = ["0000803f", "0000803f", "0000803f"];
		const first = ["0000", "0000", "0000", "ffbf", "ffbf", "ff3f"];
		// 5000, -2500 and 0 steps of 0.1 mm; 16383 + 11585 = 0x6d40, 16383 - 11585 = 0x12be with
		// the bit of z (2), 0x6d40.
		const second = ["8813", "3cf6", "0000", "406d", "be92", "406d"];
		expect(hex.slice(48)).toBe([...origin, ...first, ...second].join(""));
	});

	it("a full body fits into one packet, also when some of it is out of sight", () => {
		const frame = bodySample(2);
		const encoder = new TrackingEncoder();
		expect(encoder.encode(frame, "q16")!.byteLength).toBe(24 + 12 + 84 * 12);
		expect(encoder.encode(frame, "f32")!.byteLength).toBe(24 + 84 * 28);
		frame.valid[50] = 0;
		expect(encoder.encode(frame, "q16")!.byteLength).toBe(1056);
		expect(encoder.encode(frame, "f32")!.byteLength).toBe(2388);
	});
});

describe("accuracy", () => {
	it("f32 loses nothing but the length of rotations", () => {
		for (let seed = 1; seed < 10; seed++) {
			const frame = bodySample(seed, true);
			const back = decoded(new TrackingEncoder().encode(frame, "f32")!);
			for (const name of ["positions", "linearVelocities", "angularVelocities", "valid"] as const)
				expect(back[name]).toEqual(frame[name]);
			for (let bone = 0; bone < 84; bone++) expect(degreesBetween(frame, back, bone)).toBeLessThan(1e-4);
		}
	});

	it("q16 is right to 0.05 mm, 0.007 degrees, 0.5 mm/s and 0.001 rad/s", () => {
		let [worstMm, worstDeg] = [0, 0];
		for (let seed = 1; seed < 50; seed++) {
			const frame = bodySample(seed, true);
			const back = decoded(new TrackingEncoder().encode(frame, "q16")!);
			for (let bone = 0; bone < 84; bone++) {
				worstDeg = Math.max(worstDeg, degreesBetween(frame, back, bone));
				expect(Math.hypot(...transformAt(back, bone)!.rotation)).toBeCloseTo(1, 6);
			}
			for (let index = 0; index < 252; index++) {
				worstMm = Math.max(worstMm, Math.abs(frame.positions[index]! - back.positions[index]!) * 1000);
				expect(Math.abs(frame.linearVelocities[index]! - back.linearVelocities[index]!)).toBeLessThan(0.000501);
				expect(Math.abs(frame.angularVelocities[index]! - back.angularVelocities[index]!)).toBeLessThan(
					0.001001,
				);
			}
		}
		// 40 m from the origin floats of 32 bits are 0.004 mm apart, and that comes on top.
		expect(worstMm).toBeLessThan(0.055);
		expect(worstMm).toBeGreaterThan(0.04);
		expect(worstDeg).toBeLessThan(0.007);
	});

	it("q16 keeps what does not turn exactly unturned, and every axis", () => {
		const frame = bodySample(3);
		for (let bone = 0; bone < 84; bone++)
			frame.rotations.set(
				[0, 1, 2, 3].map((part) => (part === bone % 4 ? (bone % 8 < 4 ? 1 : -1) : 0)),
				bone * 4,
			);
		const back = decoded(new TrackingEncoder().encode(frame, "q16")!);
		for (let bone = 0; bone < 84; bone++) expect(degreesBetween(frame, back, bone)).toBe(0);
	});

	it("rotations that are nearly of length 1 are made so by both ends", () => {
		const frame = bodySample(4);
		for (let index = 0; index < 336; index++) frame.rotations[index]! *= 0.95;
		for (const encoding of ["f32", "q16"] as const) {
			const back = decoded(new TrackingEncoder().encode(frame, encoding)!);
			for (let bone = 0; bone < 84; bone++)
				expect(Math.hypot(...transformAt(back, bone)!.rotation)).toBeCloseTo(1, 6);
		}
	});
});

describe("encoding", () => {
	it("falls back to f32 when a bone is out of reach", () => {
		const frame = bodySample(5);
		frame.positions[30] = frame.positions[0]! + 3.2767;
		expect(new TrackingEncoder().encode(frame, "q16")![2]).toBe(3);
		frame.positions[30] = frame.positions[0]! + 3.28;
		const bytes = new TrackingEncoder().encode(frame, "q16")!;
		expect(bytes[2]).toBe(2);
		expect(decoded(bytes).positions).toEqual(frame.positions);
	});

	it("sends what a device does not see as untracked, whatever numbers it left there", () => {
		for (const encoding of ["f32", "q16"] as const) {
			const frame = bodySample(6, true);
			frame.positions[0] = Number.NaN;
			frame.positions[4] = Number.POSITIVE_INFINITY;
			frame.rotations.fill(Number.NaN, 8, 12);
			frame.rotations.fill(0, 12, 16);
			frame.valid[83] = 0;
			frame.linearVelocities[20] = Number.NaN;
			const back = decoded(new TrackingEncoder().encode(frame, encoding)!);
			expect([...back.valid.subarray(0, 84)]).toEqual(
				Array.from({ length: 84 }, (_, bone) => (bone < 4 || bone === 83 ? 0 : 1)),
			);
			expect(
				[...back.positions.subarray(0, 12), ...back.linearVelocities.subarray(18, 21)].every(
					(value) => value === 0,
				),
			).toBe(true);
		}
	});

	it("has nothing to send of an empty frame, or of a head that is nowhere", () => {
		const frame = new PoseSample();
		const encoder = new TrackingEncoder();
		expect(encoder.encode(frame, "f32")).toBeUndefined();
		frame.setHead({ sequence: 1, clientTimeMs: 1, orientation: [0, 0, 0, Number.NaN] });
		expect(encoder.encode(frame, "f32")).toBeUndefined();
		frame.setHead({ sequence: 1, clientTimeMs: Number.NaN, orientation: [0, 0, 0, 1] });
		expect(encoder.encode(frame, "f32")).toBeUndefined();
	});

	it("gives out the same bytes object for messages of the same length", () => {
		const encoder = new TrackingEncoder();
		expect(encoder.encode(bodySample(7), "q16")).toBe(encoder.encode(bodySample(8), "q16"));
	});
});

describe("decoding", () => {
	it("gives bones by name, typed by their skeleton", () => {
		const frame = decoded(new TrackingEncoder().encode(bodySample(9), "f32")!);
		if (!isSkeletonSample(frame, "FullBody")) throw new Error("no FullBody");
		const head = SKELETONS.FullBody.bones.Head;
		expect(bonePosition(frame, "Head")).toEqual([...bodySample(9).positions.subarray(head * 3, head * 3 + 3)]);
		expect(isSkeletonSample(frame, "Body")).toBe(false);
	});

	it("a head comes back as a pose", () => {
		const pose = {
			sequence: 4,
			clientTimeMs: 5.25,
			orientation: [0, 0.5, 0.5, Math.SQRT1_2] as const,
			fovDeg: 300,
		};
		const frame = new PoseSample();
		frame.setHead({ ...pose, stream: 3, verticalFovDeg: 60 });
		const back = decoded(new TrackingEncoder().encode(frame, "f32")!);
		expect(back).toMatchObject({ ...pose, kind: "head", orientation: expect.anything(), fovDeg: 150 });
		expect([back.stream, back.verticalFovDeg, back.linearVelocity]).toEqual([3, 60, undefined]);
		const moving = { ...pose, position: [1, 2, 3] as const, angularVelocity: [0, 1, 0] as const };
		frame.setHead(moving);
		expect(decoded(new TrackingEncoder().encode(frame, "f32")!)).toMatchObject({
			position: [1, 2, 3],
			linearVelocity: [0, 0, 0],
			angularVelocity: [0, 1, 0],
		});
	});

	it("puts a part of the bones where its stream has announced them", () => {
		const frame = bodySample(10, true);
		frame.boneCount = 3;
		frame.stream = 2;
		for (const encoding of ["f32", "q16"] as const) {
			const bytes = new TrackingEncoder().encode(frame, encoding)!.slice();
			const back = decoded(bytes, (stream) => (stream === 2 ? { bones: [7, 45, 19] } : undefined));
			expect(back.boneCount).toBe(84);
			expect(
				Array.from(back.valid.subarray(0, 84), (valid, bone) => (valid ? bone : -1)).filter(
					(bone) => bone >= 0,
				),
			).toEqual([7, 19, 45]);
			expect(back.positions[45 * 3]).toBeCloseTo(frame.positions[3]!, 3);
			expect(back.angularVelocities[19 * 3]).toBeCloseTo(frame.angularVelocities[6]!, 2);
			expect(back.angularVelocities[18 * 3]).toBe(0);
			for (const bones of [
				[7, 45],
				[7, 45, 84],
				[7, 45, -1],
				[7, 45, Number.NaN],
			])
				expect(decodeTrackingBinary(bytes, new PoseSample(), () => ({ bones }))).toMatchObject({
					kind: "refused",
				});
		}
		expect(decoded(new TrackingEncoder().encode(frame, "f32")!).boneCount).toBe(84);
	});

	it("names what is wrong with a client's list of bones", () => {
		expect(faultOfBoneList([7, 45, 19], "FullBody")).toBeUndefined();
		expect(faultOfBoneList([127], undefined)).toBeUndefined();
		for (const bones of [[84], [-1], [1.5], [Number.NaN]])
			expect(faultOfBoneList(bones, "FullBody")).toContain("does not have");
		expect(faultOfBoneList([1, 1], "FullBody")).toContain("twice");
	});

	it("skips what later versions append under flags of their own, and nothing else", () => {
		for (const { hex } of VECTORS.messages) {
			const bytes = bytesOf(hex);
			const longer = new Uint8Array([...bytes, 1, 2, 3, 4]);
			expect(decodeTrackingBinary(longer, new PoseSample())).toMatchObject({
				kind: "refused",
				reason: "it goes on after its end",
			});
			longer[14]! |= 1;
			expect(vectorFromFrame(decoded(longer))).toEqual(vectorFromFrame(decoded(bytes)));
		}
	});

	it("reads from the middle of a larger buffer, at any alignment", () => {
		const bytes = new TrackingEncoder().encode(bodySample(11), "q16")!.slice();
		for (const offset of [1, 2, 3, 8]) {
			const around = new Uint8Array(2000).fill(255);
			around.set(bytes, offset);
			expect(decoded(around.subarray(offset, offset + bytes.length))).toEqual(decoded(bytes));
		}
	});

	it("refuses every message that ends early", () => {
		for (const { hex } of VECTORS.messages) {
			const bytes = bytesOf(hex);
			for (let length = 0; length < bytes.length; length++)
				expect(decodeTrackingBinary(bytes.subarray(0, length), new PoseSample()).kind).toBe("refused");
		}
	});

	it("refuses 8193 bytes, however much is unknown", () => {
		const bytes = new Uint8Array(8193);
		bytes.set(bytesOf(VECTORS.messages[0]!.hex));
		bytes[14] = 1;
		expect(decodeTrackingBinary(bytes.subarray(0, 8192), new PoseSample())).toEqual({ kind: "message" });
		expect(decodeTrackingBinary(bytes, new PoseSample())).toMatchObject({ kind: "refused" });
	});
});

/** The message of a left hand, all bones tracked. */
function bytesOfHand(encoding: BinaryEncoding): Uint8Array {
	const frame = bodySample(8);
	frame.skeleton = "XRHandLeft";
	frame.boneCount = 26;
	// Near enough to each other for every form.
	for (let index = 0; index < 26 * 3; index++) frame.positions[index]! /= 100;
	return new TrackingEncoder().encode(frame, encoding)!.slice();
}

describe("fuzz", () => {
	const expectSound = (frame: PoseSample) => {
		let sum = frame.clientTimeMs + frame.sequence + frame.stream;
		for (let index = 0; index < frame.boneCount * 3; index++)
			sum += frame.positions[index]! + (frame.hasVelocity ? frame.linearVelocities[index]! : 0);
		for (let bone = 0; bone < frame.boneCount; bone++) {
			const length = Math.hypot(...frame.rotations.subarray(bone * 4, bone * 4 + 4));
			if (!(Math.abs(length - 1) < 1e-5)) throw new Error(`length ${length}`);
		}
		if (!Number.isFinite(sum)) throw new Error("not finite");
	};

	it.each(["f32", "q16", "linked"] as const)(
		"%s: a bone with a bad rotation is dropped and counted, and the hand stays",
		(encoding) => {
			const bytes = bytesOfHand(encoding);
			const whole = new PoseSample();
			expect(new TrackingDecoder().decode(bytes, whole).kind).toBe("message");
			// The last bone, a tip, on which no other hangs. All bits set are no rotation in any of
			// the three forms.
			const [at, length] = {
				f32: [bytes.length - 16, 16],
				q16: [bytes.length - 6, 6],
				linked: [bytes.length - 11, 4],
			}[encoding];
			bytes.fill(0xff, at, (at ?? 0) + (length ?? 0));
			const into = new PoseSample();
			expect(new TrackingDecoder().decode(bytes, into).kind).toBe("message");
			expect([into.droppedBones, whole.droppedBones, into.boneCount]).toEqual([1, 0, 26]);
			expect([...into.valid.subarray(0, 26)]).toEqual([...new Array(25).fill(1), 0]);
			expect(into.positions.subarray(0, 75)).toEqual(whole.positions.subarray(0, 75));
			expectSound(into);
		},
	);

	it("is refused if no bone can be used", () => {
		const bytes = bytesOfHand("f32");
		bytes.fill(0xff, 24);
		expect(decodeTrackingBinary(bytes, new PoseSample())).toMatchObject({
			kind: "refused",
			reason: "a position is not finite",
		});
	});

	it("random bytes never throw, and never leave anything behind", () => {
		const random = seededRandom(41);
		const into = bodySample(12);
		const untouched = bodySample(12);
		let refusedCount = 0;
		for (let round = 0; round < 20_000; round++) {
			const bytes = Uint8Array.from({ length: random() * 120 }, () => random() * 256);
			// The beginning of a message, so that the rest is reached.
			if (round % 4 !== 0)
				bytes.set([0xb6, 1, 1 + Math.floor(random() * 4), [255, 3, 4, 34][round % 4]!].slice(0, bytes.length));
			const result = decodeTrackingBinary(bytes, into);
			if (result.kind === "message") {
				expectSound(into);
				into.copyFrom(untouched);
			} else refusedCount++;
		}
		expect(into).toEqual(untouched);
		expect(refusedCount).toBeGreaterThan(10_000);
	});

	it("mutated messages are sound, or refused and leave the last one whole", () => {
		const random = seededRandom(42);
		const into = new PoseSample();
		let [understoodCount, refusedCount] = [0, 0];
		const messages = VECTORS.messages.map(({ hex }) => bytesOf(hex));
		for (let round = 0; round < 10_000; round++) {
			const bytes = messages[round % messages.length]!.slice();
			for (let edit = 0; edit <= random() * 4; edit++)
				bytes[Math.floor(random() * bytes.length)] = random() * 256;
			const before = into.sequence;
			const result = decodeTrackingBinary(bytes, into);
			if (result.kind === "message") understoodCount++;
			else {
				refusedCount++;
				expect(into.sequence).toBe(before);
			}
			expectSound(into);
		}
		expect(understoodCount).toBeGreaterThan(1000);
		expect(refusedCount).toBeGreaterThan(1000);
	});
});
