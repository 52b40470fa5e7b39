import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DisplayMessage } from "../protocol/control-message.ts";
import { DisplayWatch } from "./display-watch.ts";

const REFRESH_MS = 20;

/** A video whose pictures come at each refresh. */
class FakeVideo {
	#count = 0;
	requestVideoFrameCallback(callback: (nowMs: number, metadata: object) => void) {
		return setTimeout(() => {
			const nowMs = performance.now();
			this.#count++;
			callback(nowMs, {
				rtpTimestamp: Math.round(nowMs * 90),
				expectedDisplayTime: nowMs + REFRESH_MS,
				presentedFrames: this.#count,
			});
		}, REFRESH_MS);
	}
	cancelVideoFrameCallback = clearTimeout;
}

beforeEach(() => {
	vi.useFakeTimers();
	vi.stubGlobal("requestAnimationFrame", (callback: (atMs: number) => void) =>
		setTimeout(() => callback(performance.now()), REFRESH_MS),
	);
	vi.stubGlobal("cancelAnimationFrame", clearTimeout);
});
afterEach(() => {
	vi.unstubAllGlobals();
	vi.useRealTimers();
});

describe("DisplayWatch", () => {
	it("reports the page's display, but not while the pictures are for another one", async () => {
		const reports: DisplayMessage[] = [];
		const watch = new DisplayWatch((report) => reports.push(report));
		const stop = watch.watch(new FakeVideo() as unknown as HTMLVideoElement);
		await vi.dynamicImportSettled();
		const reported = async () => {
			reports.length = 0;
			await vi.advanceTimersByTimeAsync(2000);
			return reports.length;
		};
		expect(await reported()).toBeGreaterThanOrEqual(3);
		expect(reports[0]!.hz).toBeCloseTo(50);
		watch.paused = true;
		expect(await reported()).toBe(0);
		watch.paused = false;
		expect(await reported()).toBeGreaterThanOrEqual(3);
		stop();
	});
});
