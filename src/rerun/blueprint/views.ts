import { Archetype, type Loggable } from "../archetypes/archetype.ts";
import * as archetypes from "../archetypes/blueprint.generated.ts";
import type { Color } from "../archetypes/color.ts";
import { BackgroundKind, type Corner2D, type MapProvider, type ViewFit } from "../archetypes/enums.generated.ts";
import { completeRange, type TimeRange, type VisibleTimeRange } from "./time-range.ts";
import { View, type ViewOptions } from "./view.ts";

/** An archetype, or its fields. */
type Property<Fields> = Loggable | Fields;

/** How much of each timeline is shown at once. @default the newest of each entity */
type TimeRanges = VisibleTimeRange | readonly VisibleTimeRange[];

/** A plot's axis of time. */
export interface TimeAxisOptions extends Omit<archetypes.TimeAxisFields, "viewRange"> {
	readonly viewRange?: TimeRange | undefined;
}

export interface Spatial3DViewOptions extends ViewOptions {
	/** A colour, one of the gradients, or both fields. */
	readonly background?: Color | BackgroundKind | Property<archetypes.BackgroundFields> | undefined;
	/** `false` hides it. */
	readonly lineGrid?: boolean | Property<archetypes.LineGrid3DFields> | undefined;
	readonly spatialInformation?: Property<archetypes.SpatialInformationFields> | undefined;
	/** Where it is seen from. */
	readonly eyeControls?: Property<archetypes.EyeControls3DFields> | undefined;
	readonly timeRanges?: TimeRanges | undefined;
}

/** Space. */
export class Spatial3DView extends View {
	constructor(options: Spatial3DViewOptions = {}) {
		super("3D", {
			...options,
			properties: properties(options, [
				background(options.background),
				property(archetypes.LineGrid3D, typeof options.lineGrid === "boolean" ? { visible: options.lineGrid } : options.lineGrid),
				property(archetypes.SpatialInformation, options.spatialInformation),
				property(archetypes.EyeControls3D, options.eyeControls),
				timeRanges(options.timeRanges),
			]),
		});
	}
}

export interface Spatial2DViewOptions extends ViewOptions {
	/** A colour, one of the gradients, or both fields. */
	readonly background?: Color | BackgroundKind | Property<archetypes.BackgroundFields> | undefined;
	/** Which part is shown, in pixels. */
	readonly visualBounds?: Bounds | undefined;
	readonly spatialInformation?: Property<archetypes.SpatialInformationFields> | undefined;
	readonly timeRanges?: TimeRanges | undefined;
}

/** Pictures, and what is drawn on them. */
export class Spatial2DView extends View {
	constructor(options: Spatial2DViewOptions = {}) {
		super("2D", {
			...options,
			properties: properties(options, [
				background(options.background),
				bounds(options.visualBounds),
				property(archetypes.SpatialInformation, options.spatialInformation),
				timeRanges(options.timeRanges),
			]),
		});
	}
}

export interface TimeSeriesViewOptions extends ViewOptions {
	readonly axisX?: Loggable | TimeAxisOptions | undefined;
	readonly axisY?: Property<archetypes.ScalarAxisFields> | undefined;
	readonly plotLegend?: Corner2D | Property<archetypes.PlotLegendFields> | undefined;
	readonly background?: Property<archetypes.PlotBackgroundFields> | undefined;
	readonly timeRanges?: TimeRanges | undefined;
}

