import type { EncodedPacket, PictureGeometry, StageTimes } from "../media/encoded-packet.ts";
import { type Foveation, MAX_FOVEATION_STRENGTH } from "../media/foveation.ts";
import { type EyeFrustum, FRUSTUM_ROUNDING, isFrustum, MAX_FRUSTUM_TANGENT } from "../media/frustum.ts";
import type { EyeCount } from "../media/panorama.ts";
import type { Quaternion } from "../media/rotation.ts";
import { MAX_SURROUND_CUTS, type SurroundSize, surroundTiles } from "../media/surround.ts";
import { PICTURE_LENSES } from "../media/viewer-lens.ts";
import { rotationFromWire } from "./bone-validity.ts";
import {
	ignored,
	isFiniteNumber,
	isNumberArray,
	type JsonObject,
	type ParseResult,
	parseJsonObject,
	refused,
	understood,
} from "./parse-result.ts";

/**
 * Times of the stages of one video frame, milliseconds on the server's monotonic clock: that of
 * `welcome.serverTime` and of the pongs, so that a client that knows its offset can map them to its
 * own. Absent where a stage does not apply or is not known yet.
 */
export interface FrameTimes {
	/** Light fell in, where the source knows it. Stamps in pictures leave it out. */
	readonly capturedMs?: number | undefined;
	/** The source's picture was in memory. */
	readonly panoramaMs?: number | undefined;
	/** The head pose had arrived. */
	readonly poseMs?: number | undefined;
	/** Drawing began: the pose was read. */
	readonly drawMs?: number | undefined;
	readonly drawnMs?: number | undefined;
	readonly encodedMs?: number | undefined;
	/** The first packet left. */
	readonly sentMs?: number | undefined;
}

/**
 * Description of a video frame. It travels as JSON on the unreliable channel `frames`, before or
 * after the frame, or never; and in the encoded picture itself, as a stamp (`frame-stamp.ts`). A
 * client uses it to measure motion-to-photon on its own clock, and to re-project a late frame.
 */
export interface FrameMessage extends PictureGeometry {
	/**
	 * The frame's RTP time stamp, unsigned 32 bits: `rtpTimestamp` of `requestVideoFrameCallback`.
	 */
	readonly rtpTicks: number;
	/** Sequence number of the head pose that the frame was drawn with, 0 before the first. */
	readonly poseSequence: number;
	/** `worldFromView` that it was drawn with. */
	readonly orientation: Quaternion;
	/** Horizontal field of view that it was drawn with, degrees; of the left eye's frustum. */
	readonly fovDeg: number;
	/**
	 * 2: the left eye's view is on top of the right eye's; both are equally high, and the surround,
	 * if there is one, is below them.
	 */
	readonly eyes: EyeCount;
	readonly times: FrameTimes;
}

const UINT32_MAX = 0xffffffff;
/** Longest side of a picture, and most rows of a surround's gap. */
const MAX_SIDE = 16_384;
const MAX_GAP = 15;
/** A tile of a surround is its padding on both sides and at least 4 pixels. */
const MIN_TILE_SIDE = 8;

/**
 * JSON `{type:"frame", rtp, pose, q, fov, eyes, lens, frusta, foveation, surround, t:{captured,
 * panorama, pose, draw, drawn, encoded, sent}}`, 200 to 500 bytes: one packet. `eyes` is left out
 * if it is 1, `lens` if it is flat.
 */
export function encodeFrameMessage(message: FrameMessage): string {
	const { rtpTicks, poseSequence, orientation, fovDeg, eyes, times } = message;
	return JSON.stringify({
		type: "frame",
		rtp: rtpTicks,
		pose: poseSequence,
		q: orientation.map((part) => rounded(part, 1e5)),
		fov: rounded(fovDeg, 1000),
		...(eyes === 2 && { eyes }),
		...geometryToWire(message),
		t: {
			captured: hundredths(times.capturedMs),
			panorama: hundredths(times.panoramaMs),
			pose: hundredths(times.poseMs),
			draw: hundredths(times.drawMs),
			drawn: hundredths(times.drawnMs),
			encoded: hundredths(times.encodedMs),
			sent: hundredths(times.sentMs),
		},
	});
}

/**
 * Describes an encoded frame for the `frames` channel.
 * @param sentSec departure of its first packet, server's monotonic clock; left out: not known yet.
 */
export function frameMessageFromPacket(packet: PacketFacts, sentSec?: number): FrameMessage {
	const { rtpTicks, poseSequence, pose, eyes, stages, lens, frusta, foveation, surround } = packet;
	return {
		rtpTicks,
		poseSequence,
		orientation: pose.worldFromView,
		fovDeg: (pose.fovRad * 180) / Math.PI,
		eyes,
		lens,
		...(frusta && { frusta }),
		...(foveation && { foveation }),
		...(surround && { surround }),
		times: timesFromStages(stages, sentSec),
	};
}

