import { AV_LOG_FATAL, type AVPixelFormat } from "node-av/constants";
import { avGetPixFmtName, type Frame, Log, type Packet } from "node-av/lib";
import type { PictureColor } from "../media/panorama.ts";
import { LibavConverter, orientationOf, type SampleKind } from "../source/libav-converter.ts";
import { LibavDecoder } from "../source/libav-decoder.ts";
import { LibavInput } from "../source/libav-input.ts";
import { newPacket } from "../source/new-packet.ts";
import { isRgb } from "../source/picture-color.ts";

import { sampleLayoutOf } from "./compared-planes.ts";

/** A decoded picture. Its holder frees `frame`. */
export interface ComparedPicture {
	readonly frame: Frame;
	/** Time stamp in the file, seconds; NaN if it has none. */
	readonly timeSec: number;
}

/** The pictures of a file one after the other, as stored: whole, with both eyes, upright. */
export class ComparedPictures {
	readonly label: string;
	readonly #input: LibavInput;
	readonly #decoder: LibavDecoder;
	readonly #converter: LibavConverter;
	readonly #like: ComparedPictures | undefined;
	readonly #packet: Packet = newPacket();
	readonly #waiting: ComparedPicture[] = [];
	#kind: SampleKind | undefined;
	/** The decoder's pixel format, where pictures were converted from it. */
	#convertedFrom: string | undefined;
	#ended = false;

	private constructor(input: LibavInput, like: ComparedPictures | undefined) {
		const { stream, heif, orientation, frameRate, label } = input;
		this.label = label;
		this.#input = input;
		this.#like = like;
		this.#decoder = new LibavDecoder(stream, { hwaccel: "none", threads: 0, live: false, frameRate, label });
		this.#converter = new LibavConverter(stream, {
			filter: "",
			orientation,
			pixelAspect: input.pixelAspect,
			assembly: heif,
			onShape: async () => {},
			frameRate,
			label,
			notice: () => {},
			want: (decoded) => this.#choose(decoded),
			target: undefined,
		});
	}

	/**
	 * Opens a file.
	 *
	 * @param like pictures whose kind of samples these are converted to, once their first was read
	 * @throws {SourceError} when it can't be read or holds no pictures.
	 */
	static async open(path: string, like?: ComparedPictures): Promise<ComparedPictures> {
		Log.setLevel(AV_LOG_FATAL);
		const options = {
			spec: path,
			track: undefined,
			inputFormat: "",
			inputOptions: {},
			rtspTransport: "tcp",
		} as const;
		const input = await LibavInput.open(options, new AbortController().signal);
		try {
			return new ComparedPictures(input, like);
		} catch (error) {
			await input.close();
			throw error;
		}
	}

	/** FFmpeg's name of the pixel format of the pictures; known after the first. */
	get pixelFormat(): string {
		return this.#kind?.pixelFormat ?? "unknown";
	}

	/** The pixel format that they were converted from, if they were. */
	get convertedFrom(): string | undefined {
		return this.#convertedFrom;
	}

	/**
	 * The next picture, which belongs to the caller; `undefined` at the end.
	 * @throws {SourceError} when reading, decoding or converting fails.
	 */
	async next(): Promise<ComparedPicture | undefined> {
		while (this.#waiting.length === 0 && !this.#ended) {
			const more = await this.#input.read(this.#packet);
			await this.#decoder.decode(more ? this.#packet : null, (frame) => this.#take(frame));
			this.#packet.unref();
			if (!more) {
				await this.#converter.convert(null, (picture) => this.#keep(picture.frame, picture.stampSec));
				this.#ended = true;
			}
		}
		return this.#waiting.shift();
	}

	/** Frees everything. */
	async close(): Promise<void> {
		for (const { frame } of this.#waiting) frame.free();
		this.#packet.free();
		this.#converter.close();
		this.#decoder.close();
		await this.#input.close();
	}

	/** The converter would scale a picture of odd size, also one with the right samples. */
	async #take(frame: Frame): Promise<void> {
		const pixelFormat = plainName(avGetPixFmtName(frame.format as AVPixelFormat) ?? "unknown");
		const { rotationDeg, mirrored } = orientationOf(frame) ?? this.#input.orientation;
		const odd = frame.width % 2 === 1 || frame.height % 2 === 1;
		const asItIs = odd && rotationDeg === 0 && !mirrored && this.#input.heif === undefined;
		const wanted = this.#like?.pixelFormat ?? pixelFormat;
		if (asItIs && wanted === pixelFormat && sampleLayoutOf(pixelFormat) !== undefined) {
			this.#kind ??= { pixelFormat, color: UNKNOWN_COLOR };
			await this.#keep(frame, Number(frame.bestEffortTimestamp) * this.#input.tickSec);
			return;
		}
		await this.#converter.convert(frame, (picture) => this.#keep(picture.frame, picture.stampSec));
	}

	async #keep(frame: Frame, timeSec: number): Promise<void> {
		this.#waiting.push({ frame, timeSec });
	}

	/**
	 * Samples of the same format and range are compared as they are, whatever their tags; others
	 * are converted to the first file's.
	 */
	#choose({ pixelFormat, color }: SampleKind): SampleKind {
		const plain = plainName(pixelFormat);
		const like = this.#like === undefined ? undefined : this.#like.#kind;
		const same = like === undefined || (like.pixelFormat === plain && like.color.range === color.range);
		const own = sampleLayoutOf(plain) === undefined ? (isRgb(plain) ? "rgb24" : "yuv444p") : plain;
		this.#kind = same ? { pixelFormat: own, color } : like;
		if (this.#kind.pixelFormat !== plain) this.#convertedFrom = pixelFormat;
		return this.#kind;
	}
}

/** Colours of pictures that nothing is converted to. */
const UNKNOWN_COLOR: PictureColor = { range: "limited", matrix: "bt709", chromaSiting: "left" };

/** FFmpeg's "yuvj" says nothing but full range. */
function plainName(pixelFormat: string): string {
	return pixelFormat.replace("yuvj", "yuv");
}
