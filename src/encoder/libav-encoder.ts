import {
	AV_LOG_FATAL,
	AV_OPT_SEARCH_CHILDREN,
	AV_OPT_TYPE_STRING,
	AV_PICTURE_TYPE_I,
	AV_PICTURE_TYPE_NONE,
	AV_PIX_FMT_GRAY8,
	AV_PIX_FMT_NV12,
	AV_PIX_FMT_YUV420P,
	AV_PKT_DATA_QUALITY_STATS,
	AVCHROMA_LOC_CENTER,
	AVCHROMA_LOC_LEFT,
	AVCHROMA_LOC_TOPLEFT,
	AVCOL_PRI_BT470BG,
	AVCOL_PRI_BT709,
	AVCOL_PRI_BT2020,
	AVCOL_RANGE_JPEG,
	AVCOL_RANGE_MPEG,
	AVCOL_SPC_BT470BG,
	AVCOL_SPC_BT709,
	AVCOL_SPC_BT2020_NCL,
	AVCOL_TRC_BT709,
	AVERROR_EAGAIN,
	type AVPixelFormat,
} from "node-av/constants";
import { avImageCopy2, Codec, CodecContext, FFmpegError, Frame, Log, Packet, Rational } from "node-av/lib";
import { assert } from "../media/assert.ts";
import { withoutDelimiter } from "../media/av1.ts";
import type { I420Picture } from "../media/i420-picture.ts";
import { type PictureColor, type PlaneLayout, pictureLayout } from "../media/panorama.ts";
import { PLAIN_H264, type ViewCodec } from "../media/video-format.ts";
import { atUsualPriority } from "../threads/usual-priority.ts";
import { BitrateLoop } from "./bitrate-loop.ts";
import { COARSEST_QUANTIZER, ENCODERS, type EncoderRow } from "./encoder-rows.ts";
import { ReopenedEncoder } from "./reopened-encoder.ts";
import { quietSvt } from "./svt-log.ts";
import {
	type Effort,
	type EncodedPicture,
	type EncodeRequest,
	type EncoderChoice,
	EncoderError,
	type EncoderName,
	type EncoderOptions,
	H264_ENCODER_NAMES,
	type VideoEncoder,
} from "./video-encoder.ts";
import { x264Row } from "./x264-rows.ts";

/**
 * Buffer of the rate control in frame intervals. At 2 x264 can fall to half of the rate and stay
 * there: 25 instead of 31 dB on a turning photo at 2 Mbit/s, which `npm run bench -- quality`
 * guards. 1.5 leaves a quarter of the rate unused, more than a `BitrateLoop` corrects. 2.5 has 95 %
 * of the sizes within 1.2 times their mean, 3 within 1.23, 4 within 1.5.
 */
const VBV_FRAMES = 2.5;
/** Shortest buffer that SVT-AV1 takes, seconds: 2.5 pictures of 125 a second. */
const LEAST_BUFFER_SEC = 0.02;
/** A change of the rate by less than this share does not reconfigure the encoder. */
const RATE_STEP = 0.02;

/** The encoder without hardware of each codec. */
const SOFTWARE = { h264: "libx264", vp8: "libvpx", vp9: "libvpx-vp9", av1: "libsvtav1" } as const satisfies Record<
	ViewCodec,
	EncoderName
>;

/**
 * Hardware encoders that failed their trial, with the reason; not tried again in
 * this thread.
 */
const failedHardware = new Map<EncoderName, string>();

/**
 * Opens the encoder of `choice` for the codec of the format; `choice` matters for H.264.
 *
 * @param onFallback gets one line for the log when hardware was named but x264
 * serves instead.
 * @throws {EncoderError} if not even the encoder without hardware opens.
 * @throws {RangeError} if a size is odd or a rate is not positive.
 */
export function openLibavEncoder(
	choice: EncoderChoice,
	options: EncoderOptions,
	onFallback: (line: string) => void = () => {},
): VideoEncoder {
	requireOptions(options);
	// FFmpeg's own lines about hardware that is not there would look like errors of
	// ours.
	Log.setLevel(AV_LOG_FATAL);
	const software = SOFTWARE[codecOf(options)];
	if (software === "libsvtav1") quietSvt();
	if (software !== "libx264") return openEncoder(software, options);
	const hardware = H264_ENCODER_NAMES.filter((name) => name !== software);
	const onlySoftware = choice === "software" || choice === "libx264" || longestUnit(options) !== undefined;
	const candidates = onlySoftware ? [] : choice === "auto" ? hardware : [choice];
	for (const name of candidates) {
		const known = failedHardware.get(name);
		if (known !== undefined) continue;
		try {
			tryOut(name, options);
			return openEncoder(name, options);
		} catch (error) {
			failedHardware.set(name, (error as Error).message);
			if (choice === name)
				onFallback(`${name} can't be used here, x264 encodes instead: ${(error as Error).message}`);
		}
	}
	return openEncoder(software, options);
}

