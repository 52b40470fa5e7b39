import { expect, it } from "vitest";
import type { PanogazeConnection } from "../src/client/index.ts";
import { EventListeners } from "../src/media/events.ts";
import { LiveDelay } from "./live-delay.ts";

it("LiveDelay measures from the server's decoder to the display, and not that a panorama is shown again", () => {
	const events = new EventListeners<{ frame: [object]; stream: [] }>();
	let shown: (nowMs: number, metadata: object) => void = () => {};
	const video = {
		requestVideoFrameCallback: (callback: typeof shown) => {
			shown = callback;
		},
	};
	const connection = { serverClockOffsetMs: 5000, on: events.on.bind(events) } as unknown as PanogazeConnection;
	const delay = new LiveDelay(connection, video as unknown as HTMLVideoElement);
	const show = (rtpTimestamp: number, panoramaMs: number, expectedDisplayTime: number) => {
		events.emit("frame", { rtpTicks: rtpTimestamp, times: { panoramaMs } });
		shown(0, { rtpTimestamp, expectedDisplayTime });
	};
	expect(delay.sec).toBeNaN();
	show(1, 6000, 1100);
	expect(delay.sec).toBeCloseTo(0.1, 6);
	show(2, 6000, 3000);
	shown(0, { rtpTimestamp: 99, expectedDisplayTime: 4000 });
	expect(delay.sec).toBeCloseTo(0.1, 6);
	for (let picture = 3; picture < 100; picture++) show(picture, 6000 + picture * 33, 1200 + picture * 33);
	expect(delay.sec).toBeCloseTo(0.2, 3);
	events.emit("stream");
	expect(delay.sec).toBeNaN();
});
