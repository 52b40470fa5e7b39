import { expect, it } from "vitest";
import { addressOf } from "./http-request.ts";

it.each([
	["https://u:p@camera/live/a.m3u8", "https://camera/live/b.m3u8", "https://u:p@camera/live/b.m3u8"],
	["http://u:p@camera/a.m3u8", "https://camera/a.m3u8", "https://u:p@camera/a.m3u8"],
	["https://u:p@camera/a.m3u8", "http://camera/a.m3u8", "http://camera/a.m3u8"],
	["https://u:p@camera/a.m3u8", "https://other/a.m3u8", "https://other/a.m3u8"],
	["https://u:p@camera/a.m3u8", "https://camera:8443/a.m3u8", "https://camera:8443/a.m3u8"],
])(
	"a login goes with an address on its own server alone, and never in clear behind HTTPS: %s, %s",
	(asked, found, kept) => {
		expect(addressOf(asked, found)).toBe(kept);
	},
);