/** @throws {EncoderError} if FFmpeg has no such encoder, or can't open it. */
function openEncoder(name: EncoderName, options: EncoderOptions): VideoEncoder {
	const { rateChange, mostBps } = ENCODERS[name];
	const open = (bitrateBps: number) =>
		new LibavEncoder(name, { ...options, bitrateBps: Math.min(bitrateBps, mostBps) });
	return rateChange === "reopening" ? new ReopenedEncoder(options.bitrateBps, open) : open(options.bitrateBps);
}

/**
 * Encodes two gray pictures: this finds hardware that opens but delays pictures, or
 * makes no key frame on request.
 */
function tryOut(name: EncoderName, options: EncoderOptions): void {
	using encoder = new LibavEncoder(name, options);
	const data = new Uint8Array((options.width * options.height * 3) / 2).fill(128);
	const picture = { data, width: options.width, height: options.height };
	encoder.encode(picture, { ticks: 0, keyframe: true });
	const second = encoder.encode(picture, { ticks: Math.round(90_000 / options.frameRate), keyframe: true });
	if (!second.keyframe) throw new EncoderError(`${name} makes no key frame on request.`);
}

/**
 * An FFmpeg encoder, by node-av's low-level API: the high-level one can't force a
 * key frame.
 */
class LibavEncoder implements VideoEncoder {
	readonly name: EncoderName;
	readonly codec: ViewCodec;
	readonly effort: Effort | undefined;
	readonly #context: CodecContext;
	readonly #frame: Frame;
	/**
	 * The frame's own planes. Read once: at each reading V8 counts them as external
	 * memory, and soon collects garbage for it.
	 */
	readonly #planes: Buffer[];
	readonly #strides: number[];
	readonly #packet = new Packet();
	readonly #options: EncoderOptions;
	readonly #row: EncoderRow;
	readonly #loop: BitrateLoop;
	#targetBps: number;
	#appliedBps = 0;
	/** Time of the last picture on the encoder's own clock, 90 kHz ticks. */
	#ownTicks = 0;
	#disposed = false;

	/** @throws {EncoderError} if FFmpeg has no such encoder, or can't open it. */
	constructor(name: EncoderName, options: EncoderOptions) {
		this.name = name;
		this.#row = ENCODERS[name];
		this.codec = this.#row.codec;
		const hasChoice = name === "libx264" || this.#row.efforts !== undefined;
		this.effort = hasChoice ? (options.effort ?? "low") : undefined;
		this.#options = options;
		this.#targetBps = options.bitrateBps;
		this.#loop = new BitrateLoop(options.frameRate, options.bitrateBps);
		const { codec, context } = allocateContext(name, options);
		this.#context = context;
		try {
			this.#applyBitrate();
			openContext(context, codec, name, options);
			this.#frame = allocateFrame(options, ENCODERS[name].pixelFormat);
		} catch (error) {
			context.freeContext();
			throw error;
		}
		const planes = this.#frame.data;
		assert(planes !== null, "A frame with a buffer has planes.");
		this.#planes = planes;
		this.#strides = this.#frame.linesize;
		this.#packet.alloc();
	}

