import { describe, expect, it } from "vitest";
import { TrackingDecoder } from "../protocol/tracking-decoder.ts";
import { TrackingEncoder } from "../protocol/tracking-encoder.ts";
import { decodeTrackingText } from "../protocol/tracking-text.ts";
import { movingSkeleton } from "../skeleton/moving-skeleton.cases.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";
import { TrackingSender } from "./tracking-sender.ts";

const MTU = 1191;

/**
 * A data channel that sends its messages at once unless the test makes it full.
 */
class FakeChannel {
	readyState: RTCDataChannelState = "open";
	bufferedAmount = 0;
	readonly messages: (string | Uint8Array)[] = [];
	send(message: string | ArrayBufferView<ArrayBuffer>): void {
		this.messages.push(
			typeof message === "string"
				? message
				: new Uint8Array(message.buffer, message.byteOffset, message.byteLength).slice(),
		);
	}
	/** The samples that a server decodes from the messages. */
	samples(): PoseSample[] {
		const decoder = new TrackingDecoder();
		return this.messages.map((message) => {
			const sample = new PoseSample();
			const result =
				typeof message === "string" ? decodeTrackingText(message, sample) : decoder.decode(message, sample);
			expect(result).toEqual({ kind: "message" });
			return sample;
		});
	}
	streams(): number[] {
		return this.samples().map(({ stream }) => stream);
	}
}

function head(fovDeg: number, stream = 0): PoseSample {
	const sample = new PoseSample();
	sample.setHead({ stream, sequence: 77, clientTimeMs: 77, orientation: [0, 0, 0, 1], fovDeg });
	return sample;
}

const fillBody = movingSkeleton("FullBody");
function body(timeSec: number, stream = 3): PoseSample {
	const sample = new PoseSample();
	fillBody(sample, timeSec);
	sample.stream = stream;
	return sample;
}

function binarySender(): TrackingSender {
	const sender = new TrackingSender();
	sender.encoder = new TrackingEncoder();
	sender.encoding = "bin1";
	return sender;
}

