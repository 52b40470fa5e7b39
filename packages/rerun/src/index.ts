/// <reference lib="esnext.disposable" preserve="true" />
/** A logging SDK for Rerun (https://rerun.io), in TypeScript alone: for browsers and Node. */

export * from "./archetypes/annotation.generated.ts";
export type { AnnotationInfo, ClassDescription } from "./archetypes/annotations.ts";
export { type AnyValue, AnyValues, DynamicArchetype } from "./archetypes/any-values.ts";
export {
	Archetype,
	ArchetypeColumns,
	type Columns,
	type ComponentBatch,
	type FromFieldsOptions,
	type Loggable,
} from "./archetypes/archetype.ts";
export * as blueprintArchetypes from "./archetypes/blueprint.generated.ts";
export { Boxes2D, Boxes3D } from "./archetypes/boxes.ts";
export { Clear } from "./archetypes/clear.ts";
export type { Color, Colors } from "./archetypes/color.ts";
export type { Bytes, Flags, Integers, Numbers, Texts, Vector, Vectors } from "./archetypes/component.ts";
export { Asset3D, AssetVideo, EncodedDepthImage, EncodedImage } from "./archetypes/encoded-file.ts";
export * from "./archetypes/enums.generated.ts";
export * from "./archetypes/geo.generated.ts";
export * from "./archetypes/graph.generated.ts";
export { GridMap } from "./archetypes/image.generated.ts";
export {
	DepthImage,
	type DepthImageOptions,
	Image,
	type ImageOptions,
	type ImageSize,
	type Pixels,
	SegmentationImage,
	type SegmentationImageOptions,
} from "./archetypes/image.ts";
export * from "./archetypes/mcap.generated.ts";
export { Mesh3D } from "./archetypes/mesh-3d.ts";
export { RecordingInfo } from "./archetypes/other.generated.ts";
export { Pinhole, type PinholeOptions } from "./archetypes/pinhole.ts";
export * from "./archetypes/plot.generated.ts";
export { Arrows2D, Ellipses2D, LineStrips2D, Points2D } from "./archetypes/spatial-2d.generated.ts";
export {
	Arrows3D,
	Capsules3D,
	Cylinders3D,
	Ellipsoids3D,
	LineStrips3D,
	Points3D,
} from "./archetypes/spatial-3d.generated.ts";
export * from "./archetypes/state.generated.ts";
export { Tensor } from "./archetypes/tensor.generated.ts";
export type { ShapedTensor, TensorData, TensorValues } from "./archetypes/tensor.ts";
export { TextLog } from "./archetypes/text.generated.ts";
export { TextDocument, TextLogLevel } from "./archetypes/text.ts";
export { CoordinateFrame, InstancePoses3D, TransformAxes3D } from "./archetypes/transform.generated.ts";
export { Transform3D } from "./archetypes/transform-3d.ts";
export { VideoStream } from "./archetypes/video.generated.ts";
export { VideoFrameReference } from "./archetypes/video-frame-reference.ts";
export { ViewCoordinates } from "./archetypes/view-coordinates.ts";
export type { ArrowArray, ArrowValues } from "./arrow/arrow-array.ts";
export type { ArrowField, ArrowTimeUnit, ArrowType } from "./arrow/arrow-type.ts";
export { formatType } from "./arrow/arrow-type.ts";
export { type PlainValue, valueAt } from "./arrow/arrow-values.ts";
export * from "./blueprint/index.ts";
export { Batching, type BatchingOptions } from "./chunk/batcher.ts";
export {
	type Chunk,
	type ComponentColumn,
	type ComponentDescriptor,
	decodeChunk,
	encodeChunk,
	type TimeColumn,
	type TimeKind,
} from "./chunk/chunk.ts";
export { ChunkStore, type QueriedValues, type QueryTime, type TimelineInfo } from "./chunk/chunk-store.ts";
export { entityPath, escapeEntityPathPart, parseEntityPath } from "./chunk/entity-path.ts";
export { formatTuid, parseTuid, type Tuid, TuidSource } from "./chunk/tuid.ts";
export { LogMessage, type LogMessageKind } from "./rrd/log-message.ts";
export type { ArrowMessage, BlueprintActivation, RerunVersion, StoreId, StoreInfo } from "./rrd/messages.ts";
export type { Manifest, ManifestEntry } from "./rrd/rrd-manifest.ts";
export { RrdError, type RrdMessage, RrdReader, type RrdReaderOptions } from "./rrd/rrd-reader.ts";
export { RrdWriter, type RrdWriterOptions } from "./rrd/rrd-writer.ts";
export * from "./serving/index.ts";
export { type Sink, SinkError, type SinkOptions, type SinkStats } from "./sinks/sink.ts";
export {
	type ConsoleBridgeOptions,
	logConsole,
	type PinoBridgeOptions,
	type PinoDestination,
	pinoDestination,
} from "./stream/bridges.ts";
export type { Environment } from "./stream/environment.ts";
export {
	activeRecording,
	disableTimeline,
	flush,
	init,
	log,
	resetTime,
	sendBlueprint,
	sendColumns,
	sendProperty,
	sendRecordingName,
	setGlobalRecording,
	setSinks,
	setTime,
	withRecording,
} from "./stream/global.ts";
export {
	type EntityLogger,
	type LogArgument,
	type LogOptions,
	type RecordingStats,
	RecordingStream,
	type RecordingStreamOptions,
} from "./stream/recording-stream.ts";
export type { TimeValue, TimeValues } from "./stream/recording-stream-time.ts";
export {
	type VideoFault,
	VideoLogger,
	type VideoLoggerOptions,
	type VideoLogOptions,
	type VideoSample,
	VideoSampleError,
	VideoSamples,
} from "./video/video-samples.ts";
export { readVideoTimestamps } from "./video/video-timestamps.ts";
