import { expect, it } from "vitest";
import type { ClientMediaPacket } from "../media/client-media.ts";
import { OpusEncoder } from "../sound/opus-encoder.ts";
import { ViewerDecoding } from "./viewer-decoding.ts";

it("decodes the kinds that it is made for in a thread of its own, and nothing once it is closed", async () => {
	using encoder = new OpusEncoder({ packetSamples: 960, bitrateBps: 64_000 });
	const data = new Uint8Array(encoder.encode(new Float32Array(960), new Float32Array(960)));
	const packet = { kind: "audio", codec: "opus", data, keyframe: true, receivedSec: 1, capturedSec: 1 } as const;
	let decoded = 0;
	let asked = 0;
	const decoding = new ViewerDecoding({
		kinds: new Set(["audio"]),
		onMedia: (media) => {
			if (media.kind === "sound") decoded++;
		},
		onKeyframeNeeded: () => asked++,
		onTrouble: (message) => expect.fail(message),
	});
	let rtpTicks = 0;
	const add = () => {
		rtpTicks += 960;
		decoding.add({ ...packet, rtpTicks });
		decoding.add({ kind: "video", codec: "h264", keyframe: false } as ClientMediaPacket);
		return decoded;
	};
	await expect.poll(add, { timeout: 20_000, interval: 10 }).toBeGreaterThan(0);
	decoding.close();
	const before = decoded;
	for (let n = 0; n < 5; n++) add();
	await new Promise((resolve) => setImmediate(resolve));
	expect([decoded, asked]).toEqual([before, 0]);
});
