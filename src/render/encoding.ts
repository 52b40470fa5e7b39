import { nearestName } from "../media/nearest-name.ts";
import type { PictureFileFormat, VideoContainer } from "./output-kind.ts";
import type { EncodingOptions } from "./render-protocol.ts";

/** Options of an encoder that is asked for nothing. */
export const NO_ENCODING_OPTIONS: EncodingOptions = {
	codec: undefined,
	encoder: undefined,
	crf: undefined,
	quality: undefined,
	bitrateBps: undefined,
	preset: undefined,
	encoderOptions: {},
};

/** Codecs of video by the command line's words. */
export const VIDEO_CODECS = ["h264", "hevc", "av1", "vp9", "prores", "ffv1"] as const;
export type VideoCodec = (typeof VIDEO_CODECS)[number];

/** An encoder with everything that FFmpeg needs to open it. */
export interface EncoderSetup {
	/** FFmpeg's name. */
	readonly name: string;
	/** FFmpeg's name of the samples that it takes. */
	readonly pixelFormat: string;
	readonly options: Readonly<Record<string, string>>;
	/** Fixed: the bytes of a file depend neither on the machine's cores nor on our threads. */
	readonly threads: number;
	/** Tag of the codec in MP4 and MOV, where players want another than FFmpeg's. */
	readonly tag: string | undefined;
}

interface EncoderEntry {
	readonly codec: VideoCodec;
	/** Samples of 8 and of 10 bits, if it has both. */
	readonly formats: readonly [eight: string, ten: string];
	/** Option for constant quality, and its value for archives: hardly any loss is seen. */
	readonly quality: readonly [option: string, value: number] | undefined;
	readonly preset: readonly [option: string, value: string] | undefined;
	readonly options?: Readonly<Record<string, string>>;
	readonly tag?: string;
}

const PLANAR = ["yuv420p", "yuv420p10le"] as const;
const SEMIPLANAR = ["nv12", "p010le"] as const;

/** The encoders that are known, the usual one of each codec first. */
const ENCODERS: Readonly<Record<string, EncoderEntry>> = {
	libx264: { codec: "h264", formats: PLANAR, quality: ["crf", 18], preset: ["preset", "veryfast"] },
	libx265: {
		codec: "hevc",
		formats: PLANAR,
		quality: ["crf", 20],
		preset: ["preset", "fast"],
		options: { "x265-params": "log-level=none" },
		tag: "hvc1",
	},
	libsvtav1: { codec: "av1", formats: PLANAR, quality: ["crf", 26], preset: ["preset", "8"] },
	"libvpx-vp9": {
		codec: "vp9",
		formats: PLANAR,
		quality: ["crf", 24],
		preset: ["cpu-used", "4"],
		options: { "row-mt": "1", "tile-columns": "2", deadline: "good" },
	},
	prores_ks: {
		codec: "prores",
		formats: ["yuv422p10le", "yuv422p10le"],
		quality: undefined,
		preset: ["profile", "hq"],
		options: { vendor: "apl0" },
	},
	ffv1: {
		codec: "ffv1",
		formats: PLANAR,
		quality: undefined,
		preset: undefined,
		options: { level: "3", slices: "16", slicecrc: "1" },
	},
	h264_nvenc: { codec: "h264", formats: SEMIPLANAR, quality: ["cq", 19], preset: ["preset", "p5"] },
	hevc_nvenc: { codec: "hevc", formats: SEMIPLANAR, quality: ["cq", 21], preset: ["preset", "p5"], tag: "hvc1" },
	av1_nvenc: { codec: "av1", formats: SEMIPLANAR, quality: ["cq", 26], preset: ["preset", "p5"] },
	h264_qsv: { codec: "h264", formats: SEMIPLANAR, quality: ["global_quality", 19], preset: ["preset", "medium"] },
	hevc_qsv: {
		codec: "hevc",
		formats: SEMIPLANAR,
		quality: ["global_quality", 21],
		preset: ["preset", "medium"],
		tag: "hvc1",
	},
	h264_amf: { codec: "h264", formats: SEMIPLANAR, quality: undefined, preset: ["quality", "quality"] },
	hevc_amf: { codec: "hevc", formats: SEMIPLANAR, quality: undefined, preset: ["quality", "quality"], tag: "hvc1" },
	h264_videotoolbox: { codec: "h264", formats: SEMIPLANAR, quality: undefined, preset: undefined },
	hevc_videotoolbox: { codec: "hevc", formats: SEMIPLANAR, quality: undefined, preset: undefined, tag: "hvc1" },
};

/** Encoders by FFmpeg's names. */
const VIDEO_ENCODERS: readonly string[] = Object.keys(ENCODERS);

/** Codecs that a container can't hold go into another: WebM takes VP9 and AV1 alone. */
const CODECS_OF_WEBM: readonly VideoCodec[] = ["vp9", "av1"];

/**
 * Chooses encoder and options of a video.
 *
 * @param bitDepth of the pictures: 10 keeps all bits where the encoder can.
 * @param height of the pictures.
 * @throws {RangeError} for a codec or an encoder that is not known, or not in this container.
 */
