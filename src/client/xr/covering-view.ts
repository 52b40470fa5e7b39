import { multiplyQuaternions, type Quaternion, RAD_PER_DEG } from "../../media/rotation.ts";
import type { XrRotation, XrViewerPose } from "../index.ts";

/** A view straight ahead: half its width and height at distance 1. */
export interface CoveringView {
	readonly tanHalfWidth: number;
	readonly tanHalfHeight: number;
}

/**
 * The smallest view straight ahead of the head in which each eye finds all that it sees, also after
 * the head has turned by `marginDeg` any way. A view is a pinhole camera's, the same to both sides;
 * eyes look further out than in, and those of some headsets are turned outwards.
 *
 * @param maxFovDeg both ways; what lies beyond is not covered.
 */
export function coveringView({ transform, views }: XrViewerPose, marginDeg: number, maxFovDeg: number): CoveringView {
	const headFromWorld = conjugate(transform.orientation);
	let [right, up] = [0, 0];
	for (const { projectionMatrix: p, transform: eye } of views) {
		const headFromEye = multiplyQuaternions(headFromWorld, toTuple(eye.orientation));
		for (const x of [-1, 1]) {
			for (const y of [-1, 1]) {
				// A corner of the eye's picture, in the eye's axes: where the projection puts it at
				// x and y.
				const [dx, dy, dz] = rotate(headFromEye, [(x + p[8]!) / p[0]!, (y + p[9]!) / p[5]!, -1]);
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

/**
 * How many pixels such a view needs to be as sharp as the sharpest eye's picture is in its middle.
 */
export function coveringSize(
	view: CoveringView,
	eyes: readonly {
		readonly projectionMatrix: Float32Array;
		readonly viewport: { readonly width: number; readonly height: number };
	}[],
) {
	// Pixels of an eye's picture for a tangent of 1.
	const perTangent = Math.max(
		...eyes.map(({ projectionMatrix: p, viewport }) =>
			Math.max((viewport.width * p[0]!) / 2, (viewport.height * p[5]!) / 2),
		),
	);
	return { width: 2 * view.tanHalfWidth * perTangent, height: 2 * view.tanHalfHeight * perTangent };
}

/** Horizontal or vertical field of view of half an extent at distance 1, degrees. */
export function fovDegFromTangent(tangent: number): number {
	return (2 * Math.atan(tangent)) / RAD_PER_DEG;
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
