import { afterEach, describe, expect, it, vi } from "vitest";
import { PictureWatch } from "./picture-watch.ts";

afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

/** A video that the test drives. */
function watch() {
	vi.useFakeTimers();
	vi.stubGlobal("document", { hidden: false });
	const video = { paused: false, pictures: 0, getVideoPlaybackQuality: () => ({ totalVideoFrames: video.pictures }) };
	const told: boolean[] = [];
	new PictureWatch(video as unknown as HTMLVideoElement, (moving) => told.push(moving));
	return { video, told };
}

describe("PictureWatch", () => {
	it("takes a picture that is repeated twice a second for a moving one, and sees within 1.4 s that there is none any more", () => {
		const { video, told } = watch();
		vi.advanceTimersByTime(5000);
		expect(told).toEqual([false]);
		for (let n = 0; n < 20; n++) {
			video.pictures++;
			vi.advanceTimersByTime(500);
		}
		expect(told).toEqual([false, true]);
		vi.advanceTimersByTime(600);
		expect(told).toEqual([false, true]);
		vi.advanceTimersByTime(300);
		expect(told).toEqual([false, true, false]);
	});

	it("expects nothing of a video that is paused, or of a page that nobody sees", () => {
		const { video, told } = watch();
		video.pictures = 1;
		vi.advanceTimersByTime(100);
		video.paused = true;
		vi.advanceTimersByTime(60_000);
		video.paused = false;
		vi.advanceTimersByTime(300);
		expect(told).toEqual([true]);
	});
});
