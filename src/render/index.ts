/// <reference lib="esnext.disposable" preserve="true" />
// Rendering of photos and videos into files: the entry point `panogaze/render`.

export type { ProjectionSpec } from "../media/projection.ts";
export type { Transform, TransformDraw } from "../projection/transform.ts";
export { SourceError, type SourceErrorCode } from "../source/video-source.ts";
export { cameraPath, type Keyframe, readCameraPath } from "./camera-path.ts";
export type {
	CameraPath,
	CameraPose,
	RenderedView,
	RenderOptions,
	RenderOutput,
	RenderProgress,
	RenderReport,
	StereoOutput,
	WrittenFile,
} from "./options.ts";
export { OutputError, type OutputErrorCode } from "./output-error.ts";
export { PATH_INTERPOLATIONS, type PathInterpolation } from "./path-interpolation.ts";
export { type RecordedPath, type RecordedPicture, readRecordedPath } from "./recorded-path.ts";
export { render } from "./render.ts";
export type { EncodingOptions } from "./render-protocol.ts";
