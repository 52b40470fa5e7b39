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
	let callback = () => {};
	const video = {
		paused: false,
		pictures: 0,
		show: () => callback(),
		getVideoPlaybackQuality: () => ({ totalVideoFrames: video.pictures }),
		requestVideoFrameCallback: (shown: () => void) => {
			callback = shown;
		},
	};
	const changes: boolean[] = [];
	const pictures = new PictureWatch(video as unknown as HTMLVideoElement, (moving) => changes.push(moving));
	return { video, changes, pictures };
}

describe("PictureWatch", () => {
	it("counts a picture that is repeated twice a second as moving, and notices its end within 1.4 s", () => {
		const { video, changes } = watch();
		vi.advanceTimersByTime(5000);
		expect(changes).toEqual([false]);
		for (let n = 0; n < 20; n++) {
			video.pictures++;
			vi.advanceTimersByTime(500);
		}
		expect(changes).toEqual([false, true]);
		vi.advanceTimersByTime(600);
		expect(changes).toEqual([false, true]);
		vi.advanceTimersByTime(300);
		expect(changes).toEqual([false, true, false]);
	});

	it("sees the pictures of a stream that the browser does not count", () => {
		const { video, changes } = watch();
		for (let n = 0; n < 20; n++) {
			video.show();
			vi.advanceTimersByTime(500);
		}
		expect(changes).toEqual([true]);
		vi.advanceTimersByTime(1500);
		expect(changes).toEqual([true, false]);
	});

	it("waits longer where it is told to, and no more once it is ended", () => {
		const { video, changes, pictures } = watch();
		pictures.stillMs = 6000;
		video.pictures = 1;
		vi.advanceTimersByTime(5000);
		expect(changes).toEqual([true]);
		vi.advanceTimersByTime(1500);
		expect(changes).toEqual([true, false]);
		pictures.end();
		video.pictures++;
		vi.advanceTimersByTime(1000);
		expect([changes, vi.getTimerCount()]).toEqual([[true, false], 0]);
	});

	it("expects no new pictures of a video that is paused, or in a page that is hidden", () => {
		const { video, changes } = watch();
		video.pictures = 1;
		vi.advanceTimersByTime(100);
		video.paused = true;
		vi.advanceTimersByTime(60_000);
		video.paused = false;
		vi.advanceTimersByTime(300);
		expect(changes).toEqual([true]);
	});
});
