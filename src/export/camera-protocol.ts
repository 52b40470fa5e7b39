import type { EyeCount } from "../media/panorama.ts";
import type { ViewCodec } from "../media/video-format.ts";
import type { OutputErrorCode } from "../render/output-error.ts";
import type { EncodingOptions, Fraction } from "../render/render-protocol.ts";
import type { EpisodeVideo } from "./dataset-format.ts";

/** One image stream of a dataset, with its files. */
export interface CameraStart {
	/** Even size of every picture of the dataset. */
	readonly width: number;
	readonly height: number;
	/** Pictures a second. */
	readonly rate: Fraction;
	readonly encoding: EncodingOptions;
	/** Rows of each episode, in order: row n of all shows picture n of all. */
	readonly episodeRows: readonly number[];
	/** Files in the order in which they are needed, at most one for each episode. */
	readonly paths: readonly string[];
	/** Size from which on the next episode begins a file. */
	readonly maxFileBytes: number;
	/** Pictures of a file that holds several episodes, at most. */
	readonly maxFilePictures: number;
}

/** A picture that was recorded, for the rows that show it. */
export interface CameraPicture {
	/** The viewer whose picture it is: those of each viewer are decoded on their own. */
	readonly stream: string;
	readonly codec: ViewCodec;
	readonly accessUnit: Uint8Array;
	/** Size of one eye's part, from the upper left corner, pixels. */
	readonly width: number;
	readonly height: number;
	/** 2: the right eye's part is below the left one's. */
	readonly eyes: EyeCount;
	/** Rows that show it; none: later pictures need it. */
	readonly runs: readonly RowRun[];
}

/** Rows that follow one another, by their numbers in the dataset. */
export interface RowRun {
	readonly firstRow: number;
	readonly rows: number;
}

/** Start data of the thread that makes the videos of one camera. */
export interface CameraThreadStart {
	/** The image stream of each eye, the left one first. */
	readonly eyes: readonly CameraStart[];
}

export type ToCamera =
	| { readonly type: "picture"; readonly picture: CameraPicture }
	| { readonly type: "finish" }
	| { readonly type: "discard" };

export type FromCamera =
	/** A picture is written, or needed no more. */
	| { readonly type: "done" }
	| {
			readonly type: "finished";
			/** An entry for each episode, of each eye. */
			readonly videos: readonly (readonly EpisodeVideo[])[];
			readonly notices: readonly string[];
	  }
	| { readonly type: "failed"; readonly code: OutputErrorCode; readonly path: string; readonly message: string };