/** Reads one message of the `frames` channel. */
export function parseFrameMessage(text: string): ParseResult<FrameMessage> {
	const fields = parseJsonObject(text);
	if (fields === undefined) return refused("it is not a JSON object");
	const { type, rtp: rtpTicks, pose: poseSequence, q, fov: fovDeg, eyes = 1, t = {} } = fields;
	if (typeof type !== "string") return refused("`type` is not a string");
	if (type !== "frame") return ignored(type);
	if (!isUint32(rtpTicks)) return refused("`rtp` is not a whole number of 32 bits");
	if (!isUint32(poseSequence)) return refused("`pose` is not a whole number of 32 bits");
	if (!isNumberArray(q, 4)) return refused("`q` is not four finite numbers");
	const orientation = rotationFromWire(...(q as unknown as Quaternion));
	if (orientation === undefined) return refused("the length of `q` is not within 0.9 to 1.1");
	if (!isFiniteNumber(fovDeg)) return refused("`fov` is not a finite number");
	if (eyes !== 1 && eyes !== 2) return refused("`eyes` is neither 1 nor 2");
	if (typeof t !== "object" || t === null) return refused("`t` is not an object");
	const geometry = geometryFromWire(fields, eyes);
	if (typeof geometry === "string") return refused(geometry);
	return understood({
		rtpTicks,
		poseSequence,
		orientation,
		fovDeg,
		eyes,
		...geometry,
		times: timesFromWire(t as { readonly [stage: string]: unknown }),
	});
}

/** The parts of a packet that describe its picture. */
export type PacketFacts = Omit<
	EncodedPacket,
	"kind" | "codec" | "accessUnit" | "keyframe" | "width" | "height" | "mediaTimeSec" | "stampSec"
>;

/** Geometry with the parts that a picture does not have left out. */
function geometryToWire({ lens, frusta, foveation, surround }: PictureGeometry): JsonObject {
	return {
		...(lens !== "flat" && { lens }),
		...(frusta && { frusta: frusta.map(frustumToWire) }),
		...(foveation && {
			foveation: {
				gaze: foveation.gaze.map(millionths),
				strength: foveation.strength.map(millionths),
			},
		}),
		...(surround && { surround }),
	};
}

function frustumToWire({ left, right, up, down, headFromEye }: EyeFrustum): JsonObject {
	return {
		left: millionths(left),
		right: millionths(right),
		up: millionths(up),
		down: millionths(down),
		...(headFromEye && { q: headFromEye.map(millionths) }),
	};
}

/** @returns the geometry, or a clause that says which field is not as the protocol says. */
function geometryFromWire(fields: JsonObject, eyes: EyeCount): PictureGeometry | string {
	const { lens: name = "flat", frusta: sides, foveation: squeeze, surround: rows } = fields;
	if (typeof name !== "string") return "`lens` is not a string";
	const lens = PICTURE_LENSES.find((each) => each === name) ?? "custom";
	const frusta = sides === undefined ? undefined : frustaFromWire(sides, eyes);
	if (sides !== undefined && frusta === undefined) return "`frusta` is not a frustum for each eye";
	const foveation = squeeze === undefined ? undefined : foveationFromWire(squeeze);
	if (squeeze !== undefined && foveation === undefined) return "`foveation` is not as the protocol says";
	const surround = rows === undefined ? undefined : surroundFromWire(rows);
	if (rows !== undefined && surround === undefined) return "`surround` is not as the protocol says";
	return { lens, ...(frusta && { frusta }), ...(foveation && { foveation }), ...(surround && { surround }) };
}

function frustaFromWire(value: unknown, eyes: EyeCount): readonly EyeFrustum[] | undefined {
	if (!Array.isArray(value) || value.length !== eyes) return undefined;
	const frusta = value.map(frustumFromWire);
	return frusta.includes(undefined) ? undefined : (frusta as EyeFrustum[]);
}

function frustumFromWire(value: unknown): EyeFrustum | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const { left, right, up, down, q } = value as JsonObject;
	const sides = [left, right, up, down];
	if (!isNumberArray(sides, 4)) return undefined;
	if (q === undefined) return checkedFrustum(sides, undefined);
	return isNumberArray(q, 4) ? checkedFrustum(sides, q) : undefined;
}

/**
 * The frustum that numbers of a frame message state; `undefined`: they are out of bounds.
 * @param sides left, right, up, down. Rounding may have moved them beyond the bounds of a wish.
 * @param q turns the eye's axes into the head's.
 */
