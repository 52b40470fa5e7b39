import {
	AV_CHANNEL_ORDER_NATIVE,
	AV_LOG_FATAL,
	AV_OPT_SEARCH_CHILDREN,
	AV_OPT_TYPE_STRING,
	AV_SAMPLE_FMT_FLT,
	AVERROR_EAGAIN,
} from "node-av/constants";
import { Codec, CodecContext, FFmpegError, Frame, Log, Packet, Rational } from "node-av/lib";
import { assert } from "../media/assert.ts";
import { SOUND_HZ } from "../media/sound-ring.ts";

/** FFmpeg's layout of a left and a right channel. */
export const STEREO = { nbChannels: 2, order: AV_CHANNEL_ORDER_NATIVE, mask: 3n } as const;

/** Options of `OpusEncoder`. */
export interface OpusEncoderOptions {
	/** Samples of a packet: 480 or 960, 10 or 20 ms. */
	readonly packetSamples: number;
	/** Bits per second. */
	readonly bitrateBps: number;
}

/**
 * Share of lost packets that the encoder prepares for, percent: it then puts a coarse copy of each
 * packet that holds speech into the next one (RFC 6716, 2.1.7).
 */
const EXPECTED_LOSS_PERCENT = 5;

/** Encodes stereo as Opus by libopus. Throws `Error` where FFmpeg has none. */
export class OpusEncoder implements Disposable {
	readonly #context = new CodecContext();
	readonly #frame = new Frame();
	readonly #packet = new Packet();
	readonly #samples: Float32Array;
	readonly #packetSamples: number;
	#position = 0n;
	#disposed = false;

	constructor({ packetSamples, bitrateBps }: OpusEncoderOptions) {
		this.#packetSamples = packetSamples;
		Log.setLevel(AV_LOG_FATAL);
		const codec = Codec.findEncoderByName("libopus" as never);
		if (codec === null) throw new Error("This FFmpeg build has no encoder libopus, which sound needs.");
		const context = this.#context;
		context.allocContext3(codec);
		context.sampleFormat = AV_SAMPLE_FMT_FLT;
		context.sampleRate = SOUND_HZ;
		context.channelLayout = STEREO;
		context.timeBase = new Rational(1, SOUND_HZ);
		context.bitRate = BigInt(bitrateBps);
		const settings = {
			application: "audio",
			frame_duration: String((packetSamples * 1000) / SOUND_HZ),
			vbr: "on",
			fec: "1",
			packet_loss: String(EXPECTED_LOSS_PERCENT),
			compression_level: "5",
		};
		for (const [name, value] of Object.entries(settings))
			check(context.setOption(name, value, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN), `does not know ${name}`);
		check(context.open2Sync(codec), "did not open");
		const frame = this.#frame;
		frame.alloc();
		frame.format = AV_SAMPLE_FMT_FLT;
		frame.sampleRate = SOUND_HZ;
		frame.channelLayout = STEREO;
		frame.nbSamples = packetSamples;
		check(frame.getBuffer(0), "got no memory");
		const plane = frame.data?.[0];
		assert(plane !== undefined, "A frame with a buffer has a plane.");
		this.#samples = new Float32Array(plane.buffer, plane.byteOffset, packetSamples * 2);
		this.#packet.alloc();
	}

	/**
	 * @param left `packetSamples` samples, 1 is full scale; louder ones are cut. @param right as
	 * many.
	 * @returns one Opus packet, owned by the caller.
	 */
	encode(left: Float32Array, right: Float32Array): Uint8Array {
		assert(left.length === this.#packetSamples && right.length === this.#packetSamples, "A packet is filled.");
		for (let n = 0; n < this.#packetSamples; n++) {
			this.#samples[2 * n] = clip(left[n]!);
			this.#samples[2 * n + 1] = clip(right[n]!);
		}
		this.#frame.pts = this.#position;
		this.#position += BigInt(this.#packetSamples);
		check(this.#context.sendFrameSync(this.#frame), "took no samples");
		const received = this.#context.receivePacketSync(this.#packet);
		if (received === AVERROR_EAGAIN) throw new Error("libopus holds packets back, which would delay all sound.");
		check(received, "gave no packet");
		const { data } = this.#packet;
		assert(data !== null, "A packet that was received has data.");
		const packet = new Uint8Array(data);
		this.#packet.unref();
		return packet;
	}

	[Symbol.dispose](): void {
		if (this.#disposed) return;
		this.#disposed = true;
		this.#packet.free();
		this.#frame.free();
		this.#context.freeContext();
	}
}

function clip(sample: number): number {
	return Math.min(1, Math.max(-1, sample));
}

function check(code: number, what: string): void {
	if (code < 0) throw new Error(`libopus ${what}: ${FFmpegError.strerror(code)}.`);
}
