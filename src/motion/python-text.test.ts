import { describe, expect, it } from "vitest";
import { bitsFrom, bitsOf } from "./bits.ts";
import { pythonFloat, pythonLocalTime, pythonRounded, roundLikePython, timeInName } from "./python-text.ts";

describe("pythonRounded()", () => {
	// Each was computed by hand from the double's exact value, and is what Python 3 prints for
	// round(value, decimals).
	it.each([
		[0.0005, 3, "0.001"], // 0.0005000000000000000104
		[0.0015, 3, "0.002"], // 0.00150000000000000003
		[0.0025, 3, "0.003"], // 0.00250000000000000005
		[2.675, 2, "2.67"], // 2.67499999999999982
		[1.005, 2, "1.0"], // 1.00499999999999989
		[0.125, 2, "0.12"], // halfway: the even digit
		[0.375, 2, "0.38"],
		[1.125, 2, "1.12"],
		[-0.125, 2, "-0.12"],
		[0.0625, 3, "0.062"],
		[0.5, 0, "0.0"],
		[1.5, 0, "2.0"],
		[2.5, 0, "2.0"],
		[-0.5, 0, "-0.0"],
		[0, 3, "0.0"],
		[-0, 3, "-0.0"],
		[-0.0001, 3, "-0.0"],
		[1, 3, "1.0"],
		[-12, 0, "-12.0"],
		[0.00001, 5, "1e-05"],
		[0.000012345, 9, "1.2345e-05"],
		[0.0001, 6, "0.0001"],
		[Math.fround(0.1), 3, "0.1"],
		[Math.fround(0.1), 20, "0.10000000149011612"],
		[Math.fround(Math.SQRT1_2), 7, "0.7071068"],
		[123456789012345680, 3, "1.2345678901234568e+17"],
		[1e16, 2, "1e+16"],
		[9007199254740991, 3, "9007199254740991.0"],
		[1700000000.1234567, 6, "1700000000.123457"],
		[5e-324, 100, "0.0"],
	])("writes %d with %d decimals as %s", (value, decimals, text) => {
		expect(pythonRounded(value, decimals)).toBe(text);
	});

	it("rounds as the exact value says, wherever the fast way is taken", () => {
		for (let step = 0; step < 4096; step++) {
			// Every sixteenth of a thousandth, ties among them.
			const value = (step - 2048) / 16_384;
			for (const decimals of [0, 1, 2, 3, 4, 7]) {
				const exact = value * 10 ** decimals;
				const [below, above] = [Math.floor(exact), Math.ceil(exact)];
				const nearest =
					exact - below === above - exact
						? below % 2 === 0
							? below
							: above
						: exact - below < above - exact
							? below
							: above;
				expect(roundLikePython(value, decimals)).toBe(
					Number(`${nearest}e-${decimals}`) || (value < 0 || Object.is(value, -0) ? -0 : 0),
				);
			}
		}
	});
});

describe("pythonFloat()", () => {
	it.each([
		[1795165875.092793, "1795165875.092793"],
		[1700000000, "1700000000.0"],
		[1e22, "1e+22"],
		[1.5e-7, "1.5e-07"],
		[5e-324, "5e-324"],
		[Number.POSITIVE_INFINITY, "inf"],
		[Number.NaN, "nan"],
	])("writes %d as %s", (value, text) => {
		expect(pythonFloat(value)).toBe(text);
	});
});

describe("pythonLocalTime()", () => {
	const second = new Date(2026, 0, 31, 23, 59, 59).getTime() / 1000;

	it("leaves out microseconds that are 0, and rounds others half to even", () => {
		expect(pythonLocalTime(second)).toBe("2026-01-31T23:59:59");
		expect(pythonLocalTime(second + 0.5)).toBe("2026-01-31T23:59:59.500000");
		expect(pythonLocalTime(second + 0.000_25)).toBe("2026-01-31T23:59:59.000250");
		expect(pythonLocalTime(second + 0.999_999_9)).toBe("2026-02-01T00:00:00");
	});

	it("goes with the file names of the same time", () => {
		expect(timeInName(new Date(second * 1000))).toBe("20260131_235959");
	});
});

describe("bits", () => {
	it("go into numbers and back", () => {
		expect(bitsOf(0b1000_0000_0000_0000_0000_0000_0000_0101)).toEqual([0, 2, 31]);
		expect(bitsFrom([0, 2, 31])).toBe(0x80000005);
	});
});
