import { describe, expect, it } from "vitest";
import { decodeLegacyBodyPose, encodeLegacyBodyPose, type LegacyBodyPose, type LegacyBone } from "./body-pose.ts";

const BONES: LegacyBone[] = Array.from({ length: 84 }, (_, id) => ({
	id,
	position: [id / 4, 1.5, -0.25],
	rotation: [0.5, -0.5, 0.5, 0.5],
}));

function decoded(bytes: Uint8Array): LegacyBodyPose {
	const result = decodeLegacyBodyPose(bytes);
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
		const [bone] = decoded(bytes).bones;
		expect(bone?.id).toBe(18);
		expect(bone?.position).toEqual([0.5, 1.25, -2]);
		// In a right-handed frame with +Y up a turn to the right is negative.
		expect(bone?.rotation[1]).toBeCloseTo(-Math.SQRT1_2, 6);
		expect(bone?.rotation[3]).toBeCloseTo(Math.SQRT1_2, 6);
	});

	it("reads a full body of 2692 bytes", () => {
		const bytes = encodeLegacyBodyPose(BONES);
		expect(bytes.byteLength).toBe(2692);
		expect(decoded(bytes)).toEqual({ bones: BONES, truncated: false, droppedBones: 0 });
	});

	it("reads from the middle of a larger buffer", () => {
		const around = new Uint8Array(3000).fill(255);
		around.set(encodeLegacyBodyPose(BONES.slice(0, 2)), 101);
		expect(decoded(around.subarray(101, 101 + 68)).bones).toEqual(BONES.slice(0, 2));
	});

	it("gives the whole bones of a truncated message, wherever it ends", () => {
		const bytes = encodeLegacyBodyPose(BONES);
		for (let length = 4; length < bytes.byteLength; length += 5) {
			const { bones, truncated } = decoded(bytes.subarray(0, length));
			expect(truncated).toBe(true);
			expect(bones).toEqual(BONES.slice(0, Math.floor((length - 4) / 32)));
		}
	});

	it("takes a count of 0 for a lost tag, and skips bytes after the last bone", () => {
		expect(decoded(new Uint8Array(4))).toEqual({ bones: [], truncated: false, droppedBones: 0 });
		expect(decoded(new Uint8Array([...encodeLegacyBodyPose(BONES.slice(0, 1)), 1, 2, 3])).bones).toHaveLength(1);
	});

	it.each([
		["no count", new Uint8Array(3)],
		["a negative count", new Uint8Array([255, 255, 255, 255])],
		["a huge count", new Uint8Array([255, 255, 255, 127])],
		["a count of one too many", new Uint8Array([1, 4, 0, 0])],
	])("refuses %s", (_, bytes) => {
		expect(decodeLegacyBodyPose(bytes).kind).toBe("refused");
	});

	it("drops and counts bones that are not finite or not turned, and keeps the others", () => {
		const broken: LegacyBone[] = [
			{ ...BONES[0]!, position: [Number.NaN, 0, 0] },
			{ ...BONES[1]!, rotation: [0, 0, Number.POSITIVE_INFINITY, 1] },
			{ ...BONES[2]!, rotation: [0, 0, 0, 0] },
			BONES[3]!,
		];
		expect(decoded(encodeLegacyBodyPose(broken))).toEqual({ bones: [BONES[3]], truncated: false, droppedBones: 3 });
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
			const result = decodeLegacyBodyPose(bytes);
			if (result.kind !== "message") continue;
			for (const { position, rotation } of result.message.bones) {
				expect([...position, ...rotation].every(Number.isFinite)).toBe(true);
				expect(Math.hypot(...rotation)).toBeCloseTo(1, 9);
			}
		}
	});
});
