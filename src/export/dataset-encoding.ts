import { chosenCodec, NO_ENCODING_OPTIONS, videoEncoding } from "../render/encoding.ts";
import type { EncodingOptions } from "../render/render-protocol.ts";

/** Codecs of a dataset's videos, the usual one first: those that MP4 holds. */
export const DATASET_CODECS = ["h264", "hevc", "av1", "vp9"] as const;

/**
 * The codec of a dataset's videos.
 *
 * @throws {RangeError} for one that is not known, or not for datasets, and for such encoders.
 */
export function datasetCodec(encoding: Partial<EncodingOptions> = {}): string {
	const codec = chosenCodec(encoding) ?? DATASET_CODECS[0];
	const isHeld = DATASET_CODECS.some((known) => known === codec);
	// It knows which encoders and codecs there are.
	videoEncoding({ ...NO_ENCODING_OPTIONS, ...encoding }, "mp4", 8, 2);
	if (isHeld) return codec;
	throw new RangeError(`The codec of a dataset's videos is one of ${DATASET_CODECS.join(", ")}; got ${codec}.`);
}
