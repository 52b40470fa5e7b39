import {
	AV_CHANNEL_ORDER_AMBISONIC,
	AV_CHANNEL_ORDER_NATIVE,
	AV_CHANNEL_ORDER_UNSPEC,
	AV_NOPTS_VALUE,
	AV_SAMPLE_FMT_FLTP,
} from "node-av/constants";
import {
	type ChannelLayout,
	Codec,
	CodecContext,
	type Frame,
	type Packet,
	SoftwareResampleContext,
	type Stream,
} from "node-av/lib";
import { SOUND_HZ } from "../media/sound-ring.ts";
import { newFrame } from "./libav-decoder.ts";

/** FFmpeg's layouts of one and two channels, by their masks (`AV_CH_LAYOUT_MONO`, `_STEREO`). */
const KNOWN_MASKS: Readonly<Record<number, bigint>> = { 1: 4n, 2: 3n };
const STEREO: ChannelLayout = { nbChannels: 2, order: AV_CHANNEL_ORDER_NATIVE, mask: 3n };

/** Channels that a decoder gives: all are mixed to stereo, or some are taken as they are. */
export type ChannelWish = "stereo" | readonly number[];

/**
 * Gets decoded sound.
 * @param stampSec time stamp of its beginning on the input's own scale, seconds.
 * @param channels 1 is full scale; lent.
 */
export type SoundSink = (stampSec: number, channels: readonly Float32Array[]) => void;

/**
 * Decodes a track of sound to `SOUND_HZ` samples a second. Damaged packets are silence. It works
 * within the calling thread: a packet takes less than a tenth of a millisecond.
 */
export class SoundDecoder implements Disposable {
	readonly #stream: Pick<Stream, "codecpar" | "timeBase">;
	readonly #wish: ChannelWish;
	readonly #context = new CodecContext();
	readonly #frame: Frame = newFrame();
	#resampler: SoftwareResampleContext | undefined;
	/** Form of the samples that the resampler was made for. */
	#form = "";
	/** Channels that come out of the resampler. */
	#channels = 0;
	/** Its planes, reused for each frame. */
	#planes: Buffer[] = [];
	/** Stamp that the next frame has if it has none of its own. */
	#nextSec = Number.NaN;
	#disposed = false;

	/** @throws {Error} in words when FFmpeg has no decoder for the track. */
	constructor(stream: Pick<Stream, "codecpar" | "timeBase">, wish: ChannelWish) {
		this.#stream = stream;
		this.#wish = wish;
		const codec = Codec.findDecoder(stream.codecpar.codecId);
		if (codec === null) throw new Error("FFmpeg has no decoder for it");
		this.#context.allocContext3(codec);
		this.#context.parametersToContext(stream.codecpar);
		this.#context.pktTimebase = stream.timeBase;
		this.#context.threadCount = 1;
		if (this.#context.open2Sync(codec) >= 0) return;
		this[Symbol.dispose]();
		throw new Error(`FFmpeg's decoder ${codec.name ?? ""} did not open`);
	}

	/** Decodes a packet of the track. @param packet borrowed */
	decode(packet: Packet, sink: SoundSink): void {
		if (this.#context.sendPacketSync(packet) < 0) return;
		while (this.#context.receiveFrameSync(this.#frame) >= 0) {
			this.#convert(sink);
			this.#frame.unref();
		}
	}

	/** Forgets what is inside, before packets from elsewhere in the input. */
	flush(): void {
		this.#context.flushBuffers();
		this.#resampler?.free();
		this.#resampler = undefined;
		this.#form = "";
		this.#nextSec = Number.NaN;
	}

	[Symbol.dispose](): void {
		if (this.#disposed) return;
		this.#disposed = true;
		this.#resampler?.free();
		this.#frame.free();
		this.#context.freeContext();
	}

	#convert(sink: SoundSink): void {
		const frame = this.#frame;
		const { nbSamples, sampleRate, pts, extendedData } = frame;
		if (nbSamples <= 0 || sampleRate <= 0 || extendedData === null) return;
		const resampler = this.#resamplerFor(frame);
		if (resampler === undefined) return;
		const { num, den } = this.#stream.timeBase;
		const beginSec = pts === AV_NOPTS_VALUE ? this.#nextSec : (Number(pts) * num) / den;
		if (Number.isNaN(beginSec)) return;
		this.#nextSec = beginSec + nbSamples / sampleRate;
		// Samples that the resampler held back come first.
		const stampSec = beginSec - Number(resampler.getDelay(BigInt(SOUND_HZ))) / SOUND_HZ;
		const room = Math.max(1, resampler.getOutSamples(nbSamples));
		if ((this.#planes[0]?.length ?? 0) < room * 4)
			this.#planes = Array.from({ length: this.#channels }, () => Buffer.from(new ArrayBuffer(room * 4)));
		const count = resampler.convertSync(this.#planes, room, extendedData, nbSamples);
		if (count <= 0) return;
		const decoded = this.#planes.map(({ buffer, byteOffset }) => new Float32Array(buffer, byteOffset, count));
		const chosen = this.#wish === "stereo" ? [0, Math.min(1, decoded.length - 1)] : this.#wish;
		const silence = new Float32Array(count);
		sink(
			stampSec,
			chosen.map((index) => decoded[index] ?? silence),
		);
	}

	#resamplerFor({ channelLayout, sampleRate, format }: Frame): SoftwareResampleContext | undefined {
		const { nbChannels, order, mask } = channelLayout;
		const form = `${nbChannels} ${order} ${mask} ${sampleRate} ${format}`;
		if (form === this.#form) return this.#resampler;
		this.#form = form;
		this.#resampler?.free();
		this.#planes = [];
		const from = completeLayout(channelLayout);
		// FFmpeg mixes no channels whose places it doesn't know: the first ones are taken.
		const isMixed = this.#wish === "stereo" && from.order === AV_CHANNEL_ORDER_NATIVE;
		const to = isMixed ? STEREO : from;
		this.#channels = to.nbChannels;
		const resampler = new SoftwareResampleContext();
		const set = resampler.allocSetOpts2(to, AV_SAMPLE_FMT_FLTP, SOUND_HZ, from, format as never, sampleRate);
		this.#resampler = set >= 0 && resampler.init() >= 0 ? resampler : undefined;
		if (this.#resampler === undefined) resampler.free();
		return this.#resampler;
	}
}

/** The layout of one or two channels is known also where a file does not state it. */
function completeLayout(layout: ChannelLayout): ChannelLayout {
	const mask = layout.order === AV_CHANNEL_ORDER_UNSPEC ? KNOWN_MASKS[layout.nbChannels] : undefined;
	return mask === undefined ? layout : { nbChannels: layout.nbChannels, order: AV_CHANNEL_ORDER_NATIVE, mask };
}

/** True for a track whose own description says that it is ambisonic in ACN order. */
export function isStatedAmbisonic({ codecpar }: Stream): boolean {
	return codecpar.channelLayout.order === AV_CHANNEL_ORDER_AMBISONIC;
}
