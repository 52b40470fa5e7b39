/**
 * Messages from and to viewers: poses, skeletons and control messages, their axes and wire formats,
 * and the existing headset client's. Runs in Node and in browsers.
 */

export { ClockEstimate } from "./protocol/clock-estimate.ts";
export * from "./protocol/control-message.ts";
export * from "./protocol/frame-message.ts";
export {
	decodeLegacyBodyPose,
	decodeLegacyTags,
	encodeLegacyBodyPose,
	type LegacyBone,
	type LegacyTags,
} from "./protocol/legacy/body-pose.ts";
export { LegacyCamera } from "./protocol/legacy/camera.ts";
export { encodeHaptics, type HandTouch, type HapticsMessage } from "./protocol/legacy/haptics.ts";
export type { DecodeResult, ParseResult } from "./protocol/parse-result.ts";
export { POSE_STREAM } from "./protocol/pose-streams.ts";
export { SequenceFilter } from "./protocol/sequence-filter.ts";
export { faultOfBoneList, type StreamLayout, type StreamLayouts } from "./protocol/stream-layout.ts";
export { decodeTrackingBinary, TrackingDecoder } from "./protocol/tracking-decoder.ts";
export { TrackingEncoder } from "./protocol/tracking-encoder.ts";
export type { BinaryEncoding } from "./protocol/tracking-format.ts";
export {
	type HelloFault,
	MAX_STREAMS,
	type PoseStreamCounters,
	type TrackingCounters,
	TrackingReceiver,
	type TrackingReceiverOptions,
} from "./protocol/tracking-receiver.ts";
export { decodeTrackingText, encodeTrackingText } from "./protocol/tracking-text.ts";
export {
	AXES,
	AxesConversion,
	type AxesName,
	type ClientAxes,
	rerunViewCoordinates,
	type SignedAxis,
	THREE_ENVIRONMENT_YAW_RAD,
} from "./skeleton/axes.ts";
export { type BodyPose, bodyAxes } from "./skeleton/body-axes.ts";
export { type BoneTable, boneTable, trackedBones } from "./skeleton/bone-table.ts";
export {
	fingerBendRad,
	fingerCurl,
	type HandAxesOptions,
	type HandedPose,
	handAxes,
	handCurl,
	headFromHand,
	MANO_PARENTS,
	type ManoOptions,
	manoPoints,
	type Pinch,
	type PinchOptions,
	pinch,
} from "./skeleton/hand-pose.ts";
export {
	ControllerInput,
	clampFovDeg,
	type HeadFields,
	isSkeletonSample,
	MAX_AXES,
	MAX_BONES,
	MAX_BUTTONS,
	type PoseOrigin,
	PoseSample,
} from "./skeleton/pose-sample.ts";
export {
	composeTransforms,
	invertTransform,
	levelTransform,
	type RigidTransform,
	rotateVector,
	rotationFromAxes,
	transformPoint,
} from "./skeleton/rigid-transform.ts";
export {
	type BonePoses,
	bonePosition,
	boneTransform,
	createSkeletonPose,
	localFromWorld,
	poseInAxes,
	positionAt,
	type SkeletonPose,
	setBone,
	transformAt,
	worldFromLocal,
} from "./skeleton/skeleton-pose.ts";
export { BodyBone } from "./skeleton/tables/body.generated.ts";
export { type BoneMap, boneMap, fullBodyFromWebXRBody, mapPose } from "./skeleton/tables/bone-map.ts";
export { FullBodyBone } from "./skeleton/tables/full-body.generated.ts";
export { HandBone } from "./skeleton/tables/hand.generated.ts";
export { FINGERS, type Finger, type HandBones, type HandedSkeleton, handBones } from "./skeleton/tables/hand-bones.ts";
export { topologicalOrder } from "./skeleton/tables/hierarchy.ts";
export { HtcBodyBone } from "./skeleton/tables/htc-body.generated.ts";
export { PicoBodyBone } from "./skeleton/tables/pico-body.generated.ts";
export {
	type BoneName,
	boneId,
	boneName,
	isSkeletonType,
	requireBone,
	type Side,
	SKELETON_TYPES,
	SKELETONS,
	type Skeleton,
	type SkeletonType,
	skeletonTypeFromWireId,
} from "./skeleton/tables/skeleton.ts";
export { WebXRBodyJoint } from "./skeleton/tables/webxr-body.generated.ts";
export { WebXRHandJoint } from "./skeleton/tables/webxr-hand.generated.ts";
export { XRHandBone } from "./skeleton/tables/xr-hand.generated.ts";
export type { Vector3 } from "./skeleton/vector.ts";
