import type { I420Picture } from "../media/i420-picture.ts";
import type { EyeCount, PanoramaFormat, PanoramaLayout } from "../media/panorama.ts";
import type { View } from "../media/view.ts";

/** A panorama to draw from: the part of `PanoramaLease` that a projector needs. */
export interface PanoramaPicture {
	readonly format: PanoramaFormat;
	/** Layout of one eye's panorama: padded, as `panoramaLayout` says. */
	readonly layout: PanoramaLayout;
	/** The panoramas of all eyes, the left one first, each `layout.byteLength` bytes. */
	readonly data: Uint8Array;
}

/** The filters that make a sample of the samples around its place. */
export const SAMPLING_KERNELS = ["nearest", "bilinear", "bicubic", "lanczos"] as const;
/** `bicubic` is Catmull-Rom's, `lanczos` has three lobes. */
export type SamplingKernel = (typeof SAMPLING_KERNELS)[number];

/** The part of a view that is drawn, and how. */
export interface DrawOptions {
	/**
	 * 1 draws the view of the left eye, or of the only one; 2 draws the left eye's view and below
	 * it the right eye's.
	 * @default 1
	 */
	readonly eyes?: EyeCount | undefined;
	/**
	 * The eye that is drawn where `eyes` is 1: 0 is the left one, or the only one.
	 * @default 0
	 */
	readonly eye?: number | undefined;
	/**
	 * Row of the picture at which the view begins, even. The picture may then have rows above and
	 * below the view, which stay as they are.
	 * @default the picture is the view
	 */
	readonly firstRow?: number | undefined;
	/** @default "bilinear" */
	readonly kernel?: SamplingKernel | undefined;
	/**
	 * `auto` takes the mean of several samples where the view has fewer pixels than the panorama.
	 * @default "off"
	 */
	readonly antialias?: "auto" | "off" | undefined;
	/**
	 * The rows of each eye's view that are drawn, for several threads that share one: from the
	 * first, a multiple of 16, to the one before `end`, a multiple of 16 or the view's height.
	 * @default all
	 */
	readonly rows?: { readonly start: number; readonly end: number } | undefined;
}

/** Turns panoramas into one viewer's view. */
export interface Projector extends Disposable {
	/**
	 * Draws what `view` sees of `panorama`.
	 *
	 * @param panorama I420, row 0 at the zenith. Borrowed: neither released nor kept.
	 * @param into picture of `view.width` x `view.height * eyes`, owned by the caller and
	 * overwritten; with `firstRow` it may be higher. Colour range, matrix and chroma siting are the
	 * panorama's.
	 * @throws {RangeError} when a size is odd, too large or does not match, the field of view is
	 * out of bounds, the panorama has fewer eyes, or a picture lies in memory that the projector
	 * can't reach.
	 */
	project(panorama: PanoramaPicture, view: View, into: I420Picture, options?: DrawOptions): void;
}
