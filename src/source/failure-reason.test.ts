import { expect, it } from "vitest";
import { reasonIn, withReason } from "./failure-reason.ts";
import { SourceError } from "./video-source.ts";

it.each([
	[
		"[mov,mp4,m4a,3gp,3g2,mj2 @ 0x55d0c8a0] moov atom not found\nclip.mp4: Invalid data found when " +
			"processing input",
		"moov atom not found",
	],
	[
		"[in#0 @ 0x1] [matroska,webm @ 0x2] EBML header parsing failed\n[in#0 @ 0x1] Error opening input: Invalid data",
		"EBML header parsing failed",
	],
	["[h264 @ 00000123abc] no frame!\n[h264 @ 00000123abc] Invalid data found when processing input", "no frame!"],
	["[tls @ 0x1] handshake with https://ann:hunter2@host/x failed.", "handshake with https://host/x failed"],
	["clip.mp4: No such file or directory", undefined],
	["", undefined],
])("reasonIn() finds FFmpeg's reason in its log: %s", (log, reason) => {
	expect(reasonIn(log)).toBe(reason);
});

it("withReason() puts it in brackets, once", () => {
	const error = new SourceError("not-video", "clip.mp4 is damaged.", { cause: "code" });
	expect(withReason(error, "moov atom not found")).toMatchObject({
		code: "not-video",
		message: "clip.mp4 is damaged (moov atom not found).",
		cause: "code",
	});
	expect(withReason(error, "Damaged").message).toBe("clip.mp4 is damaged.");
	expect(withReason(error, undefined)).toBe(error);
});
