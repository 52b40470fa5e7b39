import { describe, expect, it } from "vitest";
import { sourceLabel, sourceName, withoutSecrets } from "./source-name.ts";

describe("withoutSecrets()", () => {
	it.each([
		["rtsp://admin:hunter2@10.0.0.5:554/stream1", "rtsp://10.0.0.5:554/stream1"],
		["rtsp://admin:p@ss@w0rd@cam/live", "rtsp://cam/live"],
		["http://token@host/video.mp4?x=1", "http://host/video.mp4?x=1"],
		[
			"http://host/v.mp4?access_token=abc&size=2&Password=x#t=3",
			"http://host/v.mp4?access_token=***&size=2&Password=***#t=3",
		],
		["srt://host:9000?mode=caller&passphrase=topsecret", "srt://host:9000?mode=caller&passphrase=***"],
		["udp://@239.0.0.1:5000", "udp://@239.0.0.1:5000"],
		["http://[fe80::1]:80/a@b.mp4", "http://[fe80::1]:80/a@b.mp4"],
		["rtmp://host/app/user@example", "rtmp://host/app/user@example"],
	])("%s becomes %s", (url, expected) => {
		expect(withoutSecrets(url)).toBe(expected);
	});
});

it("sourceName() shows strangers no folders, sourceLabel() shows the path as given", () => {
	expect(sourceName("/home/ann/videos/head.mp4")).toBe("head.mp4");
	expect(sourceLabel("../videos/head.mp4")).toBe("../videos/head.mp4");
	expect(sourceName("https://u:p@host/a.mp4")).toBe("https://host/a.mp4");
	expect(sourceName("/dev/video0")).toBe("video0");
	expect(sourceName("file:videos/head.mp4")).toBe("head.mp4");
	expect(sourceName("file:///videos/my%20head.mp4")).toBe("my head.mp4");
	expect(sourceName("2024-01-01T12:00:00.mp4")).toBe("2024-01-01T12:00:00.mp4");
});
