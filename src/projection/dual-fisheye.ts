import type { DualFisheyeSpec, DualLens, LensSpec } from "../media/projection.ts";
import { type Matrix3, matrixFromQuaternion, quaternionFromAngles, RAD_PER_DEG } from "../media/rotation.ts";
import { NO_RAY, NOWHERE } from "./continued-projection.ts";
import { createDoubleSphere } from "./double-sphere.ts";
import { createFisheye } from "./fisheye.ts";
import type { Point, Projection, ProjectionPart, ProjectionTile, Ray } from "./geometry.ts";
import { createKannalaBrandt } from "./kannala-brandt.ts";
import type { LensCamera } from "./lens-camera.ts";
import { createMei } from "./mei.ts";
import { CUT_STEEPNESS, smoothStep } from "./smooth-step.ts";

/** Field of view of each lens of a pair, degrees. */
export const DEFAULT_PAIR_FOV_DEG = 190;
/** The lenses are blended over at most this angle: a wider blend shows near things twice. */
const MAX_FEATHER_RAD = 10 * RAD_PER_DEG;
/** Part of the overlap that is blended; the rest keeps clear of the rims, which are dark. */
const FEATHER_SHARE = 0.9;

/** A camera with one of the lens models. @throws {RangeError} as the models do. */
export function createLens(spec: LensSpec, width: number, height: number): LensCamera {
	switch (spec.kind) {
		case "fisheye":
			return createFisheye(spec, width, height);
		case "kannala-brandt":
			return createKannalaBrandt(spec, width, height);
		case "mei":
			return createMei(spec, width, height);
		case "double-sphere":
			return createDoubleSphere(spec, width, height);
	}
}

/** One lens in its half of the picture, turned away from the pair's front. */
class PlacedLens {
	readonly camera: LensCamera;
	readonly x: number;
	readonly y: number;
	/** Turns the lens's axes into the pair's. */
	readonly #pairFromLens: Matrix3;

	constructor(camera: LensCamera, x: number, y: number, turn: DualLens, isBack: boolean) {
		const { yawDeg = 0, pitchDeg = 0, rollDeg = 0 } = turn;
		this.camera = camera;
		this.x = x;
		this.y = y;
		const m = matrixFromQuaternion(quaternionFromAngles({ yawDeg, pitchDeg, rollDeg }));
		// The back lens's own axes are the pair's after half a turn: -x, y, -z.
		const side = isBack ? -1 : 1;
		this.#pairFromLens = [
			...[side * m[0], side * m[1], side * m[2]],
			...[m[3], m[4], m[5]],
			...[side * m[6], side * m[7], side * m[8]],
		] as unknown as Matrix3;
	}

	extended(ray: Ray): Point {
		const [x, y] = this.camera.extended(this.#lensRay(ray));
		return [this.x + x, this.y + y];
	}

	visibility(ray: Ray): number {
		return this.camera.visibility(this.#lensRay(ray));
	}

	unproject(x: number, y: number): Ray {
		const [lensX, lensY, lensZ] = this.camera.unproject(x - this.x, y - this.y);
		if (Number.isNaN(lensX)) return NO_RAY;
		const m = this.#pairFromLens;
		return [
			m[0] * lensX + m[1] * lensY + m[2] * lensZ,
			m[3] * lensX + m[4] * lensY + m[5] * lensZ,
			m[6] * lensX + m[7] * lensY + m[8] * lensZ,
		];
	}

	#lensRay([x, y, z]: Ray): Ray {
		const m = this.#pairFromLens;
		return [m[0] * x + m[3] * y + m[6] * z, m[1] * x + m[4] * y + m[7] * z, m[2] * x + m[5] * y + m[8] * z];
	}
}

