import type { ProjectionSpec } from "./projection.ts";
import { RAD_PER_DEG } from "./rotation.ts";
import { MAX_FOV_DEG, MIN_FOV_DEG } from "./view.ts";

/**
 * The lenses that a viewer chooses from: the pinhole camera, Pannini's projection with d = 1, which
 * shows wide views without stretched sides, and the stereographic projection, which shows a little
 * planet when it looks down.
 */
export const VIEWER_LENSES = ["flat", "pannini", "little-planet"] as const;
/** A lens by name, as the protocol, the page and the server call it. */
export type ViewerLens = (typeof VIEWER_LENSES)[number];

/**
 * The lenses that a picture may have been drawn through: those that viewers choose, a flat view
 * that is squeezed towards its edges, a projection of the application's own, and none, which is a
 * source without a sphere. A picture through the last two can't be shown in another direction.
 */
export const PICTURE_LENSES = [...VIEWER_LENSES, "foveated", "custom", "none"] as const;
/** The name of a lens in `PICTURE_LENSES`. */
export type PictureLens = (typeof PICTURE_LENSES)[number];

/** The horizontal field of view of a lens, degrees. */
export interface LensFov {
	readonly minFovDeg: number;
	readonly maxFovDeg: number;
}

/** The fields of view that each lens can show. */
export const LENS_FOV: Readonly<Record<ViewerLens, LensFov>> = {
	flat: { minFovDeg: MIN_FOV_DEG, maxFovDeg: MAX_FOV_DEG },
	pannini: { minFovDeg: MIN_FOV_DEG, maxFovDeg: 240 },
	"little-planet": { minFovDeg: MIN_FOV_DEG, maxFovDeg: 340 },
};

/** The nearest field of view that the lens can show, degrees. */
export function clampLensFov(lens: ViewerLens, fovDeg: number): number {
	const { minFovDeg, maxFovDeg } = LENS_FOV[lens];
	return Math.min(maxFovDeg, Math.max(minFovDeg, fovDeg));
}

/**
 * Half the width of the view on the lens's picture plane, at a distance of 1. Pannini's plane with
 * d = 1 is 2 tan(longitude / 2) wide, the stereographic one 2 tan(angle / 2).
 */
export function lensHalfWidth(lens: ViewerLens, fovDeg: number): number {
	const halfRad = (fovDeg / 2) * RAD_PER_DEG;
	return lens === "flat" ? Math.tan(halfRad) : 2 * Math.tan(halfRad / 2);
}

/** The horizontal field of view, degrees, at which half of the view is `halfWidth` wide. */
export function lensFovDeg(lens: ViewerLens, halfWidth: number): number {
	const halfRad = lens === "flat" ? Math.atan(halfWidth) : 2 * Math.atan(halfWidth / 2);
	return (2 * halfRad) / RAD_PER_DEG;
}

/**
 * The direction that is seen at a place of the lens's picture plane, in the view's axes, length 1.
 *
 * @param x to the right of the middle, at a distance of 1 as `lensHalfWidth`.
 * @param y upward.
 */
export function lensRay(lens: ViewerLens, x: number, y: number): readonly [x: number, y: number, z: number] {
	switch (lens) {
		case "flat": {
			const length = Math.hypot(x, y, 1);
			return [x / length, y / length, -1 / length];
		}
		case "pannini": {
			const longitude = 2 * Math.atan(x / 2);
			// The distance from the point of projection, behind the viewer, to the cylinder.
			const latitude = Math.atan((y * (1 + Math.cos(longitude))) / 2);
			const level = Math.cos(latitude);
			return [Math.sin(longitude) * level, Math.sin(latitude), -Math.cos(longitude) * level];
		}
		case "little-planet": {
			const radius = Math.hypot(x, y);
			const angle = 2 * Math.atan(radius / 2);
			// sin(angle) / radius, also in the middle.
			const share = 1 / (1 + (radius * radius) / 4);
			return [x * share, y * share, -Math.cos(angle)];
		}
	}
}

/**
 * The projection of a lens.
 *
 * @param fovDeg horizontal; brought into the lens's bounds.
 * @returns `undefined` for the flat lens, which is a pinhole camera.
 */
export function lensProjection(lens: ViewerLens, fovDeg: number): ProjectionSpec | undefined {
	const clamped = clampLensFov(lens, fovDeg);
	if (lens === "flat") return undefined;
	return lens === "pannini" ? { kind: "pannini", d: 1, fovDeg: clamped } : { kind: "stereographic", fovDeg: clamped };
}
