import { AV_PIX_FMT_NV12, AV_PIX_FMT_YUV420P, type AVPixelFormat } from "node-av/constants";
import type { ViewCodec } from "../media/video-format.ts";
import type { Effort, EncoderName } from "./video-encoder.ts";

/** Ways in which an open encoder of FFmpeg gets another bit rate. */
export type RateChange =
	/** It reads the context's rate at each picture. */
	| "context"
	/**
	 * It never reads the rate again, but gives each picture what the rate has for the time
	 * since the one before it: pictures get timestamps of a clock that runs faster or slower.
	 */
	| "clock"
	/** It is opened again, with a key frame. */
	| "reopening";

/** Facts about an encoder of FFmpeg, and its options for one picture in, one frame out. */
export interface EncoderRow {
	readonly codec: ViewCodec;
	readonly pixelFormat: AVPixelFormat;
	readonly options: Readonly<Record<string, string>>;
	/**
	 * Options of each effort; missing where there is one effort, and for x264, whose efforts
	 * depend on the profile (`x264Row`).
	 */
	readonly efforts?: Readonly<Record<Effort, Readonly<Record<string, string>>>> | undefined;
	readonly rateChange: RateChange;
	/** Highest rate that it is given, bits per second. */
	readonly mostBps: number;
	/** Coarsest quantizer on the encoder's own scale. */
	readonly coarsest: number;
	/** `EncodedPicture.quantizer` is `offset + slope * own`. */
	readonly scale: { readonly offset: number; readonly slope: number };
}

/**
 * Coarsest quantizer of x264. Beyond 51 x264 has steps of its own that drop the
 * whole difference to the picture before: a turned view kept its old direction for
 * seconds. At 44 edges and labels stay readable. Measured by
 * `npm run bench -- low-rates`: 31 dB on a turning view, 27 dB at 51. Pictures may
 * exceed the rate then: the caller makes fewer of them.
 */
export const COARSEST_QUANTIZER = 44;

/** The quantizers of libvpx and SVT-AV1 are 0 to 63. */
const COARSEST_OF_64 = 63;

/** FFmpeg has rates of 32 bits in some of its options. */
const MOST_BPS = 2e9;

/** Facts that encoders of H.264 have in common. */
const H264 = {
	codec: "h264",
	pixelFormat: AV_PIX_FMT_YUV420P,
	rateChange: "context",
	mostBps: MOST_BPS,
	coarsest: COARSEST_QUANTIZER,
	scale: { offset: 0, slope: 1 },
} as const;

/**
 * All encoders. Those of VP8, VP9 and AV1 were measured on a turning, textured 1280x720
 * view at 2 and 0.5 Mbit/s, one thread (`npm run bench -- codecs`); their scales are lines
 * through equal PSNR with x264.
 */
export const ENCODERS: Readonly<Record<EncoderName, EncoderRow>> = {
	h264_nvenc: {
		...H264,
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
		...H264,
		options: { profile: "constrained_baseline", realtime: "1", prio_speed: "1", allow_sw: "0" },
	},
	h264_qsv: {
		...H264,
		pixelFormat: AV_PIX_FMT_NV12,
		options: { preset: "veryfast", profile: "baseline", async_depth: "1", low_power: "1", forced_idr: "1" },
	},
	h264_amf: {
		...H264,
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
	// Raspberry Pi and other boards; written from FFmpeg's libavcodec/v4l2_m2m_enc.c, and
	// tried on none. The rate is set when it opens only.
	h264_v4l2m2m: { ...H264, rateChange: "reopening", options: {} },
	libx264: {
		...H264,
		options: {
			preset: "ultrafast",
			tune: "zerolatency",
			"forced-idr": "1",
		},
	},
	libvpx: {
		codec: "vp8",
		pixelFormat: AV_PIX_FMT_YUV420P,
		rateChange: "clock",
		mostBps: MOST_BPS,
		coarsest: COARSEST_OF_64,
		scale: { offset: 13.8, slope: 0.333 },
		options: {
			deadline: "realtime",
			"lag-in-frames": "0",
			"auto-alt-ref": "0",
			// libwebrtc's value: blocks without any change are skipped at once.
			"static-thresh": "1",
			// A key frame takes up to three frame intervals.
			"max-intra-rate": "300",
		},
		// Textured turning views at 1, 2 and 5 Mbit/s: -7 is up to 0.4 dB better than -8 in no
		// more time, -6 another 0.1 to 1.0 dB in 1.05 to 1.21 times, -5 up to 0.4 more in 1.07 to
		// 1.23. -4 takes 1.9 times for 0.1 to 0.6 dB; -12 is 2.5 to 5 dB worse in 0.7 to 0.9.
		efforts: { low: { "cpu-used": "-7" }, middle: { "cpu-used": "-6" }, high: { "cpu-used": "-5" } },
	},
	"libvpx-vp9": {
		codec: "vp9",
		pixelFormat: AV_PIX_FMT_YUV420P,
		rateChange: "clock",
		mostBps: MOST_BPS,
		coarsest: COARSEST_OF_64,
		scale: { offset: 9.4, slope: 0.437 },
		options: {
			deadline: "realtime",
			// The fastest that FFmpeg lets through: 39.5 dB in 2.4 times x264's time. Slower
			// ones are no efforts: 7 is 0.1 dB better in 1.05 to 1.4 times the time, 6 another
			// 0.1 in 1.3 to 1.5.
			"cpu-used": "8",
			"lag-in-frames": "0",
			"auto-alt-ref": "0",
			"row-mt": "0",
			"aq-mode": "0",
			"max-intra-rate": "300",
		},
	},
	libsvtav1: {
		codec: "av1",
		pixelFormat: AV_PIX_FMT_YUV420P,
		rateChange: "reopening",
		// `svt_av1_verify_settings` takes no more.
		mostBps: 100e6,
		coarsest: COARSEST_OF_64,
		scale: { offset: 9.4, slope: 0.437 },
		options: {
			preset: "12",
			// Low delay, CBR, one thread, no key frames of its own; rtc: 37.9 dB instead of 35.6.
			// The buffer's aim is half of it, 40 ms, and no picture may go above its share: the
			// usual 600 ms, which the buffer can't hold, made 193 % of 0.5 Mbit/s, now 114 %, and
			// key frames of two and a half frames' bits, now one.
			"svtav1-params": [
				"pred-struct=1:rc=2:rtc=1:lp=1:scd=0:undershoot-pct=100:overshoot-pct=0",
				"buf-initial-sz=40:buf-optimal-sz=40",
			].join(":"),
		},
	},
};
