import { type Matrix3, matrixFromQuaternion, multiplyQuaternions, type Quaternion } from "../media/rotation.ts";

// Ambisonic axes are X front, Y left, Z up; ours are X right, Y up, Z back. In the order of ACN the
// three harmonics of the first order are (Y, Z, X) = (-x, y, -z).
const SIGNS = [-1, 1, -1] as const;

/**
 * The matrix that turns the first-order harmonics Y, Z and X (ACN order; SN3D or N3D) from the
 * source's axes to those of a head. W stays as it is.
 *
 * @param worldFromHead unit quaternion @param worldFromSource unit quaternion
 */
export function harmonicsRotation(worldFromHead: Quaternion, worldFromSource: Quaternion): Matrix3 {
	const [x, y, z, w] = worldFromHead;
	const matrix = matrixFromQuaternion(multiplyQuaternions([-x, -y, -z, w], worldFromSource));
	const turned = matrix.map((value, at) => SIGNS[Math.floor(at / 3)]! * SIGNS[at % 3]! * value);
	return turned as unknown as Matrix3;
}

/**
 * Weights of W, Y, Z and X (ACN, SN3D) for a sound from a direction in our axes, a vector of length
 * 1.
 */
export function harmonicsOf(direction: readonly [x: number, y: number, z: number]): [number, number, number, number] {
	const [x, y, z] = direction;
	return [1, -x, y, -z];
}
