/**
 * A matrix of 16 numbers, column by column, as WebGL wants it. Functions write their
 * results into `out`, so that drawing a frame allocates no matrix.
 */
export type Matrix4 = Float32Array;

/** `out = a * b`, where `out` is neither `a` nor `b`. */
export function multiply(out: Matrix4, a: Matrix4, b: Matrix4): void {
	for (let column = 0; column < 16; column += 4) {
		for (let row = 0; row < 4; row++) {
			out[column + row] =
				a[row]! * b[column]! +
				a[4 + row]! * b[column + 1]! +
				a[8 + row]! * b[column + 2]! +
				a[12 + row]! * b[column + 3]!;
		}
	}
}

/**
 * Writes the matrix that scales, then turns by a unit quaternion, then moves.
 * @param at index in `out` of its first number.
 */
export function compose(
	out: Float32Array,
	at: number,
	[px, py, pz]: readonly [number, number, number],
	[x, y, z, w]: readonly [number, number, number, number],
	[sx, sy, sz]: readonly [number, number, number],
): void {
	out[at] = (1 - 2 * (y * y + z * z)) * sx;
	out[at + 1] = 2 * (x * y + z * w) * sx;
	out[at + 2] = 2 * (x * z - y * w) * sx;
	out[at + 3] = 0;
	out[at + 4] = 2 * (x * y - z * w) * sy;
	out[at + 5] = (1 - 2 * (x * x + z * z)) * sy;
	out[at + 6] = 2 * (y * z + x * w) * sy;
	out[at + 7] = 0;
	out[at + 8] = 2 * (x * z + y * w) * sz;
	out[at + 9] = 2 * (y * z - x * w) * sz;
	out[at + 10] = (1 - 2 * (x * x + y * y)) * sz;
	out[at + 11] = 0;
	out[at + 12] = px;
	out[at + 13] = py;
	out[at + 14] = pz;
	out[at + 15] = 1;
}

/** Writes the inverse of a matrix that only turns and moves. */
export function invertRigid(out: Matrix4, m: Matrix4): void {
	for (let column = 0; column < 3; column++) {
		for (let row = 0; row < 3; row++) out[column * 4 + row] = m[row * 4 + column]!;
		out[column * 4 + 3] = 0;
		out[12 + column] = -(m[column * 4]! * m[12]! + m[column * 4 + 1]! * m[13]! + m[column * 4 + 2]! * m[14]!);
	}
	out[15] = 1;
}

/**
 * Writes the matrix of a rod between two points: local z from -0.5 to 0.5 lies between
 * them, and the local x and y axes are as long as the radius. `fromAt`, `toAt` and `at`
 * are indices of the points' and the matrix's first numbers.
 */
export function composeRod(
	out: Float32Array,
	at: number,
	from: Float32Array,
	fromAt: number,
	to: Float32Array,
	toAt: number,
	radius: number,
): void {
	const dx = to[toAt]! - from[fromAt]!;
	const dy = to[toAt + 1]! - from[fromAt + 1]!;
	const dz = to[toAt + 2]! - from[fromAt + 2]!;
	const length = Math.max(1e-6, Math.hypot(dx, dy, dz));
	// A coordinate axis that is not along the rod gives one across it by a cross
	// product.
	const alongY = Math.abs(dy) > 0.9 * length;
	const ax = alongY ? 0 : dz / length;
	const ay = alongY ? -dz / length : 0;
	const az = alongY ? dy / length : -dx / length;
	const across = radius / Math.max(1e-6, Math.hypot(ax, ay, az));
	out[at] = ax * across;
	out[at + 1] = ay * across;
	out[at + 2] = az * across;
	out[at + 3] = 0;
	out[at + 4] = (dy * az - dz * ay) * (across / length);
	out[at + 5] = (dz * ax - dx * az) * (across / length);
	out[at + 6] = (dx * ay - dy * ax) * (across / length);
	out[at + 7] = 0;
	out[at + 8] = dx;
	out[at + 9] = dy;
	out[at + 10] = dz;
	out[at + 11] = 0;
	out[at + 12] = from[fromAt]! + dx / 2;
	out[at + 13] = from[fromAt + 1]! + dy / 2;
	out[at + 14] = from[fromAt + 2]! + dz / 2;
	out[at + 15] = 1;
}
