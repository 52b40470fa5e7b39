// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. Not edited by hand; a test compares the two.

import { Archetype, ArchetypeColumns, archetypeSpec, type FromFieldsOptions } from "./archetype.ts";
import type { Color, Colors } from "./color.ts";
import type { Flags, Numbers, Texts } from "./component.ts";
import * as components from "./components.generated.ts";
import type { AggregationPolicy, InterpolationMode, MarkerShape } from "./enums.generated.ts";
import type { TensorData } from "./tensor.ts";

const BAR_CHART = archetypeSpec("rerun.archetypes.BarChart", {
	values: { name: "values", component: components.TensorData },
	color: { name: "color", component: components.Color },
	abscissa: { name: "abscissa", component: components.TensorData },
	widths: { name: "widths", component: components.Length, plural: true },
});

/** Fields of `BarChart`. */
export interface BarChartFields {
	readonly values?: TensorData | undefined;
	/** Colour. */
	readonly color?: Color | undefined;
	/** Places of the bars on the axis. */
	readonly abscissa?: TensorData | undefined;
	/** Widths of the lines in points of the screen. */
	readonly widths?: Numbers | undefined;
}

/** Fields of `BarChart`, with values for many rows. */
export interface BarChartColumns {
	readonly values?: readonly TensorData[] | undefined;
	readonly color?: Colors | undefined;
	readonly abscissa?: readonly TensorData[] | undefined;
	readonly widths?: Numbers | undefined;
}

/** A bar chart of one row of numbers. */
export class BarChart extends Archetype {
	constructor(values: TensorData, options: Omit<BarChartFields, "values"> = {}) {
		super(BAR_CHART, { values, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: BarChartFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(BAR_CHART, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(BAR_CHART, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: BarChartColumns): ArchetypeColumns {
		return new ArchetypeColumns(BAR_CHART, fields as Readonly<Record<string, unknown>>);
	}
}

const SCALARS = archetypeSpec("rerun.archetypes.Scalars", {
	scalars: { name: "scalars", component: components.Scalar, plural: true },
});

/** Fields of `Scalars`. */
export interface ScalarsFields {
	readonly scalars?: Numbers | undefined;
}

/** Fields of `Scalars`, with values for many rows. */
export interface ScalarsColumns {
	readonly scalars?: Numbers | undefined;
}

/** Numbers of one moment, each a curve of a plot. */
export class Scalars extends Archetype {
	constructor(scalars: Numbers) {
		super(SCALARS, { scalars });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: ScalarsFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(SCALARS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(SCALARS, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: ScalarsColumns): ArchetypeColumns {
		return new ArchetypeColumns(SCALARS, fields as Readonly<Record<string, unknown>>);
	}
}

const SERIES_LINES = archetypeSpec("rerun.archetypes.SeriesLines", {
	colors: { name: "colors", component: components.Color, plural: true },
	widths: { name: "widths", component: components.StrokeWidth, plural: true },
	names: { name: "names", component: components.Name, plural: true },
	visibleSeries: { name: "visible_series", component: components.Visible, plural: true },
	aggregationPolicy: { name: "aggregation_policy", component: components.AggregationPolicy },
	interpolationMode: { name: "interpolation_mode", component: components.InterpolationMode },
});

/** Fields of `SeriesLines`. */
export interface SeriesLinesFields {
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
	/** Widths of the lines in points of the screen. */
	readonly widths?: Numbers | undefined;
	/** Names in the legend. */
	readonly names?: Texts | undefined;
	/** True for each curve that is shown. */
	readonly visibleSeries?: Flags | undefined;
	/** The way to join values when there are more of them than pixels. */
	readonly aggregationPolicy?: AggregationPolicy | undefined;
	/** The course of a line between two values. */
	readonly interpolationMode?: InterpolationMode | undefined;
}

/** Fields of `SeriesLines`, with values for many rows. */
export interface SeriesLinesColumns {
	readonly colors?: Colors | undefined;
	readonly widths?: Numbers | undefined;
	readonly names?: Texts | undefined;
	readonly visibleSeries?: Flags | undefined;
	readonly aggregationPolicy?: AggregationPolicy | ArrayLike<AggregationPolicy> | undefined;
	readonly interpolationMode?: InterpolationMode | ArrayLike<InterpolationMode> | undefined;
}

/** The look of the curves of `Scalars` as lines. Log it as static. */
export class SeriesLines extends Archetype {
	constructor(fields: SeriesLinesFields = {}) {
		super(SERIES_LINES, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: SeriesLinesFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(SERIES_LINES, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(SERIES_LINES, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: SeriesLinesColumns): ArchetypeColumns {
		return new ArchetypeColumns(SERIES_LINES, fields as Readonly<Record<string, unknown>>);
	}
}

const SERIES_POINTS = archetypeSpec("rerun.archetypes.SeriesPoints", {
	colors: { name: "colors", component: components.Color, plural: true },
	markers: { name: "markers", component: components.MarkerShape, plural: true },
	names: { name: "names", component: components.Name, plural: true },
	visibleSeries: { name: "visible_series", component: components.Visible, plural: true },
	markerSizes: { name: "marker_sizes", component: components.MarkerSize, plural: true },
});

/** Fields of `SeriesPoints`. */
export interface SeriesPointsFields {
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
	/** Shapes of the markers. */
	readonly markers?: MarkerShape | ArrayLike<MarkerShape> | undefined;
	/** Names in the legend. */
	readonly names?: Texts | undefined;
	/** True for each curve that is shown. */
	readonly visibleSeries?: Flags | undefined;
	/** Radii of the markers in points of the screen. */
	readonly markerSizes?: Numbers | undefined;
}

/** Fields of `SeriesPoints`, with values for many rows. */
export interface SeriesPointsColumns {
	readonly colors?: Colors | undefined;
	readonly markers?: MarkerShape | ArrayLike<MarkerShape> | undefined;
	readonly names?: Texts | undefined;
	readonly visibleSeries?: Flags | undefined;
	readonly markerSizes?: Numbers | undefined;
}

/** The look of the curves of `Scalars` as points. Log it as static. */
export class SeriesPoints extends Archetype {
	constructor(markers: MarkerShape | ArrayLike<MarkerShape>, options: Omit<SeriesPointsFields, "markers"> = {}) {
		super(SERIES_POINTS, { markers, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: SeriesPointsFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(SERIES_POINTS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(SERIES_POINTS, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: SeriesPointsColumns): ArchetypeColumns {
		return new ArchetypeColumns(SERIES_POINTS, fields as Readonly<Record<string, unknown>>);
	}
}
