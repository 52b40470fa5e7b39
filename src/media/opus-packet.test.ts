import { describe, expect, it } from "vitest";
import { readOpusPacket } from "./opus-packet.ts";

/** The first byte of a packet: configuration, two channels or one, and the code of its frames. */
const head = (configuration: number, isStereo: boolean, code: number) =>
	(configuration << 3) | (isStereo ? 4 : 0) | code;
const milliseconds = (...bytes: number[]) => (readOpusPacket(Uint8Array.from(bytes))?.durationSec ?? Number.NaN) * 1000;

describe("readOpusPacket()", () => {
	it("knows the length of every kind of packet, and its channels", () => {
		expect([0, 1, 2, 3, 11].map((configuration) => milliseconds(head(configuration, false, 0)))).toEqual([
			10, 20, 40, 60, 60,
		]);
		expect([12, 13, 14, 15].map((configuration) => milliseconds(head(configuration, true, 0)))).toEqual([
			10, 20, 10, 20,
		]);
		expect([16, 17, 18, 31].map((configuration) => milliseconds(head(configuration, true, 0)))).toEqual([
			2.5, 5, 10, 20,
		]);
		expect(milliseconds(head(31, true, 1))).toBe(40);
		expect(milliseconds(head(31, true, 3), 0x80 | 6)).toBe(120);
		expect(readOpusPacket(Uint8Array.of(head(31, true, 0)))?.channels).toBe(2);
		expect(readOpusPacket(Uint8Array.of(head(31, false, 0)))?.channels).toBe(1);
	});

	it("refuses what is no packet: no bytes, no frames, more than 120 ms", () => {
		expect(readOpusPacket(new Uint8Array(0))).toBeUndefined();
		expect(milliseconds(head(31, true, 3))).toBeNaN();
		expect(milliseconds(head(31, true, 3), 7)).toBeNaN();
	});
});
