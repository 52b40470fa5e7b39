import {
	AV_CHANNEL_ORDER_NATIVE,
	AV_CODEC_FLAG_LOW_DELAY,
	AV_CODEC_ID_H264,
	AV_CODEC_ID_VP8,
	AV_PIX_FMT_YUV420P,
	AV_PIX_FMT_YUVJ420P,
	AV_SAMPLE_FMT_S16,
} from "node-av/constants";
import { Codec, CodecContext, Frame, Packet } from "node-av/lib";
import type { ClientCodec, ClientMediaPacket } from "../media/client-media.ts";
import { SOUND_HZ } from "../media/sound-ring.ts";
import type { ClientPicture, ClientSound, DecodedTimes } from "./decoded-media.ts";
import { isTooLarge, MAX_PIXELS } from "./picture-bound.ts";

/** FFmpeg's layout of a left and a right channel. */
const STEREO = { nbChannels: 2, order: AV_CHANNEL_ORDER_NATIVE, mask: 3n } as const;
/** Packets whose times are remembered: more than a decoder holds back. */
const TIMES_KEPT = 64;
/** Longest gap between two packets of sound for which silence is given, samples: 120 ms. */
const MAX_SILENCE_SAMPLES = 0.12 * SOUND_HZ;

/** Decodes the packets of one stream of a client's. Works within the calling thread. */
export class PacketDecoder implements Disposable {
	readonly #context = new CodecContext();
	readonly #packet = new Packet();
	readonly #frame = new Frame();
	/** Times by the number of their packet. */
	readonly #times = new Map<number, DecodedTimes>();
	#number = 0;
	/** RTP time of the end of the newest sound; NaN before the first. */
	#soundEndTicks = Number.NaN;
	/** A picture was too large: none is decoded before a key frame. */
	#needsKeyframe = false;

	/** @throws {Error} when this FFmpeg lacks the decoder. */
	constructor(codec: ClientCodec) {
		const decoder =
			codec === "opus"
				? Codec.findDecoderByName("libopus" as never)
				: Codec.findDecoder(codec === "h264" ? AV_CODEC_ID_H264 : AV_CODEC_ID_VP8);
		if (decoder === null) throw new Error(`this FFmpeg has no decoder of ${codec}`);
		const context = this.#context;
		context.allocContext3(decoder);
		context.threadCount = 1;
		context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
		if (codec === "opus") {
			context.sampleRate = SOUND_HZ;
			context.channelLayout = STEREO;
		}
		if (context.open2Sync(decoder) < 0) throw new Error(`the decoder of ${codec} did not open`);
		this.#packet.alloc();
		this.#frame.alloc();
	}

	/**
	 * Decodes a packet; a damaged one gives nothing. Silence stands for a short gap in sound.
	 *
	 * @param onMedia owns what it gets.
	 * @throws {RangeError} when its picture would be larger than 4K: it is not decoded.
	 */
	decode(packet: ClientMediaPacket, onMedia: (media: ClientSound | ClientPicture) => void): void {
		const { data, rtpTicks, receivedSec, capturedSec } = packet;
		const isRefused = isTooLarge(packet);
		this.#needsKeyframe = isRefused || (this.#needsKeyframe && !packet.keyframe);
		if (isRefused) throw new RangeError(`a picture has more than ${MAX_PIXELS} pixels, or no size`);
		if (this.#needsKeyframe) return;
		const number = this.#number++;
		this.#times.set(number, { rtpTicks, receivedSec, capturedSec });
		this.#times.delete(number - TIMES_KEPT);
		this.#packet.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
		this.#packet.pts = BigInt(number);
		this.#packet.dts = BigInt(number);
		if (this.#context.sendPacketSync(this.#packet) < 0) return;
		while (this.#context.receiveFrameSync(this.#frame) >= 0) {
			const times = this.#times.get(Number(this.#frame.pts));
			const media =
				times && (packet.kind === "audio" ? soundOf(this.#frame, times) : pictureOf(this.#frame, times));
			this.#frame.unref();
			if (media?.kind === "sound") this.#fillGap(media, onMedia);
			if (media !== undefined) onMedia(media);
		}
	}

	/** Gives silence for what was lost just before a piece of sound, so that it is no shorter. */
	#fillGap({ samples, ...times }: ClientSound, onMedia: (media: ClientSound) => void): void {
		const gap = (times.rtpTicks - this.#soundEndTicks) | 0;
		const endTicks = this.#soundEndTicks;
		this.#soundEndTicks = (times.rtpTicks + samples.length / 2) >>> 0;
		if (Number.isNaN(endTicks) || gap <= 0 || gap > MAX_SILENCE_SAMPLES) return;
		const capturedSec = times.capturedSec - gap / SOUND_HZ;
		onMedia({ ...times, samples: new Int16Array(2 * gap), rtpTicks: endTicks, capturedSec });
	}

	[Symbol.dispose](): void {
		this.#packet.free();
		this.#frame.free();
		this.#context.freeContext();
	}
}

function soundOf(frame: Frame, times: DecodedTimes): ClientSound | undefined {
	const plane = frame.data?.[0];
	if (frame.format !== AV_SAMPLE_FMT_S16 || plane === undefined) return undefined;
	const samples = new Int16Array(frame.nbSamples * 2);
	for (let n = 0; n < samples.length; n++) samples[n] = plane.readInt16LE(n * 2);
	return { kind: "sound", samples, ...times };
}

function pictureOf(frame: Frame, times: DecodedTimes): ClientPicture | undefined {
	const { width, height, format, data: planes, linesize } = frame;
	const isI420 = format === AV_PIX_FMT_YUV420P || format === AV_PIX_FMT_YUVJ420P;
	if (!isI420 || planes === null) return undefined;
	const [halfWidth, halfHeight] = [(width + 1) >> 1, (height + 1) >> 1];
	const data = new Uint8Array(width * height + 2 * halfWidth * halfHeight);
	let at = 0;
	for (const [index, plane] of planes.slice(0, 3).entries()) {
		const [rowBytes, rows] = index === 0 ? [width, height] : [halfWidth, halfHeight];
		const stride = linesize[index] ?? 0;
		for (let row = 0; row < rows; row++, at += rowBytes)
			data.set(plane.subarray(row * stride, row * stride + rowBytes), at);
	}
	return { kind: "picture", data, width, height, ...times };
}
