import type { Quaternion } from "../media/rotation.ts";
import type { HelloMessage } from "./control-message.ts";
import type { HeadPose, Vector3 } from "./head-pose.ts";

/** One axis of a client's frame with its direction. */
export type SignedAxis = "+x" | "-x" | "+y" | "-y" | "+z" | "-z";

/** The axes that a client's numbers are in: which of its own axes points right, up and forward. */
export interface ClientAxes {
	readonly right: SignedAxis;
	readonly up: SignedAxis;
	readonly forward: SignedAxis;
}

/** Frames that have a name. ROS and others are spelled out. */
const NAMED_FRAMES = {
	webxr: { right: "+x", up: "+y", forward: "-z" },
	unity: { right: "+x", up: "+y", forward: "+z" },
} as const satisfies Record<string, ClientAxes>;

/**
 * Turns a client's positions and rotations into the world's axes: +X right, +Y up, -Z forward. Both handednesses are possible. The same rule holds
 * for poses in the world and for poses relative to a parent, since it commutes with composition.
 */
export class ClientToWorld {
	/** Row-major: world coordinates = matrix times client coordinates; entries are -1, 0 and 1. */
	readonly #matrix: readonly number[];
	/** 1, or -1 when the client's frame is left-handed. */
	readonly #determinant: number;

	private constructor(matrix: readonly number[], determinant: number) {
		this.#matrix = matrix;
		this.#determinant = determinant;
	}

	/** @returns `undefined` if two of the three directions lie on the same axis. Without a frame nothing is turned. */
	static from(frame: HelloMessage["frame"] = "webxr"): ClientToWorld | undefined {
		const { right, up, forward } = typeof frame === "string" ? NAMED_FRAMES[frame] : frame;
		const x = unitVector(right);
		const y = unitVector(up);
		const z = unitVector(forward).map((part) => 0 - part) as unknown as Vector3;
		const determinant = x[0] * (y[1] * z[2] - y[2] * z[1]) - x[1] * (y[0] * z[2] - y[2] * z[0]) + x[2] * (y[0] * z[1] - y[1] * z[0]);
		return determinant === 0 ? undefined : new ClientToWorld([...x, ...y, ...z], determinant);
	}

	vector([x, y, z]: Vector3): Vector3 {
		const m = this.#matrix;
		return [m[0]! * x + m[1]! * y + m[2]! * z, m[3]! * x + m[4]! * y + m[5]! * z, m[6]! * x + m[7]! * y + m[8]! * z];
	}

	/** For axes of rotation, and angular velocities: a mirror turns them round. */
	axialVector(axis: Vector3): Vector3 {
		const [x, y, z] = this.vector(axis);
		return [x * this.#determinant, y * this.#determinant, z * this.#determinant];
	}

	rotation([x, y, z, w]: Quaternion): Quaternion {
		return [...this.axialVector([x, y, z]), w];
	}

	headPose(pose: HeadPose): HeadPose {
		const { orientation, position, linearVelocity, angularVelocity } = pose;
		return {
			...pose,
			orientation: this.rotation(orientation),
			...(position && { position: this.vector(position) }),
			...(linearVelocity && { linearVelocity: this.vector(linearVelocity) }),
			...(angularVelocity && { angularVelocity: this.axialVector(angularVelocity) }),
		};
	}
}

function unitVector(axis: SignedAxis): Vector3 {
	const sign = axis.startsWith("-") ? -1 : 1;
	return [axis.endsWith("x") ? sign : 0, axis.endsWith("y") ? sign : 0, axis.endsWith("z") ? sign : 0];
}
