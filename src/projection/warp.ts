import type { PanoramaFormat, PanoramaLayout, StoredTile } from "../media/panorama.ts";
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
import {
	hasPoles,
	type InputLayer,
	inputLayers,
	type LayerPlace,
	NO_PLACE,
	panoramaInput,
	panoramaSpec,
} from "./panorama-input.ts";
import { Perspective } from "./perspective.ts";

/** One of the pictures that lie over each other in an output, such as that of one lens. */
export interface WarpLayer {
	/** Columns after which the input repeats to the right; 0 if it has edges. */
	readonly periodX: number;
	/** True when the input goes on over the poles. */
	readonly hasPoles: boolean;
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

/** Turns output rays into input rays. */
type Turn = (ray: Ray) => Ray;

function turnOf(inputFromOutput: Quaternion): Turn {
	const m: Matrix3 = matrixFromQuaternion(normalizeQuaternion(inputFromOutput));
	return ([x, y, z]) => [
		m[0] * x + m[1] * y + m[2] * z,
		m[3] * x + m[4] * y + m[5] * z,
		m[6] * x + m[7] * y + m[8] * z,
	];
}

function layersOf(output: Projection, turn: Turn, layers: readonly InputLayer[]): readonly WarpLayer[] {
	return layers.map((layer) => ({
		periodX: layer.periodX,
		hasPoles: layer.hasPoles,
		placeAt: (x, y) => {
			const ray = output.unproject(x, y);
			return Number.isNaN(ray[0]) ? NO_PLACE : layer.placeAt(turn(ray));
		},
	}));
}

/**
 * The place of an input picture for each place of an output picture: output projection, then
 * rotation, then input projection.
 */
export class Warp implements PictureWarp, WarpLayer {
	readonly output: Projection;
	readonly input: Projection;
	/** One for each part of the input that sees directions of its own. */
	readonly layers: readonly WarpLayer[];
	readonly #turn: Turn;

	/**
	 * @param inputFromOutput turns directions of the output's axes into the input's: a view's
	 * `worldFromView` when the input is upright. Any length.
	 */
	constructor(output: Projection, inputFromOutput: Quaternion, input: Projection) {
		this.output = output;
		this.input = input;
		this.#turn = turnOf(inputFromOutput);
		this.layers = layersOf(output, this.#turn, inputLayers(input));
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

	get hasPoles(): boolean {
		return hasPoles(this.input);
	}

	/** A direction in the output's axes, turned into the input's. */
	inputRay(ray: Ray): Ray {
		return this.#turn(ray);
	}

	/** The place in the input picture that is seen at `(x, y)` of the output picture. */
	sourceAt(x: number, y: number): Point {
		return this.input.project(this.inputRay(this.output.unproject(x, y)));
	}

	/** The same with its opacity, 1 wherever the input shows anything. */
	placeAt(x: number, y: number): LayerPlace {
		const [u, v] = this.sourceAt(x, y);
		return Number.isNaN(u) || Number.isNaN(v) ? NO_PLACE : [u, v, 1];
	}
}

/** A picture that is scaled to fit into another one, in its middle, whatever the direction. */
class FittedPicture implements PictureWarp, WarpLayer {
	readonly width: number;
	readonly height: number;
	readonly periodX = 0;
	readonly hasPoles = false;
	readonly #input: { readonly width: number; readonly height: number };
	readonly #tiles: readonly StoredTile[];
	readonly #inputPerOutput: number;

	/** @param layout of the stored input. */
	constructor(
		output: { readonly width: number; readonly height: number },
		input: { readonly width: number; readonly height: number },
		{ tiles }: PanoramaLayout,
	) {
		this.width = output.width;
		this.height = output.height;
		this.#input = input;
		this.#tiles = tiles;
		this.#inputPerOutput = Math.max(input.width / output.width, input.height / output.height);
	}

	get layers(): readonly WarpLayer[] {
		return [this];
	}

	placeAt(x: number, y: number): LayerPlace {
		const { width, height } = this.#input;
		const u = width / 2 + (x - this.width / 2) * this.#inputPerOutput;
		const v = height / 2 + (y - this.height / 2) * this.#inputPerOutput;
		const tile = this.#tiles.find(
			({ source }) =>
				u >= source.x && u <= source.x + source.width && v >= source.y && v <= source.y + source.height,
		);
		if (tile === undefined) return NO_PLACE;
		return [u + tile.x - tile.source.x, v + tile.y - tile.source.y, 1];
	}
}

/** The part of a stored panorama that places are looked up in. */
export interface PanoramaPlaces {
	readonly format: PanoramaFormat;
	readonly layout: PanoramaLayout;
}

/** True when a view shows a panorama's picture as it is, scaled, whatever the direction. */
export function isFitted(format: PanoramaFormat, view: View, eye: number): boolean {
	return panoramaSpec(format, eye).kind === "none" || (view.lens === "projection" && view.projection.kind === "none");
}

/** Turns the axes of a view into those of the panorama's projection, for one eye. */
export function panoramaFromView(format: PanoramaFormat, view: View, eye: number): Quaternion {
	const { worldFromPanorama = IDENTITY, rightWorldFromPanorama = worldFromPanorama } = format;
	const [x, y, z, w] = normalizeQuaternion(eye === 1 ? rightWorldFromPanorama : worldFromPanorama);
	return multiplyQuaternions([-x, -y, -z, w], normalizeQuaternion(view.worldFromView));
}

/** The projection of a view's picture. @throws {RangeError} when it can't have its options. */
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
export function viewWarp({ format, layout }: PanoramaPlaces, view: View, eye = 0): PictureWarp {
	if (isFitted(format, view, eye)) return new FittedPicture(view, format, layout);
	const turn = turnOf(panoramaFromView(format, view, eye));
	const { layers } = panoramaInput(format, layout, eye);
	return {
		width: view.width,
		height: view.height,
		layers: layersOf(viewProjection(view), turn, layers),
	};
}
