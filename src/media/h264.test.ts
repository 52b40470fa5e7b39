import { describe, expect, it } from "vitest";
import { joinAnnexB, nalUnitRanges, parseSps, splitAnnexB } from "./h264.ts";

const hex = (text: string) => Uint8Array.from(text.match(/../g)!, (byte) => Number.parseInt(byte, 16));

/** The obvious way: look at every position. */
function splitSlowly(data: Uint8Array): number[][] {
	const starts: number[] = [];
	for (let i = 0; i + 2 < data.length; i++)
		if (data[i] === 0 && data[i + 1] === 0 && data[i + 2] === 1) starts.push(i + 3);
	return starts.flatMap((start, index) => {
		let end = index + 1 < starts.length ? starts[index + 1]! - 3 : data.length;
		while (end > start && data[end - 1] === 0) end--;
		return end > start ? [[...data.subarray(start, end)]] : [];
	});
}

describe("splitAnnexB()", () => {
	it("takes start codes of three and of four bytes, and drops zero bytes behind a unit", () => {
		const data = Uint8Array.of(0, 0, 0, 1, 0x67, 1, 2, 0, 0, 0, 0, 1, 0x68, 3, 0, 0, 1, 0x65, 4, 0, 5, 0, 0);
		expect(splitAnnexB(data).map((unit) => [...unit])).toEqual([
			[0x67, 1, 2],
			[0x68, 3],
			[0x65, 4, 0, 5],
		]);
	});

	it("finds nothing in data without a start code, in start codes alone, and in nothing", () => {
		for (const data of [[], [0], [0, 0, 1], [0, 0, 0, 1, 0, 0, 0, 1], [1, 2, 3, 4, 5]])
			expect(nalUnitRanges(Uint8Array.from(data))).toEqual([]);
	});

	it("agrees with a byte-by-byte search on data full of zeros and ones", () => {
		let seed = 1;
		const random = () => {
			seed = (seed * 1103515245 + 12345) & 0x7fffffff;
			return seed / 0x7fffffff;
		};
		for (let round = 0; round < 2000; round++) {
			const data = Uint8Array.from(
				{ length: Math.floor(random() * 40) },
				() => [0, 0, 0, 1, 1, 2, 3, 255][Math.floor(random() * 8)]!,
			);
			expect(splitAnnexB(data).map((unit) => [...unit])).toEqual(splitSlowly(data));
		}
	});

	it("is undone by joinAnnexB()", () => {
		const units = [Uint8Array.of(0x67, 1), Uint8Array.of(0x65, 0, 0, 3, 1)];
		expect(splitAnnexB(joinAnnexB(units)).map((unit) => [...unit])).toEqual(units.map((unit) => [...unit]));
	});
});

describe("parseSps()", () => {
	it("reads what x264 writes for 1920x1080 at 30 fps: cropping, timing and no reordering", () => {
		// x264 `ultrafast`, `zerolatency`, baseline, 30 fps.
		const sps = parseSps(hex("6742c028da01e0089f9610000003001000000303c8f1832a"));
		expect(sps).toMatchObject({
			profileLevelId: "42c028",
			width: 1920,
			height: 1080,
			chromaFormatIdc: 1,
			bitDepthLuma: 8,
			maxNumRefFrames: 1,
			frameMbsOnly: true,
		});
		expect(sps.vui?.timing).toEqual({ unitsInTick: 1, timeScale: 60, fixedFrameRate: true });
		expect(sps.vui?.bitstreamRestriction).toEqual({ maxNumReorderFrames: 0, maxDecFrameBuffering: 1 });
	});

	it("refuses what is no SPS, ends early, or states an absurd size", () => {
		expect(() => parseSps(hex("68ce3c80"))).toThrow(RangeError);
		expect(() => parseSps(hex("6742c028"))).toThrow(/ends early/);
		expect(() => parseSps(hex("6742c02800000000"))).toThrow(RangeError);
	});

	it("throws nothing but RangeError on any bytes", () => {
		let seed = 7;
		for (let round = 0; round < 3000; round++) {
			const bytes = Uint8Array.from({ length: 4 + (round % 40) }, () => {
				seed = (seed * 1103515245 + 12345) & 0x7fffffff;
				return seed >> 16;
			});
			bytes[0] = 0x67;
			if (round % 2 === 0) bytes[1] = 100;
			try {
				parseSps(bytes);
			} catch (error) {
				expect(error).toBeInstanceOf(RangeError);
			}
		}
	});
});
