import type { StereoLayout } from "../media/stereo-layout.ts";
import { element, elementsIn, mapElements, uintElement, uintOf } from "./ebml.ts";
import { projectionBox } from "./sphere-boxes.ts";
import { type SphereStatement, TagError } from "./sphere-statement.ts";

/** Ids of elements (RFC 9559). */
const TRACK_ENTRY = 0xae;
const TRACK_TYPE = 0x83;
const VIDEO = 0xe0;
const CRC = 0xbf;
const PIXEL_WIDTH = 0xb0;
const PIXEL_HEIGHT = 0xba;
const DISPLAY_WIDTH = 0x54b0;
const DISPLAY_HEIGHT = 0x54ba;
const STEREO_MODE = 0x53b8;
const OLD_STEREO_MODE = 0x53b9;
const PROJECTION = 0x7670;
const PROJECTION_TYPE = 0x7671;
const PROJECTION_PRIVATE = 0x7672;
const PROJECTION_POSES = [0x7673, 0x7674, 0x7675] as const;
const TAG = 0x7373;
const SIMPLE_TAG = 0x67c8;
const TAG_NAME = 0x45a3;

/** Elements of a video track that are written anew. */
const REPLACED: readonly number[] = [STEREO_MODE, OLD_STEREO_MODE, PROJECTION, DISPLAY_WIDTH, DISPLAY_HEIGHT];

/** Values of `ProjectionType` for the boxes of Google's Spherical Video V2. */
const PROJECTION_TYPES = { equi: 1, cbmp: 2, mshp: 3 } as const;
/** Values of `StereoMode`: the left eye first or second, beside or above the other. */
const STEREO_MODES: Readonly<Record<StereoLayout, number>> = {
	mono: 0,
	"left-right": 1,
	"bottom-top": 2,
	"top-bottom": 3,
	"right-left": 11,
};

/**
 * The content of `Tracks` with another statement about one video track.
 *
 * @param statement `undefined` removes the statement that is there
 * @param track index among the video tracks
 * @throws {TagError} `unsupported` for broken bytes and without such a track; `not-statable`
 */
export function tracksWithStatement(tracks: Buffer, statement: SphereStatement | undefined, track: number): Buffer {
	let videos = 0;
	let found = false;
	const changed = mapElements(tracks, "Tracks", ({ id }, entry) => {
		if (id !== TRACK_ENTRY || !isVideo(entry) || videos++ !== track) return undefined;
		return element(
			TRACK_ENTRY,
			mapElements(entry, "TrackEntry", (place, content) => {
				if (place.id !== VIDEO) return undefined;
				found = true;
				return element(VIDEO, videoWithStatement(content, statement));
			}),
		);
	});
	if (!found) throw new TagError("unsupported", `The file has no video track ${track}: it has ${videos}, from 0 on.`);
	return changed;
}

function isVideo(entry: Buffer): boolean {
	const type = elementsIn(entry, "TrackEntry").find(({ id }) => id === TRACK_TYPE);
	return type !== undefined && uintOf(entry.subarray(type.body, type.end)) === 1;
}

function videoWithStatement(video: Buffer, statement: SphereStatement | undefined): Buffer {
	const stated = Buffer.concat([
		...displayElements(video, statement?.stereo ?? "mono"),
		...(statement === undefined ? [] : [statementElements(statement)]),
	]);
	// New elements follow the place of the old ones, so that a checksum counts them.
	let placed = false;
	const [first] = elementsIn(video, "Video").filter(({ id }) => !REPLACED.includes(id) && id !== CRC);
	if (first === undefined) return stated;
	return mapElements(video, "Video", ({ id, start, end }) => {
		if (REPLACED.includes(id)) return Buffer.alloc(0);
		if (placed || start !== first.start) return undefined;
		placed = true;
		return Buffer.concat([video.subarray(start, end), stated]);
	});
}

/**
 * The size at which the picture is shown, which is one eye's where two eyes lie in it: FFmpeg and
 * browsers derive the shape of pixels from it. Pixels keep their shape.
 */
function displayElements(video: Buffer, stereo: StereoLayout): Buffer[] {
	const numbers = new Map(
		elementsIn(video, "Video").map(({ id, body, end }) => [id, uintOf(video.subarray(body, end))]),
	);
	const [width, height] = [numbers.get(DISPLAY_WIDTH), numbers.get(DISPLAY_HEIGHT)];
	const stated = width !== undefined && height !== undefined;
	const old = divisionOf(numbers.get(STEREO_MODE) ?? 0);
	const whole = stated
		? [width * old.across, height * old.down]
		: [numbers.get(PIXEL_WIDTH) ?? 0, numbers.get(PIXEL_HEIGHT) ?? 0];
	const { across, down } = divisionOf(STEREO_MODES[stereo]);
	if (!stated && across * down === 1) return [];
	// Odd sizes are doubled: the ratio of the sides decides.
	const factor = (whole[0] ?? 0) % across === 0 && (whole[1] ?? 0) % down === 0 ? 1 : 2;
	return [
		uintElement(DISPLAY_WIDTH, ((whole[0] ?? 0) * factor) / across),
		uintElement(DISPLAY_HEIGHT, ((whole[1] ?? 0) * factor) / down),
	];
}

/** Eyes across and down a picture by its `StereoMode`. */
function divisionOf(stereoMode: number): { readonly across: 1 | 2; readonly down: 1 | 2 } {
	return {
		across: stereoMode === 1 || stereoMode === 11 ? 2 : 1,
		down: stereoMode === 2 || stereoMode === 3 ? 2 : 1,
	};
}

function statementElements(statement: SphereStatement): Buffer {
	const { type, content, whole } = projectionBox(statement);
	const { yawDeg, pitchDeg, rollDeg } = statement.pose ?? { yawDeg: 0, pitchDeg: 0, rollDeg: 0 };
	return Buffer.concat([
		uintElement(STEREO_MODE, STEREO_MODES[statement.stereo ?? "mono"]),
		element(
			PROJECTION,
			Buffer.concat([
				uintElement(PROJECTION_TYPE, PROJECTION_TYPES[type]),
				...(whole ? [] : [element(PROJECTION_PRIVATE, content)]),
				...[yawDeg, pitchDeg, rollDeg].map((degrees, index) => poseElement(index, degrees)),
			]),
		),
	]);
}

function poseElement(index: number, degrees: number): Buffer {
	const content = Buffer.alloc(8);
	content.writeDoubleBE(degrees);
	return element(PROJECTION_POSES[index] ?? 0, content);
}

/**
 * The content of `Tags` without Spherical Video V1, which Matroska has as a tag of that name.
 * @throws {TagError} `unsupported` for broken bytes
 */
export function tagsWithoutSphere(tags: Buffer): Buffer {
	return mapElements(tags, "Tags", ({ id }, tag) => {
		if (id !== TAG) return undefined;
		const left = mapElements(tag, "Tag", (place, content) =>
			place.id === SIMPLE_TAG && isSphereTag(content) ? Buffer.alloc(0) : undefined,
		);
		return left.length === tag.length ? undefined : element(TAG, left);
	});
}

function isSphereTag(simpleTag: Buffer): boolean {
	const name = elementsIn(simpleTag, "SimpleTag").find(({ id }) => id === TAG_NAME);
	return name !== undefined && simpleTag.toString("utf8", name.body, name.end) === "SPHERICAL-VIDEO";
}
