import type { SphereMapSpec } from "../media/projection.ts";
import { NO_RAY } from "./continued-projection.ts";
import type { Point, Projection, Ray } from "./geometry.ts";

/** A map of the whole sphere on a square from -1 to 1, x to the right and y upward. */
interface SphereMap {
	place(ray: Ray): Point;
	/** NaN where the map has ended. */
	ray(x: number, y: number): Ray;
}

/** A map of the whole sphere that fills a picture of any shape. */
export class SphereMapProjection implements Projection {
	readonly width: number;
	readonly height: number;
	readonly #map: SphereMap;

	constructor(name: SphereMapSpec["kind"], width: number, height: number) {
		this.width = width;
		this.height = height;
		this.#map = MAPS[name];
	}

	/** `Projection.unproject`. */
	unproject(x: number, y: number): Ray {
		return this.#map.ray((2 * x) / this.width - 1, 1 - (2 * y) / this.height);
	}

	/** `Projection.project`. */
	project(ray: Ray): Point {
		const [x, y] = this.#map.place(ray);
		return [((x + 1) / 2) * this.width, ((1 - y) / 2) * this.height];
	}
}

/**
 * Lambert's azimuthal equal-area map: Snyder, "Map Projections" (1987), equation 24-2. The rim is
 * straight behind. v360's `ball`.
 */
const BALL: SphereMap = {
	place([x, y, z]) {
		const away = Math.sqrt(x * x + y * y);
		if (away === 0) return z < 0 ? [0, 0] : [0, 1];
		const radius = Math.sin(Math.atan2(away, -z) / 2);
		return [(x / away) * radius, (y / away) * radius];
	},
	ray(x, y) {
		const squared = x * x + y * y;
		if (squared > 1) return NO_RAY;
		const scale = 2 * Math.sqrt(1 - squared);
		return [x * scale, y * scale, 2 * squared - 1];
	},
};

/** Hammer's equal-area map: Snyder, "An Album of Map Projections" (1989), page 160. */
const HAMMER: SphereMap = {
	place([x, y, z]) {
		const length = Math.hypot(x, y, z);
		const half = Math.atan2(x, -z) / 2;
		const away = Math.sqrt(x * x + z * z) / length;
		const depth = Math.sqrt(1 + away * Math.cos(half));
		return [(away * Math.sin(half)) / depth, y / length / depth];
	},
	ray(x, y) {
		const squared = x * x + y * y;
		if (squared > 1) return NO_RAY;
		const depth = Math.sqrt(1 - squared / 2);
		const sine = Math.SQRT2 * y * depth;
		const longitude = 2 * Math.atan2(Math.SQRT2 * x * depth, 1 - squared);
		const away = Math.sqrt(Math.max(0, 1 - sine * sine));
		return [away * Math.sin(longitude), sine, -away * Math.cos(longitude)];
	},
};

/** The sinusoidal equal-area map: Snyder, "Map Projections" (1987), equations 30-1 and 30-2. */
const SINUSOIDAL: SphereMap = {
	place([x, y, z]) {
		const away = Math.sqrt(x * x + z * z);
		const latitude = Math.atan2(y, away);
		return [(Math.atan2(x, -z) / Math.PI) * Math.cos(latitude), latitude / (Math.PI / 2)];
	},
	ray(x, y) {
		const latitude = (y * Math.PI) / 2;
		const away = Math.cos(latitude);
		if (Math.abs(x) > away || Math.abs(y) > 1) return NO_RAY;
		const longitude = away > 0 ? (x / away) * Math.PI : 0;
		return [away * Math.sin(longitude), Math.sin(latitude), -away * Math.cos(longitude)];
	},
};

/**
 * An octahedron, front in the middle, unfolded to a square: Engelhardt and Dachsbacher,
 * "Octahedron environment maps" (2008).
 */
const OCTAHEDRON: SphereMap = {
	place([x, y, z]) {
		const sum = Math.abs(x) + Math.abs(y) + Math.abs(z);
		const [across, up] = [x / sum, y / sum];
		if (z <= 0) return [across, up];
		return [(1 - Math.abs(up)) * signOf(across), (1 - Math.abs(across)) * signOf(up)];
	},
	ray(x, y) {
		const depth = 1 - Math.abs(x) - Math.abs(y);
		if (depth >= 0) return [x, y, -depth];
		return [(1 - Math.abs(y)) * signOf(x), (1 - Math.abs(x)) * signOf(y), -depth];
	},
};

