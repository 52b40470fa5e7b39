/** A piece of sound or a picture that a client has sent, still encoded. */
export interface ClientMediaPacket {
	readonly kind: (typeof CLIENT_MEDIA_KINDS)[number];
	readonly codec: ClientCodec;
	/**
	 * Opus: one packet (RFC 6716, 3). H.264: Annex B, exactly one access unit. VP8: one frame.
	 * The receiver's own.
	 */
	readonly data: Uint8Array<ArrayBuffer>;
	/** It can be decoded without those before it; true for all sound. */
	readonly keyframe: boolean;
	/** RTP time, 32 bits, wraps around: ticks of 48 kHz for sound, of 90 kHz for pictures. */
	readonly rtpTicks: number;
	/**
	 * Time at which its last byte had arrived, and all before it that is not given up, seconds on
	 * the server's monotonic clock. It grows from packet to packet of a stream.
	 */
	readonly receivedSec: number;
	/**
	 * Time at which it was captured by the client's sender reports, seconds on the server's
	 * monotonic clock; NaN before the first report.
	 */
	readonly capturedSec: number;
}

/** Codecs of sound and pictures that are taken from clients. */
export type ClientCodec = "opus" | "h264" | "vp8";

/** Kinds of media that clients may send. */
export const CLIENT_MEDIA_KINDS = ["audio", "video"] as const;
/** One of `CLIENT_MEDIA_KINDS`. */
export type ClientMediaKind = ClientMediaPacket["kind"];
