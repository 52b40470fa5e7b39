import { describe, expect, it } from "vitest";
import { readVideoTimestamps } from "./video-timestamps.ts";

/** Big endian, 4 bytes each; others as they are. */
const bytes = (...parts: readonly (number | string | Uint8Array)[]): Uint8Array =>
	Uint8Array.from(
		parts.flatMap((part) => {
			if (typeof part === "number") return [part >>> 24, (part >>> 16) & 255, (part >>> 8) & 255, part & 255];
			return typeof part === "string"
				? Array.from(part, (character) => character.charCodeAt(0))
				: Array.from(part);
		}),
	);
const box = (type: string, ...parts: readonly (number | string | Uint8Array)[]) => {
	const body = bytes(...parts);
	return bytes(8 + body.length, type, body);
};

interface Track {
	readonly handler?: string;
	readonly timescale?: number;
	readonly stts?: readonly number[];
	readonly ctts?: readonly number[];
	readonly elst?: Uint8Array;
}

function track({ handler = "vide", timescale = 1000, stts = [], ctts, elst }: Track): Uint8Array {
	const pairs = (type: string, numbers: readonly number[]) => box(type, 0, numbers.length / 2, ...numbers);
	return box(
		"trak",
		box("tkhd", 0, 0, 0, 7, 0),
		...(elst === undefined ? [] : [box("edts", elst)]),
		box(
			"mdia",
			box("mdhd", 0, 0, 0, timescale, 0),
			box("hdlr", 0, 0, handler, 0, 0, 0),
			box("minf", box("stbl", pairs("stts", stts), ...(ctts === undefined ? [] : [pairs("ctts", ctts)]))),
		),
	);
}

/** Room for as many frames as they claim. */
const mdat = box("mdat", new Uint8Array(100));
const file = (...boxes: readonly Uint8Array[]) => bytes(box("ftyp", "isom", 0), ...boxes, mdat);
const ms = (...times: readonly number[]) => BigInt64Array.from(times, (time) => BigInt(Math.round(time * 1e6)));

describe("readVideoTimestamps()", () => {
	it("adds up durations, of the video and not of the sound", () => {
		const movie = box(
			"moov",
			track({ handler: "soun", stts: [5, 1] }),
			track({ timescale: 30, stts: [2, 1, 1, 3] }),
		);
		expect(readVideoTimestamps(file(movie))).toEqual(ms(0, 1000 / 30, 2000 / 30));
	});

	it("sorts frames as they are shown, after the first edit", () => {
		// I P B B, shown as I B B P, with a delay of two frames that an edit takes away.
		const elst = box("elst", 0, 2, 40, -1, 0x10000, 400, 200, 0x10000);
		expect(
			readVideoTimestamps(file(box("moov", track({ stts: [4, 100], ctts: [1, 200, 1, 400, 2, 100], elst })))),
		).toEqual(ms(0, 100, 200, 300));
		const negative = box("moov", track({ stts: [2, 100], ctts: [1, 0, 1, -50] }));
		expect(readVideoTimestamps(file(negative))).toEqual(ms(0, 50));
	});

	it("reads fragments with durations of their own, of the fragment and of the movie", () => {
		const movie = box("moov", track({}), box("mvex", box("trex", 0, 7, 1, 40, 0, 0)));
		const first = box("moof", box("traf", box("tfhd", 0, 7), box("tfdt", 0, 0), box("trun", 0, 2)));
		const second = box("moof", box("traf", box("tfhd", 0x8, 7, 50), box("trun", 0x800, 2, 10, 0)));
		const third = box(
			"moof",
			box(
				"traf",
				box("tfhd", 0, 7),
				box("tfdt", bytes(0x01000000), 0, 500),
				box("trun", 0x301, 2, 99, 20, 1, 30, 1),
			),
		);
		const other = box("moof", box("traf", box("tfhd", 0, 8), box("trun", 0, 9)));
		expect(readVideoTimestamps(file(movie, first, second, other, third))).toEqual(ms(0, 40, 90, 130, 500, 520));
	});

	it.each<[string, Uint8Array, string]>([
		["is none", bytes("RIFF....WEBP"), "no MP4"],
		["is empty", new Uint8Array(0), "no MP4"],
		["has no video", file(box("moov", track({ handler: "soun" }))), "no video track"],
		["claims more frames than bytes", file(box("moov", track({ stts: [0x7fffffff, 1] }))), "claims more frames"],
		["has no time", file(box("moov", track({ timescale: 0 }))), "timescale of 0"],
		["ends within a table", file(box("moov", track({ stts: [1, 1], elst: box("elst", 0, 3) }))), "ends too early"],
	])("refuses a file that %s", (_, broken, message) => {
		expect(() => readVideoTimestamps(broken)).toThrow(message);
		expect(() => readVideoTimestamps(broken)).toThrow(RangeError);
	});
});
