import { type Matrix3, matrixFromQuaternion, normalizeQuaternion, type Quaternion } from "../media/rotation.ts";
import type { Point, Projection, Ray } from "./geometry.ts";

/**
 * The place of an input picture for each place of an output picture: output projection, then
 * rotation, then input projection.
 */
export class Warp {
	readonly output: Projection;
	readonly input: Projection;
	readonly #inputFromOutput: Matrix3;

	/**
	 * @param inputFromOutput turns directions of the output's axes into the input's: a view's
	 * `worldFromView` when the input is upright. Any length.
	 */
	constructor(output: Projection, inputFromOutput: Quaternion, input: Projection) {
		this.output = output;
		this.input = input;
		this.#inputFromOutput = matrixFromQuaternion(normalizeQuaternion(inputFromOutput));
	}

	/** A direction in the output's axes, turned into the input's. */
	inputRay([x, y, z]: Ray): Ray {
		const m = this.#inputFromOutput;
		return [m[0] * x + m[1] * y + m[2] * z, m[3] * x + m[4] * y + m[5] * z, m[6] * x + m[7] * y + m[8] * z];
	}

	/** The place in the input picture that is seen at `(x, y)` of the output picture. */
	sourceAt(x: number, y: number): Point {
		return this.input.project(this.inputRay(this.output.unproject(x, y)));
	}
}
