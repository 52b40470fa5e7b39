import { VideoCodec } from "panogaze-rerun";
import type { EncodedPacket } from "../../media/encoded-packet.ts";
import type { RecordedSourceCodec } from "../source-samples.ts";

/** Rerun's names of the codecs: its `VideoStream` takes each as it is sent. */
export const RERUN_CODECS: Readonly<Record<EncodedPacket["codec"], VideoCodec>> = {
	h264: VideoCodec.H264,
	vp8: VideoCodec.VP8,
	vp9: VideoCodec.VP9,
	av1: VideoCodec.AV1,
};

/** The codec of a `VideoStream`; `h264` where it is none that is sent. */
export function codecOf(rerunCodec: number | undefined): EncodedPacket["codec"] {
	for (const [codec, value] of Object.entries(RERUN_CODECS))
		if (value === rerunCodec) return codec as EncodedPacket["codec"];
	return "h264";
}

/** Rerun's names of the codecs of sources, by FFmpeg's short names. */
export const SOURCE_CODECS: Readonly<Record<RecordedSourceCodec, VideoCodec>> = {
	h264: VideoCodec.H264,
	hevc: VideoCodec.H265,
	av1: VideoCodec.AV1,
	vp8: VideoCodec.VP8,
	vp9: VideoCodec.VP9,
};

/** FFmpeg's short name of a source's codec; `h264` where it is not known. */
export function sourceCodecOf(rerunCodec: number | undefined): string {
	return Object.entries(SOURCE_CODECS).find(([, value]) => value === rerunCodec)?.[0] ?? "h264";
}
