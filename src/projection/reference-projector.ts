import type { EyeCount, PlaneLayout } from "../media/panorama.ts";
import type { View } from "../media/view.ts";
import type { WasmMemory } from "../media/wasm-types.ts";
import { Equirectangular } from "./equirectangular.ts";
import { Perspective } from "./perspective.ts";
import { planeGroups, requireDrawableView } from "./picture-planes.ts";
import type { PanoramaPicture, Projector } from "./projector.ts";
import { Warp } from "./warp.ts";
import { type PlaneWarp, periodOf, sourceSampleAt } from "./warp-grid.ts";

/**
 * The obviously right twin of the fast projectors, for tests to compare them with: the exact
 * mapping of every sample in double precision, bilinear, rounded to nearest. It reads no padding.
 * Hundreds of times slower.
 */
export class ReferenceProjector implements Projector {
	readonly #memory: WasmMemory;

	/** @param memory where panoramas and views lie. Borrowed. */
	constructor(memory: WasmMemory) {
		this.#memory = memory;
	}

	project(panorama: PanoramaPicture, view: View, intoAddress: number, eyes: EyeCount = 1): void {
		requireDrawableView(view);
		const { width, height } = panorama.format;
		const output = new Perspective(view.width, view.height, view.fovRad);
		this.projectWarp(
			panorama,
			new Warp(output, view.worldFromView, new Equirectangular(width, height)),
			intoAddress,
			eyes,
		);
	}

	/**
	 * Draws any warp whose input is the panorama's projection. `intoAddress` and `eyes` are as in
	 * `project`, for views of the output projection's size.
	 */
	projectWarp(panorama: PanoramaPicture, warp: Warp, intoAddress: number, eyes: EyeCount = 1): void {
		const bytes = new Uint8Array(this.#memory.buffer);
		for (const { sampling, sources, targets } of planeGroups(
			panorama,
			warp.output.width,
			warp.output.height,
			eyes,
		)) {
			const plane = { warp, targetSampling: sampling, sourceSampling: sampling, source: sources[0]! };
			for (const [index, target] of targets.entries()) {
				drawPlane(bytes, { ...plane, source: sources[index]! }, panorama.address, target, intoAddress);
			}
		}
	}

	[Symbol.dispose](): void {}
}

function drawPlane(
	bytes: Uint8Array,
	plane: PlaneWarp,
	sourceAddress: number,
	target: PlaneLayout,
	targetAddress: number,
): void {
	for (let j = 0; j < target.height; j++) {
		for (let i = 0; i < target.width; i++) {
			const [x, y] = sourceSampleAt(plane, i, j);
			bytes[targetAddress + target.offset + j * target.stride + i] = Math.round(
				bilinear(bytes, sourceAddress, plane, x, y),
			);
		}
	}
}

function bilinear(bytes: Uint8Array, address: number, plane: PlaneWarp, x: number, y: number): number {
	const left = Math.floor(x);
	const top = Math.floor(y);
	const s = x - left;
	const t = y - top;
	const above = (1 - s) * tap(bytes, address, plane, left, top) + s * tap(bytes, address, plane, left + 1, top);
	const below =
		(1 - s) * tap(bytes, address, plane, left, top + 1) + s * tap(bytes, address, plane, left + 1, top + 1);
	return (1 - t) * above + t * below;
}

/**
 * The sample at whole coordinates that may lie outside of the plane: past the seam, or over a pole,
 * where the picture goes on half a turn away.
 */
function tap(bytes: Uint8Array, address: number, plane: PlaneWarp, x: number, y: number): number {
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
	return bytes[address + offset + y * stride + x]!;
}
