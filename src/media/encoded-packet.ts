import type { Foveation } from "./foveation.ts";
import type { EyeFrustum } from "./frustum.ts";
import type { EyeCount } from "./panorama.ts";
import type { Quaternion } from "./rotation.ts";
import type { SurroundSize } from "./surround.ts";
import type { ViewCodec } from "./video-format.ts";
import type { PictureLens } from "./viewer-lens.ts";

/**
 * The times at which the stages of one video frame were done, seconds on the server's monotonic
 * clock; NaN for a stage that does not apply.
 */
export interface StageTimes {
	/** Light fell in, where the source knows it. */
	readonly capturedSec: number;
	/** The source's picture was in memory. */
	readonly panoramaReadySec: number;
	/** The head pose that the view was drawn with had arrived. */
	readonly poseReceivedSec: number;
	/** Drawing began: the moment at which the pose was read. */
	readonly drawStartSec: number;
	readonly drawEndSec: number;
	readonly encodeEndSec: number;
}

/** The mapping of a picture's pixels to directions, with the pose and the field of view. */
export interface PictureGeometry {
	/** The lens that the view was drawn through. */
	readonly lens: PictureLens;
	/**
	 * The sides of each eye's view, the left one first, where they do not follow from the field of
	 * view and square pixels: flat views with frusta of their own, and all foveated ones.
	 */
	readonly frusta?: readonly EyeFrustum[] | undefined;
	/** The squeeze of a foveated view, the same for both eyes. */
	readonly foveation?: Foveation | undefined;
	/** The small picture of the whole sphere below the views. */
	readonly surround?: SurroundSize | undefined;
}

/** A unit of encoded video on its way from the encoder to the network and the recording. */
export type EncodedPacket = EncodedVideo;

/** A packet of encoded sound, for one viewer. */
export interface EncodedSound {
	readonly kind: "sound";
	/** One Opus packet (RFC 6716, 3), stereo. */
	readonly data: Uint8Array;
	/** RTP time, 48 kHz ticks, unsigned 32 bits, wraps around. */
	readonly rtpTicks: number;
	/** Time at which its first sample belongs, seconds on the server's monotonic clock. */
	readonly dueSec: number;
	/**
	 * Time of its first sample in the source's media, seconds, which runs on over loops; NaN: the
	 * source stands still.
	 */
	readonly mediaTimeSec: number;
	/** It is the first after silence, of which nothing is sent. */
	readonly begins: boolean;
}

/** An encoded picture. */
export interface EncodedVideo extends PictureGeometry {
	readonly kind: "video";
	readonly codec: ViewCodec;
	/**
	 * H.264: Annex B, exactly one access unit; SPS and PPS come first in a key frame.
	 * VP8 and VP9: one frame. AV1: the OBUs of one temporal unit without its
	 * delimiter; a sequence header comes first in a key frame.
	 */
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
	/**
	 * Size of one eye's view, pixels. The picture is `height * eyes` high, and higher by the gap
	 * and the rows of a surround.
	 */
	readonly width: number;
	readonly height: number;
	/** 2: the left eye's view is on top of the right eye's. */
	readonly eyes: EyeCount;
	readonly stages: StageTimes;
	/**
	 * Time of the source's picture in its own media, seconds, which runs on over loops; NaN where
	 * the source has none.
	 */
	readonly mediaTimeSec: number;
	/**
	 * Time stamp of the source's picture (a file's pts), seconds, which begins again with a loop.
	 * @default mediaTimeSec
	 */
	readonly stampSec?: number | undefined;
	/**
	 * Time of the capture as the camera itself states it, microseconds since 1970 on its own clock.
	 * @default NaN: it states none
	 */
	readonly cameraUs?: number | undefined;
}
