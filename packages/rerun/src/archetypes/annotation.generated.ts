// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. Not edited by hand; a test compares the two.

import type { ClassDescription } from "./annotations.ts";
import { Archetype, ArchetypeColumns, archetypeSpec, type FromFieldsOptions } from "./archetype.ts";
import * as components from "./components.generated.ts";

const ANNOTATION_CONTEXT = archetypeSpec("rerun.archetypes.AnnotationContext", {
	context: { name: "context", component: components.AnnotationContext },
});

/** Fields of `AnnotationContext`. */
export interface AnnotationContextFields {
	readonly context?: readonly ClassDescription[] | undefined;
}

/** Fields of `AnnotationContext`, with values for many rows. */
export interface AnnotationContextColumns {
	readonly context?: readonly (readonly ClassDescription[])[] | undefined;
}

/** Names, colours and connections of classes and of their keypoints. They hold for the entity and all entities below it; the nearest context counts. */
export class AnnotationContext extends Archetype {
	constructor(context: readonly ClassDescription[]) {
		super(ANNOTATION_CONTEXT, { context });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: AnnotationContextFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(ANNOTATION_CONTEXT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(ANNOTATION_CONTEXT, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: AnnotationContextColumns): ArchetypeColumns {
		return new ArchetypeColumns(ANNOTATION_CONTEXT, fields as Readonly<Record<string, unknown>>);
	}
}
