import { expect, it } from "vitest";
import type { ClientMediaPacket } from "../media/client-media.ts";
import { encodeClip } from "../session/h264-clip.cases.ts";
import { OpusEncoder } from "../sound/opus-encoder.ts";
import type { ClientPicture, ClientSound } from "./decoded-media.ts";
import { MediaDecoder } from "./media-decoder.ts";
import { PacketDecoder } from "./packet-decoder.ts";

const TIMES = { receivedSec: 5, capturedSec: 4 };

it("decodes Opus to stereo of 16 bits, with the times of its packets", () => {
	using encoder = new OpusEncoder({ packetSamples: 960, bitrateBps: 64_000 });
	using decoder = new PacketDecoder("opus");
	const heard: ClientSound[] = [];
	for (let n = 0; n < 10; n++) {
		const tone = Float32Array.from({ length: 960 }, (_, i) => 0.5 * Math.sin((i + n * 960) * 0.1));
		const data = new Uint8Array(encoder.encode(tone, new Float32Array(960)));
		const packet: ClientMediaPacket = {
			kind: "audio",
			codec: "opus",
			keyframe: true,
			rtpTicks: n * 960,
			data,
			...TIMES,
		};
		decoder.decode(packet, (media) => media.kind === "sound" && heard.push(media));
	}
	expect(heard.map(({ rtpTicks }) => rtpTicks)).toEqual(Array.from({ length: 10 }, (_, n) => n * 960));
	const { samples } = heard[8]!;
	expect(samples.length).toBe(2 * 960);
	const loudest = (ear: 0 | 1) => Math.max(...samples.filter((_, index) => index % 2 === ear).map(Math.abs));
	expect(loudest(0)).toBeGreaterThan(10_000);
	expect(loudest(1)).toBeLessThan(2000);
});

it("decodes H.264 to I420, and passes over damaged packets", () => {
	using decoder = new PacketDecoder("h264");
	const pictures: ClientPicture[] = [];
	const give = (data: Uint8Array, rtpTicks: number, keyframe: boolean) =>
		decoder.decode(
			{ kind: "video", codec: "h264", keyframe, rtpTicks, data: new Uint8Array(data), ...TIMES },
			(media) => media.kind === "picture" && pictures.push(media),
		);
	const clip = encodeClip({ frames: 4, keyframes: [] });
	for (const [index, { accessUnit }] of clip.entries()) give(accessUnit, index * 3000, index === 0);
	expect(pictures.map(({ rtpTicks }) => rtpTicks)).toEqual([0, 3000, 6000, 9000]);
	const { width, height, data } = pictures[0]!;
	expect(data.length).toBe((width * height * 3) / 2);
	expect(() => give(new Uint8Array(50).fill(7), 12_000, false)).not.toThrow();
});

it("decodes in a thread from a key frame on, and asks for one", async () => {
	const first = Promise.withResolvers<ClientPicture>();
	let asked = 0;
	const decoder = new MediaDecoder({
		onMedia: (media) => media.kind === "picture" && first.resolve(media),
		onKeyframeNeeded: () => asked++,
		onTrouble: (message) => first.reject(new Error(message)),
	});
	for (const [index, { accessUnit }] of encodeClip({ frames: 3, keyframes: [2] }).entries()) {
		if (index === 0) continue;
		const data = new Uint8Array(accessUnit);
		const rtpTicks = index * 3000;
		decoder.decode({ kind: "video", codec: "h264", keyframe: index === 2, rtpTicks, data, ...TIMES });
	}
	const { rtpTicks, receivedSec, capturedSec } = await first.promise;
	expect([rtpTicks, receivedSec, capturedSec, asked]).toEqual([6000, 5, 4, 1]);
	await decoder.close();
});
