import { describe, expect, it } from "vitest";
import { type BenchRow, benchRow, type NamedBenchRow, type RowInit } from "./bench-row.ts";
import { compareRounds, comparisonTable, type Round } from "./comparison.ts";
import { fitPlane, median, percentile, standardDeviation } from "./statistics.ts";

const named = (row: BenchRow): NamedBenchRow => ({ bench: "drawing", ...row });
const row = (value: number, init: Partial<RowInit> = {}) =>
	named(benchRow({ name: "view", unit: "ms", ...init, value }));

/** Rounds of one row, given as pairs of this tree's value and the other's. */
const rounds = (pairs: readonly (readonly [ours: number, theirs: number])[], init: Partial<RowInit> = {}): Round[] =>
	pairs.map(([ours, theirs]) => ({ ours: [row(ours, init)], theirs: [row(theirs, init)] }));

const verdictOf = (pairs: readonly (readonly [number, number])[], init: Partial<RowInit> = {}) =>
	compareRounds(rounds(pairs, init))[0]!.slower;

describe("benchRow()", () => {
	it("says how much better than its peer a value is, in either direction", () => {
		const peer = { name: "FFmpeg", value: 20 };
		expect(row(5, { peer })).toMatchObject({ peer: "FFmpeg", peerValue: 20, ratio: 4 });
		expect(row(60, { peer, better: "more" }).ratio).toBe(3);
		expect(row(5)).toMatchObject({ peer: null, peerValue: null, ratio: null });
	});

	it("meets its target when it meets every bound of it", () => {
		expect(row(5)).toMatchObject({ target: "-", met: true });
		expect(row(5, { atMost: 5 })).toMatchObject({ target: "<= 5", met: true });
		expect(row(5, { atLeast: 6 })).toMatchObject({ target: ">= 6", met: false });
		const target = { words: "even", met: false };
		expect(row(5, { atMost: 5, target })).toMatchObject({ target: "even, <= 5", met: false });
	});
});

describe("statistics", () => {
	it("have the median of an even and an odd number of values", () => {
		expect(median([3, 1, 2])).toBe(2);
		expect(median([4, 1, 2, 3])).toBe(2.5);
		expect(median([])).toBeNaN();
	});

	it("have percentiles by nearest rank", () => {
		const values = Array.from({ length: 100 }, (_, index) => 100 - index);
		expect(percentile(values, 0.5)).toBe(50);
		expect(percentile(values, 0.95)).toBe(95);
		expect(percentile([7], 0.5)).toBe(7);
		expect(percentile([], 0.5)).toBeNaN();
	});

	it("have the two factors that fit a sum best", () => {
		const points = [
			[30, 30],
			[30, 150],
			[29, 290],
		] as const;
		const [a, b] = fitPlane(points.map(([x1, x2]) => [x1, x2, 0.01 * x1 + 0.004 * x2]));
		expect(a).toBeCloseTo(0.01, 10);
		expect(b).toBeCloseTo(0.004, 10);
	});

	it("have the standard deviation of a sample", () => {
		expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12);
		expect(standardDeviation([3])).toBe(0);
	});
});

describe("compareRounds()", () => {
	it("has the medians of the rounds", () => {
		const [comparison] = compareRounds(
			rounds([
				[10, 10],
				[30, 12],
				[11, 9],
			]),
		);
		expect(comparison).toMatchObject({ bench: "drawing", name: "view", ours: 11, theirs: 10 });
	});

	it("finds a row that takes 5 % longer in every round slower, and one of 2 % not", () => {
		const byFactor = (factor: number) => [10, 12, 11].map((theirs) => [factor * theirs, theirs] as const);
		expect(verdictOf(byFactor(1.05))).toBe(true);
		expect(verdictOf(byFactor(1.02))).toBe(false);
		expect(verdictOf(byFactor(0.5))).toBe(false);
	});

	it("judges a row of which more is better by what is missing", () => {
		const pairs = [
			[90, 100],
			[91, 100],
			[90, 101],
		] as const;
		expect(verdictOf(pairs, { better: "more" })).toBe(true);
		expect(verdictOf(pairs)).toBe(false);
	});

	it("finds no row slower by less than its rounds differ among each other", () => {
		const uneven = [
			[11, 10],
			[9, 10],
			[13, 10],
		] as const;
		expect(verdictOf(uneven)).toBe(false);
	});

	it("takes a machine that slows down for what it is: both trees become slower", () => {
		const fading = [
			[10, 10],
			[20, 20],
			[40, 40],
		] as const;
		expect(compareRounds(rounds(fading))[0]).toMatchObject({ spread: 0, slower: false });
	});

	it("judges counts whose other median is 0", () => {
		const lost = (ours: number) => [[ours, 0] as const, [ours, 0] as const, [ours, 0] as const];
		expect(verdictOf(lost(0))).toBe(false);
		expect(verdictOf(lost(2))).toBe(true);
	});

	it("judges neither properties nor rows that the other tree does not have", () => {
		expect(
			verdictOf(
				[
					[50, 10],
					[50, 10],
				],
				{ better: null },
			),
		).toBe(false);
		const [comparison] = compareRounds([{ ours: [row(5)], theirs: [] }]);
		expect(comparison).toMatchObject({ ours: 5, theirs: Number.NaN, slower: false });
	});

	it("finds a row of an older revision, whose findings follow its name", () => {
		const older = row(2, { name: "view: drawn 640x480" });
		const [comparison] = compareRounds([{ ours: [row(3)], theirs: [older] }]);
		expect(comparison).toMatchObject({ theirs: 2 });
	});
});

describe("comparisonTable()", () => {
	it("prints both medians, the ratio, the spread and a verdict for each row", () => {
		const both = rounds([
			[2.2, 2],
			[2.2, 2],
			[2.2, 2],
		]);
		const withNew = both.map(({ ours, theirs }) => ({
			ours: [...ours, row(7, { name: "over-floor", unit: "x" })],
			theirs,
		}));
		expect(comparisonTable(compareRounds(withNew), "3675836").split("\n")).toEqual([
			"bench               this tree  3675836  ratio  spread",
			"drawing view        2.20 ms    2.00     1.100  0.0 %   SLOWER",
			"drawing over-floor  7.00 x     -        -      -       new",
		]);
	});
});
