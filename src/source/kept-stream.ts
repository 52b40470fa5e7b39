import { AVMEDIA_TYPE_VIDEO } from "node-av/constants";
import { CodecParameters, Rational } from "node-av/lib";
import type { CodedStream } from "./libav-decoder.ts";
import type { LibavInput } from "./libav-input.ts";
import type { Orientation } from "./picture-orientation.ts";

/** Kept packets count microseconds. */
export const KEPT_TIME_BASE: Rational = new Rational(1, 1_000_000);

/** The numbers that describe coded video, by their names in FFmpeg's codec parameters. */
const NUMBERS = [
	"codecId",
	"codecTag",
	"format",
	"bitsPerCodedSample",
	"bitsPerRawSample",
	"profile",
	"level",
	"width",
	"height",
	"colorRange",
	"colorPrimaries",
	"colorTrc",
	"colorSpace",
	"chromaLocation",
	"videoDelay",
] as const;

/** What a decoder and a converter need to know of a stream. Also as JSON. */
interface StreamHead {
	readonly numbers: Readonly<Record<(typeof NUMBERS)[number], number>>;
	/** The decoder's configuration in base64; empty without. */
	readonly extradata: string;
	readonly orientation: Orientation;
	readonly pixelAspect: number;
	/** 0: unknown. */
	readonly frameRate: number;
}

/** A stream whose packets were kept. The caller frees `codecpar`. */
export interface KeptStream extends CodedStream, Pick<StreamHead, "orientation" | "pixelAspect"> {
	/** Pictures a second; NaN when unknown. */
	readonly frameRate: number;
}

/** Describes the chosen track of an input in bytes, for another thread. */
export function writeStreamHead(input: LibavInput): Uint8Array<ArrayBuffer> {
	const { codecpar } = input.stream;
	const head: StreamHead = {
		numbers: Object.fromEntries(NUMBERS.map((name) => [name, Number(codecpar[name])])) as StreamHead["numbers"],
		extradata: codecpar.extradata?.toString("base64") ?? "",
		orientation: input.orientation,
		pixelAspect: input.pixelAspect,
		frameRate: input.frameRate || 0,
	};
	return new TextEncoder().encode(JSON.stringify(head));
}

/** The stream that `writeStreamHead` has described. */
export function readStreamHead(head: Uint8Array): KeptStream {
	const { numbers, extradata, frameRate, orientation, pixelAspect } = JSON.parse(
		new TextDecoder().decode(head),
	) as StreamHead;
	const codecpar = new CodecParameters();
	codecpar.alloc();
	codecpar.codecType = AVMEDIA_TYPE_VIDEO;
	Object.assign(codecpar, numbers);
	if (extradata !== "") codecpar.extradata = Buffer.from(extradata, "base64");
	return { codecpar, timeBase: KEPT_TIME_BASE, orientation, pixelAspect, frameRate: frameRate || Number.NaN };
}
