import type { EyeCount, PanoramaFormat, PictureFormat } from "../media/panorama.ts";
import { type PicturePacking, packingOf } from "../source/stereo.ts";
import { SourceError } from "../source/video-source.ts";
import type { RecordedSource } from "./session-record.ts";

/** The form of a source's decoded pictures. */
export interface PictureForm {
	readonly packing: PicturePacking;
	/** The panoramas that they are divided into. */
	readonly format: PanoramaFormat;
}

/**
 * The form of pictures that were decoded from the packets of a recorded source, which state
 * nothing themselves.
 *
 * @param recorded the source as its recorded video shows it; `undefined`: a sphere for one eye.
 * @throws {SourceError} when the pictures can't be divided into eyes of even size.
 */
export function formOfPackets(recorded: RecordedSource | undefined, picture: PictureFormat): PictureForm {
	const packing = recorded?.packing ?? packingBySize(recorded, picture);
	const { across, down, parts } = packing;
	const [width, height] = [picture.width / across, picture.height / down];
	if (width % 2 !== 0 || height % 2 !== 0)
		throw new SourceError(
			"failed",
			`The recorded source has pictures of ${picture.width}x${picture.height}, which can't be divided into eyes.`,
		);
	const { projection, rightProjection, worldFromPanorama } = recorded?.format ?? {};
	return {
		packing,
		format: {
			...{ width, height, color: picture.color, eyes: parts.length as EyeCount },
			...(projection !== undefined && { projection }),
			...(rightProjection !== undefined && { rightProjection }),
			...(worldFromPanorama !== undefined && { worldFromPanorama }),
		},
	};
}

/** The packing of pictures whose recording states none: by the shape of one eye's picture. */
function packingBySize(recorded: RecordedSource | undefined, { width, height }: PictureFormat): PicturePacking {
	if (recorded === undefined) return packingOf("mono");
	const { width: eyeWidth, height: eyeHeight, eyes } = recorded.format;
	const narrowness = eyeWidth / eyeHeight / (width / height);
	const layout = narrowness > 1.5 ? "top-bottom" : narrowness < 0.75 ? "left-right" : "mono";
	return packingOf(layout, eyes === 1 && layout !== "mono" ? "left" : "both");
}
