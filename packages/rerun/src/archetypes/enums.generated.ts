// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. Not edited by hand; a test compares the two.

/** Backgrounds of spatial views. */
export const BackgroundKind = {
	GradientDark: 1,
	GradientBright: 2,
	SolidColor: 3,
} as const;
/** One of `BackgroundKind`. */
export type BackgroundKind = (typeof BackgroundKind)[keyof typeof BackgroundKind];

/** Kinds of containers. */
export const ContainerKind = {
	Tabs: 1,
	Horizontal: 2,
	Vertical: 3,
	Grid: 4,
} as const;
/** One of `ContainerKind`. */
export type ContainerKind = (typeof ContainerKind)[keyof typeof ContainerKind];

/** Corners of a view. */
export const Corner2D = {
	LeftTop: 1,
	RightTop: 2,
	LeftBottom: 3,
	RightBottom: 4,
} as const;
/** One of `Corner2D`. */
export type Corner2D = (typeof Corner2D)[keyof typeof Corner2D];

/** Movements of the eye in a 3D view. */
export const Eye3DKind = {
	FirstPerson: 1,
	Orbital: 2,
} as const;
/** One of `Eye3DKind`. */
export type Eye3DKind = (typeof Eye3DKind)[keyof typeof Eye3DKind];

/** Links between the time axes of plots. */
export const LinkAxis = {
	Independent: 1,
	LinkToGlobal: 2,
} as const;
/** One of `LinkAxis`. */
export type LinkAxis = (typeof LinkAxis)[keyof typeof LinkAxis];

/** Parts of the time that are played again and again. */
export const LoopMode = {
	Off: 1,
	Selection: 2,
	All: 3,
} as const;
/** One of `LoopMode`. */
export type LoopMode = (typeof LoopMode)[keyof typeof LoopMode];

/** Providers of maps. */
export const MapProvider = {
	OpenStreetMap: 1,
	MapboxStreets: 2,
	MapboxDark: 3,
	MapboxSatellite: 4,
	MapboxLight: 5,
} as const;
/** One of `MapProvider`. */
export type MapProvider = (typeof MapProvider)[keyof typeof MapProvider];

/** States of a panel. */
export const PanelState = {
	Hidden: 1,
	Collapsed: 2,
	Expanded: 3,
} as const;
/** One of `PanelState`. */
export type PanelState = (typeof PanelState)[keyof typeof PanelState];

/** States of playing. */
export const PlayState = {
	Paused: 1,
	Playing: 2,
	Following: 3,
} as const;
/** One of `PlayState`. */
export type PlayState = (typeof PlayState)[keyof typeof PlayState];

/** Sizes of a tensor in its view. */
export const ViewFit = {
	Original: 1,
	Fill: 2,
	FillKeepAspectRatio: 3,
} as const;
/** One of `ViewFit`. */
export type ViewFit = (typeof ViewFit)[keyof typeof ViewFit];

/** Columns of a view of logs. */
export const TextLogColumnKind = {
	EntityPath: 1,
	LogLevel: 2,
	Body: 3,
} as const;
/** One of `TextLogColumnKind`. */
export type TextLogColumnKind = (typeof TextLogColumnKind)[keyof typeof TextLogColumnKind];

/** Sources of a visualizer's component. */
export const ComponentSourceKind = {
	SourceComponent: 1,
	Override: 2,
	Default: 3,
} as const;
/** One of `ComponentSourceKind`. */
export type ComponentSourceKind = (typeof ComponentSourceKind)[keyof typeof ComponentSourceKind];

/** Ways to join values when there are more of them than pixels. */
export const AggregationPolicy = {
	Off: 1,
	Average: 2,
	Max: 3,
	Min: 4,
	MinMax: 5,
	MinMaxAverage: 6,
} as const;
/** One of `AggregationPolicy`. */
export type AggregationPolicy = (typeof AggregationPolicy)[keyof typeof AggregationPolicy];

/** Colours for numbers. */
export const Colormap = {
	Grayscale: 1,
	Inferno: 2,
	Magma: 3,
	Plasma: 4,
	Turbo: 5,
	Viridis: 6,
	CyanToYellow: 7,
	Spectral: 8,
	Twilight: 9,
	RvizMap: 10,
	RvizCostmap: 11,
} as const;
/** One of `Colormap`. */
export type Colormap = (typeof Colormap)[keyof typeof Colormap];

