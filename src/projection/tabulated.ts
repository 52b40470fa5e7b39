import type { CubeFaceName, TabulatedSpec } from "../media/projection.ts";
import { NO_RAY, NOWHERE } from "./continued-projection.ts";
import { faceOf, placeOnFace, rayThroughFace } from "./cube-faces.ts";
import { EQUIANGULAR_FACE } from "./cubemap.ts";
import type { Point, Projection, ProjectionPart, Ray } from "./geometry.ts";
import { FieldReader, type FieldShape, type FieldValue, sampleField } from "./sampled-field.ts";

/** Cells along a face of the direction cube, less than a degree each. */
const FACE_CELLS = 96;
/** Cells along the longer side of the picture. */
const PICTURE_CELLS = 128;
/** Largest error of interpolation in smooth cells, pixels. */
const TOLERANCE_PX = 0.02;
/** A step of this many times the mean one is a jump. */
const JUMP_FACTOR = 12;
const FACES: readonly CubeFaceName[] = ["r", "l", "u", "d", "f", "b"];

/**
 * Samples a projection, so that its two functions can be sent to another thread as plain data.
 * Where the projection is smooth, places are within a few hundredths of a pixel. Where it jumps (a
 * seam, a border without `extended`), the jump is found within a sixteenth of a cell of one degree:
 * less than a pixel in pictures up to 5,000 wide. `parts` are kept, `tiles` are not.
 */
export function tabulate(projection: Projection): TabulatedSpec {
	const { width, height, periodX } = projection;
	const [ofRays, ofPlaces] = [placeShape(width, height, periodX), rayShape(width, height)];
	const places = sampleField(ofRays, (layer, column, row) => {
		const ray = rayAt(layer, column, row);
		const [x, y] = projection.extended?.(ray) ?? projection.project(ray);
		const visibility = projection.visibility?.(ray) ?? (Number.isNaN(projection.project(ray)[0]) ? -1 : 1);
		return [x, y, visibility];
	});
	const rays = sampleField(ofPlaces, (_, column, row) => {
		const ray = projection.unproject((column / ofPlaces.columns) * width, (row / ofPlaces.rows) * height);
		const length = Math.hypot(...ray);
		return [ray[0] / length, ray[1] / length, ray[2] / length];
	});
	const parts = projection.parts?.map((part) =>
		sampleField(partShape(ofRays), (layer, column, row) => {
			const ray = rayAt(layer, column, row);
			const [x, y] = part.project(ray);
			return [x, y, part.weight(ray)];
		}),
	);
	return { kind: "tabulated", width, height, periodX, places, rays, parts };
}

/** A projection that is read from its samples, scaled to a picture of another size. */
export class Tabulated implements Projection {
	readonly width: number;
	readonly height: number;
	readonly periodX: number;
	readonly #scaleX: number;
	readonly #scaleY: number;
	readonly #places: FieldReader;
	readonly #rays: FieldReader;
	readonly #rayShape: FieldShape;
	/** Parts of the tabulated projection, if it has any. */
	readonly parts: readonly ProjectionPart[] | undefined;

	/** @throws {RangeError} when the samples are not those of a picture of the stated size. */
	constructor(spec: TabulatedSpec, width: number, height: number) {
		this.width = width;
		this.height = height;
		this.#scaleX = width / spec.width;
		this.#scaleY = height / spec.height;
		this.periodX = (spec.periodX ?? 0) * this.#scaleX;
		this.#rayShape = rayShape(spec.width, spec.height);
		const shape = placeShape(spec.width, spec.height, spec.periodX);
		this.#places = new FieldReader(spec.places, shape);
		this.#rays = new FieldReader(spec.rays, this.#rayShape);
		const fields = spec.parts?.map((part) => new FieldReader(part, partShape(shape)));
		this.parts = fields?.map((field) => ({
			project: (ray) => {
				const [x, y] = sampleAt(field, ray);
				return this.#place(x, y);
			},
			weight: (ray) => {
				const sum = fields.reduce((total, each) => total + weightAt(each, ray), 0);
				return sum > 0 ? weightAt(field, ray) / sum : 0;
			},
		}));
	}

	/** `Projection.unproject`. */
	unproject(x: number, y: number): Ray {
		const { columns, rows } = this.#rayShape;
		const [rayX, rayY, rayZ] = this.#rays.at(0, (x / this.width) * columns, (y / this.height) * rows);
		return Number.isNaN(rayX + rayY + rayZ) ? NO_RAY : [rayX, rayY, rayZ];
	}

	/** `Projection.project`. */
	project(ray: Ray): Point {
		const [x, y, visibility] = sampleAt(this.#places, ray);
		return visibility >= 0 ? this.#place(x, y) : NOWHERE;
	}

	/** `Projection.extended`: as far as the tabulated projection was. */
	extended(ray: Ray): Point {
		const [x, y] = sampleAt(this.#places, ray);
		return this.#place(x, y);
	}

	/** `Projection.visibility`. */
	visibility(ray: Ray): number {
		const visibility = sampleAt(this.#places, ray)[2];
		return Number.isNaN(visibility) ? -1 : visibility;
	}

	#place(x: number, y: number): Point {
		const scaled = x * this.#scaleX;
		const turns = this.periodX > 0 ? Math.floor(scaled / this.periodX) : 0;
		return [scaled - turns * this.periodX, y * this.#scaleY];
	}
}

/** The values of a field on the direction cube at a ray. */
function sampleAt(field: FieldReader, ray: Ray): FieldValue {
	const face = faceOf(ray);
	const [across, down] = placeOnFace(face, 0, ray);
	const cell = (place: number) => ((EQUIANGULAR_FACE.picture(place) + 1) / 2) * FACE_CELLS;
	return field.at(FACES.indexOf(face), cell(across), cell(down));
}

function weightAt(field: FieldReader, ray: Ray): number {
	return Math.max(0, Math.min(1, sampleAt(field, ray)[2]));
}

/** The shape of a part's field: its third value is a weight, which has to be right as well. */
function partShape(places: FieldShape): FieldShape {
	return { ...places, third: "weight" };
}

function rayAt(layer: number, column: number, row: number): Ray {
	const plane = (cell: number) => EQUIANGULAR_FACE.plane((2 * cell) / FACE_CELLS - 1);
	return rayThroughFace(FACES[layer] ?? "f", 0, [plane(column), plane(row)]);
}

function placeShape(width: number, height: number, periodX: number | undefined): FieldShape {
	return {
		layers: FACES.length,
		columns: FACE_CELLS,
		rows: FACE_CELLS,
		tolerance: TOLERANCE_PX,
		jump: (JUMP_FACTOR * Math.max(width, height)) / (4 * FACE_CELLS * 16),
		third: "visibility",
		period: periodX,
	};
}

function rayShape(width: number, height: number): FieldShape {
	const cell = Math.max(width, height) / PICTURE_CELLS;
	const radPerPixel = (2 * Math.PI) / Math.max(width, height);
	return {
		layers: 1,
		columns: Math.max(1, Math.ceil(width / cell)),
		rows: Math.max(1, Math.ceil(height / cell)),
		tolerance: TOLERANCE_PX * radPerPixel,
		jump: (JUMP_FACTOR * cell * radPerPixel) / 16,
		third: "value",
	};
}
