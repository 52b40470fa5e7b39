import { describe, expect, it } from "vitest";
import { firstPlace, placeWithin, readPlaces, writePlaces } from "./camera-places.ts";

const WINDOW = { width: 1280, height: 720 };

describe("the places of camera panels", () => {
	it("form columns from the right, all within the window", () => {
		const places = Array.from({ length: 8 }, (_, index) => firstPlace(index, WINDOW));
		expect(places[0]!.x + places[0]!.width).toBeLessThan(1);
		expect(places[1]!.x).toBe(places[0]!.x);
		expect(places[2]!.x).toBeLessThan(places[0]!.x);
		const corners = places.map(({ x, y }) => `${x} ${y}`);
		expect(new Set(corners).size).toBe(places.length);
	});

	it("are brought back where the panel can be caught, in a smaller window too", () => {
		const far = placeWithin({ x: 5, y: -3, width: 7, folded: true }, WINDOW);
		expect(far).toMatchObject({ y: 0, width: 0.9, folded: true });
		expect(far.x * WINDOW.width).toBeLessThan(WINDOW.width - 40);
		const narrow = placeWithin({ x: -1, y: 2, width: 0.01, folded: false }, { width: 400, height: 300 });
		expect(narrow.width).toBe(0.35);
		expect((narrow.x + narrow.width) * 400).toBeCloseTo(48);
	});

	it("are remembered, and what is no place is forgotten", () => {
		const kept = new Map<string, string>();
		const storage = {
			getItem: (key: string) => kept.get(key) ?? null,
			setItem: (key: string, value: string) => void kept.set(key, value),
		};
		const places = new Map([["wrist", firstPlace(0, WINDOW)]]);
		writePlaces(storage, places);
		expect(readPlaces(storage)).toEqual(places);
		for (const broken of ["", "[", "null", "7", '{"wrist":{"x":"1"}}', '{"wrist":{"x":1,"y":null,"width":1}}']) {
			kept.set("panogaze.cameras", broken);
			expect(readPlaces(storage).size, broken).toBe(0);
		}
		const refuses = () => {
			throw new Error("nothing is kept");
		};
		expect(readPlaces({ getItem: refuses }).size).toBe(0);
		expect(() => writePlaces({ setItem: refuses }, places)).not.toThrow();
		expect(readPlaces(undefined).size).toBe(0);
	});
});
