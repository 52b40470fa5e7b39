import type { PanoramaFormat, PanoramaLayout } from "../media/panorama.ts";
import type { CubeFaceName, ProjectionSpec } from "../media/projection.ts";
import { createProjection } from "./create-projection.ts";
import { faceOf } from "./cube-faces.ts";
import { Equirectangular } from "./equirectangular.ts";
import type { Point, Projection, ProjectionPart, ProjectionTile, Ray } from "./geometry.ts";

/**
 * A place in the stored picture, luma pixels, and how much of what is drawn below it covers: 0
 * nothing, 1 all. Where it shows nothing, the coordinates are NaN and the opacity is 0.
 */
export type LayerPlace = readonly [x: number, y: number, opacity: number];

/** Shows nothing. */
export const NO_PLACE: LayerPlace = [Number.NaN, Number.NaN, 0];

/** One of the pictures that lie over each other in an output, such as that of one lens. */
export interface InputLayer {
	/** Columns after which the input repeats to the right; 0 if it has edges. */
	readonly periodX: number;
	/** True when the picture goes on over the poles. */
	readonly hasPoles: boolean;
	/** The place that is seen in the direction of `ray`, axes of the projection. */
	placeAt(ray: Ray): LayerPlace;
	/**
	 * The same place without its border, continued from the piece of the picture that shows most of
	 * a face of the cube of directions; NaN where there is nothing to continue.
	 */
	continuedAt(ray: Ray, face: CubeFaceName): Point;
	/** Distance from the border of the picture as `Projection.visibility` has it. */
	visibility(ray: Ray): number;
	/** Place in the blend with other layers, as `ProjectionPart.blendPlace`; 1 without any. */
	blendPlace(ray: Ray): number;
	/** True when the opacity is the smooth step of the place in the blend; else it is linear. */
	readonly isSmoothStep: boolean;
}

/** The picture of one eye, as it is stored. */
export interface PanoramaInput {
	/** Equal for inputs that are the same. */
	readonly key: string;
	/** True for a mesh of flat triangles. */
	readonly isMesh: boolean;
	/** In the source's own picture, not in the stored one. */
	readonly projection: Projection;
	/** In the order in which they are drawn, over black. At least one. */
	readonly layers: readonly InputLayer[];
}

/** The distance between a piece's place in the source's picture and in the stored one. */
interface PieceOffset {
	readonly x: number;
	readonly y: number;
}

/** Visibility where no border is near. */
const FAR_INSIDE = Math.PI;
/** Rounding that a place on the border of a picture may suffer, pixels or radians. */
const BORDER = 1e-6;
/**
 * Negative place in a blend up to which the lowest layer is drawn: so far that nothing of the black
 * below it shows through the next layer, whatever the rounding.
 */
export const BASE_LAYER_REACH = 1.5;
/** Inputs that are kept, of those used last. */
const MOST_INPUTS = 16;

const SPHERE: ProjectionSpec = { kind: "equirect" };
const inputs = new Map<string, PanoramaInput>();
const identities = new WeakMap<object, string>();
let identityCount = 0;

/** The projection of one eye's picture of a panorama. @param eye 1 is the right one. */
export function panoramaSpec({ projection = SPHERE, rightProjection }: PanoramaFormat, eye: number): ProjectionSpec {
	return eye === 1 ? (rightProjection ?? projection) : projection;
}

/**
 * The picture of one eye of a panorama. It is made once and kept.
 *
 * @param layout of the stored panorama.
 * @param eye 1 is the right one.
 * @throws {RangeError} when the projection has options that it can't have.
 */
export function panoramaInput(format: PanoramaFormat, layout: PanoramaLayout, eye: number): PanoramaInput {
	const spec = panoramaSpec(format, eye);
	const key = `${specKey(spec)} ${format.width} ${format.height}`;
	const kept = inputs.get(key);
	inputs.delete(key);
	const input = kept ?? createInput(key, spec, format, layout);
	inputs.set(key, input);
	for (const oldest of inputs.keys()) {
		if (inputs.size <= MOST_INPUTS) break;
		inputs.delete(oldest);
	}
	return input;
}

