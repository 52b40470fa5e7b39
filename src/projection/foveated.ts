import { type Foveation, foveationFor, MAX_FOVEATION_STRENGTH, squeezed, unsqueezed } from "../media/foveation.ts";
import { FRUSTUM_ROUNDING, type Frustum, isFrustum, symmetricFrustum } from "../media/frustum.ts";
import type { FoveatedSpec } from "../media/projection.ts";
import { RAD_PER_DEG } from "../media/rotation.ts";
import { ContinuedProjection, NOWHERE } from "./continued-projection.ts";
import type { Point, Ray } from "./geometry.ts";
import { requireFov, requireNumber } from "./spec-bounds.ts";

const DEFAULT_FOV_DEG = 90;
/** Share of a flat picture's pixels that a foveated one without another has. */
export const DEFAULT_FOVEATED_SHARE = 0.6;

/** An axis of the picture: tangents that are squeezed around `gaze`. */
class Axis {
	readonly #gaze: number;
	readonly #strength: number;
	/** Squeezed distances of the first and last edge. */
	readonly #first: number;
	readonly #last: number;
	readonly #pixels: number;
	#askedPixel = Number.NaN;
	#askedTangent = Number.NaN;

	constructor(from: number, to: number, gaze: number, strength: number, pixels: number) {
		this.#gaze = gaze;
		this.#strength = strength;
		this.#first = squeezed(from - gaze, strength);
		this.#last = squeezed(to - gaze, strength);
		this.#pixels = pixels;
	}

	tangentAt(pixel: number): number {
		// Tables are filled row by row: half of all questions are the same as the one before.
		if (pixel === this.#askedPixel) return this.#askedTangent;
		this.#askedPixel = pixel;
		const place = this.#first + ((this.#last - this.#first) * pixel) / this.#pixels;
		this.#askedTangent = this.#gaze + unsqueezed(place, this.#strength);
		return this.#askedTangent;
	}

	pixelAt(tangent: number): number {
		const place = squeezed(tangent - this.#gaze, this.#strength);
		return (this.#pixels * (place - this.#first)) / (this.#last - this.#first);
	}
}

/** A flat camera whose columns and rows are squeezed away from a place that is looked at. */
export class Foveated extends ContinuedProjection {
	/** `Projection.drawnWithinPx`: pictures 1250 and more wide need it nowhere. */
	readonly drawnWithinPx = 0.25;
	readonly #frustum: Frustum;
	readonly #across: Axis;
	readonly #down: Axis;

	/** @param frustum the view's sides. */
	constructor(width: number, height: number, frustum: Frustum, { gaze, strength }: Foveation) {
		super(width, height);
		const { left, right, up, down } = frustum;
		this.#frustum = frustum;
		this.#across = new Axis(-left, right, gaze[0], strength[0], width);
		this.#down = new Axis(-up, down, gaze[1], strength[1], height);
	}

	/** `Projection.unproject`. */
	unproject(x: number, y: number): Ray {
		return [this.#across.tangentAt(x), -this.#down.tangentAt(y), -1];
	}

	/** `Projection.extended`. */
	extended([x, y, z]: Ray): Point {
		return z < 0 ? [this.#across.pixelAt(-x / z), this.#down.pixelAt(y / z)] : NOWHERE;
	}

	/** `Projection.visibility`. */
	visibility([x, y, z]: Ray): number {
		if (!(z < 0)) return -1;
		const [across, down] = [-x / z, y / z];
		const { left, right, up, down: bottom } = this.#frustum;
		return Math.min(across + left, right - across, down + up, bottom - down);
	}
}

/**
 * Makes a foveated projection.
 * @throws {RangeError} when a number is out of bounds.
 */
export function createFoveated(spec: FoveatedSpec, width: number, height: number): Foveated {
	const frustum = frustumOf(spec, width, height);
	const [right = 0, up = 0] = spec.gazeDeg ?? [];
	const tangent = (angle: number) =>
		Math.tan(requireNumber(angle, "gazeDeg", "two angles from -85 to 85 degrees", isGaze) * RAD_PER_DEG);
	const gaze = [tangent(right), -tangent(up)] as const;
	if (spec.strength !== undefined) {
		const expected = `two numbers from 0 to ${MAX_FOVEATION_STRENGTH}`;
		for (const strength of spec.strength)
			requireNumber(
				strength,
				"strength of a foveated picture",
				expected,
				(value) => value >= 0 && value <= MAX_FOVEATION_STRENGTH,
			);
		return new Foveated(width, height, frustum, { gaze, strength: spec.strength });
	}
	const share = requireNumber(
		spec.share ?? DEFAULT_FOVEATED_SHARE,
		"share of a foveated picture",
		"a number from 0.1 to 1",
		(value) => value >= 0.1 && value <= 1,
	);
	return new Foveated(width, height, frustum, foveationFor(frustum, { width, height }, share, gaze));
}

function isGaze(angle: number): boolean {
	return Math.abs(angle) <= 85;
}

function frustumOf({ fovDeg, anglesDeg }: FoveatedSpec, width: number, height: number): Frustum {
	if (anglesDeg === undefined) {
		const halfRad = (requireFov(fovDeg ?? DEFAULT_FOV_DEG, "fovDeg of a foveated picture", 170) / 2) * RAD_PER_DEG;
		return symmetricFrustum(Math.tan(halfRad), width, height);
	}
	const side = (name: keyof Frustum) => Math.tan(anglesDeg[name] * RAD_PER_DEG);
	const frustum = { left: side("left"), right: side("right"), up: side("up"), down: side("down") };
	if (!isFrustum(frustum, FRUSTUM_ROUNDING))
		throw new RangeError(
			"anglesDeg of a foveated picture are four angles from -85 to 85 degrees, with room between " +
				`opposite ones; got ${Object.values(anglesDeg).join(", ")}.`,
		);
	return frustum;
}
