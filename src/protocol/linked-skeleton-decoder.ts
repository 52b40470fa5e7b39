import { MAX_BONES, type PoseSample } from "../skeleton/pose-sample.ts";
import { SKELETON_SHAPES, type SkeletonType, skeletonTypeFromWireId } from "../skeleton/tables/skeleton-shape.ts";
import type { BinaryReader } from "./binary-reader.ts";
import {
	BoneLinks,
	baseOf,
	isLinkedRotation,
	LINKED_ROTATION_BYTES,
	OFFSET_BYTES,
	placeLinkedBone,
	unpackRotation,
} from "./linked-bones.ts";
import { DECODED, type DecodeResult, ignored } from "./parse-result.ts";
import { faultOfLength, REFUSED } from "./refusals.ts";
import type { StreamLayouts } from "./stream-layout.ts";
import {
	FLAG,
	HAS_OFFSET,
	HEADER_BYTES,
	KIND,
	MAX_LINKED_HIGH,
	MAX_LINKED_STREAMS,
	maskBytes,
	ORIGIN_BYTES,
	QUANTISED_VELOCITY_BYTES,
} from "./tracking-format.ts";

/** Place of the byte of a linked bone that holds the rest of its rotation and `HAS_OFFSET`. */
const HIGH_AT = 4;

/**
 * Reads skeletons of the kind `linked`. It first checks the whole message, then writes, as
 * `SkeletonDecoder` does. Its fields belong to the present message.
 */
export class LinkedSkeletonDecoder {
	readonly #reader: BinaryReader;
	/** 1 for each bone of the message that is tracked. */
	readonly #tracked = new Uint8Array(MAX_BONES);
	/** 1 for each bone of the message whose rotation can be read. */
	readonly #turned = new Uint8Array(MAX_BONES);
	/** The point that bones without a tracked ancestor are measured from. */
	readonly #origin = new Float32Array(3);
	#count = 0;
	#maskAt = -1;
	#bonesAt = 0;
	#velocitiesAt = 0;
	#trackedCount = 0;
	#turnedCount = 0;

	/** @param reader has the message when `decode` is called. */
	constructor(reader: BinaryReader) {
		this.#reader = reader;
	}

