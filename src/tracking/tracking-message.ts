import type { Quaternion } from "../media/rotation.ts";
import { clampFovDeg, type HeadPose, rotationFromWire, type Vector3 } from "./head-pose.ts";
import { ignored, isFiniteNumber, isNumberArray, type ParseResult, parseJsonObject, refused, understood } from "./parse-result.ts";

/** One message of the `tracking` channel. Skeletons and controllers will be further members. */
export type TrackingMessage = HeadMessage;

/** A head pose of one stream. */
export interface HeadMessage {
	readonly type: "head";
	/** Which of the client's streams, 0 to 65535; a client with one head leaves it at 0. */
	readonly stream: number;
	readonly pose: HeadPose;
}

const UINT16_MAX = 0xffff;
const UINT32_MAX = 0xffffffff;

/**
 * The JSON of a head pose, version 1: `{type:"head", s, n, t, p?, q, v?, w?, fov?}` with `s` stream, `n` sequence, `t` client time in
 * milliseconds, `p` position, `q` orientation xyzw, `v` and `w` linear and angular velocity, `fov` [horizontal, vertical] degrees. About 120
 * bytes, so that it always travels in one packet.
 *
 * @param verticalFovDeg for servers that draw views which are not made of square pixels; ours follows the horizontal one.
 */
export function encodeHeadMessage(pose: HeadPose, stream = 0, verticalFovDeg?: number): string {
	const { position, linearVelocity, angularVelocity, fovDeg } = pose;
	return JSON.stringify({
		type: "head",
		s: stream,
		n: pose.sequence,
		t: rounded(pose.clientTimeMs, 100),
		p: position && roundedAll(position),
		q: roundedAll(pose.orientation),
		v: linearVelocity && roundedAll(linearVelocity),
		w: angularVelocity && roundedAll(angularVelocity),
		fov:
			fovDeg === undefined
				? undefined
				: [fovDeg, ...(verticalFovDeg === undefined ? [] : [verticalFovDeg])].map((deg) => rounded(deg, 1000)),
	});
}

/** Reads one text message of the `tracking` channel. Fields it does not know are skipped; `fov` may leave its second number out. */
export function parseTrackingMessage(text: string): ParseResult<TrackingMessage> {
	const fields = parseJsonObject(text);
	if (fields === undefined) return refused("it is not a JSON object");
	const { type, s: stream = 0, n: sequence, t: clientTimeMs, q, p, v, w, fov } = fields;
	if (typeof type !== "string") return refused("`type` is not a string");
	if (type !== "head") return ignored(type);
	if (!isUnsigned(stream, UINT16_MAX)) return refused("`s` is not a whole number from 0 to 65535");
	if (!isUnsigned(sequence, UINT32_MAX)) return refused("`n` is not a whole number of 32 bits");
	if (!isFiniteNumber(clientTimeMs)) return refused("`t` is not a finite number");
	if (!isNumberArray(q, 4)) return refused("`q` is not four finite numbers");
	const orientation = rotationFromWire(...(q as unknown as Quaternion));
	if (orientation === undefined) return refused("the length of `q` is not within 0.9 to 1.1");
	if (!isOptionalVector(p)) return refused("`p` is not three finite numbers");
	if (!isOptionalVector(v)) return refused("`v` is not three finite numbers");
	if (!isOptionalVector(w)) return refused("`w` is not three finite numbers");
	if (fov !== undefined && !isNumberArray(fov, 2) && !isNumberArray(fov, 1)) return refused("`fov` is not one or two finite numbers");
	return understood({
		type,
		stream,
		pose: {
			sequence,
			clientTimeMs,
			orientation,
			...(p && { position: p }),
			...(v && { linearVelocity: v }),
			...(w && { angularVelocity: w }),
			...(fov && { fovDeg: clampFovDeg(fov[0]!) }),
		},
	});
}

function isUnsigned(value: unknown, max: number): value is number {
	return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;
}

/** Poses are kept in single precision, where a number beyond it would become infinite. */
function isOptionalVector(value: unknown): value is Vector3 | undefined {
	return value === undefined || (isNumberArray(value, 3) && value.every((part) => Number.isFinite(Math.fround(part))));
}

/** A millionth of a metre, or 1e-6 of a quaternion's part (0.0001 degrees), is far below what any tracker resolves. */
function roundedAll(numbers: readonly number[]): number[] {
	return numbers.map((value) => rounded(value, 1e6));
}

function rounded(value: number, perUnit: number): number {
	return Math.round(value * perUnit) / perUnit;
}
