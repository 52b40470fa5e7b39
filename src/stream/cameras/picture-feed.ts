import type { EncodedPacket, StageTimes } from "../../media/encoded-packet.ts";
import type { EventListeners } from "../../media/events.ts";
import { IDENTITY } from "../../media/rotation.ts";
import type { PassedFormat } from "../../source/passed-pictures.ts";
import type { CopiedRates } from "./copy-limit.ts";

/** Form of coded pictures that can be sent as they are. */
export type FedFormat = PassedFormat | FedVp8Format;

/** VP8 of this size, pixels. */
interface FedVp8Format {
	readonly codec: "vp8";
	readonly width: number;
	readonly height: number;
}

/** Events of a `PictureFeed`. */
export interface PictureFeedEvents {
	/** One of the camera's own pictures, for all who show it. */
	picture: [packet: EncodedPacket];
	/** So many of its pictures are lost: the main thread was busy for longer than they are kept. */
	missed: [pictures: number];
	/** The pictures can be passed on from now on, in another form, or no more. */
	format: [];
}

/** The coded pictures of one camera, for all who show them as they are. */
export interface PictureFeed {
	readonly events: EventListeners<PictureFeedEvents>;
	/** Time of RTP time stamp 0, seconds on the monotonic clock. */
	readonly startSec: number;
	/** The form of the pictures; `undefined` while they can't be passed on. */
	readonly format: FedFormat | undefined;
	/** True once it is known whether its pictures can be passed on. */
	readonly isKnown: boolean;
	/** Its pictures that were lost because the main thread was busy for too long. @default 0 */
	readonly missed?: number | undefined;
	/** Averages over the last seconds. */
	readonly rates: CopiedRates;
	/** True while nothing is decoded: the last decoded picture is an old one. */
	readonly rests: boolean;
	/** Makes one of the next pictures a key frame. Missing: the camera can't be asked. */
	requestKeyframe?(): void;
	/** Adds a user of decoded pictures. @returns a function that removes it. */
	wantDecoded(): () => void;
	/** The source was opened, or opened again. */
	opened(): void;
	close(): void;
}

/** One coded picture of a camera. */
export interface FedPicture extends Pick<StageTimes, "capturedSec"> {
	readonly data: Uint8Array;
	readonly keyframe: boolean;
	readonly rtpTicks: number;
	/** Seconds on the monotonic clock. */
	readonly receivedSec: number;
	/** Time in its source's media, seconds; NaN: it has none. */
	readonly mediaSec: number;
	/** Time of the capture as the camera itself states it, microseconds since 1970. */
	readonly cameraUs?: number | undefined;
}

/** A camera's own picture in the shape of those that are drawn. */
export function packetOfPicture(format: FedFormat, picture: FedPicture): EncodedPacket {
	const { data, keyframe, rtpTicks, receivedSec, capturedSec, mediaSec, cameraUs } = picture;
	return {
		kind: "video",
		codec: "codec" in format ? format.codec : "h264",
		accessUnit: data,
		keyframe,
		rtpTicks,
		poseSequence: 0,
		pose: { worldFromView: IDENTITY, fovRad: Number.NaN },
		lens: "none",
		width: format.width,
		height: format.height,
		eyes: 1,
		stages: {
			capturedSec,
			panoramaReadySec: receivedSec,
			poseReceivedSec: Number.NaN,
			drawStartSec: receivedSec,
			drawEndSec: receivedSec,
			encodeEndSec: receivedSec,
		},
		mediaTimeSec: mediaSec,
		cameraUs,
	};
}
