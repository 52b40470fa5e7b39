import {
	anglesFromQuaternion,
	multiplyQuaternions,
	type Quaternion,
	quaternionFromAngles,
	RAD_PER_DEG,
} from "../media/rotation.ts";
import { MAX_FOV_DEG, MIN_FOV_DEG } from "../media/view.ts";
import type { Vector3 } from "../skeleton/vector.ts";

/** A place on the element that shows the video, CSS pixels from its centre, +x right, +y down. */
export interface Point {
	readonly x: number;
	readonly y: number;
}

/** How the video lies on its element. */
export interface Screen {
	/** Width of the element, CSS pixels. */
	readonly width: number;
	readonly height: number;
	/** Width over height of the video. */
	readonly videoAspect: number;
	/** `object-fit` of the video. */
	readonly fit: "cover" | "contain";
}

/**
 * Distance from the eye to the element, in its pixels, at which the video has its right
 * perspective.
 */
export function focalLengthPx(screen: Screen, fovDeg: number): number {
	return videoWidthPx(screen) / 2 / Math.tan((fovDeg * RAD_PER_DEG) / 2);
}

/**
 * The horizontal field of view to ask for so that the longer side of what can be seen of the video
 * spans `longSideDeg`. On an upright phone a covering video is cropped at its sides, and what is
 * left of 90 degrees would be a keyhole of 29.
 */
export function fovForScreenDeg(screen: Screen, longSideDeg: number): number {
	const focal = Math.max(screen.width, screen.height) / 2 / Math.tan((longSideDeg * RAD_PER_DEG) / 2);
	return (2 * Math.atan(videoWidthPx(screen) / 2 / focal)) / RAD_PER_DEG;
}

/** Width of the whole video on the element, CSS pixels, with what is cropped. */
function videoWidthPx({ width, height, videoAspect, fit }: Screen): number {
	return fit === "cover" ? Math.max(width, height * videoAspect) : Math.min(width, height * videoAspect);
}

/**
 * Where a viewer looks, moved by hand, by keys, or by the phone it holds. The scene is grabbed:
 * what is under the finger stays under it, at any zoom. By hand the horizon stays level. Pure
 * state; `ViewControls` feeds it.
 */
export class ViewModel {
	#yawDeg = 0;
	#pitchDeg = 0;
	#fovDeg: number;
	#homeFovDeg: number;
	readonly #minFovDeg: number;
	readonly #maxFovDeg: number;
	/**
	 * While a phone leads: its orientation. `#yawDeg` then is how far the world is turned under it.
	 */
	#device: Quaternion | undefined;
	#grabbed: Vector3 | undefined;
	/** Replace it when the element or the video changes its size. */
	screen: Screen = { width: 1600, height: 900, videoAspect: 16 / 9, fit: "cover" };

	/**
	 * @param options limits of the zoom, degrees; a view much wider than 130 degrees is all edge.
	 * @default 20 and 130
	 */
	constructor(
		options: {
			readonly fovDeg?: number | undefined;
			readonly minFovDeg?: number | undefined;
			readonly maxFovDeg?: number | undefined;
		} = {},
	) {
		this.#minFovDeg = Math.max(MIN_FOV_DEG, options.minFovDeg ?? MIN_FOV_DEG);
		this.#maxFovDeg = Math.min(MAX_FOV_DEG, options.maxFovDeg ?? 130);
		this.#homeFovDeg = this.#clampFov(options.fovDeg ?? 90);
		this.#fovDeg = this.#homeFovDeg;
	}

