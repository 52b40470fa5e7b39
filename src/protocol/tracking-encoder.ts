import type { PoseSample } from "../skeleton/pose-sample.ts";
import { SKELETON_SHAPES, type SkeletonType } from "../skeleton/tables/skeleton-shape.ts";
import { isSendable, rotationSquare } from "./bone-validity.ts";
import { BoneLinker, BoneLinks, LINKED_ROTATION_BYTES, OFFSET_BYTES } from "./linked-bones.ts";
import {
	ANGULAR_AT,
	ANGULAR_STEPS,
	type BinaryEncoding,
	BUTTON_BITS_BYTES,
	FLAG,
	FOV_BYTES,
	HAS_OFFSET,
	HEADER,
	HEADER_BYTES,
	KIND,
	MAGIC,
	MAX_BYTES,
	MAX_LINKED_STREAMS,
	maskBytes,
	ORIGIN_BYTES,
	POSE_BYTES,
	POSITION_STEPS,
	QUANTISED_ANGULAR_AT,
	QUANTISED_POSE_BYTES,
	QUANTISED_ROTATION_AT,
	QUANTISED_VELOCITY_BYTES,
	ROTATION_AT,
	ROTATION_STEP,
	ROTATION_ZERO,
	SEEN_BYTES,
	VELOCITY_BYTES,
	VELOCITY_STEPS,
	VERSION,
} from "./tracking-format.ts";

const INT16_MAX = 32767;

/**
 * Writes binary messages of the `tracking` channel. Keeps one buffer, so that no message of a
 * length that was sent before allocates.
 */
export class TrackingEncoder {
	readonly #bytes = new Uint8Array(MAX_BYTES);
	readonly #data = new DataView(this.#bytes.buffer);
	/** Views of the buffer's beginning, by length: a stream's messages all have one of a few. */
	readonly #views = new Map<number, Uint8Array<ArrayBuffer>>();
	readonly #linker = new BoneLinker();
	/** Links that a decoder remembers of each stream after it has received every message. */
	readonly #links = new Map<number, BoneLinks>();

	/**
	 * Writes a pose. Bones whose numbers are not finite, or are no rotation, are sent as
	 * untracked. A skeleton with a bone further than 3.27 m from its first is sent as `f32`, since
	 * `q16` does not reach; `linked` is `q16` for skeletons without a table, and for a part of the
	 * bones.
	 *
	 * Linked messages of one stream build on those before: each has to be sent, or at least tried,
	 * and all by one encoder.
	 *
	 * @returns bytes that belong to the encoder and hold until its next call; `undefined` if there
	 * is nothing to send: an empty sample, or a head or controller without a finite pose.
	 */
	encode(sample: PoseSample, encoding: BinaryEncoding): Uint8Array<ArrayBuffer> | undefined {
		const { kind, boneCount } = sample;
		if (kind === "none" || boneCount < 1 || !Number.isFinite(sample.clientTimeMs)) return undefined;
		if (kind === "skeleton") return this.#view(this.#writeSeen(this.#writeSkeleton(sample, encoding), sample));
		for (let bone = 0; bone < boneCount; bone++) if (!isSendable(sample, bone)) return undefined;
		const end = kind === "head" ? this.#writeHead(sample) : this.#writeController(sample);
		return this.#view(this.#writeSeen(end, sample));
	}

	/** Forgets what was sent: another decoder begins. */
	forget(): void {
		this.#links.clear();
	}

