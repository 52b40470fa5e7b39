import { readCammTime } from "../../src/metadata/camm.ts";
import { readGpmfTime } from "../../src/metadata/gpmf.ts";
import { readReferenceTime } from "../../src/metadata/reference-times.ts";
import { cammPacket, gps9Payload, gpsuPayload, prftContent } from "../../test/support/timed-metadata.ts";
import type { FuzzTarget } from "../fuzzer.ts";

export const target: FuzzTarget = {
	covers: [
		"src/metadata/camm.ts",
		"src/metadata/gpmf.ts",
		"src/metadata/gps-time.ts",
		"src/metadata/reference-times.ts",
	],
	dictionary: ["DEVC", "STRM", "GPSU", "GPSF", "GPS9", "231114221320.250", "\u0000\u0000\u0006\u0000"],
	seeds: () => [
		cammPacket(1_384_035_218),
		gpsuPayload("231114221320.250"),
		gps9Payload([[8718, 80_000_125, 3]]),
		prftContent(1, 1.7e15, 90_000),
	],
	async run(input) {
		const gpmf = readGpmfTime(input);
		for (const timeUs of [readCammTime(input), gpmf?.timeUs, readReferenceTime(input)?.timeUs])
			if (timeUs !== undefined && !Number.isSafeInteger(timeUs)) throw new Error(`A time of ${timeUs} us.`);
		if (gpmf !== undefined && !(gpmf.fraction >= 0 && gpmf.fraction < 1))
			throw new Error(`A place of ${gpmf.fraction} in a payload.`);
	},
};
