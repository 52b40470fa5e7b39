import { findUserData, insertBeforeSlices, userDataUnit } from "../media/h264-sei.ts";
import { PICTURE_LENSES } from "../media/viewer-lens.ts";
import { rotationFromWire } from "./bone-validity.ts";
import {
	checkedFoveation,
	checkedFrustum,
	checkedSurround,
	type FrameMessage,
	type FrameTimes,
} from "./frame-message.ts";
import { ignored, type ParseResult, refused, understood } from "./parse-result.ts";

/** The UUID of our user data in SEI messages: 9b5e6f0c-7d1a-4e53-a0b8-70616e6f677a. */
const STAMP_UUID = Uint8Array.of(
	...[0x9b, 0x5e, 0x6f, 0x0c, 0x7d, 0x1a, 0x4e, 0x53],
	...[0xa0, 0xb8, 0x70, 0x61, 0x6e, 0x6f, 0x67, 0x7a],
);

const STAMP_VERSION = 1;

/** Places of the fixed part, bytes, little endian. */
const AT = { version: 0, flags: 1, lens: 2, eyes: 3, rtp: 4, pose: 8, q: 12, fov: 28, draw: 32, times: 40 } as const;
const FIXED_BYTES = 56;
const FLAG = { surround: 1, frusta: 2, foveation: 4 } as const;

const SURROUND_BYTES = 8;
const FRUSTUM_NUMBERS = 8;
const FOVEATION_NUMBERS = 4;
const MAX_STAMP_BYTES = FIXED_BYTES + SURROUND_BYTES + 4 * (2 * FRUSTUM_NUMBERS + FOVEATION_NUMBERS);

/** Stages whose times are differences from the beginning of drawing, in their order. */
const STAGES = ["panoramaMs", "poseMs", "drawnMs", "encodedMs"] as const;
/** Steps of these differences in a millisecond. */
const STEPS = 100;
const UNKNOWN_STEPS = -(2 ** 31);

/**
 * The binary form of a frame message, in the encoded picture itself: 56 to 144 bytes. `sent` is not
 * known inside of a picture.
 */
export function encodeFrameStamp(message: FrameMessage): Uint8Array<ArrayBuffer> {
	const { surround, frusta, foveation, times } = message;
	const bytes = new Uint8Array(MAX_STAMP_BYTES);
	const data = new DataView(bytes.buffer);
	data.setUint8(AT.version, STAMP_VERSION);
	const flags = (surround ? FLAG.surround : 0) | (frusta ? FLAG.frusta : 0) | (foveation ? FLAG.foveation : 0);
	data.setUint8(AT.flags, flags);
	data.setUint8(AT.lens, PICTURE_LENSES.indexOf(message.lens));
	data.setUint8(AT.eyes, message.eyes);
	data.setUint32(AT.rtp, message.rtpTicks, true);
	data.setUint32(AT.pose, message.poseSequence, true);
	putFloats(data, AT.q, message.orientation);
	data.setFloat32(AT.fov, message.fovDeg, true);
	putTimes(data, times);
	let at = FIXED_BYTES;
	if (surround !== undefined) {
		data.setUint16(at, surround.width, true);
		data.setUint16(at + 2, surround.height, true);
		data.setUint8(at + 4, surround.cuts);
		data.setUint8(at + 5, surround.gap);
		at += SURROUND_BYTES;
	}
	for (const { left, right, up, down, headFromEye = [0, 0, 0, 1] } of frusta ?? [])
		at = putFloats(data, at, [left, right, up, down, ...headFromEye]);
	if (foveation !== undefined) at = putFloats(data, at, [...foveation.gaze, ...foveation.strength]);
	return bytes.slice(0, at);
}

/**
 * Reads the binary form of a frame message. A later version is ignored; bytes behind those that are
 * known are skipped.
 */
