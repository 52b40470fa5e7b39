import { describe, expect, it } from "vitest";
import { NO_RENDER_STATS, viewLimit } from "./render-protocol.ts";

describe("viewLimit()", () => {
	const former = { ...NO_RENDER_STATS, framesDrawn: 100, drawsOverBudget: 7 };

	it("is none where all is drawn that there is reason for", () => {
		expect(viewLimit({ ...former, framesDrawn: 130 }, former)).toBe("none");
		expect(viewLimit({ ...former, framesDrawn: 130, drawsOverBudget: 8 }, former)).toBe("none");
		expect(viewLimit(former, former)).toBe("none");
	});

	it("names the frame rate where pictures are left out, and the size where they are smaller too", () => {
		const fewer = { ...former, framesDrawn: 110, drawsOverBudget: 27 };
		expect(viewLimit(fewer, former)).toBe("frameRate");
		expect(viewLimit({ ...fewer, scale: 0.5 }, former)).toBe("size");
	});
});
