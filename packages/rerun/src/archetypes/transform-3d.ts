import { deferringErrors } from "./archetype.ts";
import { Transform3DBase, type Transform3DFields } from "./transform.generated.ts";

/**
 * The place of an entity in its parent. Each log replaces all of its fields. Scale applies first,
 * then rotation, then translation.
 */
export class Transform3D extends Transform3DBase {
	/**
	 * The transform of a matrix.
	 *
	 * @param matrix 4x4, column by column, as in WebXR, WebGL and three.js. Its last row has to be
	 * 0, 0, 0, 1.
	 */
	static fromMatrix(
		matrix: ArrayLike<number>,
		options: Omit<Transform3DFields, "translation" | "mat3x3"> = {},
	): Transform3D {
		const { translation, mat3x3 } = deferringErrors(() => partsOf(matrix));
		return new Transform3D({ translation, mat3x3, ...options });
	}
}

function partsOf(matrix: ArrayLike<number>): {
	readonly translation: readonly number[];
	readonly mat3x3: readonly number[];
} {
	if (matrix.length !== 16)
		throw new RangeError(`The matrix of a Transform3D must have 16 numbers; it has ${matrix.length}.`);
	const at = (row: number, column: number) => matrix[4 * column + row]!;
	if (at(3, 0) !== 0 || at(3, 1) !== 0 || at(3, 2) !== 0 || at(3, 3) !== 1)
		throw new RangeError(
			"The last row of a Transform3D's matrix must be 0, 0, 0, 1: the numbers go column by column.",
		);
	return {
		translation: [at(0, 3), at(1, 3), at(2, 3)],
		mat3x3: [0, 1, 2].flatMap((column) => [0, 1, 2].map((row) => at(row, column))),
	};
}
