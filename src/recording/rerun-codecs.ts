import { VideoCodec } from "panogaze-rerun";
import type { EncodedPacket } from "../media/encoded-packet.ts";

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
