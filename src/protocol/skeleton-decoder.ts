import { MAX_BONES, type PoseSample } from "../skeleton/pose-sample.ts";
import { SKELETON_SHAPES, skeletonTypeFromWireId } from "../skeleton/tables/skeleton-shape.ts";
import type { BinaryReader } from "./binary-reader.ts";
import { DECODED, type DecodeResult, ignored } from "./parse-result.ts";
import { faultOfLength, faultOfPose, REFUSED } from "./refusals.ts";
import { boneCountOf, type StreamLayouts } from "./stream-layout.ts";
import {
	FLAG,
	HEADER_BYTES,
	KIND,
	maskBytes,
	ORIGIN_BYTES,
	POSE_BYTES,
	QUANTISED_POSE_BYTES,
	QUANTISED_ROTATION_AT,
	QUANTISED_VELOCITY_BYTES,
	VELOCITY_BYTES,
} from "./tracking-format.ts";

/**
 * Reads skeletons of the kinds `f32` and `q16`. It first checks the whole message, then writes: a
 * fault in the last bone must not leave the first ones behind. Its fields belong to the present
 * message.
 */
export class SkeletonDecoder {
	readonly #reader: BinaryReader;
	/** 1 for each bone of the message that is tracked and can be read. */
	readonly #tracked = new Uint8Array(MAX_BONES);
	/** Ids of the bones, if the stream has announced them. */
	#bones: ArrayLike<number> | undefined;
	#count = 0;
	#quantised = false;
	/** Place of the validity mask; -1: none. */
	#maskAt = -1;
	#originAt = 0;
	#posesAt = 0;
	/** Place of the velocities; -1: none. */
	#velocitiesAt = -1;
	#droppedBones = 0;

	/** @param reader has the message when `decode` is called. */
	constructor(reader: BinaryReader) {
		this.#reader = reader;
	}

	/** @param into left as it was unless the result is a `message`. */
	decode(into: PoseSample, kind: number, layouts: StreamLayouts | undefined): DecodeResult {
		const reader = this.#reader;
		const wireId = reader.subtype;
		const skeleton = skeletonTypeFromWireId(wireId);
		if (skeleton === undefined && wireId !== -1) return ignored(`skeleton ${wireId}`);
		const count = reader.count;
		const capacity = skeleton === undefined ? MAX_BONES : SKELETON_SHAPES[skeleton].boneCount;
		if (count === 0) return REFUSED.noBones;
		if (count > capacity) return REFUSED.tooManyBones;
		const bones = layouts?.(reader.stream)?.bones;
		if (bones !== undefined && bones.length !== count) return REFUSED.wrongList;
		this.#count = count;
		this.#bones = bones;
		this.#quantised = kind === KIND.skeletonQ16;
		const fault = this.#findParts(kind) ?? this.#check(capacity);
		if (fault !== undefined) return fault;
		into.reset(boneCountOf(skeleton, bones, count));
		into.kind = "skeleton";
		into.skeleton = skeleton;
		reader.readHeader(into);
		into.parentSpace = (reader.flags & FLAG.parentSpace) !== 0;
		into.droppedBones = this.#droppedBones;
		this.#readPoses(into);
		if (this.#velocitiesAt !== -1) this.#readVelocities(into);
		return DECODED;
	}

	/** Finds the parts of the message. @returns why its length is wrong */
	#findParts(kind: number): DecodeResult | undefined {
		const { flags } = this.#reader;
		const poseBytes = this.#quantised ? QUANTISED_POSE_BYTES : POSE_BYTES;
		const velocityBytes = this.#quantised ? QUANTISED_VELOCITY_BYTES : VELOCITY_BYTES;
		this.#maskAt = flags & FLAG.validityMask ? HEADER_BYTES : -1;
		this.#originAt = HEADER_BYTES + (this.#maskAt === -1 ? 0 : maskBytes(this.#count));
		this.#posesAt = this.#originAt + (this.#quantised ? ORIGIN_BYTES : 0);
		const posesEnd = this.#posesAt + this.#count * poseBytes;
		this.#velocitiesAt = flags & FLAG.velocity ? posesEnd : -1;
		const end = posesEnd + (this.#velocitiesAt === -1 ? 0 : this.#count * velocityBytes);
		return faultOfLength(this.#reader, end, kind);
	}

	/** Finds out which bones can be read. @returns why none can be */
	#check(capacity: number): DecodeResult | undefined {
		const reader = this.#reader;
		const bones = this.#bones;
		const tracked = this.#tracked;
		if (this.#quantised && !reader.areFinite(this.#originAt, 3)) return REFUSED.position;
		tracked.fill(0);
		this.#droppedBones = 0;
		let fault: DecodeResult | undefined;
		let trackedCount = 0;
		for (let index = 0; index < this.#count; index++) {
			if (bones !== undefined && !(bones[index]! >= 0 && bones[index]! < capacity)) return REFUSED.badList;
			if (!reader.isTracked(this.#maskAt, index)) continue;
			const faultOfBone = this.#quantised ? this.#faultOfQuantisedBone(index) : this.#faultOfBone(index);
			if (faultOfBone === undefined) {
				tracked[index] = 1;
				trackedCount++;
			} else {
				fault = faultOfBone;
				this.#droppedBones++;
			}
		}
		// A skeleton of which no bone can be read is not one that its device has lost.
		return trackedCount === 0 ? fault : undefined;
	}

	#faultOfQuantisedBone(index: number): DecodeResult | undefined {
		const at = this.#posesAt + index * QUANTISED_POSE_BYTES + QUANTISED_ROTATION_AT;
		return this.#reader.isQuantisedRotation(at) ? undefined : REFUSED.rotation;
	}

	#faultOfBone(index: number): DecodeResult | undefined {
		const fault = faultOfPose(this.#reader, this.#posesAt + index * POSE_BYTES);
		if (fault !== undefined || this.#velocitiesAt === -1) return fault;
		const velocityAt = this.#velocitiesAt + index * VELOCITY_BYTES;
		return this.#reader.areFinite(velocityAt, 6) ? undefined : REFUSED.velocity;
	}

	#readPoses(into: PoseSample): void {
		const reader = this.#reader;
		const bones = this.#bones;
		for (let index = 0; index < this.#count; index++) {
			if (this.#tracked[index] === 0) continue;
			const bone = bones === undefined ? index : bones[index]!;
			if (this.#quantised)
				reader.readQuantisedPose(this.#originAt, this.#posesAt + index * QUANTISED_POSE_BYTES, into, bone);
			else reader.readPose(this.#posesAt + index * POSE_BYTES, into, bone);
		}
	}

	#readVelocities(into: PoseSample): void {
		const reader = this.#reader;
		const bones = this.#bones;
		into.hasVelocity = true;
		for (let index = 0; index < this.#count; index++) {
			if (this.#tracked[index] === 0) continue;
			const bone = bones === undefined ? index : bones[index]!;
			if (this.#quantised)
				reader.readQuantisedVelocity(this.#velocitiesAt + index * QUANTISED_VELOCITY_BYTES, into, bone);
			else reader.readVelocity(this.#velocitiesAt + index * VELOCITY_BYTES, into, bone);
		}
	}
}
