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
import type { I420Picture } from "../media/i420-picture.ts";
import { type PictureColor, type PlaneLayout, pictureLayout } from "../media/panorama.ts";
import { PLAIN_H264 } from "../media/video-format.ts";
import { BitrateLoop } from "./bitrate-loop.ts";
import {
	type Effort,
	ENCODER_NAMES,
	type EncodedPicture,
	type EncodeRequest,
	type EncoderChoice,
	EncoderError,
	type EncoderName,
	type EncoderOptions,
	type VideoEncoder,
} from "./video-encoder.ts";
import { x264Row } from "./x264-rows.ts";

/**
 * Coarsest quantizer of x264. Beyond 51 x264 has steps of its own that drop the
 * whole difference to the picture before: a turned view kept its old direction for
 * seconds. At 44 edges and labels stay readable. Measured by
 * `npm run bench -- low-rates`: 31 dB on a turning view, 27 dB at 51. Pictures may
 * exceed the rate then: the caller makes fewer of them.
 */
const COARSEST_QUANTIZER = 44;

/** Options that each encoder needs for one picture in, one access unit out. */
const ENCODERS = {
	h264_nvenc: {
		pixelFormat: AV_PIX_FMT_YUV420P,
		options: {
			preset: "p1",
			tune: "ull",
			profile: "baseline",
			rc: "cbr",
			zerolatency: "1",
			delay: "0",
			"forced-idr": "1",
			strict_gop: "1",
		},
	},
	h264_videotoolbox: {
		pixelFormat: AV_PIX_FMT_YUV420P,
		options: { profile: "constrained_baseline", realtime: "1", prio_speed: "1", allow_sw: "0" },
	},
	h264_qsv: {
		pixelFormat: AV_PIX_FMT_NV12,
		options: { preset: "veryfast", profile: "baseline", async_depth: "1", low_power: "1", forced_idr: "1" },
	},
	h264_amf: {
		pixelFormat: AV_PIX_FMT_NV12,
		options: {
			usage: "ultralowlatency",
			profile: "constrained_baseline",
			quality: "speed",
			rc: "cbr",
			header_spacing: "1",
			forced_idr: "1",
		},
	},
	libx264: {
		pixelFormat: AV_PIX_FMT_YUV420P,
		options: {
			preset: "ultrafast",
			tune: "zerolatency",
			"forced-idr": "1",
		},
	},
} satisfies Record<EncoderName, { pixelFormat: AVPixelFormat; options: Record<string, string> }>;

/**
 * Buffer of the rate control in frame intervals. Measured by
 * `npm run bench -- low-rates`, rows "use" and "p95" (95 % of the sizes, by their
 * mean): 1.5 leaves a quarter of the rate unused, more than a `BitrateLoop`
 * corrects, with sizes up to 1.18; 2 leaves little, with 1.14; 3 has sizes up to
 * 1.23.
 */
const VBV_FRAMES = 2;
/** A change of the rate by less than this share does not reconfigure the encoder. */
const RATE_STEP = 0.02;

/**
 * Hardware encoders that failed their trial, with the reason; not tried again in
 * this thread.
 */
const failedHardware = new Map<EncoderName, string>();

/**
 * Opens the encoder of `choice`.
 *
 * @param onFallback gets one line for the log when hardware was named but x264
 * serves instead.
 * @throws {EncoderError} if not even x264 opens.
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
	const hardware = ENCODER_NAMES.filter((name) => name !== "libx264");
	const onlySoftware = choice === "software" || choice === "libx264" || longestUnit(options) !== undefined;
	const candidates = onlySoftware ? [] : choice === "auto" ? hardware : [choice];
	for (const name of candidates) {
		const known = failedHardware.get(name);
		if (known !== undefined) continue;
		try {
			tryOut(name, options);
			return new LibavEncoder(name, options);
		} catch (error) {
			failedHardware.set(name, (error as Error).message);
			if (choice === name)
				onFallback(`${name} can't be used here, x264 encodes instead: ${(error as Error).message}`);
		}
	}
	return new LibavEncoder("libx264", options);
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
	readonly codec = "h264";
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
	readonly #loop: BitrateLoop;
	#appliedBps = 0;
	#disposed = false;

	/** @throws {EncoderError} if FFmpeg has no such encoder, or can't open it. */
	constructor(name: EncoderName, options: EncoderOptions) {
		this.name = name;
		this.effort = name === "libx264" ? (options.effort ?? "low") : undefined;
		this.#options = options;
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
		this.#frame.pts = BigInt(ticks);
		this.#frame.pictType = keyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
		this.#check(this.#context.sendFrameSync(this.#frame), "took no picture");
		const received = this.#context.receivePacketSync(this.#packet);
		if (received === AVERROR_EAGAIN)
			throw new EncoderError(`${this.name} holds pictures back, which would delay every view.`);
		this.#check(received, "gave no packet");
		assert(this.#packet.data !== null, "A packet that was received has data.");
		const data = new Uint8Array(this.#packet.data);
		const isKeyframe = this.#packet.isKeyframe;
		// FFmpeg writes the picture's quantizer as a lambda, 118 for each step
		// (FF_QP2LAMBDA).
		const quantizer = (this.#packet.getSideData(AV_PKT_DATA_QUALITY_STATS)?.readUInt32LE(0) ?? Number.NaN) / 118;
		this.#packet.unref();
		this.#loop.encoded(data.length);
		this.#applyBitrate();
		return { data, keyframe: isKeyframe, quantizer, coarsest: quantizer > COARSEST_QUANTIZER - 1 };
	}

	setBitrate(bitrateBps: number): void {
		if (!(bitrateBps > 0)) throw new RangeError(`bitrateBps is bits per second and positive; got ${bitrateBps}.`);
		this.#loop.targetBps = bitrateBps;
		this.#applyBitrate();
	}

	[Symbol.dispose](): void {
		if (this.#disposed) return;
		this.#disposed = true;
		this.#packet.free();
		this.#frame.free();
		this.#context.freeContext();
	}

	/** Sets the context's rate, which libx264 and NVENC read at the next picture. */
	#applyBitrate(): void {
		if (Math.abs(this.#loop.encoderBps - this.#appliedBps) < RATE_STEP * this.#appliedBps) return;
		this.#appliedBps = this.#loop.encoderBps;
		const bits = Math.round(this.#appliedBps);
		this.#context.bitRate = BigInt(bits);
		this.#context.rcMaxRate = BigInt(bits);
		this.#context.rcBufferSize = Math.round((bits / this.#options.frameRate) * VBV_FRAMES);
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
	const forName = name === "libx264" ? x264Options(options) : {};
	// One by one: node-av frees a Dictionary twice when it is handed to
	// `open2Sync`.
	for (const [option, value] of Object.entries({ ...ENCODERS[name].options, ...forName })) {
		const set = context.setOption(option, value, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN);
		if (set < 0) throw new EncoderError(`${name} does not know ${option}=${value}: ${describe(set)}.`);
	}
	const opened = context.open2Sync(codec);
	if (opened < 0)
		throw new EncoderError(`${name} did not open for ${options.width}x${options.height}: ${describe(opened)}.`);
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
