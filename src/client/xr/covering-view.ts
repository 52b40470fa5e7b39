import { multiplyQuaternions, type Quaternion, RAD_PER_DEG } from "../../media/rotation.ts";
import type { XrRotation, XrViewerPose } from "../xr-device.ts";

/** A view straight ahead, by half its width and height at distance 1. */
export interface CoveringView {
	readonly tanHalfWidth: number;
	readonly tanHalfHeight: number;
}

/**
 * The smallest view straight ahead of the head that covers both eyes' views, also after
 * the head has turned by `marginDeg` in any direction. A view is a pinhole camera's and
 * symmetric; an eye sees further outwards than inwards, and the cameras of some
 * headsets are turned outwards.
 *
 * @param maxFovDeg limit of the horizontal and the vertical field of view.
 */
export function coveringView({ transform, views }: XrViewerPose, marginDeg: number, maxFovDeg: number): CoveringView {
	const headFromWorld = conjugate(transform.orientation);
	let [right, up] = [0, 0];
	for (const { projectionMatrix: p, transform: eye } of views) {
		const headFromEye = multiplyQuaternions(headFromWorld, toTuple(eye.orientation));
		for (const x of [-1, 1]) {
			for (const y of [-1, 1]) {
				// The corner of the eye's picture at x and y in clip space, in the
				// eye's axes.
				const corner = [(x + at(p, 8)) / at(p, 0), (y + at(p, 9)) / at(p, 5), -1] as const;
				const [dx, dy, dz] = rotate(headFromEye, corner);
				right = Math.max(right, Math.atan2(Math.abs(dx), -dz));
				up = Math.max(up, Math.atan2(Math.abs(dy), -dz));
			}
		}
	}
	const most = (maxFovDeg / 2) * RAD_PER_DEG;
	return {
		tanHalfWidth: Math.tan(Math.min(most, right + marginDeg * RAD_PER_DEG)),
		tanHalfHeight: Math.tan(Math.min(most, up + marginDeg * RAD_PER_DEG)),
	};
}

/** The field of view, degrees, of half an extent at distance 1. */
export function fovDegFromTangent(tangent: number): number {
	return (2 * Math.atan(tangent)) / RAD_PER_DEG;
}

/** An element of a projection matrix, which has 16. */
function at(matrix: Float32Array, index: number): number {
	return matrix[index] ?? Number.NaN;
}

function toTuple({ x, y, z, w }: XrRotation): Quaternion {
	return [x, y, z, w];
}

function conjugate({ x, y, z, w }: XrRotation): Quaternion {
	return [-x, -y, -z, w];
}

function rotate(q: Quaternion, [x, y, z]: readonly [number, number, number]): Quaternion {
	return multiplyQuaternions(multiplyQuaternions(q, [x, y, z, 0]), [-q[0], -q[1], -q[2], q[3]]);
}
