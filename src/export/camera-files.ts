import { statSync } from "node:fs";
import {
	AV_CODEC_FLAG_GLOBAL_HEADER,
	AV_OPT_SEARCH_CHILDREN,
	AV_OPT_TYPE_STRING,
	AV_PICTURE_TYPE_I,
	AV_PICTURE_TYPE_NONE,
	AVERROR_EAGAIN,
	AVERROR_EOF,
	AVFMT_GLOBALHEADER,
} from "node-av/constants";
import {
	avGetPixFmtFromName,
	avGetPixFmtName,
	Codec,
	CodecContext,
	Dictionary,
	FormatContext,
	type Frame,
	Packet,
	Rational,
	type Stream,
} from "node-av/lib";
import { type EncoderSetup, videoEncoding } from "../render/encoding.ts";
import { FrameFilter } from "../render/frame-filter.ts";
import type { EncodingOptions } from "../render/render-protocol.ts";
import { libavText } from "../source/libav-error.ts";
import { atUsualPriority } from "../threads/usual-priority.ts";
import type { CameraStart } from "./camera-protocol.ts";
import type { EpisodeVideo } from "./dataset-format.ts";
import { pictureStats, sampledRows } from "./feature-stats.ts";

/** Pictures from one key frame to the next: readers jump to any picture. */
const KEYFRAME_PICTURES = 10;
/** Pictures larger than this are thinned out to about half of it before they are counted. */
const COUNTED_PIXELS = 300;

/** Part of a picture that is kept, pixels, at its left edge. */
export interface KeptPart {
	readonly width: number;
	readonly height: number;
	/** Rows above it. */
	readonly top: number;
}

/**
 * Writes the pictures of one camera as MP4 files of a constant rate: picture n of all files
 * together is that of row n. Each episode begins with a key frame, and lies in one file.
 */
export class CameraFiles implements Disposable {
	readonly #start: CameraStart;
	/** FFmpeg's name of the samples that the encoder takes. */
	readonly #samples: string;
	readonly #videos: EpisodeVideo[] = [];
	#output: VideoOutput | undefined;
	#files = 0;
	#fitter: { readonly key: string; readonly filter: FrameFilter } | undefined;
	#counter: { readonly key: string; readonly filter: FrameFilter } | undefined;
	/** Rows of the present episode that are written. */
	#row = 0;
	#sampled = new Set<number>();
	#histograms = emptyHistograms();

	/** @throws {RangeError} for a codec or an encoder that is not known. */
	constructor(start: CameraStart) {
		this.#start = start;
		this.#samples = setupOf(start.encoding, start.height).pixelFormat;
	}

	/** The newest file. */
	get path(): string {
		return this.#start.paths[Math.max(0, this.#files - 1)] ?? "";
	}

	/**
	 * Writes a picture for some rows.
	 * @param frame borrowed; of any size and format.
	 * @throws {Error} when it can't be encoded or written.
	 */
	write(frame: Frame, kept: KeptPart, rows: number): void {
		if (rows === 0) return;
		using fitted = this.#fit(frame, kept);
		for (let done = 0; done < rows; done++) this.#writeRow(fitted);
	}

