import { type PanoramaFormat, type PanoramaLayout, panoramaLayout } from "../media/panorama.ts";
import { ExposureMatch } from "./exposure-match.ts";
import { halvePlane } from "./mip.ts";
import { type PanoramaPadding, panoramaPadding } from "./panorama-padding.ts";
import { type SamplePlane, type Samples, samplePlane, tilePlane } from "./tile-padding.ts";

/** The planes of an I420 picture. */
export type PlaneName = "y" | "u" | "v";
export const PLANE_NAMES = ["y", "u", "v"] as const;

/**
 * Writes pictures of a source into a stored panorama: each tile into its place, and around it the
 * padding that continues it. Made once for a format, it may be used for any number of pictures and
 * slots.
 */
export class PanoramaWriter {
	readonly format: PanoramaFormat;
	/** Layout of one eye's panorama. */
	readonly layout: PanoramaLayout;
	/** Made when a picture comes; null where there is nothing to match. */
	#exposure: ExposureMatch | null | undefined;
	/** Made when a picture comes: that of a cube takes a tenth of a second. */
	readonly #paddings: PanoramaPadding[] = [];

	/** @throws {RangeError} when the format's size is not possible. */
	constructor(format: PanoramaFormat) {
		this.format = format;
		this.layout = panoramaLayout(format);
	}

	/**
	 * Copies a plane of the source's picture into its tiles, and writes their padding.
	 *
	 * @param memory the panorama's memory, whose byte `address` is the first one of all its eyes.
	 * @param samples the plane's samples, `stride` samples from one row to the next: a
	 * `Uint16Array` for more than 8 bits. Borrowed.
	 * @param eye 0 is the left one.
	 */
	writePlane(memory: Uint8Array, address: number, name: PlaneName, samples: Samples, stride: number, eye = 0): void {
		this.#eachTile(memory, address, name, eye, (tile, { x, y }) => {
			for (let row = 0; row < tile.height; row++) {
				const from = (y + row) * stride + x;
				tile.samples.set(samples.subarray(from, from + tile.width), tile.first + row * tile.stride);
			}
		});
		this.padPlane(memory, address, name, eye);
	}

	/**
	 * The same for both chroma planes from NV12's (or P010's) one plane of alternating samples.
	 *
	 * @param stride samples from one row to the next, of U and V together.
	 */
	writeChroma(memory: Uint8Array, address: number, samples: Samples, stride: number, eye = 0): void {
		for (const [index, name] of (["u", "v"] as const).entries()) {
			this.#eachTile(memory, address, name, eye, (tile, { x, y }) => {
				for (let row = 0; row < tile.height; row++) {
					const to = tile.first + row * tile.stride;
					for (let i = 0, from = (y + row) * stride + 2 * x + index; i < tile.width; i++, from += 2)
						tile.samples[to + i] = samples[from]!;
				}
			});
			this.padPlane(memory, address, name, eye);
		}
	}

	/** Writes the padding of all planes of all eyes, whose samples are in place. */
	pad(memory: Uint8Array, address: number): void {
		for (let eye = 0; eye < this.format.eyes; eye++)
			for (const name of PLANE_NAMES) this.padPlane(memory, address, name, eye);
	}

	/**
	 * Finds out how much brighter one of two lenses is than the other, where both see the same, and
	 * writes the gains that make up for it beside the picture, whose luma is in place. It follows
	 * changes in about a second; a new scene, a first picture or one more than two seconds later
	 * has its own gains at once. Nothing is done for panoramas of one lens, and for a right eye.
	 *
	 * @param timeSec time of the picture. Pictures are given in order.
	 */
	matchExposure(memory: Uint8Array, address: number, timeSec: number): void {
		if (this.#exposure === undefined) this.#exposure = ExposureMatch.create(this.format) ?? null;
		this.#exposure?.match(memory, address, timeSec);
	}

	/** Writes the padding of a plane whose samples are in place, and its smaller copies. */
	padPlane(memory: Uint8Array, address: number, name: PlaneName, eye = 0): void {
		const { layout } = this;
		this.#paddings[eye] ??= panoramaPadding(this.format, eye === 0 ? 0 : 1);
		let above: SamplePlane | undefined;
		for (const [level, pad] of this.#paddings[eye][name].entries()) {
			const { [name]: plane } = level === 0 ? layout : layout.mips[level - 1]!;
			const samples = samplePlane(memory, address + eye * layout.byteLength, plane, layout.bytesPerSample);
			if (above !== undefined) this.#halve(above, samples, (name === "y" ? 1 : 2) * 2 ** level);
			pad(samples);
			above = samples;
		}
	}

	/** @param step luma pixels from one sample of the smaller copy to the next. */
	#halve(from: SamplePlane, into: SamplePlane, step: number): void {
		for (const tile of this.layout.tiles) halvePlane(tilePlane(from, tile, step / 2), tilePlane(into, tile, step));
	}

	/**
	 * Calls `visit` with each tile's place among the stored samples of a plane, and its place in
	 * the source's plane.
	 */
	#eachTile(
		memory: Uint8Array,
		address: number,
		name: PlaneName,
		eye: number,
		visit: (tile: SamplePlane, source: { readonly x: number; readonly y: number }) => void,
	): void {
		const { layout } = this;
		const plane = samplePlane(memory, address + eye * layout.byteLength, layout[name], layout.bytesPerSample);
		for (const tile of layout.tiles) {
			const { source } = tile;
			const step = name === "y" ? 1 : 2;
			visit(tilePlane(plane, tile, step), { x: source.x / step, y: source.y / step });
		}
	}
}
