import type { PhotoKind } from "./file-kind.ts";
import { HeifXmp } from "./heif-xmp.ts";
import { JpegXmp } from "./jpeg-xmp.ts";
import { PngXmp } from "./png-xmp.ts";
import { notStatable } from "./sphere-boxes.ts";
import { type PictureSize, photoSphereFields, sphericalV1Fields } from "./sphere-fields.ts";
import type { SphereStatement } from "./sphere-statement.ts";
import { TiffXmp } from "./tiff-xmp.ts";
import { WebpXmp } from "./webp-xmp.ts";
import type { XmpContainer } from "./xmp-container.ts";
import { EMPTY_XMP, xmpWith, xmpWithout } from "./xmp-text.ts";

/** Options of `photoBytesWithStatement`. */
export interface PhotoStatementOptions {
	/** A whole JPEG that the right eye sees, for a JPEG that the left eye sees. */
	readonly rightEye?: Uint8Array | undefined;
}

/**
 * A photo with another statement about the sphere in its XMP: `GPano` for one eye, Spherical Video
 * V1's fields for two eyes in one picture. Other XMP stays; so does the right eye of a VR photo
 * (`GImage`), unless another one is given. The picture's bytes stay as they are.
 *
 * @param bytes a whole file. Borrowed.
 * @param statement `undefined` removes the statement, and the right eye with it
 * @throws {TagError} `unsupported` for a broken file; `not-statable`
 */
export function photoBytesWithStatement(
	bytes: Uint8Array,
	kind: PhotoKind,
	statement: SphereStatement | undefined,
	{ rightEye }: PhotoStatementOptions = {},
): Buffer {
	const photo = containerOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), kind);
	if (rightEye !== undefined && !(photo instanceof JpegXmp))
		throw notStatable(`Only a JPEG has words for the right eye's picture; got ${kind}.`);
	if (statement === undefined && photo.xmp === undefined) return Buffer.from(bytes);
	const plain = xmpWithout(photo.xmp ?? EMPTY_XMP, ["GPano", "GSpherical"]);
	const xmp = statement === undefined ? plain : stated(plain, statement, photo, rightEye !== undefined);
	return photo instanceof JpegXmp && (rightEye !== undefined || statement === undefined)
		? photo.withRightEye(xmp, rightEye)
		: photo.withXmp(xmp);
}

function stated(xmp: string, statement: SphereStatement, size: PictureSize, hasRightEye: boolean): string {
	const { stereo = "mono" } = statement;
	if (stereo === "mono" || hasRightEye)
		return xmpWith(xmp, "GPano", photoSphereFields({ ...statement, stereo: "mono" }, size));
	const fields = sphericalV1Fields(statement, size);
	if (fields === undefined)
		throw notStatable(
			`Photos with two eyes in one picture state the projection equirect, and the layouts top-bottom and ` +
				`left-right; got ${statement.projection.kind}, ${stereo}.`,
		);
	return xmpWith(xmp, "GSpherical", fields);
}

/** A photo as a container of XMP. @throws {TagError} `unsupported` for a broken file */
export function containerOf(bytes: Buffer, kind: PhotoKind): XmpContainer {
	switch (kind) {
		case "jpeg":
			return new JpegXmp(bytes);
		case "png":
			return new PngXmp(bytes);
		case "webp":
			return new WebpXmp(bytes);
		case "tiff":
			return new TiffXmp(bytes);
		case "heif":
			return new HeifXmp(bytes);
	}
}
