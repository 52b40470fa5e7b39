// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. Not edited by hand; a test compares the two.

export const BackgroundKind = {
	GradientDark: 1,
	GradientBright: 2,
	SolidColor: 3,
} as const;
export type BackgroundKind = (typeof BackgroundKind)[keyof typeof BackgroundKind];

export const ContainerKind = {
	Tabs: 1,
	Horizontal: 2,
	Vertical: 3,
	Grid: 4,
} as const;
export type ContainerKind = (typeof ContainerKind)[keyof typeof ContainerKind];

export const Corner2D = {
	LeftTop: 1,
	RightTop: 2,
	LeftBottom: 3,
	RightBottom: 4,
} as const;
export type Corner2D = (typeof Corner2D)[keyof typeof Corner2D];

export const Eye3DKind = {
	FirstPerson: 1,
	Orbital: 2,
} as const;
export type Eye3DKind = (typeof Eye3DKind)[keyof typeof Eye3DKind];

export const LinkAxis = {
	Independent: 1,
	LinkToGlobal: 2,
} as const;
export type LinkAxis = (typeof LinkAxis)[keyof typeof LinkAxis];

export const LoopMode = {
	Off: 1,
	Selection: 2,
	All: 3,
} as const;
export type LoopMode = (typeof LoopMode)[keyof typeof LoopMode];

export const MapProvider = {
	OpenStreetMap: 1,
	MapboxStreets: 2,
	MapboxDark: 3,
	MapboxSatellite: 4,
	MapboxLight: 5,
} as const;
export type MapProvider = (typeof MapProvider)[keyof typeof MapProvider];

export const PanelState = {
	Hidden: 1,
	Collapsed: 2,
	Expanded: 3,
} as const;
export type PanelState = (typeof PanelState)[keyof typeof PanelState];

export const PlayState = {
	Paused: 1,
	Playing: 2,
	Following: 3,
} as const;
export type PlayState = (typeof PlayState)[keyof typeof PlayState];

export const ViewFit = {
	Original: 1,
	Fill: 2,
	FillKeepAspectRatio: 3,
} as const;
export type ViewFit = (typeof ViewFit)[keyof typeof ViewFit];

export const TextLogColumnKind = {
	EntityPath: 1,
	LogLevel: 2,
	Body: 3,
} as const;
export type TextLogColumnKind = (typeof TextLogColumnKind)[keyof typeof TextLogColumnKind];

export const ComponentSourceKind = {
	SourceComponent: 1,
	Override: 2,
	Default: 3,
} as const;
export type ComponentSourceKind = (typeof ComponentSourceKind)[keyof typeof ComponentSourceKind];

export const AggregationPolicy = {
	Off: 1,
	Average: 2,
	Max: 3,
	Min: 4,
	MinMax: 5,
	MinMaxAverage: 6,
} as const;
export type AggregationPolicy = (typeof AggregationPolicy)[keyof typeof AggregationPolicy];

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
export type Colormap = (typeof Colormap)[keyof typeof Colormap];

export const FillMode = {
	MajorWireframe: 1,
	DenseWireframe: 2,
	Solid: 3,
	TransparentFillMajorWireframe: 4,
} as const;
export type FillMode = (typeof FillMode)[keyof typeof FillMode];

export const GraphType = {
	Undirected: 1,
	Directed: 2,
} as const;
export type GraphType = (typeof GraphType)[keyof typeof GraphType];

export const InterpolationMode = {
	Linear: 1,
	StepAfter: 2,
	StepBefore: 3,
	StepMid: 4,
} as const;
export type InterpolationMode = (typeof InterpolationMode)[keyof typeof InterpolationMode];

export const MagnificationFilter = {
	Nearest: 1,
	Linear: 2,
	Bicubic: 3,
} as const;
export type MagnificationFilter = (typeof MagnificationFilter)[keyof typeof MagnificationFilter];

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
export type MarkerShape = (typeof MarkerShape)[keyof typeof MarkerShape];

export const MeshFaceRendering = {
	DoubleSided: 1,
	Front: 2,
	Back: 3,
} as const;
export type MeshFaceRendering = (typeof MeshFaceRendering)[keyof typeof MeshFaceRendering];

export const TransformRelation = {
	ParentFromChild: 1,
	ChildFromParent: 2,
} as const;
export type TransformRelation = (typeof TransformRelation)[keyof typeof TransformRelation];

export const VideoCodec = {
	H264: 1635148593,
	H265: 1751479857,
	AV1: 1635135537,
	VP8: 1987063864,
	VP9: 1987063865,
} as const;
export type VideoCodec = (typeof VideoCodec)[keyof typeof VideoCodec];

export const ViewDir = {
	Up: 1,
	Down: 2,
	Right: 3,
	Left: 4,
	Forward: 5,
	Back: 6,
} as const;
export type ViewDir = (typeof ViewDir)[keyof typeof ViewDir];

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
export type ChannelDatatype = (typeof ChannelDatatype)[keyof typeof ChannelDatatype];

export const ColorModel = {
	L: 1,
	RGB: 2,
	RGBA: 3,
	BGR: 4,
	BGRA: 5,
} as const;
export type ColorModel = (typeof ColorModel)[keyof typeof ColorModel];

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
export type PixelFormat = (typeof PixelFormat)[keyof typeof PixelFormat];
