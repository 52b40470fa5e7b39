import { type Bytes, byteView } from "./component.ts";
import {
	EncodedDepthImageBase,
	type EncodedDepthImageFields,
	EncodedImageBase,
	type EncodedImageFields,
} from "./image.generated.ts";
import { Asset3DBase, type Asset3DFields } from "./spatial-3d.generated.ts";
import { AssetVideoBase, type AssetVideoFields } from "./video.generated.ts";

/** An image in a file format: PNG, JPEG, WebP, TIFF, AVIF. */
export class EncodedImage extends EncodedImageBase {
	/** @param file its bytes, which tell what it is unless `mediaType` does. Copied. */
	constructor(file: Bytes, options: Omit<EncodedImageFields, "blob"> = {}) {
		super(file, { mediaType: mediaTypeOf(file), ...options });
	}
}

/** A depth image in a file format: PNG of 16 bits, or RVL. */
export class EncodedDepthImage extends EncodedDepthImageBase {
	/** @param file its bytes, which tell what it is unless `mediaType` does. Copied. */
	constructor(file: Bytes, options: Omit<EncodedDepthImageFields, "blob"> = {}) {
		super(file, { mediaType: mediaTypeOf(file), ...options });
	}
}

/** A 3D model in a file of its own: glTF, GLB, OBJ, STL or DAE. */
export class Asset3D extends Asset3DBase {
	/** @param file its bytes. Those of GLB tell what it is; others need `mediaType`. Copied. */
	constructor(file: Bytes, options: Omit<Asset3DFields, "blob"> = {}) {
		super(file, { mediaType: mediaTypeOf(file), ...options });
	}
}

/** A whole video file (MP4), shown by `VideoFrameReference`s. Log it as static. */
export class AssetVideo extends AssetVideoBase {
	/** @param file its bytes. Copied. */
	constructor(file: Bytes, options: Omit<AssetVideoFields, "blob"> = {}) {
		super(file, { mediaType: mediaTypeOf(file), ...options });
	}
}

/** Media types, with the offset and the text by which their files are recognized. */
const SIGNATURES: readonly (readonly [mediaType: string, offset: number, text: string])[] = [
	["image/png", 0, "\x89PNG"],
	["image/jpeg", 0, "\xff\xd8\xff"],
	["image/gif", 0, "GIF8"],
	["image/webp", 8, "WEBP"],
	["image/tiff", 0, "II*\0"],
	["image/tiff", 0, "MM\0*"],
	["image/avif", 4, "ftypavif"],
	["video/mp4", 4, "ftyp"],
	["model/gltf-binary", 0, "glTF"],
];

function mediaTypeOf(file: Bytes): string | undefined {
	// A value without bytes is refused where it is put into a column.
	if (!(file instanceof ArrayBuffer || ArrayBuffer.isView(file))) return undefined;
	const bytes = byteView(file, "A file");
	return SIGNATURES.find(([, at, signature]) =>
		[...signature].every((character, index) => bytes[at + index] === character.charCodeAt(0)),
	)?.[0];
}
