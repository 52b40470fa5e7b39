import { describe, expect, it, vi } from "vitest";
import { SharedPaceTimer } from "./pace-timer.ts";

describe("SharedPaceTimer", () => {
	it("calls every task that has something to send with one timer, and stops when none has", () => {
		vi.useFakeTimers();
		try {
			const timer = new SharedPaceTimer();
			const left = { a: 5, b: 2 };
			const a = () => --left.a > 0;
			const b = () => --left.b > 0;
			timer.wake(a);
			timer.wake(b);
			timer.wake(b);
			expect(vi.getTimerCount()).toBe(1);
			vi.advanceTimersByTime(20);
			expect(left).toEqual({ a: 0, b: 0 });
			expect(vi.getTimerCount()).toBe(0);
			timer.wake(a);
			timer.cancel(a);
			expect(vi.getTimerCount()).toBe(0);
		} finally {
			vi.useRealTimers();
		}
	});
});
