import type { Quaternion } from "../media/rotation.ts";
import type { RobotModel } from "../skeleton/robot-model.ts";
import type { Vector3 } from "../skeleton/vector.ts";

/**
 * The axes that an object stands in: those of the world, with the camera at their origin, or those
 * of the head, +X right, +Y up, -Z where it looks.
 */
export type OverlayFrame = "world" | "head";

interface CommonParts {
	readonly frame: OverlayFrame;
	/** `#rrggbb` or `#rrggbbaa`. */
	readonly color: string;
}

/** Lines: each strip joins its positions, `x y z x y z`, metres. */
export interface LinesObject extends CommonParts {
	readonly kind: "lines";
	/** In CSS pixels; in a headset a pixel is 0.05 degrees. */
	readonly width: number;
	readonly strips: readonly (readonly number[])[];
}

/** Round points at positions, `x y z x y z`, metres. */
export interface PointsObject extends CommonParts {
	readonly kind: "points";
	/** Their width, in pixels as of lines. */
	readonly size: number;
	readonly positions: readonly number[];
}

/** Texts, each with its middle at a position, `x y z x y z`, metres. */
export interface LabelsObject extends CommonParts {
	readonly kind: "labels";
	/** The height of a line of text, in pixels as of lines. */
	readonly size: number;
	readonly texts: readonly string[];
	readonly positions: readonly number[];
}

/** Boxes with edges and translucent faces. */
export interface BoxesObject extends CommonParts {
	readonly kind: "boxes";
	/** The width of their edges, in pixels as of lines. */
	readonly width: number;
	/** Opacity of their faces, 0 to 1, times that of the colour. */
	readonly fill: number;
	/** The middle, `x y z`, of each. */
	readonly centers: readonly number[];
	/** The whole length of the three sides of each, metres. */
	readonly sizes: readonly number[];
	/** A quaternion xyzw for each; empty: none is turned. */
	readonly rotations: readonly number[];
}

/** A translucent robot. */
export interface RobotObject extends CommonParts {
	readonly kind: "robot";
	/** The place of its base, whose axes are X forward, Y left and Z up. */
	readonly position: Vector3;
	/** Turns the base's axes into those of `frame`. */
	readonly rotation: Quaternion;
	readonly model: RobotModel;
	/** One for each driven joint, radians or metres. */
	readonly joints: readonly number[];
}

/** An object that is drawn over a view. */
export type OverlayObject = LinesObject | PointsObject | LabelsObject | BoxesObject | RobotObject;

/** A touch with a stated meaning, or with a strength, a length and a hand. */
export type PulseObject =
	| { readonly meaning: PulseMeaning }
	| {
			/** 0 to 1. */
			readonly intensity: number;
			readonly durationMs: number;
			readonly hand: "left" | "right" | "both";
	  };

/** The meanings of touches that every client knows. */
export const PULSE_MEANINGS = ["hold", "released", "warning"] as const;

/**
 * `hold`: control is on hold; `released`: it is given again; `warning`: something wants the
 * person's attention.
 */
export type PulseMeaning = (typeof PULSE_MEANINGS)[number];
