/** Layouts for viewers: views, containers and panels. */
export type { BlueprintActivationOptions } from "./activation-options.ts";
export { Blueprint, type BlueprintLike, type BlueprintOptions } from "./blueprint.ts";
export {
	Container,
	type ContainerContent,
	type ContainerOptions,
	Grid,
	Horizontal,
	Tabs,
	Vertical,
} from "./container.ts";
export {
	BlueprintPanel,
	Panel,
	type PanelOptions,
	SelectionPanel,
	TimePanel,
	type TimePanelOptions,
	TopPanel,
} from "./panel.ts";
export { type TimeAmount, TimeBoundary, type TimeRange, type VisibleTimeRange } from "./time-range.ts";
export { type Override, View, type ViewOptions } from "./view.ts";
export {
	BarChartView,
	type BarChartViewOptions,
	type Bounds,
	DataframeView,
	type DataframeViewOptions,
	GraphView,
	type GraphViewOptions,
	MapView,
	type MapViewOptions,
	Spatial2DView,
	type Spatial2DViewOptions,
	Spatial3DView,
	type Spatial3DViewOptions,
	StateTimelineView,
	type StateTimelineViewOptions,
	TensorView,
	type TensorViewOptions,
	TextDocumentView,
	type TextDocumentViewOptions,
	TextLogView,
	type TextLogViewOptions,
	type TimeAxisOptions,
	TimeSeriesView,
	type TimeSeriesViewOptions,
	visibleTimeRanges,
} from "./views.ts";
export { type ComponentMapping, Visualizer, type VisualizerOptions, visualizerFor } from "./visualizer.ts";
