import { MAX_AXES, MAX_BUTTONS, type PoseSample } from "../skeleton/pose-sample.ts";
import { BinaryReader } from "./binary-reader.ts";
import type { BoneLinks } from "./linked-bones.ts";
import { LinkedSkeletonDecoder } from "./linked-skeleton-decoder.ts";
import { DECODED, type DecodeResult, ignored } from "./parse-result.ts";
import { faultOfLength, faultOfPose, REFUSED } from "./refusals.ts";
import { SkeletonDecoder } from "./skeleton-decoder.ts";
import type { StreamLayouts } from "./stream-layout.ts";
import {
	BUTTON_BITS_BYTES,
	FLAG,
	FOV_BYTES,
	HEADER,
	HEADER_BYTES,
	KIND,
	MAGIC,
	MAX_BYTES,
	POSE_BYTES,
	VELOCITY_BYTES,
	VERSION,
} from "./tracking-format.ts";

/**
 * Reads the binary messages of one client's `tracking` channel, linked ones too: it remembers how
 * far their bones are apart.
 */
export class TrackingDecoder {
	readonly #decoder = new MessageDecoder();
	readonly #memory = new Map<number, BoneLinks>();

	/**
	 * Reads a message as `decodeTrackingBinary` does. A bone whose distance is not known yet,
	 * because the messages with it were lost, is not tracked.
	 */
	decode(bytes: Uint8Array, into: PoseSample, layouts?: StreamLayouts): DecodeResult {
		return this.#decoder.decode(bytes, into, layouts, this.#memory);
	}
}

/**
 * Reads one binary message of the `tracking` channel into `into`, without allocating. Never throws.
 * Unknown versions, kinds and skeletons are ignored, and so are the appendices of unknown flags;
 * linked messages are refused.
 *
 * @param into left as it was, to the last number, unless the result is a `message`.
 */
export function decodeTrackingBinary(bytes: Uint8Array, into: PoseSample, layouts?: StreamLayouts): DecodeResult {
	return sharedDecoder.decode(bytes, into, layouts, undefined);
}

/** Reads messages of every kind. Nothing of a message stays in it between calls. */
class MessageDecoder {
	readonly #reader = new BinaryReader();
	readonly #skeletons = new SkeletonDecoder(this.#reader);
	readonly #linked = new LinkedSkeletonDecoder(this.#reader);

	decode(
		bytes: Uint8Array,
		into: PoseSample,
		layouts: StreamLayouts | undefined,
		memory: Map<number, BoneLinks> | undefined,
	): DecodeResult {
		if (bytes.byteLength < HEADER_BYTES) return REFUSED.short;
		if (bytes[HEADER.magic] !== MAGIC) return REFUSED.magic;
		const version = bytes[HEADER.version] ?? 0;
		if (version === 0) return REFUSED.version;
		if (version > VERSION) return ignored(`version ${version}`);
		const kind = bytes[HEADER.kind] ?? 0;
		if (kind < KIND.head || kind > KIND.skeletonLinked) return ignored(`kind ${kind}`);
		if (bytes.byteLength > MAX_BYTES) return REFUSED.long;
		this.#reader.begin(bytes);
		if (!Number.isFinite(this.#reader.clientTimeMs)) return REFUSED.time;
		switch (kind) {
			case KIND.head:
				return decodeHead(this.#reader, into);
			case KIND.controller:
				return decodeController(this.#reader, into);
			case KIND.skeletonLinked:
				return this.#linked.decode(into, layouts, memory);
			default:
				return this.#skeletons.decode(into, kind, layouts);
		}
	}
}

const sharedDecoder = new MessageDecoder();

function decodeHead(reader: BinaryReader, into: PoseSample): DecodeResult {
	const { flags, data } = reader;
	if (reader.count !== 1) return REFUSED.wrongCount;
	const velocityAt = HEADER_BYTES + POSE_BYTES;
	const fovAt = velocityAt + (flags & FLAG.velocity ? VELOCITY_BYTES : 0);
	const end = fovAt + (flags & FLAG.extra ? FOV_BYTES : 0);
	const fault = faultOfLength(reader, end, KIND.head) ?? faultOfPose(reader, HEADER_BYTES);
	if (fault !== undefined) return fault;
	if (flags & FLAG.velocity && !reader.areFinite(velocityAt, 6)) return REFUSED.velocity;
	if (flags & FLAG.extra && !reader.areFinite(fovAt, 2)) return REFUSED.fov;
	into.reset(1);
	into.kind = "head";
	reader.readHeader(into);
	into.positionTracked = (flags & FLAG.noPosition) === 0;
	reader.readPose(HEADER_BYTES, into, 0);
	if (!into.positionTracked) into.positions.fill(0, 0, 3);
	if (flags & FLAG.velocity) reader.readVelocity(velocityAt, into, 0);
	if (flags & FLAG.extra) {
		into.horizontalFovDeg = data.getFloat32(fovAt, true);
		into.verticalFovDeg = data.getFloat32(fovAt + 4, true) || Number.NaN;
	}
	return DECODED;
}

function decodeController(reader: BinaryReader, into: PoseSample): DecodeResult {
	const { flags, data } = reader;
	const buttonCount = data.getUint8(HEADER.count);
	const axisCount = data.getUint8(HEADER.axisCount);
	if (buttonCount > MAX_BUTTONS || axisCount > MAX_AXES) return REFUSED.wrongCount;
	const velocityAt = HEADER_BYTES + POSE_BYTES;
	const aimAt = velocityAt + (flags & FLAG.velocity ? VELOCITY_BYTES : 0);
	const buttonsAt = aimAt + (flags & FLAG.extra ? POSE_BYTES : 0);
	const valuesAt = buttonsAt + BUTTON_BITS_BYTES;
	const end = valuesAt + (buttonCount + axisCount) * 4;
	const fault =
		faultOfLength(reader, end, KIND.controller) ??
		faultOfPose(reader, HEADER_BYTES) ??
		(flags & FLAG.extra ? faultOfPose(reader, aimAt) : undefined);
	if (fault !== undefined) return fault;
	if (flags & FLAG.velocity && !reader.areFinite(velocityAt, 6)) return REFUSED.velocity;
	if (!reader.areFinite(valuesAt, buttonCount + axisCount)) return REFUSED.buttons;
	into.reset(flags & FLAG.extra ? 2 : 1);
	into.kind = "controller";
	reader.readHeader(into);
	const hand = reader.subtype;
	into.hand = hand === 1 ? "left" : hand === 2 ? "right" : undefined;
	reader.readPose(HEADER_BYTES, into, 0);
	if (flags & FLAG.extra) reader.readPose(aimAt, into, 1);
	if (flags & FLAG.velocity) reader.readVelocity(velocityAt, into, 0);
	const { controls } = into;
	controls.buttonCount = buttonCount;
	controls.axisCount = axisCount;
	controls.pressed = data.getUint32(buttonsAt, true);
	controls.touched = data.getUint32(buttonsAt + 4, true);
	for (let index = 0; index < buttonCount; index++)
		controls.buttons[index] = data.getFloat32(valuesAt + index * 4, true);
	for (let index = 0; index < axisCount; index++)
		controls.axes[index] = data.getFloat32(valuesAt + (buttonCount + index) * 4, true);
	return DECODED;
}