describe("of each stream", () => {
	it("sends each pose once, numbered from 1, with the time it was read", () => {
		for (const encoding of ["json", "bin1"] as const) {
			const [sender, channel] = [binarySender(), new FakeChannel()];
			sender.encoding = encoding;
			sender.put(head(90), 100);
			sender.put(body(0), 101);
			expect(sender.flush(103, channel)).toBe(2);
			expect(sender.flush(120, channel)).toBe(0);
			sender.put(head(80), 130);
			expect(sender.flush(131, channel)).toBe(1);
			expect(channel.samples()).toMatchObject([
				{ kind: "head", stream: 0, sequence: 1, clientTimeMs: 100, horizontalFovDeg: 90 },
				{ kind: "skeleton", stream: 3, sequence: 1, clientTimeMs: 101 },
				{ kind: "head", stream: 0, sequence: 2, clientTimeMs: 130, horizontalFovDeg: 80 },
			]);
			expect(
				channel.messages.every((message) => typeof message === (encoding === "json" ? "string" : "object")),
			).toBe(true);
			expect(sender.lastSent(0)).toEqual({ sequence: 2, clientTimeMs: 130 });
			expect(sender.lastSent(7)).toMatchObject({ sequence: 0 });
		}
	});

	it("the newest pose wins while the channel is full, and each replaced one is counted", () => {
		const [sender, channel] = [new TrackingSender(), new FakeChannel()];
		channel.bufferedAmount = 120;
		for (const fov of [40, 50, 60]) {
			sender.put(head(fov), fov);
			expect(sender.flush(fov, channel)).toBe(0);
		}
		expect(sender.waiting).toBe(true);
		channel.bufferedAmount = 0;
		expect(sender.flush(70, channel)).toBe(1);
		expect(channel.samples()).toMatchObject([{ sequence: 1, horizontalFovDeg: 60, clientTimeMs: 60 }]);
		expect([sender.counters(0), sender.waiting]).toEqual([{ sent: 1, replaced: 2 }, false]);
	});

	it("a pose that was put stays as it was when its sample is filled again", () => {
		const [sender, channel] = [new TrackingSender(), new FakeChannel()];
		const sample = head(90);
		sender.put(sample, 1);
		sample.horizontalFovDeg = 20;
		sender.flush(1, channel);
		expect(channel.samples()[0]!.horizontalFovDeg).toBe(90);
	});

	it("sends nothing before the channel is open, or without one", () => {
		const [sender, channel] = [new TrackingSender(), new FakeChannel()];
		sender.put(head(90), 1);
		expect(sender.flush(1, undefined)).toBe(0);
		channel.readyState = "connecting";
		expect(sender.flush(2, channel)).toBe(0);
		channel.readyState = "open";
		expect(sender.flush(3, channel)).toBe(1);
	});

	it("keeps to the server's rate, with grace for uneven display frames", () => {
		const [sender, channel] = [new TrackingSender(), new FakeChannel()];
		sender.minIntervalMs = 1000 / 60;
		for (let frame = 0; frame < 240; frame++) {
			sender.put(head(90), frame * 8.33);
			sender.put(head(91, 1), frame * 8.33);
			sender.flush(frame * 8.33, channel);
		}
		for (const stream of [0, 1]) {
			const sent = channel.streams().filter((id) => id === stream).length;
			expect(sent).toBeGreaterThanOrEqual(119);
			expect(sent).toBeLessThanOrEqual(121);
		}
	});

	it("a pose that came too soon after the last one goes when it is due", () => {
		const [sender, channel] = [binarySender(), new FakeChannel()];
		sender.minIntervalMs = 10;
		sender.put(head(90), 0);
		sender.flush(0, channel);
		sender.put(head(91), 3);
		sender.flush(3, channel);
		expect(sender.retryInMs(3)).toBeCloseTo(7);
		expect(sender.flush(10, channel)).toBe(1);
		expect(sender.retryInMs(10)).toBeUndefined();
	});

	it("sends nothing for a head without a pose, and does not keep it waiting", () => {
		const [sender, channel] = [binarySender(), new FakeChannel()];
		const nowhere = head(90);
		nowhere.rotations.fill(Number.NaN, 0, 4);
		sender.put(nowhere, 1);
		expect([sender.flush(1, channel), sender.waiting, sender.counters(0).sent]).toEqual([0, false, 0]);
	});

	it("repeats the last pose with a new number and time; a waiting pose goes first", () => {
		const [sender, channel] = [new TrackingSender(), new FakeChannel()];
		expect(sender.repeat(0, 0, channel)).toBe(false);
		sender.put(head(70), 10);
		expect(sender.repeat(0, 500, channel)).toBe(true);
		expect(sender.repeat(0, 1000, channel)).toBe(true);
		channel.bufferedAmount = 1000;
		expect(sender.repeat(0, 1500, channel)).toBe(false);
		expect(channel.samples().map(({ sequence, clientTimeMs }) => [sequence, clientTimeMs])).toEqual([
			[1, 10],
			[2, 1000],
		]);
	});

	it("says which picture was on the screen when a pose was put, or repeated with a new time", () => {
		const [sender, channel] = [binarySender(), new FakeChannel()];
		sender.put(head(1), 0);
		sender.flush(0, channel);
		sender.seenRtpTicks = 1500;
		sender.put(head(2), 10);
		sender.seenRtpTicks = 3000;
		sender.flush(20, channel);
		sender.repeat(0, 500, channel);
		const own = head(3);
		own.seenRtpTicks = 7;
		sender.put(own, 600);
		sender.flush(600, channel);
		expect(channel.samples().map(({ seenRtpTicks }) => seenRtpTicks)).toEqual([undefined, 1500, 3000, 7]);
	});

	it("repeats a hand's last pose twice, unchanged, and not to another server", () => {
		const [sender, channel] = [binarySender(), new FakeChannel()];
		expect(sender.repeatLast(400, 0, channel)).toBe(0);
		sender.put(body(0), 10);
		sender.put(head(90), 10);
		expect(sender.repeatLast(400, 400, channel)).toBe(0);
		sender.flush(10, channel);
		expect([200, 410, 600, 820, 1300, 1800].map((nowMs) => sender.repeatLast(400, nowMs, channel))).toEqual([
			0, 1, 0, 1, 0, 0,
		]);
		expect(channel.samples().map(({ stream, sequence, clientTimeMs }) => [stream, sequence, clientTimeMs])).toEqual(
			[
				[0, 1, 10],
				[3, 1, 10],
				[3, 2, 10],
				[3, 3, 10],
			],
		);
		sender.put(body(1), 2000);
		sender.flush(2000, channel);
		sender.restart();
		expect(sender.repeatLast(400, 3000, channel)).toBe(0);
	});

	it("can hold one stream and send the others", () => {
		const [sender, channel] = [new TrackingSender(), new FakeChannel()];
		sender.put(head(70), 10);
		sender.put(head(71, 9), 10);
		sender.flush(10, channel, 0);
		expect(channel.streams()).toEqual([9]);
		sender.flush(11, channel);
		expect(channel.streams()).toEqual([9, 0]);
	});
});

