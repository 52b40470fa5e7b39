import { expect, it } from "vitest";
import { displayedAtMs } from "./display-frames.ts";

it("takes a frame to be displayed at the end of its refresh, or of a later one when its callbacks ran late", () => {
	expect(displayedAtMs(1000, 10, 1000)).toBe(1010);
	expect(displayedAtMs(1000, 10, 1007)).toBe(1010);
	expect(displayedAtMs(1000, 10, 1034)).toBe(1040);
});
