import { describe, expect, it } from "vitest";
import { readHlsPlaylist } from "./hls-playlist.ts";

const ADDRESS = "https://host.example/live/index.m3u8?a=1";
const START_US = Date.UTC(2026, 0, 31, 12) * 1000;

describe("readHlsPlaylist", () => {
	it("gives the newest segment before each discontinuity its date, and a playlist of its own", () => {
		const playlist = readHlsPlaylist(
			[
				...["#EXTM3U", "#EXT-X-TARGETDURATION:2", "#EXT-X-MEDIA-SEQUENCE:41", '#EXT-X-MAP:URI="../init.mp4"'],
				...["#EXTINF:2,", "undated.m4s", "#EXT-X-PROGRAM-DATE-TIME:2026-01-31T13:00:00.000+0100"],
				...['#EXT-X-KEY:METHOD=AES-128,URI="/key"', "#EXTINF:1.5,title", "#EXT-X-BYTERANGE:100@50", "a.m4s"],
				...["#EXTINF:2,", "#EXT-X-BYTERANGE:10", "a.m4s", "#EXT-X-DISCONTINUITY", "#EXTINF:2,", "b.m4s"],
				...["#EXT-X-PROGRAM-DATE-TIME:2026-01-31T12:00:09Z", "#EXTINF:2,", "https://other.example/c.m4s"],
			].join("\r\n"),
			ADDRESS,
		)!;
		expect([playlist.isLive, playlist.variants]).toEqual([true, []]);
		expect(playlist.segments.map(({ timeUs }) => (timeUs - START_US) / 1e6)).toEqual([1.5, 9]);
		const tags = [
			'#EXT-X-MAP:URI="https://host.example/init.mp4"',
			'#EXT-X-KEY:METHOD=AES-128,URI="https://host.example/key"',
		];
		expect(playlist.segments[0]?.playlist.split("\n")).toEqual([
			...["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:2", "#EXT-X-MEDIA-SEQUENCE:43", ...tags],
			...["#EXT-X-BYTERANGE:10@150", "#EXTINF:2,", "https://host.example/live/a.m4s", "#EXT-X-ENDLIST", ""],
		]);
		expect(playlist.segments[1]?.playlist).toContain("\nhttps://other.example/c.m4s\n");
	});

	it("lists the variants of a playlist of playlists, and knows a recording", () => {
		const text =
			"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow/index.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=2\nhigh.m3u8\n";
		const variants = ["https://host.example/live/low/index.m3u8", "https://host.example/live/high.m3u8"];
		expect(readHlsPlaylist(text, ADDRESS)).toMatchObject({ variants, segments: [] });
		expect(readHlsPlaylist("#EXTM3U\n#EXT-X-ENDLIST\n", ADDRESS)?.isLive).toBe(false);
	});

	it("reads no other texts, and no dates that are none", () => {
		expect(readHlsPlaylist("<html>", ADDRESS)).toBeUndefined();
		for (const date of ["", "yesterday", "1970-01-01T00:00:00Z", "9999-01-01T00:00:00Z"]) {
			const text = `#EXTM3U\n#EXT-X-PROGRAM-DATE-TIME:${date}\n#EXTINF:2,\na.ts\n#EXTINF:x,\nhttp://[\n`;
			expect([date, readHlsPlaylist(text, ADDRESS)?.segments]).toEqual([date, []]);
		}
	});
});
