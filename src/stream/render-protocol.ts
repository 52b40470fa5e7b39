import type { EncoderChoice } from "../encoder/video-encoder.ts";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import type { PanoramaStoreHandle } from "../media/panorama-store.ts";
import type { ProjectorChoice, ProjectorSpace } from "../projection/projector-choice.ts";
import type { ViewMailboxHandle } from "./view-mailbox.ts";

/**
 * How one viewer is drawn and encoded; the same for its whole life. What changes is in its mailbox.
 */
export interface RenderedViewOptions {
	/** Most pictures a second. */
	readonly frameRate: number;
	readonly encoder: EncoderChoice;
	/** Longest NAL unit that the viewer can get, bytes; `undefined`: any. */
	readonly maxNalUnitBytes?: number | undefined;
}

/** What a render worker starts with. */
export interface RenderWorkerData extends ProjectorSpace {
	readonly projector: ProjectorChoice;
	/** Where it draws: room for two of the largest view. */
	readonly pictureAddress: number;
}

/** Main thread to render worker. */
export type RenderCommand =
	| { readonly type: "store"; readonly store: PanoramaStoreHandle | undefined }
	| {
			readonly type: "add";
			readonly viewId: number;
			readonly options: RenderedViewOptions;
			readonly mailbox: ViewMailboxHandle;
	  }
	| { readonly type: "remove"; readonly viewId: number }
	| { readonly type: "close" };

/** Counters of one view since it was added. */
export interface RenderStats {
	readonly framesDrawn: number;
	/**
	 * Panoramas that were not drawn because the view was busy, held back, or slower than the
	 * source.
	 */
	readonly panoramasSkipped: number;
	/** Draws left out because the network or the main thread was behind. */
	readonly drawsHeldBack: number;
	/** Draws left out because the bit rate had not yet paid for the picture before. */
	readonly drawsOverBudget: number;
	/** Size of one eye's view as it was last drawn, pixels; 0 before the first. */
	readonly width: number;
	readonly height: number;
	/**
	 * Share of each side of the wished size that is drawn now; below 1 where the bit rate can't
	 * show a turning view of that size.
	 */
	readonly scale: number;
	/** Sums, seconds, over `framesDrawn`. */
	readonly drawSecTotal: number;
	readonly encodeSecTotal: number;
}

/** Effect of a low bit rate on a view: none, fewer pictures, or also a smaller size. */
export type ViewLimit = "none" | "frameRate" | "size";

/** Share of the pictures of a second that must be left out for the rate to be a limit. */
const LIMITED_SHARE = 0.1;

/** Effect of the bit rate since `former`. */
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
	width: 0,
	height: 0,
	scale: 1,
	drawSecTotal: 0,
	encodeSecTotal: 0,
};

/** Render worker to main thread. */
export type RenderReport =
	| { readonly type: "packet"; readonly viewId: number; readonly packet: EncodedPacket; readonly stats: RenderStats }
	/** The view can't go on; it is removed. */
	| { readonly type: "failed"; readonly viewId: number; readonly message: string }
	| { readonly type: "notice"; readonly message: string }
	/** The worker holds nothing of the view or the former store any more. */
	| { readonly type: "removed"; readonly viewId: number }
	| { readonly type: "storeChanged" }
	| { readonly type: "encoder"; readonly viewId: number; readonly name: string };