/** A text that is the same for descriptions of the same projection. */
export function specKey(spec: ProjectionSpec): string {
	if (spec.kind !== "mesh" && spec.kind !== "tabulated" && spec.kind !== "custom") return JSON.stringify(spec);
	let key = identities.get(spec);
	if (key === undefined) {
		key = `${spec.kind} ${identityCount++}`;
		identities.set(spec, key);
	}
	return key;
}

function createInput(
	key: string,
	spec: ProjectionSpec,
	{ width, height }: PanoramaFormat,
	layout: PanoramaLayout,
): PanoramaInput {
	const projection = createProjection(spec, width, height);
	return { key, projection, isMesh: spec.kind === "mesh", layers: inputLayers(projection, layout) };
}

/** The layers of a projection's picture. @param layout its tiles, if it is stored in such. */
export function inputLayers(projection: Projection, layout?: PanoramaLayout): readonly InputLayer[] {
	const { parts } = projection;
	if (parts === undefined || parts.length === 0) return [new WholeLayer(projection, layout)];
	return parts.map((_, index) => new PartLayer(projection, parts, index, layout));
}

/** A picture that shows each direction once. */
class WholeLayer implements InputLayer {
	readonly periodX: number;
	readonly hasPoles: boolean;
	readonly isSmoothStep = false;
	readonly #projection: Projection;
	readonly #pieces: Pieces;

	constructor(projection: Projection, layout: PanoramaLayout | undefined) {
		this.#projection = projection;
		this.periodX = projection.periodX ?? 0;
		this.hasPoles = hasPoles(projection);
		this.#pieces = new Pieces(projection, 0, layout);
	}

