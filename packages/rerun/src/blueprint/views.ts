import { Archetype, type Loggable } from "../archetypes/archetype.ts";
import * as archetypes from "../archetypes/blueprint.generated.ts";
import type { Color } from "../archetypes/color.ts";
import { BackgroundKind, type Corner2D, type MapProvider, type ViewFit } from "../archetypes/enums.generated.ts";
import { checkOptions, type OptionNames, onlyOptions } from "../option-names.ts";
import { completeRange, type TimeRange, type VisibleTimeRange } from "./time-range.ts";
import { VIEW_OPTIONS, View, type ViewOptions } from "./view.ts";

/** An archetype, or its fields. */
type Property<Fields> = Loggable | Fields;

/** The ranges of timelines that are shown at once. @default the newest time of each entity */
type TimeRanges = VisibleTimeRange | readonly VisibleTimeRange[];

/** The axis of time of a plot. */
export interface TimeAxisOptions extends Omit<archetypes.TimeAxisFields, "viewRange"> {
	readonly viewRange?: TimeRange | undefined;
}

/** The options of a `Spatial3DView`. */
export interface Spatial3DViewOptions extends ViewOptions {
	/** A colour, one of the gradients, or both fields. */
	readonly background?: Color | BackgroundKind | Property<archetypes.BackgroundFields> | undefined;
	/** `false` hides it. */
	readonly lineGrid?: boolean | Property<archetypes.LineGrid3DFields> | undefined;
	readonly spatialInformation?: Property<archetypes.SpatialInformationFields> | undefined;
	/** The place of the eye. */
	readonly eyeControls?: Property<archetypes.EyeControls3DFields> | undefined;
	readonly timeRanges?: TimeRanges | undefined;
}

const SPATIAL_3DVIEW_OPTIONS: OptionNames<Spatial3DViewOptions> = {
	...VIEW_OPTIONS,
	background: true,
	lineGrid: true,
	spatialInformation: true,
	eyeControls: true,
	timeRanges: true,
};

/** A view of space. */
export class Spatial3DView extends View {
	/** @throws {TypeError} when an option has an unknown name. */
	constructor(options: Spatial3DViewOptions = {}) {
		checkOptions(options, SPATIAL_3DVIEW_OPTIONS, "Spatial3DView");
		super("3D", {
			...common(options),
			properties: properties(options, [
				background(options.background),
				property(
					archetypes.LineGrid3D,
					typeof options.lineGrid === "boolean" ? { visible: options.lineGrid } : options.lineGrid,
				),
				property(archetypes.SpatialInformation, options.spatialInformation),
				property(archetypes.EyeControls3D, options.eyeControls),
				timeRanges(options.timeRanges),
			]),
		});
	}
}

/** The options of a `Spatial2DView`. */
export interface Spatial2DViewOptions extends ViewOptions {
	/** A colour, one of the gradients, or both fields. */
	readonly background?: Color | BackgroundKind | Property<archetypes.BackgroundFields> | undefined;
	/** The part that is shown, in pixels. */
	readonly visualBounds?: Bounds | undefined;
	readonly spatialInformation?: Property<archetypes.SpatialInformationFields> | undefined;
	readonly timeRanges?: TimeRanges | undefined;
}

const SPATIAL_2DVIEW_OPTIONS: OptionNames<Spatial2DViewOptions> = {
	...VIEW_OPTIONS,
	background: true,
	visualBounds: true,
	spatialInformation: true,
	timeRanges: true,
};

/** A view of pictures, and of shapes on them. */
export class Spatial2DView extends View {
	/** @throws {TypeError} when an option has an unknown name. */
	constructor(options: Spatial2DViewOptions = {}) {
		checkOptions(options, SPATIAL_2DVIEW_OPTIONS, "Spatial2DView");
		super("2D", {
			...common(options),
			properties: properties(options, [
				background(options.background),
				bounds(options.visualBounds),
				property(archetypes.SpatialInformation, options.spatialInformation),
				timeRanges(options.timeRanges),
			]),
		});
	}
}

/** The options of a `TimeSeriesView`. */
export interface TimeSeriesViewOptions extends ViewOptions {
	readonly axisX?: Loggable | TimeAxisOptions | undefined;
	readonly axisY?: Property<archetypes.ScalarAxisFields> | undefined;
	readonly plotLegend?: Corner2D | Property<archetypes.PlotLegendFields> | undefined;
	readonly background?: Property<archetypes.PlotBackgroundFields> | undefined;
	readonly timeRanges?: TimeRanges | undefined;
}

