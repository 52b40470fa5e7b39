import { openLibavEncoder } from "../encoder/libav-encoder.ts";
import type { EncodedPicture, EncodeRequest, EncoderChoice, VideoEncoder } from "../encoder/video-encoder.ts";
import type { I420Picture } from "../media/i420-picture.ts";
import { type PictureColor, sameColor } from "../media/panorama.ts";
import { PictureBudget } from "./picture-budget.ts";
import { ViewFit } from "./view-fit.ts";
import { sameViewSize, type ViewSize } from "./view-size.ts";

/** A view changes its size no more often than this. */
const MIN_RESIZE_INTERVAL_SEC = 0.3;

/** Options of a `ViewEncoder`. */
export interface ViewEncoderOptions {
	/** Most pictures a second. */
	readonly frameRate: number;
	readonly encoder: EncoderChoice;
	/** Longest NAL unit that the viewer can get, bytes; `undefined`: any. */
	readonly maxNalUnitBytes?: number | undefined;
	/** Bits per second, until `bitrateBps` is set. */
	readonly bitrateBps: number;
	/** An encoder has been opened; FFmpeg's name of it. */
	readonly onOpened?: (name: string) => void;
	/** Lines for the log. */
	readonly onNotice?: (message: string) => void;
}

/**
 * One viewer's encoder, and what its bit rate allows: how often a picture is made, and how large.
 * The encoder is opened with the first picture, because only then the colours are known, and again
 * for every other size or colours: both are in the SPS. No clock: times are arguments, seconds on
 * one monotonic clock.
 */
export class ViewEncoder implements Disposable {
	readonly #options: ViewEncoderOptions;
	readonly #budget: PictureBudget;
	readonly #fit = new ViewFit();
	#encoder: VideoEncoder | undefined;
	#openedSec = Number.NEGATIVE_INFINITY;
	#bitrateBps: number;
	/**
	 * The size that the encoder was opened for, and the wish at that time: a source of one eye is
	 * drawn once whatever the wish.
	 */
	#size: ViewSize = { width: 0, height: 0, eyes: 1 };
	#wished: ViewSize = this.#size;
	#color: PictureColor | undefined;

	constructor(options: ViewEncoderOptions) {
		this.#options = options;
		this.#bitrateBps = options.bitrateBps;
		this.#budget = new PictureBudget(options.frameRate, options.bitrateBps);
	}

	/** Bits per second from now on. */
	set bitrateBps(bitrateBps: number) {
		this.#bitrateBps = bitrateBps;
		this.#budget.bitrateBps = bitrateBps;
	}

	/**
	 * Share of each side of the wished size that is drawn: below 1 where the bit rate can't show a
	 * turning view of that size.
	 */
	get scale(): number {
		return this.#fit.scale;
	}

	/**
	 * Notes that there is reason for a picture at `nowSec`.
	 * @returns whether the bit rate has paid for the one before.
	 */
	offer(nowSec: number): boolean {
		return this.#budget.offer(nowSec);
	}

	/**
	 * The size of the next picture. A client that wishes for another size all the time would cost
	 * an encoder and a key frame each time: the present one is kept for a moment.
	 *
	 * @param eyes how many the source has
	 */
	sizeFor(wished: ViewSize, eyes: ViewSize["eyes"], nowSec: number): ViewSize {
		if (nowSec - this.#openedSec >= MIN_RESIZE_INTERVAL_SEC) this.#wished = wished;
		const possible = eyes === 1 ? { ...this.#wished, eyes } : this.#wished;
		return this.#fit.fit(possible, this.#bitrateBps, nowSec);
	}

	/**
	 * Encodes a picture of `size`, which is what `sizeFor` returned; with two eyes one is on top of
	 * the other.
	 *
	 * @throws {EncoderError} if no encoder opens, or it fails.
	 */
	encode(
		picture: I420Picture,
		size: ViewSize,
		color: PictureColor,
		request: EncodeRequest,
		nowSec: number,
	): EncodedPicture {
		const opened =
			this.#encoder === undefined || !sameViewSize(size, this.#size) || !sameColor(color, this.#color!);
		const encoder = opened ? this.#open(picture, size, color, nowSec) : this.#encoder!;
		if (!opened) encoder.setBitrate(this.#budget.encoderBps);
		const encoded = encoder.encode(picture, { ...request, keyframe: request.keyframe || opened });
		this.#budget.spend(encoded.data.length);
		if (encoded.coarsest && !encoded.keyframe) this.#fit.noteCoarsest(encoded.data.length, size);
		return encoded;
	}

	[Symbol.dispose](): void {
		this.#encoder?.[Symbol.dispose]();
		this.#encoder = undefined;
	}

	#open({ width, height }: I420Picture, size: ViewSize, color: PictureColor, nowSec: number): VideoEncoder {
		this[Symbol.dispose]();
		const { frameRate, encoder: choice, maxNalUnitBytes, onNotice, onOpened } = this.#options;
		const { encoderBps } = this.#budget;
		const encoder = openLibavEncoder(
			choice,
			{ width, height, frameRate, bitrateBps: encoderBps, color, maxNalUnitBytes },
			onNotice,
		);
		this.#encoder = encoder;
		this.#openedSec = nowSec;
		this.#size = size;
		this.#color = color;
		onOpened?.(encoder.name);
		return encoder;
	}
}
