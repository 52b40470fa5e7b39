import { type Quaternion, quaternionFromAngles, RAD_PER_DEG } from "../media/rotation.ts";
import { MAX_FOV_DEG, MIN_FOV_DEG } from "../media/view.ts";

/** A camera that is drawn from the sphere, as a program or a flag names it. */
export interface ViewWish {
	/** Its key is `observation.images.NAME`. */
	readonly name: string;
	/** `gaze`: where the recorded picture of each row looks. */
	readonly direction: "gaze" | { readonly yawDeg: number; readonly pitchDeg: number };
	/** Horizontal field of view. @default 90 */
	readonly fovDeg?: number | undefined;
}

const DEFAULT_FOV_DEG = 90;

/**
 * Reads `gaze`, `gaze:70`, `fixed:180,-10` or `fixed:180,-10,70`, each with `NAME=` in front or
 * not.
 *
 * @param taken names of other cameras; a name that is not given is none of them.
 * @throws {RangeError} for other words.
 */
export function parseView(text: string, taken: readonly string[]): ViewWish {
	const [, given, kind, list] = /^(?:([\w-]+)=)?(gaze|fixed)(?::(.+))?$/.exec(text) ?? [];
	const numbers = list === undefined ? [] : list.split(",").map(Number);
	const [yawDeg = 0, pitchDeg = 0] = numbers;
	const fovDeg = kind === "gaze" ? numbers[0] : numbers[2];
	const isWhole = numbers.every(Number.isFinite) && numbers.length <= (kind === "gaze" ? 1 : 3);
	if (kind === undefined || !isWhole || (kind === "fixed" && numbers.length === 0))
		throw new RangeError(
			`--view is gaze, gaze:FOV or fixed:YAW,PITCH,FOV, with NAME= in front or not; got ${text}.`,
		);
	if (fovDeg !== undefined && !(fovDeg >= MIN_FOV_DEG && fovDeg <= MAX_FOV_DEG))
		throw new RangeError(`--view has a field of view of ${MIN_FOV_DEG} to ${MAX_FOV_DEG} degrees; got ${text}.`);
	let name = given ?? kind;
	for (let number = 2; given === undefined && taken.includes(name); number++) name = `${kind}_${number}`;
	if (taken.includes(name)) throw new RangeError(`--view has a name of its own for each camera; got ${name} twice.`);
	return { name, direction: kind === "gaze" ? "gaze" : { yawDeg, pitchDeg }, fovDeg };
}

/** The lens and the direction of a camera; `undefined`: that of each row's picture. */
export function lensOf({ direction, fovDeg = DEFAULT_FOV_DEG }: ViewWish): {
	readonly fovRad: number;
	readonly worldFromView: Quaternion | undefined;
} {
	const worldFromView = direction === "gaze" ? undefined : quaternionFromAngles({ ...direction, rollDeg: 0 });
	return { fovRad: fovDeg * RAD_PER_DEG, worldFromView };
}
