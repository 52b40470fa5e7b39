import { expect, it } from "vitest";
import { CaptureOrder } from "./capture-order.ts";

it("keeps capture times in order when the client's clock is estimated better, or was set", () => {
	const order = new CaptureOrder();
	expect(order.capturedSec(1, 5)).toBe(5);
	// The same reading once more, and a later one, by an estimate that is a millisecond less.
	expect(order.capturedSec(1, 4.999)).toBe(5);
	expect(order.capturedSec(1, 4.9995)).toBe(5);
	expect(order.capturedSec(1, 5.01)).toBe(5.01);
	// Each stream has its own order.
	expect(order.capturedSec(2, 4.999)).toBe(4.999);
	expect(order.capturedSec(1, Number.NaN)).toBeNaN();
	// However far the estimate goes back.
	expect(order.capturedSec(1, 3)).toBe(5.01);
	expect(order.capturedSec(1, 5.009)).toBe(5.01);
	expect(order.capturedSec(1, 5.02)).toBe(5.02);
});
