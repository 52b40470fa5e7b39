import { expect, it } from "vitest";
import { BackOff } from "./back-off.ts";

it("BackOff doubles its waits up to a bound and begins anew after a success", () => {
	const backOff = new BackOff(0.25, 10);
	expect(Array.from({ length: 8 }, () => backOff.nextSec())).toEqual([0.25, 0.5, 1, 2, 4, 8, 10, 10]);
	expect(backOff.attempts).toBe(8);
	backOff.succeeded();
	expect(backOff.nextSec()).toBe(0.25);
});
