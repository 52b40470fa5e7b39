import { describe, expect, it } from "vitest";
import { parseTrackingMessage } from "../tracking/tracking-message.ts";
import { type Look, PoseSender } from "./pose-sender.ts";

class FakeChannel {
	readyState: RTCDataChannelState = "open";
	bufferedAmount = 0;
	readonly sent: string[] = [];
	send(text: string): void {
		this.sent.push(text);
	}
}

const looking = (fovDeg: number): Look => ({ orientation: [0, 0, 0, 1], fovDeg });

describe("PoseSender", () => {
	it("sends each look once, numbered from 1, with the time it was read", () => {
		const [sender, channel] = [new PoseSender(), new FakeChannel()];
		sender.put(looking(90), 100);
		expect(sender.flush(103, channel)).toMatchObject({ sequence: 1, clientTimeMs: 100, fovDeg: 90 });
		expect(sender.flush(120, channel)).toBeUndefined();
		sender.put(looking(80), 130);
		expect(sender.flush(131, channel)?.sequence).toBe(2);
		expect(channel.sent.map((text) => parseTrackingMessage(text).kind)).toEqual(["message", "message"]);
	});

	it("hands nothing to a channel that still holds a message, and then only the newest", () => {
		const [sender, channel] = [new PoseSender(), new FakeChannel()];
		channel.bufferedAmount = 120;
		for (const fov of [40, 50, 60]) {
			sender.put(looking(fov), fov);
			expect(sender.flush(fov, channel)).toBeUndefined();
		}
		channel.bufferedAmount = 0;
		expect(sender.flush(70, channel)).toMatchObject({ sequence: 1, fovDeg: 60, clientTimeMs: 60 });
		expect([sender.sent, sender.replaced, channel.sent.length]).toEqual([1, 2, 1]);
	});

	it("waits for a channel to open, and for none at all", () => {
		const [sender, channel] = [new PoseSender(), new FakeChannel()];
		sender.put(looking(90), 1);
		expect(sender.flush(1, undefined)).toBeUndefined();
		channel.readyState = "connecting";
		expect(sender.flush(2, channel)).toBeUndefined();
		expect(sender.waiting).toBe(true);
		channel.readyState = "open";
		expect(sender.flush(3, channel)?.sequence).toBe(1);
		expect(sender.waiting).toBe(false);
	});

	it("keeps to what the server listens to, with grace for uneven display frames", () => {
		const [sender, channel] = [new PoseSender(), new FakeChannel()];
		sender.minIntervalMs = 1000 / 60;
		const times = Array.from({ length: 240 }, (_, frame) => frame * 8.33);
		for (const nowMs of times) {
			sender.put(looking(90), nowMs);
			sender.flush(nowMs, channel);
		}
		expect(channel.sent.length).toBeGreaterThanOrEqual(119);
		expect(channel.sent.length).toBeLessThanOrEqual(121);
	});

	it("repeats the last look with a new number and time, so that a pose that was lost is made good", () => {
		const [sender, channel] = [new PoseSender(), new FakeChannel()];
		expect(sender.repeat(0, channel)).toBeUndefined();
		sender.put(looking(70), 10);
		sender.flush(10, channel);
		expect(sender.repeat(510, channel)).toMatchObject({ sequence: 2, clientTimeMs: 510, fovDeg: 70 });
	});

	it("a repeat with news sends the news, with the time it was read", () => {
		const [sender, channel] = [new PoseSender(), new FakeChannel()];
		sender.put(looking(70), 10);
		expect(sender.repeat(500, channel)).toMatchObject({ sequence: 1, clientTimeMs: 10 });
	});
});
