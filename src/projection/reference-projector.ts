import type { I420Picture } from "../media/i420-picture.ts";
import type { PlaneLayout } from "../media/panorama.ts";
import type { View } from "../media/view.ts";
import { planeGroups, type RowBand, requireBand, requireDrawableView, requireRoom } from "./picture-planes.ts";
import type { DrawOptions, PanoramaPicture, Projector } from "./projector.ts";
import { type PictureWarp, viewWarp } from "./warp.ts";
import { type PlaneWarp, periodOf, sourceSampleAt } from "./warp-grid.ts";

/**
 * The obviously right twin of the fast projectors, for tests to compare them with: the exact
 * mapping of every sample in double precision, bilinear, rounded to nearest. It reads no padding,
 * and is hundreds of times slower. Pictures may lie in any memory.
 */
export class ReferenceProjector implements Projector {
	/** @throws {RangeError} as `Projector.project` says. */
	project(panorama: PanoramaPicture, view: View, into: I420Picture, options: DrawOptions = {}): void {
		requireDrawableView(view);
		drawGroups(panorama, view, into, options, (eye) => viewWarp(panorama, view, eye));
	}

	/**
	 * Draws any warp whose input is the panorama's projection. `into` and `options` are as in
	 * `project`, for views of the warp's size.
	 *
	 * @throws {RangeError} when a size is odd or does not match, or the panorama has fewer eyes.
	 */
	projectWarp(panorama: PanoramaPicture, warp: PictureWarp, into: I420Picture, options: DrawOptions = {}): void {
		drawGroups(panorama, warp, into, options, () => warp);
	}

	[Symbol.dispose](): void {}
}

/** Draws each plane of a picture of the size of `view`, through the warp of its eye. */
function drawGroups(
	panorama: PanoramaPicture,
	{ width, height }: { readonly width: number; readonly height: number },
	into: I420Picture,
	{ eyes = 1, rows }: DrawOptions,
	warpOf: (eye: number) => PictureWarp,
): void {
	const groups = planeGroups(panorama, width, height, eyes);
	requireRoom(into, width, height, eyes);
	const band = requireBand(rows, height);
	for (const { sampling, planes, eye, black } of groups) {
		const { layers } = warpOf(eye);
		for (const [index, { source, target }] of planes.filter((plane) => plane !== undefined).entries()) {
			const [start, end] = [band.start / sampling.step, band.end / sampling.step];
			const plane = { targetSampling: sampling, sourceSampling: sampling, source };
			const warps = layers.map((warp): PlaneWarp => ({ ...plane, warp }));
			drawPlane(panorama.data, warps, into.data, target, { start, end }, black[index] ?? 0);
		}
	}
}

/** Draws the layers over black. */
function drawPlane(
	from: Uint8Array,
	layers: readonly PlaneWarp[],
	to: Uint8Array,
	target: PlaneLayout,
	rows: RowBand,
	black: number,
): void {
	for (let j = rows.start; j < rows.end; j++) {
		for (let i = 0; i < target.width; i++) {
			let code = black;
			for (const layer of layers) {
				const [x, y, opacity] = sourceSampleAt(layer, i, j);
				if (opacity > 0) code += opacity * (bilinear(from, layer, x, y) - code);
			}
			to[target.offset + j * target.stride + i] = Math.round(code);
		}
	}
}

function bilinear(from: Uint8Array, plane: PlaneWarp, x: number, y: number): number {
	const left = Math.floor(x);
	const top = Math.floor(y);
	const s = x - left;
	const t = y - top;
	const above = (1 - s) * tap(from, plane, left, top) + s * tap(from, plane, left + 1, top);
	const below = (1 - s) * tap(from, plane, left, top + 1) + s * tap(from, plane, left + 1, top + 1);
	return (1 - t) * above + t * below;
}

/**
 * The sample at whole coordinates that may lie outside of the plane: past the seam, or over a pole,
 * where the picture goes on half a turn away.
 */
function tap(from: Uint8Array, plane: PlaneWarp, x: number, y: number): number {
	const { offset, width, height, stride } = plane.source;
	if (periodOf(plane) === 0) {
		x = Math.min(Math.max(x, 0), width - 1);
		y = Math.min(Math.max(y, 0), height - 1);
	} else {
		if (y < 0 || y >= height) {
			y = y < 0 ? -1 - y : 2 * height - 1 - y;
			x += Math.floor(width / 2);
		}
		x = ((x % width) + width) % width;
	}
	return from[offset + y * stride + x]!;
}