	#view(length: number): Uint8Array<ArrayBuffer> {
		const known = this.#views.get(length);
		if (known !== undefined) return known;
		const view = this.#bytes.subarray(0, length);
		this.#views.set(length, view);
		return view;
	}

	#writeHeader(sample: PoseSample, kind: number, subtype: number, count: number, flags: number): void {
		const data = this.#data;
		data.setUint8(HEADER.magic, MAGIC);
		data.setUint8(HEADER.version, VERSION);
		data.setUint8(HEADER.kind, kind);
		data.setInt8(HEADER.subtype, subtype);
		data.setUint16(HEADER.stream, sample.stream, true);
		data.setUint16(HEADER.count, count, true);
		data.setUint32(HEADER.sequence, sample.sequence, true);
		const common =
			(sample.confidence >= 0.5 ? FLAG.highConfidence : 0) | (sample.seenRtpTicks === undefined ? 0 : FLAG.seen);
		data.setUint32(HEADER.flags, flags | common, true);
		data.setFloat64(HEADER.timeMs, sample.clientTimeMs, true);
	}

	#writeSeen(at: number, { seenRtpTicks }: PoseSample): number {
		if (seenRtpTicks === undefined) return at;
		this.#data.setUint32(at, seenRtpTicks, true);
		return at + SEEN_BYTES;
	}

	#writeHead(sample: PoseSample): number {
		const hasVelocity = sample.hasVelocity && isMoving(sample, 0);
		const hasFov = Number.isFinite(sample.horizontalFovDeg);
		const flags =
			(hasVelocity ? FLAG.velocity : 0) |
			(hasFov ? FLAG.extra : 0) |
			(sample.positionTracked ? 0 : FLAG.noPosition);
		this.#writeHeader(sample, KIND.head, -1, 1, flags);
		let at = this.#writePose(HEADER_BYTES, sample, 0);
		if (!sample.positionTracked) this.#bytes.fill(0, HEADER_BYTES, HEADER_BYTES + ROTATION_AT);
		if (hasVelocity) at = this.#writeVelocity(at, sample, 0);
		if (!hasFov) return at;
		this.#data.setFloat32(at, sample.horizontalFovDeg, true);
		this.#data.setFloat32(at + 4, Number.isFinite(sample.verticalFovDeg) ? sample.verticalFovDeg : 0, true);
		return at + FOV_BYTES;
	}

	#writeController(sample: PoseSample): number {
		const { hand } = sample;
		const { buttonCount, axisCount, buttons, axes, pressed, touched } = sample.controls;
		const hasVelocity = sample.hasVelocity && isMoving(sample, 0);
		const hasAim = sample.boneCount > 1;
		const subtype = hand === "left" ? 1 : hand === "right" ? 2 : 0;
		const flags = (hasVelocity ? FLAG.velocity : 0) | (hasAim ? FLAG.extra : 0);
		this.#writeHeader(sample, KIND.controller, subtype, buttonCount | (axisCount << 8), flags);
		let at = this.#writePose(HEADER_BYTES, sample, 0);
		if (hasVelocity) at = this.#writeVelocity(at, sample, 0);
		if (hasAim) at = this.#writePose(at, sample, 1);
		this.#data.setUint32(at, pressed, true);
		this.#data.setUint32(at + 4, touched, true);
		at += BUTTON_BITS_BYTES;
		for (let index = 0; index < buttonCount; index++, at += 4)
			this.#data.setFloat32(at, finite(buttons[index]!), true);
		for (let index = 0; index < axisCount; index++, at += 4) this.#data.setFloat32(at, finite(axes[index]!), true);
		return at;
	}

	#writeSkeleton(sample: PoseSample, encoding: BinaryEncoding): number {
		const { boneCount: count, skeleton } = sample;
		if (encoding === "linked") {
			const length = this.#writeLinkedSkeleton(sample);
			if (length !== undefined) return length;
		}
		const origin = firstSendable(sample);
		const quantised = encoding !== "f32" && reaches(sample, origin);
		let masked = false;
		for (let bone = 0; bone < count; bone++) masked ||= !isSendable(sample, bone);
		const flags =
			(sample.parentSpace ? FLAG.parentSpace : 0) |
			(masked ? FLAG.validityMask : 0) |
			(sample.hasVelocity ? FLAG.velocity : 0);
		const kind = quantised ? KIND.skeletonQ16 : KIND.skeletonF32;
		this.#writeHeader(sample, kind, skeleton === undefined ? -1 : SKELETON_SHAPES[skeleton].wireId, count, flags);
		let at = HEADER_BYTES;
		if (masked) at = this.#writeMask(at, sample);
		if (quantised) at = this.#writeOrigin(at, sample, origin);
		for (let bone = 0; bone < count; bone++) {
			const sendable = isSendable(sample, bone);
			if (quantised)
				at = sendable
					? this.#writeQuantisedPose(at, sample, bone, origin)
					: this.#writeZeros(at, QUANTISED_POSE_BYTES);
			else at = sendable ? this.#writePose(at, sample, bone) : this.#writeZeros(at, POSE_BYTES);
		}
		if (!sample.hasVelocity) return at;
		for (let bone = 0; bone < count; bone++) {
			const moving = isSendable(sample, bone) && isMoving(sample, bone);
			if (quantised)
				at = moving
					? this.#writeQuantisedVelocity(at, sample, bone)
					: this.#writeZeros(at, QUANTISED_VELOCITY_BYTES);
			else at = moving ? this.#writeVelocity(at, sample, bone) : this.#writeZeros(at, VELOCITY_BYTES);
		}
		return at;
	}

	/** @returns its length; `undefined` if it can't be linked. */
	#writeLinkedSkeleton(sample: PoseSample): number | undefined {
		const { boneCount: count } = sample;
		if (!isWholeSkeleton(sample)) return undefined;
		const linker = this.#linker;
		let masked = false;
		for (let bone = 0; bone < count; bone++) {
			linker.tracked[bone] = isSendable(sample, bone) ? 1 : 0;
			masked ||= linker.tracked[bone] === 0;
		}
		let links = this.#links.get(sample.stream);
		if (links === undefined) {
			if (this.#links.size >= MAX_LINKED_STREAMS) return undefined;
			links = new BoneLinks();
			this.#links.set(sample.stream, links);
		}
		if (!linker.link(sample, links)) {
			// Some links are of a message that is not sent now, so the other end won't have them.
			links.forget();
			return undefined;
		}
		const flags =
			(sample.parentSpace ? FLAG.parentSpace : 0) |
			(masked ? FLAG.validityMask : 0) |
			(sample.hasVelocity ? FLAG.velocity : 0);
		this.#writeHeader(sample, KIND.skeletonLinked, SKELETON_SHAPES[sample.skeleton].wireId, count, flags);
		const data = this.#data;
		let at = HEADER_BYTES;
		if (masked) at = this.#writeMask(at, sample);
		for (let part = 0; part < 3; part++) data.setFloat32(at + part * 4, linker.origin[part]!, true);
		at += ORIGIN_BYTES;
		for (let bone = 0; bone < count; bone++) {
			if (linker.tracked[bone] === 0) continue;
			const withOffset = linker.withOffset[bone] === 1;
			data.setUint32(at, linker.low[bone]!, true);
			data.setUint8(at + 4, linker.high[bone]! | (withOffset ? HAS_OFFSET : 0));
			at += LINKED_ROTATION_BYTES;
			if (!withOffset) continue;
			for (let part = 0; part < 3; part++) data.setInt16(at + part * 2, links.offsets[bone * 3 + part]!, true);
			at += OFFSET_BYTES;
		}
		if (!sample.hasVelocity) return at;
		for (let bone = 0; bone < count; bone++) {
			if (linker.tracked[bone] === 0) continue;
			at = isMoving(sample, bone)
				? this.#writeQuantisedVelocity(at, sample, bone)
				: this.#writeZeros(at, QUANTISED_VELOCITY_BYTES);
		}
		return at;
	}

	#writeZeros(at: number, length: number): number {
		this.#bytes.fill(0, at, at + length);
		return at + length;
	}

	#writeMask(at: number, sample: PoseSample): number {
		const end = this.#writeZeros(at, maskBytes(sample.boneCount));
		for (let bone = 0; bone < sample.boneCount; bone++)
			if (isSendable(sample, bone)) this.#bytes[at + (bone >> 3)]! |= 1 << (bone & 7);
		return end;
	}

	#writeOrigin(at: number, { positions }: PoseSample, origin: number): number {
		for (let part = 0; part < 3; part++)
			this.#data.setFloat32(at + part * 4, origin === -1 ? 0 : positions[origin * 3 + part]!, true);
		return at + ORIGIN_BYTES;
	}

	#writePose(at: number, { positions, rotations }: PoseSample, bone: number): number {
		const scale = 1 / Math.sqrt(rotationSquare(rotations, bone));
		for (let part = 0; part < 3; part++) this.#data.setFloat32(at + part * 4, positions[bone * 3 + part]!, true);
		for (let part = 0; part < 4; part++)
			this.#data.setFloat32(at + ROTATION_AT + part * 4, rotations[bone * 4 + part]! * scale, true);
		return at + POSE_BYTES;
	}

	#writeVelocity(at: number, { linearVelocities, angularVelocities }: PoseSample, bone: number): number {
		for (let part = 0; part < 3; part++) {
			this.#data.setFloat32(at + part * 4, linearVelocities[bone * 3 + part]!, true);
			this.#data.setFloat32(at + ANGULAR_AT + part * 4, angularVelocities[bone * 3 + part]!, true);
		}
		return at + VELOCITY_BYTES;
	}

	#writeQuantisedPose(at: number, { positions, rotations }: PoseSample, bone: number, origin: number): number {
		const data = this.#data;
		for (let part = 0; part < 3; part++)
			data.setInt16(
				at + part * 2,
				nearest((positions[bone * 3 + part]! - positions[origin * 3 + part]!) * POSITION_STEPS),
				true,
			);
		let largest = 0;
		for (let part = 1; part < 4; part++)
			if (Math.abs(rotations[bone * 4 + part]!) > Math.abs(rotations[bone * 4 + largest]!)) largest = part;
		// The largest is sent by its place only, so the quaternion is sent with the sign that makes
		// it positive.
		const scale = (rotations[bone * 4 + largest]! < 0 ? -1 : 1) / Math.sqrt(rotationSquare(rotations, bone));
		const rotationAt = at + QUANTISED_ROTATION_AT;
		let word = rotationAt;
		for (let part = 0; part < 4; part++) {
			if (part === largest) continue;
			const steps = nearest((rotations[bone * 4 + part]! * scale) / ROTATION_STEP) + ROTATION_ZERO;
			const bit = word === rotationAt ? largest & 1 : word === rotationAt + 2 ? largest >> 1 : 0;
			data.setUint16(word, steps | (bit << 15), true);
			word += 2;
		}
		return at + QUANTISED_POSE_BYTES;
	}

	#writeQuantisedVelocity(at: number, { linearVelocities, angularVelocities }: PoseSample, bone: number): number {
		for (let part = 0; part < 3; part++) {
			this.#data.setInt16(at + part * 2, clampedInt16(linearVelocities[bone * 3 + part]! * VELOCITY_STEPS), true);
			this.#data.setInt16(
				at + QUANTISED_ANGULAR_AT + part * 2,
				clampedInt16(angularVelocities[bone * 3 + part]! * ANGULAR_STEPS),
				true,
			);
		}
		return at + QUANTISED_VELOCITY_BYTES;
	}
}

