import type { CaptureOrigin, CaptureStatement } from "./video-source.ts";

/** Names of the statements of capture times. */
export const CAPTURE_ORIGIN_WORDS: Readonly<Record<CaptureOrigin, string>> = {
	rtcp: "RTCP sender reports",
	pts: "its time stamps",
	prft: "the boxes prft",
	camm: "the track camm",
	gpmf: "the track GPMF",
};

/**
 * Says in one line whose the capture times of a source are.
 * @param name of the source, the subject of the sentence.
 */
export function wordsForCapture(name: string, { origin, used, ageSec }: CaptureStatement): string {
	const by = `states capture times by ${CAPTURE_ORIGIN_WORDS[origin]}`;
	if (Number.isNaN(ageSec)) return `${name} ${by}: recordings have them.`;
	// The first pictures have waited here, while FFmpeg looked at the input.
	if (used) return `${name} ${by}: the ages of its pictures begin there.`;
	const side = ageSec < 0 ? "after" : "before";
	return (
		`${name} ${by} that lie ${Math.abs(ageSec).toFixed(3)} s ${side} the arrival of its pictures: the camera's ` +
		"clock is not set. Ages begin with the decoding."
	);
}

/** True if the statement shows a fault of the camera. */
export function isWrongClock({ used, ageSec }: CaptureStatement): boolean {
	return !used && !Number.isNaN(ageSec);
}
