import { expect, it } from "vitest";
import type { OfferedMedia } from "../offered-media.ts";
import { BYTES_PER_PACKET, MAX_MEDIA_BYTES } from "./receive-limits.ts";
import { ReceivedMedia } from "./received-media.ts";

const SOUND: OfferedMedia = {
	mid: "1",
	kind: "audio",
	codec: "opus",
	payloadType: 96,
	formatParameters: "",
	feedback: new Set(),
	reducedSizeRtcp: false,
};

it("reads no more small packets than their number allows", () => {
	let frames = 0;
	const received = new ReceivedMedia({
		media: [SOUND],
		ssrc: 1,
		onFrame: () => frames++,
		sendRtcp: () => {},
		roundTripSec: () => Number.NaN,
	});
	const packet = Buffer.alloc(20);
	packet.set([0x80, 96]);
	packet.writeUInt32BE(7, 8);
	for (let number = 0; number < 10_000; number++) {
		packet.writeUInt16BE(number, 2);
		received.add("1", packet, 1);
	}
	expect(frames).toBe(Math.floor(MAX_MEDIA_BYTES / (BYTES_PER_PACKET + packet.length)));
});
