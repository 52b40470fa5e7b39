import {
	AV_LOG_FATAL,
	AV_OPT_SEARCH_CHILDREN,
	AV_OPT_TYPE_STRING,
	AV_PICTURE_TYPE_I,
	AV_PIX_FMT_YUV420P,
} from "node-av/constants";
import { Codec, CodecContext, Frame, Log, Packet, Rational } from "node-av/lib";

import type { EncodedPacket } from "../media/encoded-packet.ts";

export interface ClipOptions {
	readonly width?: number;
	readonly height?: number;
	readonly frames?: number;
	readonly bitrateBps?: number;
	/** Frames that are IDR pictures besides the first. */
	readonly keyframes?: readonly number[];
	/** I420 of a frame. @default moving stripes */
	readonly picture?: (width: number, height: number, index: number) => Buffer;
}

export interface ClipFrame {
	/** Annex B. */
	readonly accessUnit: Uint8Array;
	readonly keyframe: boolean;
}

/**
 * A short clip of moving stripes, encoded by x264 as the product does it: Constrained
 * Baseline, no reordering, parameter sets before every IDR.
 */
export function encodeClip(options: ClipOptions = {}): ClipFrame[] {
	const {
		width = 320,
		height = 240,
		frames = 30,
		bitrateBps = 1_000_000,
		keyframes = [],
		picture = stripes,
	} = options;
	Log.setLevel(AV_LOG_FATAL);
	using encoder = new CodecContext();
	const codec = Codec.findEncoderByName("libx264" as Parameters<typeof Codec.findEncoderByName>[0])!;
	encoder.allocContext3(codec);
	Object.assign(encoder, {
		width,
		height,
		pixelFormat: AV_PIX_FMT_YUV420P,
		timeBase: new Rational(1, 90_000),
		framerate: new Rational(30, 1),
		bitRate: BigInt(bitrateBps),
		maxBFrames: 0,
		gopSize: 100_000,
		threadCount: 1,
	});
	const settings = {
		preset: "ultrafast",
		tune: "zerolatency",
		profile: "baseline",
		"forced-idr": "1",
		"x264-params": "repeat-headers=1:keyint=infinite:scenecut=0:annexb=1",
	};
	// One by one: node-av frees a Dictionary twice when it is handed to `open2Sync`.
	for (const [name, value] of Object.entries(settings))
		encoder.setOption(name, value, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN);
	if (encoder.open2Sync(codec) < 0) throw new Error("x264 can't be opened.");
	const clip: ClipFrame[] = [];
	using packet = new Packet();
	packet.alloc();
	for (let index = 0; index < frames; index++) {
		using frame = Frame.fromVideoBuffer(picture(width, height, index), {
			format: AV_PIX_FMT_YUV420P,
			width,
			height,
			timeBase: new Rational(1, 90_000),
		});
		frame.pts = BigInt(index * 3000);
		if (keyframes.includes(index)) frame.pictType = AV_PICTURE_TYPE_I;
		encoder.sendFrameSync(frame);
		while (encoder.receivePacketSync(packet) >= 0) {
			clip.push({ accessUnit: new Uint8Array(packet.data!), keyframe: packet.isKeyframe });
			packet.unref();
		}
	}
	return clip;
}

/** A packet as the encoder hands it to a session, with nothing measured. */
export function encodedPacket(accessUnit: Uint8Array, keyframe: boolean, rtpTicks: number): EncodedPacket {
	const never = Number.NaN;
	const stages = {
		capturedSec: never,
		panoramaReadySec: never,
		poseReceivedSec: never,
		drawStartSec: never,
		drawEndSec: never,
		encodeEndSec: never,
	};
	const pose = { worldFromView: [0, 0, 0, 1], fovRad: 1.5 } as const;
	return {
		kind: "video",
		codec: "h264",
		accessUnit,
		keyframe,
		rtpTicks: rtpTicks >>> 0,
		poseSequence: 0,
		pose,
		width: 640,
		height: 360,
		eyes: 1,
		lens: "flat",
		mediaTimeSec: 0,
		stages,
	};
}

function stripes(width: number, height: number, phase: number): Buffer {
	const picture = Buffer.alloc((width * height * 3) / 2, 128);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++)
			picture[y * width + x] = 40 + ((x * 3 + y * 5 + phase * 7) % 170) + (((x * y) >> 4) % 9);
	}
	return picture;
}
