import { MAX_BONES, type PoseSample } from "../skeleton/pose-sample.ts";
import { SKELETON_SHAPES, type SkeletonType } from "../skeleton/tables/skeleton-shape.ts";

/*
 * The part of the linked form that both ends share. Bones of a body keep their distance from the
 * bone that they hang on. Most are sent as a rotation only, and their position follows from it. A
 * bone's offset is sent when the other end does not have it, and in every tenth message anyway, so
 * that a lost message is made good within ten.
 */

/** Bytes of a linked bone's rotation and flags. */
export const LINKED_ROTATION_BYTES = 5;
/** Bytes of a linked bone's offset. */
export const OFFSET_BYTES = 6;
/** Steps of an offset: 0.1 mm. */
const OFFSET_STEPS = 10_000;
const INT16_MAX = 32767;

/**
 * The three smallest parts of a quaternion in 12 bits each: 2047 steps either side of 0, right to
 * 0.05 degrees.
 */
const PART_ZERO = 2047;
const PART_STEP = Math.SQRT1_2 / PART_ZERO;
const TWELVE_BITS = 0xfff;
/** The bound of `MAX_SQUARES` for the linked form, whose steps are eight times as long. */
const MAX_LINKED_SQUARES = 0.7506;

/** A bone further than this from where the other end would put it gets its offset sent, metres. */
const TOLERANCE = 0.0005;
/** Each message has the offsets of every tenth bone, in turn. */
const REFRESH_SHARE = 10;

/** The first messages have all offsets, so that at least one of these messages arrives. */
const WHOLE_MESSAGES = 3;

const ORIGIN = -1;
const UNKNOWN = -2;

/**
 * Memory of one end for one stream: the bone that each bone hangs on, and its offset from it.
 * Changes with each message that was sent or understood.
 */
export class BoneLinks {
	/** Steps of 0.1 mm, x y z of each bone, in the axes of the bone it hangs on. */
	readonly offsets = new Int16Array(MAX_BONES * 3);
	/** The bone that each hangs on; -1: on the message's origin, -2: its offset is not known. */
	readonly bases = new Int8Array(MAX_BONES).fill(UNKNOWN);
	#skeleton: SkeletonType | undefined;
	#parentSpace = false;
	/** The next bone whose offset is sent in turn. */
	turn = 0;
	/** Messages since the beginning. */
	count = 0;

