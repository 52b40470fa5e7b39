/**
 * Messages from and to viewers: poses, skeletons and control messages, their axes and wire formats, and the existing
 * headset client's. Runs in Node and in browsers.
 */
export {
	AXES,
	AxesConversion,
	type AxesName,
	type ClientAxes,
	rerunViewCoordinates,
	type SignedAxis,
	THREE_ENVIRONMENT_YAW_RAD,
} from "./axes.ts";
export { type BodyPose, bodyFrame } from "./body-frame.ts";
export { ClockEstimate } from "./clock-estimate.ts";
export * from "./control-message.ts";
export * from "./frame-message.ts";
export {
	fingerBendRad,
	fingerCurl,
	type HandedPose,
	type HandFrameOptions,
	handCurl,
	handFrame,
	headFromHand,
	MANO_PARENTS,
	type ManoOptions,
	manoPoints,
	type Pinch,
	type PinchOptions,
	pinch,
} from "./hand-pose.ts";
export { clampFovDeg, type HeadPose, type Vector3 } from "./head-pose.ts";
export {
	decodeLegacyBodyPose,
	encodeLegacyBodyPose,
	frameFromLegacyBodyPose,
	type LegacyBodyPose,
	type LegacyBone,
} from "./legacy-body-pose.ts";
export { LegacyCamera } from "./legacy-camera.ts";
export { encodeHaptics, type HandTouch, type HapticsMessage } from "./legacy-haptics.ts";
export type { ParseResult } from "./parse-result.ts";
export {
	composeTransforms,
	invertTransform,
	levelTransform,
	type RigidTransform,
	rotateVector,
	rotationFromAxes,
	transformPoint,
} from "./rigid-transform.ts";
export { SequenceFilter } from "./sequence-filter.ts";
export {
	type BonePoses,
	bonePosition,
	boneTransform,
	createSkeletonPose,
	localFromWorld,
	poseInFrame,
	positionAt,
	type SkeletonPose,
	setBone,
	transformAt,
	worldFromLocal,
} from "./skeleton-pose.ts";
export { BodyBone } from "./skeletons/body.generated.ts";
export { type BoneMap, boneMap, fullBodyFromWebXRBody, mapPose } from "./skeletons/bone-map.ts";
export { FullBodyBone } from "./skeletons/full-body.generated.ts";
export { HandBone } from "./skeletons/hand.generated.ts";
export { FINGERS, type Finger, type HandBones, type HandedSkeleton, handBones } from "./skeletons/hand-bones.ts";
export { topologicalOrder } from "./skeletons/hierarchy.ts";
export { HtcBodyBone } from "./skeletons/htc-body.generated.ts";
export { PicoBodyBone } from "./skeletons/pico-body.generated.ts";
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
} from "./skeletons/skeleton.ts";
export { WebXRBodyJoint } from "./skeletons/webxr-body.generated.ts";
export { WebXRHandJoint } from "./skeletons/webxr-hand.generated.ts";
export { XRHandBone } from "./skeletons/xr-hand.generated.ts";
export { type BinaryEncoding, decodeTrackingBinary, TrackingDecoder, TrackingEncoder } from "./tracking-binary.ts";
export {
	type DecodeResult,
	faultOfBoneList,
	frameFromHeadPose,
	headPoseFromFrame,
	isSkeletonFrame,
	MAX_AXES,
	MAX_BONES,
	MAX_BUTTONS,
	type StreamLayout,
	type StreamLayouts,
	TrackingFrame,
} from "./tracking-frame.ts";
export {
	type HelloFault,
	MAX_STREAMS,
	type StreamCounters,
	type TrackingCounters,
	TrackingReceiver,
	type TrackingReceiverOptions,
} from "./tracking-receiver.ts";
export { decodeTrackingText, encodeHeadMessage, encodeTrackingText } from "./tracking-text.ts";
