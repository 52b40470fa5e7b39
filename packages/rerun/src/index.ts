/// <reference lib="esnext.disposable" preserve="true" />
/** A logging SDK for Rerun (https://rerun.io), in TypeScript alone: for browsers and Node. */

export * from "./archetypes/annotation.generated.ts";
export type { AnnotationInfo, ClassDescription } from "./archetypes/annotations.ts";
export { type AnyValue, AnyValues, DynamicArchetype } from "./archetypes/any-values.ts";
export {
	Archetype,
	ArchetypeColumns,
	type Columns,
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
export { type ArrowArray, type ArrowValues, sliceArray } from "./arrow/arrow-array.ts";
export type { ArrowField, ArrowTimeUnit, ArrowType } from "./arrow/arrow-type.ts";
export { formatType } from "./arrow/arrow-type.ts";
export { type PlainValue, valueAt } from "./arrow/arrow-values.ts";
export * from "./blueprint/index.ts";
export { Batching, type BatchingOptions, type TimePoint } from "./chunk/batcher.ts";
export {
	type Chunk,
	type ComponentBatch,
	type ComponentColumn,
	type ComponentDescriptor,
	decodeChunk,
	encodeChunk,
	type TimeColumn,
	type TimeKind,
} from "./chunk/chunk.ts";
export { entityPath, escapeEntityPathPart, parseEntityPath } from "./chunk/entity-path.ts";
export type { TimeValue, TimeValues } from "./chunk/time-value.ts";
export { formatTuid, parseTuid, type Tuid, TuidSource } from "./chunk/tuid.ts";
export type { ReplayOptions } from "./replay/replay-buffer.ts";
export { ChunkStore, type QueriedValues, type QueryTime, type TimelineInfo } from "./rrd/chunk-store.ts";
export { LogMessage, type LogMessageKind } from "./rrd/log-message.ts";
export type { ArrowMessage, BlueprintActivation, RerunVersion, StoreId, StoreInfo } from "./rrd/messages.ts";
export type { Manifest, ManifestEntry } from "./rrd/rrd-manifest.ts";
export { RrdError, type RrdMessage, RrdReader, type RrdReaderOptions } from "./rrd/rrd-reader.ts";
export { rrdOf } from "./rrd/rrd-stream.ts";
export { RrdWriter, type RrdWriterOptions } from "./rrd/rrd-writer.ts";
export { MessageProxy, type MessageProxyOptions, type MessageProxyStats } from "./serving/message-proxy.ts";
export { type ProxyAddress, parseProxyUrl } from "./serving/message-proxy-service.ts";
export type { OriginOptions } from "./serving/origin-policy.ts";
export type { ViewerFeed, ViewerFeeds } from "./serving/viewer-feed.ts";
export { CallbackSink, type LogChannel, logChannelSink } from "./sinks/callback-sink.ts";
export { MemorySink, type MemorySinkOptions } from "./sinks/memory-sink.ts";
export { type Sink, SinkError, type SinkOptions, type SinkStats } from "./sinks/sink.ts";
export { type WebSocketLike, WebSocketSink, type WebSocketSinkOptions } from "./sinks/web-socket-sink.ts";
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
