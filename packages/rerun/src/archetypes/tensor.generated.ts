// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. Not edited by hand; a test compares the two.

import { Archetype, ArchetypeColumns, archetypeSpec, type FromFieldsOptions } from "./archetype.ts";
import type { Vector, Vectors } from "./component.ts";
import * as components from "./components.generated.ts";
import type { TensorData } from "./tensor.ts";

const TENSOR = archetypeSpec("rerun.archetypes.Tensor", {
	data: { name: "data", component: components.TensorData },
	valueRange: { name: "value_range", component: components.ValueRange },
});

/** Fields of `Tensor`. */
export interface TensorFields {
	readonly data?: TensorData | undefined;
	/** The values at both ends of the colours. */
	readonly valueRange?: Vector | undefined;
}

/** Fields of `Tensor`, with values for many rows. */
export interface TensorColumns {
	readonly data?: readonly TensorData[] | undefined;
	readonly valueRange?: Vectors | undefined;
}

/** Numbers of any number of dimensions. */
export class Tensor extends Archetype {
	constructor(data: TensorData, options: Omit<TensorFields, "data"> = {}) {
		super(TENSOR, { data, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: TensorFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TENSOR, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TENSOR, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: TensorColumns): ArchetypeColumns {
		return new ArchetypeColumns(TENSOR, fields as Readonly<Record<string, unknown>>);
	}
}
