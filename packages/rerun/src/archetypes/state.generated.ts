// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. Not edited by hand; a test compares the two.

import { Archetype, ArchetypeColumns, archetypeSpec, type FromFieldsOptions } from "./archetype.ts";
import type { Colors } from "./color.ts";
import type { Flags, Texts } from "./component.ts";
import * as components from "./components.generated.ts";

const STATE_CHANGE = archetypeSpec("rerun.archetypes.StateChange", {
	state: { name: "state", component: components.Text },
});

/** Fields of `StateChange`. */
export interface StateChangeFields {
	readonly state?: string | undefined;
}

/** Fields of `StateChange`, with values for many rows. */
export interface StateChangeColumns {
	readonly state?: Texts | undefined;
}

/** The state of a thing from this time on. */
export class StateChange extends Archetype {
	constructor(state: string) {
		super(STATE_CHANGE, { state });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: StateChangeFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(STATE_CHANGE, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(STATE_CHANGE, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: StateChangeColumns): ArchetypeColumns {
		return new ArchetypeColumns(STATE_CHANGE, fields as Readonly<Record<string, unknown>>);
	}
}

const STATE_CONFIGURATION = archetypeSpec("rerun.archetypes.StateConfiguration", {
	values: { name: "values", component: components.Text, plural: true },
	labels: { name: "labels", component: components.Text, plural: true },
	colors: { name: "colors", component: components.Color, plural: true },
	visible: { name: "visible", component: components.Visible, plural: true },
});

/** Fields of `StateConfiguration`. */
export interface StateConfigurationFields {
	readonly values?: Texts | undefined;
	/** Texts. */
	readonly labels?: Texts | undefined;
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
	/** True for each state that is shown. */
	readonly visible?: Flags | undefined;
}

/** Fields of `StateConfiguration`, with values for many rows. */
export interface StateConfigurationColumns {
	readonly values?: Texts | undefined;
	readonly labels?: Texts | undefined;
	readonly colors?: Colors | undefined;
	readonly visible?: Flags | undefined;
}

/** The look of the states of a lane. */
export class StateConfiguration extends Archetype {
	constructor(fields: StateConfigurationFields = {}) {
		super(STATE_CONFIGURATION, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: StateConfigurationFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(STATE_CONFIGURATION, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(STATE_CONFIGURATION, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: StateConfigurationColumns): ArchetypeColumns {
		return new ArchetypeColumns(STATE_CONFIGURATION, fields as Readonly<Record<string, unknown>>);
	}
}
