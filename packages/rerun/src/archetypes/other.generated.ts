// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. Not edited by hand; a test compares the two.

import { Archetype, ArchetypeColumns, archetypeSpec, type FromFieldsOptions } from "./archetype.ts";
import type { Flags, Integers, Texts } from "./component.ts";
import * as components from "./components.generated.ts";

const CLEAR = archetypeSpec("rerun.archetypes.Clear", {
	isRecursive: { name: "is_recursive", component: components.ClearIsRecursive },
});

/** Fields of `Clear`. */
export interface ClearFields {
	/** True: the entities below are emptied, too. */
	readonly isRecursive?: boolean | undefined;
}

/** Fields of `Clear`, with values for many rows. */
export interface ClearColumns {
	readonly isRecursive?: Flags | undefined;
}

/** Empties all components of an entity from this time on. */
export class ClearBase extends Archetype {
	constructor(isRecursive: boolean) {
		super(CLEAR, { isRecursive });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: ClearFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(CLEAR, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(CLEAR, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: ClearColumns): ArchetypeColumns {
		return new ArchetypeColumns(CLEAR, fields as Readonly<Record<string, unknown>>);
	}
}

const RECORDING_INFO = archetypeSpec("rerun.archetypes.RecordingInfo", {
	startTime: { name: "start_time", component: components.Timestamp },
	name: { name: "name", component: components.Name },
});

/** Fields of `RecordingInfo`. */
export interface RecordingInfoFields {
	/** The time when it began, in nanoseconds since 1970. */
	readonly startTime?: number | bigint | undefined;
	readonly name?: string | undefined;
}

/** Fields of `RecordingInfo`, with values for many rows. */
export interface RecordingInfoColumns {
	readonly startTime?: Integers | undefined;
	readonly name?: Texts | undefined;
}

/** Facts about a recording. They belong to `/__properties`, static. */
export class RecordingInfo extends Archetype {
	constructor(fields: RecordingInfoFields = {}) {
		super(RECORDING_INFO, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: RecordingInfoFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(RECORDING_INFO, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(RECORDING_INFO, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: RecordingInfoColumns): ArchetypeColumns {
		return new ArchetypeColumns(RECORDING_INFO, fields as Readonly<Record<string, unknown>>);
	}
}
