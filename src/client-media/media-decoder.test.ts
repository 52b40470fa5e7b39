import { expect, it } from "vitest";
import type { ClientMediaPacket } from "../media/client-media.ts";
import { joinAnnexB, parseSps } from "../media/h264.ts";
import { encodeClip } from "../session/h264-clip.cases.ts";
import { OpusEncoder } from "../sound/opus-encoder.ts";
import type { ClientPicture, ClientSound } from "./decoded-media.ts";
import { MediaDecoder } from "./media-decoder.ts";
import { PacketDecoder } from "./packet-decoder.ts";
import { isTooLarge } from "./picture-bound.ts";

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

it("gives silence for lost sound, so that the sound is as long as it was", () => {
	using encoder = new OpusEncoder({ packetSamples: 960, bitrateBps: 64_000 });
	using decoder = new PacketDecoder("opus");
	const heard: ClientSound[] = [];
	for (const n of [0, 1, 2, 5, 6, 60]) {
		const data = new Uint8Array(encoder.encode(new Float32Array(960), new Float32Array(960)));
		const rtpTicks = (n * 960 - 2000) >>> 0;
		decoder.decode(
			{ kind: "audio", codec: "opus", keyframe: true, rtpTicks, data, ...TIMES },
			(media) => media.kind === "sound" && heard.push(media),
		);
	}
	expect(heard.map(({ rtpTicks, samples }) => [(rtpTicks + 2000) >>> 0, samples.length / 2])).toEqual([
		[0, 960],
		[960, 960],
		[1920, 960],
		[2880, 1920],
		[4800, 960],
		[5760, 960],
		[57_600, 960],
	]);
	expect(heard[3]!.samples.every((sample) => sample === 0)).toBe(true);
	expect(heard[3]!.capturedSec).toBeCloseTo(TIMES.capturedSec - 0.04, 9);
});

it("decodes no picture above 4K, whatever it is cropped to, nor those that need it", () => {
	using decoder = new PacketDecoder("h264");
	let pictures = 0;
	const clip = encodeClip({ frames: 3, keyframes: [2] });
	const give = (data: Uint8Array, keyframe: boolean) =>
		decoder.decode(
			{ kind: "video", codec: "h264", keyframe, rtpTicks: 0, data: new Uint8Array(data), ...TIMES },
			() => pictures++,
		);
	give(clip[0]!.accessUnit, true);
	expect(parseSps(croppedSps(1024, 1023)).width).toBe(16);
	expect(() => give(joinAnnexB([croppedSps(1024, 1023)]), true)).toThrow(RangeError);
	give(clip[1]!.accessUnit, false);
	expect(pictures).toBe(1);
	give(clip[2]!.accessUnit, true);
	expect(pictures).toBe(2);
	expect(isTooLarge({ codec: "h264", data: joinAnnexB([croppedSps(120, 0)]) })).toBe(false);
	expect(isTooLarge({ codec: "vp8", data: vp8Key(3840, 2160) })).toBe(false);
	expect(isTooLarge({ codec: "vp8", data: vp8Key(16_383, 16_383) })).toBe(true);
});

function vp8Key(width: number, height: number): Uint8Array<ArrayBuffer> {
	return Uint8Array.of(0x10, 0, 0, 0x9d, 1, 0x2a, width & 0xff, width >> 8, height & 0xff, height >> 8);
}

/** A baseline SPS of a square, cropped on the right and below by so many macroblocks. */
function croppedSps(macroblocks: number, cropped: number): Uint8Array {
	const golomb = (value: number) => (value + 1).toString(2).padStart(2 * (value + 1).toString(2).length - 1, "0");
	const size = golomb(macroblocks - 1) + golomb(macroblocks - 1);
	const crop = `1${golomb(0)}${golomb(cropped * 8)}${golomb(0)}${golomb(cropped * 8)}`;
	const bits = [golomb(0), golomb(0), golomb(2), golomb(1), "0", size, "11", crop, "01"].join("");
	const bytes = bits.match(/.{1,8}/g)!.map((byte) => Number.parseInt(byte.padEnd(8, "0"), 2));
	return Uint8Array.from([0x67, 66, 0xc0, 40, ...bytes]);
}

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
