import type { SphereBounds } from "../media/projection.ts";
import type { StereoLayout } from "../media/stereo-layout.ts";
import { checkedBounds, notStatable, softwareOf } from "./sphere-boxes.ts";
import type { SphereStatement } from "./sphere-statement.ts";

/** Names and values of fields, in order. */
export type SphereFields = readonly (readonly [name: string, value: string])[];

/** Size of a stored picture, or of one eye's part of it, pixels. */
export interface PictureSize {
	readonly width: number;
	readonly height: number;
}

/** Stereo layouts that Spherical Video V1 has words for; the left eye is first. */
const V1_STEREO: readonly StereoLayout[] = ["mono", "top-bottom", "left-right"];

/**
 * The fields `GSpherical:*` of Google's Spherical Video V1, with the crop counted in one eye's
 * pixels, as its text asks.
 *
 * @param picture size of the whole picture, with both eyes
 * @returns `undefined` for statements that V1 has no words for: those without an equirectangular
 * projection, or with the right eye first.
 */
export function sphericalV1Fields(statement: SphereStatement, picture: PictureSize): SphereFields | undefined {
	const { projection, stereo = "mono", initialView } = statement;
	if (projection.kind !== "equirect" || !V1_STEREO.includes(stereo)) return undefined;
	const bounds = checkedBounds(projection.bounds);
	return [
		["Spherical", "true"],
		["Stitched", "true"],
		["StitchingSoftware", softwareOf(statement)],
		["ProjectionType", "equirectangular"],
		...(stereo === "mono" ? [] : [["StereoMode", stereo] as const]),
		...(initialView === undefined
			? []
			: ([
					["InitialViewHeadingDegrees", String(Math.round(heading(initialView.yawDeg)))],
					["InitialViewPitchDegrees", String(Math.round(initialView.pitchDeg))],
					["InitialViewRollDegrees", String(Math.round(initialView.rollDeg))],
				] as const)),
		...(isCropped(bounds) ? cropFields(bounds, eyeSize(picture, stereo)) : []),
	];
}

/**
 * The fields `GPano:*` of Google's Photo Sphere XMP.
 *
 * @param picture size of the whole picture
 * @throws {TagError} `not-statable` for other projections, and for two eyes in one picture.
 */
export function photoSphereFields(statement: SphereStatement, picture: PictureSize): SphereFields {
	const { projection, stereo = "mono", pose, initialView } = statement;
	if (projection.kind !== "equirect")
		throw notStatable(`Photos state the projection equirect, and have no words for ${projection.kind}.`);
	if (stereo !== "mono")
		throw notStatable(
			`Photo Sphere XMP has no words for two eyes in one picture; got ${stereo}. The right eye may be stated ` +
				"as a picture of its own, inside of a JPEG.",
		);
	return [
		["UsePanoramaViewer", "True"],
		["ProjectionType", "equirectangular"],
		["StitchingSoftware", softwareOf(statement)],
		...cropFields(checkedBounds(projection.bounds), picture),
		...(pose === undefined
			? []
			: ([
					["PoseHeadingDegrees", decimal(heading(pose.yawDeg))],
					["PosePitchDegrees", decimal(pose.pitchDeg)],
					["PoseRollDegrees", decimal(pose.rollDeg)],
				] as const)),
		...(initialView === undefined
			? []
			: ([
					["InitialViewHeadingDegrees", String(Math.round(heading(initialView.yawDeg)))],
					["InitialViewPitchDegrees", String(Math.round(initialView.pitchDeg))],
					["InitialViewRollDegrees", String(Math.round(initialView.rollDeg))],
				] as const)),
	];
}

/** Size of one eye's part of a picture. */
function eyeSize({ width, height }: PictureSize, stereo: StereoLayout): PictureSize {
	return {
		width: /left/.test(stereo) ? Math.floor(width / 2) : width,
		height: /top/.test(stereo) ? Math.floor(height / 2) : height,
	};
}

function isCropped({ top, bottom, left, right }: SphereBounds): boolean {
	return top + bottom + left + right > 0;
}

/** The place of a picture in the whole sphere's. */
function cropFields({ top, bottom, left, right }: SphereBounds, { width, height }: PictureSize): SphereFields {
	const [fullWidth, leftPixels] = placeIn(width, left, right);
	const [fullHeight, topPixels] = placeIn(height, top, bottom);
	return [
		["FullPanoWidthPixels", String(fullWidth)],
		["FullPanoHeightPixels", String(fullHeight)],
		["CroppedAreaImageWidthPixels", String(width)],
		["CroppedAreaImageHeightPixels", String(height)],
		["CroppedAreaLeftPixels", String(leftPixels)],
		["CroppedAreaTopPixels", String(topPixels)],
	];
}

/** The whole sphere's length, and the pixels before the picture. */
function placeIn(length: number, before: number, after: number): readonly [full: number, start: number] {
	const full = Math.round(length / (1 - before - after));
	return [full, Math.min(Math.round(before * full), full - length)];
}

/** Degrees from 0 up to 360. */
function heading(degrees: number): number {
	return ((degrees % 360) + 360) % 360;
}

function decimal(degrees: number): string {
	return String(Number(degrees.toFixed(6)));
}

/** A text as XML has it in elements and attributes. */
export function xmlText(text: string): string {
	return text.replaceAll(
		/[&<>"']/g,
		(letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" })[letter] ?? letter,
	);
}