	/** `worldFromView`. */
	get orientation(): Quaternion {
		if (this.#device === undefined)
			return quaternionFromAngles({ yawDeg: this.#yawDeg, pitchDeg: this.#pitchDeg, rollDeg: 0 });
		return multiplyQuaternions(
			quaternionFromAngles({ yawDeg: this.#yawDeg, pitchDeg: 0, rollDeg: 0 }),
			this.#device,
		);
	}

	/** Horizontal, degrees. */
	get fovDeg(): number {
		return this.#fovDeg;
	}

	/** Sets what `reset` goes back to, and goes there if nothing was zoomed yet. */
	set homeFovDeg(fovDeg: number) {
		// A way home in many small steps ends a rounding error beside it.
		const untouched = Math.abs(this.#fovDeg - this.#homeFovDeg) < 1e-6;
		this.#homeFovDeg = this.#clampFov(fovDeg);
		if (untouched) this.#fovDeg = this.#homeFovDeg;
	}

	/** The world's direction under `point`. */
	directionAt(point: Point): Vector3 {
		return rotated(this.orientation, this.#ray(point));
	}

	/** Takes hold of what is under `point`. */
	grab(point: Point): void {
		this.#grabbed = this.directionAt(point);
	}

	/** Brings what was grabbed under `point`, as far as it goes. */
	drag(point: Point): void {
		if (this.#grabbed !== undefined) this.#show(this.#grabbed, point);
		// Where it could not follow, up or down, the finger slips and takes a new hold, so that the
		// way back works at once.
		if (this.#grabbed === undefined || !isClose(this.directionAt(point), this.#grabbed)) this.grab(point);
	}

	release(): void {
		this.#grabbed = undefined;
	}

	/** Makes things `factor` times larger; what is under `point` stays there. */
	zoom(factor: number, point: Point = { x: 0, y: 0 }): void {
		const kept = this.#grabbed ?? this.directionAt(point);
		this.#fovDeg = this.#clampFov(
			(2 * Math.atan(Math.tan((this.#fovDeg * RAD_PER_DEG) / 2) / factor)) / RAD_PER_DEG,
		);
		this.#show(kept, point);
	}

	/** Turns right and up, degrees. While a phone leads only the right counts. */
	turn(rightDeg: number, upDeg: number): void {
		this.#yawDeg = halfTurns(this.#yawDeg + rightDeg);
		if (this.#device === undefined) this.#pitchDeg = clamp(this.#pitchDeg + upDeg, -90, 90);
	}

	/** What `reset` would do: the shorter way round, and the zoom. */
	get wayHome(): { readonly rightDeg: number; readonly upDeg: number; readonly factor: number } {
		const homeYawDeg = this.#device === undefined ? 0 : -anglesFromQuaternion(this.#device).yawDeg;
		const slope = (fovDeg: number) => Math.tan((fovDeg * RAD_PER_DEG) / 2);
		return {
			rightDeg: halfTurns(homeYawDeg - this.#yawDeg),
			upDeg: -this.#pitchDeg,
			factor: slope(this.#fovDeg) / slope(this.#homeFovDeg),
		};
	}

	/**
	 * Forward, level, and the first zoom. While a phone leads its present heading becomes forward.
	 */
	reset(): void {
		this.#yawDeg = this.#device === undefined ? 0 : -anglesFromQuaternion(this.#device).yawDeg;
		this.#pitchDeg = 0;
		this.#fovDeg = this.#homeFovDeg;
	}

	/**
	 * A phone's orientation leads from now on, beginning with the present heading; `undefined`
	 * gives the lead back to the hand.
	 */
	setDevice(worldFromDevice: Quaternion | undefined): void {
		if ((worldFromDevice === undefined) !== (this.#device === undefined)) {
			const { yawDeg, pitchDeg } = anglesFromQuaternion(this.orientation);
			this.#pitchDeg = pitchDeg;
			this.#yawDeg =
				worldFromDevice === undefined
					? yawDeg
					: halfTurns(yawDeg - anglesFromQuaternion(worldFromDevice).yawDeg);
		}
		this.#device = worldFromDevice;
	}

	/** Turns so that `direction` is seen at `point`. */
	#show(direction: Vector3, point: Point): void {
		if (this.#device === undefined) {
			this.#pitchDeg = pitchToShow(direction, this.#ray(point), this.#pitchDeg);
		}
		// What is left is a turn about the vertical.
		this.#yawDeg = halfTurns(this.#yawDeg + (azimuth(direction) - azimuth(this.directionAt(point))) / RAD_PER_DEG);
	}

	/** From the eye through `point`, in the view's axes. */
	#ray({ x, y }: Point): Vector3 {
		const focal = focalLengthPx(this.screen, this.#fovDeg);
		const length = Math.hypot(x, y, focal);
		return [x / length, -y / length, -focal / length];
	}

	#clampFov(fovDeg: number): number {
		return clamp(fovDeg, this.#minFovDeg, this.#maxFovDeg);
	}
}

/**
 * The pitch at which a level camera sees along `ray` at the height of `direction`. Raising the
 * camera by p turns the ray's vertical part A, which stands at elevation e, to A sin(p + e); of the
 * two angles with the right height the one nearer to the present pitch is taken.
 */
function pitchToShow(direction: Vector3, ray: Vector3, presentDeg: number): number {
	const vertical = Math.hypot(ray[1], ray[2]);
	const elevation = Math.atan2(ray[1], -ray[2]);
	const raised = Math.asin(clamp(direction[1] / vertical, -1, 1));
	const candidates = [raised - elevation, Math.PI - raised - elevation, -Math.PI - raised - elevation].map(
		(pitch) => pitch / RAD_PER_DEG,
	);
	const nearest = candidates.reduce((best, next) =>
		Math.abs(next - presentDeg) < Math.abs(best - presentDeg) ? next : best,
	);
	return clamp(nearest, -90, 90);
}

function rotated(quaternion: Quaternion, [x, y, z]: Vector3): Vector3 {
	const [qx, qy, qz, qw] = quaternion;
	const turned = multiplyQuaternions(multiplyQuaternions(quaternion, [x, y, z, 0]), [-qx, -qy, -qz, qw]);
	return [turned[0], turned[1], turned[2]];
}

/** Radians to the right of forward. */
function azimuth([x, , z]: Vector3): number {
	return Math.atan2(x, -z);
}

function isClose(a: Vector3, b: Vector3): boolean {
	return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) < 1e-3;
}

function clamp(value: number, min: number, max: number): number {
	return Math.min(max, Math.max(min, value));
}

/** Within (-180, 180]. */
function halfTurns(angleDeg: number): number {
	const turned = ((angleDeg % 360) + 360) % 360;
	return turned > 180 ? turned - 360 : turned;
}
