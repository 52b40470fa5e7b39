import { describe, expect, it } from "vitest";
import { doubleFromHalf, halfFromDouble } from "./half-float.ts";

describe("half floats", () => {
	it("go there and back, all 65536 of them", () => {
		for (let bits = 0; bits < 65_536; bits++) {
			const value = doubleFromHalf(bits);
			if (Number.isNaN(value)) expect(doubleFromHalf(halfFromDouble(value))).toBeNaN();
			else if (halfFromDouble(value) !== bits)
				throw new Error(`${bits.toString(16)} is ${value}, which is ${halfFromDouble(value).toString(16)}`);
		}
	});

	it("are rounded to the nearest, ties to even", () => {
		expect(halfFromDouble(1 + 2 ** -11)).toBe(0x3c00);
		expect(halfFromDouble(1 + 3 * 2 ** -11)).toBe(0x3c02);
		expect(halfFromDouble(65_519)).toBe(0x7bff);
		expect(halfFromDouble(65_520)).toBe(0x7c00);
		expect(halfFromDouble(-1e9)).toBe(0xfc00);
		expect(halfFromDouble(2 ** -25)).toBe(0);
		expect(halfFromDouble(2 ** -25 * 1.01)).toBe(1);
	});
});
