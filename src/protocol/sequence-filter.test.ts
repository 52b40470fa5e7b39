import { describe, expect, it } from "vitest";
import { SequenceFilter } from "./sequence-filter.ts";

function filtered(...sequences: number[]): { passed: number[]; filter: SequenceFilter } {
	const filter = new SequenceFilter();
	return { passed: sequences.filter((sequence) => filter.accept(sequence)), filter };
}

describe("SequenceFilter", () => {
	it("lets only newer messages through and counts the others", () => {
		const { passed, filter } = filtered(5, 6, 6, 4, 9, 8, 10);
		expect(passed).toEqual([5, 6, 9, 10]);
		expect([filter.accepted, filter.late, filter.gaps]).toEqual([4, 3, 2]);
	});

	it("goes on over the end of the 32 bits", () => {
		const { passed, filter } = filtered(0xfffffffe, 0xffffffff, 0, 1, 0xffffffff);
		expect(passed).toEqual([0xfffffffe, 0xffffffff, 0, 1]);
		expect([filter.late, filter.gaps]).toEqual([1, 0]);
	});

	it("takes a jump of less than half the circle for the future and the rest for the past", () => {
		expect(filtered(0, 2 ** 31 - 1).passed).toEqual([0, 2 ** 31 - 1]);
		expect(filtered(0, 2 ** 31).passed).toEqual([0]);
		expect(filtered(0, 0xffffffff).passed).toEqual([0]);
	});

	it("begins anywhere, also with 0", () => {
		expect(filtered(0, 1).passed).toEqual([0, 1]);
	});
});
