import type { ReceivedFrame } from "./frame-assembler.cases.ts";
import type { SentFrame } from "./simulated-receiver.cases.ts";

/** The traffic that came through between two moments. */
export interface SimulatedOutcome extends PictureOutcome {
	/** Mean of the encoder's target. */
	readonly bitrateBps: number;
	/**
	 * Rate of RTP that arrived with new pictures: each packet once, without FEC and
	 * padding.
	 */
	readonly mediaBps: number;
	/** Share of the link's rate that was used. */
	readonly usedShare: number;
	/** Share of the packets that were lost in the full queue. */
	readonly overflowedShare: number;
	/** Mean time of a packet in the queue, seconds. */
	readonly queueSec: number;
	/** Time that 95 of 100 packets spent less than in the queue, seconds. */
	readonly highQueueSec: number;
	/** Time until the queue was neither full nor above 100 ms for good, seconds. */
	readonly longQueueSec: number;
	/** Key frames sent. */
	readonly keyframes: number;
	/** Mean rate of a TCP flow beside the session. */
	readonly tcpBps: number;
}

/** The outcome for a viewer. */
export interface PictureOutcome {
	/**
	 * Share of the frames that were due that came through whole, with every frame that
	 * they build on.
	 */
	readonly decodableShare: number;
	/** Longest time between two decodable frames, seconds. */
	readonly longestGapSec: number;
	/** Freezes as libwebrtc counts them, and their length. */
	readonly freezes: number;
	readonly frozenSec: number;
}

/**
 * A longer interval is a freeze: three times the mean of the last 30, and 150 ms above
 * it (libwebrtc, video/video_quality_observer2.cc, `kMinFrameSamplesToDetectFreeze`,
 * `kMinIncreaseForFreeze`, `kAvgInterframeDelaysWindowSizeFrames`).
 */
const FREEZE_FACTOR = 3;
const FREEZE_INCREASE_SEC = 0.15;
const FREEZE_WINDOW = 30;

/**
 * Judges the pictures from one moment on.
 *
 * @param sent all frames since the beginning, in order.
 * @param frames those that arrived whole.
 * @param fromTicks RTP time of the first frame that counts.
 * @param due number of frames that were due.
 */
export function judgePictures(
	sent: readonly SentFrame[],
	frames: readonly ReceivedFrame[],
	fromTicks: number,
	due: number,
): PictureOutcome {
	const shown = shownFrames(sent, frames);
	const first = shown.findIndex(({ rtpTicks }) => rtpTicks >= fromTicks);
	if (first < 0) return { decodableShare: 0, longestGapSec: Number.NaN, freezes: 0, frozenSec: 0 };
	let longestGapSec = 0;
	let freezes = 0;
	let frozenSec = 0;
	for (let index = Math.max(1, first); index < shown.length; index++) {
		const intervalSec = shown[index]!.shownSec - shown[index - 1]!.shownSec;
		longestGapSec = Math.max(longestGapSec, intervalSec);
		const window = Math.min(FREEZE_WINDOW, index - 1);
		if (window === 0) continue;
		const meanSec = (shown[index - 1]!.shownSec - shown[index - 1 - window]!.shownSec) / window;
		if (intervalSec < Math.max(FREEZE_FACTOR * meanSec, meanSec + FREEZE_INCREASE_SEC)) continue;
		freezes++;
		frozenSec += intervalSec;
	}
	return { decodableShare: (shown.length - first) / due, longestGapSec, freezes, frozenSec };
}

/** The frames that can be decoded, each shown no earlier than those before it. */
function shownFrames(sent: readonly SentFrame[], frames: readonly ReceivedFrame[]) {
	const completed = new Map(frames.map(({ rtpTicks, completedSec }) => [rtpTicks, completedSec]));
	const shown: { readonly rtpTicks: number; readonly shownSec: number }[] = [];
	let chain = false;
	for (const { rtpTicks, keyframe } of sent) {
		const completedSec = completed.get(rtpTicks);
		chain = completedSec !== undefined && (chain || keyframe);
		if (chain) shown.push({ rtpTicks, shownSec: Math.max(completedSec!, shown.at(-1)?.shownSec ?? 0) });
	}
	return shown;
}
