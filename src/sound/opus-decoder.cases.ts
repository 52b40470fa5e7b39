import { Codec, CodecContext, Frame, Packet } from "node-av/lib";
import { SOUND_HZ } from "../media/sound-ring.ts";
import { STEREO } from "./opus-encoder.ts";

/** Decodes Opus packets by FFmpeg. @returns the two ears' samples, 1 is full scale */
export function decodeOpus(packets: readonly Uint8Array[]): [number[], number[]] {
	const codec = Codec.findDecoderByName("libopus" as never);
	if (codec === null) throw new Error("FFmpeg has no libopus decoder.");
	const context = new CodecContext();
	context.allocContext3(codec);
	context.sampleRate = SOUND_HZ;
	context.channelLayout = STEREO;
	if (context.open2Sync(codec) < 0) throw new Error("FFmpeg's libopus decoder did not open.");
	const ears: [number[], number[]] = [[], []];
	for (const data of packets) {
		const packet = new Packet();
		packet.alloc();
		packet.data = Buffer.from(data);
		if (context.sendPacketSync(packet) < 0) throw new Error("libopus can't decode a packet.");
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

/** Amplitude of a tone in samples. */
export function toneLevel(samples: readonly number[], hz: number): number {
	let [re, im] = [0, 0];
	for (const [n, sample] of samples.entries()) {
		re += sample * Math.cos((2 * Math.PI * hz * n) / SOUND_HZ);
		im += sample * Math.sin((2 * Math.PI * hz * n) / SOUND_HZ);
	}
	return (2 * Math.hypot(re, im)) / samples.length;
}
