import { box } from "../../src/metadata/box-bytes.ts";
import { readCammTime } from "../../src/metadata/camm.ts";
import { readGpmfTime } from "../../src/metadata/gpmf.ts";
import { readHlsPlaylist } from "../../src/metadata/hls-playlist.ts";
import { PassingReferenceTimes } from "../../src/metadata/passing-reference-times.ts";
import { readReferenceTime } from "../../src/metadata/reference-times.ts";
import { cammPacket, gps9Payload, gpsuPayload, prftContent } from "../../test/support/timed-metadata.ts";
import type { FuzzTarget } from "../fuzzer.ts";

export const target: FuzzTarget = {
	covers: [
		"src/metadata/camm.ts",
		"src/metadata/gpmf.ts",
		"src/metadata/gps-time.ts",
		"src/metadata/hls-playlist.ts",
		"src/metadata/passing-reference-times.ts",
		"src/metadata/reference-times.ts",
	],
	dictionary: ["DEVC", "STRM", "GPSU", "GPSF", "GPS9", "231114221320.250", "\u0000\u0000\u0006\u0000"],
	seeds: () => [
		cammPacket(1_384_035_218),
		gpsuPayload("231114221320.250"),
		gps9Payload([[8718, 80_000_125, 3]]),
		prftContent(1, 1.7e15, 90_000),
		box("prft", prftContent(1, 1.7e15, 90_000)),
		Buffer.from("#EXTM3U\n#EXT-X-PROGRAM-DATE-TIME:2026-01-31T12:00:00Z\n#EXTINF:2,\n#EXT-X-BYTERANGE:9@1\na.ts\n"),
	],
	async run(input) {
		const gpmf = readGpmfTime(input);
		const passing = new PassingReferenceTimes();
		for (const part of [input.subarray(0, 5), input.subarray(5)]) passing.push(part);
		const playlist = readHlsPlaylist(Buffer.from(input).toString(), "http://camera/live.m3u8");
		const others = [passing.near(1, 0), ...(playlist?.segments ?? [])].map((stated) => stated?.timeUs);
		for (const timeUs of [readCammTime(input), gpmf?.timeUs, readReferenceTime(input)?.timeUs, ...others])
			if (timeUs !== undefined && !Number.isSafeInteger(timeUs)) throw new Error(`A time of ${timeUs} us.`);
		if (gpmf !== undefined && !(gpmf.fraction >= 0 && gpmf.fraction < 1))
			throw new Error(`A place of ${gpmf.fraction} in a payload.`);
	},
};
