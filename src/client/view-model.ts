import {
	anglesFromQuaternion,
	multiplyQuaternions,
	type Quaternion,
	quaternionFromAngles,
	RAD_PER_DEG,
} from "../media/rotation.ts";
import { MAX_FOV_DEG, MIN_FOV_DEG } from "../media/view.ts";
import { clampLensFov, lensFovDeg, lensHalfWidth, lensRay, type ViewerLens } from "../media/viewer-lens.ts";
import type { Vector3 } from "../skeleton/vector.ts";

/**
 * A point on the element that shows the video: CSS pixels from its centre, +x right, +y
 * down.
 */
export interface ScreenPoint {
	readonly x: number;
	readonly y: number;
}

/** The element that shows the video, and the video's fit in it. */
export interface Screen {
	/** Width of the element, CSS pixels. */
	readonly width: number;
	readonly height: number;
	/** Width of the video divided by its height. */
	readonly videoAspect: number;
	/** `object-fit` of the video. */
	readonly fit: "cover" | "contain";
}

/**
 * The distance from the element, in its pixels, at which the video has the right
 * perspective.
 */
export function focalLengthPx(screen: Screen, fovDeg: number): number {
	return videoWidthPx(screen) / 2 / lensHalfWidth("flat", fovDeg);
}

/** The view of a `ViewModel` before anything has moved it, degrees. */
export interface HomeView {
	readonly yawDeg: number;
	readonly pitchDeg: number;
}

/** A little planet is seen from straight above. */
const PLANET_PITCH_DEG = -90;

/**
 * The horizontal field of view to request so that the longer side of the visible part
 * of the video spans `longSideDeg`. On an upright phone a covering video is cropped at
 * its sides: of 90 degrees only 29 would remain.
 */
export function fovForScreenDeg(screen: Screen, longSideDeg: number, lens: ViewerLens = "flat"): number {
	const focal = Math.max(screen.width, screen.height) / 2 / lensHalfWidth(lens, longSideDeg);
	return lensFovDeg(lens, videoWidthPx(screen) / 2 / focal);
}

/**
 * The field of view of the longer side of the visible part, degrees: the inverse of
 * `fovForScreenDeg`.
 */
export function longSideFovDeg(screen: Screen, fovDeg: number, lens: ViewerLens = "flat"): number {
	const focal = videoWidthPx(screen) / 2 / lensHalfWidth(lens, fovDeg);
	return lensFovDeg(lens, Math.max(screen.width, screen.height) / 2 / focal);
}

/** The width of the whole video on the element, CSS pixels, with its cropped parts. */
function videoWidthPx({ width, height, videoAspect, fit }: Screen): number {
	return fit === "cover" ? Math.max(width, height * videoAspect) : Math.min(width, height * videoAspect);
}

/**
 * The direction and zoom of a viewer, moved by hand, by keys, or by the phone that
 * shows the view. A finger grabs the scene: the grabbed point stays under it, at any
 * zoom. By hand the horizon stays level. Pure state, which `ViewControls` moves.
 */
export class ViewModel {
	#yawDeg = 0;
	#pitchDeg = 0;
	#fovDeg: number;
	#homeFovDeg: number;
	#home: HomeView = { yawDeg: 0, pitchDeg: 0 };
	#lens: ViewerLens = "flat";
	readonly #minFovDeg: number;
	readonly #maxFovDeg: number;
	/**
	 * The orientation of a phone that leads. `#yawDeg` then is the turn of the world
	 * under it.
	 */
	#device: Quaternion | undefined;
	#grabbed: Vector3 | undefined;
	/** The element and the video. Replace it when either changes its size. */
	screen: Screen = { width: 1600, height: 900, videoAspect: 16 / 9, fit: "cover" };

