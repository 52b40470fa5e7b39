import { describe, expect, it } from "vitest";
import { SURROUND_PADDING, surroundPlace, surroundRay, surroundSizeFor, surroundTiles } from "./surround.ts";

/** Directions all over the sphere, evenly. */
function* directions(count: number): Generator<readonly [number, number, number]> {
	for (let i = 0; i < count; i++) {
		const z = 1 - (2 * i + 1) / count;
		const longitude = i * Math.PI * (3 - Math.sqrt(5));
		const level = Math.sqrt(1 - z * z);
		yield [level * Math.cos(longitude), z, level * Math.sin(longitude)];
	}
}

describe("surround", () => {
	it.each([
		[640, 360],
		[1280, 720],
		[1920, 1080],
		[720, 1560],
		[1440, 3200],
		[3840, 2160],
		[64, 64],
	])("of a picture of %i x %i takes about an eighth of its rows at most, in whole macroblocks", (width, rows) => {
		const size = surroundSizeFor(width, rows);
		expect(size.height % 16).toBe(0);
		expect((rows + size.gap) % 16).toBe(0);
		expect(size.height).toBeLessThanOrEqual(Math.max(16, 0.14 * rows));
		const tiles = surroundTiles(size);
		expect(tiles.width % 2).toBe(0);
		expect(tiles.count * tiles.width).toBeLessThanOrEqual(width);
	});

	it("of a 1280 x 720 view is 80 rows high, with more than a pixel for each degree either way", () => {
		const size = surroundSizeFor(1280, 720);
		expect(size).toEqual({ width: 1280, height: 80, cuts: 2, gap: 0 });
		const tiles = surroundTiles(size);
		expect((tiles.width - 2 * SURROUND_PADDING) / 90).toBeGreaterThan(1.1);
		expect(((tiles.height - 2 * SURROUND_PADDING) * size.cuts) / 90).toBeGreaterThan(1.6);
	});

	it.each([1, 2, 3, 4])("with %i cuts shows every direction once, inside of a tile's padding", (cuts) => {
		const size = { width: 1280, height: 80, cuts, gap: 0 };
		const tiles = surroundTiles(size);
		let [beyondPx, error] = [0, 0];
		for (const ray of directions(2000)) {
			const [x, y] = surroundPlace(ray, size);
			const tile = Math.min(tiles.count - 1, Math.floor(x / tiles.width));
			const across = x - tile * tiles.width;
			beyondPx = Math.max(beyondPx, SURROUND_PADDING - across, across - (tiles.width - SURROUND_PADDING));
			beyondPx = Math.max(beyondPx, SURROUND_PADDING - y, y - (tiles.height - SURROUND_PADDING));
			const back = surroundRay(tile, across, y, size);
			const length = Math.hypot(...back);
			for (const axis of [0, 1, 2] as const) error = Math.max(error, Math.abs(back[axis] / length - ray[axis]));
		}
		expect(beyondPx).toBeLessThan(1e-9);
		expect(error).toBeLessThan(5e-7);
	});

	it("has the front, right, back, left, up and down faces in this order, with up at the top", () => {
		const size = { width: 1200, height: 112, cuts: 1, gap: 0 };
		const face = (ray: readonly [number, number, number]) => Math.floor(surroundPlace(ray, size)[0] / 200);
		const rays = [
			[0, 0, -1],
			[1, 0, 0],
			[0, 0, 1],
			[-1, 0, 0],
			[0, 1, 0],
			[0, -1, 0],
		] as const;
		expect(rays.map(face)).toEqual([0, 1, 2, 3, 4, 5]);
		const ahead = surroundPlace([0, 0, -1], size);
		expect(surroundPlace([0, 0.2, -1], size)[1]).toBeLessThan(ahead[1]);
		expect(surroundPlace([0.2, 0, -1], size)[0]).toBeGreaterThan(ahead[0]);
		expect(surroundPlace([0, 1, 0.2], size)[1], "behind is at the top of the upper face").toBeLessThan(56);
		expect(surroundPlace([0, -1, -0.2], size)[1], "ahead is at the top of the lower face").toBeLessThan(56);
	});
});
