import type { EyeCount } from "./panorama.ts";
import type { Quaternion } from "./rotation.ts";

/**
 * The times at which the stages of one video frame were done, seconds on the server's monotonic
 * clock; NaN for a stage that does not apply.
 */
export interface StageTimes {
	/** The source's picture was in memory. */
	readonly panoramaReadySec: number;
	/** The head pose that the view was drawn with had arrived. */
	readonly poseReceivedSec: number;
	/** Drawing began: the moment at which the pose was read. */
	readonly drawStartSec: number;
	readonly drawEndSec: number;
	readonly encodeEndSec: number;
}

/**
 * A unit of an encoded medium on its way from the encoder to the network and the recording. Audio
 * would be a second kind.
 */
export type EncodedPacket = EncodedVideo;

/** An encoded picture. */
export interface EncodedVideo {
	readonly kind: "video";
	/** H.264 Annex B, exactly one access unit; SPS and PPS come first in a key frame. */
	readonly accessUnit: Uint8Array;
	readonly keyframe: boolean;
	/** RTP time, 90 kHz ticks, unsigned 32 bits, wraps around. */
	readonly rtpTicks: number;
	/** Sequence number of the head pose that the view was drawn with; 0 before the first. */
	readonly poseSequence: number;
	/**
	 * Orientation and horizontal field of view of the drawn view, for clients that show the frame
	 * in its own direction.
	 */
	readonly pose: { readonly worldFromView: Quaternion; readonly fovRad: number };
	/** Size of one eye's view, pixels: the picture is `height * eyes` high. */
	readonly width: number;
	readonly height: number;
	/** 2: the upper half of the picture is the left eye's view, the lower half the right eye's. */
	readonly eyes: EyeCount;
	readonly stages: StageTimes;
}
