import type { I420Picture } from "../media/i420-picture.ts";
import type { PictureColor } from "../media/panorama.ts";
import type { VideoFormat, ViewCodec } from "../media/video-format.ts";

/**
 * Encoders of H.264 that take pictures from ordinary memory, best first, by FFmpeg's
 * names.
 */
export const H264_ENCODER_NAMES = [
	"h264_nvenc",
	"h264_videotoolbox",
	"h264_qsv",
	"h264_amf",
	"h264_v4l2m2m",
	"libx264",
] as const;
/** FFmpeg's name of an encoder. */
export type EncoderName = (typeof H264_ENCODER_NAMES)[number] | "libvpx" | "libvpx-vp9" | "libsvtav1";

/**
 * Choices of an encoder of H.264. `auto`: hardware that passes a trial, or else x264.
 * `software`: x264. Or an encoder by FFmpeg's name. Other codecs have one encoder each.
 */
export const ENCODER_CHOICES = ["auto", "software", ...H264_ENCODER_NAMES] as const;
/** A choice of an encoder, from `ENCODER_CHOICES`. */
export type EncoderChoice = (typeof ENCODER_CHOICES)[number];

/**
 * Efforts of an encoder, least first. More makes better pictures of the same bit rate, and takes
 * more time: about as many times as `EFFORT_COST` says.
 */
export const EFFORTS = ["low", "middle", "high"] as const;
/** An effort of an encoder, from `EFFORTS`. */
export type Effort = (typeof EFFORTS)[number];

/**
 * Time that a picture takes at each effort, over that at the least: the most that was measured, for
 * Main profile at 10 Mbit/s (`npm run bench -- quality`).
 */
export const EFFORT_COST: Readonly<Record<Effort, number>> = { low: 1, middle: 1.17, high: 1.31 };

/** Options of an encoder. */
export interface EncoderOptions {
	/** Even. */
	readonly width: number;
	/** Even. */
	readonly height: number;
	/** Pictures a second, for rate control and the SPS; pictures may come slower. */
	readonly frameRate: number;
	/** Target bits per second. */
	readonly bitrateBps: number;
	/** Form of the pictures. @default `PLAIN_H264` */
	readonly format?: VideoFormat | undefined;
	/**
	 * x264 and VP8 have a choice. It is made when an encoder opens: FFmpeg hands x264 a new rate,
	 * and none of the other parameters that `x264_encoder_reconfig` knows (libavcodec/libx264.c,
	 * `reconfig_encoder`), and libvpx nothing.
	 * @default "low"
	 */
	readonly effort?: Effort | undefined;
	/** Written into the stream, so that players show the colours as they were meant. */
	readonly color: PictureColor;
}

/** Options of one picture. */
export interface EncodeRequest {
	/**
	 * Presentation time, 90 kHz ticks since the encoder's own start; rises from
	 * call to call.
	 */
	readonly ticks: number;
	/** Makes this picture an IDR. */
	readonly keyframe: boolean;
}

/** An encoded picture. `data` belongs to the caller. */
export interface EncodedPicture {
	/** Bytes of the form that `EncodedVideo.accessUnit` has. */
	readonly data: Uint8Array<ArrayBuffer>;
	readonly keyframe: boolean;
	/**
	 * Coarseness of its quantizer on H.264's scale, 0 to 51, whatever the codec: the
	 * quantizer at which x264 makes turning views of about the same PSNR. At the coarsest
	 * of any encoder it is at least x264's coarsest. NaN where the encoder doesn't say.
	 */
	readonly quantizer: number;
	/** It was coded at the coarsest quantizer, and may be larger than the bit rate allows. */
	readonly coarsest: boolean;
}

/** Encodes one viewer's pictures. Not shared between threads. */
export interface VideoEncoder extends Disposable {
	/** FFmpeg's name, such as `libx264` or `h264_nvenc`. */
	readonly name: string;
	readonly codec: ViewCodec;
	/** The effort that it was opened for; `undefined` where it has no choice. */
	readonly effort: Effort | undefined;
	/**
	 * Encodes a picture, without delay.
	 *
	 * @param picture borrowed.
	 * @returns the access unit of this very picture.
	 * @throws {EncoderError} if the encoder fails.
	 * @throws {RangeError} if the picture has another size than the encoder.
	 */
	encode(picture: I420Picture, request: EncodeRequest): EncodedPicture;
	/**
	 * Changes the rate from the next picture on.
	 * @param bitrateBps bits per second.
	 * @throws {RangeError} if it is not positive.
	 */
	setBitrate(bitrateBps: number): void;
}

/** No encoder could be opened, or it failed on a picture. */
export class EncoderError extends Error {
	override readonly name = "EncoderError";
}
