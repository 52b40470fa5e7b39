import { multiplyQuaternions, type Quaternion, RAD_PER_DEG } from "../media/rotation.ts";

const HALF_RAD_PER_DEG = RAD_PER_DEG / 2;

/**
 * The rotation from east, north, up to right, up, back: the world's forward is north,
 * or the phone's own zero.
 */
const WORLD_FROM_EARTH: Quaternion = [-Math.SQRT1_2, 0, 0, Math.SQRT1_2];

/**
 * The orientation of a phone's back camera, `worldFromView`, from a `deviceorientation`
 * event.
 *
 * The angles are intrinsic Z-X'-Y'' turns of the device (x to the right of the screen,
 * y to its top, z out of it) from axes that point east, north and up (W3C Device
 * Orientation, 4.1). The view's axes are the device's, turned back by the rotation of
 * the picture on the screen.
 *
 * @param screenAngleDeg `screen.orientation.angle`: 0 upright, 90 with the top to the
 * left.
 */
export function worldFromDeviceOrientation(
	alphaDeg: number,
	betaDeg: number,
	gammaDeg: number,
	screenAngleDeg: number,
): Quaternion {
	const alpha = alphaDeg * HALF_RAD_PER_DEG;
	const beta = betaDeg * HALF_RAD_PER_DEG;
	const gamma = gammaDeg * HALF_RAD_PER_DEG;
	const screen = -screenAngleDeg * HALF_RAD_PER_DEG;
	const turns: Quaternion[] = [
		[0, 0, Math.sin(alpha), Math.cos(alpha)],
		[Math.sin(beta), 0, 0, Math.cos(beta)],
		[0, Math.sin(gamma), 0, Math.cos(gamma)],
		[0, 0, Math.sin(screen), Math.cos(screen)],
	];
	return turns.reduce(multiplyQuaternions, WORLD_FROM_EARTH);
}
