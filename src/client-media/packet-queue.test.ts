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

it("has room for 48 packets, whichever have been given", () => {
	const queue = new PacketQueue(() => {});
	for (let n = 0; n < 47; n++) queue.add(packetOf(n % 2 === 0 ? "video" : "audio", n));
	expect(queue.hasRoom).toBe(true);
	queue.add(packetOf("video", 48));
	expect(queue.hasRoom).toBe(false);
	queue.done("audio");
	expect(queue.hasRoom).toBe(true);
});
