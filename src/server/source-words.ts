import { isCaptureFault, wordsForCapture } from "../source/capture-words.ts";
import type { CaptureStatement, SourceInfo } from "../source/video-source.ts";
import type { Logger } from "./logger.ts";

/** Describes an opened source in a line of the log. */
export function wordsForSource(name: string, { format, frameRate, codec, hwaccel, layout, sound }: SourceInfo): string {
	const rate = Number.isNaN(frameRate) ? "" : `, ${Math.round(frameRate * 100) / 100} fps`;
	const decoder = hwaccel === "none" ? "in software" : `by ${hwaccel}`;
	const eyes = format.eyes === 2 ? " for each of two eyes" : "";
	const how = codec === "rawvideo" ? "" : `, decoded ${decoder}`;
	const heard = sound === undefined ? "" : `, ${sound.layout} sound`;
	const read = layout === undefined ? "" : `; read as ${layout}`;
	return `Source ${name}: ${format.width}x${format.height}${eyes}, ${codec}${rate}${how}${heard}${read}`;
}

/** Logs whose the capture times of a source are. */
export function logCapture(log: Logger, name: string, statement: CaptureStatement): void {
	log[isCaptureFault(statement) ? "warn" : "info"](wordsForCapture(name, statement));
}

/** The field `capture` of a source in `GET /status`, if it states capture times. */
export function captureStatus(capture: CaptureStatement | undefined): object {
	if (capture === undefined) return {};
	const { origin, used, ageSec } = capture;
	return { capture: { origin, used, ageMs: Number.isNaN(ageSec) ? null : Math.round(ageSec * 1000) } };
}
