import { NOWHERE } from "./continued-projection.ts";
import type { Point, Projection, Ray } from "./geometry.ts";

/** Angles from straight ahead to the four sides of a picture, radians, positive outward. */
export interface SideAngles {
	readonly left: number;
	readonly right: number;
	readonly up: number;
	readonly down: number;
}

/** A pinhole camera that looks along -Z. */
export class Perspective implements Projection {
	readonly width: number;
	readonly height: number;
	readonly periodX = 0;
	/** Distance of the picture plane in pixels' widths. */
	readonly focalLength: number;
	/** Distance of the picture plane in pixels' heights. */
	readonly focalLengthY: number;
	/** The place of the ray straight ahead; with four angles it may lie beside the picture. */
	readonly center: Point;
	/** Unit normals of the planes through the four edges, pointing inward. */
	readonly #edges: readonly (readonly [outward: number, back: number])[];

	/**
	 * @param view horizontal field of view of a camera with square pixels, radians, more than 0 and
	 * less than pi; or an angle for each side. A negative angle puts straight ahead outside.
	 * @throws {RangeError} when two opposite sides' angles leave nothing between them.
	 */
	constructor(width: number, height: number, view: number | SideAngles) {
		this.width = width;
		this.height = height;
		if (typeof view === "number") {
			this.focalLength = this.focalLengthY = width / 2 / Math.tan(view / 2);
			this.center = [width / 2, height / 2];
		} else {
			const [left, right] = [Math.tan(view.left), Math.tan(view.right)];
			const [up, down] = [Math.tan(view.up), Math.tan(view.down)];
			if (!(left + right > 0 && up + down > 0)) {
				throw new RangeError(
					"The angles to the left and right, and those up and down, add up to more than 0; a side beyond " +
						"straight ahead has a negative one.",
				);
			}
			this.focalLength = width / (left + right);
			this.focalLengthY = height / (up + down);
			this.center = [this.focalLength * left, this.focalLengthY * up];
		}
		const [cx, cy] = this.center;
		this.#edges = [
			cx / this.focalLength,
			(width - cx) / this.focalLength,
			cy / this.focalLengthY,
			(height - cy) / this.focalLengthY,
		].map((slope) => [1 / Math.hypot(1, slope), slope / Math.hypot(1, slope)]);
	}

	/** `Projection.unproject`. */
	unproject(x: number, y: number): Ray {
		const [cx, cy] = this.center;
		return [x - cx, (cy - y) * (this.focalLength / this.focalLengthY), -this.focalLength];
	}

	/** NaN for what is not in front of the camera. */
	project([x, y, z]: Ray): Point {
		if (!(z < 0)) return NOWHERE;
		const [cx, cy] = this.center;
		return [cx - (x / z) * this.focalLength, cy + (y / z) * this.focalLengthY];
	}

	/** `Projection.visibility`: the sine of the angle to the nearest edge's plane. */
	visibility([x, y, z]: Ray): number {
		const [left, right, up, down] = this.#edges;
		const least = Math.min(
			x * left![0] - z * left![1],
			-x * right![0] - z * right![1],
			-y * up![0] - z * up![1],
			y * down![0] - z * down![1],
		);
		return least / Math.hypot(x, y, z);
	}
}
