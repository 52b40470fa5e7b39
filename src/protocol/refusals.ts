import type { BinaryReader } from "./binary-reader.ts";
import { type DecodeResult, refused } from "./parse-result.ts";
import { FLAG, KNOWN_FLAGS, MAX_BYTES, ROTATION_AT, SEEN_BYTES } from "./tracking-format.ts";

/** Why binary messages are refused; made once, so that none is allocated for each message. */
export const REFUSED = {
	short: refused("it is shorter than its header"),
	long: refused(`it is longer than ${MAX_BYTES} bytes`),
	magic: refused("its first byte is not that of a tracking message"),
	version: refused("its version is 0"),
	time: refused("its time is not a finite number"),
	noBones: refused("it has no bones"),
	tooManyBones: refused("it has more bones than its skeleton"),
	wrongCount: refused("its count is not that of its kind"),
	wrongList: refused("it has not as many bones as its stream has announced"),
	badList: refused("its stream has announced bones that its skeleton does not have"),
	truncated: refused("it ends early"),
	oversized: refused("it goes on after its end"),
	position: refused("a position is not finite"),
	rotation: refused("the length of a rotation is not within 0.9 to 1.1"),
	velocity: refused("a velocity is not finite"),
	fov: refused("its field of view is not finite"),
	buttons: refused("a button or an axis is not finite"),
	noMemory: refused("its bones hang on those of earlier messages, which were not kept"),
	noTable: refused("its skeleton has no table of parents"),
	linkedList: refused("it is linked, and its stream has announced an order of its own"),
	offset: refused("the form of an offset is unknown"),
	streams: refused("too many streams are linked"),
} as const satisfies Record<string, DecodeResult>;

/**
 * @returns why a message can't be as long as it is, `undefined` if it can.
 * @param partsEnd end of the parts of its kind; the reader is given the place of what follows them
 */
export function faultOfLength(reader: BinaryReader, partsEnd: number, kind: number): DecodeResult | undefined {
	const { length, flags } = reader;
	reader.seenAt = partsEnd;
	const end = partsEnd + (flags & FLAG.seen ? SEEN_BYTES : 0);
	if (length < end) return REFUSED.truncated;
	return length > end && (flags & ~(KNOWN_FLAGS[kind] ?? 0)) === 0 ? REFUSED.oversized : undefined;
}

/** @returns why the pose of seven floats at `at` can't be used, `undefined` if it can. */
export function faultOfPose(reader: BinaryReader, at: number): DecodeResult | undefined {
	if (!reader.areFinite(at, 3)) return REFUSED.position;
	return reader.isRotation(at + ROTATION_AT) ? undefined : REFUSED.rotation;
}
