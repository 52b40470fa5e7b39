import { expect, it } from "vitest";
import type { FrameMessage } from "../protocol/frame-message.ts";
import { PictureAgeMeter } from "./picture-age.ts";

const message = (rtpTicks: number, capturedMs?: number) =>
	({ rtpTicks, times: capturedMs === undefined ? {} : { capturedMs } }) as FrameMessage;

/** The server's clock is 5000 ms ahead. */
const OFFSET_MS = 5000;

it("measures from the capture to the display, also where the message comes after the picture", () => {
	const meter = new PictureAgeMeter();
	meter.described(message(1, 6000));
	meter.shown(1, 1200);
	meter.shown(2, 1300);
	// A stamp does not say when light fell in.
	meter.described(message(2));
	meter.described(message(2, 6050));
	meter.shown(3, 1400);
	expect(meter.percentiles(2000, OFFSET_MS)).toEqual({ p50: 200, p95: 250, samples: 2 });
	expect(meter.percentiles(2000, Number.NaN)).toBeUndefined();
	meter.reset();
	expect(meter.percentiles(2000, OFFSET_MS)).toBeUndefined();
});

it("remembers a bounded number of pictures", () => {
	const meter = new PictureAgeMeter();
	for (let rtp = 0; rtp < 300; rtp++) meter.shown(rtp, 1000);
	meter.described(message(43, 6000));
	expect(meter.percentiles(2000, OFFSET_MS)).toBeUndefined();
	meter.described(message(44, 5900));
	expect(meter.percentiles(2000, OFFSET_MS)).toMatchObject({ p50: 100, samples: 1 });
});
