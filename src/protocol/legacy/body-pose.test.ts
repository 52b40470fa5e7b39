import { describe, expect, it } from "vitest";
import { trackedBones } from "../../skeleton/bone-table.ts";
import { isSkeletonSample, PoseSample } from "../../skeleton/pose-sample.ts";
import { transformAt } from "../../skeleton/skeleton-pose.ts";
import { decodeLegacyBodyPose, decodeLegacyTags, encodeLegacyBodyPose, type LegacyBone } from "./body-pose.ts";

const BONES: LegacyBone[] = Array.from({ length: 84 }, (_, id) => ({
	id,
	position: [id / 4, 1.5, -0.25],
	rotation: [0.5, -0.5, 0.5, 0.5],
}));

function decoded(bytes: Uint8Array): PoseSample {
	const sample = new PoseSample();
	const result = decodeLegacyBodyPose(bytes, sample);
	if (result.kind !== "message") throw new Error(JSON.stringify(result));
	return sample;
}

/** What a sample holds of the bones, in the order in which they were listed. */
function bonesOf(sample: PoseSample): LegacyBone[] {
	return Array.from(trackedBones(sample), (id) => ({
		id,
		position: [...sample.positions.subarray(id * 3, id * 3 + 3)] as unknown as LegacyBone["position"],
		rotation: [...sample.rotations.subarray(id * 4, id * 4 + 4)] as unknown as LegacyBone["rotation"],
	}));
}

function tagsOf(bytes: Uint8Array) {
	const result = decodeLegacyTags(bytes);
	if (result.kind !== "message") throw new Error(JSON.stringify(result));
	return result.message;
}

