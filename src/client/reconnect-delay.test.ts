import { describe, expect, it } from "vitest";
import { ReconnectDelay } from "./reconnect-delay.ts";

describe("ReconnectDelay", () => {
	it("doubles from half a second to 15 seconds", () => {
		const delay = new ReconnectDelay(() => 0);
		expect(Array.from({ length: 7 }, () => delay.next())).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
		expect(delay.attempts).toBe(7);
	});

	it("is shortened by up to a half at random", () => {
		const delay = new ReconnectDelay(() => 0.999);
		expect(delay.next()).toBeCloseTo(250, -1);
	});

	it("never waits less than the server asked for, and up to a second more", () => {
		expect(new ReconnectDelay(() => 0).next(7)).toBe(7000);
		expect(new ReconnectDelay(() => 0.5).next(7)).toBe(7500);
		expect(new ReconnectDelay(() => 0).next(0)).toBe(500);
	});

	it("begins anew after a connection that held for five seconds", () => {
		const delay = new ReconnectDelay(() => 0);
		delay.next();
		delay.next();
		delay.connected(1000);
		delay.lost(5900);
		expect(delay.attempts).toBe(2);
		delay.connected(7000);
		delay.lost(12_000);
		expect(delay.attempts).toBe(0);
		expect(delay.next()).toBe(500);
	});
});
