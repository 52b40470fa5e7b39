import type { ProjectionSpec } from "../media/projection.ts";
import { createProjection } from "../projection/create-projection.ts";
import { DEFAULT_FOVEATED_SHARE } from "../projection/foveated.ts";

/** Size of a picture, pixels. */
export interface PictureSize {
	readonly width: number;
	readonly height: number;
}

/** Width of a picture by its height where nothing states it: the shape of screens. */
const SCREEN_SHAPE = 16 / 9;
/** Samples of the density of a picture, across and down. */
const PROBES = 24;
/** Longest side of a picture that is not asked for. */
const LONGEST_SIDE = 16_384;

/**
 * The size of a picture of `spec`: as asked for, or with the pixel density of a source.
 *
 * @param asked a side that is `undefined` follows from the other.
 * @param density pixels for each radian of the source.
 * @param source size of one eye's picture.
 */
export function outputSize(
	spec: ProjectionSpec,
	asked: { readonly width: number | undefined; readonly height: number | undefined },
	density: number,
	source: PictureSize,
): PictureSize {
	const own = sizeByDensity(spec, density, source);
	const shape = own.width / own.height;
	if (asked.width !== undefined) return { width: asked.width, height: asked.height ?? even(asked.width / shape) };
	if (asked.height !== undefined) return { width: even(asked.height * shape), height: asked.height };
	const shrink = Math.min(1, LONGEST_SIDE / Math.max(own.width, own.height));
	return { width: even(own.width * shrink), height: even(own.height * shrink) };
}

/**
 * Pixels for each radian in the parts of the picture where they are fewest, but for its edges: the
 * root of pixels by solid angle.
 */
export function pixelDensity(spec: ProjectionSpec, { width, height }: PictureSize): number {
	if (spec.kind === "none") return width / (Math.PI / 2);
	if (spec.kind === "equirect") {
		const { left, right } = spec.bounds ?? NOTHING_CROPPED;
		return width / (2 * Math.PI * (1 - left - right));
	}
	const projection = createProjection(spec, width, height);
	const densities: number[] = [];
	for (let row = 0; row < PROBES; row++)
		for (let column = 0; column < PROBES; column++) {
			const x = ((column + 0.5) * width) / PROBES;
			const y = ((row + 0.5) * height) / PROBES;
			const density = 1 / Math.sqrt(solidAngle(projection.unproject.bind(projection), x, y));
			if (Number.isFinite(density)) densities.push(density);
		}
	densities.sort((a, b) => a - b);
	return densities[Math.floor(densities.length / 10)] ?? width / (2 * Math.PI);
}

const NOTHING_CROPPED = { top: 0, bottom: 0, left: 0, right: 0 };

/** Solid angle of the pixel at `(x, y)`; NaN where there is no picture. */
function solidAngle(unproject: (x: number, y: number) => readonly [number, number, number], x: number, y: number) {
	const [a, b, c] = [unproject(x, y), unproject(x + 0.5, y), unproject(x, y + 0.5)].map(unit);
	if (a === undefined || b === undefined || c === undefined) return Number.NaN;
	const across = [b[0] - a[0], b[1] - a[1], b[2] - a[2]] as const;
	const down = [c[0] - a[0], c[1] - a[1], c[2] - a[2]] as const;
	return (
		4 *
		Math.hypot(
			across[1] * down[2] - across[2] * down[1],
			across[2] * down[0] - across[0] * down[2],
			across[0] * down[1] - across[1] * down[0],
		)
	);
}

function unit([x, y, z]: readonly [number, number, number]): readonly [number, number, number] {
	const length = Math.hypot(x, y, z);
	return [x / length, y / length, z / length];
}

/** Angles of pictures whose options state none, degrees: the defaults of `ProjectionSpec`. */
function sizeByDensity(spec: ProjectionSpec, density: number, source: PictureSize): PictureSize {
	const circle = 2 * Math.PI * density;
	const arc = (deg: number) => (circle * deg) / 360;
	const screen = (width: number) => ({ width, height: width / SCREEN_SHAPE });
	switch (spec.kind) {
		case "equirect": {
			const { left, right, top, bottom } = spec.bounds ?? NOTHING_CROPPED;
			return { width: circle * (1 - left - right), height: (circle / 2) * (1 - top - bottom) };
		}
		case "perspective":
			return perspectiveSize(spec, density);
		case "cubemap":
			return cubeSize(spec.layout, circle / 4);
		case "eac":
			return cubeSize(spec.layout, circle / 4);
		case "gopro-max":
			return { width: circle, height: circle / 3 };
		case "fisheye":
			return { width: arc(spec.fovDeg ?? 180), height: arc(spec.fovDeg ?? 180) };
		case "dual-fisheye": {
			const side = arc(spec.fovDeg ?? 190);
			return spec.layout === "stacked" ? { width: side, height: 2 * side } : { width: 2 * side, height: side };
		}
		case "kannala-brandt":
		case "mei":
		case "double-sphere":
			return { width: 2 * spec.cx + 1, height: 2 * spec.cy + 1 };
		case "stereographic":
			return { width: circle / 2, height: circle / 2 };
		case "cylindrical":
			return { width: arc(spec.fovDeg ?? 360), height: arc(spec.fovDeg ?? 360) / 2 };
		case "mercator":
			return { width: arc(spec.fovDeg ?? 360), height: arc(spec.fovDeg ?? 360) };
		case "foveated": {
			const { width, height } = perspectiveSize(spec, density);
			const side = Math.sqrt(spec.share ?? DEFAULT_FOVEATED_SHARE);
			return { width: width * side, height: height * side };
		}
		case "pannini":
			return screen(arc(spec.fovDeg ?? 150));
		default:
			return source;
	}
}

function perspectiveSize(
	{ fovDeg, anglesDeg, calibration }: Omit<Extract<ProjectionSpec, { kind: "perspective" }>, "kind">,
	density: number,
): PictureSize {
	const tangent = (deg: number) => Math.tan((deg * Math.PI) / 180);
	if (calibration !== undefined) return { width: 2 * calibration.cx + 1, height: 2 * calibration.cy + 1 };
	if (anglesDeg === undefined) {
		const width = 2 * tangent((fovDeg ?? DEFAULT_FOV_DEG) / 2) * density;
		return { width, height: width / SCREEN_SHAPE };
	}
	const { left, right, up, down } = anglesDeg;
	return { width: (tangent(left) + tangent(right)) * density, height: (tangent(up) + tangent(down)) * density };
}

/** Horizontal field of view of flat views that state none. */
export const DEFAULT_FOV_DEG = 90;

function cubeSize(layout: Extract<ProjectionSpec, { kind: "cubemap" }>["layout"], face: number): PictureSize {
	const grid = typeof layout === "object" ? layout : CUBE_SHAPES[layout ?? "c3x2"];
	const side = even(face);
	return { width: grid.columns * side, height: grid.rows * side };
}

const CUBE_SHAPES = {
	c3x2: { columns: 3, rows: 2 },
	google: { columns: 3, rows: 2 },
	c6x1: { columns: 6, rows: 1 },
	c1x6: { columns: 1, rows: 6 },
	cross: { columns: 4, rows: 3 },
} as const;

function even(size: number): number {
	return Math.max(2, Math.round(size / 2) * 2);
}
