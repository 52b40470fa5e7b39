import { type EyeFrustum, isFrustum, MAX_FRUSTUM_TANGENT } from "../../media/frustum.ts";
import { multiplyQuaternions, type Quaternion } from "../../media/rotation.ts";
import { conjugate, rotateVector } from "../../skeleton/rigid-transform.ts";
import type { Vector3 } from "../../skeleton/vector.ts";
import { rotationFromVector } from "../reprojection/head-motion.ts";
import { LEAPED_SCALE, REST_RAD } from "../reprojection/margin-rule.ts";
import type { XrRotation, XrView, XrViewerPose } from "../xr-device.ts";

/** An eye that is turned by less in its head, in each part of a quaternion, is not turned. */
const NOT_TURNED = 1e-5;
/** A side that is nearer to straight ahead has no margin of its own, tangent. */
const LEAST_SIDE = 0.1;

/** The views of a headset's eyes: the left one, then the right one. A phone has one. */
export function eyeViews<View extends Pick<XrView, "eye">>(views: readonly View[]): readonly View[] {
	const [left, right] = (["left", "right"] as const).map((eye) => views.find((view) => view.eye === eye));
	return left !== undefined && right !== undefined ? [left, right] : views.slice(0, 1);
}

/**
 * The cameras of a headset's eyes, from their projection matrices and their places on the head,
 * within the bounds of what is drawn.
 *
 * @returns none where a matrix is no camera's, as before a headset has begun.
 */
export function eyeFrusta({ transform, views }: XrViewerPose): readonly EyeFrustum[] {
	const headFromWorld = conjugate(quaternionOf(transform.orientation));
	const frusta = eyeViews(views).map(({ projectionMatrix, transform: eye }) => {
		const at = (index: number) => projectionMatrix[index] ?? Number.NaN;
		const headFromEye = multiplyQuaternions(headFromWorld, quaternionOf(eye.orientation));
		const [x, y, z] = headFromEye;
		return {
			left: (1 - at(8)) / at(0),
			right: (1 + at(8)) / at(0),
			up: (1 + at(9)) / at(5),
			down: (1 - at(9)) / at(5),
			...(Math.max(Math.abs(x), Math.abs(y), Math.abs(z)) > NOT_TURNED && { headFromEye }),
		};
	});
	const bounded = widened(frusta, 1);
	return bounded.every((frustum) => isFrustum(frustum)) ? bounded : [];
}

/**
 * The size, in pixels, at which one eye's view is as sharp as the sharpest eye's picture in its
 * middle.
 */
export function eyeViewSize(
	frusta: readonly EyeFrustum[],
	eyes: readonly {
		readonly projectionMatrix: Float32Array;
		readonly viewport: { readonly width: number; readonly height: number };
	}[],
): { readonly width: number; readonly height: number } {
	// Pixels of an eye's picture for a tangent of 1.
	const perTangent = Math.max(
		...eyes.map(({ projectionMatrix: p, viewport }) =>
			Math.max((viewport.width * (p[0] ?? Number.NaN)) / 2, (viewport.height * (p[5] ?? Number.NaN)) / 2),
		),
	);
	return {
		width: perTangent * Math.max(...frusta.map(({ left, right }) => left + right)),
		height: perTangent * Math.max(...frusta.map(({ up, down }) => up + down)),
	};
}

/** The frusta with all sides this many times as far from straight ahead. */
export function widened(frusta: readonly EyeFrustum[], scale: number): readonly EyeFrustum[] {
	const side = (tangent: number) =>
		Math.max(-MAX_FRUSTUM_TANGENT, Math.min(MAX_FRUSTUM_TANGENT, tangent > 0 ? tangent * scale : tangent));
	return frusta.map(({ left, right, up, down, headFromEye }) => ({
		left: side(left),
		right: side(right),
		up: side(up),
		down: side(down),
		...(headFromEye && { headFromEye }),
	}));
}

/** The present motion of a head. */
export interface EyeMotion {
	/** Angular velocity about the head's own axes, radians a second. */
	readonly velocity: Vector3;
	/** Time from the reading of a pose to the display of its picture, milliseconds. */
	readonly latencyMs: number;
	/** Rotation from the head to the one that the shown picture was drawn for, if any. */
	readonly drawnFromHead?: Quaternion | undefined;
}

/**
 * The factor by which frusta are to be widened, so that pictures cover what the eyes see: as far as
 * the head turns while a picture is under way, and as far as was lacking when the last was shown.
 */
export function neededEyeScale(frusta: readonly EyeFrustum[], motion: EyeMotion): number {
	const { velocity, latencyMs, drawnFromHead } = motion;
	const turned = velocity.map((perSec) => (perSec * latencyMs) / 1000) as unknown as Vector3;
	const turns: readonly Vector3[] = [[REST_RAD.up, 0, 0], [0, REST_RAD.sideways, 0], turned];
	const scales = turns.flatMap(([x, y, z]) => [
		coveringScale(frusta, rotationFromVector([x, y, z])),
		coveringScale(frusta, rotationFromVector([-x, -y, -z])),
	]);
	const lacked = drawnFromHead ? coveringScale(frusta, drawnFromHead) : 1;
	return Math.max(1, ...scales, lacked < LEAPED_SCALE ? lacked : 1);
}

/** The factor at which pictures that were drawn for one head cover what another sees. */
function coveringScale(frusta: readonly EyeFrustum[], drawnFromHead: Quaternion): number {
	const scales = frusta.flatMap(({ left, right, up, down, headFromEye = [0, 0, 0, 1] }) => {
		const drawnFromEye = multiplyQuaternions(
			multiplyQuaternions(conjugate(headFromEye), drawnFromHead),
			headFromEye,
		);
		const share = (tangent: number, side: number) => (side > LEAST_SIDE ? tangent / side : 0);
		return [-left, (right - left) / 2, right].flatMap((x) =>
			[-down, (up - down) / 2, up].map((y) => {
				const [dx, dy, dz] = rotateVector(drawnFromEye, [x, y, -1]);
				if (dz >= 0) return Number.POSITIVE_INFINITY;
				const [across, above] = [dx / -dz, dy / -dz];
				return Math.max(share(across, right), share(-across, left), share(above, up), share(-above, down));
			}),
		);
	});
	return Math.max(...scales);
}

function quaternionOf({ x, y, z, w }: XrRotation): Quaternion {
	return [x, y, z, w];
}