function signOf(value: number): 1 | -1 {
	return value < 0 ? -1 : 1;
}

/** Outward normals of a tetrahedron's faces. */
const TETRAHEDRON_FACES: readonly Ray[] = [
	[1, -1, 1],
	[-1, 1, 1],
	[1, 1, -1],
	[-1, -1, -1],
];

/**
 * A tetrahedron, unfolded to a rectangle of two strips, down at the top: `tetrahedron_to_xyz` of
 * FFmpeg's vf_v360.c.
 */
const TETRAHEDRON: SphereMap = {
	place([x, y, z]) {
		const depth = Math.max(...TETRAHEDRON_FACES.map(([nx, ny, nz]) => nx * x + ny * y + nz * z));
		const [across, down, back] = [x / depth, -y / depth, z / depth];
		// The first half of the columns runs to the right, the second back to the left. In the half
		// of its face the fold of `ray` gives the third coordinate back.
		const first = (across - 1) / 2;
		const second = (1 - across) / 2;
		const isFirst = tetrahedronError(first, down, back) <= tetrahedronError(second, down, back);
		return [isFirst ? first : second, down];
	},
	ray(x, y) {
		return [x < 0 ? 2 * x + 1 : 1 - 2 * x, -y, tetrahedronDepth(x, y)];
	},
};

function tetrahedronDepth(x: number, y: number): number {
	return 1 - 2 * Math.abs(1 - Math.abs((1 - y) / 2 - x));
}

function tetrahedronError(x: number, y: number, depth: number): number {
	return Math.abs(tetrahedronDepth(x, y) - depth);
}

/** Latitude at which barrel maps change from a cylinder to flat caps. */
const CAP_LATITUDE = Math.PI / 4;
/** Part of its rectangle that each piece of a barrel covers: the rest repeats its neighbours. */
const BARREL_SCALE = 0.99;

/**
 * Facebook's barrel, as in `barrel_to_xyz` of vf_v360.c: latitudes up to 45 degrees in the left
 * four fifths, the caps above and below in the last fifth.
 */
const BARREL: SphereMap = {
	place([x, y, z]) {
		const latitude = Math.atan2(y, Math.sqrt(x * x + z * z));
		if (Math.abs(latitude) < CAP_LATITUDE) {
			const across = (Math.atan2(x, -z) / Math.PI) * BARREL_SCALE;
			return [-0.2 + 0.8 * across, (latitude / CAP_LATITUDE) * BARREL_SCALE];
		}
		const [across, down] = [(x / Math.abs(y)) * BARREL_SCALE, (z / y) * BARREL_SCALE];
		return [0.8 + 0.2 * across, (y > 0 ? 0.5 : -0.5) + 0.5 * down];
	},
	ray(x, y) {
		if (x < 0.6) {
			const longitude = (((x + 0.2) / 0.8) * Math.PI) / BARREL_SCALE;
			const latitude = (y * CAP_LATITUDE) / BARREL_SCALE;
			const away = Math.cos(latitude);
			return [away * Math.sin(longitude), Math.sin(latitude), -away * Math.cos(longitude)];
		}
		const across = (x - 0.8) / 0.2 / BARREL_SCALE;
		const up = (y > 0 ? y - 0.5 : y + 0.5) / 0.5 / BARREL_SCALE;
		return y > 0 ? [across, 1, up] : [across, -1, -up];
	},
};

/**
 * The barrel split into a front and a back half, as in `barrelsplit_to_xyz` of vf_v360.c: each half
 * has 180 degrees of longitude in two thirds of the width, and two half caps beside it.
 */
