import { expect, it } from "vitest";
import { RateMeter } from "./rate-meter.ts";

it("a rate is measured over about a second, however often it is read, and is 0 while the counter falls", () => {
	const meter = new RateMeter();
	const read = (count: number, nowSec: number) => meter.perSecond(count, nowSec);
	expect([read(100, 5), read(115, 5.5), read(130, 6), read(140, 6.1), read(10, 7)]).toEqual([0, 0, 30, 30, 0]);
});
