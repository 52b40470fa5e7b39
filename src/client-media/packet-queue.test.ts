import { expect, it } from "vitest";
import type { ClientMediaPacket } from "../media/client-media.ts";
import { PacketQueue } from "./packet-queue.ts";

const packetOf = (kind: "audio" | "video", rtpTicks: number): ClientMediaPacket => ({
	kind,
	codec: kind === "audio" ? "opus" : "h264",
	keyframe: true,
	rtpTicks,
	data: new Uint8Array(1),
	receivedSec: 0,
	capturedSec: 0,
});

it("gives few pictures ahead of their use, in order, and sound at once", () => {
	const posted: ClientMediaPacket[] = [];
	const queue = new PacketQueue((packet) => posted.push(packet));
	for (let n = 0; n < 10; n++) queue.add(packetOf("video", n));
	queue.add(packetOf("audio", 100));
	expect(posted.map(({ rtpTicks }) => rtpTicks)).toEqual([0, 1, 2, 3, 100]);
	queue.done("audio");
	queue.done("video");
	queue.done("video");
	expect(posted.map(({ rtpTicks }) => rtpTicks)).toEqual([0, 1, 2, 3, 100, 4, 5]);
});

it("has room for 32 packets of each kind, whichever have been given: many pictures keep no sound out", () => {
	const queue = new PacketQueue(() => {});
	for (let n = 0; n < 31; n++) queue.add(packetOf("video", n));
	expect(queue.hasRoom("video")).toBe(true);
	queue.add(packetOf("video", 32));
	expect([queue.hasRoom("video"), queue.hasRoom("audio")]).toEqual([false, true]);
	for (let n = 0; n < 32; n++) queue.add(packetOf("audio", n));
	expect(queue.hasRoom("audio")).toBe(false);
	queue.done("audio");
	expect([queue.hasRoom("video"), queue.hasRoom("audio")]).toEqual([false, true]);
});
