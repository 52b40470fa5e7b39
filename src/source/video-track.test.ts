import { describe, expect, it } from "vitest";
import { bestTrack } from "./video-track.ts";

const video = { pictures: 50, preferred: false, pixels: 1000 };
const cover = { pictures: 1, preferred: false, pixels: 9000 };

describe("bestTrack()", () => {
	it("is FFmpeg's choice among videos", () => {
		expect(bestTrack([video, { ...video, preferred: true }, { ...video, pixels: 2000 }])).toBe(1);
	});

	it("is never a single picture beside a video, though FFmpeg prefers it", () => {
		expect(bestTrack([{ ...cover, preferred: true }, video])).toBe(1);
		expect(bestTrack([{ ...cover, preferred: true }, video, { ...video, pixels: 4000 }])).toBe(2);
		expect(bestTrack([cover, { ...cover, preferred: true }])).toBe(1);
		expect(bestTrack([])).toBe(-1);
	});
});
