import { describe, expect, it } from "vitest";
import { seededRandom } from "../../skeleton/seeded-random.cases.ts";
import { type PathUse, Trendline } from "./trendline.ts";

/** Groups 20 ms apart, each delayed by so many milliseconds more than the one before. */
class Groups {
	readonly trendline = new Trendline();
	#arrivalSec = 0;

	add(count: number, delayMs: (index: number) => number): PathUse[] {
		return Array.from({ length: count }, (_, index) => {
			const arrivalDeltaSec = 0.02 + delayMs(index) / 1000;
			this.#arrivalSec += arrivalDeltaSec;
			const change = {
				sentSec: this.#arrivalSec,
				arrivalSec: this.#arrivalSec,
				sendDeltaSec: 0.02,
				arrivalDeltaSec,
			};
			this.trendline.add(change);
			return this.trendline.use;
		});
	}
}

describe("Trendline", () => {
	it("is normal while the delay stays, over while it rises, under while it falls", () => {
		const groups = new Groups();
		expect(new Set(groups.add(60, () => 0))).toEqual(new Set(["normal"]));
		// A slope of 1 in 21 at 60 groups and a gain of 4 is 11, above the least threshold of 6.
		expect(groups.add(40, () => 1)).toContain("over");
		expect(groups.add(80, () => 0).at(-1)).toBe("normal");
		expect(groups.add(40, () => -1)).toContain("under");
	});

	it("does not take one late group for a trend", () => {
		const groups = new Groups();
		groups.add(60, () => 0);
		const uses = groups.add(60, (index) => (index === 10 ? 8 : index === 11 ? -8 : 0));
		expect(uses).not.toContain("over");
	});

	it("takes jitter for normal, as the threshold follows it", () => {
		const random = seededRandom(1);
		let lastMs = 0;
		const jitter = () => {
			const delayMs = 12 * random();
			const changeMs = delayMs - lastMs;
			lastMs = delayMs;
			return changeMs;
		};
		const uses = new Groups().add(2000, jitter).slice(200);
		expect(uses.filter((use) => use === "over").length).toBeLessThan(20);
	});
});
