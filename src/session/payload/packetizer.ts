import type { VideoFormat } from "../../media/video-format.ts";
import type { RtpHeader } from "../rtp-header.ts";
import { Av1Packetizer } from "./av1-packetizer.ts";
import type { FrameMemory } from "./frame-memory.ts";
import { H264Packetizer } from "./h264-packetizer.ts";
import { Vp8Packetizer } from "./vp8-packetizer.ts";
import { Vp9Packetizer } from "./vp9-packetizer.ts";

/** Cuts what an encoder makes into RTP packets. */
export interface Packetizer {
	/** Stamps the packets as they leave. */
	readonly header: RtpHeader;
	/**
	 * Lends each frame's memory. The packets of a frame have it to themselves, so it is
	 * given back when the last one is not needed any more. Missing where packets have
	 * memory of other kinds.
	 */
	readonly memory?: FrameMemory;
	/**
	 * @param data borrowed.
	 * @param maxPayloadBytes longest RTP payload. @default `MAX_PAYLOAD_BYTES`
	 * @returns packets in order, the last one marked.
	 */
	packetize(data: Uint8Array, rtpTicks: number, maxPayloadBytes?: number): Buffer[];
}

/**
 * The packetizer of a format.
 * @param header of the stream's packets; owned by the packetizer.
 */
export function createPacketizer(format: VideoFormat, header: RtpHeader): Packetizer {
	switch (format.codec) {
		case "h264":
			return new H264Packetizer({ header, packetizationMode: format.maxNalUnitBytes === undefined ? 1 : 0 });
		case "vp8":
			return new Vp8Packetizer(header);
		case "vp9":
			return new Vp9Packetizer(header);
		case "av1":
			return new Av1Packetizer(header);
	}
}
