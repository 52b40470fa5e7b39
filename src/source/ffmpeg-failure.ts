import { reasonIn, withReason } from "./failure-reason.ts";
import { isUrl } from "./source-name.ts";
import { SourceError, type SourceErrorCode } from "./video-source.ts";

/**
 * Messages of FFmpeg (`av_strerror`), with the kind of error and the sentence for people that each
 * stands for.
 */
const FAILURES: readonly (readonly [text: RegExp, code: SourceErrorCode, sentence: (label: string) => string])[] = [
	[
		/no such file or directory/i,
		"not-found",
		(label) => (isUrl(label) ? `Nothing is to be had at ${label}.` : `No such file: ${label}.`),
	],
	[/is a directory/i, "not-video", (label) => `${label} is a folder, not a video.`],
	[/permission denied|operation not permitted/i, "failed", (label) => `${label} can't be read: permission denied.`],
	[/404 not found/i, "not-found", (label) => `The server has nothing at ${label} (404).`],
	[
		/401 unauthorized/i,
		"connection",
		(label) => `The server asks for a user name and password to read ${label} (401).`,
	],
	[/403 forbidden/i, "connection", (label) => `The server does not allow ${label} to be read (403).`],
	[
		/server returned|4xx client error|5xx server error/i,
		"connection",
		(label) => `The server refused to send ${label}.`,
	],
	[/connection refused/i, "connection", (label) => `${label} can't be reached: connection refused.`],
	[
		/immediate exit requested|timed out/i,
		"connection",
		(label) => `${label} does not answer: nothing came for too long.`,
	],
	[
		/protocol not found/i,
		"not-found",
		(label) =>
			`${label} can't be opened: ` +
			`${isUrl(label) ? "" : "there is no such file, and as an address "}its protocol is not known.`,
	],
	[
		/decoder.*not found|unknown decoder|no decoder/i,
		"unknown-codec",
		(label) => `${label} is in a video format that can't be decoded here.`,
	],
	[
		/invalid data found|demuxer not found|moov atom not found/i,
		"not-video",
		(label) => `${label} is not a video that can be read, or it is damaged.`,
	],
];

/**
 * The error for an input that could not be opened or read, in a sentence for people. FFmpeg's
 * errors are translated here and nowhere else.
 *
 * @param text FFmpeg's own message.
 * @param cause the underlying error, kept for debugging; holds no credentials.
 */
export function sourceErrorFromFfmpeg(text: string, label: string, cause: unknown = text): SourceError {
	for (const [pattern, code, sentence] of FAILURES) {
		if (!pattern.test(text)) continue;
		const error = new SourceError(code, sentence(label), { cause });
		// The sentence is complete for an input that can't be reached.
		return code === "connection" || code === "not-found" ? error : withReason(error, reasonIn(text));
	}
	const reason = text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");
	if (isUrl(label)) return new SourceError("connection", `The connection to ${label} failed: ${reason}.`, { cause });
	return new SourceError("failed", `${label} can't be read: ${reason}.`, { cause });
}