const TIME_SERIES_VIEW_OPTIONS: OptionNames<TimeSeriesViewOptions> = {
	...VIEW_OPTIONS,
	axisX: true,
	axisY: true,
	plotLegend: true,
	background: true,
	timeRanges: true,
};

/** A view of numbers over time. */
export class TimeSeriesView extends View {
	/**
	 * @throws {TypeError} when an option has an unknown name.
	 * @throws {RangeError} when a timeline has two ranges.
	 */
	constructor(options: TimeSeriesViewOptions = {}) {
		checkOptions(options, TIME_SERIES_VIEW_OPTIONS, "TimeSeriesView");
		super("TimeSeries", {
			...common(options),
			properties: properties(options, [
				timeAxis(options.axisX),
				property(archetypes.ScalarAxis, options.axisY),
				legend(options.plotLegend),
				property(archetypes.PlotBackground, options.background),
				timeRanges(options.timeRanges),
			]),
		});
	}
}

/** The options of a `StateTimelineView`. */
export interface StateTimelineViewOptions extends ViewOptions {
	readonly timeAxis?: Loggable | TimeAxisOptions | undefined;
	readonly timeRanges?: TimeRanges | undefined;
}

const STATE_TIMELINE_VIEW_OPTIONS: OptionNames<StateTimelineViewOptions> = {
	...VIEW_OPTIONS,
	timeAxis: true,
	timeRanges: true,
};

/** A view of states over time, as lanes. */
export class StateTimelineView extends View {
	/**
	 * @throws {TypeError} when an option has an unknown name.
	 * @throws {RangeError} when a timeline has two ranges.
	 */
	constructor(options: StateTimelineViewOptions = {}) {
		checkOptions(options, STATE_TIMELINE_VIEW_OPTIONS, "StateTimelineView");
		super("StateTimeline", {
			...common(options),
			properties: properties(options, [timeAxis(options.timeAxis), timeRanges(options.timeRanges)]),
		});
	}
}

/** The options of a `BarChartView`. */
export interface BarChartViewOptions extends ViewOptions {
	readonly plotLegend?: Corner2D | Property<archetypes.PlotLegendFields> | undefined;
	readonly background?: Property<archetypes.PlotBackgroundFields> | undefined;
}

const BAR_CHART_VIEW_OPTIONS: OptionNames<BarChartViewOptions> = {
	...VIEW_OPTIONS,
	plotLegend: true,
	background: true,
};

/** A view of bar charts. */
export class BarChartView extends View {
	/** @throws {TypeError} when an option has an unknown name. */
	constructor(options: BarChartViewOptions = {}) {
		checkOptions(options, BAR_CHART_VIEW_OPTIONS, "BarChartView");
		super("BarChart", {
			...common(options),
			properties: properties(options, [
				legend(options.plotLegend),
				property(archetypes.PlotBackground, options.background),
			]),
		});
	}
}

/** The options of a `DataframeView`. */
export interface DataframeViewOptions extends ViewOptions {
	readonly query?: Property<archetypes.DataframeQueryFields> | undefined;
}

const DATAFRAME_VIEW_OPTIONS: OptionNames<DataframeViewOptions> = { ...VIEW_OPTIONS, query: true };

/** A view of rows as a table. */
export class DataframeView extends View {
	/** @throws {TypeError} when an option has an unknown name. */
	constructor(options: DataframeViewOptions = {}) {
		checkOptions(options, DATAFRAME_VIEW_OPTIONS, "DataframeView");
		super("Dataframe", {
			...common(options),
			properties: properties(options, [property(archetypes.DataframeQuery, options.query)]),
		});
	}
}

/** The options of a `GraphView`. */
export interface GraphViewOptions extends ViewOptions {
	readonly background?: Property<archetypes.GraphBackgroundFields> | undefined;
	readonly visualBounds?: Bounds | undefined;
	readonly forceLink?: Property<archetypes.ForceLinkFields> | undefined;
	readonly forceManyBody?: Property<archetypes.ForceManyBodyFields> | undefined;
	readonly forcePosition?: Property<archetypes.ForcePositionFields> | undefined;
	readonly forceCollisionRadius?: Property<archetypes.ForceCollisionRadiusFields> | undefined;
	readonly forceCenter?: Property<archetypes.ForceCenterFields> | undefined;
}

