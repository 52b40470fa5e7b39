/**
 * Codecs of views, in the order in which they are taken where a client offers several: by
 * the time that a picture waits for its encoder (`npm run bench -- codecs`), and AV1 last,
 * whose encoder can't change its rate while it runs.
 */
export const VIEW_CODECS = ["h264", "vp8", "vp9", "av1"] as const;
/** A codec of views, from `VIEW_CODECS`. */
export type ViewCodec = (typeof VIEW_CODECS)[number];

/** The form of the video that a viewer receives, agreed on when it connects. */
export type VideoFormat = H264Format | PlainFormat;

/** A codec whose form needs no further words: VP9 and AV1 in profile 0. */
export interface PlainFormat {
	readonly codec: Exclude<ViewCodec, "h264">;
}

export interface H264Format {
	readonly codec: "h264";
	/** Highest profile that the client decodes; Baseline is without B, FMO and ASO. */
	readonly profile: "baseline" | "main";
	/**
	 * Longest NAL unit that the client can receive, bytes: pictures are cut into slices
	 * that fit. Only x264 keeps this bound, so no other encoder is used with it.
	 * @default any length
	 */
	readonly maxNalUnitBytes?: number | undefined;
}

/** H.264 that every client decodes. */
export const PLAIN_H264: H264Format = { codec: "h264", profile: "baseline" };

/** The codecs' names for people. */
export const CODEC_WORDS: Readonly<Record<ViewCodec, string>> = { h264: "H.264", vp8: "VP8", vp9: "VP9", av1: "AV1" };

/** True if pictures of one format can be sent to a client of the other. */
export function sameFormat(a: VideoFormat, b: VideoFormat): boolean {
	if (a.codec !== "h264" || b.codec !== "h264") return a.codec === b.codec;
	return a.profile === b.profile && a.maxNalUnitBytes === b.maxNalUnitBytes;
}
