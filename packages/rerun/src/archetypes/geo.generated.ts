// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. Not edited by hand; a test compares the two.

import { Archetype, ArchetypeColumns, archetypeSpec, type FromFieldsOptions } from "./archetype.ts";
import type { Colors } from "./color.ts";
import type { Numbers, Vectors } from "./component.ts";
import * as components from "./components.generated.ts";

const GEO_LINE_STRINGS = archetypeSpec("rerun.archetypes.GeoLineStrings", {
	lineStrings: { name: "line_strings", component: components.GeoLineString, plural: true, count: "all" },
	radii: { name: "radii", component: components.Radius, plural: true, count: "each" },
	colors: { name: "colors", component: components.Color, plural: true, count: "each" },
});

/** Fields of `GeoLineStrings`. */
export interface GeoLineStringsFields {
	/** Latitudes and longitudes in degrees, one or more lines. */
	readonly lineStrings?: readonly Vectors[] | Float32Array | Float64Array | undefined;
	/** Radii in the units of the scene. Negative radii are in points of the screen. */
	readonly radii?: Numbers | undefined;
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
}

/** Fields of `GeoLineStrings`, with values for many rows. */
export interface GeoLineStringsColumns {
	readonly lineStrings?: readonly Vectors[] | Float32Array | Float64Array | undefined;
	readonly radii?: Numbers | undefined;
	readonly colors?: Colors | undefined;
}

/** Lines on a map. */
export class GeoLineStrings extends Archetype {
	constructor(lineStrings: readonly Vectors[] | Float32Array | Float64Array, options: Omit<GeoLineStringsFields, "lineStrings"> = {}) {
		super(GEO_LINE_STRINGS, { lineStrings, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: GeoLineStringsFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(GEO_LINE_STRINGS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(GEO_LINE_STRINGS, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: GeoLineStringsColumns): ArchetypeColumns {
		return new ArchetypeColumns(GEO_LINE_STRINGS, fields as Readonly<Record<string, unknown>>);
	}
}

const GEO_POINTS = archetypeSpec("rerun.archetypes.GeoPoints", {
	positions: { name: "positions", component: components.LatLon, plural: true, count: "all" },
	radii: { name: "radii", component: components.Radius, plural: true, count: "each" },
	colors: { name: "colors", component: components.Color, plural: true, count: "each" },
	classIds: { name: "class_ids", component: components.ClassId, plural: true, count: "each" },
});

/** Fields of `GeoPoints`. */
export interface GeoPointsFields {
	readonly positions?: Vectors | undefined;
	/** Radii in the units of the scene. Negative radii are in points of the screen. */
	readonly radii?: Numbers | undefined;
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
	/** Class ids, to which an `AnnotationContext` gives names and colours. */
	readonly classIds?: Numbers | undefined;
}

/** Fields of `GeoPoints`, with values for many rows. */
export interface GeoPointsColumns {
	readonly positions?: Vectors | undefined;
	readonly radii?: Numbers | undefined;
	readonly colors?: Colors | undefined;
	readonly classIds?: Numbers | undefined;
}

/** Points on a map. */
export class GeoPoints extends Archetype {
	constructor(positions: Vectors, options: Omit<GeoPointsFields, "positions"> = {}) {
		super(GEO_POINTS, { positions, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: GeoPointsFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(GEO_POINTS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(GEO_POINTS, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: GeoPointsColumns): ArchetypeColumns {
		return new ArchetypeColumns(GEO_POINTS, fields as Readonly<Record<string, unknown>>);
	}
}
