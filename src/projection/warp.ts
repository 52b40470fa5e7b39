import type { PanoramaFormat } from "../media/panorama.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import {
	IDENTITY,
	type Matrix3,
	matrixFromQuaternion,
	multiplyQuaternions,
	normalizeQuaternion,
	type Quaternion,
} from "../media/rotation.ts";
import type { View } from "../media/view.ts";
import { createProjection } from "./create-projection.ts";
import type { Point, Projection, Ray } from "./geometry.ts";
import { Perspective } from "./perspective.ts";

/**
 * A place in the input picture, pixels, and how much of what is drawn below it covers: 0 nothing, 1
 * all. Where it shows nothing, the coordinates are NaN and the opacity is 0.
 */
export type LayerPlace = readonly [x: number, y: number, opacity: number];

/** One of the pictures that lie over each other in an output, such as that of one lens. */
export interface WarpLayer {
	/** Columns after which the input repeats to the right; 0 if it has edges. */
	readonly periodX: number;
	/** The place of the input that is seen at `(x, y)` of the output picture. */
	placeAt(x: number, y: number): LayerPlace;
}

/** The places of an input picture for each place of an output picture. */
export interface PictureWarp {
	/** Size of the output in pixels. */
	readonly width: number;
	readonly height: number;
	/** In the order in which they are drawn, over black. At least one. */
	readonly layers: readonly WarpLayer[];
}

const NOWHERE: LayerPlace = [Number.NaN, Number.NaN, 0];
/** Rounding that a place on the border of a picture may suffer, pixels. */
const BORDER = 1e-6;

/**
 * The place of an input picture for each place of an output picture: output projection, then
 * rotation, then input projection.
 */
export class Warp implements PictureWarp, WarpLayer {
	readonly output: Projection;
	readonly input: Projection;
	readonly #inputFromOutput: Matrix3;

	/**
	 * @param inputFromOutput turns directions of the output's axes into the input's: a view's
	 * `worldFromView` when the input is upright. Any length.
	 */
	constructor(output: Projection, inputFromOutput: Quaternion, input: Projection) {
		this.output = output;
		this.input = input;
		this.#inputFromOutput = matrixFromQuaternion(normalizeQuaternion(inputFromOutput));
	}

	get width(): number {
		return this.output.width;
	}

	get height(): number {
		return this.output.height;
	}

	get periodX(): number {
		return this.input.periodX ?? 0;
	}

	/**
	 * One for each part of the input that sees directions of its own, or the warp itself. A layer's
	 * opacity is its share in the weights of those up to it, so that each gets its own in the end.
	 */
	get layers(): readonly WarpLayer[] {
		const { parts } = this.input;
		if (parts === undefined || parts.length === 0) return [this];
		return parts.map((part, index) => ({
			periodX: 0,
			placeAt: (x, y) => {
				const ray = this.inputRay(this.output.unproject(x, y));
				const weight = part.weight(ray);
				if (!(weight > 0)) return NOWHERE;
				const below = parts.slice(0, index).reduce((sum, each) => sum + each.weight(ray), 0);
				return placeInPicture(this.input, part.project(ray), weight / (weight + below));
			},
		}));
	}

	/** A direction in the output's axes, turned into the input's. */
	inputRay([x, y, z]: Ray): Ray {
		const m = this.#inputFromOutput;
		return [m[0] * x + m[1] * y + m[2] * z, m[3] * x + m[4] * y + m[5] * z, m[6] * x + m[7] * y + m[8] * z];
	}

	/** The place in the input picture that is seen at `(x, y)` of the output picture. */
	sourceAt(x: number, y: number): Point {
		return this.input.project(this.inputRay(this.output.unproject(x, y)));
	}

	/** The same with its opacity, 1 wherever the input shows anything. */
	placeAt(x: number, y: number): LayerPlace {
		return placeInPicture(this.input, this.sourceAt(x, y), 1);
	}
}

/** A place that may lie outside of the picture or be no number, where it is none. */
function placeInPicture({ width, height, periodX = 0 }: Projection, [x, y]: Point, opacity: number): LayerPlace {
	const isInside = y >= -BORDER && y <= height + BORDER && (periodX > 0 || (x >= -BORDER && x <= width + BORDER));
	return isInside && !Number.isNaN(x) ? [x, y, opacity] : NOWHERE;
}

/** A picture that is scaled to fit into another one, in its middle, whatever the direction. */
class FittedPicture implements PictureWarp, WarpLayer {
	readonly width: number;
	readonly height: number;
	readonly periodX = 0;
	readonly #input: { readonly width: number; readonly height: number };
	readonly #inputPerOutput: number;

	constructor(
		output: { readonly width: number; readonly height: number },
		input: { readonly width: number; readonly height: number },
	) {
		this.width = output.width;
		this.height = output.height;
		this.#input = input;
		this.#inputPerOutput = Math.max(input.width / output.width, input.height / output.height);
	}

	get layers(): readonly WarpLayer[] {
		return [this];
	}

	placeAt(x: number, y: number): LayerPlace {
		const { width, height } = this.#input;
		const u = width / 2 + (x - this.width / 2) * this.#inputPerOutput;
		const v = height / 2 + (y - this.height / 2) * this.#inputPerOutput;
		return u >= 0 && u <= width && v >= 0 && v <= height ? [u, v, 1] : NOWHERE;
	}
}

const SPHERE: ProjectionSpec = { kind: "equirect" };

/** The projection of one eye's picture of a panorama. */
export function panoramaSpec({ projection = SPHERE, rightProjection }: PanoramaFormat, eye: number): ProjectionSpec {
	return eye === 1 ? (rightProjection ?? projection) : projection;
}

/** Turns the axes of a view into those of the panorama's projection. */
export function panoramaFromView({ worldFromPanorama = IDENTITY }: PanoramaFormat, view: View): Quaternion {
	const [x, y, z, w] = normalizeQuaternion(worldFromPanorama);
	return multiplyQuaternions([-x, -y, -z, w], normalizeQuaternion(view.worldFromView));
}

/** The projection of a view's picture. */
export function viewProjection(view: View): Projection {
	const { width, height } = view;
	return view.lens === "pinhole"
		? new Perspective(width, height, view.fovRad)
		: createProjection(view.projection, width, height);
}

/**
 * The warp by which a view of a panorama is drawn, for one eye.
 *
 * @param eye 0 is the left one, or the only one.
 * @throws {RangeError} when a projection has options that it can't have, or a rotation is none.
 */
export function viewWarp(format: PanoramaFormat, view: View, eye = 0): PictureWarp {
	const spec = panoramaSpec(format, eye);
	if (spec.kind === "none" || (view.lens === "projection" && view.projection.kind === "none"))
		return new FittedPicture(view, format);
	const input = createProjection(spec, format.width, format.height);
	return new Warp(viewProjection(view), panoramaFromView(format, view), input);
}
