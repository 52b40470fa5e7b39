import { multiplyQuaternions, normalizeQuaternion, type Quaternion } from "../media/rotation.ts";

/** A vector along the axis of a rotation, as long as half its angle: a quaternion's logarithm. */
type HalfTurn = readonly [x: number, y: number, z: number];

/** The shortest rotation of even speed from `a` to `b`, at `t` from 0 to 1 (Shoemake 1985). */
export function slerp(a: Quaternion, b: Quaternion, t: number): Quaternion {
	return slerpAsGiven(a, nearest(a, b), t);
}

/**
 * A curve through `points` at `t` after point `index`, 0 to 1, without a jump of its speed:
 * spherical and quadrangle interpolation (Shoemake 1987).
 *
 * @param points neighbours differ by less than half a turn.
 */
export function squad(points: readonly Quaternion[], index: number, t: number): Quaternion {
	const at = (i: number) => points[Math.min(points.length - 1, Math.max(0, i))] as Quaternion;
	const from = at(index);
	const to = nearest(from, at(index + 1));
	const before = nearest(from, at(index - 1));
	const after = nearest(to, at(index + 2));
	const inner = slerpAsGiven(control(before, from, to), control(from, to, after), t);
	return slerpAsGiven(slerpAsGiven(from, to, t), inner, 2 * t * (1 - t));
}

/** Shoemake's point beside `point` that makes the speed there the mean of both sides. */
function control(before: Quaternion, point: Quaternion, after: Quaternion): Quaternion {
	const back = conjugate(point);
	const a = logarithm(multiplyQuaternions(back, after));
	const b = logarithm(multiplyQuaternions(back, before));
	const mean = exponential([-(a[0] + b[0]) / 4, -(a[1] + b[1]) / 4, -(a[2] + b[2]) / 4]);
	return multiplyQuaternions(point, mean);
}

function slerpAsGiven(a: Quaternion, b: Quaternion, t: number): Quaternion {
	const dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
	const angle = Math.acos(Math.min(1, Math.max(-1, dot)));
	const sine = Math.sin(angle);
	const [u, v] = sine < 1e-9 ? [1 - t, t] : [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
	return normalizeQuaternion([u * a[0] + v * b[0], u * a[1] + v * b[1], u * a[2] + v * b[2], u * a[3] + v * b[3]]);
}

/** Both signs of a quaternion are one rotation: the one nearer to `reference`. */
function nearest(reference: Quaternion, [x, y, z, w]: Quaternion): Quaternion {
	const dot = reference[0] * x + reference[1] * y + reference[2] * z + reference[3] * w;
	return dot < 0 ? [-x, -y, -z, -w] : [x, y, z, w];
}

function conjugate([x, y, z, w]: Quaternion): Quaternion {
	return [-x, -y, -z, w];
}

function logarithm([x, y, z, w]: Quaternion): HalfTurn {
	const sine = Math.hypot(x, y, z);
	const scale = sine < 1e-12 ? 1 : Math.atan2(sine, w) / sine;
	return [x * scale, y * scale, z * scale];
}

function exponential([x, y, z]: HalfTurn): Quaternion {
	const angle = Math.hypot(x, y, z);
	const scale = angle < 1e-12 ? 1 : Math.sin(angle) / angle;
	return [x * scale, y * scale, z * scale, Math.cos(angle)];
}
