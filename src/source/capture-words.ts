import type { CaptureOrigin, CaptureStatement } from "./video-source.ts";

/** Names of the statements of capture times. */
export const CAPTURE_ORIGIN_WORDS: Readonly<Record<CaptureOrigin, string>> = {
	rtcp: "RTCP sender reports",
	pts: "its time stamps",
	prft: "the boxes prft",
	hls: "the dates of its playlist",
	camm: "the track camm",
	gpmf: "the track GPMF",
};

/**
 * Says in one line whose the capture times of a source are.
 * @param name of the source, the subject of the sentence.
 */
export function wordsForCapture(name: string, { origin, used, ageSec, isLate }: CaptureStatement): string {
	const by = `states capture times by ${CAPTURE_ORIGIN_WORDS[origin]}`;
	if (Number.isNaN(ageSec)) return `${name} ${by}: recordings have them.`;
	const sec = Math.abs(ageSec).toFixed(3);
	if (used && isLate)
		return (
			`${name} ${by} by which its pictures come ${sec} s old: ` +
			(origin === "hls"
				? "HLS comes in pieces of seconds."
				: "the camera's clock is behind, or its network is slow.") +
			" Bounds of control count that age."
		);
	if (used) return `${name} ${by}: the ages of its pictures begin there, with ${sec} s on arrival.`;
	const side = ageSec < 0 ? "after" : "before";
	return (
		`${name} ${by} that lie ${sec} s ${side} the arrival of its pictures: the camera's ` +
		"clock is not set. Ages begin with the decoding."
	);
}

/** True if the statement shows a fault of the camera, or of the way from it. */
export function isCaptureFault({ used, ageSec, isLate }: CaptureStatement): boolean {
	return isLate === true || (!used && !Number.isNaN(ageSec));
}