export function checkedFrustum(sides: readonly number[], q: readonly number[] | undefined): EyeFrustum | undefined {
	const [left = Number.NaN, right = Number.NaN, up = Number.NaN, down = Number.NaN] = sides;
	const frustum = { left, right, up, down };
	if (!isFrustum(frustum, FRUSTUM_ROUNDING)) return undefined;
	if (q === undefined) return frustum;
	const headFromEye = rotationFromWire(...(q as unknown as Quaternion));
	return headFromEye && { ...frustum, headFromEye };
}

function foveationFromWire(value: unknown): Foveation | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const { gaze, strength } = value as JsonObject;
	if (!(isNumberArray(gaze, 2) && isNumberArray(strength, 2))) return undefined;
	return checkedFoveation([...gaze, ...strength]);
}

/**
 * The foveation of numbers from the wire; `undefined`: they are out of bounds.
 * @param numbers gaze across and down, strength across and down.
 */
export function checkedFoveation(numbers: readonly number[]): Foveation | undefined {
	const [x = Number.NaN, y = Number.NaN, across = Number.NaN, down = Number.NaN] = numbers;
	const isStrength = (value: number) => value >= 0 && value <= MAX_FOVEATION_STRENGTH;
	const isSide = (value: number) => Math.abs(value) <= MAX_FRUSTUM_TANGENT;
	if (!(isSide(x) && isSide(y) && isStrength(across) && isStrength(down))) return undefined;
	return { gaze: [x, y], strength: [across, down] };
}

function surroundFromWire(value: unknown): SurroundSize | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const { width, height, cuts, gap } = value as JsonObject;
	const numbers = [width, height, cuts, gap];
	return isNumberArray(numbers, 4) ? checkedSurround(numbers) : undefined;
}

/**
 * The size of a surround from the wire; `undefined`: no picture has such.
 * @param numbers width, height, cuts, gap.
 */
export function checkedSurround(numbers: readonly number[]): SurroundSize | undefined {
	const [width = Number.NaN, height = Number.NaN, cuts = Number.NaN, gap = Number.NaN] = numbers;
	const isWhole = (value: number, least: number, most: number) =>
		Number.isInteger(value) && value >= least && value <= most;
	if (!(isWhole(width, 1, MAX_SIDE) && isWhole(height, 1, MAX_SIDE))) return undefined;
	if (!(isWhole(cuts, 1, MAX_SURROUND_CUTS) && isWhole(gap, 0, MAX_GAP))) return undefined;
	const size = { width, height, cuts, gap };
	const tiles = surroundTiles(size);
	return tiles.width >= MIN_TILE_SIDE && tiles.height >= MIN_TILE_SIDE ? size : undefined;
}

function timesFromStages(stages: StageTimes, sentSec: number | undefined): FrameTimes {
	return {
		...(!Number.isNaN(stages.capturedSec) && { capturedMs: stages.capturedSec * 1000 }),
		panoramaMs: stages.panoramaReadySec * 1000,
		poseMs: stages.poseReceivedSec * 1000,
		drawMs: stages.drawStartSec * 1000,
		drawnMs: stages.drawEndSec * 1000,
		encodedMs: stages.encodeEndSec * 1000,
		...(sentSec !== undefined && { sentMs: sentSec * 1000 }),
	};
}

function timesFromWire(t: { readonly [stage: string]: unknown }): FrameTimes {
	return {
		...(isFiniteNumber(t["captured"]) && { capturedMs: t["captured"] }),
		...(isFiniteNumber(t["panorama"]) && { panoramaMs: t["panorama"] }),
		...(isFiniteNumber(t["pose"]) && { poseMs: t["pose"] }),
		...(isFiniteNumber(t["draw"]) && { drawMs: t["draw"] }),
		...(isFiniteNumber(t["drawn"]) && { drawnMs: t["drawn"] }),
		...(isFiniteNumber(t["encoded"]) && { encodedMs: t["encoded"] }),
		...(isFiniteNumber(t["sent"]) && { sentMs: t["sent"] }),
	};
}

function isUint32(value: unknown): value is number {
	return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= UINT32_MAX;
}

/**
 * `undefined` also for NaN, which is how stage times say that they do not apply: JSON then leaves
 * the field out.
 */
function hundredths(timeMs: number | undefined): number | undefined {
	return timeMs !== undefined && Number.isFinite(timeMs) ? rounded(timeMs, 100) : undefined;
}

function millionths(value: number): number {
	return rounded(value, 1e6);
}

function rounded(value: number, perUnit: number): number {
	return Math.round(value * perUnit) / perUnit;
}
