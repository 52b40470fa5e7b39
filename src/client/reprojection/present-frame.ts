/** The present picture of a video, as graphics take it, and its RTP time. */
export interface PresentFrame {
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
 * Takes the present picture of a video out of it. On a busy machine the video has gone on since the
 * callback was made for an earlier picture, and must not be taken for that one.
 *
 * @param metadata of the callback; `undefined` outside of one.
 * @param use gets the frame, which is closed afterwards.
 */
export function withPresentFrame(
	video: HTMLVideoElement,
	metadata: FrameCallbackMetadata | undefined,
	use: (frame: PresentFrame) => void,
): void {
	const frame = frameOf(video);
	try {
		if (frame === undefined) use({ source: video, rtpTicks: metadata?.rtpTimestamp });
		else use({ source: frame, rtpTicks: rtpTicksOf(frame, metadata) });
	} finally {
		frame?.close();
	}
}

/** @returns `undefined` where browsers can't take frames out of a video. */
function frameOf(video: HTMLVideoElement): VideoFrame | undefined {
	try {
		return typeof VideoFrame === "function" ? new VideoFrame(video) : undefined;
	} catch {
		return undefined;
	}
}

function rtpTicksOf(frame: VideoFrame, metadata: FrameCallbackMetadata | undefined): number | undefined {
	// WebCodecs' registry of metadata; Chromium has it.
	const { rtpTimestamp } = (frame as { metadata?(): { readonly rtpTimestamp?: number } }).metadata?.() ?? {};
	if (rtpTimestamp !== undefined || metadata === undefined) return rtpTimestamp;
	const isSame = Math.abs(frame.timestamp - metadata.mediaTime * 1e6) < SAME_TIME_US;
	return isSame ? metadata.rtpTimestamp : undefined;
}
