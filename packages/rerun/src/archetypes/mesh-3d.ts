import type { ArrowArray } from "../arrow/arrow-array.ts";
import type { Vectors } from "./component.ts";
import { Mesh3DBase, type Mesh3DFields } from "./spatial-3d.generated.ts";

/** A mesh of triangles. */
export class Mesh3D extends Mesh3DBase {
	/** @param vertexPositions the vertices, which the triangles name by index. */
	constructor(vertexPositions: Vectors, options: Omit<Mesh3DFields, "vertexPositions"> = {}) {
		super(vertexPositions, options);
		const valuesOf = (component: string) =>
			this.batches.find(({ descriptor }) => descriptor.component === component)?.values;
		const triangles: ArrowArray | undefined = valuesOf("Mesh3D:triangle_indices");
		if (triangles === undefined) return;
		const vertices = valuesOf("Mesh3D:vertex_positions")?.length ?? 0;
		const indices = triangles.children[0]?.values as Uint32Array;
		const largest = indices.reduce((most, index) => Math.max(most, index), 0);
		if (triangles.length > 0 && largest >= vertices)
			this.warn(
				new RangeError(`Mesh3D.triangleIndices has the vertex ${largest}; there are ${vertices} from 0 on.`),
			);
	}
}
