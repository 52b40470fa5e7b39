import {
	AVERROR_DEMUXER_NOT_FOUND,
	AVERROR_EACCES,
	AVERROR_EISDIR,
	AVERROR_ENOENT,
	AVERROR_EPERM,
	AVERROR_EXIT,
	AVERROR_HTTP_BAD_REQUEST,
	AVERROR_HTTP_FORBIDDEN,
	AVERROR_HTTP_NOT_FOUND,
	AVERROR_HTTP_OTHER_4XX,
	AVERROR_HTTP_SERVER_ERROR,
	AVERROR_HTTP_TOO_MANY_REQUESTS,
	AVERROR_HTTP_UNAUTHORIZED,
	AVERROR_INVALIDDATA,
	AVERROR_PROTOCOL_NOT_FOUND,
} from "node-av/constants";
import { FFmpegError } from "node-av/lib";
import { isUrl } from "./source-name.ts";
import { SourceError } from "./video-source.ts";

/** What FFmpeg calls the error `code`. */
export function libavText(code: number): string {
	return FFmpegError.strerror(code);
}

/** Why `label` could not be opened or read, from FFmpeg's error code, in a sentence for people. */
export function libavSourceError(code: number, label: string): SourceError {
	const cause = `${libavText(code)} (FFmpeg error ${code})`;
	const make = (kind: SourceError["code"], message: string) => new SourceError(kind, message, { cause });
	switch (code) {
		case AVERROR_ENOENT:
			return make("not-found", isUrl(label) ? `Nothing answers at ${label}.` : `No such file: ${label}.`);
		case AVERROR_EISDIR:
			return make("not-video", `${label} is a folder, not a video.`);
		case AVERROR_EACCES:
		case AVERROR_EPERM:
			return make("failed", `${label} can't be read: permission denied.`);
		case AVERROR_INVALIDDATA:
		case AVERROR_DEMUXER_NOT_FOUND:
			return make("not-video", `${label} is not a video that can be read, or it is damaged.`);
		case AVERROR_PROTOCOL_NOT_FOUND:
			return make("not-found", `${label} can't be opened: its protocol is not known.`);
		case AVERROR_HTTP_NOT_FOUND:
			return make("not-found", `The server has nothing at ${label} (404).`);
		case AVERROR_HTTP_UNAUTHORIZED:
			return make("connection", `The server asks for a user name and password to read ${label} (401).`);
		case AVERROR_HTTP_FORBIDDEN:
			return make("connection", `The server does not allow ${label} to be read (403).`);
		case AVERROR_HTTP_BAD_REQUEST:
		case AVERROR_HTTP_TOO_MANY_REQUESTS:
		case AVERROR_HTTP_OTHER_4XX:
		case AVERROR_HTTP_SERVER_ERROR:
			return make("connection", `The server refused to send ${label}: ${libavText(code)}.`);
		case AVERROR_EXIT:
			return make("connection", `${label} does not answer: nothing came for too long.`);
	}
	const text = libavText(code);
	if (/refused/i.test(text)) return make("connection", `${label} can't be reached: connection refused.`);
	if (isUrl(label)) return make("connection", `The connection to ${label} failed: ${text.toLowerCase()}.`);
	return make("failed", `${label} can't be read: ${text.toLowerCase()}.`);
}
