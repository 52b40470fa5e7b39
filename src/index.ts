/// <reference types="node" preserve="true" />
export type { ClientPicture, ClientSound, DecodedTimes } from "./client-media/decoded-media.ts";
export { SpeakerError } from "./client-media/speaker-program.ts";
export type { ClientCodec, ClientMediaKind, ClientMediaPacket } from "./media/client-media.ts";
export { monotonicSec } from "./media/clock.ts";
export type { EncodedPacket, EncodedSound, EncodedVideo, StageTimes } from "./media/encoded-packet.ts";
export type { I420Picture } from "./media/i420-picture.ts";
export type {
	EyeCount,
	PaddedPictureLayout,
	PaddedPlaneLayout,
	PanoramaFormat,
	PanoramaLayout,
	PanoramaShape,
	PictureColor,
	PictureFormat,
	PictureLayout,
	PlaneLayout,
	PlanePadding,
	StoredTile,
} from "./media/panorama.ts";
export { type PanoramaDraft, PanoramaStore, type PanoramaTimes, type PlacedGeometry } from "./media/panorama-store.ts";
export type { Chapter, PlaybackAbility, PlaybackChange, PlaybackState, TimeShift } from "./media/playback.ts";
export type { Point, Projection, ProjectionSpec, Ray } from "./media/projection.ts";
export { anglesFromQuaternion, type Quaternion, quaternionFromAngles, type ViewAngles } from "./media/rotation.ts";
export { type SoundLayout, SoundRing, type SoundRingHandle } from "./media/sound-ring.ts";
export type { PinholeView, ProjectedView, View } from "./media/view.ts";
export {
	Boxes,
	type BoxesOptions,
	Labels,
	type LabelsOptions,
	Lines,
	type LinesOptions,
	Points,
	type PointsOptions,
} from "./overlay/overlay-items.ts";
export type { OverlayItem, OverlayItemOptions } from "./overlay/overlay-options.ts";
export { Robot, type RobotOptions } from "./overlay/robot.ts";
export type { AnyProjection } from "./projection/custom-projection.ts";
export { PanoramaWriter, type PlaneName } from "./projection/panorama-writer.ts";
export type { PanoramaPicture, SamplingKernel } from "./projection/projector.ts";
export type { Transform, TransformDraw } from "./projection/transform.ts";
export type { OverlayFrame, OverlayObject, PulseMeaning } from "./protocol/overlay-object.ts";
export { type Snapshot, SnapshotError, type SnapshotErrorCode, type SnapshotOptions } from "./render/snapshot.ts";
export type { AccessRefusal, AccessVerdict, AuthorizeHook, AuthorizeRequest } from "./server/authorize.ts";
export type { CertificateFiles, CertificateFolder, CertificateInfo, HttpsOptions } from "./server/certificate.ts";
export type {
	ChannelContext,
	ChannelHandler,
	ChannelHandlers,
	MediaHandlers,
	PoseContext,
	PoseHandler,
	PoseHandlers,
} from "./server/channel-handlers.ts";
export { ListenError } from "./server/listen-error.ts";
export type { Logger, LogMethod } from "./server/logger.ts";
export type { MediaOptions } from "./server/media-options.ts";
export type {
	EndEpisodeOptions,
	RecorderState,
	ServerRecorderEvents,
	StartEpisodeOptions,
	StartRecordingOptions,
} from "./server/recorder-events.ts";
export { type Replay, type ReplayOptions, replay } from "./server/replay.ts";
export type { HoldContext, SafetyOptions } from "./server/safety-options.ts";
export type { IceServer, LogLevel, ServedViewOptions, ServeOptions, ViewerContext } from "./server/serve-options.ts";
export type { ServedPlayback } from "./server/served-playback.ts";
export type { ServedSource } from "./server/served-source.ts";
export { type PanogazeServer, serve } from "./server/server.ts";
export type { ServerEvents, ServerStats } from "./server/server-events.ts";
export type { ServerRecorder } from "./server/server-recorder.ts";
export type { TimeShiftOptions } from "./server/time-shift-options.ts";
export type { Access, AccessWord, DoorName } from "./session/access.ts";
export type { SessionStats } from "./session/viewer-session.ts";
export { createVideoSource } from "./source/open-source.ts";
export type { ProbeReport } from "./source/probe.ts";
export { probeSource } from "./source/probe-source.ts";
export type { SourceOptions } from "./source/source-options.ts";
export {
	type CaptureOrigin,
	type CaptureStatement,
	SourceError,
	type SourceErrorCode,
	type SourceEvents,
	type SourceInfo,
	type SourceStats,
	type VideoSource,
} from "./source/video-source.ts";
export type { ChannelMessages, MessageOf } from "./stream/channel-inbox.ts";
export type { EngageRule, Hold, HoldReason } from "./stream/safety/control-hold.ts";
export type { SourceState } from "./stream/source-state.ts";
export type { Viewer } from "./stream/viewer.ts";
export type { ClockStats, CloseOptions, ViewerEvents, ViewerStats } from "./stream/viewer-events.ts";
export type { Overlay, Pulse } from "./stream/viewer-overlay.ts";
export type { ViewerPlayback } from "./stream/viewer-playback.ts";
