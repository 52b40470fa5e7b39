/** What viewers send and what they are told: poses and messages, their wire formats, and the existing headset client's. Runs in Node and in browsers. */
export { type ClientAxes, ClientToWorld, type SignedAxis } from "./client-axes.ts";
export * from "./control-message.ts";
export * from "./frame-message.ts";
export { clampFovDeg, type HeadPose, type Vector3 } from "./head-pose.ts";
export { HeadPoseReceiver, type TrackingCounters } from "./head-pose-receiver.ts";
export { decodeLegacyBodyPose, encodeLegacyBodyPose, type LegacyBodyPose, type LegacyBone } from "./legacy-body-pose.ts";
export { LegacyCamera } from "./legacy-camera.ts";
export { encodeHaptics, type HandTouch, type HapticsMessage } from "./legacy-haptics.ts";
export type { ParseResult } from "./parse-result.ts";
export { SequenceFilter } from "./sequence-filter.ts";
export { encodeHeadMessage, type HeadMessage, parseTrackingMessage, type TrackingMessage } from "./tracking-message.ts";
