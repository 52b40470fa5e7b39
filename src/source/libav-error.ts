import { FFmpegError } from "node-av/lib";
import { sourceErrorFromFfmpeg } from "./ffmpeg-failure.ts";
import type { SourceError } from "./video-source.ts";

/** FFmpeg's message for the error `code`. */
export function libavText(code: number): string {
	return FFmpegError.strerror(code);
}

/** The error for an input that could not be opened or read, from FFmpeg's error code. */
export function libavSourceError(code: number, label: string): SourceError {
	const text = libavText(code);
	return sourceErrorFromFfmpeg(text, label, `${text} (FFmpeg error ${code})`);
}