	/** Forgets the links of another skeleton, or of another space. */
	begin(skeleton: SkeletonType, parentSpace: boolean): void {
		if (skeleton === this.#skeleton && parentSpace === this.#parentSpace) return;
		this.forget();
		this.#skeleton = skeleton;
		this.#parentSpace = parentSpace;
	}

	/** Forgets all links. */
	forget(): void {
		this.bases.fill(UNKNOWN);
		this.turn = 0;
		this.count = 0;
	}
}

/**
 * Finds the bone that a bone hangs on.
 *
 * @returns the nearest tracked ancestor; -1 if there is none, or if poses are relative to parents.
 */
export function baseOf(bone: number, parents: readonly number[], tracked: Uint8Array, parentSpace: boolean): number {
	if (parentSpace) return ORIGIN;
	let base = parents[bone]!;
	while (base >= 0 && tracked[base] !== 1) base = parents[base]!;
	return base;
}

/**
 * Places a bone by its offset and the bone that it hangs on.
 *
 * @param positions of the bones before it; its own is written.
 * @param origin x y z
 * @returns false if its offset is not known.
 */
export function placeLinkedBone(
	bone: number,
	base: number,
	links: BoneLinks,
	origin: Float32Array,
	positions: Float32Array,
	rotations: Float32Array,
	placed: Uint8Array,
): boolean {
	if (links.bases[bone] !== base || (base !== ORIGIN && placed[base] !== 1)) return false;
	const at = bone * 3;
	const x = links.offsets[at]! / OFFSET_STEPS;
	const y = links.offsets[at + 1]! / OFFSET_STEPS;
	const z = links.offsets[at + 2]! / OFFSET_STEPS;
	if (base === ORIGIN) {
		positions[at] = origin[0]! + x;
		positions[at + 1] = origin[1]! + y;
		positions[at + 2] = origin[2]! + z;
		return true;
	}
	const qx = rotations[base * 4]!;
	const qy = rotations[base * 4 + 1]!;
	const qz = rotations[base * 4 + 2]!;
	const qw = rotations[base * 4 + 3]!;
	const tx = 2 * (qy * z - qz * y);
	const ty = 2 * (qz * x - qx * z);
	const tz = 2 * (qx * y - qy * x);
	positions[at] = positions[base * 3]! + x + qw * tx + qy * tz - qz * ty;
	positions[at + 1] = positions[base * 3 + 1]! + y + qw * ty + qz * tx - qx * tz;
	positions[at + 2] = positions[base * 3 + 2]! + z + qw * tz + qx * ty - qy * tx;
	return true;
}

/** @returns whether three parts of 12 bits leave something for the fourth, which is the largest. */
export function isLinkedRotation(low: number, high: number): boolean {
	const a = firstPart(low);
	const b = secondPart(low);
	const c = thirdPart(low, high);
	return a * a + b * b + c * c <= MAX_LINKED_SQUARES;
}

/** Reads 38 bits: three parts of 12 and the place of the fourth. */
export function unpackRotation(low: number, high: number, rotations: Float32Array, bone: number): void {
	const a = firstPart(low);
	const b = secondPart(low);
	const c = thirdPart(low, high);
	const largest = (high >> 4) & 3;
	const rest = Math.sqrt(1 - a * a - b * b - c * c);
	const to = bone * 4;
	rotations[to] = largest === 0 ? rest : a;
	rotations[to + 1] = largest === 1 ? rest : largest === 0 ? a : b;
	rotations[to + 2] = largest === 2 ? rest : largest === 3 ? c : b;
	rotations[to + 3] = largest === 3 ? rest : c;
}

function firstPart(low: number): number {
	return ((low & TWELVE_BITS) - PART_ZERO) * PART_STEP;
}

function secondPart(low: number): number {
	return (((low >>> 12) & TWELVE_BITS) - PART_ZERO) * PART_STEP;
}

function thirdPart(low: number, high: number): number {
	return (((low >>> 24) | ((high & 15) << 8)) - PART_ZERO) * PART_STEP;
}

/**
 * Finds out which offsets of a pose have to be sent. It serves all streams of an encoder; nothing
 * stays in it between calls.
 */
export class BoneLinker {
	/** 1 for each bone that is sent. */
	readonly tracked = new Uint8Array(MAX_BONES);
	/** 1 for each bone whose offset is sent. */
	readonly withOffset = new Uint8Array(MAX_BONES);
	/** Bits 0 to 31 of each bone's rotation. */
	readonly low = new Uint32Array(MAX_BONES);
	/** Bits 32 to 37 of each bone's rotation. */
	readonly high = new Uint8Array(MAX_BONES);
	/** The point that bones without a tracked ancestor are measured from. */
	readonly origin = new Float32Array(3);
	/** The pose as the other end will compute it. */
	readonly #rotations = new Float32Array(MAX_BONES * 4);
	readonly #positions = new Float32Array(MAX_BONES * 3);
	readonly #placed = new Uint8Array(MAX_BONES);

