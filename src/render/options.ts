import type { ProjectionSpec } from "../media/projection.ts";
import type { ViewAngles } from "../media/rotation.ts";
import type { SamplingKernel } from "../projection/projector.ts";
import type { Transform } from "../projection/transform.ts";
import type { SourceOptions } from "../source/source-options.ts";
import type { RecordedPath } from "./recorded-path.ts";
import type { EncodingOptions, StereoPacking } from "./render-protocol.ts";

/** The eyes of the output: one, or both in one picture, the left one's place named first. */
export const STEREO_OUTPUTS = [
	"auto",
	"left",
	"right",
	"top-bottom",
	"bottom-top",
	"left-right",
	"right-left",
] as const;
/** One of `STEREO_OUTPUTS`. */
export type StereoOutput = (typeof STEREO_OUTPUTS)[number];

/** The view that is drawn, in degrees. */
export interface RenderedView extends Partial<ViewAngles> {
	/** @default { kind: "perspective" } of 90 degrees */
	readonly projection?: ProjectionSpec | undefined;
	/** Even size of the picture, both eyes together. @default the source's pixel density */
	readonly width?: number | undefined;
	readonly height?: number | undefined;
	/** @default "auto": panoramas keep both eyes, flat views show the left one */
	readonly stereo?: StereoOutput | undefined;
}

/** A direction at a time of the source, of a moving camera. */
export interface CameraPose {
	/** Turns the view's axes into the world's. */
	readonly worldFromView: readonly [x: number, y: number, z: number, w: number];
	/** Horizontal field of view of flat views. @default that of the view */
	readonly fovDeg?: number | undefined;
}

/** The direction of a camera at each time, seconds from the source's first picture. */
export type CameraPath = (timeSec: number) => CameraPose;

/** A file that is written. */
export interface RenderOutput {
	/** Its ending chooses the format; `%04d` in it makes a file for each picture. */
	readonly path: string;
	readonly view?: RenderedView | undefined;
	/** A moving direction, to which the view's angles are added. @default the view's angles */
	readonly cameraPath?: CameraPath | undefined;
	/** Changes each drawn picture, in order. It runs on the calling thread. */
	readonly transform?: Transform | undefined;
	readonly encoding?: Partial<EncodingOptions> | undefined;
}

/** Options of `render()`. */
export interface RenderOptions {
	/** File, address, series (`frame_%04d.png`) or device that FFmpeg reads. */
	readonly input: string;
	/** Files that are written in one pass over the input. */
	readonly outputs: readonly RenderOutput[];
	/**
	 * The pictures that a viewer was shown, of `readRecordedPath()`: the source's picture of each
	 * is drawn again in its direction and through its lens, at its time in the recording.
	 * `startSec` and `endSec` count from the first one; there is no audio; camera paths are left
	 * out.
	 * @default every picture of the input once
	 */
	readonly recordedPath?: RecordedPath | undefined;
	/** How the input is read: projection, eyes, orientation, hardware, track. */
	readonly source?: Omit<SourceOptions, "loop" | "startSec" | "reconnect" | "backend" | "pattern"> | undefined;
	/** Seconds from the first picture. @default 0 */
	readonly startSec?: number | undefined;
	/** Seconds from the first picture. @default the end */
	readonly endSec?: number | undefined;
	/** @default "bicubic" for photos, "bilinear" for videos, of which it costs a third */
	readonly kernel?: SamplingKernel | undefined;
	/** @default "auto" */
	readonly antialias?: "auto" | "off" | undefined;
	/** The packets of the audio are copied. @default true */
	readonly audio?: boolean | undefined;
	/** Overwrites files. @default false */
	readonly force?: boolean | undefined;
	/** Threads that draw. The files are the same with any number. @default one for each core */
	readonly threads?: number | undefined;
	/** Ends early: files are finished with the pictures so far, and can be played. */
	readonly signal?: AbortSignal | undefined;
	readonly onProgress?: ((progress: RenderProgress) => void) | undefined;
	/** Called with a sentence about the input or an output that is no error. */
	readonly onNotice?: ((message: string) => void) | undefined;
}

/** The state of a rendering. */
export interface RenderProgress {
	/** Pictures that are written, into the first output. */
	readonly pictures: number;
	/** Pictures that will be written, an estimate; NaN when unknown. */
	readonly picturesExpected: number;
	/** Time of the newest written picture in the output, seconds. */
	readonly timeSec: number;
	readonly elapsedSec: number;
}

/** A file that was written. */
export interface WrittenFile {
	readonly path: string;
	readonly width: number;
	readonly height: number;
	readonly pictures: number;
	/** 0 for a sequence. */
	readonly bytes: number;
}

/** The result of `render()`. */
export interface RenderReport {
	readonly files: readonly WrittenFile[];
	/** True when `signal` ended it early. */
	readonly interrupted: boolean;
	readonly elapsedSec: number;
}

/** The packing of two eyes that a stereo output asks for. */
export function packingOfOutput(stereo: StereoOutput): StereoPacking | undefined {
	return stereo === "auto" || stereo === "left" || stereo === "right" ? undefined : stereo;
}
