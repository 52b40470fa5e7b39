/*
 * The `tracking` channel's binary messages, version 1: docs/protocol.md has the tables. Little
 * endian. A header of 24 bytes, then, each only if its flag is set or its kind has it: validity
 * mask, poses, velocities, field of view, aim, buttons.
 */

/** First byte of every message. */
export const MAGIC = 0xb6;
/** The version that is written, and the newest that is read. */
export const VERSION = 1;
/** Longest message: every bone with its velocity, and room for what later versions append. */
export const MAX_BYTES = 8192;
/** Most streams whose linked bones one end remembers. */
export const MAX_LINKED_STREAMS = 16;

/**
 * `f32`: floats of 32 bits. `q16`: skeletons at 12 bytes a bone, to 0.05 mm and 0.007 degrees, so
 * that a whole body fits into one packet. `linked`: at 5 bytes for each bone that keeps its
 * distance from its parent, to 0.5 mm and 0.05 degrees, so that a whole body leaves room for others
 * on a lossy path; for a `TrackingDecoder`, which remembers the distances.
 */
export type BinaryEncoding = "f32" | "q16" | "linked";

/** Places of the header's fields, bytes from the beginning. */
export const HEADER = {
	magic: 0,
	version: 1,
	kind: 2,
	/** Skeleton (-1 none) or hand (0 unknown, 1 left, 2 right). */
	subtype: 3,
	stream: 4,
	/** Bones; of a controller its buttons in this byte and its axes in the next. */
	count: 6,
	axisCount: 7,
	sequence: 8,
	flags: 12,
	timeMs: 16,
} as const;
/** Length of the header. */
export const HEADER_BYTES = 24;

/** Kinds of messages. */
export const KIND = { head: 1, skeletonF32: 2, skeletonQ16: 3, controller: 4, skeletonLinked: 5 } as const;

/** Bits of a header's flags. */
export const FLAG = {
	highConfidence: 1,
	parentSpace: 2,
	validityMask: 4,
	velocity: 8,
	/** A head: the field of view follows. A controller: the pose in which it aims follows. */
	extra: 16,
	/** A head: it has no position, its bytes are 0. */
	noPosition: 32,
	/** The RTP time of the picture on the screen follows, behind all other parts. */
	seen: 64,
} as const;

const COMMON_FLAGS = FLAG.highConfidence | FLAG.velocity | FLAG.seen;
const SKELETON_FLAGS = COMMON_FLAGS | FLAG.parentSpace | FLAG.validityMask;
/**
 * Flags of each kind. Others belong to later versions, which may append bytes that earlier ones
 * skip.
 */
export const KNOWN_FLAGS: readonly number[] = [
	0,
	COMMON_FLAGS | FLAG.extra | FLAG.noPosition,
	SKELETON_FLAGS,
	SKELETON_FLAGS,
	COMMON_FLAGS | FLAG.extra,
	SKELETON_FLAGS,
];

/** Bit of a linked bone's fifth byte: its offset follows. The bit above belongs to later forms. */
export const HAS_OFFSET = 0x40;
/** Largest fifth byte of a linked bone that this version reads. */
export const MAX_LINKED_HIGH = 0x7f;

/** Position (three floats), then rotation (four). */
export const POSE_BYTES = 28;
/** Place of the rotation within a pose. */
export const ROTATION_AT = 12;
/** Position (three steps of 16 bits), then rotation (three). */
export const QUANTISED_POSE_BYTES = 12;
/** Place of the rotation within a quantised pose. */
export const QUANTISED_ROTATION_AT = 6;
/** Three floats. */
export const ORIGIN_BYTES = 12;
/** Linear (three floats), then angular (three). */
export const VELOCITY_BYTES = 24;
/** Place of the angular velocity within velocities. */
export const ANGULAR_AT = 12;
/** Linear (three steps of 16 bits), then angular (three). */
export const QUANTISED_VELOCITY_BYTES = 12;
/** Place of the angular velocity within quantised velocities. */
export const QUANTISED_ANGULAR_AT = 6;
/** Horizontal and vertical field of view, floats. */
export const FOV_BYTES = 8;
/** A controller's pressed and touched buttons, 32 bits each. */
export const BUTTON_BITS_BYTES = 8;
/** The RTP time of the picture on the screen, 32 bits. */
export const SEEN_BYTES = 4;

/** Steps of a quantised position: 0.1 mm. */
export const POSITION_STEPS = 10_000;
/** Steps of a quantised linear velocity: 1 mm/s. */
export const VELOCITY_STEPS = 1000;
/** Steps of a quantised angular velocity: 1/500 rad/s. */
export const ANGULAR_STEPS = 500;

/**
 * The three smallest parts of a quaternion lie within +-1/sqrt(2): 16383 steps either side of 0,
 * which is exact.
 */
export const ROTATION_ZERO = 16383;
/** One step of a quantised rotation. */
export const ROTATION_STEP: number = Math.SQRT1_2 / ROTATION_ZERO;

/** Length of the validity mask of so many bones: whole words of 32 bits. */
export function maskBytes(count: number): number {
	return Math.ceil(count / 32) * 4;
}