/** Parts of a shape that are drawn. */
export const FillMode = {
	MajorWireframe: 1,
	DenseWireframe: 2,
	Solid: 3,
	TransparentFillMajorWireframe: 4,
} as const;
/** One of `FillMode`. */
export type FillMode = (typeof FillMode)[keyof typeof FillMode];

/** Kinds of graphs. */
export const GraphType = {
	Undirected: 1,
	Directed: 2,
} as const;
/** One of `GraphType`. */
export type GraphType = (typeof GraphType)[keyof typeof GraphType];

/** Courses of a line between two values. */
export const InterpolationMode = {
	Linear: 1,
	StepAfter: 2,
	StepBefore: 3,
	StepMid: 4,
} as const;
/** One of `InterpolationMode`. */
export type InterpolationMode = (typeof InterpolationMode)[keyof typeof InterpolationMode];

/** Looks of pixels that are larger than those of the screen. */
export const MagnificationFilter = {
	Nearest: 1,
	Linear: 2,
	Bicubic: 3,
} as const;
/** One of `MagnificationFilter`. */
export type MagnificationFilter = (typeof MagnificationFilter)[keyof typeof MagnificationFilter];

/** Shapes of markers. */
export const MarkerShape = {
	Circle: 1,
	Diamond: 2,
	Square: 3,
	Cross: 4,
	Plus: 5,
	Up: 6,
	Down: 7,
	Left: 8,
	Right: 9,
	Asterisk: 10,
} as const;
/** One of `MarkerShape`. */
export type MarkerShape = (typeof MarkerShape)[keyof typeof MarkerShape];

/** Sides of triangles that are drawn. */
export const MeshFaceRendering = {
	DoubleSided: 1,
	Front: 2,
	Back: 3,
} as const;
/** One of `MeshFaceRendering`. */
export type MeshFaceRendering = (typeof MeshFaceRendering)[keyof typeof MeshFaceRendering];

/** Directions of a transform. */
export const TransformRelation = {
	ParentFromChild: 1,
	ChildFromParent: 2,
} as const;
/** One of `TransformRelation`. */
export type TransformRelation = (typeof TransformRelation)[keyof typeof TransformRelation];

/** Codecs of `VideoStream`. */
export const VideoCodec = {
	H264: 1635148593,
	H265: 1751479857,
	AV1: 1635135537,
	VP8: 1987063864,
	VP9: 1987063865,
} as const;
/** One of `VideoCodec`. */
export type VideoCodec = (typeof VideoCodec)[keyof typeof VideoCodec];

/** Directions of an axis. */
export const ViewDir = {
	Up: 1,
	Down: 2,
	Right: 3,
	Left: 4,
	Forward: 5,
	Back: 6,
} as const;
/** One of `ViewDir`. */
export type ViewDir = (typeof ViewDir)[keyof typeof ViewDir];

/** Types of a channel of a pixel. */
export const ChannelDatatype = {
	U8: 6,
	I8: 7,
	U16: 8,
	I16: 9,
	U32: 10,
	I32: 11,
	U64: 12,
	I64: 13,
	F16: 33,
	F32: 34,
	F64: 35,
} as const;
/** One of `ChannelDatatype`. */
export type ChannelDatatype = (typeof ChannelDatatype)[keyof typeof ChannelDatatype];

/** Channels of a pixel. */
export const ColorModel = {
	L: 1,
	RGB: 2,
	RGBA: 3,
	BGR: 4,
	BGRA: 5,
} as const;
/** One of `ColorModel`. */
export type ColorModel = (typeof ColorModel)[keyof typeof ColorModel];

/** Formats of pixels whose channels lie in planes or share bytes. */
export const PixelFormat = {
	Y_U_V24_LimitedRange: 39,
	Y_U_V24_FullRange: 40,
	Y_U_V16_LimitedRange: 49,
	Y_U_V16_FullRange: 50,
	Y_U_V12_LimitedRange: 20,
	Y_U_V12_FullRange: 44,
	Y8_LimitedRange: 41,
	Y8_FullRange: 30,
	NV12: 26,
	YUY2: 27,
} as const;
/** One of `PixelFormat`. */
export type PixelFormat = (typeof PixelFormat)[keyof typeof PixelFormat];
