import type { PanoramaFormat } from "../media/panorama.ts";
import type { View } from "../media/view.ts";
import type { WasmMemory } from "../media/wasm-types.ts";
import type { SphereStatement } from "../metadata/sphere-statement.ts";
import type { DrawOptions } from "../projection/projector.ts";
import type { ProjectorChoice, ProjectorSpace } from "../projection/projector-choice.ts";
import type { CompleteLibavOptions } from "../source/source-options.ts";
import type { SourceErrorCode, SourceInfo } from "../source/video-source.ts";
import type { OutputErrorCode } from "./output-error.ts";
import type { OutputKind } from "./output-kind.ts";

// The messages between the main thread and those that decode, draw and write. All memory for
// pictures lies in one SharedHeap; its slots travel as addresses, and one thread at a time owns
// each.

/** A fraction, as FFmpeg has them. */
export interface Fraction {
	readonly num: number;
	readonly den: number;
}

/**
 * The samples that a source's pictures are wanted in. `video`: 4:2:0 of 10 bits if the source has
 * more than 8. `video-8`: 4:2:0 of 8 bits. `jpeg`: 4:2:0 of full range, or RGB for a source with
 * more chroma. `rgb`: three whole planes.
 */
export type SampleWishName = "video" | "video-8" | "jpeg" | "rgb";

/** A picture in memory: one I420 picture, or one for each of the planes G, B and R, in its luma. */
export type LayerCount = 1 | 3;

/** The statements of a stream about its colours; numbers as in FFmpeg's enums. */
export interface ColorStatements {
	readonly range: number;
	readonly space: number;
	readonly primaries: number;
	readonly transfer: number;
	readonly chromaLocation: number;
	/** FFmpeg's structures of the mastering display and of the content's light, if stated. */
	readonly masteringDisplay: Uint8Array | undefined;
	readonly contentLight: Uint8Array | undefined;
}

/** The facts about a source that are known at its first picture. */
export interface StreamFacts {
	readonly info: SourceInfo;
	/** FFmpeg's name of the pixel format in memory: yuv420p, yuv420p10le or gbrp. */
	readonly pixelFormat: string;
	readonly layers: LayerCount;
	readonly color: ColorStatements;
	readonly timeBase: Fraction;
	readonly still: boolean;
	/** Address that FFmpeg opens for the audio; `undefined` where it can't be read twice. */
	readonly url: string | undefined;
	/** Time stamp that becomes 0, seconds on the input's own scale. */
	readonly originSec: number;
	/** Pictures that will come, an estimate; NaN when unknown. */
	readonly pictures: number;
}

/** Start data of the thread that decodes. */
export interface DecodeStart {
	readonly options: CompleteLibavOptions;
	readonly wish: SampleWishName;
	/** Time after the first picture at which reading ends, seconds. */
	readonly endSec: number;
	/** The pictures that are read, in their order. @default all, once */
	readonly wanted?: WantedPictures | undefined;
}

/** Chosen pictures of a source: a stamp of each, and its time in the output. */
export interface WantedPictures {
	/** Seconds, on the source's own scale. */
	readonly stampsSec: Float64Array;
	/** Seconds since the first. They rise. */
	readonly timesSec: Float64Array;
}

/** Place of a picture's time in the output. */
export interface PictureTime {
	/** Ticks of the stream's time base. */
	readonly ticks: number;
	/** Ticks; 0 when unknown. */
	readonly durationTicks: number;
	/** Time since the beginning of the source, seconds: the time of camera paths. */
	readonly sourceSec: number;
	/** Its index among the wanted pictures, where pictures are chosen. */
	readonly index?: number | undefined;
}

export type ToDecoder =
	| { readonly type: "memory"; readonly memory: WasmMemory; readonly slots: readonly number[] }
	| { readonly type: "free"; readonly slot: number }
	| { readonly type: "stop" };

export type FromDecoder =
	| { readonly type: "opened"; readonly facts: StreamFacts }
	| { readonly type: "picture"; readonly slot: number; readonly time: PictureTime }
	| { readonly type: "notice"; readonly message: string }
	| { readonly type: "failed"; readonly code: SourceErrorCode | undefined; readonly message: string }
	| { readonly type: "end" };

/** Start data of a thread that draws. */
export interface DrawStart extends ProjectorSpace {
	readonly choice: ProjectorChoice;
	readonly format: PanoramaFormat;
	readonly layers: LayerCount;
}

/** A view to be drawn, or a band of it. */
export interface DrawTask {
	readonly id: number;
	/** Address of the panorama, all layers and eyes. */
	readonly panorama: number;
	readonly view: View;
	/** Address of the picture, all layers and eyes. */
	readonly into: number;
	/** The eyes that are drawn. */
	readonly eyes: DrawnEyes;
	readonly options: Pick<DrawOptions, "kernel" | "antialias" | "rows">;
}

/** The eyes of a picture that is written; `both` are drawn one above the other. */
export type DrawnEyes = "left" | "right" | "both";

export type FromDrawer =
	| { readonly type: "drawn"; readonly id: number }
	| { readonly type: "failed"; readonly message: string };

/** The way in which two eyes lie in a written picture. */
export const STEREO_PACKINGS = ["top-bottom", "bottom-top", "left-right", "right-left"] as const;
export type StereoPacking = (typeof STEREO_PACKINGS)[number];

/** Encoder, quality and rate of the output. `undefined` chooses. */
export interface EncodingOptions {
	readonly codec: string | undefined;
	readonly encoder: string | undefined;
	readonly crf: number | undefined;
	readonly quality: number | undefined;
	readonly bitrateBps: number | undefined;
	readonly preset: string | undefined;
	readonly encoderOptions: Readonly<Record<string, string>>;
}

/** Start data of the thread that encodes and writes. */
export interface WriteStart {
	readonly memory: WasmMemory;
	/** Written in place of the file itself, which it becomes at the end. */
	readonly temporaryPath: string;
	readonly path: string;
	readonly kind: OutputKind;
	/** Size of one eye's picture in memory. */
	readonly width: number;
	readonly height: number;
	/** Two eyes in a picture, one above the other in memory. @default one eye */
	readonly packing: StereoPacking | undefined;
	readonly facts: Pick<StreamFacts, "pixelFormat" | "layers" | "color" | "timeBase" | "url" | "originSec"> & {
		readonly frameRate: Fraction | undefined;
	};
	readonly encoding: EncodingOptions;
	readonly audio: boolean;
	/** True when the beginning of the source is left out. */
	readonly startsLate: boolean;
	/** Length of the output, for the audio; Infinity to the end. */
	readonly durationSec: number;
	/** Statement about the sphere that the file gets. @default none, for flat pictures */
	readonly statement: SphereStatement | undefined;
	/** Number of a sequence's first picture. */
	readonly firstNumber: number;
}

export type ToWriter =
	| { readonly type: "picture"; readonly slot: number; readonly time: PictureTime }
	| { readonly type: "finish" }
	| { readonly type: "discard" };

export type FromWriter =
	| { readonly type: "opened"; readonly encoder: string }
	| { readonly type: "free"; readonly slot: number }
	| { readonly type: "notice"; readonly message: string }
	| { readonly type: "done"; readonly pictures: number; readonly bytes: number }
	| { readonly type: "failed"; readonly code: OutputErrorCode; readonly message: string };
