import { IDENTITY, RAD_PER_DEG } from "../../media/rotation.ts";
import { LENS_FOV, lensHalfWidth } from "../../media/viewer-lens.ts";
import type { Vector3 } from "../../skeleton/vector.ts";
import { rotationFromVector } from "./head-motion.ts";
import { type PicturePlane, placeInPicture, type WindowPlane } from "./lens-plane.ts";

/** Turns of a resting head that the margin always covers, radians: sideways, and up. */
export const REST_RAD = { sideways: 1.5 * RAD_PER_DEG, up: 0.75 * RAD_PER_DEG };
/**
 * Largest factor from the window's width to that of a picture of its shape. A picture has the same
 * pixels at any width, so this is how many times coarser it gets.
 */
export const MOST_SCALE = 1.75;
/** Shapes of pictures that differ by less are the same but for rounding. */
const SAME_SHAPE = 0.02;
/** A margin that is too small grows by this much more than needed, so that it grows rarely. */
const GROWS_BEYOND = 1.06;
/** A margin shrinks when it has been this many times too wide ... */
const TOO_WIDE = 1.1;
/** ... for this long, milliseconds. A change in the middle of a turn would only cost bits. */
const SHRINKS_AFTER_MS = 1_000;
/** A window that lies further beside its picture has leapt, and a margin would come too late. */
export const LEAPED_SCALE = 2.5;
/** Sides in which places are tangents. */
const UNIT_SIDES = { left: 1, right: 1, up: 1, down: 1 };
/** Places on the window's edge that are looked at: its corners and the middles of its sides. */
const EDGE: readonly (readonly [x: number, y: number])[] = [-1, 0, 1]
	.flatMap((x) => [-1, 0, 1].map((y) => [x, y] as const))
	.filter(([x, y]) => x !== 0 || y !== 0);

/** The present motion of a window. */
export interface WindowMotion {
	/** The window's view; its direction does not matter. */
	readonly window: WindowPlane;
	/** The view of the shown picture; `undefined` before the first. */
	readonly picture: PicturePlane | undefined;
	/** Angular velocity about the window's own axes, radians a second. */
	readonly velocity: Vector3;
	/** Time from the reading of a pose to the display of its picture, milliseconds. */
	readonly latencyMs: number;
	/** Width of the pictures divided by their height. */
	readonly pictureAspect: number;
}

/**
 * Decides how much wider than the window the pictures are to be: as wide as the window moves while
 * a picture is under way (angular velocity times latency: 6.6 degrees at 100 degrees a second and
 * 66 ms), and as wide as was lacking when the last picture was shown. It grows at once and shrinks
 * after a second of rest, by steps: each change of width costs bits. Reads no clock.
 */
export class MarginRule {
	/** NaN before the first. */
	#scale = Number.NaN;
	/** Width by which the pictures were wider than the window for the shape of both alone. */
	#shapeScale = 1;
	#widestNeed = 1;
	#tooWideSinceMs = Number.NaN;

	/**
	 * @returns the factor from the width of the window's picture plane to that of the pictures', 1
	 * where the lens allows no more.
	 */
	update(motion: WindowMotion, nowMs: number): number {
		const { lens, halfWidth } = motion.window;
		const shapeScale = coveringShape(motion);
		// Such pictures begin with a key frame, so that nothing is gained by waiting.
		if (Math.abs(shapeScale / this.#shapeScale - 1) > SAME_SHAPE) this.#scale = Number.NaN;
		this.#shapeScale = shapeScale;
		const allowed = Math.min(MOST_SCALE * shapeScale, lensHalfWidth(lens, LENS_FOV[lens].maxFovDeg) / halfWidth);
		return this.follow(neededScale(motion), allowed, nowMs);
	}

	/**
	 * @param wanted the factor that covers the present motion.
	 * @param allowed the greatest one that the lens and sharpness allow.
	 * @returns the factor to ask for.
	 */
	follow(wanted: number, allowed: number, nowMs: number): number {
		const most = Math.max(1, allowed);
		const need = Math.min(most, wanted);
		this.#scale = Number.isNaN(this.#scale) ? need : Math.min(this.#scale, most);
		if (need > this.#scale) this.#scale = Math.min(most, need * GROWS_BEYOND);
		if (need * TOO_WIDE >= this.#scale) {
			this.#tooWideSinceMs = Number.NaN;
			this.#widestNeed = 1;
			return this.#scale;
		}
		if (Number.isNaN(this.#tooWideSinceMs)) this.#tooWideSinceMs = nowMs;
		this.#widestNeed = Math.max(this.#widestNeed, need);
		if (nowMs - this.#tooWideSinceMs < SHRINKS_AFTER_MS) return this.#scale;
		this.#scale = this.#widestNeed;
		this.#tooWideSinceMs = Number.NaN;
		this.#widestNeed = 1;
		return this.#scale;
	}
}

/** The factor at which pictures that are longer than the window cover its height. */
function coveringShape({ window: { halfWidth, halfHeight }, pictureAspect }: WindowMotion): number {
	return Math.max(1, (pictureAspect * halfHeight) / halfWidth);
}

/** The factor at which the pictures cover the window through its motion. */
function neededScale(motion: WindowMotion): number {
	const { window, picture, velocity, latencyMs, pictureAspect } = motion;
	const [up, sideways, roll] = velocity.map((perSec) => (perSec * latencyMs) / 1000) as unknown as Vector3;
	const turns: readonly Vector3[] = [
		[REST_RAD.up, 0, 0],
		[0, REST_RAD.sideways, 0],
		[up, sideways, roll],
	];
	const scales = turns.flatMap((turn) =>
		[1, -1].map((sign) => {
			const rotation = rotationFromVector([turn[0] * sign, turn[1] * sign, turn[2] * sign]);
			return coveringScale(
				{ ...window, worldFromView: IDENTITY },
				{ ...window, worldFromView: rotation },
				pictureAspect,
			);
		}),
	);
	if (picture !== undefined && picture.lens === window.lens) {
		const { left, right, up, down } = picture.sides;
		const lacked = coveringScale(picture, window, (left + right) / (up + down));
		if (lacked < LEAPED_SCALE * coveringShape(motion)) scales.push(lacked);
	}
	return Math.max(...scales);
}

/**
 * The factor from the width of a window to that of a picture which covers it.
 *
 * @param picture its size does not matter.
 */
function coveringScale(picture: Omit<PicturePlane, "sides">, window: WindowPlane, pictureAspect: number): number {
	const plane = { ...picture, sides: UNIT_SIDES, foveation: undefined };
	const widths = EDGE.map(([x, y]) => {
		const place = placeInPicture(plane, window, x, y);
		return place === undefined
			? Number.POSITIVE_INFINITY
			: Math.max(Math.abs(place[0]), Math.abs(place[1]) * pictureAspect);
	});
	return Math.max(...widths) / window.halfWidth;
}