describe("what is on the way", () => {
	/** Body after body, until there is no room. */
	function fill(sender: TrackingSender, channel: FakeChannel, nowMs: number): number {
		const before = channel.messages.length;
		for (let index = 0; index < 50; index++) {
			sender.put(body(index / 90), nowMs);
			if (sender.flush(nowMs, channel) === 0) break;
		}
		return channel.messages.slice(before).reduce((sum, message) => sum + message.length + 16, 0);
	}

	/**
	 * What a path that is too narrow looks like: the channel still holds something,
	 * twice.
	 */
	function holdUp(sender: TrackingSender, channel: FakeChannel, nowMs: number): void {
		channel.bufferedAmount = 5000;
		sender.put(head(90), nowMs);
		sender.flush(nowMs, channel);
		sender.flush(nowMs + 15, channel);
		channel.bufferedAmount = 0;
	}

	it("never exceeds SCTP's first window; after a round trip there is room again", () => {
		const [sender, channel] = [binarySender(), new FakeChannel()];
		sender.roundTripMs = 50;
		const sent = fill(sender, channel, 0);
		expect(sent).toBeLessThanOrEqual(10 * MTU);
		expect(sent).toBeGreaterThan(10 * MTU - 700);
		expect(sender.waiting).toBe(true);
		expect(sender.retryInMs(10)).toBeCloseTo(50);
		expect(sender.flush(59, channel)).toBe(0);
		expect(sender.flush(60 + 1, channel)).toBe(1);
		expect(sender.retryInMs(61)).toBeUndefined();
	});

	it("halves once in a round trip while the channel is full, down to SCTP's least, and then shrinks slowly", () => {
		const [sender, channel] = [binarySender(), new FakeChannel()];
		sender.roundTripMs = 50;
		holdUp(sender, channel, 0);
		expect(sender.windowBytes).toBeCloseTo(5 * MTU);
		for (let nowMs = 16; nowMs < 60; nowMs++) {
			channel.bufferedAmount = 5000;
			sender.flush(nowMs, channel);
		}
		expect(sender.windowBytes).toBeCloseTo(5 * MTU);
		for (const nowMs of [100, 200]) holdUp(sender, channel, nowMs);
		expect(sender.windowBytes).toBeCloseTo(4 * MTU);
		holdUp(sender, channel, 400);
		expect(sender.windowBytes).toBeCloseTo(3 * MTU);
		for (let nowMs = 500; nowMs < 3000; nowMs += 100) holdUp(sender, channel, nowMs);
		expect(sender.windowBytes).toBe(MTU);
		channel.bufferedAmount = 0;
		expect(fill(sender, channel, 5000)).toBeLessThan(2 * MTU + 700);
	});

	it("does not shrink below SCTP's least for a channel that is full for a moment", () => {
		const [sender, channel] = [binarySender(), new FakeChannel()];
		for (let nowMs = 0; nowMs < 900; nowMs += 20) {
			sender.put(head(90), nowMs);
			channel.bufferedAmount = 5000;
			expect(sender.flush(nowMs, channel)).toBe(0);
			expect(sender.flush(nowMs + 14, channel)).toBe(0);
			channel.bufferedAmount = 0;
			expect(sender.flush(nowMs + 16, channel)).toBe(1);
		}
		expect(sender.windowBytes).toBe(4 * MTU);
	});

	it("grows while nothing waits: soon to SCTP's least, slowly beyond", () => {
		const [sender, channel] = [binarySender(), new FakeChannel()];
		for (let nowMs = 0; nowMs < 2000; nowMs += 100) holdUp(sender, channel, nowMs);
		expect(sender.windowBytes).toBe(MTU);
		for (let nowMs = 2000; nowMs <= 3000; nowMs += 10) {
			sender.put(head(90), nowMs);
			sender.flush(nowMs, channel);
		}
		expect(sender.windowBytes).toBeGreaterThanOrEqual(4 * MTU);
		const after = sender.windowBytes;
		for (let nowMs = 3000; nowMs <= 8000; nowMs += 10) {
			sender.put(head(90), nowMs);
			sender.flush(nowMs, channel);
		}
		expect((sender.windowBytes - after) / MTU).toBeGreaterThan(3);
		expect((sender.windowBytes - after) / MTU).toBeLessThan(7);
	});

	it("a message that is just passing through the browser counts as gone", () => {
		const sender = binarySender();
		sender.put(head(90), 0);
		sender.put(head(90, 5), 0);
		sender.put(body(0), 0);
		// Each is counted as soon as it is handed over.
		const passing = new FakeChannel();
		passing.send = (message: string | ArrayBufferView<ArrayBuffer>) => {
			passing.bufferedAmount += typeof message === "string" ? message.length : message.byteLength;
		};
		expect(sender.flush(0, passing)).toBe(3);
		sender.put(head(91), 4.5);
		expect(sender.flush(4.5, passing)).toBe(0);
		expect(sender.windowBytes).toBe(10 * MTU);
	});

	it("heads go first and always, then the pose that has waited longest, which none overtakes", () => {
		const [sender, channel] = [binarySender(), new FakeChannel()];
		sender.roundTripMs = 50;
		for (const stream of [3, 4, 5]) sender.put(body(0, stream), 0);
		sender.put(head(90), 0);
		sender.flush(0, channel);
		expect(channel.streams()).toEqual([0, 3, 4, 5]);
		for (let nowMs = 2; nowMs < 40; nowMs += 2) {
			for (const stream of [5, 4, 3]) sender.put(body(nowMs / 1000, stream), nowMs);
			sender.put(head(90), nowMs);
			sender.flush(nowMs, channel);
		}
		const counters = [3, 4, 5].map((stream) => sender.counters(stream).sent);
		expect(Math.max(...counters) - Math.min(...counters)).toBeLessThanOrEqual(1);
		expect(sender.counters(0)).toEqual({ sent: 20, replaced: 0 });
	});

	it("a message longer than the window goes when nothing is in flight", () => {
		const [sender, channel] = [new TrackingSender(), new FakeChannel()];
		for (let nowMs = 0; nowMs < 2000; nowMs += 100) holdUp(sender, channel, nowMs);
		const before = channel.messages.length;
		for (let nowMs = 3000; nowMs < 3050; nowMs += 10) {
			sender.put(body(0), nowMs);
			sender.flush(nowMs, channel);
		}
		const sent = channel.messages.slice(before).filter((message) => message.length > 2000);
		expect(sent.length).toBe(1);
		// The others wait for it to arrive: 60 ms, as long as nothing is known of the
		// path.
		expect(sender.retryInMs(3040)).toBeCloseTo(20);
	});

	it("does not look at a full channel again and again", () => {
		const [sender, channel] = [binarySender(), new FakeChannel()];
		channel.bufferedAmount = 5000;
		let asked = 0;
		for (let nowMs = 0; nowMs < 1000; ) {
			sender.put(head(90), nowMs);
			sender.put(body(nowMs / 1000), nowMs);
			expect(sender.flush(nowMs, channel)).toBe(0);
			asked++;
			nowMs += sender.retryInMs(nowMs)!;
		}
		expect(asked).toBeLessThan(75);
		// It is free and nobody says so, as when its event was missed.
		channel.bufferedAmount = 0;
		expect(sender.flush(1100, channel)).toBe(2);
		expect(sender.retryInMs(1100)).toBeUndefined();
	});
});