/** Numbers over time. */
export class TimeSeriesView extends View {
	constructor(options: TimeSeriesViewOptions = {}) {
		super("TimeSeries", {
			...options,
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

export interface StateTimelineViewOptions extends ViewOptions {
	readonly timeAxis?: Loggable | TimeAxisOptions | undefined;
	readonly timeRanges?: TimeRanges | undefined;
}

/** States over time, as lanes. */
export class StateTimelineView extends View {
	constructor(options: StateTimelineViewOptions = {}) {
		super("StateTimeline", { ...options, properties: properties(options, [timeAxis(options.timeAxis), timeRanges(options.timeRanges)]) });
	}
}

export interface BarChartViewOptions extends ViewOptions {
	readonly plotLegend?: Corner2D | Property<archetypes.PlotLegendFields> | undefined;
	readonly background?: Property<archetypes.PlotBackgroundFields> | undefined;
}

export class BarChartView extends View {
	constructor(options: BarChartViewOptions = {}) {
		super("BarChart", {
			...options,
			properties: properties(options, [legend(options.plotLegend), property(archetypes.PlotBackground, options.background)]),
		});
	}
}

export interface DataframeViewOptions extends ViewOptions {
	readonly query?: Property<archetypes.DataframeQueryFields> | undefined;
}

/** A table of rows. */
export class DataframeView extends View {
	constructor(options: DataframeViewOptions = {}) {
		super("Dataframe", { ...options, properties: properties(options, [property(archetypes.DataframeQuery, options.query)]) });
	}
}

export interface GraphViewOptions extends ViewOptions {
	readonly background?: Property<archetypes.GraphBackgroundFields> | undefined;
	readonly visualBounds?: Bounds | undefined;
	readonly forceLink?: Property<archetypes.ForceLinkFields> | undefined;
	readonly forceManyBody?: Property<archetypes.ForceManyBodyFields> | undefined;
	readonly forcePosition?: Property<archetypes.ForcePositionFields> | undefined;
	readonly forceCollisionRadius?: Property<archetypes.ForceCollisionRadiusFields> | undefined;
	readonly forceCenter?: Property<archetypes.ForceCenterFields> | undefined;
}

/** Nodes and edges. */
export class GraphView extends View {
	constructor(options: GraphViewOptions = {}) {
		super("Graph", {
			...options,
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

export interface MapViewOptions extends ViewOptions {
	/** 0 is the world, 20 a house. */
	readonly zoom?: number | Property<archetypes.MapZoomFields> | undefined;
	readonly background?: MapProvider | Property<archetypes.MapBackgroundFields> | undefined;
}

export class MapView extends View {
	constructor(options: MapViewOptions = {}) {
		const { zoom, background: provider } = options;
		super("Map", {
			...options,
			properties: properties(options, [
				property(archetypes.MapZoom, typeof zoom === "number" ? { zoom } : zoom),
				property(archetypes.MapBackground, typeof provider === "number" ? { provider } : provider),
			]),
		});
	}
}

export interface TensorViewOptions extends ViewOptions {
	readonly sliceSelection?: Property<archetypes.TensorSliceSelectionFields> | undefined;
	readonly scalarMapping?: Property<archetypes.TensorScalarMappingFields> | undefined;
	readonly viewFit?: ViewFit | Property<archetypes.TensorViewFitFields> | undefined;
}

/** Slices of tensors. */
export class TensorView extends View {
	constructor(options: TensorViewOptions = {}) {
		const { viewFit } = options;
		super("Tensor", {
			...options,
			properties: properties(options, [
				property(archetypes.TensorSliceSelection, options.sliceSelection),
				property(archetypes.TensorScalarMapping, options.scalarMapping),
				property(archetypes.TensorViewFit, typeof viewFit === "number" ? { scaling: viewFit } : viewFit),
			]),
		});
	}
}

export interface TextDocumentViewOptions extends ViewOptions {
	readonly format?: Property<archetypes.TextDocumentFormatFields> | undefined;
}

export class TextDocumentView extends View {
	constructor(options: TextDocumentViewOptions = {}) {
		super("TextDocument", { ...options, properties: properties(options, [property(archetypes.TextDocumentFormat, options.format)]) });
	}
}

export interface TextLogViewOptions extends ViewOptions {
	readonly columns?: Property<archetypes.TextLogColumnsFields> | undefined;
	readonly rows?: Property<archetypes.TextLogRowsFields> | undefined;
	readonly format?: Property<archetypes.TextLogFormatFields> | undefined;
}

/** Lines of text over time. */
export class TextLogView extends View {
	constructor(options: TextLogViewOptions = {}) {
		super("TextLog", {
			...options,
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

function properties({ properties: others = [] }: ViewOptions, own: readonly (Loggable | undefined)[]): readonly Loggable[] {
	return [...own.filter((of) => of !== undefined), ...others];
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
	if (typeof given === "number" || typeof given === "string" || (typeof given === "object" && given !== null && "length" in given))
		return property(archetypes.Background, { kind: BackgroundKind.SolidColor, color: given as Color });
	return property(archetypes.Background, given);
}

function bounds(given: Bounds | undefined): Loggable | undefined {
	if (given === undefined || isLoggable(given)) return given;
	return new archetypes.VisualBounds2D({ xRange: given.x, yRange: given.y });
}

function legend(given: TimeSeriesViewOptions["plotLegend"]): Loggable | undefined {
	return property(archetypes.PlotLegend, typeof given === "number" ? { corner: given } : given);
}

function timeAxis(given: Loggable | TimeAxisOptions | undefined): Loggable | undefined {
	if (given === undefined || isLoggable(given)) return given;
	const { viewRange, ...fields } = given;
	return new archetypes.TimeAxis({ ...fields, ...(viewRange === undefined ? {} : { viewRange: completeRange(viewRange) }) });
}

function timeRanges(given: TimeRanges | undefined): Loggable | undefined {
	if (given === undefined) return undefined;
	return visibleTimeRanges(...("timeline" in given ? [given] : given));
}

/** How much of each timeline an entity, or a view, shows at once: for the overrides of a view. @throws {RangeError} if a timeline is there twice. */
export function visibleTimeRanges(...ranges: readonly VisibleTimeRange[]): Loggable {
	const timelines = new Set(ranges.map(({ timeline }) => timeline));
	if (timelines.size < ranges.length) throw new RangeError("A timeline has two visible ranges; viewers take the first of them.");
	return new archetypes.VisibleTimeRanges(ranges.map(({ timeline, ...range }) => ({ timeline, range: completeRange(range) })));
}