function isWholeSkeleton(sample: PoseSample): sample is PoseSample & { readonly skeleton: SkeletonType } {
	return sample.skeleton !== undefined && sample.boneCount === SKELETON_SHAPES[sample.skeleton].boneCount;
}

/** The nearest whole number, halves upwards: exact, since both ends test against the same bytes. */
function nearest(value: number): number {
	return Math.floor(value + 0.5);
}

function clampedInt16(value: number): number {
	return Math.min(INT16_MAX, Math.max(-INT16_MAX, nearest(value)));
}

function finite(value: number): number {
	return Number.isFinite(value) ? value : 0;
}

function isMoving({ linearVelocities: v, angularVelocities: w }: PoseSample, bone: number): boolean {
	const at = bone * 3;
	return Number.isFinite(v[at]! + v[at + 1]! + v[at + 2]! + w[at]! + w[at + 1]! + w[at + 2]!);
}

/**
 * The bone that the others are measured from: the root of a body, the palm of a hand. -1: none is
 * tracked.
 */
function firstSendable(sample: PoseSample): number {
	for (let bone = 0; bone < sample.boneCount; bone++) if (isSendable(sample, bone)) return bone;
	return -1;
}

function reaches(sample: PoseSample, origin: number): boolean {
	for (let bone = 0; bone < sample.boneCount; bone++) {
		if (!isSendable(sample, bone)) continue;
		for (let part = 0; part < 3; part++) {
			const distance = sample.positions[bone * 3 + part]! - sample.positions[origin * 3 + part]!;
			if (!(Math.abs(nearest(distance * POSITION_STEPS)) <= INT16_MAX)) return false;
		}
	}
	return true;
}