	encode(picture: I420Picture, { ticks, keyframe }: EncodeRequest): EncodedPicture {
		this.#fill(picture);
		this.#stampFrame(ticks);
		this.#frame.pictType = keyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
		this.#check(this.#context.sendFrameSync(this.#frame), "took no picture");
		const received = this.#context.receivePacketSync(this.#packet);
		if (received === AVERROR_EAGAIN)
			throw new EncoderError(`${this.name} holds pictures back, which would delay every view.`);
		this.#check(received, "gave no packet");
		assert(this.#packet.data !== null, "A packet that was received has data.");
		const written = new Uint8Array(this.#packet.data);
		const data = this.codec === "av1" ? withoutDelimiter(written) : written;
		const isKeyframe = this.#packet.isKeyframe;
		// FFmpeg writes the picture's quantizer as a lambda, 118 for each step
		// (FF_QP2LAMBDA).
		const own = (this.#packet.getSideData(AV_PKT_DATA_QUALITY_STATS)?.readUInt32LE(0) ?? Number.NaN) / 118;
		this.#packet.unref();
		this.#loop.encoded(data.length);
		this.#applyBitrate();
		const { coarsest, scale } = this.#row;
		const isCoarsest = own > coarsest - 1;
		const byQuality = scale.offset + scale.slope * own;
		const quantizer = isCoarsest ? Math.max(byQuality, COARSEST_QUANTIZER) : byQuality;
		return { data, keyframe: isKeyframe, quantizer, coarsest: isCoarsest };
	}

	setBitrate(bitrateBps: number): void {
		if (!(bitrateBps > 0)) throw new RangeError(`bitrateBps is bits per second and positive; got ${bitrateBps}.`);
		this.#targetBps = Math.min(bitrateBps, this.#row.mostBps);
		this.#loop.targetBps = this.#targetBps;
		this.#applyBitrate();
	}

	[Symbol.dispose](): void {
		if (this.#disposed) return;
		this.#disposed = true;
		this.#packet.free();
		this.#frame.free();
		this.#context.freeContext();
	}

	/** Gives the frame its time; on the encoder's own clock where that sets the rate. */
	#stampFrame(ticks: number): void {
		if (this.#row.rateChange !== "clock") {
			this.#frame.pts = BigInt(ticks);
			return;
		}
		const step = (90_000 / this.#options.frameRate) * (this.#appliedBps / this.#options.bitrateBps);
		// The step before a picture is the one that sets its bits.
		this.#ownTicks += Math.max(1, step);
		this.#frame.pts = BigInt(Math.round(this.#ownTicks));
	}

	/** Sets the rate from the next picture on. */
	#applyBitrate(): void {
		// Only x264 and hardware stay below their rate; libvpx's mean is right by itself.
		const wishedBps = this.#row.rateChange === "context" ? this.#loop.encoderBps : this.#targetBps;
		if (Math.abs(wishedBps - this.#appliedBps) < RATE_STEP * this.#appliedBps) return;
		const isOpen = this.#appliedBps > 0;
		this.#appliedBps = wishedBps;
		if (isOpen && this.#row.rateChange !== "context") return;
		const bits = Math.round(this.#appliedBps);
		this.#context.bitRate = BigInt(bits);
		this.#context.rcMaxRate = BigInt(bits);
		this.#context.rcBufferSize = Math.ceil(bits * Math.max(VBV_FRAMES / this.#options.frameRate, LEAST_BUFFER_SEC));
	}

	/**
	 * Copies a picture into the frame, by FFmpeg's function: JavaScript copies out
	 * of shared memory word by word, which takes three times as long.
	 */
	#fill({ data, width, height }: I420Picture): void {
		if (width !== this.#options.width || height !== this.#options.height) {
			throw new RangeError(
				`The encoder takes ${this.#options.width}x${this.#options.height}; got ${width}x${height}.`,
			);
		}
		const { y, u, v } = pictureLayout(width, height);
		const bytesOf = ({ offset, stride, height: rows }: PlaneLayout) =>
			Buffer.from(data.buffer, data.byteOffset + offset, stride * rows);
		if (ENCODERS[this.name].pixelFormat === AV_PIX_FMT_NV12) {
			const [luma, chroma] = this.#planes;
			const [lumaStride, chromaStride] = this.#strides;
			assert(luma && chroma && lumaStride && chromaStride, "NV12 has two planes.");
			avImageCopy2([luma], [lumaStride], [bytesOf(y)], [y.stride], AV_PIX_FMT_GRAY8, width, height);
			interleaveRows(bytesOf(u), bytesOf(v), width / 2, chroma, chromaStride, height / 2);
		} else {
			const from = [y, u, v];
			avImageCopy2(
				this.#planes,
				this.#strides,
				from.map(bytesOf),
				from.map(({ stride }) => stride),
				AV_PIX_FMT_YUV420P,
				width,
				height,
			);
		}
	}

	#check(code: number, what: string): void {
		if (code < 0) throw new EncoderError(`${this.name} ${what}: ${describe(code)}.`);
	}
}

function allocateContext(
	name: EncoderName,
	{ width, height, frameRate, color }: EncoderOptions,
): { readonly codec: Codec; readonly context: CodecContext } {
	const codec = Codec.findEncoderByName(name as never);
	if (!codec) throw new EncoderError(`This FFmpeg build has no encoder ${name}.`);
	const context = new CodecContext();
	context.allocContext3(codec);
	context.width = width;
	context.height = height;
	context.pixelFormat = ENCODERS[name].pixelFormat;
	context.timeBase = new Rational(1, 90_000);
	// Without a frame rate x264 takes the time base for it and starves every
	// picture of bits.
	context.framerate = new Rational(Math.round(frameRate * 1000), 1000);
	context.maxBFrames = 0;
	context.gopSize = 2 ** 30;
	context.threadCount = 1;
	tagColor(context, color);
	return { codec, context };
}

function openContext(context: CodecContext, codec: Codec, name: EncoderName, options: EncoderOptions): void {
	const { options: always, efforts } = ENCODERS[name];
	const forName = name === "libx264" ? x264Options(options) : constantRate(name, options);
	const forEffort = efforts?.[options.effort ?? "low"];
	// One by one: node-av frees a Dictionary twice when it is handed to
	// `open2Sync`.
	for (const [option, value] of Object.entries({ ...always, ...forName, ...forEffort })) {
		const set = context.setOption(option, value, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN);
		if (set < 0) throw new EncoderError(`${name} does not know ${option}=${value}: ${describe(set)}.`);
	}
	const opened = open(context, codec);
	if (opened < 0)
		throw new EncoderError(`${name} did not open for ${options.width}x${options.height}: ${describe(opened)}.`);
}

/** @throws {EncoderError} if its threads would stay real-time. */
function open(context: CodecContext, codec: Codec): number {
	// The others begin no threads of such a kind, and are opened often.
	if (codec.name !== "libsvtav1") return context.open2Sync(codec);
	try {
		return atUsualPriority(() => context.open2Sync(codec));
	} catch (error) {
		throw new EncoderError((error as Error).message, { cause: error });
	}
}

/** libvpx keeps a constant rate only where its least rate is its greatest, too. */
function constantRate(name: EncoderName, { bitrateBps }: EncoderOptions): Record<string, string> {
	return ENCODERS[name].rateChange === "clock" ? { minrate: String(Math.round(bitrateBps)) } : {};
}

function x264Options(options: EncoderOptions): Record<string, string> {
	const { format = PLAIN_H264, effort = "low" } = options;
	const profile = format.codec === "h264" ? format.profile : PLAIN_H264.profile;
	const maxNalUnitBytes = longestUnit(options);
	const always = `repeat-headers=1:keyint=infinite:scenecut=0:annexb=1:qpmax=${COARSEST_QUANTIZER}`;
	return {
		profile,
		"x264-params": `${always}:${x264Row(effort, profile)}`,
		...(maxNalUnitBytes !== undefined && { "slice-max-size": String(maxNalUnitBytes) }),
	};
}

function allocateFrame({ width, height }: EncoderOptions, pixelFormat: AVPixelFormat): Frame {
	const frame = new Frame();
	frame.alloc();
	frame.format = pixelFormat;
	frame.width = width;
	frame.height = height;
	const code = frame.getBuffer(0);
	if (code >= 0) return frame;
	frame.free();
	throw new EncoderError(`No memory for a ${width}x${height} picture: ${describe(code)}.`);
}

function codecOf({ format = PLAIN_H264 }: EncoderOptions): ViewCodec {
	return format.codec;
}

/** Longest NAL unit that the client can receive; `undefined`: any. */
function longestUnit({ format = PLAIN_H264 }: EncoderOptions): number | undefined {
	return format.codec === "h264" ? format.maxNalUnitBytes : undefined;
}

function interleaveRows(
	u: Uint8Array,
	v: Uint8Array,
	width: number,
	target: Uint8Array,
	stride: number,
	rows: number,
): void {
	for (let row = 0; row < rows; row++) {
		for (let x = 0, from = row * width, to = row * stride; x < width; x++, from++, to += 2) {
			target[to] = u[from]!;
			target[to + 1] = v[from]!;
		}
	}
}

/** Sets the colour tags of the SPS, so that the browser shows the camera's colours. */
function tagColor(context: CodecContext, { range, matrix, chromaSiting }: PictureColor): void {
	context.colorRange = range === "full" ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
	context.colorSpace = { bt601: AVCOL_SPC_BT470BG, bt709: AVCOL_SPC_BT709, bt2020: AVCOL_SPC_BT2020_NCL }[matrix];
	context.colorPrimaries = { bt601: AVCOL_PRI_BT470BG, bt709: AVCOL_PRI_BT709, bt2020: AVCOL_PRI_BT2020 }[matrix];
	context.colorTrc = AVCOL_TRC_BT709;
	context.chromaLocation = { left: AVCHROMA_LOC_LEFT, center: AVCHROMA_LOC_CENTER, topleft: AVCHROMA_LOC_TOPLEFT }[
		chromaSiting
	];
}

function requireOptions({ width, height, frameRate, bitrateBps }: EncoderOptions): void {
	for (const [name, size] of Object.entries({ width, height })) {
		if (!Number.isInteger(size) || size < 16 || size > 8192 || size % 2 !== 0)
			throw new RangeError(`${name} is an even number of pixels from 16 to 8192; got ${size}.`);
	}
	if (!(frameRate > 0 && frameRate <= 1000))
		throw new RangeError(`frameRate is pictures a second, up to 1000; got ${frameRate}.`);
	if (!(bitrateBps > 0)) throw new RangeError(`bitrateBps is bits per second and positive; got ${bitrateBps}.`);
}

function describe(code: number): string {
	return FFmpegError.strerror(code);
}
