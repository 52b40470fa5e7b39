import { describe, expect, it } from "vitest";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { RefreshGrid } from "./refresh-grid.ts";

/** Times of refreshes from `fromMs` on, of which a share is missed, rounded as browsers do. */
function refreshes(hz: number, fromMs: number, { count = 60, missed = 0, scatterMs = 0 } = {}): number[] {
	const random = seededRandom(hz);
	return Array.from({ length: count }, (_, index) => fromMs + (index * 1000) / hz + scatterMs * random())
		.filter(() => random() >= missed)
		.map((atMs) => Math.round(atMs * 10) / 10);
}

describe("RefreshGrid", () => {
	it.each([59.94, 60, 72, 90, 120, 144, 240])("finds the interval and the phase of a display of %d Hz", (hz) => {
		const grid = new RefreshGrid();
		for (const atMs of refreshes(hz, 1000, { missed: 0.3, count: 240 })) grid.frame(atMs);
		expect(grid.fit()).toBe(true);
		expect(1000 / grid.intervalMs).toBeCloseTo(hz, 1);
		expect(grid.untilRefreshMs(1000 - 2)).toBeCloseTo(2, 0);
		expect(grid.untilRefreshMs(1000 + (500 * 1000) / hz - 3)).toBeCloseTo(3, 0);
	});

	it("goes on with pictures that are shown at every second refresh", () => {
		const grid = new RefreshGrid();
		for (const atMs of refreshes(60, 0, { count: 20 })) grid.frame(atMs);
		for (const atMs of refreshes(30, 333.3, { count: 120 })) grid.refresh(atMs);
		expect(grid.fit()).toBe(true);
		expect(1000 / grid.intervalMs).toBeCloseTo(60, 1);
	});

	it("finds another display, to which the window was moved", () => {
		const grid = new RefreshGrid();
		for (const atMs of refreshes(60, 0)) grid.frame(atMs);
		expect(grid.fit()).toBe(true);
		for (const atMs of refreshes(144, 6000)) grid.frame(atMs);
		expect(grid.fit()).toBe(true);
		expect(1000 / grid.intervalMs).toBeCloseTo(144, 0);
	});

	it("knows nothing of a display whose refreshes come by chance, or before enough of them", () => {
		const grid = new RefreshGrid();
		for (const atMs of refreshes(60, 0, { count: 5 })) grid.frame(atMs);
		expect(grid.fit()).toBe(false);
		const random = seededRandom(7);
		for (let atMs = 0; atMs < 4000; atMs += 5 + 40 * random()) grid.frame(atMs);
		expect(grid.fit()).toBe(false);
	});
});
