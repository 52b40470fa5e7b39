// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. Not edited by hand; a test compares the two.

import { Archetype, ArchetypeColumns, archetypeSpec, type FromFieldsOptions } from "./archetype.ts";
import type { Colors } from "./color.ts";
import type { Flags, Numbers, Texts, Vectors } from "./component.ts";
import * as components from "./components.generated.ts";

const ARROWS_2D = archetypeSpec("rerun.archetypes.Arrows2D", {
	vectors: { name: "vectors", component: components.Vector2D, plural: true, count: "all" },
	origins: { name: "origins", component: components.Position2D, plural: true, count: "each" },
	radii: { name: "radii", component: components.Radius, plural: true, count: "each" },
	colors: { name: "colors", component: components.Color, plural: true, count: "each" },
	labels: { name: "labels", component: components.Text, plural: true, count: "each" },
	showLabels: { name: "show_labels", component: components.ShowLabels },
	drawOrder: { name: "draw_order", component: components.DrawOrder },
	classIds: { name: "class_ids", component: components.ClassId, plural: true, count: "each" },
});

/** Fields of `Arrows2D`. */
export interface Arrows2DFields {
	/** Vectors from the origins to the tips. */
	readonly vectors?: Vectors | undefined;
	/** Beginnings of the arrows. Without them, the origin of the space. */
	readonly origins?: Vectors | undefined;
	/** Radii in the units of the scene. Negative radii are in points of the screen. */
	readonly radii?: Numbers | undefined;
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
	/** Texts. */
	readonly labels?: Texts | undefined;
	/** True: labels are drawn. Without it, the viewer decides. */
	readonly showLabels?: boolean | undefined;
	/** Order of drawing: higher numbers are drawn over lower ones. */
	readonly drawOrder?: number | undefined;
	/** Class ids, to which an `AnnotationContext` gives names and colours. */
	readonly classIds?: Numbers | undefined;
}

/** Fields of `Arrows2D`, with values for many rows. */
export interface Arrows2DColumns {
	readonly vectors?: Vectors | undefined;
	readonly origins?: Vectors | undefined;
	readonly radii?: Numbers | undefined;
	readonly colors?: Colors | undefined;
	readonly labels?: Texts | undefined;
	readonly showLabels?: Flags | undefined;
	readonly drawOrder?: Numbers | undefined;
	readonly classIds?: Numbers | undefined;
}