describe("decodeLegacyBodyPose", () => {
	it("turns Unity's axes into the world's: what is in front and to the right stays there", () => {
		// Written byte by byte as Unity's BinaryWriter does: one bone, id 18, right 0.5, up 1.25,
		// forward 2, a quarter turn to the right about +Y.
		const bytes = new Uint8Array(36);
		const data = new DataView(bytes.buffer);
		data.setInt32(0, 1, true);
		data.setInt32(4, 18, true);
		for (const [index, value] of [0.5, 1.25, 2, 0, Math.SQRT1_2, 0, Math.SQRT1_2].entries())
			data.setFloat32(8 + index * 4, value, true);
		const body = decoded(bytes);
		expect([...trackedBones(body)]).toEqual([18]);
		const { position, rotation } = transformAt(body, 18)!;
		expect(position).toEqual([0.5, 1.25, -2]);
		// In a right-handed coordinate frame with +Y up a turn to the right is negative.
		expect(rotation[1]).toBeCloseTo(-Math.SQRT1_2, 6);
		expect(rotation[3]).toBeCloseTo(Math.SQRT1_2, 6);
	});

	it("reads a full body of 2692 bytes", () => {
		const bytes = encodeLegacyBodyPose(BONES);
		expect(bytes.byteLength).toBe(2692);
		const body = decoded(bytes);
		expect(bonesOf(body)).toEqual(BONES);
		expect(body).toMatchObject({ origin: "body_pose", truncated: false, droppedBones: 0, boneOrder: undefined });
		expect(isSkeletonSample(body, "FullBody")).toBe(true);
	});

	it("reads from the middle of a larger buffer", () => {
		const around = new Uint8Array(3000).fill(255);
		around.set(encodeLegacyBodyPose(BONES.slice(0, 2)), 101);
		expect(bonesOf(decoded(around.subarray(101, 101 + 68)))).toEqual(BONES.slice(0, 2));
	});

	it("gives the whole bones of a truncated message, wherever it ends", () => {
		const bytes = encodeLegacyBodyPose(BONES);
		for (let length = 4; length < bytes.byteLength; length += 5) {
			const body = decoded(bytes.subarray(0, length));
			expect(body.truncated).toBe(true);
			expect(bonesOf(body)).toEqual(BONES.slice(0, Math.floor((length - 4) / 32)));
		}
	});

	it("takes a count of 0 for a lost body, and skips bytes after the last bone", () => {
		expect(decoded(new Uint8Array(4))).toMatchObject({ kind: "skeleton", truncated: false, droppedBones: 0 });
		expect(bonesOf(decoded(new Uint8Array(4)))).toEqual([]);
		expect(bonesOf(decoded(new Uint8Array([...encodeLegacyBodyPose(BONES.slice(0, 1)), 1, 2, 3])))).toHaveLength(1);
	});

	it.each([
		["no count", new Uint8Array(3)],
		["a negative count", new Uint8Array([255, 255, 255, 255])],
		["a huge count", new Uint8Array([255, 255, 255, 127])],
		["a count of one too many", new Uint8Array([1, 4, 0, 0])],
	])("refuses %s, and leaves the sample as it was", (_, bytes) => {
		const sample = decoded(encodeLegacyBodyPose(BONES));
		expect(decodeLegacyBodyPose(bytes, sample).kind).toBe("refused");
		expect(sample).toEqual(decoded(encodeLegacyBodyPose(BONES)));
		expect(decodeLegacyTags(bytes).kind).toBe("refused");
	});

	it("drops and counts bones that are not finite or not turned, and keeps the others", () => {
		const broken: LegacyBone[] = [
			{ ...BONES[0]!, position: [Number.NaN, 0, 0] },
			{ ...BONES[1]!, rotation: [0, 0, Number.POSITIVE_INFINITY, 1] },
			{ ...BONES[2]!, rotation: [0, 0, 0, 0] },
			BONES[3]!,
		];
		const body = decoded(encodeLegacyBodyPose(broken));
		expect(bonesOf(body)).toEqual([BONES[3]]);
		expect(body).toMatchObject({ truncated: false, droppedBones: 3 });
	});

	it("keeps the order of bones and those that a FullBody does not have, also in a copy", () => {
		const listed = [500, 18, 7, -1, 1023, 1024].map((id) => ({ ...BONES[1]!, id }));
		const body = decoded(encodeLegacyBodyPose(listed));
		expect([...trackedBones(body)]).toEqual([500, 18, 7, 1023]);
		expect(body.boneCount).toBe(84);
		const copy = new PoseSample(1).copyFrom(body);
		expect(bonesOf(copy)).toEqual(bonesOf(body));
		// A usual body after it is as if there had been none before.
		const usual = encodeLegacyBodyPose(BONES);
		expect(decodeLegacyBodyPose(usual, copy).kind).toBe("message");
		expect(bonesOf(copy)).toEqual(BONES);
	});

	it("never throws and gives only finite numbers, whatever the bytes", () => {
		let state = 1;
		const randomByte = () => {
			state = (Math.imul(state, 1664525) + 1013904223) | 0;
			return state >>> 24;
		};
		for (let round = 0; round < 3000; round++) {
			const bytes = Uint8Array.from({ length: randomByte() }, randomByte);
			// Small counts, so that the bones are reached.
			if (round % 2 === 0) bytes.set([randomByte() % 10, 0, 0, 0].slice(0, bytes.length));
			const sample = new PoseSample();
			if (decodeLegacyBodyPose(bytes, sample).kind !== "message") continue;
			for (const { position, rotation } of [...bonesOf(sample), ...tagsOf(bytes).bones]) {
				expect([...position, ...rotation].every(Number.isFinite)).toBe(true);
				expect(Math.hypot(...rotation)).toBeCloseTo(1, 6);
			}
		}
	});
});

describe("decodeLegacyTags", () => {
	it("reads tags of any number in the order sent, and none when they are lost", () => {
		const tags = [586, 3, -7, 100_000].map((id) => ({ ...BONES[2]!, id }));
		expect(tagsOf(encodeLegacyBodyPose(tags))).toEqual({ bones: tags, truncated: false, droppedBones: 0 });
		expect(tagsOf(new Uint8Array(4))).toEqual({ bones: [], truncated: false, droppedBones: 0 });
		expect(tagsOf(encodeLegacyBodyPose(tags).subarray(0, 70))).toMatchObject({
			bones: tags.slice(0, 2),
			truncated: true,
		});
	});
});