export function parseFrameStamp(bytes: Uint8Array): ParseResult<FrameMessage> {
	const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (bytes.length < 1) return refused("the stamp is empty");
	const version = data.getUint8(AT.version);
	if (version !== STAMP_VERSION) return ignored(`stamp ${version}`);
	if (bytes.length < FIXED_BYTES) return refused("the stamp ends early");
	const flags = data.getUint8(AT.flags);
	const eyes = data.getUint8(AT.eyes);
	if (eyes !== 1 && eyes !== 2) return refused("`eyes` is neither 1 nor 2");
	const has = (flag: number) => (flags & flag) !== 0;
	const surroundAt = FIXED_BYTES;
	const frustaAt = surroundAt + (has(FLAG.surround) ? SURROUND_BYTES : 0);
	const foveationAt = frustaAt + (has(FLAG.frusta) ? 4 * FRUSTUM_NUMBERS * eyes : 0);
	const end = foveationAt + (has(FLAG.foveation) ? 4 * FOVEATION_NUMBERS : 0);
	if (bytes.length < end) return refused("the stamp ends early");

	const [x = 0, y = 0, z = 0, w = 0] = floats(data, AT.q, 4);
	const orientation = rotationFromWire(x, y, z, w);
	if (orientation === undefined) return refused("the length of `q` is not within 0.9 to 1.1");
	const fovDeg = data.getFloat32(AT.fov, true);
	if (!Number.isFinite(fovDeg)) return refused("`fov` is not a finite number");
	const surround = has(FLAG.surround) ? readSurround(data, surroundAt) : undefined;
	if (has(FLAG.surround) && surround === undefined) return refused("`surround` is not as the protocol says");
	const frusta = has(FLAG.frusta)
		? Array.from({ length: eyes }, (_, eye) => readFrustum(data, frustaAt + 4 * FRUSTUM_NUMBERS * eye))
		: [];
	const known = frusta.filter((frustum) => frustum !== undefined);
	if (known.length < frusta.length) return refused("`frusta` is not a frustum for each eye");
	const foveation = has(FLAG.foveation) ? checkedFoveation(floats(data, foveationAt, FOVEATION_NUMBERS)) : undefined;
	if (has(FLAG.foveation) && foveation === undefined) return refused("`foveation` is not as the protocol says");
	return understood({
		rtpTicks: data.getUint32(AT.rtp, true),
		poseSequence: data.getUint32(AT.pose, true),
		orientation,
		fovDeg,
		eyes,
		lens: PICTURE_LENSES[data.getUint8(AT.lens)] ?? "custom",
		...(known.length > 0 && { frusta: known }),
		...(foveation && { foveation }),
		...(surround && { surround }),
		times: readTimes(data),
	});
}

/**
 * Puts a stamp into an access unit, in front of its first slice.
 *
 * @param accessUnit H.264 Annex B. Borrowed.
 * @returns a new access unit, 81 to some 200 bytes longer.
 */
export function stampAccessUnit(accessUnit: Uint8Array<ArrayBuffer>, message: FrameMessage): Uint8Array<ArrayBuffer> {
	return insertBeforeSlices(accessUnit, userDataUnit(STAMP_UUID, encodeFrameStamp(message)));
}

/**
 * Reads the stamp of an access unit: of an `RTCEncodedVideoFrame`, or of a recording.
 *
 * @param accessUnit H.264 Annex B. Borrowed.
 * @returns the first one that is understood; `undefined`: there is none.
 */
export function frameStampOf(accessUnit: Uint8Array): FrameMessage | undefined {
	for (const data of findUserData(accessUnit, STAMP_UUID)) {
		const result = parseFrameStamp(data);
		if (result.kind === "message") return result.message;
	}
	return undefined;
}

function putFloats(data: DataView, at: number, numbers: readonly number[]): number {
	for (const [index, number] of numbers.entries()) data.setFloat32(at + 4 * index, number, true);
	return at + 4 * numbers.length;
}

function floats(data: DataView, at: number, count: number): number[] {
	return Array.from({ length: count }, (_, index) => data.getFloat32(at + 4 * index, true));
}

function putTimes(data: DataView, times: FrameTimes): void {
	const { drawMs = Number.NaN } = times;
	data.setFloat64(AT.draw, drawMs, true);
	for (const [index, stage] of STAGES.entries()) {
		const steps = Math.round(((times[stage] ?? Number.NaN) - drawMs) * STEPS);
		data.setInt32(AT.times + 4 * index, Math.abs(steps) < 2 ** 31 ? steps : UNKNOWN_STEPS, true);
	}
}

function readTimes(data: DataView): FrameTimes {
	const drawMs = data.getFloat64(AT.draw, true);
	if (!Number.isFinite(drawMs)) return {};
	const known = STAGES.map((stage, index) => [stage, data.getInt32(AT.times + 4 * index, true)] as const)
		.filter(([, steps]) => steps !== UNKNOWN_STEPS)
		.map(([stage, steps]) => [stage, drawMs + steps / STEPS] as const);
	return { drawMs, ...Object.fromEntries(known) };
}

function readSurround(data: DataView, at: number): FrameMessage["surround"] {
	const numbers = [
		data.getUint16(at, true),
		data.getUint16(at + 2, true),
		data.getUint8(at + 4),
		data.getUint8(at + 5),
	];
	return checkedSurround(numbers);
}

function readFrustum(data: DataView, at: number): NonNullable<FrameMessage["frusta"]>[number] | undefined {
	const q = floats(data, at + 16, 4);
	return checkedFrustum(floats(data, at, 4), q[3] === 1 ? undefined : q);
}