const BARREL_SPLIT: SphereMap = {
	place([x, y, z]) {
		const isBack = z > 0;
		const latitude = Math.atan2(y, Math.sqrt(x * x + z * z));
		// Around the half's own middle: to the right of a viewer who looks at it.
		const [across, away] = isBack ? [-x, z] : [x, -z];
		const middle = isBack ? -0.5 : 0.5;
		if (Math.abs(latitude) <= CAP_LATITUDE) {
			const right = Math.atan2(across, away) / (Math.PI / 2);
			return [-1 / 3 + (2 / 3) * right, middle + latitude / CAP_LATITUDE / 2];
		}
		const right = across / Math.abs(y);
		const depth = away / Math.abs(y);
		// The half caps touch the upper and the lower half with the viewer's side.
		return [2 / 3 + right / 3, y > 0 ? middle + 0.5 - depth / 2 : middle - 0.5 + depth / 2];
	},
	ray(x, y) {
		const isBack = y < 0;
		const middle = isBack ? -0.5 : 0.5;
		if (x < 1 / 3) {
			const longitude = ((x + 1 / 3) / (2 / 3)) * (Math.PI / 2) + (isBack ? Math.PI : 0);
			const latitude = (y - middle) * 2 * CAP_LATITUDE;
			const cosine = Math.cos(latitude);
			return [cosine * Math.sin(longitude), Math.sin(latitude), -cosine * Math.cos(longitude)];
		}
		const across = (x - 2 / 3) * 3;
		const isUpper = y >= middle;
		const away = isUpper ? (middle + 0.5 - y) * 2 : (y - middle + 0.5) * 2;
		const up = isUpper ? 1 : -1;
		return isBack ? [-across, up, away] : [across, up, -away];
	},
};

/**
 * A truncated square pyramid, as in `tspyramid_to_xyz` of vf_v360.c: the front face fills the left
 * half; the back face is a small square in the right one, and the others are trapezia around it.
 * Here in shares of the width from the left and of the height from the top.
 */
const PYRAMID: SphereMap = {
	place([x, y, z]) {
		const [ax, ay, az] = [Math.abs(x), Math.abs(y), Math.abs(z)];
		const depth = Math.max(ax, ay, az);
		const [right, down, front] = [(x / depth + 1) / 2, (1 - y / depth) / 2, (1 - z / depth) / 2];
		if (az >= ax && az >= ay) {
			if (z < 0) return fromShares(0.5 * right, down);
			return fromShares(0.8125 - 0.125 * right, 0.375 + 0.25 * down);
		}
		if (ax >= ay) {
			const u = x > 0 ? 0.5 + 0.1875 * (1 - front) : 0.8125 + 0.1875 * front;
			return fromShares(u, x > 0 ? down * (3 - 4 * u) + 2 * u - 1 : down * (4 * u - 3) - 2 * u + 2);
		}
		if (y > 0) {
			const v = 0.375 * (1 - front);
			return fromShares(1 - 0.5 * v - right * (0.5 - v), v);
		}
		const v = 1 - 0.375 * (1 - front);
		return fromShares(0.5 + 0.5 * v - right * (v - 0.5), v);
	},
	ray(x, y) {
		const [u, v] = [(x + 1) / 2, (1 - y) / 2];
		const ray = (right: number, down: number, front: number): Ray => [2 * right - 1, 1 - 2 * down, 1 - 2 * front];
		if (u < 0.5) return ray(2 * u, v, 1);
		const [fromTop, fromBottom] = [v, 1 - v];
		if (u >= 0.6875 && u < 0.8125 && v >= 0.375 && v < 0.625) return ray((0.8125 - u) * 8, (v - 0.375) * 4, 0);
		const isAtLeft = u < 0.6875 && fromTop >= 2 * u - 1 && fromBottom >= 2 * u - 1;
		if (isAtLeft) return ray(1, (v - 2 * u + 1) / (3 - 4 * u), 1 - (u - 0.5) / 0.1875);
		const isAtRight = u >= 0.8125 && fromTop >= 2 - 2 * u && fromBottom >= 2 - 2 * u;
		if (isAtRight) return ray(0, (v + 2 * u - 2) / (4 * u - 3), (u - 0.8125) / 0.1875);
		if (v < 0.375) return ray((1 - u - 0.5 * v) / (0.5 - v), 0, 1 - v / 0.375);
		return ray((0.5 - u + 0.5 * v) / (v - 0.5), 1, 1 - (1 - v) / 0.375);
	},
};

function fromShares(u: number, v: number): Point {
	return [2 * u - 1, 1 - 2 * v];
}

const MAPS: Readonly<Record<SphereMapSpec["kind"], SphereMap>> = {
	ball: BALL,
	hammer: HAMMER,
	sinusoidal: SINUSOIDAL,
	octahedron: OCTAHEDRON,
	tetrahedron: TETRAHEDRON,
	barrel: BARREL,
	barrelsplit: BARREL_SPLIT,
	tspyramid: PYRAMID,
};
