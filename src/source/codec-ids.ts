import {
	AV_CODEC_ID_AV1,
	AV_CODEC_ID_H264,
	AV_CODEC_ID_HEVC,
	AV_CODEC_ID_VP8,
	AV_CODEC_ID_VP9,
	type AVCodecID,
} from "node-av/constants";

/** FFmpeg's numbers of the codecs that recordings hold, by its short names. */
const CODEC_IDS: ReadonlyMap<string, AVCodecID> = new Map([
	["h264", AV_CODEC_ID_H264],
	["hevc", AV_CODEC_ID_HEVC],
	["vp8", AV_CODEC_ID_VP8],
	["vp9", AV_CODEC_ID_VP9],
	["av1", AV_CODEC_ID_AV1],
]);

/** FFmpeg's number of a codec that recordings hold; `undefined` for others. */
export function codecIdOf(codec: string): AVCodecID | undefined {
	return CODEC_IDS.get(codec);
}
