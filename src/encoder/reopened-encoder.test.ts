import { describe, expect, it } from "vitest";
import { ReopenedEncoder } from "./reopened-encoder.ts";
import type { EncodeRequest, VideoEncoder } from "./video-encoder.ts";

/** Stands for an encoder of FFmpeg: notes its rate, its pictures and its end. */
class NotingEncoder implements VideoEncoder {
	readonly name = "noting";
	readonly codec = "av1";
	readonly effort = undefined;
	readonly requests: EncodeRequest[] = [];
	readonly bitrateBps: number;
	isOpen = true;

	constructor(bitrateBps: number) {
		this.bitrateBps = bitrateBps;
	}

	encode(_picture: unknown, request: EncodeRequest) {
		this.requests.push(request);
		return { data: new Uint8Array(1), keyframe: request.keyframe, quantizer: 30, coarsest: false };
	}

	setBitrate(): void {}

	[Symbol.dispose](): void {
		this.isOpen = false;
	}
}

function open() {
	const opened: NotingEncoder[] = [];
	const encoder = new ReopenedEncoder(1e6, (bitrateBps) => {
		opened.push(new NotingEncoder(bitrateBps));
		return opened.at(-1)!;
	});
	let next = 0;
	const encode = (pictures: number, keyframe = false) =>
		Array.from({ length: pictures }, () => {
			const request = { ticks: 3000 * next, keyframe: keyframe || next === 0 };
			next++;
			return encoder.encode({ data: new Uint8Array(6), width: 2, height: 2 }, request);
		});
	return { encoder, opened, encode, rates: () => opened.map(({ bitrateBps }) => bitrateBps) };
}

describe("ReopenedEncoder", () => {
	it("opens again for a rate that is off by a quarter, with a key frame and times from zero", () => {
		const { encoder, opened, encode, rates } = open();
		encode(20);
		encoder.setBitrate(5e5);
		expect(encode(1)[0]!.keyframe).toBe(true);
		expect(rates()).toEqual([1e6, 5e5]);
		expect(opened.map(({ isOpen }) => isOpen)).toEqual([false, true]);
		encode(1);
		expect(opened[1]!.requests.map(({ ticks }) => ticks)).toEqual([0, 3000]);
	});

	it("stays open for small changes, and changes in a hurry wait for their time", () => {
		const { encoder, encode, rates } = open();
		encode(20);
		encoder.setBitrate(0.9e6);
		encode(100);
		expect(rates()).toEqual([1e6]);
		encoder.setBitrate(5e5);
		encode(1);
		encoder.setBitrate(2.5e5);
		encode(10);
		expect(rates()).toEqual([1e6, 5e5]);
		encode(10);
		expect(rates()).toEqual([1e6, 5e5, 2.5e5]);
		encoder.setBitrate(1e6);
		encode(30);
		expect(rates()).toHaveLength(3);
		encode(40);
		expect(rates()).toEqual([1e6, 5e5, 2.5e5, 1e6]);
	});

	it("takes any new rate with a key frame that is wanted anyway", () => {
		const { encoder, encode, rates } = open();
		encode(20);
		encoder.setBitrate(1.1e6);
		encode(1, true);
		expect(rates()).toEqual([1e6, 1.1e6]);
	});

	it("closes the open encoder, and refuses a rate that is not positive", () => {
		const { encoder, opened } = open();
		expect(() => encoder.setBitrate(0)).toThrow(RangeError);
		encoder[Symbol.dispose]();
		expect(opened[0]!.isOpen).toBe(false);
	});
});
