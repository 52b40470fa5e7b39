import type { ProjectionSpec } from "../media/projection.ts";
import type { StereoLayout } from "../media/stereo-layout.ts";
import { createProjection } from "../projection/create-projection.ts";
import { BLOCK, type PlaneError } from "./picture-error.ts";

/** A part of the picture for which errors are reported apart. */
export interface Region {
	readonly name: string;
	/** 1 for each block of the picture that belongs to it, row by row. */
	readonly blocks: Uint8Array;
}

/** The sphere in a picture: weights of its places, and regions. */
export interface SphereMap {
	/**
	 * Solid angle of a luma pixel of each block of the picture; `undefined` without a sphere.
	 */
	readonly weights: Float64Array | undefined;
	readonly regions: readonly Region[];
	/** The latitude of each row of one eye's picture decides: equirectangular pictures. */
	readonly equirect: { readonly topDeg: number; readonly bottomDeg: number } | undefined;
}

/** The size of the whole picture, and how two eyes lie in it. */
export interface PictureForm {
	readonly width: number;
	readonly height: number;
	readonly stereo: StereoLayout;
}

const FRONT_DEG = 45;
const POLE_DEG = 60;
const SPHERE_REGIONS = ["front", "seam", "poles"] as const;
const FLAT_REGIONS = ["centre", "upper left", "upper right", "lower left", "lower right"] as const;

/**
 * The map of a picture of a projection. Regions of a sphere are the front and the seam (45 degrees
 * to each side of the front and of the back), and the poles (latitudes over 60 degrees); of a flat
 * picture, its quadrants and its centre, half as wide and high as the whole.
 *
 * @throws {RangeError} for a projection that is not possible.
 */
export function sphereMapOf(spec: ProjectionSpec, { width, height, stereo }: PictureForm): SphereMap {
	const eyeWidth = /left/.test(stereo) ? width / 2 : width;
	const eyeHeight = /top/.test(stereo) ? height / 2 : height;
	const across = Math.ceil(width / BLOCK);
	const weights = new Float64Array(across * Math.ceil(height / BLOCK));
	const flat = spec.kind === "none" || spec.kind === "perspective";
	const regions = (flat ? FLAT_REGIONS : SPHERE_REGIONS).map((name) => ({
		name,
		blocks: new Uint8Array(weights.length),
	}));
	const { unproject } = bound(spec, eyeWidth, eyeHeight);
	for (let block = 0; block < weights.length; block++) {
		const x = Math.min(width - BLOCK / 2, (block % across) * BLOCK + BLOCK / 2) % eyeWidth;
		const y = Math.min(height - BLOCK / 2, Math.floor(block / across) * BLOCK + BLOCK / 2) % eyeHeight;
		const names = flat ? flatRegions(x / eyeWidth, y / eyeHeight) : sphereRegions(unproject(x, y));
		weights[block] = solidAngle(unproject, x, y);
		for (const region of regions) region.blocks[block] = names.includes(region.name) ? 1 : 0;
	}
	const equirect =
		spec.kind === "equirect"
			? { topDeg: 90 - 180 * (spec.bounds?.top ?? 0), bottomDeg: -90 + 180 * (spec.bounds?.bottom ?? 0) }
			: undefined;
	return { weights: spec.kind === "none" ? undefined : weights, regions, equirect };
}

type Unproject = (x: number, y: number) => readonly [x: number, y: number, z: number];

function bound(spec: ProjectionSpec, width: number, height: number): { readonly unproject: Unproject } {
	if (spec.kind === "none") return { unproject: () => [0, 0, -1] };
	const projection = createProjection(spec, width, height);
	return {
		unproject: (x, y) => {
			const [rayX, rayY, rayZ] = projection.unproject(x, y);
			const length = Math.hypot(rayX, rayY, rayZ);
			return [rayX / length, rayY / length, rayZ / length];
		},
	};
}

/** Half of the step by which rays are compared, pixels. */
const HALF_STEP = 0.5;

/** Solid angle of the pixel around a place; 0 where the picture shows nothing. */
function solidAngle(unproject: Unproject, x: number, y: number): number {
	const difference = (from: ReturnType<Unproject>, to: ReturnType<Unproject>) => [
		to[0] - from[0],
		to[1] - from[1],
		to[2] - from[2],
	];
	const [ax = 0, ay = 0, az = 0] = difference(unproject(x - HALF_STEP, y), unproject(x + HALF_STEP, y));
	const [bx = 0, by = 0, bz = 0] = difference(unproject(x, y - HALF_STEP), unproject(x, y + HALF_STEP));
	const angle = Math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx);
	return Number.isFinite(angle) ? angle : 0;
}

function sphereRegions([x, y, z]: ReturnType<Unproject>): readonly string[] {
	const latitude = (Math.asin(Math.min(1, Math.max(-1, y))) * 180) / Math.PI;
	if (Math.abs(latitude) > POLE_DEG) return ["poles"];
	if (!(Math.abs(latitude) < FRONT_DEG)) return [];
	const longitude = Math.abs((Math.atan2(x, -z) * 180) / Math.PI);
	return longitude < FRONT_DEG ? ["front"] : longitude > 180 - FRONT_DEG ? ["seam"] : [];
}

function flatRegions(across: number, down: number): readonly string[] {
	const quadrant = `${down < 0.5 ? "upper" : "lower"} ${across < 0.5 ? "left" : "right"}`;
	const central = Math.abs(across - 0.5) < 0.25 && Math.abs(down - 0.5) < 0.25;
	return central ? ["centre", quadrant] : [quadrant];
}

/**
 * The mean squared difference weighted by solid angle, as WS-PSNR has it. Equirectangular
 * pictures have the weight of each row's latitude (360Lib, and Sun, Lu and Yu 2017), others that of
 * each block.
 */
export function weightedError(error: PlaneError, map: SphereMap, stereo: StereoLayout): number {
	if (map.equirect !== undefined) return rowWeightedError(error, map.equirect, stereo);
	let sum = 0;
	let total = 0;
	for (const [block, weight] of (map.weights ?? []).entries()) {
		sum += weight * error.blocks[block]!;
		total += weight * error.samples[block]!;
	}
	return sum / total;
}

function rowWeightedError(
	{ rows, width, height }: PlaneError,
	{ topDeg, bottomDeg }: { readonly topDeg: number; readonly bottomDeg: number },
	stereo: StereoLayout,
): number {
	const eyeHeight = /top/.test(stereo) ? height / 2 : height;
	let sum = 0;
	let total = 0;
	for (const [row, error] of rows.entries()) {
		const latitude = topDeg + (((row % eyeHeight) + 0.5) / eyeHeight) * (bottomDeg - topDeg);
		const weight = Math.cos((latitude * Math.PI) / 180);
		sum += weight * error;
		total += weight * width;
	}
	return sum / total;
}

/** The mean squared difference in a region; NaN for a region that the picture does not show. */
export function regionError(error: PlaneError, { blocks }: Region): number {
	let sum = 0;
	let total = 0;
	for (const [block, inside] of blocks.entries()) {
		if (inside === 0) continue;
		sum += error.blocks[block]!;
		total += error.samples[block]!;
	}
	return sum / total;
}