	/**
	 * @param options the first field of view and the limits of the zoom, degrees. A
	 * view much wider than 130 degrees is mostly distorted edges.
	 * @default 90, within 20 and 130
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

	/** The orientation of the view, `worldFromView`. */
	get orientation(): Quaternion {
		if (this.#device === undefined)
			return quaternionFromAngles({ yawDeg: this.#yawDeg, pitchDeg: this.#pitchDeg, rollDeg: 0 });
		return multiplyQuaternions(
			quaternionFromAngles({ yawDeg: this.#yawDeg, pitchDeg: 0, rollDeg: 0 }),
			this.#device,
		);
	}

	/** The horizontal field of view, degrees. */
	get fovDeg(): number {
		return this.#fovDeg;
	}

	/** The lens that the view is drawn through. */
	get lens(): ViewerLens {
		return this.#lens;
	}

	/**
	 * Changes the lens, and with it the zoom and the height of the gaze to those of its first view.
	 * The heading stays.
	 *
	 * @param homeFovDeg the first horizontal field of view through this lens, degrees.
	 */
	setLens(lens: ViewerLens, homeFovDeg: number): void {
		this.#lens = lens;
		this.#homeFovDeg = this.#clampFov(homeFovDeg);
		this.#fovDeg = this.#homeFovDeg;
		if (this.#device === undefined) this.#pitchDeg = this.#homePitchDeg;
	}

	/** Sets the direction of `reset`, and looks there if the view was not turned yet. */
	set home(home: HomeView) {
		const untouched =
			Math.abs(halfTurns(this.#yawDeg - this.#home.yawDeg)) < 1e-6 &&
			Math.abs(this.#pitchDeg - this.#homePitchDeg) < 1e-6;
		this.#home = { yawDeg: halfTurns(home.yawDeg), pitchDeg: clamp(home.pitchDeg, -90, 90) };
		if (!untouched || this.#device !== undefined) return;
		this.#yawDeg = this.#home.yawDeg;
		this.#pitchDeg = this.#homePitchDeg;
	}

	/** Sets the zoom of `reset`, and applies it if the view was not zoomed yet. */
	set homeFovDeg(fovDeg: number) {
		// A return in many small steps ends a rounding error beside the first zoom.
		const untouched = Math.abs(this.#fovDeg - this.#homeFovDeg) < 1e-6;
		this.#homeFovDeg = this.#clampFov(fovDeg);
		if (untouched) this.#fovDeg = this.#homeFovDeg;
	}

	/** The direction in the world under `point`. */
	directionAt(point: ScreenPoint): Vector3 {
		return rotated(this.orientation, this.#ray(point));
	}

	/** Grabs the direction under `point`. */
	grab(point: ScreenPoint): void {
		this.#grabbed = this.directionAt(point);
	}

	/** Moves the grabbed direction under `point`, as far as the view can turn. */
	drag(point: ScreenPoint): void {
		if (this.#grabbed !== undefined) this.#show(this.#grabbed, point);
		// At the zenith the view can't follow: the finger slips and grabs again, so
		// that the way back works at once.
		if (this.#grabbed === undefined || !isClose(this.directionAt(point), this.#grabbed)) this.grab(point);
	}

	/** Lets go of the grabbed direction. */
	release(): void {
		this.#grabbed = undefined;
	}

	/**
	 * Makes the scene `factor` times larger; the direction under `point` stays there.
	 */
	zoom(factor: number, point: ScreenPoint = { x: 0, y: 0 }): void {
		const kept = this.#grabbed ?? this.directionAt(point);
		this.#fovDeg = this.#clampFov(lensFovDeg(this.#lens, lensHalfWidth(this.#lens, this.#fovDeg) / factor));
		this.#show(kept, point);
	}

	/**
	 * Turns to the right and up, degrees. While a phone leads, `upDeg` has no effect.
	 */
	turn(rightDeg: number, upDeg: number): void {
		this.#yawDeg = halfTurns(this.#yawDeg + rightDeg);
		if (this.#device === undefined) this.#pitchDeg = clamp(this.#pitchDeg + upDeg, -90, 90);
	}

	/** True while the view is the one that `reset` returns to. */
	get isHome(): boolean {
		const { rightDeg, upDeg, factor } = this.wayHome;
		return Math.max(Math.abs(rightDeg), Math.abs(upDeg), Math.abs(factor - 1)) < 1e-6;
	}

	/**
	 * Looks in a direction, degrees. While a phone leads, its present heading becomes `yawDeg`, and
	 * `pitchDeg` has no effect.
	 *
	 * @param fovDeg the horizontal field of view, brought into its limits.
	 * @default the present one
	 */
	lookAt({ yawDeg, pitchDeg }: HomeView, fovDeg: number = this.#fovDeg): void {
		this.turn(yawDeg - anglesFromQuaternion(this.orientation).yawDeg, 0);
		if (this.#device === undefined) this.#pitchDeg = clamp(pitchDeg, -90, 90);
		this.#fovDeg = this.#clampFov(fovDeg);
	}

	/** The step that `reset` amounts to, by the shorter way round. */
	get wayHome(): { readonly rightDeg: number; readonly upDeg: number; readonly factor: number } {
		return {
			rightDeg: halfTurns(this.#homeYawDeg - this.#yawDeg),
			upDeg: this.#homePitchDeg - this.#pitchDeg,
			factor: lensHalfWidth(this.#lens, this.#fovDeg) / lensHalfWidth(this.#lens, this.#homeFovDeg),
		};
	}

	/**
	 * Returns to the first direction and zoom. A phone's present heading becomes
	 * the front.
	 */
	reset(): void {
		this.#yawDeg = this.#homeYawDeg;
		this.#pitchDeg = this.#homePitchDeg;
		this.#fovDeg = this.#homeFovDeg;
	}

	/**
	 * Lets a phone's orientation lead, beginning with the present heading.
	 * @param worldFromDevice `undefined`: the hand leads again.
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

	/** Turns so that `direction` appears at `point`. */
	#show(direction: Vector3, point: ScreenPoint): void {
		if (this.#device === undefined) {
			this.#pitchDeg = pitchToShow(direction, this.#ray(point), this.#pitchDeg);
		}
		// The rest is a turn about the vertical.
		this.#yawDeg = halfTurns(this.#yawDeg + (azimuth(direction) - azimuth(this.directionAt(point))) / RAD_PER_DEG);
	}

	/** The direction from the eye through `point`, in the view's axes. */
	#ray({ x, y }: ScreenPoint): Vector3 {
		const perPx = lensHalfWidth(this.#lens, this.#fovDeg) / (videoWidthPx(this.screen) / 2);
		return lensRay(this.#lens, x * perPx, -y * perPx);
	}

	get #homeYawDeg(): number {
		if (this.#device === undefined) return this.#home.yawDeg;
		return halfTurns(this.#home.yawDeg - anglesFromQuaternion(this.#device).yawDeg);
	}

	get #homePitchDeg(): number {
		return this.#lens === "little-planet" ? PLANET_PITCH_DEG : this.#home.pitchDeg;
	}

	/** The constructor's limits are for the flat lens, which distorts wide views. */
	#clampFov(fovDeg: number): number {
		return this.#lens === "flat"
			? clamp(fovDeg, this.#minFovDeg, this.#maxFovDeg)
			: clampLensFov(this.#lens, fovDeg);
	}
}

/**
 * The pitch at which a level camera's `ray` points as high as `direction`. A pitch of p
 * turns the ray's vertical part A, at elevation e, to the height A sin(p + e). Of the
 * two solutions, the one nearer to the present pitch is the result.
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

/** The angle of a direction to the right of the front, radians. */
function azimuth([x, , z]: Vector3): number {
	return Math.atan2(x, -z);
}

function isClose(a: Vector3, b: Vector3): boolean {
	return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) < 1e-3;
}

function clamp(value: number, min: number, max: number): number {
	return Math.min(max, Math.max(min, value));
}

/** @returns the same angle within (-180, 180]. */
function halfTurns(angleDeg: number): number {
	const turned = ((angleDeg % 360) + 360) % 360;
	return turned > 180 ? turned - 360 : turned;
}
