import type { RecordingState } from "../recording/session-recording.ts";
import type { Logger } from "./logger.ts";

/** Sentences of a server's recorder. Viewers learn no path by them. */
export const RECORDER_WORDS = {
	closing: "The server is closing: no recording is begun.",
	withdrawn: "The recording was stopped before it had begun.",
	refused: "The recording could not be begun.",
	none: "There is no recording.",
	underWay: "A recording is under way already.",
} as const;

/**
 * A text without control characters, which terminals would obey, and without spaces around it.
 *
 * @returns `undefined` for an empty one.
 * @throws {RangeError | TypeError}
 */
export function cleanText(option: string, text: unknown, maxLength: number): string | undefined {
	if (text === undefined) return undefined;
	if (typeof text !== "string") throw new TypeError(`${option} is a text; got ${typeof text}.`);
	if (text.length > maxLength)
		throw new RangeError(`${option} is at most ${maxLength} characters; got ${text.length}.`);
	return text.replaceAll(/\p{Cc}+/gu, " ").trim() || undefined;
}

/** Logs a recording's new state. @param path of its first file. */
export function logState(log: Logger, path: string, state: RecordingState): void {
	if (state.name === "failed") log.error(`The recording has stopped: ${state.reason}`);
	else if (state.name === "losing")
		log.warn(
			state.cause === "disk"
				? `The recording has gaps: ${path} can't be written as fast as is recorded.`
				: `The recording has gaps: this machine is busy, and ${path} is written too slowly.`,
		);
	else if (state.name === "recording") log.info("The recording is whole again.");
	else log.info(`The recording is finished: ${path}`);
}
