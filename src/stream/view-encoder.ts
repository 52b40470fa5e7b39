import { openLibavEncoder } from "../encoder/libav-encoder.ts";
import type { EncodedPicture, EncodeRequest, EncoderChoice, VideoEncoder } from "../encoder/video-encoder.ts";
import type { I420Picture } from "../media/i420-picture.ts";
import { type PictureColor, sameColor } from "../media/panorama.ts";
import { PLAIN_H264, type VideoFormat, type ViewCodec } from "../media/video-format.ts";
import type { PictureMoment, ViewEffort } from "./effort-ladder.ts";
import { PictureBudget } from "./picture-budget.ts";
import { ViewFit } from "./view-fit.ts";
import { sameViewSize, type ViewSize } from "./view-size.ts";

/** Shortest time between two changes of a view's size. */
const MIN_RESIZE_INTERVAL_SEC = 0.3;

/** Options of a `ViewEncoder`. */
export interface ViewEncoderOptions {
	/** Most pictures a second. */
	readonly frameRate: number;
	readonly encoder: EncoderChoice;
	/** @default `PLAIN_H264` */
	readonly format?: VideoFormat | undefined;
	/** Bits per second until `bitrateBps` is set. */
	readonly bitrateBps: number;
	/** The view's part of its thread's effort, ended with the encoder. @default the least effort */
	readonly effort?: ViewEffort | undefined;
	/** Called with FFmpeg's name of each encoder that is opened. */
	readonly onOpened?: (name: string) => void;
	/** Receives lines for the log. */
	readonly onNotice?: (message: string) => void;
}

/** Options of one picture of a view. */
export interface ViewEncodeRequest extends EncodeRequest {
	/** It shows another direction than the picture before it. @default false */
	readonly turned?: boolean | undefined;
}

/**
 * Encodes one viewer's pictures, and decides how often and how large its bit rate
 * allows them. The encoder is opened for the first picture, because the colours are
 * known only then, and again for every change of size or colours, which are in the
 * SPS, or of effort. Reads no clock: times are arguments, seconds on one monotonic clock.
 */
export class ViewEncoder implements Disposable {
	readonly #options: ViewEncoderOptions;
	readonly #budget: PictureBudget;
	readonly #fit = new ViewFit();
	#encoder: VideoEncoder | undefined;
	#openedSec = Number.NEGATIVE_INFINITY;
	#bitrateBps: number;
	/** The size that the encoder was opened for. */
	#size: ViewSize = { width: 0, height: 0, eyes: 1 };
	/** Rows of its pictures: those of the views, and of a surround. */
	#rows = 0;
	/** The wish at that time; a source of one eye is drawn once whatever the wish. */
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

	/** Codec of the pictures. */
	get codec(): ViewCodec {
		return (this.#options.format ?? PLAIN_H264).codec;
	}

	/**
	 * Factor from the wished width and height to the drawn ones; below 1 where the
	 * bit rate can't show a turning view of the wished size, or only coarsely.
	 */
	get scale(): number {
		return this.#fit.scale;
	}

	/**
	 * Notes that there is reason for a picture at `nowSec`.
	 * @returns true if the bit rate has paid for the picture before.
	 */
	offer(nowSec: number): boolean {
		this.#budget.divisor = this.#fit.divisor;
		return this.#budget.offer(nowSec);
	}

	/**
	 * Returns the size of the next picture. A size is kept for a moment: a client
	 * that changes its wish all the time would cost an encoder and a key frame each
	 * time.
	 *
	 * @param eyes number of eyes that the source has.
	 */
	sizeFor(wished: ViewSize, eyes: ViewSize["eyes"], nowSec: number): ViewSize {
		if (nowSec - this.#openedSec >= MIN_RESIZE_INTERVAL_SEC) this.#wished = wished;
		const possible = eyes === 1 ? { ...this.#wished, eyes } : this.#wished;
		return this.#fit.fit(possible, this.#bitrateBps, nowSec);
	}

	/**
	 * Encodes a picture.
	 *
	 * @param picture borrowed; with two eyes one view is on top of the other, and a surround is
	 * below them.
	 * @param size the size that `sizeFor` returned for the picture.
	 * @throws {EncoderError} if no encoder opens, or it fails.
	 */
	encode(
		picture: I420Picture,
		size: ViewSize,
		color: PictureColor,
		{ ticks, keyframe, turned = false }: ViewEncodeRequest,
		nowSec: number,
	): EncodedPicture {
		const fits = this.#fits(picture, size, color) && !this.#changesEffort({ keyframe, turned, nowSec });
		const open = fits ? this.#encoder : undefined;
		open?.setBitrate(this.#budget.encoderBps);
		const encoder = open ?? this.#open(picture, size, color, nowSec);
		const encoded = encoder.encode(picture, { ticks, keyframe: keyframe || open === undefined });
		this.#budget.spend(encoded.data.length);
		if (!encoded.keyframe) {
			if (encoded.coarsest) this.#fit.noteCoarsest(encoded.data.length, size);
			this.#fit.noteQuantizer(encoded.quantizer, nowSec);
		}
		return encoded;
	}

	/** Notes the time that drawing and encoding a picture took, for the choice of the effort. */
	worked(sec: number, nowSec: number): void {
		this.#options.effort?.worked(sec, this.#encoder?.effort, nowSec);
	}

	[Symbol.dispose](): void {
		this.#options.effort?.leave();
		this.#close();
	}

	#close(): void {
		this.#encoder?.[Symbol.dispose]();
		this.#encoder = undefined;
	}

	#changesEffort(moment: PictureMoment): boolean {
		if (this.#encoder?.effort === undefined) return false;
		return this.#options.effort?.isDue(moment) ?? false;
	}

	/** True if the encoder was opened for pictures of this size and these colours. */
	#fits(picture: I420Picture, size: ViewSize, color: PictureColor): boolean {
		return (
			this.#color !== undefined &&
			picture.height === this.#rows &&
			sameViewSize(size, this.#size) &&
			sameColor(color, this.#color)
		);
	}

	#open({ width, height }: I420Picture, size: ViewSize, color: PictureColor, nowSec: number): VideoEncoder {
		this.#close();
		const { frameRate, encoder: choice, format, onNotice, onOpened } = this.#options;
		const { encoderBps } = this.#budget;
		const effort = this.#options.effort?.opening(width * height, nowSec);
		const encoder = openLibavEncoder(
			choice,
			{ width, height, frameRate, bitrateBps: encoderBps, color, format, effort },
			onNotice,
		);
		this.#encoder = encoder;
		this.#openedSec = nowSec;
		this.#size = size;
		this.#rows = height;
		this.#color = color;
		onOpened?.(encoder.name);
		return encoder;
	}
}