	/**
	 * Links the bones of a pose; `tracked` is set before.
	 *
	 * @param links become the memory that the other end will have.
	 * @returns false if an offset is longer than 3.27 m: the result is of no use then.
	 */
	link(sample: PoseSample & { readonly skeleton: SkeletonType }, links: BoneLinks): boolean {
		const { boneCount: count, skeleton, parentSpace } = sample;
		const { parents, parentsFirst } = SKELETON_SHAPES[skeleton];
		const { tracked, withOffset } = this;
		links.begin(skeleton, parentSpace);
		this.#chooseOrigin(sample);
		this.#placed.fill(0, 0, count);
		withOffset.fill(0, 0, count);
		for (let bone = 0; bone < count; bone++) if (tracked[bone] === 1) this.#packRotation(sample.rotations, bone);
		this.#takeTurns(links, count);
		for (let index = 0; index < parentsFirst.length; index++) {
			const bone = parentsFirst[index]!;
			if (tracked[bone] !== 1) continue;
			const base = baseOf(bone, parents, tracked, parentSpace);
			const sent = withOffset[bone] === 1;
			if (sent && !this.#measure(sample, bone, base, links)) return false;
			if (!this.#place(sample, bone, base, links)) {
				withOffset[bone] = 1;
				// The pose's own offset first: of a stiff bone it is the same in every pose,
				// whatever rounding has done to this one.
				if (!sent && !this.#measure(sample, bone, base, links)) return false;
				if (!this.#place(sample, bone, base, links) && !this.#fit(sample, bone, base, links)) return false;
			}
		}
		return true;
	}

	/**
	 * Poses relative to parents are measured from 0, where all but the root are the same in every
	 * message.
	 */
	#chooseOrigin({ positions, parentSpace, boneCount }: PoseSample): void {
		this.origin.fill(0);
		if (parentSpace) return;
		for (let bone = 0; bone < boneCount; bone++) {
			if (this.tracked[bone] !== 1) continue;
			for (let part = 0; part < 3; part++) this.origin[part] = positions[bone * 3 + part]!;
			return;
		}
	}

	#takeTurns(links: BoneLinks, count: number): void {
		let due = links.count++ < WHOLE_MESSAGES ? count : Math.ceil(count / REFRESH_SHARE);
		for (let step = 0; step < count && due > 0; step++) {
			const bone = links.turn;
			links.turn = (bone + 1) % count;
			if (this.tracked[bone] !== 1) continue;
			this.withOffset[bone] = 1;
			due--;
		}
	}

	#packRotation(rotations: Float32Array, bone: number): void {
		const at = bone * 4;
		let largest = 0;
		let squares = 0;
		for (let part = 0; part < 4; part++) {
			squares += rotations[at + part]! ** 2;
			if (Math.abs(rotations[at + part]!) > Math.abs(rotations[at + largest]!)) largest = part;
		}
		const scale = (rotations[at + largest]! < 0 ? -1 : 1) / Math.sqrt(squares);
		let low = 0;
		let high = largest << 4;
		let place = 0;
		for (let part = 0; part < 4; part++) {
			if (part === largest) continue;
			const steps = Math.floor((rotations[at + part]! * scale) / PART_STEP + 0.5) + PART_ZERO;
			if (place < 2) low |= steps << (place * 12);
			else {
				low |= (steps & 255) << 24;
				high |= steps >> 8;
			}
			place++;
		}
		this.low[bone] = low >>> 0;
		this.high[bone] = high;
		unpackRotation(this.low[bone]!, high, this.#rotations, bone);
	}

	/** Places a bone as the other end will. @returns whether it is near enough to where it is. */
	#place({ positions }: PoseSample, bone: number, base: number, links: BoneLinks): boolean {
		const there = this.#positions;
		if (!placeLinkedBone(bone, base, links, this.origin, there, this.#rotations, this.#placed)) return false;
		this.#placed[bone] = 1;
		const x = there[bone * 3]! - positions[bone * 3]!;
		const y = there[bone * 3 + 1]! - positions[bone * 3 + 1]!;
		const z = there[bone * 3 + 2]! - positions[bone * 3 + 2]!;
		return x * x + y * y + z * z <= TOLERANCE * TOLERANCE;
	}

	/** The offset that the pose itself has. */
	#measure({ positions, rotations }: PoseSample, bone: number, base: number, links: BoneLinks): boolean {
		return base === ORIGIN
			? setOffset(links, bone, base, positions, this.origin, 0, rotations)
			: setOffset(links, bone, base, positions, positions, base, rotations);
	}

	/**
	 * The offset with which the other end comes nearest, with all that rounding has done to the
	 * bones before.
	 */
	#fit({ positions }: PoseSample, bone: number, base: number, links: BoneLinks): boolean {
		const done =
			base === ORIGIN
				? setOffset(links, bone, base, positions, this.origin, 0, this.#rotations)
				: setOffset(links, bone, base, positions, this.#positions, base, this.#rotations);
		return done && placeLinkedBone(bone, base, links, this.origin, this.#positions, this.#rotations, this.#placed);
	}
}

/**
 * The offset of a bone from the point at `fromIndex`, in the axes of its base.
 * @returns false when it is too long.
 */
function setOffset(
	links: BoneLinks,
	bone: number,
	base: number,
	positions: Float32Array,
	from: Float32Array,
	fromIndex: number,
	rotations: Float32Array,
): boolean {
	let x = positions[bone * 3]! - from[fromIndex * 3]!;
	let y = positions[bone * 3 + 1]! - from[fromIndex * 3 + 1]!;
	let z = positions[bone * 3 + 2]! - from[fromIndex * 3 + 2]!;
	if (base !== ORIGIN) {
		// By the inverse rotation; devices' quaternions are not exactly of length 1.
		const qx = -rotations[base * 4]!;
		const qy = -rotations[base * 4 + 1]!;
		const qz = -rotations[base * 4 + 2]!;
		const qw = rotations[base * 4 + 3]!;
		const scale = 2 / (qx * qx + qy * qy + qz * qz + qw * qw);
		const tx = scale * (qy * z - qz * y);
		const ty = scale * (qz * x - qx * z);
		const tz = scale * (qx * y - qy * x);
		x += qw * tx + qy * tz - qz * ty;
		y += qw * ty + qz * tx - qx * tz;
		z += qw * tz + qx * ty - qy * tx;
	}
	const at = bone * 3;
	const steps = [x, y, z] as const;
	for (let part = 0; part < 3; part++) {
		const nearest = Math.floor(steps[part]! * OFFSET_STEPS + 0.5);
		if (!(Math.abs(nearest) <= INT16_MAX)) return false;
		links.offsets[at + part] = nearest;
	}
	links.bases[bone] = base;
	return true;
}
