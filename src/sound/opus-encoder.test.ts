import { Codec, CodecContext, Frame, Packet } from "node-av/lib";
import { describe, expect, it } from "vitest";
import { SOUND_HZ } from "../media/sound-ring.ts";
import { OpusEncoder, STEREO } from "./opus-encoder.ts";

/** Decodes Opus packets by FFmpeg. @returns the two ears' samples. */
function decode(packets: readonly Uint8Array[]): [number[], number[]] {
	const codec = Codec.findDecoderByName("libopus" as never);
	if (codec === null) throw new Error("FFmpeg has no libopus decoder.");
	const context = new CodecContext();
	context.allocContext3(codec);
	context.sampleRate = SOUND_HZ;
	context.channelLayout = STEREO;
	expect(context.open2Sync(codec)).toBe(0);
	const ears: [number[], number[]] = [[], []];
	for (const data of packets) {
		const packet = new Packet();
		packet.alloc();
		packet.data = Buffer.from(data);
		expect(context.sendPacketSync(packet)).toBe(0);
		packet.free();
		const frame = new Frame();
		frame.alloc();
		while (context.receiveFrameSync(frame) >= 0) {
			const samples = frame.data?.[0];
			for (let n = 0; n < frame.nbSamples * 2; n++) ears[n % 2]!.push(samples!.readInt16LE(n * 2) / 32_768);
			frame.unref();
		}
		frame.free();
	}
	context.freeContext();
	return ears;
}

const tone = (hz: number, level: number, length: number) =>
	Float32Array.from({ length }, (_, n) => level * Math.sin((2 * Math.PI * hz * n) / SOUND_HZ));

/** Amplitude of a tone in samples. */
function levelOf(samples: readonly number[], hz: number): number {
	let [re, im] = [0, 0];
	for (const [n, sample] of samples.entries()) {
		re += sample * Math.cos((2 * Math.PI * hz * n) / SOUND_HZ);
		im += sample * Math.sin((2 * Math.PI * hz * n) / SOUND_HZ);
	}
	return (2 * Math.hypot(re, im)) / samples.length;
}

describe("OpusEncoder", () => {
	it.each([480, 960])("packets of %i samples decode to the tones that were in each ear", (packetSamples) => {
		using encoder = new OpusEncoder({ packetSamples, bitrateBps: 96_000 });
		const length = 40 * packetSamples;
		const [left, right] = [tone(500, 0.5, length), tone(1500, 0.25, length)];
		const packets = Array.from({ length: 40 }, (_, index) => {
			const part = (ear: Float32Array) => ear.subarray(index * packetSamples, (index + 1) * packetSamples);
			return encoder.encode(part(left), part(right));
		});
		const ears = decode(packets).map((ear) => ear.slice(10 * packetSamples)) as [number[], number[]];
		expect(ears[0]).toHaveLength(30 * packetSamples);
		expect(levelOf(ears[0], 500)).toBeCloseTo(0.5, 1);
		expect(levelOf(ears[1], 1500)).toBeCloseTo(0.25, 1);
		expect(levelOf(ears[0], 1500)).toBeLessThan(0.02);
		expect(levelOf(ears[1], 500)).toBeLessThan(0.02);
		const bytes = packets.slice(10).reduce((sum, packet) => sum + packet.length, 0);
		expect((bytes * 8 * SOUND_HZ) / (30 * packetSamples)).toBeLessThan(160_000);
	});

	it("samples beyond full scale are cut", () => {
		using encoder = new OpusEncoder({ packetSamples: 960, bitrateBps: 96_000 });
		const loud = new Float32Array(960).fill(40);
		expect(encoder.encode(loud, loud).length).toBeGreaterThan(2);
	});
});
