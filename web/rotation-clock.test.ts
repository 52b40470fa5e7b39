import { expect, it } from "vitest";
import { RotationClock } from "./rotation-clock.ts";

function turned(clock: RotationClock, fromMs: number, toMs: number): number {
	let deg = 0;
	for (let ms = fromMs; ms <= toMs; ms += 20) deg += clock.step(ms);
	return deg;
}

it("a view turns by itself when nothing was touched for ten seconds, and rests at the next touch", () => {
	const clock = new RotationClock(6);
	clock.touched(0);
	expect(turned(clock, 0, 10_000)).toBe(0);
	// It reaches its speed within two seconds.
	expect(turned(clock, 10_020, 12_000)).toBeCloseTo(6, 0);
	expect(turned(clock, 12_020, 22_000)).toBeCloseTo(60, 0);
	clock.touched(22_000);
	expect(turned(clock, 22_020, 32_000)).toBe(0);
});

it("a page that comes back from the background does not leap", () => {
	const clock = new RotationClock(6);
	clock.touched(0);
	turned(clock, 0, 20_000);
	expect(clock.step(900_000)).toBeCloseTo(0.6, 9);
});
