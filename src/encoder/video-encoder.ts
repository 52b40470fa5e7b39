import type { I420Picture } from "../media/i420-picture.ts";
import type { PictureColor } from "../media/panorama.ts";

/** Encoders that take pictures from ordinary memory, best first, by FFmpeg's names. */
export const ENCODER_NAMES = ["h264_nvenc", "h264_videotoolbox", "h264_qsv", "h264_amf", "libx264"] as const;
/** One of `ENCODER_NAMES`. */
export type EncoderName = (typeof ENCODER_NAMES)[number];

/**
 * `auto`: hardware if there is one that passes a trial, else x264. `software`: x264. Or one encoder
 * by FFmpeg's name.
 */
export const ENCODER_CHOICES = ["auto", "software", ...ENCODER_NAMES] as const;
/** One of `ENCODER_CHOICES`. */
export type EncoderChoice = (typeof ENCODER_CHOICES)[number];

export interface EncoderOptions {
	/** Even. */
	readonly width: number;
	/** Even. */
	readonly height: number;
	/** Pictures a second, for rate control and the SPS; pictures may come slower. */
	readonly frameRate: number;
	/** Target bits per second. */
	readonly bitrateBps: number;
	/**
	 * Longest NAL unit, bytes: pictures are cut into so many slices. Only x264 holds it, so no
	 * other encoder is used then.
	 * @default any length
	 */
	readonly maxNalUnitBytes?: number | undefined;
	/** Written into the stream, so that players show the colours as they were meant. */
	readonly color: PictureColor;
}

export interface EncodeRequest {
	/** Presentation time, 90 kHz ticks since the encoder's own start; rises from call to call. */
	readonly ticks: number;
	/** Makes this picture an IDR. */
	readonly keyframe: boolean;
}

/** What one picture became. `data` belongs to the caller. */
export interface EncodedPicture {
	/** Annex B, one access unit. */
	readonly data: Uint8Array<ArrayBuffer>;
	readonly keyframe: boolean;
	/** It was coded as coarsely as is allowed, and may be larger than the bit rate has room for. */
	readonly coarsest: boolean;
}

/** Encodes one viewer's pictures, with no picture of delay. Not shared between threads. */
export interface VideoEncoder extends Disposable {
	/** FFmpeg's name, such as `libx264` or `h264_nvenc`. */
	readonly name: string;
	/**
	 * @returns the access unit of this very picture.
	 * @throws {EncoderError} if the encoder fails.
	 */
	encode(picture: I420Picture, request: EncodeRequest): EncodedPicture;
	/** From the next picture on, bits per second. */
	setBitrate(bitrateBps: number): void;
}

/** No encoder could be opened, or it failed on a picture. */
export class EncoderError extends Error {
	override readonly name = "EncoderError";
}