const GRAPH_VIEW_OPTIONS: OptionNames<GraphViewOptions> = {
	...VIEW_OPTIONS,
	background: true,
	visualBounds: true,
	forceLink: true,
	forceManyBody: true,
	forcePosition: true,
	forceCollisionRadius: true,
	forceCenter: true,
};

/** A view of nodes and edges. */
export class GraphView extends View {
	/** @throws {TypeError} when an option has an unknown name. */
	constructor(options: GraphViewOptions = {}) {
		checkOptions(options, GRAPH_VIEW_OPTIONS, "GraphView");
		super("Graph", {
			...common(options),
			properties: properties(options, [
				property(archetypes.GraphBackground, options.background),
				bounds(options.visualBounds),
				property(archetypes.ForceLink, options.forceLink),
				property(archetypes.ForceManyBody, options.forceManyBody),
				property(archetypes.ForcePosition, options.forcePosition),
				property(archetypes.ForceCollisionRadius, options.forceCollisionRadius),
				property(archetypes.ForceCenter, options.forceCenter),
			]),
		});
	}
}

/** The options of a `MapView`. */
export interface MapViewOptions extends ViewOptions {
	/** Scale of the map: 0 shows the world, 20 a house. */
	readonly zoom?: number | Property<archetypes.MapZoomFields> | undefined;
	readonly background?: MapProvider | Property<archetypes.MapBackgroundFields> | undefined;
}

const MAP_VIEW_OPTIONS: OptionNames<MapViewOptions> = { ...VIEW_OPTIONS, zoom: true, background: true };

/** A view of a map of the earth. */
export class MapView extends View {
	/** @throws {TypeError} when an option has an unknown name. */
	constructor(options: MapViewOptions = {}) {
		checkOptions(options, MAP_VIEW_OPTIONS, "MapView");
		const { zoom, background: provider } = options;
		super("Map", {
			...common(options),
			properties: properties(options, [
				property(archetypes.MapZoom, typeof zoom === "number" ? { zoom } : zoom),
				property(archetypes.MapBackground, typeof provider === "number" ? { provider } : provider),
			]),
		});
	}
}

/** The options of a `TensorView`. */
export interface TensorViewOptions extends ViewOptions {
	readonly sliceSelection?: Property<archetypes.TensorSliceSelectionFields> | undefined;
	readonly scalarMapping?: Property<archetypes.TensorScalarMappingFields> | undefined;
	readonly viewFit?: ViewFit | Property<archetypes.TensorViewFitFields> | undefined;
}

const TENSOR_VIEW_OPTIONS: OptionNames<TensorViewOptions> = {
	...VIEW_OPTIONS,
	sliceSelection: true,
	scalarMapping: true,
	viewFit: true,
};

/** A view of slices of tensors. */
export class TensorView extends View {
	/** @throws {TypeError} when an option has an unknown name. */
	constructor(options: TensorViewOptions = {}) {
		checkOptions(options, TENSOR_VIEW_OPTIONS, "TensorView");
		const { viewFit } = options;
		super("Tensor", {
			...common(options),
			properties: properties(options, [
				property(archetypes.TensorSliceSelection, options.sliceSelection),
				property(archetypes.TensorScalarMapping, options.scalarMapping),
				property(archetypes.TensorViewFit, typeof viewFit === "number" ? { scaling: viewFit } : viewFit),
			]),
		});
	}
}

/** The options of a `TextDocumentView`. */
export interface TextDocumentViewOptions extends ViewOptions {
	readonly format?: Property<archetypes.TextDocumentFormatFields> | undefined;
}

const TEXT_DOCUMENT_VIEW_OPTIONS: OptionNames<TextDocumentViewOptions> = { ...VIEW_OPTIONS, format: true };

/** A view of a text as a whole. */
export class TextDocumentView extends View {
	/** @throws {TypeError} when an option has an unknown name. */
	constructor(options: TextDocumentViewOptions = {}) {
		checkOptions(options, TEXT_DOCUMENT_VIEW_OPTIONS, "TextDocumentView");
		super("TextDocument", {
			...common(options),
			properties: properties(options, [property(archetypes.TextDocumentFormat, options.format)]),
		});
	}
}

