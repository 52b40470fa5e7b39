import { deferringErrors } from "./archetype.ts";
import { VideoFrameReferenceBase, type VideoFrameReferenceFields } from "./video.generated.ts";

/** Shows one frame of an `AssetVideo`: the last one that is not after a time in the video. */
export class VideoFrameReference extends VideoFrameReferenceBase {
	/** The frame at a time. @param seconds since the video's beginning. */
	static atSeconds(seconds: number, options: Omit<VideoFrameReferenceFields, "timestamp"> = {}): VideoFrameReference {
		const { timestamp } = deferringErrors(() => ({ timestamp: nanoseconds(seconds) }));
		return new VideoFrameReference(timestamp, options);
	}
}

function nanoseconds(seconds: number): number {
	if (!Number.isFinite(seconds))
		throw new RangeError(`The time in a video must be a number of seconds, not ${seconds}.`);
	return Math.round(seconds * 1e9);
}
