import type { EncoderChoice } from "../encoder/video-encoder.ts";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import type { EyeCount } from "../media/panorama.ts";
import type { PanoramaStoreHandle } from "../media/panorama-store.ts";
import type { Quaternion } from "../media/rotation.ts";
import type { VideoFormat } from "../media/video-format.ts";
import type { DrawOptions } from "../projection/projector.ts";
import type { ProjectorChoice, ProjectorSpace } from "../projection/projector-choice.ts";
import type { ShapedLens } from "./view-lens.ts";
import type { ViewMailboxHandle } from "./view-mailbox.ts";

/** Options of one view, for its whole life. Wishes that change are in its mailbox. */
export interface RenderedViewOptions {
	/** Most pictures a second. */
	readonly frameRate: number;
	readonly encoder: EncoderChoice;
	/**
	 * True for an encoder that takes the least effort whatever its thread has room for, as
	 * comparisons need.
	 * @default false
	 */
	readonly leastEffort?: boolean | undefined;
	/**
	 * Time of RTP time stamp 0, seconds on the monotonic clock: that of the view's first drawing,
	 * for one that goes on elsewhere.
	 * @default now
	 */
	readonly rtpStartSec?: number | undefined;
	/** @default `PLAIN_H264` */
	readonly format?: VideoFormat | undefined;
	/** Eye that a view for one eye shows, of a source for two. @default 0, the left one */
	readonly eye?: 0 | 1 | undefined;
	/** Filters of the drawing. @default those of the projector */
	readonly sampling?: Pick<DrawOptions, "kernel" | "antialias"> | undefined;
}

/** Start data of a render worker. */
export interface RenderWorkerData extends ProjectorSpace {
	readonly projector: ProjectorChoice;
	/** Address of the drawn picture: room for two of the largest view, and for a surround. */
	readonly pictureAddress: number;
	/** Address of a tile of a surround: room for the largest one. */
	readonly tileAddress: number;
	/** Address of the `TransformDesk`. */
	readonly transformAddress: number;
}

/** A drawn picture on its way through the application's transform, in the worker's memory. */
export interface TransformRequest {
	readonly viewId: number;
	/** Number for `TransformDesk.work`. */
	readonly request: number;
	/** Size of one eye's view, pixels. */
	readonly width: number;
	readonly height: number;
	readonly eyes: EyeCount;
	readonly worldFromView: Quaternion;
	readonly fovRad: number;
	/** Number of the lens that the view was drawn through. */
	readonly lensNumber: number;
	readonly poseSequence: number;
	readonly timeSec: number;
	readonly mediaTimeSec: number;
	/** First byte of the panorama in the shared memory. */
	readonly panoramaAddress: number;
	readonly panoramaBytes: number;
}

/** A lens with its shape, and its number among those of the view. */
export interface NumberedLens extends ShapedLens {
	readonly number: number;
}

/** A message from the main thread to a render worker. */
export type RenderCommand =
	| { readonly type: "store"; readonly store: PanoramaStoreHandle | undefined }
	| {
			readonly type: "add";
			readonly viewId: number;
			readonly options: RenderedViewOptions;
			readonly mailbox: ViewMailboxHandle;
			readonly lens: NumberedLens;
	  }
	| { readonly type: "lens"; readonly viewId: number; readonly lens: NumberedLens }
	| { readonly type: "remove"; readonly viewId: number }
	| { readonly type: "close" };

/** Counters of one view since it was added. */
export interface RenderStats {
	readonly framesDrawn: number;
	/** Panoramas left out because the view was busy, held back, or slower than the source. */
	readonly panoramasSkipped: number;
	/** Draws left out because the network or the main thread was behind. */
	readonly drawsHeldBack: number;
	/** Draws left out because the bit rate had not yet paid for the picture before. */
	readonly drawsOverBudget: number;
	/**
	 * Pictures left out because the application's transform failed, or could not begin in time: the
	 * main thread was busy.
	 */
	readonly transformsFailed: number;
	readonly transformsLate: number;
	/** Size of one eye's view as it was last drawn, pixels; 0 before the first. */
	readonly width: number;
	readonly height: number;
	/**
	 * Factor from the wished width and height to the drawn ones; below 1 where the
	 * bit rate can't show a turning view of the wished size, or only coarsely.
	 */
	readonly scale: number;
	/** Sum over `framesDrawn`, seconds; so are the two below. */
	readonly drawSecTotal: number;
	/** Time that pictures waited for the application's transform. */
	readonly transformSecTotal: number;
	readonly encodeSecTotal: number;
}

/** Effect of a low bit rate on a view: none, fewer pictures, or also a smaller size. */
export type ViewLimit = "none" | "frameRate" | "size";

/** The bit rate counts as a limit if it leaves out more than this share of the pictures. */
const LIMITED_SHARE = 0.1;

/** The effect of the bit rate between two readings of a view's counters. */
export function viewLimit(stats: RenderStats, former: RenderStats): ViewLimit {
	if (stats.scale < 1) return "size";
	const left = stats.drawsOverBudget - former.drawsOverBudget;
	return left > LIMITED_SHARE * (left + stats.framesDrawn - former.framesDrawn) ? "frameRate" : "none";
}

/** Statistics before the first picture. */
export const NO_RENDER_STATS: RenderStats = {
	framesDrawn: 0,
	panoramasSkipped: 0,
	drawsHeldBack: 0,
	drawsOverBudget: 0,
	transformsFailed: 0,
	transformsLate: 0,
	width: 0,
	height: 0,
	scale: 1,
	drawSecTotal: 0,
	transformSecTotal: 0,
	encodeSecTotal: 0,
};

/** Counters of a view that is drawn anew, with those of its drawing before. */
export function addedStats(former: RenderStats, stats: RenderStats): RenderStats {
	const { width, height, scale } = stats.width > 0 ? stats : former;
	const names = Object.keys(NO_RENDER_STATS) as (keyof RenderStats)[];
	const sums = Object.fromEntries(names.map((name) => [name, former[name] + stats[name]]));
	return { ...NO_RENDER_STATS, ...sums, width, height, scale };
}

/** A message from a render worker to the main thread. */
export type RenderReport =
	| { readonly type: "packet"; readonly viewId: number; readonly packet: EncodedPacket; readonly stats: RenderStats }
	/** The view can't go on, and is removed. */
	| { readonly type: "failed"; readonly viewId: number; readonly message: string }
	| { readonly type: "notice"; readonly message: string }
	/** The worker waits for the application's transform. */
	| { readonly type: "transform"; readonly request: TransformRequest; readonly stats: RenderStats }
	/** The worker uses nothing of the view any more. */
	| { readonly type: "removed"; readonly viewId: number }
	/** The worker uses nothing of the former store any more. */
	| { readonly type: "storeChanged" }
	| { readonly type: "encoder"; readonly viewId: number; readonly name: string };
