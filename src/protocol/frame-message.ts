import type { EncodedPacket, StageTimes } from "../media/encoded-packet.ts";
import type { EyeCount } from "../media/panorama.ts";
import type { Quaternion } from "../media/rotation.ts";
import { rotationFromWire } from "./bone-validity.ts";
import {
	ignored,
	isFiniteNumber,
	isNumberArray,
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
 * Description of a video frame, on the unreliable channel `frames`. It may arrive before or after
 * the frame, or never. A client uses it to measure motion-to-photon on its own clock, and to
 * re-project a late frame.
 */
export interface FrameMessage {
	/**
	 * The frame's RTP time stamp, unsigned 32 bits: `rtpTimestamp` of `requestVideoFrameCallback`.
	 */
	readonly rtpTicks: number;
	/** Sequence number of the head pose that the frame was drawn with, 0 before the first. */
	readonly poseSequence: number;
	/** `worldFromView` that it was drawn with. */
	readonly orientation: Quaternion;
	/** Horizontal field of view that it was drawn with, degrees. */
	readonly fovDeg: number;
	/** 2: the upper half of the frame is the left eye's view, the lower half the right eye's. */
	readonly eyes: EyeCount;
	readonly times: FrameTimes;
}

const UINT32_MAX = 0xffffffff;

/**
 * JSON `{type:"frame", rtp, pose, q, fov, eyes, t:{panorama, pose, draw, drawn, encoded, sent}}`,
 * about 200 bytes: one packet. `eyes` is left out if it is 1.
 */
export function encodeFrameMessage({ rtpTicks, poseSequence, orientation, fovDeg, eyes, times }: FrameMessage): string {
	return JSON.stringify({
		type: "frame",
		rtp: rtpTicks,
		pose: poseSequence,
		q: orientation.map((part) => rounded(part, 1e5)),
		fov: rounded(fovDeg, 1000),
		...(eyes === 2 && { eyes }),
		t: {
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
 * @param sentSec departure of its first packet, server's monotonic clock.
 */
export function frameMessageFromPacket(
	{ rtpTicks, poseSequence, pose, eyes, stages }: EncodedPacket,
	sentSec: number,
): FrameMessage {
	const fovDeg = (pose.fovRad * 180) / Math.PI;
	return {
		rtpTicks,
		poseSequence,
		orientation: pose.worldFromView,
		fovDeg,
		eyes,
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
	return understood({
		rtpTicks,
		poseSequence,
		orientation,
		fovDeg,
		eyes,
		times: timesFromWire(t as { readonly [stage: string]: unknown }),
	});
}

function timesFromStages(stages: StageTimes, sentSec: number): FrameTimes {
	return {
		panoramaMs: stages.panoramaReadySec * 1000,
		poseMs: stages.poseReceivedSec * 1000,
		drawMs: stages.drawStartSec * 1000,
		drawnMs: stages.drawEndSec * 1000,
		encodedMs: stages.encodeEndSec * 1000,
		sentMs: sentSec * 1000,
	};
}

function timesFromWire(t: { readonly [stage: string]: unknown }): FrameTimes {
	return {
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

function rounded(value: number, perUnit: number): number {
	return Math.round(value * perUnit) / perUnit;
}
