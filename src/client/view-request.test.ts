import { describe, expect, it } from "vitest";
import { parseClientControlMessage } from "../protocol/control-message.ts";
import { isWorthChanging, type ViewRequestOptions, viewRequestFrom } from "./view-request.ts";

describe("viewRequestFrom", () => {
	it.each([
		[1280, 720, { width: 1280, height: 720 }],
		[389.9 * 3, 843.7 * 3, { width: 1170, height: 2532 }],
		[7680, 4320, { width: 4096, height: 2304 }],
		[10, 20, { width: 64, height: 64 }],
		[0.5, 100_000, { width: 64, height: 4096 }],
	])("%d x %d is %j, which the protocol takes", (width, height, size) => {
		expect(viewRequestFrom(width, height)).toEqual(size);
		expect(parseClientControlMessage(JSON.stringify({ type: "view", ...size })).kind).toBe("message");
	});

	it("names the number of eyes only if there are two", () => {
		expect(viewRequestFrom(640, 640, { eyes: 2 })).toEqual({ width: 640, height: 640, eyes: 2 });
		expect(viewRequestFrom(640, 640, { eyes: 1 })).toEqual({ width: 640, height: 640 });
	});

	it("leaves out what no server could draw: eyes that look nowhere, cameras without a width", () => {
		const side = { left: 1, right: 1, up: 1, down: 1 };
		const wish = (options: ViewRequestOptions) => viewRequestFrom(640, 640, options);
		expect(wish({ foveated: { gaze: [10, -5] } })).toEqual({
			width: 640,
			height: 640,
			foveated: { gaze: [10, -5] },
		});
		expect(wish({ foveated: { gaze: [Number.NaN, 0] } })).toEqual({ width: 640, height: 640, foveated: true });
		expect(wish({ frusta: [side] })).toHaveProperty("frusta");
		for (const left of [Number.NaN, Number.POSITIVE_INFINITY, -1, 12])
			expect(wish({ eyes: 2, frusta: [side, { ...side, left }] })).toEqual({ width: 640, height: 640, eyes: 2 });
	});

	it("requests nothing for an element without a size", () => {
		for (const length of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
			expect(viewRequestFrom(length, 100)).toBeUndefined();
	});
});

describe("isWorthChanging", () => {
	const present = { width: 1280, height: 720 };
	it.each([
		["the same", { width: 1280, height: 720 }, false],
		["a little larger", { width: 1500, height: 844 }, false],
		["a browser's bar less", { width: 1280, height: 660 }, false],
		["a smaller window of its shape", { width: 1200, height: 676 }, true],
		["half of the window", { width: 640, height: 720 }, true],
		["turned", { width: 720, height: 1280 }, true],
		["from a corner to the whole screen", { width: 2560, height: 1440 }, true],
		["into a corner", { width: 320, height: 180 }, true],
		["one for each eye", { width: 1280, height: 720, eyes: 2 as const }, true],
	])("%s: %j is %s", (_, wanted, worth) => {
		expect(isWorthChanging(present, wanted)).toBe(worth);
	});
});
