import { describe, expect, it } from "vitest";
import { TokenBucket } from "./token-bucket.ts";

describe("TokenBucket", () => {
	it("lets a burst through, then only the rate", () => {
		const bucket = new TokenBucket(100, 20);
		const take = (nowSec: number, times: number) =>
			Array.from({ length: times }, () => bucket.take(nowSec)).filter(Boolean).length;
		expect(take(0, 50)).toBe(20);
		expect(take(0.1, 50)).toBe(10);
		expect(take(60, 50)).toBe(20);
	});

	it("gives what is asked for whole or not at all", () => {
		const bucket = new TokenBucket(100, 20);
		expect([bucket.take(0, 15), bucket.take(0, 6), bucket.take(0, 5), bucket.take(0.1, 10)]).toEqual([
			true,
			false,
			true,
			true,
		]);
	});

	it("gives nothing for time that runs backwards", () => {
		const bucket = new TokenBucket(100, 1);
		expect([bucket.take(5), bucket.take(4), bucket.take(4.001)]).toEqual([true, false, false]);
	});
});
