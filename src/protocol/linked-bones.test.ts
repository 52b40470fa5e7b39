import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { frameFromVector, VECTORS_FILE, type Vectors, vectorFromFrame } from "../../scripts/build-tracking-vectors.ts";
import { movingSkeleton } from "../skeleton/moving-skeleton.cases.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { localFromWorld, type SkeletonPose } from "../skeleton/skeleton-pose.ts";
import { SKELETON_TYPES, SKELETONS, type SkeletonType } from "../skeleton/tables/skeleton.ts";
import { decodeTrackingBinary, TrackingDecoder } from "./tracking-decoder.ts";
import { TrackingEncoder } from "./tracking-encoder.ts";

const VECTORS = JSON.parse(readFileSync(VECTORS_FILE, "utf8")) as Vectors;
const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

function frames(skeleton: SkeletonType, count: number, noise = 0): PoseSample[] {
	const fill = movingSkeleton(skeleton, { noise });
	return Array.from({ length: count }, (_, index) => {
		const frame = new PoseSample();
		fill(frame, index / 90);
		frame.sequence = index + 1;
		frame.stream = 3;
		return frame;
	});
}

/** Largest error of any bone that is tracked in both: metres and degrees. */
function errorOf(sent: PoseSample, got: PoseSample): { readonly metres: number; readonly degrees: number } {
	let [metres, degrees] = [0, 0];
	for (let bone = 0; bone < got.boneCount; bone++) {
		if (got.valid[bone] !== 1 || sent.valid[bone] !== 1) continue;
		const part = (numbers: Float32Array, width: number) => [...numbers.subarray(bone * width, (bone + 1) * width)];
		const [p, q] = [part(sent.positions, 3), part(got.positions, 3)];
		metres = Math.max(metres, Math.hypot(...p.map((value, index) => value - q[index]!)));
		const [a, b] = [part(sent.rotations, 4), part(got.rotations, 4)];
		const chord = Math.min(
			Math.hypot(...a.map((value, index) => value - b[index]!)),
			Math.hypot(...a.map((value, index) => value + b[index]!)),
		);
		degrees = Math.max(degrees, (4 * Math.asin(chord / 2) * 180) / Math.PI);
	}
	return { metres, degrees };
}

function received(decoder: TrackingDecoder, bytes: Uint8Array): PoseSample {
	const frame = new PoseSample();
	expect(decoder.decode(bytes, frame)).toEqual({ kind: "message" });
	return frame;
}

const trackedCount = (frame: PoseSample) =>
	frame.valid.subarray(0, frame.boneCount).reduce((sum, valid) => sum + valid, 0);

describe("vectors", () => {
	it("are there", () => expect(VECTORS.linked.length).toBeGreaterThan(3));

	it.each(VECTORS.linked)("$name", ({ messages }) => {
		const encoder = new TrackingEncoder();
		const decoder = new TrackingDecoder();
		for (const { frame, hex, decoded } of messages) {
			expect(hexOf(encoder.encode(frameFromVector(frame), "linked")!)).toBe(hex);
			if (decoded !== undefined) expect(vectorFromFrame(received(decoder, bytesOf(hex)))).toEqual(decoded);
		}
	});

	it.each(VECTORS.others)("$name: $result by a decoder that remembers, too", ({ hex, result }) => {
		expect(new TrackingDecoder().decode(bytesOf(hex), new PoseSample())).toMatchObject({ kind: result });
	});
});