/** Arrows in a plane. */
export class Arrows2D extends Archetype {
	constructor(vectors: Vectors, options: Omit<Arrows2DFields, "vectors"> = {}) {
		super(ARROWS_2D, { vectors, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: Arrows2DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(ARROWS_2D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(ARROWS_2D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: Arrows2DColumns): ArchetypeColumns {
		return new ArchetypeColumns(ARROWS_2D, fields as Readonly<Record<string, unknown>>);
	}
}

const BOXES_2D = archetypeSpec("rerun.archetypes.Boxes2D", {
	halfSizes: { name: "half_sizes", component: components.HalfSize2D, plural: true, count: "all" },
	centers: { name: "centers", component: components.Position2D, plural: true, count: "each" },
	colors: { name: "colors", component: components.Color, plural: true, count: "each" },
	radii: { name: "radii", component: components.Radius, plural: true, count: "each" },
	labels: { name: "labels", component: components.Text, plural: true, count: "each" },
	showLabels: { name: "show_labels", component: components.ShowLabels },
	drawOrder: { name: "draw_order", component: components.DrawOrder },
	classIds: { name: "class_ids", component: components.ClassId, plural: true, count: "each" },
});

/** Fields of `Boxes2D`. */
export interface Boxes2DFields {
	/** Half of the size along each axis. */
	readonly halfSizes?: Vectors | undefined;
	/** Centres. Without them, the origin of the space. */
	readonly centers?: Vectors | undefined;
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
	/** Radii in the units of the scene. Negative radii are in points of the screen. */
	readonly radii?: Numbers | undefined;
	/** Texts. */
	readonly labels?: Texts | undefined;
	/** True: labels are drawn. Without it, the viewer decides. */
	readonly showLabels?: boolean | undefined;
	/** Order of drawing: higher numbers are drawn over lower ones. */
	readonly drawOrder?: number | undefined;
	/** Class ids, to which an `AnnotationContext` gives names and colours. */
	readonly classIds?: Numbers | undefined;
}

/** Fields of `Boxes2D`, with values for many rows. */
export interface Boxes2DColumns {
	readonly halfSizes?: Vectors | undefined;
	readonly centers?: Vectors | undefined;
	readonly colors?: Colors | undefined;
	readonly radii?: Numbers | undefined;
	readonly labels?: Texts | undefined;
	readonly showLabels?: Flags | undefined;
	readonly drawOrder?: Numbers | undefined;
	readonly classIds?: Numbers | undefined;
}

/** Rectangles, by their centres and half sizes. */
export class Boxes2DBase extends Archetype {
	constructor(halfSizes: Vectors, options: Omit<Boxes2DFields, "halfSizes"> = {}) {
		super(BOXES_2D, { halfSizes, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: Boxes2DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(BOXES_2D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(BOXES_2D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: Boxes2DColumns): ArchetypeColumns {
		return new ArchetypeColumns(BOXES_2D, fields as Readonly<Record<string, unknown>>);
	}
}

const ELLIPSES_2D = archetypeSpec("rerun.archetypes.Ellipses2D", {
	halfSizes: { name: "half_sizes", component: components.HalfSize2D, plural: true, count: "all" },
	centers: { name: "centers", component: components.Position2D, plural: true, count: "each" },
	colors: { name: "colors", component: components.Color, plural: true, count: "each" },
	lineRadii: { name: "line_radii", component: components.Radius, plural: true, count: "each" },
	labels: { name: "labels", component: components.Text, plural: true, count: "each" },
	showLabels: { name: "show_labels", component: components.ShowLabels },
	drawOrder: { name: "draw_order", component: components.DrawOrder },
	classIds: { name: "class_ids", component: components.ClassId, plural: true, count: "each" },
});

/** Fields of `Ellipses2D`. */
export interface Ellipses2DFields {
	/** Half of the size along each axis. */
	readonly halfSizes?: Vectors | undefined;
	/** Centres. Without them, the origin of the space. */
	readonly centers?: Vectors | undefined;
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
	/** Radii of the lines. Negative radii are in points of the screen. */
	readonly lineRadii?: Numbers | undefined;
	/** Texts. */
	readonly labels?: Texts | undefined;
	/** True: labels are drawn. Without it, the viewer decides. */
	readonly showLabels?: boolean | undefined;
	/** Order of drawing: higher numbers are drawn over lower ones. */
	readonly drawOrder?: number | undefined;
	/** Class ids, to which an `AnnotationContext` gives names and colours. */
	readonly classIds?: Numbers | undefined;
}

/** Fields of `Ellipses2D`, with values for many rows. */
export interface Ellipses2DColumns {
	readonly halfSizes?: Vectors | undefined;
	readonly centers?: Vectors | undefined;
	readonly colors?: Colors | undefined;
	readonly lineRadii?: Numbers | undefined;
	readonly labels?: Texts | undefined;
	readonly showLabels?: Flags | undefined;
	readonly drawOrder?: Numbers | undefined;
	readonly classIds?: Numbers | undefined;
}

/** Ellipses, by their centres and half sizes. */
export class Ellipses2D extends Archetype {
	constructor(halfSizes: Vectors, options: Omit<Ellipses2DFields, "halfSizes"> = {}) {
		super(ELLIPSES_2D, { halfSizes, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: Ellipses2DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(ELLIPSES_2D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(ELLIPSES_2D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: Ellipses2DColumns): ArchetypeColumns {
		return new ArchetypeColumns(ELLIPSES_2D, fields as Readonly<Record<string, unknown>>);
	}
}

const LINE_STRIPS_2D = archetypeSpec("rerun.archetypes.LineStrips2D", {
	strips: { name: "strips", component: components.LineStrip2D, plural: true, count: "all" },
	radii: { name: "radii", component: components.Radius, plural: true, count: "each" },
	colors: { name: "colors", component: components.Color, plural: true, count: "each" },
	labels: { name: "labels", component: components.Text, plural: true, count: "each" },
	showLabels: { name: "show_labels", component: components.ShowLabels },
	drawOrder: { name: "draw_order", component: components.DrawOrder },
	classIds: { name: "class_ids", component: components.ClassId, plural: true, count: "each" },
});

/** Fields of `LineStrips2D`. */
export interface LineStrips2DFields {
	/** Points of each line. */
	readonly strips?: readonly Vectors[] | Float32Array | Float64Array | undefined;
	/** Radii in the units of the scene. Negative radii are in points of the screen. */
	readonly radii?: Numbers | undefined;
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
	/** Texts. */
	readonly labels?: Texts | undefined;
	/** True: labels are drawn. Without it, the viewer decides. */
	readonly showLabels?: boolean | undefined;
	/** Order of drawing: higher numbers are drawn over lower ones. */
	readonly drawOrder?: number | undefined;
	/** Class ids, to which an `AnnotationContext` gives names and colours. */
	readonly classIds?: Numbers | undefined;
}

/** Fields of `LineStrips2D`, with values for many rows. */
export interface LineStrips2DColumns {
	readonly strips?: readonly Vectors[] | Float32Array | Float64Array | undefined;
	readonly radii?: Numbers | undefined;
	readonly colors?: Colors | undefined;
	readonly labels?: Texts | undefined;
	readonly showLabels?: Flags | undefined;
	readonly drawOrder?: Numbers | undefined;
	readonly classIds?: Numbers | undefined;
}

/** Lines in a plane, each through any number of points. */
export class LineStrips2D extends Archetype {
	constructor(strips: readonly Vectors[] | Float32Array | Float64Array, options: Omit<LineStrips2DFields, "strips"> = {}) {
		super(LINE_STRIPS_2D, { strips, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: LineStrips2DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(LINE_STRIPS_2D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(LINE_STRIPS_2D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: LineStrips2DColumns): ArchetypeColumns {
		return new ArchetypeColumns(LINE_STRIPS_2D, fields as Readonly<Record<string, unknown>>);
	}
}

const POINTS_2D = archetypeSpec("rerun.archetypes.Points2D", {
	positions: { name: "positions", component: components.Position2D, plural: true, count: "all" },
	radii: { name: "radii", component: components.Radius, plural: true, count: "each" },
	colors: { name: "colors", component: components.Color, plural: true, count: "each" },
	labels: { name: "labels", component: components.Text, plural: true, count: "each" },
	showLabels: { name: "show_labels", component: components.ShowLabels },
	drawOrder: { name: "draw_order", component: components.DrawOrder },
	classIds: { name: "class_ids", component: components.ClassId, plural: true, count: "each" },
	keypointIds: { name: "keypoint_ids", component: components.KeypointId, plural: true, count: "each" },
});

/** Fields of `Points2D`. */
export interface Points2DFields {
	readonly positions?: Vectors | undefined;
	/** Radii in the units of the scene. Negative radii are in points of the screen. */
	readonly radii?: Numbers | undefined;
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
	/** Texts. */
	readonly labels?: Texts | undefined;
	/** True: labels are drawn. Without it, the viewer decides. */
	readonly showLabels?: boolean | undefined;
	/** Order of drawing: higher numbers are drawn over lower ones. */
	readonly drawOrder?: number | undefined;
	/** Class ids, to which an `AnnotationContext` gives names and colours. */
	readonly classIds?: Numbers | undefined;
	/** Ids of keypoints within their class: an `AnnotationContext` names and connects them. */
	readonly keypointIds?: Numbers | undefined;
}

/** Fields of `Points2D`, with values for many rows. */
export interface Points2DColumns {
	readonly positions?: Vectors | undefined;
	readonly radii?: Numbers | undefined;
	readonly colors?: Colors | undefined;
	readonly labels?: Texts | undefined;
	readonly showLabels?: Flags | undefined;
	readonly drawOrder?: Numbers | undefined;
	readonly classIds?: Numbers | undefined;
	readonly keypointIds?: Numbers | undefined;
}

/** Points in a plane. */
export class Points2D extends Archetype {
	constructor(positions: Vectors, options: Omit<Points2DFields, "positions"> = {}) {
		super(POINTS_2D, { positions, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: Points2DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(POINTS_2D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(POINTS_2D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: Points2DColumns): ArchetypeColumns {
		return new ArchetypeColumns(POINTS_2D, fields as Readonly<Record<string, unknown>>);
	}
}
