/// <reference lib="dom" preserve="true" />
/// <reference types="webxr" preserve="true" />
/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The browser's side of panogaze: connects to a server, shows its view, in a window or
 * in a headset, looks around, and measures latency.
 */

export type { FoveatedWish } from "../media/foveation.ts";
export type { EyeFrustum, Frustum } from "../media/frustum.ts";
export type { Chapter, PlaybackAbility, PlaybackChange, PlaybackState, TimeShift } from "../media/playback.ts";
export { LENS_FOV, type LensFov, VIEWER_LENSES, type ViewerLens } from "../media/viewer-lens.ts";
export type { CameraStatement } from "../protocol/camera-messages.ts";
export type { LensMessage, SourceMessage, StreamDeclaration } from "../protocol/control-message.ts";
export type { HoldMessage } from "../protocol/hold-messages.ts";
export type { OverlayObject, PulseMeaning, PulseObject } from "../protocol/overlay-object.ts";
export { POSE_STREAM } from "../protocol/pose-streams.ts";
export type { ConnectionCamera } from "./camera-desk.ts";
export type { ConnectOptions } from "./connect-options.ts";
export { connect, PanogazeConnection } from "./connection.ts";
export { ConnectionCameras, type ConnectionCamerasEvents } from "./connection-cameras.ts";
export type { ConnectionEvents } from "./connection-events.ts";
export type { ConnectionState } from "./connection-keeper.ts";
export type { ConnectionMedia, ConnectionMediaEvents, SentKind, SentState } from "./connection-media.ts";
export type { ConnectionStats } from "./connection-numbers.ts";
export { ConnectionRecording, type ViewedEpisode, type ViewedRecording } from "./connection-recording.ts";
export { ConnectionSound, type ConnectionSoundEvents } from "./connection-sound.ts";
export type { ShowOptions } from "./connection-view.ts";
export { worldFromDeviceOrientation } from "./device-orientation.ts";
export {
	GamepadHaptics,
	type HandStrengths,
	type HapticActuator,
	type HapticGamepad,
	type HapticSource,
} from "./gamepad-haptics.ts";
export { fillButtons, fillGamepadSample } from "./gamepad-sample.ts";
export { GamepadSource, type GamepadSourceOptions, type Steered } from "./gamepad-source.ts";
export type { Look } from "./look.ts";
export { MotionToPhotonMeter, type ServerStages } from "./motion-to-photon.ts";
export { PagePulse } from "./page-pulse.ts";
export { ConnectionPlayback, type ViewedPlayback } from "./playback.ts";
export type { ReceiverStats } from "./receiver-stats.ts";
export type { LatencyPercentiles } from "./recent-latencies.ts";
export {
	ReprojectedView,
	type ReprojectedViewEvents,
	type ReprojectedViewOptions,
	type ReprojectMode,
} from "./reprojected-view.ts";
export type { TrackingChannel } from "./send-window.ts";
export { type SentStreamCounters, TrackingSender } from "./tracking-sender.ts";
export { ViewControls, type ViewControlsEvents, type ViewControlsOptions } from "./view-controls.ts";
export {
	fovForScreenDeg,
	type HomeView,
	longSideFovDeg,
	type Screen,
	type ScreenPoint,
	ViewModel,
} from "./view-model.ts";
export type { ViewRequestOptions } from "./view-request.ts";
export { WhepError } from "./whep.ts";
export { HEADSET_ENGLISH, type HeadsetLanguage, type HeadsetWords } from "./xr/headset-words.ts";
export {
	ImmersiveView,
	type ImmersiveViewEvents,
	type ImmersiveViewOptions,
} from "./xr/immersive-view.ts";
export type { ImmersiveMode } from "./xr/xr-session.ts";
export type * from "./xr-device.ts";
export { XrPoseSource, type XrPoseSourceEvents } from "./xr-pose-source.ts";
export { GAMEPAD_STREAM, XR_STREAMS } from "./xr-streams.ts";