	placeAt(ray: Ray): LayerPlace {
		const piece = this.#pieces.at(ray);
		if (piece !== undefined) return placeOf(this.#pieces.project(piece, ray), 1);
		// A ray right between two pieces may be a rounding outside of both.
		const next = this.#pieces.on(faceOf(ray));
		if (next !== undefined) return placeOf(this.#pieces.project(next, ray), 1);
		const place = this.#projection.project(ray);
		return isInside(this.#projection, place) ? placeOf(this.#pieces.moved(place), 1) : NO_PLACE;
	}

	continuedAt(ray: Ray, face: CubeFaceName): Point {
		const piece = this.#pieces.on(face);
		if (piece !== undefined) return this.#pieces.project(piece, ray);
		return this.#pieces.moved((this.#projection.extended ?? this.#projection.project).call(this.#projection, ray));
	}

	visibility(ray: Ray): number {
		return this.#projection.visibility?.(ray) ?? FAR_INSIDE;
	}

	blendPlace(): number {
		return 1;
	}
}

/**
 * A part of a picture, such as that of one lens. Its opacity is its share in the weights of the
 * parts up to it, so that each gets its own in the end.
 */
class PartLayer implements InputLayer {
	readonly periodX = 0;
	readonly hasPoles = false;
	readonly #projection: Projection;
	readonly #parts: readonly ProjectionPart[];
	readonly #index: number;
	readonly #pieces: Pieces;

	constructor(
		projection: Projection,
		parts: readonly ProjectionPart[],
		index: number,
		layout: PanoramaLayout | undefined,
	) {
		this.#projection = projection;
		this.#parts = parts;
		this.#index = index;
		this.#pieces = new Pieces(projection, index, layout);
	}

	placeAt(ray: Ray): LayerPlace {
		const opacity = this.#opacity(ray);
		if (!(opacity > 0)) return NO_PLACE;
		return placeOf(this.continuedAt(ray, faceOf(ray)), opacity);
	}

	continuedAt(ray: Ray, face: CubeFaceName): Point {
		const piece = this.#pieces.on(face) ?? this.#pieces.only;
		return piece === undefined ? this.#pieces.moved(this.#part.project(ray)) : this.#pieces.project(piece, ray);
	}

	visibility(ray: Ray): number {
		return this.#projection.visibility?.(ray) ?? FAR_INSIDE;
	}

	blendPlace(ray: Ray): number {
		if (this.#parts.length === 2 && this.#part.blendPlace !== undefined) return this.#part.blendPlace(ray);
		return 2 * (this.#index === 0 ? this.#part.weight(ray) : this.#opacity(ray)) - 1;
	}

	get isSmoothStep(): boolean {
		return this.#parts.length === 2 && this.#part.blendPlace !== undefined;
	}

	get #part(): ProjectionPart {
		return this.#parts[this.#index]!;
	}

	#opacity(ray: Ray): number {
		if (this.#index === 0 && this.isSmoothStep) {
			const isShown = this.visibility(ray) >= -BORDER && this.blendPlace(ray) > -BASE_LAYER_REACH;
			return isShown ? 1 : 0;
		}
		const weight = this.#part.weight(ray);
		if (!(weight > 0)) return 0;
		let sum = weight;
		for (let below = 0; below < this.#index; below++) sum += this.#parts[below]!.weight(ray);
		return weight / sum;
	}
}

/** The pieces of a layer's picture and their places in the stored one. */
class Pieces {
	readonly #tiles: readonly ProjectionTile[];
	readonly #offsets: ReadonlyMap<ProjectionTile, PieceOffset>;
	/** The distance for a layer that is one piece. */
	readonly #whole: PieceOffset;

	/** @param part index of the layer's part. */
	constructor({ tiles = [] }: Projection, part: number, layout: PanoramaLayout | undefined) {
		this.#tiles = tiles.filter((tile) => (tile.part ?? 0) === part);
		this.#offsets = new Map(tiles.map((tile, index) => [tile, offsetOf(layout, index)]));
		this.#whole = offsetOf(layout, part);
	}

	/** The piece, if there is only one. */
	get only(): ProjectionTile | undefined {
		return this.#tiles.length === 1 ? this.#tiles[0] : undefined;
	}

	/** The piece that shows `ray`. */
	at(ray: Ray): ProjectionTile | undefined {
		return this.#tiles.find((tile) => tile.contains(ray));
	}

	/** The piece that shows a face, or most of it. */
	on(face: CubeFaceName): ProjectionTile | undefined {
		return this.#tiles.find((tile) => tile.face === face);
	}

	project(tile: ProjectionTile, ray: Ray): Point {
		const [x, y] = tile.project(ray);
		const offset = this.#offsets.get(tile)!;
		return [x + offset.x, y + offset.y];
	}

	/** A place in the source's picture, in the stored one if that is one piece. */
	moved([x, y]: Point): Point {
		return [x + this.#whole.x, y + this.#whole.y];
	}
}

/** True for a sphere that is not cropped. */
export function hasPoles(projection: Projection): boolean {
	return projection instanceof Equirectangular && Object.values(projection.bounds).every((cropped) => cropped === 0);
}

function placeOf([x, y]: Point, opacity: number): LayerPlace {
	return Number.isNaN(x) || Number.isNaN(y) ? NO_PLACE : [x, y, opacity];
}

function isInside({ width, height, periodX = 0 }: Projection, [x, y]: Point): boolean {
	return y >= -BORDER && y <= height + BORDER && (periodX > 0 || (x >= -BORDER && x <= width + BORDER));
}

/** A picture that is one piece in memory holds all pieces of a projection. */
function offsetOf(layout: PanoramaLayout | undefined, piece: number): PieceOffset {
	const tile = layout?.tiles[layout.tiles.length === 1 ? 0 : piece];
	return tile === undefined ? { x: 0, y: 0 } : { x: tile.x - tile.source.x, y: tile.y - tile.source.y };
}
