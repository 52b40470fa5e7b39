import { afterEach, describe, expect, it, vi } from "vitest";
import { PresentFrames } from "./present-frames.ts";

const video = {} as HTMLVideoElement;
afterEach(() => {
	vi.unstubAllGlobals();
});

/** Lets videos give frames of these times, and returns the list of those that were closed. */
function giveFrames(frame: { timestamp: number; metadata?: () => { rtpTimestamp?: number } }): unknown[] {
	const closed: unknown[] = [];
	class Frame {
		constructor() {
			Object.assign(this, frame);
		}
		close(): void {
			closed.push(this);
		}
	}
	vi.stubGlobal("VideoFrame", Frame);
	return closed;
}

describe("PresentFrames", () => {
	it("knows the RTP time of the picture that it takes, not of the one that the callback was for", () => {
		const closed = giveFrames({ timestamp: 2e6, metadata: () => ({ rtpTimestamp: 180 }) });
		expect(new PresentFrames(video).take({ mediaTime: 1.9, rtpTimestamp: 171 }, () => {})).toBe(180);
		expect(closed).toHaveLength(1);
	});

	it("does not know it where only the media times say that the video has gone on", () => {
		const frame = { timestamp: 1e6 };
		giveFrames(frame);
		const frames = new PresentFrames(video);
		// Nothing says yet that this browser's two times are on one clock.
		expect(frames.take({ mediaTime: 7, rtpTimestamp: 80 }, () => {})).toBe(80);
		expect(frames.take({ mediaTime: 1, rtpTimestamp: 90 }, () => {})).toBe(90);
		frame.timestamp = 1.033e6;
		expect(frames.take({ mediaTime: 1, rtpTimestamp: 90 }, () => {})).toBeUndefined();
	});

	it("takes the video itself where there are no frames, or where graphics refuse them", () => {
		const taken: unknown[] = [];
		expect(new PresentFrames(video).take({ mediaTime: 1, rtpTimestamp: 9 }, (source) => taken.push(source))).toBe(
			9,
		);
		const closed = giveFrames({ timestamp: 1e6 });
		const frames = new PresentFrames(video);
		for (let time = 0; time < 2; time++)
			frames.take({ mediaTime: 1, rtpTimestamp: 9 }, (source) => {
				if (source !== video) throw new TypeError("No frames here.");
				taken.push(source);
			});
		expect([taken, closed.length]).toEqual([[video, video, video], 1]);
	});
});
