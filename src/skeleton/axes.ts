import type { Quaternion } from "../media/rotation.ts";
import type { PoseSample } from "./pose-sample.ts";
import type { RigidTransform } from "./rigid-transform.ts";
import type { BonePoses } from "./skeleton-pose.ts";
import type { Vector3 } from "./vector.ts";

/** One axis of a coordinate frame, with its direction. */
export type SignedAxis = "+x" | "-x" | "+y" | "-y" | "+z" | "-z";

/** The axes of a system that point right, up and forward. */
export interface ClientAxes {
	readonly right: SignedAxis;
	readonly up: SignedAxis;
	readonly forward: SignedAxis;
}

const RUB = { right: "+x", up: "+y", forward: "-z" } as const satisfies ClientAxes;

/** The axes of well-known systems. Lengths are metres and quaternions xyzw in all of them. */
export const AXES = {
	/** The world of panogaze. Right-handed, like all but Unity. */
	world: RUB,
	webxr: RUB,
	openxr: RUB,
	/** three.js and glTF. The environment map has another axis: `THREE_ENVIRONMENT_YAW_RAD`. */
	three: RUB,
	/**
	 * The axes of everything logged to Rerun, RIGHT_HAND_Y_UP. Rerun itself takes any
	 * right-handed axes: `rerunViewCoordinates`.
	 */
	rerun: RUB,
	/** Unity. Left-handed. */
	unity: { right: "+x", up: "+y", forward: "+z" },
	/**
	 * A robot's body by REP 103: forward, left, up. XR Robot Teleop Server's robot frame is
	 * this.
	 */
	ros: { right: "-y", up: "+z", forward: "+x" },
	/** A camera of OpenCV, COLMAP, ROS optical frames and Rerun's pinhole: right, down, forward. */
	opencv: { right: "+x", up: "-y", forward: "+z" },
} as const satisfies Record<string, ClientAxes>;

/** A name in `AXES`. */
export type AxesName = keyof typeof AXES;

/**
 * Turns poses of one system's axes into another's, `toFromFrom`: positions, rotations, whole
 * poses and skeletons. The right stays the right, also between a left-handed and a right-handed
 * system. The same rule holds for poses in the world and poses relative to a parent.
 */
export class AxesConversion {
	/**
	 * Row-major: `to` coordinates are the matrix times `from` coordinates; entries are -1, 0 and 1.
	 */
	readonly #matrix: readonly number[];
	/** -1 when one of the two systems is left-handed and the other is not. */
	readonly #determinant: number;

	private constructor(matrix: readonly number[]) {
		this.#matrix = matrix;
		const [a, b, c, d, e, f, g, h, i] = matrix as [
			number,
			number,
			number,
			number,
			number,
			number,
			number,
			number,
			number,
		];
		this.#determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
	}

	/** @throws {RangeError} if two directions of one of the systems lie on the same axis. */
	static between(from: AxesName | ClientAxes, to: AxesName | ClientAxes): AxesConversion {
		const [worldFromFrom, worldFromTo] = [toWorld(from), toWorld(to)];
		return new AxesConversion(multiply(transpose(worldFromTo), worldFromFrom));
	}

	/** True when the conversion is a mirror. */
	get mirrors(): boolean {
		return this.#determinant < 0;
	}

