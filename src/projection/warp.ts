import { type Matrix3, matrixFromQuaternion, type Quaternion } from "../media/rotation.ts";
import type { Point, Projection } from "./geometry.ts";

/** Where each place of an output picture comes from: output projection, then rotation, then input projection. */
export class Warp {
	readonly output: Projection;
	readonly input: Projection;
	readonly #inputFromOutput: Matrix3;

	/** @param inputFromOutput turns directions of the output's axes into the input's: a view's `worldFromView` when the input is upright. */
	constructor(output: Projection, inputFromOutput: Quaternion, input: Projection) {
		this.output = output;
		this.input = input;
		this.#inputFromOutput = matrixFromQuaternion(inputFromOutput);
	}

	/** The place in the input picture that is seen at `(x, y)` of the output picture. */
	sourceAt(x: number, y: number): Point {
		const [rx, ry, rz] = this.output.unproject(x, y);
		const m = this.#inputFromOutput;
		return this.input.project([m[0] * rx + m[1] * ry + m[2] * rz, m[3] * rx + m[4] * ry + m[5] * rz, m[6] * rx + m[7] * ry + m[8] * rz]);
	}
}