export function videoEncoding(
	options: EncodingOptions,
	container: VideoContainer,
	bitDepth: number,
	height: number,
): EncoderSetup {
	const name = options.encoder ?? encoderOf(codecOf(options, container, bitDepth));
	const entry = ENCODERS[name];
	if (entry === undefined)
		throw new RangeError(
			`--encoder is one of ${VIDEO_ENCODERS.join(", ")}; got ${name}.${guess(name, VIDEO_ENCODERS)}`,
		);
	if (container === "webm" && !CODECS_OF_WEBM.includes(entry.codec))
		throw new RangeError(`WebM holds ${CODECS_OF_WEBM.join(" or ")}; for ${entry.codec} choose .mkv or .mp4.`);
	const threads = Math.min(16, Math.max(1, Math.round(height / 180)));
	return {
		name,
		pixelFormat: entry.formats[bitDepth > 8 ? 1 : 0],
		options: { ...entry.options, ...rateOptions(entry, options, name), ...options.encoderOptions },
		threads,
		tag: container === "matroska" || container === "webm" ? undefined : entry.tag,
	};
}

/** The codec of an encoder that is asked for, or else the one that is; `undefined`: neither is. */
export function chosenCodec({ codec, encoder }: Partial<EncodingOptions>): string | undefined {
	return (encoder === undefined ? undefined : ENCODERS[encoder]?.codec) ?? codec;
}

/** 10 bits go to HEVC: hardly any player shows H.264 of 10 bits. */
function codecOf({ codec }: EncodingOptions, container: VideoContainer, bitDepth: number): VideoCodec {
	if (codec === undefined) return container === "webm" ? "vp9" : bitDepth > 8 ? "hevc" : "h264";
	const known = VIDEO_CODECS.find((name) => name === codec);
	if (known !== undefined) return known;
	throw new RangeError(`--codec is one of ${VIDEO_CODECS.join(", ")}; got ${codec}.${guess(codec, VIDEO_CODECS)}`);
}

function encoderOf(codec: VideoCodec): string {
	return Object.keys(ENCODERS).find((name) => ENCODERS[name]?.codec === codec) ?? "";
}

function rateOptions(
	{ quality, preset }: EncoderEntry,
	{ crf, bitrateBps, preset: askedPreset }: EncodingOptions,
	name: string,
): Record<string, string> {
	const options: Record<string, string> = {};
	if (preset !== undefined) options[preset[0]] = askedPreset ?? preset[1];
	else if (askedPreset !== undefined) throw new RangeError(`--preset is not for ${name}, which has none.`);
	if (bitrateBps !== undefined) return { ...options, b: String(bitrateBps) };
	if (quality !== undefined) options[quality[0]] = String(crf ?? quality[1]);
	else if (crf !== undefined) throw new RangeError(`--crf is not for ${name}, which has no constant quality.`);
	// Without it VP9 takes a bit rate of its own for a bound.
	if (name === "libvpx-vp9") options["b"] = "0";
	return options;
}

/** Quality of JPEG, WebP and AVIF where none is asked for, of 100. */
const PICTURE_QUALITY = 95;

/**
 * Chooses encoder and options of pictures.
 *
 * @param pixelFormat FFmpeg's name of the samples in memory.
 */
export function pictureEncoding(
	format: PictureFileFormat,
	pixelFormat: string,
	{ quality = PICTURE_QUALITY, encoderOptions }: Pick<EncodingOptions, "quality" | "encoderOptions">,
): EncoderSetup {
	const setup = (name: string, samples: string, options: Readonly<Record<string, string>>): EncoderSetup => ({
		name,
		pixelFormat: samples,
		options: { ...options, ...encoderOptions },
		threads: 1,
		tag: undefined,
	});
	switch (format) {
		case "jpeg": {
			const scale = String(jpegQuantizer(quality));
			// The optimal tables are a second pass over the coefficients: smaller, and no loss.
			return setup("mjpeg", pixelFormat === "yuv420p" ? "yuvj420p" : "yuvj444p", {
				qmin: "1",
				qmax: "31",
				global_quality: String(Number(scale) * FF_QP2LAMBDA),
				flags: "+qscale",
				huffman: "optimal",
			});
		}
		case "png":
			return setup("png", "rgb24", { pred: "mixed", compression_level: "6" });
		case "tiff":
			return setup("tiff", "rgb24", { compression_algo: "deflate" });
		case "webp":
			return quality >= 100
				? setup("libwebp", "bgra", { lossless: "1" })
				: setup("libwebp", "bgra", { lossless: "0", quality: String(quality), preset: "photo" });
		case "avif":
			return setup("libsvtav1", pixelFormat.includes("10") ? "yuv420p10le" : "yuv420p", {
				crf: String(Math.round(63 - (quality / 100) * 55)),
				preset: "6",
				"svtav1-params": "avif=1",
			});
	}
}

/** FFmpeg's lambda of one quantizer step. */
const FF_QP2LAMBDA = 118;

/** JPEG's quantizer as FFmpeg counts it, 1 (best) to 31, for a quality of 1 to 100. */
function jpegQuantizer(quality: number): number {
	return Math.max(1, Math.round(1 + ((100 - quality) * 30) / 99));
}

function guess(name: string, known: readonly string[]): string {
	const nearest = nearestName(name, known);
	return nearest === undefined ? "" : ` Did you mean ${nearest}?`;
}
