import type { VideoFormat } from "../../media/video-format.ts";
import type { RtpHeader } from "../rtp-header.ts";
import { H264Packetizer } from "./h264-packetizer.ts";

/** Cuts what an encoder makes into RTP packets. */
export interface Packetizer {
	/** Stamps the packets as they leave. */
	readonly header: RtpHeader;
	/** @param data borrowed. @returns packets in order, the last one marked. */
	packetize(data: Uint8Array, rtpTicks: number): Buffer[];
}

/**
 * The packetizer of a format.
 * @param header of the stream's packets; owned by the packetizer.
 */
export function createPacketizer(format: VideoFormat, header: RtpHeader): Packetizer {
	if (format.codec !== "h264") throw new RangeError(`There is no RTP form of ${format.codec} here yet.`);
	return new H264Packetizer({ header, packetizationMode: format.maxNalUnitBytes === undefined ? 1 : 0 });
}
