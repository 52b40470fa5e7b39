import type { FrameMessage, FrameTimes } from "../protocol/frame-message.ts";
import { type LatencyPercentiles, percentile, percentilesOf } from "./recent-latencies.ts";

/** The stages of a frame on the server, medians in milliseconds. NaN where unknown. */
export interface ServerStages {
	/** From the arrival of the pose to the beginning of drawing. */
	readonly wait: number;
	readonly draw: number;
	readonly encode: number;
	/** From the encoder to the first packet. */
	readonly send: number;
}

interface Sample {
	readonly atMs: number;
	readonly latencyMs: number;
	readonly times: FrameTimes;
}

const WINDOW_MS = 10_000;
/** A still view has two pictures a second: after a longer time without one a page was hidden. */
const PAUSE_MS = 1_500;
const POSES_REMEMBERED = 1024; // 8 s at 120 Hz
const FRAMES_REMEMBERED = 256; // 4 s at 60 fps
const SAMPLES_REMEMBERED = 1200; // the window at 120 fps

/**
 * Measures motion to photon on one clock: the time from the reading of a pose to the
 * display of the first frame that was drawn with it. A frame is found by its RTP time,
 * a pose by its sequence number. The server's message about a frame may come before the
 * frame or after it.
 *
 * Reads no clock: times are milliseconds on the clock of `performance.now()`.
 */
export class MotionToPhotonMeter {
	readonly #poseSequences = new Float64Array(POSES_REMEMBERED).fill(-1);
	readonly #poseTimesMs = new Float64Array(POSES_REMEMBERED);
	readonly #described = new Map<number, FrameMessage>();
	readonly #shownAtMs = new Map<number, number>();
	#lastSequence = 0;
	#lastShownAtMs = Number.NaN;
	/** Time of the first frame since frames are shown without a pause. */
	#begunAtMs = Number.NaN;
	#samples: Sample[] = [];

	/** A pose was sent. */
	poseSent(sequence: number, readAtMs: number): void {
		const slot = sequence % POSES_REMEMBERED;
		this.#poseSequences[slot] = sequence;
		this.#poseTimesMs[slot] = readAtMs;
	}

	/** The server has described a frame. */
	frameDescribed(frame: FrameMessage): void {
		const shownAtMs = this.#shownAtMs.get(frame.rtpTicks);
		if (shownAtMs === undefined) {
			keepNewest(this.#described, frame.rtpTicks, frame);
			return;
		}
		this.#shownAtMs.delete(frame.rtpTicks);
		this.#match(frame, shownAtMs);
	}

	/**
	 * A frame is shown.
	 * @param rtpTicks `rtpTimestamp` of the video frame callback.
	 * @returns the server's message about it, if that has arrived.
	 */
	frameShown(rtpTicks: number, shownAtMs: number): FrameMessage | undefined {
		if (!(shownAtMs - this.#lastShownAtMs < PAUSE_MS)) this.#begunAtMs = shownAtMs;
		this.#lastShownAtMs = shownAtMs;
		const frame = this.#described.get(rtpTicks);
		if (frame === undefined) {
			keepNewest(this.#shownAtMs, rtpTicks, shownAtMs);
			return undefined;
		}
		this.#described.delete(rtpTicks);
		this.#match(frame, shownAtMs);
		return frame;
	}

	/** @returns `undefined` if nothing was measured in the last ten seconds. */
	percentiles(nowMs: number): LatencyPercentiles | undefined {
		return percentilesOf(this.#recent(nowMs).map((sample) => sample.latencyMs));
	}

	/** The stages of the measured frames of the last ten seconds. */
	stages(nowMs: number): ServerStages {
		const recent = this.#recent(nowMs);
		const median = (from: keyof FrameTimes, to: keyof FrameTimes) => {
			const durations = recent
				.map(({ times }) => (times[to] ?? Number.NaN) - (times[from] ?? Number.NaN))
				.filter(Number.isFinite);
			return percentile(
				durations.sort((a, b) => a - b),
				0.5,
			);
		};
		return {
			wait: median("poseMs", "drawMs"),
			draw: median("drawMs", "drawnMs"),
			encode: median("drawnMs", "encodedMs"),
			send: median("encodedMs", "sentMs"),
		};
	}

	/** Another connection begins, with RTP times of its own. Poses stay known. */
	reset(): void {
		this.#described.clear();
		this.#shownAtMs.clear();
		this.#lastShownAtMs = Number.NaN;
		this.#samples = [];
	}

	#match({ poseSequence, times }: FrameMessage, shownAtMs: number): void {
		const slot = poseSequence % POSES_REMEMBERED;
		// Only the first frame of a pose shows its latency.
		if (poseSequence === this.#lastSequence || this.#poseSequences[slot] !== poseSequence) return;
		this.#lastSequence = poseSequence;
		const readAtMs = this.#poseTimesMs[slot];
		// A pose that was read before waits for the connection, or for a page that was
		// hidden, and not for the pipeline.
		if (readAtMs === undefined || !(readAtMs >= this.#begunAtMs)) return;
		this.#samples.push({ atMs: shownAtMs, latencyMs: shownAtMs - readAtMs, times });
		if (this.#samples.length > SAMPLES_REMEMBERED) this.#samples.shift();
	}

	#recent(nowMs: number): Sample[] {
		return this.#samples.filter((sample) => nowMs - sample.atMs < WINDOW_MS);
	}
}

function keepNewest<Value>(map: Map<number, Value>, key: number, value: Value): void {
	map.set(key, value);
	if (map.size <= FRAMES_REMEMBERED) return;
	const [oldest] = map.keys();
	if (oldest !== undefined) map.delete(oldest);
}
