import type { I420Picture } from "../media/i420-picture.ts";
import type { ViewCodec } from "../media/video-format.ts";
import type { Effort, EncodedPicture, EncodeRequest, VideoEncoder } from "./video-encoder.ts";

/** A rate that is off by more than this factor is worth a key frame. */
const WORTH_A_KEYFRAME = 1.25;
/** Fewest pictures between two openings, when the rate has fallen and when it has risen. */
const PICTURES_BEFORE_LESS = 15;
const PICTURES_BEFORE_MORE = 60;

/**
 * An encoder whose rate can't change while it is open: it is opened again, with a key
 * frame, when the rate is off by a quarter. A key frame that is wanted anyway is the
 * best moment, and takes any new rate.
 */
export class ReopenedEncoder implements VideoEncoder {
	readonly #open: (bitrateBps: number) => VideoEncoder;
	#encoder: VideoEncoder;
	#openedBps: number;
	#targetBps: number;
	#pictures = 0;
	/** Time at which the open one began: each has a clock of its own. */
	#firstTicks: number | undefined;

	/** @throws {EncoderError} if `open` does. */
	constructor(bitrateBps: number, open: (bitrateBps: number) => VideoEncoder) {
		this.#open = open;
		this.#encoder = open(bitrateBps);
		this.#openedBps = bitrateBps;
		this.#targetBps = bitrateBps;
	}

	get name(): string {
		return this.#encoder.name;
	}

	get codec(): ViewCodec {
		return this.#encoder.codec;
	}

	get effort(): Effort | undefined {
		return this.#encoder.effort;
	}

	encode(picture: I420Picture, request: EncodeRequest): EncodedPicture {
		const isDue = this.#isDue(request.keyframe);
		if (isDue) this.#reopen();
		this.#pictures++;
		this.#firstTicks ??= request.ticks;
		const ticks = request.ticks - this.#firstTicks;
		return this.#encoder.encode(picture, { ticks, keyframe: request.keyframe || isDue });
	}

	setBitrate(bitrateBps: number): void {
		if (!(bitrateBps > 0)) throw new RangeError(`bitrateBps is bits per second and positive; got ${bitrateBps}.`);
		this.#targetBps = bitrateBps;
	}

	[Symbol.dispose](): void {
		this.#encoder[Symbol.dispose]();
	}

	#isDue(keyframe: boolean): boolean {
		if (this.#pictures === 0) return this.#targetBps !== this.#openedBps;
		const factor = this.#targetBps / this.#openedBps;
		if (factor < 1 / WORTH_A_KEYFRAME) return this.#pictures >= PICTURES_BEFORE_LESS;
		if (factor > WORTH_A_KEYFRAME) return keyframe || this.#pictures >= PICTURES_BEFORE_MORE;
		return keyframe && factor !== 1;
	}

	#reopen(): void {
		const encoder = this.#open(this.#targetBps);
		this.#encoder[Symbol.dispose]();
		this.#encoder = encoder;
		this.#openedBps = this.#targetBps;
		this.#pictures = 0;
		this.#firstTicks = undefined;
	}
}