	/** The inverse conversion. */
	inverse(): AxesConversion {
		return new AxesConversion(transpose(this.#matrix));
	}

	/** This conversion, then `next`. */
	followedBy(next: AxesConversion): AxesConversion {
		return new AxesConversion(multiply(next.#matrix, this.#matrix));
	}

	/** Converts a position, direction or linear velocity. */
	vector([x, y, z]: Vector3): Vector3 {
		const m = this.#matrix;
		return [
			m[0]! * x + m[1]! * y + m[2]! * z,
			m[3]! * x + m[4]! * y + m[5]! * z,
			m[6]! * x + m[7]! * y + m[8]! * z,
		];
	}

	/** Converts an axis of rotation or an angular velocity, which a mirror reverses. */
	axialVector(axis: Vector3): Vector3 {
		const [x, y, z] = this.vector(axis);
		return [x * this.#determinant, y * this.#determinant, z * this.#determinant];
	}

	rotation([x, y, z, w]: Quaternion): Quaternion {
		return [...this.axialVector([x, y, z]), w];
	}

	transform({ position, rotation }: RigidTransform): RigidTransform {
		return { position: this.vector(position), rotation: this.rotation(rotation) };
	}

	/**
	 * Converts every bone of a skeleton, in place and without allocation. Bones keep their
	 * names: a right hand stays one.
	 */
	bones({ boneCount, positions, rotations }: BonePoses): void {
		this.#inPlace(positions, boneCount, 3, 1);
		this.#inPlace(rotations, boneCount, 4, this.#determinant);
	}

	/** Converts a whole pose with its velocities, in place and without allocation. */
	sample(sample: PoseSample): void {
		this.bones(sample);
		if (!sample.hasVelocity) return;
		this.#inPlace(sample.linearVelocities, sample.boneCount, 3, 1);
		this.#inPlace(sample.angularVelocities, sample.boneCount, 3, this.#determinant);
	}

	#inPlace(numbers: Float32Array, count: number, stride: number, sign: number): void {
		const [a, b, c, d, e, f, g, h, i] = this.#matrix as [
			number,
			number,
			number,
			number,
			number,
			number,
			number,
			number,
			number,
		];
		for (let index = 0; index < count; index++) {
			const at = index * stride;
			const x = numbers[at]! * sign;
			const y = numbers[at + 1]! * sign;
			const z = numbers[at + 2]! * sign;
			numbers[at] = a * x + b * y + c * z;
			numbers[at + 1] = d * x + e * y + f * z;
			numbers[at + 2] = g * x + h * y + i * z;
		}
	}
}

/**
 * The turn of an equirectangular environment about +Y in three.js that brings the panorama's
 * centre to the front (-Z): `equirectUv` puts the centre at +X.
 */
export const THREE_ENVIRONMENT_YAW_RAD: number = Math.PI / 2;

/** Numbers of Rerun's `ViewDir` (view_coordinates.fbs). */
const VIEW_DIR = { up: 1, down: 2, right: 3, left: 4, forward: 5, back: 6 } as const;

/**
 * The three bytes of Rerun's `ViewCoordinates` component, the directions of +x, +y and +z. [3,
 * 1, 6] (right, up, back) for the world.
 *
 * @throws {RangeError} when the axes are left-handed, which Rerun draws mirrored: convert the
 * poses first.
 */
export function rerunViewCoordinates(axes: AxesName | ClientAxes): readonly [x: number, y: number, z: number] {
	const conversion = AxesConversion.between(axes, "world");
	if (conversion.mirrors)
		throw new RangeError("Rerun has no left-handed axes: convert the poses to right-handed ones first.");
	const direction = (axis: Vector3): number => {
		const [right, up, back] = conversion.vector(axis);
		if (right !== 0) return right > 0 ? VIEW_DIR.right : VIEW_DIR.left;
		if (up !== 0) return up > 0 ? VIEW_DIR.up : VIEW_DIR.down;
		return back > 0 ? VIEW_DIR.back : VIEW_DIR.forward;
	};
	return [direction([1, 0, 0]), direction([0, 1, 0]), direction([0, 0, 1])];
}

/** Row-major, `worldFromSystem`: the rows are right, up and back in the system's own axes. */
function toWorld(axes: AxesName | ClientAxes): readonly number[] {
	const { right, up, forward } = typeof axes === "string" ? AXES[axes] : axes;
	if (new Set([right[1], up[1], forward[1]]).size < 3)
		throw new RangeError(`Right, up and forward have to lie on three axes; got ${right}, ${up} and ${forward}.`);
	// `0 - part`, unlike `-part`, gives no zero a sign.
	return [...unitVector(right), ...unitVector(up), ...unitVector(forward).map((part) => 0 - part)];
}

function unitVector(axis: SignedAxis): Vector3 {
	const sign = axis.startsWith("-") ? -1 : 1;
	return [axis.endsWith("x") ? sign : 0, axis.endsWith("y") ? sign : 0, axis.endsWith("z") ? sign : 0];
}

function transpose(m: readonly number[]): readonly number[] {
	return [0, 3, 6, 1, 4, 7, 2, 5, 8].map((index) => m[index]!);
}

function multiply(a: readonly number[], b: readonly number[]): readonly number[] {
	return Array.from({ length: 9 }, (_, index) => {
		const [row, column] = [index - (index % 3), index % 3];
		return a[row]! * b[column]! + a[row + 1]! * b[column + 3]! + a[row + 2]! * b[column + 6]!;
	});
}