describe("bytes", () => {
	it("one bone with its offset and one without, number by number", () => {
		const encoder = new TrackingEncoder();
		const frame = new PoseSample();
		frame.reset(24);
		frame.kind = "skeleton";
		frame.skeleton = "PicoBody";
		// The pelvis and the left hip, which hangs on it: 1 m up and a quarter of a turn about z;
		// 0.1 m beside it, which is along its own -y.
		frame.valid.fill(1, 0, 2);
		frame.positions.set([0, 1, 0, 0.1, 1, 0]);
		frame.rotations.set([0, 0, Math.SQRT1_2, Math.SQRT1_2, -0.5, 0.5, -0.500001, -0.5]);
		expect(SKELETONS.PicoBody.parents.slice(0, 2)).toEqual([-1, 0]);
		for (let index = 0; index < 3; index++) encoder.encode(frame, "linked");
		const hex = hexOf(encoder.encode(frame, "linked")!);
		const [header, mask, origin] = [48, 8, 24];
		expect(hex.slice(0, 16)).toBe("b601052000001800");
		expect(hex.slice(header, header + mask + origin)).toBe(
			["03000000", "00000000", "0000803f", "00000000"].join(""),
		);
		// z and w are equal, so z, the first, is left out: 0, 0 and 2047 + 2047 = 0xffe; bits 36
		// and 37 are 2 and bit 38 says that an offset follows.
		const pelvis = ["ff", "f7", "7f", "fe", "6f", "000000000000"];
		// As in q16: 0.5, -0.5, 0.5 are 0.5 * sqrt(2) * 2047 = 1447 steps (rounded down): 0xda6,
		// 0x258, 0xda6, and z (2).
		const hip = ["a6", "8d", "25", "a6", "6d", "000018fc0000"];
		expect(hex.slice(header + mask + origin)).toBe([...pelvis, ...hip].join(""));
	});

	it("a full body leaves more than half of a packet, and all of it comes while another end may know nothing", () => {
		const encoder = new TrackingEncoder();
		const sizes = frames("FullBody", 200).map((frame) => encoder.encode(frame, "linked")!.byteLength);
		expect(sizes.slice(0, 3)).toEqual([960, 960, 960]);
		expect(sizes[3]).toBeLessThan(560);
		expect(sizes.slice(3).reduce((sum, size) => sum + size, 0) / 197).toBeLessThan(530);
	});

	it("bones that are not stiff cost their offsets, and never more than a packet", () => {
		const encoder = new TrackingEncoder();
		for (const frame of frames("FullBody", 50, 0.002))
			expect(encoder.encode(frame, "linked")!.byteLength).toBeLessThanOrEqual(960);
	});
});

describe("accuracy", () => {
	it.each(SKELETON_TYPES)("%s is right to 0.5 mm and 0.06 degrees when nothing is lost, stiff or not", (skeleton) => {
		for (const noise of [0, 0.001]) {
			const [encoder, decoder] = [new TrackingEncoder(), new TrackingDecoder()];
			for (const frame of frames(skeleton, 60, noise)) {
				const got = received(decoder, encoder.encode(frame, "linked")!);
				expect(got).toMatchObject({
					kind: "skeleton",
					skeleton,
					stream: 3,
					sequence: frame.sequence,
					clientTimeMs: frame.clientTimeMs,
				});
				expect(trackedCount(got)).toBe(frame.boneCount);
				const { metres, degrees } = errorOf(frame, got);
				// 32-bit floats come on top.
				expect(metres).toBeLessThan(0.000501);
				expect(degrees).toBeLessThan(0.06);
			}
		}
	});

	it("poses relative to parents keep their space", () => {
		const [encoder, decoder] = [new TrackingEncoder(), new TrackingDecoder()];
		for (const frame of frames("FullBody", 30)) {
			const pose = frame as unknown as SkeletonPose;
			localFromWorld(pose, pose);
			frame.parentSpace = true;
			const bytes = encoder.encode(frame, "linked")!;
			if (frame.sequence > 4) expect(bytes.byteLength).toBeLessThan(540);
			const got = received(decoder, bytes);
			expect(got.parentSpace).toBe(true);
			expect(errorOf(frame, got).metres).toBeLessThan(0.000501);
		}
	});

	it("velocities come with the bones that are tracked", () => {
		const [encoder, decoder] = [new TrackingEncoder(), new TrackingDecoder()];
		const [frame] = frames("XRHandLeft", 1);
		frame!.hasVelocity = true;
		frame!.valid[4] = 0;
		for (let index = 0; index < 26 * 3; index++)
			frame!.linearVelocities[index] = frame!.angularVelocities[index] = index / 50;
		const got = received(decoder, encoder.encode(frame!, "linked")!);
		expect(got.hasVelocity).toBe(true);
		for (let index = 0; index < 26 * 3; index++)
			expect(got.linearVelocities[index]).toBeCloseTo(Math.floor(index / 3) === 4 ? 0 : index / 50, 2);
	});
});

