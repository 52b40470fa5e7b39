import { describe, expect, it } from "vitest";
import { squeezed, unsqueezed } from "./foveation.ts";

describe("foveation", () => {
	it("keeps the middle as it is and squeezes what is beyond, without a step or a kink", () => {
		const [middle, strength] = [0.364, 4];
		for (let distance = -1.5; distance <= 1.5; distance += 0.01) {
			const place = squeezed(distance, middle, strength);
			expect(unsqueezed(place, middle, strength)).toBeCloseTo(distance, 12);
			if (Math.abs(distance) <= middle) expect(place).toBe(distance);
			else expect(Math.abs(place)).toBeLessThan(Math.abs(distance));
			const slope = (squeezed(distance + 1e-6, middle, strength) - place) / 1e-6;
			const beyond = Math.max(0, Math.abs(distance) - middle);
			expect(slope).toBeCloseTo(1 / (1 + strength * beyond), 4);
		}
	});

	it("of strength 0 changes nothing", () => {
		expect(squeezed(2, 0.1, 0)).toBe(2);
		expect(unsqueezed(2, 0.1, 0)).toBe(2);
	});
});
