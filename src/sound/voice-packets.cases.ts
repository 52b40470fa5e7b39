import type { ClientMediaPacket } from "../media/client-media.ts";
import { SOUND_HZ } from "../media/sound-ring.ts";
import { OpusEncoder } from "./opus-encoder.ts";

/** Packets of 20 ms of Opus as of a microphone that hears a tone. */
export function voicePackets(packets: number, { level = 0.25, hz = 500 } = {}): ClientMediaPacket[] {
	using encoder = new OpusEncoder({ packetSamples: 960, bitrateBps: 64_000 });
	return Array.from({ length: packets }, (_, packet) => {
		const rtpTicks = packet * 960;
		const tone = Float32Array.from(
			{ length: 960 },
			(_, n) => level * Math.sin((2 * Math.PI * hz * (rtpTicks + n)) / SOUND_HZ),
		);
		const data = new Uint8Array(encoder.encode(tone, tone));
		return {
			kind: "audio",
			codec: "opus",
			data,
			keyframe: true,
			rtpTicks,
			receivedSec: packet / 50,
			capturedSec: Number.NaN,
		};
	});
}