/** The options of a `TextLogView`. */
export interface TextLogViewOptions extends ViewOptions {
	readonly columns?: Property<archetypes.TextLogColumnsFields> | undefined;
	readonly rows?: Property<archetypes.TextLogRowsFields> | undefined;
	readonly format?: Property<archetypes.TextLogFormatFields> | undefined;
}

const TEXT_LOG_VIEW_OPTIONS: OptionNames<TextLogViewOptions> = {
	...VIEW_OPTIONS,
	columns: true,
	rows: true,
	format: true,
};

/** A view of lines of text over time. */
export class TextLogView extends View {
	/** @throws {TypeError} when an option has an unknown name. */
	constructor(options: TextLogViewOptions = {}) {
		checkOptions(options, TEXT_LOG_VIEW_OPTIONS, "TextLogView");
		super("TextLog", {
			...common(options),
			properties: properties(options, [
				property(archetypes.TextLogColumns, options.columns),
				property(archetypes.TextLogRows, options.rows),
				property(archetypes.TextLogFormat, options.format),
			]),
		});
	}
}

/** A part of a plane. */
export type Bounds = Loggable | { readonly x: readonly [number, number]; readonly y: readonly [number, number] };

/** The options that every view has, without those of its kind. */
function common(options: ViewOptions): ViewOptions {
	return onlyOptions(options, VIEW_OPTIONS);
}

const BOUNDS_OPTIONS: OptionNames<Exclude<Bounds, Loggable>> = { x: true, y: true };

function properties(
	{ properties: others = [] }: ViewOptions,
	own: readonly (Loggable | undefined)[],
): readonly Loggable[] {
	return [...own.filter((property) => property !== undefined), ...others];
}

interface PropertyClass<Fields> {
	fromFields(fields: Fields): Archetype;
}

function property<Fields>(archetype: PropertyClass<Fields>, given: Property<Fields> | undefined): Loggable | undefined {
	if (given === undefined) return undefined;
	return isLoggable(given) ? given : archetype.fromFields(given);
}

function isLoggable(value: unknown): value is Loggable {
	return value instanceof Archetype || (typeof value === "object" && value !== null && "batches" in value);
}

function background(given: Spatial3DViewOptions["background"]): Loggable | undefined {
	const kinds: readonly unknown[] = Object.values(BackgroundKind);
	if (kinds.includes(given)) return property(archetypes.Background, { kind: given as BackgroundKind });
	if (
		typeof given === "number" ||
		typeof given === "string" ||
		(typeof given === "object" && given !== null && "length" in given)
	)
		return property(archetypes.Background, { kind: BackgroundKind.SolidColor, color: given as Color });
	return property(archetypes.Background, given);
}

function bounds(given: Bounds | undefined): Loggable | undefined {
	if (given === undefined || isLoggable(given)) return given;
	checkOptions(given, BOUNDS_OPTIONS, "visualBounds", "visualBounds.");
	return new archetypes.VisualBounds2D({ xRange: given.x, yRange: given.y });
}

function legend(given: TimeSeriesViewOptions["plotLegend"]): Loggable | undefined {
	return property(archetypes.PlotLegend, typeof given === "number" ? { corner: given } : given);
}

function timeAxis(given: Loggable | TimeAxisOptions | undefined): Loggable | undefined {
	if (given === undefined || isLoggable(given)) return given;
	const { viewRange, ...fields } = given;
	return new archetypes.TimeAxis({
		...fields,
		...(viewRange === undefined ? {} : { viewRange: completeRange(viewRange) }),
	});
}

function timeRanges(given: TimeRanges | undefined): Loggable | undefined {
	if (given === undefined) return undefined;
	return visibleTimeRanges(...("timeline" in given ? [given] : given));
}

/**
 * The ranges of timelines that an entity or a view shows at once, for the overrides of a view.
 *
 * @throws {RangeError} when a timeline has two ranges.
 * @throws {TypeError} when a name in a range is unknown.
 */
export function visibleTimeRanges(...ranges: readonly VisibleTimeRange[]): Loggable {
	const timelines = new Set(ranges.map(({ timeline }) => timeline));
	if (timelines.size < ranges.length)
		throw new RangeError("A timeline has two visible ranges; viewers take the first of them.");
	return new archetypes.VisibleTimeRanges(
		ranges.map(({ timeline, ...range }) => ({ timeline, range: completeRange(range) })),
	);
}