describe("another connection", () => {
	it("begins with text and an empty path; bones are declared again, numbers go on", () => {
		const [sender, channel] = [binarySender(), new FakeChannel()];
		for (let index = 0; index < 5; index++) {
			sender.put(body(index / 90), index * 20);
			sender.flush(index * 20, channel);
		}
		expect(channel.messages.at(-1)!.length).toBeLessThan(600);
		sender.restart();
		expect(sender.encoding).toBe("json");
		sender.encoder = new TrackingEncoder();
		sender.encoding = "bin1";
		const second = new FakeChannel();
		sender.put(body(0.1), 100);
		expect(sender.flush(100, second)).toBe(1);
		const [sample] = second.samples();
		expect(sample!.sequence).toBe(6);
		expect(sample!.valid.subarray(0, 84).every((valid) => valid === 1)).toBe(true);
	});
});

describe("bones in an order of their own", () => {
	it("are not linked", () => {
		const [sender, channel] = [binarySender(), new FakeChannel()];
		sender.setListed(3, true);
		sender.put(body(0), 0);
		sender.flush(0, channel);
		expect((channel.messages[0] as Uint8Array)[2]).toBe(3);
		sender.setListed(3, false);
		sender.put(body(0), 100);
		sender.flush(100, channel);
		expect((channel.messages[1] as Uint8Array)[2]).toBe(5);
	});
});
