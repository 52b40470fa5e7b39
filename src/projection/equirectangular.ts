import type { Point, Projection, Ray } from "./geometry.ts";

/**
 * The whole sphere, longitude across and latitude down: `lon = atan2(x, -z)`, `lat = asin(y)`. The
 * picture's centre looks forward, its upper edge is the zenith, its left and right edges are one
 * meridian behind. A picture that is not 2:1 has pixels that are not square, nothing else.
 */
export class Equirectangular implements Projection {
	readonly width: number;
	readonly height: number;

	constructor(width: number, height: number) {
		this.width = width;
		this.height = height;
	}

	get periodX(): number {
		return this.width;
	}

	unproject(x: number, y: number): Ray {
		const longitude = (x / this.width - 0.5) * 2 * Math.PI;
		const latitude = (0.5 - y / this.height) * Math.PI;
		const away = Math.cos(latitude);
		return [away * Math.sin(longitude), Math.sin(latitude), -away * Math.cos(longitude)];
	}

	project([x, y, z]: Ray): Point {
		const longitude = Math.atan2(x, -z);
		// asin(y / length) loses half of its digits near the poles; this does not.
		const latitude = Math.atan2(y, Math.sqrt(x * x + z * z));
		return [(0.5 + longitude / (2 * Math.PI)) * this.width, (0.5 - latitude / Math.PI) * this.height];
	}
}
