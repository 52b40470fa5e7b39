import type { I420Picture } from "../media/i420-picture.ts";

/** Times of a decoded piece of a client's media, as of `ClientMediaPacket`. */
export interface DecodedTimes {
	/** RTP time, 32 bits, wraps around: ticks of 48 kHz for sound, of 90 kHz for pictures. */
	readonly rtpTicks: number;
	/** Seconds on the server's monotonic clock. */
	readonly receivedSec: number;
	/** Seconds on the server's monotonic clock; NaN: not known. */
	readonly capturedSec: number;
}

/** Sound of a client's microphone: PCM of 48 kHz in stereo. */
export interface ClientSound extends DecodedTimes {
	readonly kind: "sound";
	/** Left and right in turn, 16 bits; the receiver's own. */
	readonly samples: Int16Array<ArrayBuffer>;
}

/** A picture of a client's camera; the receiver's own. */
export interface ClientPicture extends DecodedTimes, I420Picture {
	readonly kind: "picture";
}