describe("loss", () => {
	it("of any messages leaves every other decodable, and a stiff skeleton exact", () => {
		for (let seed = 1; seed <= 5; seed++) {
			const random = seededRandom(seed);
			const [encoder, decoder] = [new TrackingEncoder(), new TrackingDecoder()];
			let heard = 0;
			for (const frame of frames("FullBody", 300)) {
				const bytes = encoder.encode(frame, "linked")!;
				if (random() < 0.3) continue;
				const got = received(decoder, bytes);
				heard++;
				if (frame.sequence > 60) expect(trackedCount(got)).toBe(84);
				// What was fitted to rounding, and was lost, is off by a little until its turn
				// comes.
				expect(errorOf(frame, got).metres).toBeLessThan(0.004);
			}
			expect(heard).toBeGreaterThan(150);
		}
	});

	it("of the whole beginning leaves bones untracked, until the turn of each has come", () => {
		const [encoder, decoder] = [new TrackingEncoder(), new TrackingDecoder()];
		const counts: number[] = [];
		for (const frame of frames("FullBody", 20)) {
			const bytes = encoder.encode(frame, "linked")!;
			if (frame.sequence <= 3) continue;
			const got = received(decoder, bytes);
			counts.push(trackedCount(got));
			expect(errorOf(frame, got).metres).toBeLessThan(0.001);
			for (let bone = 0; bone < 84; bone++)
				if (got.valid[bone] === 0 && bone % 9 === 0)
					expect([...got.rotations.subarray(bone * 4, bone * 4 + 4)]).toEqual([0, 0, 0, 1]);
		}
		expect(counts[0]).toBeLessThan(84);
		expect(counts.slice(10).every((count) => count === 84)).toBe(true);
	});

	it("another end is told everything after `forget`", () => {
		const encoder = new TrackingEncoder();
		const [first, second] = frames("FullBody", 2) as [PoseSample, PoseSample];
		for (let index = 0; index < 5; index++) encoder.encode(first, "linked");
		encoder.forget();
		expect(trackedCount(received(new TrackingDecoder(), encoder.encode(second, "linked")!))).toBe(84);
	});
});

describe("what comes and goes", () => {
	it("a bone whose parent goes out of sight hangs on the next that is in sight", () => {
		const [encoder, decoder] = [new TrackingEncoder(), new TrackingDecoder()];
		const random = seededRandom(7);
		for (const frame of frames("FullBody", 120)) {
			for (let bone = 0; bone < 84; bone++) if (random() < 0.2) frame.valid[bone] = 0;
			const got = received(decoder, encoder.encode(frame, "linked")!);
			expect([...got.valid.subarray(0, 84)]).toEqual([...frame.valid.subarray(0, 84)]);
			expect(errorOf(frame, got).metres).toBeLessThan(0.000501);
		}
	});

	it("nothing tracked is a message too", () => {
		const [encoder, decoder] = [new TrackingEncoder(), new TrackingDecoder()];
		const [frame] = frames("XRHandLeft", 1);
		frame!.valid.fill(0);
		expect(trackedCount(received(decoder, encoder.encode(frame!, "linked")!))).toBe(0);
	});

	it("another skeleton in the same stream begins anew on both ends", () => {
		const [encoder, decoder] = [new TrackingEncoder(), new TrackingDecoder()];
		for (const skeleton of ["XRHandLeft", "FullBody", "XRHandLeft", "Body"] as const)
			for (const frame of frames(skeleton, 5)) {
				const got = received(decoder, encoder.encode(frame, "linked")!);
				expect([got.skeleton, trackedCount(got)]).toEqual([skeleton, frame.boneCount]);
				expect(errorOf(frame, got).metres).toBeLessThan(0.000501);
			}
	});

	it("streams don't mix", () => {
		const [encoder, decoder] = [new TrackingEncoder(), new TrackingDecoder()];
		const [left, right] = [frames("XRHandLeft", 10), frames("XRHandRight", 10)];
		for (const [index, frame] of left.entries()) {
			right[index]!.stream = 4;
			for (const each of [frame, right[index]!]) {
				const got = received(decoder, encoder.encode(each, "linked")!);
				expect([got.stream, got.skeleton]).toEqual([each.stream, each.skeleton]);
				expect(errorOf(each, got).metres).toBeLessThan(0.000501);
			}
		}
	});

	it("what can't be linked is sent as before: no table, a part of the bones, or too far apart", () => {
		const encoder = new TrackingEncoder();
		const [frame] = frames("FullBody", 1) as [PoseSample];
		const kindOf = () => encoder.encode(frame, "linked")![2];
		expect(kindOf()).toBe(5);
		frame.boneCount = 83;
		expect(kindOf()).toBe(3);
		frame.boneCount = 84;
		frame.skeleton = undefined;
		expect(kindOf()).toBe(3);
		frame.skeleton = "FullBody";
		frame.positions[83 * 3] = 5;
		expect(kindOf()).toBe(2);
		frame.positions[83 * 3] = frame.positions[82 * 3]!;
		expect(encoder.encode(frame, "linked")!.byteLength).toBe(960);
	});

	it("needs somebody who remembers, a table, and the table's order", () => {
		const encoder = new TrackingEncoder();
		const [frame] = frames("FullBody", 1) as [PoseSample];
		const bytes = encoder.encode(frame, "linked")!.slice();
		expect(decodeTrackingBinary(bytes, new PoseSample())).toMatchObject({ kind: "refused" });
		const bones = Array.from({ length: 84 }, (_, bone) => 83 - bone);
		expect(new TrackingDecoder().decode(bytes, new PoseSample(), () => ({ bones }))).toMatchObject({
			kind: "refused",
		});
	});

	it("no more than 16 streams are remembered", () => {
		const [encoder, decoder] = [new TrackingEncoder(), new TrackingDecoder()];
		const [frame] = frames("XRHandLeft", 1) as [PoseSample];
		for (let stream = 0; stream < 16; stream++) {
			frame.stream = stream;
			received(decoder, encoder.encode(frame, "linked")!);
		}
		frame.stream = 16;
		expect(encoder.encode(frame, "linked")![2]).toBe(3);
		const late = new TrackingEncoder().encode(frame, "linked")!;
		expect(decoder.decode(late, new PoseSample())).toMatchObject({ kind: "refused" });
	});
});

