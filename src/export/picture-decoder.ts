import { AV_CODEC_FLAG_LOW_DELAY, AVERROR_EAGAIN, AVERROR_EOF } from "node-av/constants";
import { Codec, CodecContext, Frame, Packet } from "node-av/lib";
import type { ViewCodec } from "../media/video-format.ts";
import { codecIdOf } from "../source/codec-ids.ts";
import { libavText } from "../source/libav-error.ts";

/** Decodes the access units of one stream, in the order in which they were encoded. */
export class PictureDecoder implements Disposable {
	readonly #context = new CodecContext();
	readonly #packet = new Packet();

	/** @throws {Error} when this FFmpeg lacks the decoder. */
	constructor(codec: ViewCodec) {
		const id = codecIdOf(codec);
		const decoder = id === undefined ? null : Codec.findDecoder(id);
		if (decoder === null) throw new Error(`this FFmpeg has no decoder of ${codec}`);
		this.#context.allocContext3(decoder);
		// More threads would hold pictures back.
		this.#context.threadCount = 1;
		this.#context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
		const code = this.#context.open2Sync(decoder);
		if (code < 0) throw new Error(`the decoder of ${codec} did not open: ${libavText(code)}`);
		this.#packet.alloc();
	}

	/**
	 * @param number comes back with its picture.
	 * @param onFrame borrows the picture. A damaged one is left out.
	 */
	decode(accessUnit: Uint8Array, number: number, onFrame: (frame: Frame, number: number) => void): void {
		this.#packet.data = Buffer.from(accessUnit.buffer, accessUnit.byteOffset, accessUnit.byteLength);
		this.#packet.pts = BigInt(number);
		this.#packet.dts = BigInt(number);
		this.#context.sendPacketSync(this.#packet);
		this.#drain(onFrame);
	}

	/** Gives the pictures that are still inside. Nothing can be decoded afterwards. */
	finish(onFrame: (frame: Frame, number: number) => void): void {
		this.#context.sendPacketSync(null);
		this.#drain(onFrame);
	}

	[Symbol.dispose](): void {
		this.#packet.free();
		this.#context.freeContext();
	}

	#drain(onFrame: (frame: Frame, number: number) => void): void {
		using frame = new Frame();
		frame.alloc();
		while (true) {
			const code = this.#context.receiveFrameSync(frame);
			if (code === AVERROR_EAGAIN || code === AVERROR_EOF || code < 0) return;
			onFrame(frame, Number(frame.pts));
			frame.unref();
		}
	}
}
