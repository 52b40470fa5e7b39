import type { I420Picture } from "../media/i420-picture.ts";
import type { View } from "../media/view.ts";
import { layerGains } from "./layer-gains.ts";
import { planeGroups, requireBand, requireDrawableView, requireRoom } from "./picture-planes.ts";
import type { DrawOptions, PanoramaPicture, Projector } from "./projector.ts";
import { ReferenceSampler, samplesOf } from "./reference-sampler.ts";
import { type PictureWarp, viewWarp } from "./warp.ts";

/**
 * The obviously right twin of the fast projectors, for tests to compare them with: the exact
 * mapping of every sample, and the filter itself, in double precision, rounded to nearest. It is
 * hundreds of times slower. Pictures may lie in any memory.
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
	options: DrawOptions,
	warpOf: (eye: number) => PictureWarp,
): void {
	const views = { ...options, width, height, pictureHeight: into.height };
	const groups = planeGroups(panorama, views);
	requireRoom(into, views, panorama.layout.bytesPerSample);
	const band = requireBand(options.rows, height);
	const { bytesPerSample } = panorama.layout;
	const greatest = 2 ** (panorama.format.bitDepth ?? 8) - 1;
	const gains = layerGains(panorama);
	for (const { sampling, planes, eye, black } of groups) {
		const { layers } = warpOf(eye);
		for (const [index, { source, target }] of planes.filter((plane) => plane !== undefined).entries()) {
			const plane = { targetSampling: sampling, sourceSampling: sampling, source };
			const samples = samplesOf(panorama.data, source, bytesPerSample);
			const samplers = layers.map((warp) => new ReferenceSampler({ ...plane, warp }, samples, options));
			const { data, first, stride } = samplesOf(into.data, target, bytesPerSample);
			for (let j = band.start / sampling.step; j < band.end / sampling.step; j++) {
				for (let i = 0; i < target.width; i++) {
					const dark = black[index] ?? 0;
					const code = samplers.reduce((below, each, layer) => {
						return dark + (each.drawOver(below, i, j) - dark) * (gains[layer] ?? 1);
					}, dark);
					data[first + j * stride + i] = Math.min(Math.max(Math.round(code), 0), greatest);
				}
			}
		}
	}
}
