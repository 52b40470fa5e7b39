import { describe, expect, it } from "vitest";
import { sourceErrorFromFfmpeg } from "./ffmpeg-failure.ts";

describe("sourceErrorFromFfmpeg()", () => {
	it.each([
		["No such file or directory", "a/b.mp4", "not-found", "No such file: a/b.mp4."],
		[
			"Invalid data found when processing input",
			"notes.mp4",
			"not-video",
			"notes.mp4 is not a video that can be read, or it is damaged.",
		],
		["Connection refused", "rtsp://cam/1", "connection", "rtsp://cam/1 can't be reached: connection refused."],
		[
			"Server returned 404 Not Found",
			"http://h/v.mp4",
			"not-found",
			"The server has nothing at http://h/v.mp4 (404).",
		],
		[
			"Server returned 401 Unauthorized (authorization failed)",
			"http://h/v",
			"connection",
			"The server asks for a user name and password to read http://h/v (401).",
		],
		[
			"Server returned 5XX Server Error reply",
			"http://h/v",
			"connection",
			"The server refused to send http://h/v.",
		],
		["Input/output error", "http://h/v", "connection", "The connection to http://h/v failed: input/output error."],
		["Input/output error", "/dev/video0", "failed", "/dev/video0 can't be read: input/output error."],
		["Permission denied", "x.mp4", "failed", "x.mp4 can't be read: permission denied."],
	])("%s at %s", (text, label, code, message) => {
		const error = sourceErrorFromFfmpeg(text, label);
		expect(error).toMatchObject({ name: "SourceError", code, message });
		expect(error.cause).toBe(text);
	});
});
