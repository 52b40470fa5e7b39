/** The present picture of a video, as graphics take it, and its RTP time. */
export interface PresentFrame {
	/** Borrowed. */
	readonly source: HTMLVideoElement | VideoFrame;
	/** `undefined`: not known. */
	readonly rtpTicks: number | undefined;
}

/** Metadata of a video frame callback; the RTP time is there for WebRTC. */
export type FrameCallbackMetadata = Pick<VideoFrameCallbackMetadata, "mediaTime"> & {
	readonly rtpTimestamp?: number | undefined;
};

/** Media times that differ by less, microseconds, are the same frame's. */
const SAME_TIME_US = 500;

/**
 * Takes pictures out of a video, each with its own RTP time. On a busy machine the video has gone
 * on since a callback was made for an earlier picture, and must not be taken for that one.
 */
export class PresentFrames {
	readonly #video: HTMLVideoElement;
	/** False where graphics have refused a `VideoFrame`: the video itself is taken then. */
	#takesFrames = typeof VideoFrame === "function";
	/** Frames have had the times of their callbacks: another time is another frame's. */
	#timesAgree = false;

	constructor(video: HTMLVideoElement) {
		this.#video = video;
	}

	/**
	 * Takes the present picture.
	 *
	 * @param metadata of the callback; `undefined` outside of one.
	 * @param upload gives it to the graphics.
	 * @returns its RTP time; `undefined`: not known.
	 */
	take(
		metadata: FrameCallbackMetadata | undefined,
		upload: (source: PresentFrame["source"]) => void,
	): PresentFrame["rtpTicks"] {
		const frame = this.#frame();
		if (frame !== undefined) {
			try {
				upload(frame);
				return this.#rtpTicksOf(frame, metadata);
			} catch {
				this.#takesFrames = false;
			} finally {
				frame.close();
			}
		}
		upload(this.#video);
		return metadata?.rtpTimestamp;
	}

	#frame(): VideoFrame | undefined {
		if (!this.#takesFrames) return undefined;
		try {
			return new VideoFrame(this.#video);
		} catch {
			return undefined;
		}
	}

	#rtpTicksOf(frame: VideoFrame, metadata: FrameCallbackMetadata | undefined): number | undefined {
		// WebCodecs' registry of metadata; Chromium has it.
		const { rtpTimestamp } = (frame as { metadata?(): { readonly rtpTimestamp?: number } }).metadata?.() ?? {};
		if (rtpTimestamp !== undefined || metadata === undefined) return rtpTimestamp;
		const isSame = Math.abs(frame.timestamp - metadata.mediaTime * 1e6) < SAME_TIME_US;
		this.#timesAgree ||= isSame;
		return isSame || !this.#timesAgree ? metadata.rtpTimestamp : undefined;
	}
}
