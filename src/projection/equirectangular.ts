import type { Point, Projection, Ray, SphereBounds } from "../media/projection.ts";
import { NOWHERE } from "./continued-projection.ts";

const NOTHING_CROPPED: SphereBounds = { top: 0, bottom: 0, left: 0, right: 0 };
/** Rounding that a ray at the border of a cropped picture may suffer, radians. */
const BORDER_TOLERANCE = 1e-9;

/**
 * The whole sphere, longitude across and latitude down: `lon = atan2(x, -z)`, `lat = asin(y)`. The
 * whole picture's centre looks forward, its upper edge is the zenith, its left and right edges are
 * one meridian behind. A picture that is not 2:1 has pixels that are not square, nothing else.
 */
export class Equirectangular implements Projection {
	readonly width: number;
	readonly height: number;
	/** Parts of the sphere's width and height that are cropped away. */
	readonly bounds: SphereBounds;
	/** Columns and rows of the whole sphere at this picture's scale. */
	readonly #sphereWidth: number;
	readonly #sphereHeight: number;
	/** Longitude and latitude of the picture's middle and half of its extent, radians. */
	readonly #longitude: number;
	readonly #halfLongitude: number;
	readonly #latitude: number;
	readonly #halfLatitude: number;

	/**
	 * @param bounds the picture shows what they leave of the sphere.
	 * @throws {RangeError} when `bounds` are not fractions, or leave nothing.
	 */
	constructor(width: number, height: number, bounds: SphereBounds = NOTHING_CROPPED) {
		const { top, bottom, left, right } = bounds;
		const fractions = [top, bottom, left, right];
		if (!fractions.every((each) => each >= 0 && each < 1) || left + right >= 1 || top + bottom >= 1) {
			throw new RangeError(
				"bounds are four fractions of the sphere, from 0 to less than 1, that are cropped at the top, " +
					`bottom, left and right and leave a part of it; got ${fractions.join(", ")}.`,
			);
		}
		this.width = width;
		this.height = height;
		this.bounds = bounds;
		this.#sphereWidth = width / (1 - left - right);
		this.#sphereHeight = height / (1 - top - bottom);
		this.#longitude = (left - right) * Math.PI;
		this.#halfLongitude = (1 - left - right) * Math.PI;
		this.#latitude = ((bottom - top) * Math.PI) / 2;
		this.#halfLatitude = ((1 - top - bottom) * Math.PI) / 2;
	}

	/** `Projection.periodX`: the width when the picture goes all the way around. */
	get periodX(): number {
		return this.bounds.left + this.bounds.right === 0 ? this.width : 0;
	}

	/** `Projection.unproject`. */
	unproject(x: number, y: number): Ray {
		const longitude = this.#longitude + ((x - this.width / 2) / this.#sphereWidth) * 2 * Math.PI;
		const latitude = this.#latitude + ((this.height / 2 - y) / this.#sphereHeight) * Math.PI;
		const away = Math.cos(latitude);
		return [away * Math.sin(longitude), Math.sin(latitude), -away * Math.cos(longitude)];
	}

	/** `Projection.project`. */
	project(ray: Ray): Point {
		return this.#isWhole || this.visibility(ray) >= -BORDER_TOLERANCE ? this.extended(ray) : NOWHERE;
	}

	/** `Projection.extended`: the same formula for the whole sphere. */
	extended([x, y, z]: Ray): Point {
		const longitude = nearMeridian(Math.atan2(x, -z) - this.#longitude);
		// asin(y / length) loses half of its digits near the poles; this does not.
		const latitude = Math.atan2(y, Math.sqrt(x * x + z * z)) - this.#latitude;
		return [
			this.width / 2 + (longitude / (2 * Math.PI)) * this.#sphereWidth,
			this.height / 2 - (latitude / Math.PI) * this.#sphereHeight,
		];
	}

	/** `Projection.visibility`. */
	visibility([x, y, z]: Ray): number {
		if (this.#isWhole) return Math.PI;
		const away = Math.sqrt(x * x + z * z);
		const latitude = Math.atan2(y, away) - this.#latitude;
		// A side that is not cropped is no border: the poles, and the meridian behind.
		const up = this.bounds.top === 0 ? Math.PI : this.#halfLatitude - latitude;
		const down = this.bounds.bottom === 0 ? Math.PI : this.#halfLatitude + latitude;
		if (this.periodX > 0) return Math.min(up, down);
		const longitude = nearMeridian(Math.atan2(x, -z) - this.#longitude);
		const across = (this.#halfLongitude - Math.abs(longitude)) * (away / Math.sqrt(away * away + y * y));
		return Math.min(up, down, across);
	}

	get #isWhole(): boolean {
		const { top, bottom, left, right } = this.bounds;
		return top + bottom + left + right === 0;
	}
}

/** The same longitude within half a turn of 0, radians. */
function nearMeridian(longitude: number): number {
	if (longitude > Math.PI) return longitude - 2 * Math.PI;
	return longitude < -Math.PI ? longitude + 2 * Math.PI : longitude;
}
