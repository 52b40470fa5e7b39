import type { I420Picture } from "../media/i420-picture.ts";
import type { PlaneLayout } from "../media/panorama.ts";
import type { View } from "../media/view.ts";
import { Equirectangular } from "./equirectangular.ts";
import { Perspective } from "./perspective.ts";
import { planeGroups, requireDrawableView, requireRoom } from "./picture-planes.ts";
import type { DrawOptions, PanoramaPicture, Projector } from "./projector.ts";
import { Warp } from "./warp.ts";
import { type PlaneWarp, periodOf, sourceSampleAt } from "./warp-grid.ts";

/**
 * The obviously right twin of the fast projectors, for tests to compare them with: the exact
 * mapping of every sample in double precision, bilinear, rounded to nearest. It reads no padding,
 * and is hundreds of times slower. Pictures may lie in any memory.
 */
export class ReferenceProjector implements Projector {
	/** @throws {RangeError} as `Projector.project` says. */
	project(panorama: PanoramaPicture, view: View, into: I420Picture, { eyes = 1 }: DrawOptions = {}): void {
		requireDrawableView(view);
		const { width, height } = panorama.format;
		const output = new Perspective(view.width, view.height, view.fovRad);
		const warp = new Warp(output, view.worldFromView, new Equirectangular(width, height));
		this.projectWarp(panorama, warp, into, { eyes });
	}

	/**
	 * Draws any warp whose input is the panorama's projection. `into` and `options` are as in
	 * `project`, for views of the output projection's size.
	 *
	 * @throws {RangeError} when a size is odd or does not match, or the panorama has fewer eyes.
	 */
	projectWarp(panorama: PanoramaPicture, warp: Warp, into: I420Picture, { eyes = 1 }: DrawOptions = {}): void {
		const { width, height } = warp.output;
		const groups = planeGroups(panorama, width, height, eyes);
		requireRoom(into, width, height, eyes);
		for (const { sampling, planes } of groups) {
			for (const drawn of planes) {
				if (drawn === undefined) continue;
				const plane = { warp, targetSampling: sampling, sourceSampling: sampling, source: drawn.source };
				drawPlane(panorama.data, plane, into.data, drawn.target);
			}
		}
	}

	[Symbol.dispose](): void {}
}

function drawPlane(from: Uint8Array, plane: PlaneWarp, to: Uint8Array, target: PlaneLayout): void {
	for (let j = 0; j < target.height; j++) {
		for (let i = 0; i < target.width; i++) {
			const [x, y] = sourceSampleAt(plane, i, j);
			to[target.offset + j * target.stride + i] = Math.round(bilinear(from, plane, x, y));
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