/** Two fisheye lenses back to back, side by side or one above the other in the picture. */
export class DualFisheye implements Projection {
	readonly width: number;
	readonly height: number;
	/** The lens in the left or upper half, and the other one. */
	readonly parts: readonly ProjectionPart[];
	readonly tiles: readonly ProjectionTile[];
	readonly #lenses: readonly [first: PlacedLens, second: PlacedLens];
	readonly #blend: "feather" | "cut";

	/** @throws {RangeError} when a lens's numbers are out of bounds. */
	constructor(spec: DualFisheyeSpec, width: number, height: number) {
		const { left = "back", layout = "side", blend = "feather" } = spec;
		this.width = width;
		this.height = height;
		this.#blend = blend;
		const [lensWidth, lensHeight] = layout === "side" ? [width / 2, height] : [width, height / 2];
		const place = (side: "front" | "back", x: number, y: number) => {
			const { model, fovDeg = DEFAULT_PAIR_FOV_DEG } = spec;
			const turn = spec[side] ?? {};
			const camera = createLens(turn.lens ?? { kind: "fisheye", model, fovDeg }, lensWidth, lensHeight);
			return new PlacedLens(camera, x, y, turn, side === "back");
		};
		const other = left === "back" ? "front" : "back";
		this.#lenses = [place(left, 0, 0), place(other, width - lensWidth, height - lensHeight)];
		this.parts = this.#lenses.map((lens, index) => ({
			project: (ray) => lens.extended(ray),
			weight: (ray) => this.#weights(ray)[index]!,
			blendPlace: (ray) => (index === 0 ? this.#blendPlace(ray) : -this.#blendPlace(ray)),
		}));
		this.tiles = this.#lenses.map((lens, part) => ({
			x: lens.x,
			y: lens.y,
			width: lensWidth,
			height: lensHeight,
			part,
			contains: (ray) => lens.visibility(ray) >= 0,
			project: (ray) => lens.extended(ray),
		}));
	}

	/** `Projection.unproject`: NaN outside of the circles. */
	unproject(x: number, y: number): Ray {
		const [first, second] = this.#lenses;
		const isSecond = second.x > 0 ? x >= second.x : y >= second.y;
		return (isSecond ? second : first).unproject(x, y);
	}

	/** `Projection.project`: in the lens with the greater weight. */
	project(ray: Ray): Point {
		const [first, second] = this.#weights(ray);
		if (first === 0 && second === 0) return NOWHERE;
		return this.#lenses[first >= second ? 0 : 1].extended(ray);
	}

	/** `Projection.visibility`. */
	visibility(ray: Ray): number {
		return Math.max(this.#lenses[0].visibility(ray), this.#lenses[1].visibility(ray));
	}

	/** Shares of both lenses, by the direction alone: what a picture shows never moves the seam. */
	#weights(ray: Ray): readonly [first: number, second: number] {
		const first = this.#lenses[0].visibility(ray);
		const second = this.#lenses[1].visibility(ray);
		if (first < -BORDER_TOLERANCE && second < -BORDER_TOLERANCE) return [0, 0];
		const overlap = this.#halfOverlap(first, second);
		const fromSeam = (first - second) / 2;
		const share = overlap > 1 / CUT_STEEPNESS ? smoothStep(fromSeam / overlap) : Number(fromSeam >= 0);
		return [share, 1 - share];
	}

	#blendPlace(ray: Ray): number {
		const first = this.#lenses[0].visibility(ray);
		const second = this.#lenses[1].visibility(ray);
		return (first - second) / 2 / Math.max(this.#halfOverlap(first, second), 1 / CUT_STEEPNESS);
	}

	/** Half of the angle over which the lenses are blended, by their visibilities. */
	#halfOverlap(first: number, second: number): number {
		return this.#blend === "cut" ? 0 : Math.min(((first + second) / 2) * FEATHER_SHARE, MAX_FEATHER_RAD / 2);
	}
}

/** Rounding that a ray at the border of a lens may suffer, radians. */
const BORDER_TOLERANCE = 1e-9;
