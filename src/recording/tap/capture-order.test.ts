import { expect, it } from "vitest";
import { CaptureOrder } from "./capture-order.ts";

it("keeps capture times in order when the client's clock is estimated better, and follows its steps", () => {
	const order = new CaptureOrder();
	expect(order.capturedSec(1, 1000, 5)).toBe(5);
	// The same reading once more, and a later one, by an estimate that is a millisecond less.
	expect(order.capturedSec(1, 1000, 4.999)).toBe(5);
	expect(order.capturedSec(1, 1000.5, 4.9995)).toBe(5);
	expect(order.capturedSec(1, 1011, 5.01)).toBe(5.01);
	// Each stream has its own order, and what is late stays where it was.
	expect(order.capturedSec(2, 1000, 4.999)).toBe(4.999);
	expect(order.capturedSec(1, 1005, 5.004)).toBe(5.004);
	expect(order.capturedSec(1, 1022, Number.NaN)).toBeNaN();
	expect(order.capturedSec(1, 1033, 3)).toBe(3);
	expect(order.capturedSec(1, 1044, 3.011)).toBe(3.011);
});