	/**
	 * @param into left as it was unless the result is a `message`.
	 * @param memory links by stream; `undefined`: linked messages are refused.
	 */
	decode(
		into: PoseSample,
		layouts: StreamLayouts | undefined,
		memory: Map<number, BoneLinks> | undefined,
	): DecodeResult {
		const reader = this.#reader;
		const wireId = reader.subtype;
		if (wireId === -1) return REFUSED.noTable;
		const skeleton = skeletonTypeFromWireId(wireId);
		if (skeleton === undefined) return ignored(`skeleton ${wireId}`);
		if (memory === undefined) return REFUSED.noMemory;
		const { flags, stream } = reader;
		this.#count = reader.count;
		if (this.#count === 0) return REFUSED.noBones;
		if (this.#count > SKELETON_SHAPES[skeleton].boneCount) return REFUSED.tooManyBones;
		if (layouts?.(stream)?.bones !== undefined) return REFUSED.linkedList;
		const fault = this.#check();
		if (fault !== undefined) return fault;
		let links = memory.get(stream);
		if (links === undefined) {
			if (memory.size >= MAX_LINKED_STREAMS) return REFUSED.streams;
			links = new BoneLinks();
			memory.set(stream, links);
		}
		into.reset(SKELETON_SHAPES[skeleton].boneCount);
		into.kind = "skeleton";
		into.skeleton = skeleton;
		reader.readHeader(into);
		into.parentSpace = (flags & FLAG.parentSpace) !== 0;
		into.droppedBones = this.#trackedCount - this.#turnedCount;
		links.begin(skeleton, into.parentSpace);
		this.#readBones(into, skeleton, links);
		this.#placeBones(into, skeleton, links);
		this.#finish(into, (flags & FLAG.velocity) !== 0);
		return DECODED;
	}

	/** Finds the parts of the message, and which bones can be read. @returns why it is refused */
	#check(): DecodeResult | undefined {
		const reader = this.#reader;
		const { length, flags } = reader;
		this.#maskAt = flags & FLAG.validityMask ? HEADER_BYTES : -1;
		const originAt = HEADER_BYTES + (this.#maskAt === -1 ? 0 : maskBytes(this.#count));
		this.#bonesAt = originAt + ORIGIN_BYTES;
		if (length < this.#bonesAt) return REFUSED.truncated;
		if (!reader.areFinite(originAt, 3)) return REFUSED.position;
		for (let part = 0; part < 3; part++) this.#origin[part] = reader.data.getFloat32(originAt + part * 4, true);
		const fault = this.#checkBones();
		if (fault !== undefined) return fault;
		const end = this.#velocitiesAt + (flags & FLAG.velocity ? this.#trackedCount * QUANTISED_VELOCITY_BYTES : 0);
		const wrongLength = faultOfLength(reader, end, KIND.skeletonLinked);
		if (wrongLength !== undefined) return wrongLength;
		return this.#turnedCount === 0 && this.#trackedCount > 0 ? REFUSED.rotation : undefined;
	}

	#checkBones(): DecodeResult | undefined {
		const { bytes, data, length } = this.#reader;
		this.#tracked.fill(0);
		this.#turned.fill(0);
		this.#trackedCount = 0;
		this.#turnedCount = 0;
		let at = this.#bonesAt;
		for (let bone = 0; bone < this.#count; bone++) {
			if (!this.#reader.isTracked(this.#maskAt, bone)) continue;
			if (length < at + LINKED_ROTATION_BYTES) return REFUSED.truncated;
			const high = bytes[at + HIGH_AT]!;
			if (high > MAX_LINKED_HIGH) return REFUSED.offset;
			if (isLinkedRotation(data.getUint32(at, true), high)) {
				this.#turned[bone] = 1;
				this.#turnedCount++;
			}
			at += LINKED_ROTATION_BYTES + (high & HAS_OFFSET ? OFFSET_BYTES : 0);
			this.#tracked[bone] = 1;
			this.#trackedCount++;
		}
		this.#velocitiesAt = at;
		return undefined;
	}

	/** Reads rotations, and the offsets that the message has. */
	#readBones(into: PoseSample, skeleton: SkeletonType, links: BoneLinks): void {
		const { bytes, data } = this.#reader;
		const { parents } = SKELETON_SHAPES[skeleton];
		let at = this.#bonesAt;
		for (let bone = 0; bone < this.#count; bone++) {
			if (this.#tracked[bone] === 0) continue;
			const high = bytes[at + HIGH_AT]!;
			if (this.#turned[bone] === 1) unpackRotation(data.getUint32(at, true), high, into.rotations, bone);
			at += LINKED_ROTATION_BYTES;
			if ((high & HAS_OFFSET) === 0) continue;
			for (let part = 0; part < 3; part++) links.offsets[bone * 3 + part] = data.getInt16(at + part * 2, true);
			links.bases[bone] = baseOf(bone, parents, this.#tracked, into.parentSpace);
			at += OFFSET_BYTES;
		}
	}

	/** Places the bones, parents first. */
	#placeBones(into: PoseSample, skeleton: SkeletonType, links: BoneLinks): void {
		const { parents, parentsFirst } = SKELETON_SHAPES[skeleton];
		const { positions, rotations, valid } = into;
		for (let index = 0; index < parentsFirst.length; index++) {
			const bone = parentsFirst[index]!;
			// A bone that hangs on a bone without a rotation has no place either.
			if (this.#turned[bone] === 0) continue;
			const base = baseOf(bone, parents, this.#tracked, into.parentSpace);
			if (placeLinkedBone(bone, base, links, this.#origin, positions, rotations, valid)) valid[bone] = 1;
		}
	}

	/** Reads velocities; bones without a place are not turned either. */
	#finish(into: PoseSample, hasVelocity: boolean): void {
		into.hasVelocity = hasVelocity;
		let at = this.#velocitiesAt;
		for (let bone = 0; bone < this.#count; bone++) {
			if (this.#tracked[bone] === 0) continue;
			if (into.valid[bone] === 0) setUnturned(into, bone);
			else if (hasVelocity) this.#reader.readQuantisedVelocity(at, into, bone);
			at += QUANTISED_VELOCITY_BYTES;
		}
	}
}

function setUnturned({ rotations }: PoseSample, bone: number): void {
	rotations.fill(0, bone * 4, bone * 4 + 3);
	rotations[bone * 4 + 3] = 1;
}
