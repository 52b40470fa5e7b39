import type { Point, Projection, Ray } from "./geometry.ts";

/** A pinhole camera with square pixels, looking along -Z. */
export class Perspective implements Projection {
	readonly width: number;
	readonly height: number;
	readonly periodX = 0;
	/** Distance of the picture plane in pixels. */
	readonly focalLength: number;

	/** @param fovRad horizontal field of view, radians, more than 0 and less than pi. */
	constructor(width: number, height: number, fovRad: number) {
		this.width = width;
		this.height = height;
		this.focalLength = width / 2 / Math.tan(fovRad / 2);
	}

	unproject(x: number, y: number): Ray {
		return [x - this.width / 2, this.height / 2 - y, -this.focalLength];
	}

	/** NaN for what is not in front of the camera. */
	project([x, y, z]: Ray): Point {
		if (!(z < 0)) return [Number.NaN, Number.NaN];
		const scale = this.focalLength / -z;
		return [this.width / 2 + x * scale, this.height / 2 - y * scale];
	}
}
