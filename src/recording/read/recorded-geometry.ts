import type { EncodedPacket, PictureGeometry, StageTimes } from "../../media/encoded-packet.ts";
import { type EyeFrustum, FRUSTUM_ROUNDING, isFrustum } from "../../media/frustum.ts";
import { MAX_PANORAMA_SIZE } from "../../media/panorama.ts";
import { IDENTITY } from "../../media/rotation.ts";
import { PICTURE_LENSES } from "../../media/viewer-lens.ts";
import type { ReadFrame } from "./read-record.ts";
import type { RecordedRow } from "./recorded-row.ts";

/** The geometry of pictures until the next change. */
export interface Geometry extends PictureGeometry, Pick<ReadFrame["packet"], "width" | "height" | "eyes"> {
	readonly fovRad: number;
}

/** The geometry that a row states. */
export function recordedGeometry(row: RecordedRow): Geometry {
	const view = (name: string) => `panogaze.View:${name}`;
	const number = (name: string) => row.number(view(name));
	const json = (name: string) => row.json(view(name));
	return readGeometry(row.text(view("lens")), number, json);
}

/** The geometry of a picture in a file, whose parts are checked. */
export function readGeometry(
	lens: unknown,
	number: (name: string) => number | undefined,
	json: (name: string) => unknown,
): Geometry {
	return {
		lens: PICTURE_LENSES.find((known) => known === lens) ?? "none",
		fovRad: ((number("fov_deg") ?? Number.NaN) * Math.PI) / 180,
		width: sideOf(number("width")),
		height: sideOf(number("height")),
		eyes: number("eyes") === 2 ? 2 : 1,
		frusta: frustaOf(json("frusta")),
		foveation: foveationOf(json("foveation")),
		surround: surroundOf(json("surround")),
	};
}

/** Facts of a camera's picture in a file. */
interface CameraFacts
	extends Pick<
		EncodedPacket,
		"codec" | "accessUnit" | "keyframe" | "width" | "height" | "mediaTimeSec" | "cameraUs"
	> {
	readonly atSec: number;
	readonly capturedSec: number;
}

/** A picture of a camera beside the view: it was drawn for no pose. */
export function cameraPicture({ atSec, capturedSec, ...facts }: CameraFacts): EncodedPacket {
	return {
		kind: "video",
		...facts,
		rtpTicks: 0,
		poseSequence: 0,
		pose: { worldFromView: IDENTITY, fovRad: Number.NaN },
		lens: "none",
		eyes: 1,
		stages: {
			capturedSec,
			panoramaReadySec: atSec,
			poseReceivedSec: Number.NaN,
			drawStartSec: atSec,
			drawEndSec: atSec,
			encodeEndSec: atSec,
		},
		stampSec: Number.NaN,
	};
}

/**
 * The times of a picture's stages.
 *
 * @param stagesMs as `FRAME_STAGES` lists them; `undefined`: they were not read.
 */
export function stageTimes(
	drawStartSec: number,
	capturedSec: number,
	stagesMs: ArrayLike<number | bigint> | undefined,
) {
	const stage = (at: number) => Number(stagesMs?.[at] ?? Number.NaN) / 1000;
	const drawEndSec = drawStartSec + stage(2);
	const encodeEndSec = drawEndSec + stage(3);
	const firstPacketSec = encodeEndSec + stage(4);
	const times: StageTimes = {
		capturedSec,
		panoramaReadySec: drawStartSec - stage(0),
		poseReceivedSec: drawStartSec - stage(1),
		drawStartSec,
		drawEndSec,
		encodeEndSec,
	};
	return { times, firstPacketSec, lastPacketSec: firstPacketSec + stage(5) };
}

/** Even pixels of a side: those that pictures may have. */
function sideOf(pixels: number | undefined): number {
	return pixels !== undefined && pixels >= 2 && pixels <= MAX_PANORAMA_SIZE ? Math.floor(pixels / 2) * 2 : 2;
}

function isNumbers(value: unknown, count: number): value is readonly number[] {
	return Array.isArray(value) && value.length === count && value.every((item) => Number.isFinite(item));
}

function frustaOf(value: unknown): PictureGeometry["frusta"] {
	if (!Array.isArray(value) || value.length < 1 || value.length > 2) return undefined;
	const isEye = (eye: unknown) =>
		typeof eye === "object" && eye !== null && isFrustum(eye as EyeFrustum, FRUSTUM_ROUNDING) && isTurn(eye);
	return value.every(isEye) ? (value as readonly EyeFrustum[]) : undefined;
}

function isTurn({ headFromEye }: { readonly headFromEye?: unknown }): boolean {
	return headFromEye === undefined || isNumbers(headFromEye, 4);
}

function foveationOf(value: unknown): PictureGeometry["foveation"] {
	const { gaze, strength } = (value ?? {}) as Partial<NonNullable<PictureGeometry["foveation"]>>;
	return isNumbers(gaze, 2) && isNumbers(strength, 2) ? { gaze, strength } : undefined;
}

function surroundOf(value: unknown): PictureGeometry["surround"] {
	if (typeof value !== "object" || value === null) return undefined;
	return Object.values(value).every((part) => Number.isFinite(part))
		? (value as PictureGeometry["surround"])
		: undefined;
}
