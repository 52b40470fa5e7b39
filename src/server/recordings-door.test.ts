import { describe, expect, it } from "vitest";
import { rangeOf } from "./recordings-door.ts";

describe("rangeOf()", () => {
	it("reads one range of bytes, and asks for the whole file with another header", () => {
		expect(rangeOf("bytes=0-9", 100)).toEqual({ start: 0, end: 9 });
		expect(rangeOf("bytes=90-", 100)).toEqual({ start: 90, end: 99 });
		expect(rangeOf("bytes=-10", 100)).toEqual({ start: 90, end: 99 });
		expect(rangeOf("bytes=-1000", 100)).toEqual({ start: 0, end: 99 });
		expect(rangeOf("bytes=50-1000", 100)).toEqual({ start: 50, end: 99 });
		for (const other of ["", "bytes=", "bytes=-", "bytes=9-2", "bytes=0-1,3-4", "lines=0-9", "bytes=a-b"])
			expect([other, rangeOf(other, 100)]).toEqual([other, undefined]);
		for (const beyond of ["bytes=100-", "bytes=100-200", "bytes=-0"])
			expect([beyond, rangeOf(beyond, 100)]).toEqual([beyond, "unsatisfiable"]);
		expect(rangeOf("bytes=0-", 0)).toBe("unsatisfiable");
	});
});