describe("fuzz", () => {
	it("mutated and random messages never throw, leave the last one whole when refused, and heal", () => {
		const random = seededRandom(43);
		const [encoder, decoder] = [new TrackingEncoder(), new TrackingDecoder()];
		const into = new PoseSample();
		let [understoodCount, refusedCount] = [0, 0];
		const poses = frames("FullBody", 90);
		for (let round = 0; round < 10_000; round++) {
			const bytes = encoder.encode(poses[round % 90]!, "linked")!.slice();
			for (let edit = 0; edit <= random() * 4; edit++)
				bytes[Math.floor(random() * bytes.length)] = random() * 256;
			// The stream stays, so that its memory is what is attacked; and the beginning, now and
			// then.
			bytes.set([3, 0], 4);
			if (round % 3 === 0) bytes.set([0xb6, 1, 5, 3]);
			const cut = round % 7 === 0 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes;
			const before = vectorFromFrameOf(into, round);
			const result = decoder.decode(cut, into);
			if (result.kind === "message") {
				understoodCount++;
				let sum = 0;
				for (let index = 0; index < into.boneCount * 3; index++) sum += into.positions[index]!;
				for (let bone = 0; bone < into.boneCount; bone++) {
					const [x, y, z, w] = into.rotations.subarray(bone * 4, bone * 4 + 4) as unknown as [
						number,
						number,
						number,
						number,
					];
					if (!(Math.abs(x * x + y * y + z * z + w * w - 1) < 1e-5)) throw new Error("no rotation");
				}
				if (!Number.isFinite(sum)) throw new Error("not finite");
			} else {
				refusedCount++;
				if (before !== undefined) expect(vectorFromFrame(into)).toEqual(before);
			}
		}
		expect(understoodCount).toBeGreaterThan(1000);
		expect(refusedCount).toBeGreaterThan(1000);
		// Ten good messages later nothing of it is left.
		encoder.forget();
		const [last] = poses.slice(-1) as [PoseSample];
		for (let index = 0; index < 12; index++) decoder.decode(encoder.encode(last, "linked")!, into);
		expect(trackedCount(into)).toBe(84);
		expect(errorOf(last, into).metres).toBeLessThan(0.000501);
	});

	/** Comparing each would take longer than all the rest. */
	function vectorFromFrameOf(frame: PoseSample, round: number): ReturnType<typeof vectorFromFrame> | undefined {
		return round % 50 === 0 ? vectorFromFrame(frame) : undefined;
	}
});