	/** @returns an entry for each episode. @throws {Error} when the end can't be written. */
	finish(): readonly EpisodeVideo[] {
		this.#output?.finish();
		this.#output = undefined;
		if (this.#videos.length < this.#start.episodeRows.length) throw new Error("no picture can be decoded");
		return this.#videos;
	}

	[Symbol.dispose](): void {
		this.#output?.[Symbol.dispose]();
		this.#fitter?.filter[Symbol.dispose]();
		this.#counter?.filter[Symbol.dispose]();
	}

	#writeRow(fitted: Frame): void {
		const rows = this.#start.episodeRows[this.#videos.length];
		if (rows === undefined) throw new Error("there are more pictures than rows");
		if (this.#row === 0) this.#beginEpisode(fitted, rows);
		if (this.#sampled.has(this.#row)) this.#count(fitted);
		this.#output?.write(fitted, this.#row === 0);
		this.#row++;
		if (this.#row < rows) return;
		const stats = pictureStats(this.#histograms, this.#sampled.size);
		const firstPicture = (this.#output?.pictures ?? rows) - rows;
		this.#videos.push({ file: this.#files - 1, firstPicture, stats });
		this.#row = 0;
	}

	#beginEpisode(fitted: Frame, rows: number): void {
		const { maxFileBytes, maxFilePictures, paths } = this.#start;
		const output = this.#output;
		if (output !== undefined && (output.bytes() >= maxFileBytes || output.pictures + rows > maxFilePictures)) {
			output.finish();
			this.#output = undefined;
		}
		this.#output ??= new VideoOutput(this.#start, paths[this.#files++] as string, fitted);
		this.#sampled = new Set(sampledRows(rows));
		this.#histograms = emptyHistograms();
	}

	/** The picture in the size of the dataset; one of another shape gets black bars. */
	#fit(frame: Frame, kept: KeptPart): Frame {
		const { width, height } = this.#start;
		const top = kept.top < frame.height ? kept.top : 0;
		const cut = { width: Math.min(kept.width, frame.width), height: Math.min(kept.height, frame.height - top) };
		const key = `${keyOf(frame)} ${cut.width}x${cut.height}+${top}`;
		if (this.#fitter?.key !== key) {
			this.#fitter?.filter[Symbol.dispose]();
			const chain = [
				`crop=${cut.width}:${cut.height}:0:${top}`,
				`scale=${width}:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bicubic`,
				`pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`,
			].join(",");
			this.#fitter = { key, filter: filterOf(frame, this.#samples, chain) };
		}
		return this.#fitter.filter.convert(frame);
	}

	/** Counts the samples of a picture, thinned out as LeRobot does it. */
	#count(fitted: Frame): void {
		const { width, height } = this.#start;
		const longer = Math.max(width, height);
		const step = longer < COUNTED_PIXELS ? 1 : Math.floor((longer * 2) / COUNTED_PIXELS);
		const [across, down] = [Math.ceil(width / step), Math.ceil(height / step)];
		const key = keyOf(fitted);
		if (this.#counter?.key !== key) {
			this.#counter?.filter[Symbol.dispose]();
			this.#counter = { key, filter: filterOf(fitted, "rgb24", `scale=${across}:${down}:flags=neighbor`) };
		}
		using small = this.#counter.filter.convert(fitted);
		const [samples] = small.data ?? [];
		const stride = small.linesize[0] ?? 0;
		if (samples === undefined) return;
		for (let y = 0; y < down; y++)
			for (let at = y * stride; at < y * stride + across * 3; at++)
				this.#histograms[(at - y * stride) % 3]![samples[at]!]!++;
	}
}

/** One MP4 file that is being written. */
class VideoOutput implements Disposable {
	readonly #path: string;
	readonly #format = new FormatContext();
	readonly #context = new CodecContext();
	readonly #stream: Stream;
	readonly #packet = new Packet();
	readonly #timeBase: Rational;
	#pictures = 0;
	#isOpen = false;

	/** @param like a picture with the colours of all others. */
	constructor({ width, height, rate, encoding }: CameraStart, path: string, like: Frame) {
		this.#path = path;
		check(this.#format.allocOutputContext2(null, "mp4", path), "there is no mp4 muxer");
		const setup = setupOf(encoding, height);
		const codec = Codec.findEncoderByName(setup.name as never);
		if (codec === null) throw new Error(`this FFmpeg has no encoder ${setup.name}`);
		const context = this.#context;
		context.allocContext3(codec);
		context.width = width;
		context.height = height;
		context.pixelFormat = avGetPixFmtFromName(setup.pixelFormat);
		this.#timeBase = new Rational(rate.den, rate.num);
		context.timeBase = this.#timeBase;
		context.framerate = new Rational(rate.num, rate.den);
		context.threadCount = setup.threads;
		context.colorRange = like.colorRange;
		context.colorSpace = like.colorSpace;
		context.colorPrimaries = like.colorPrimaries;
		context.colorTrc = like.colorTrc;
		if (this.#format.oformat?.hasFlags(AVFMT_GLOBALHEADER)) context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
		// Encoders without this option make a key frame of each picture that is to be one.
		context.setOption("forced-idr", "1", AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN);
		for (const [option, value] of Object.entries(setup.options))
			check(
				context.setOption(option, value, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN),
				`${setup.name} does not take ${option}=${value}`,
			);
		const opened = atUsualPriority(() => context.open2Sync(codec));
		check(opened, `${setup.name} did not open for ${width}x${height}`);
		this.#stream = this.#format.newStream();
		check(this.#stream.codecpar.fromContext(context), "the video can't be described");
		if (setup.tag !== undefined) this.#stream.codecpar.codecTag = setup.tag;
		this.#stream.timeBase = this.#timeBase;
		this.#stream.avgFrameRate = new Rational(rate.num, rate.den);
		check(this.#format.openOutputSync(), "can't be opened");
		using options = Dictionary.fromObject({ movflags: "+faststart" });
		check(this.#format.writeHeaderSync(options), "the container does not take this video");
		this.#isOpen = true;
		this.#packet.alloc();
	}

	/** Pictures that were written. */
	get pictures(): number {
		return this.#pictures;
	}

	/** Size of the file so far. */
	bytes(): number {
		return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
	}

	write(frame: Frame, keyframe: boolean): void {
		frame.pts = BigInt(this.#pictures++);
		frame.duration = 1n;
		frame.pictType = keyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
		check(this.#context.sendFrameSync(frame), "the encoder took no picture");
		this.#drain();
	}

	finish(): void {
		check(this.#context.sendFrameSync(null), "the encoder can't finish");
		this.#drain();
		check(this.#format.writeTrailerSync(), "the end can't be written");
		this[Symbol.dispose]();
	}

	/** A second call does nothing. */
	[Symbol.dispose](): void {
		if (!this.#isOpen) return;
		this.#isOpen = false;
		this.#format.closeOutputSync();
		this.#packet.free();
		this.#context.freeContext();
		this.#format.freeContext();
	}

	#drain(): void {
		while (true) {
			const code = this.#context.receivePacketSync(this.#packet);
			if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return;
			check(code, "the encoder failed");
			this.#packet.duration = 1n;
			this.#packet.streamIndex = this.#stream.index;
			this.#packet.rescaleTs(this.#timeBase, this.#stream.timeBase);
			check(this.#format.interleavedWriteFrameSync(this.#packet), "a packet can't be written");
		}
	}
}

/** @throws {RangeError} for a codec or an encoder that is not known. */
function setupOf({ encoderOptions, ...encoding }: EncodingOptions, height: number): EncoderSetup {
	const options = { g: String(KEYFRAME_PICTURES), bf: "0", ...encoderOptions };
	return videoEncoding({ ...encoding, encoderOptions: options }, "mp4", 8, height);
}

function filterOf(frame: Frame, to: string, chain: string): FrameFilter {
	const { width, height, colorRange: range, colorSpace: space } = frame;
	return new FrameFilter({ width, height, from: formatOf(frame), to, range, space, chain });
}

function formatOf(frame: Frame): string {
	return avGetPixFmtName(frame.format as never) ?? "unknown";
}

function keyOf(frame: Frame): string {
	return `${formatOf(frame)} ${frame.width}x${frame.height} ${frame.colorRange} ${frame.colorSpace}`;
}

/** Counts of the samples 0 to 255 of red, green and blue. */
function emptyHistograms(): Float64Array[] {
	return Array.from({ length: 3 }, () => new Float64Array(256));
}

function check(code: number, what: string): void {
	if (code < 0) throw new Error(`${what}: ${libavText(code)}`);
}
