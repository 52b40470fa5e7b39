/// <reference lib="esnext.disposable" preserve="true" />
// Views of panoramas: the entry point `panogaze/projection`.

export type { I420Picture } from "../media/i420-picture.ts";
export {
	type EyeCount,
	type PaddedPictureLayout,
	type PaddedPlaneLayout,
	type PanoramaFormat,
	type PanoramaLayout,
	type PanoramaShape,
	type PictureColor,
	type PictureFormat,
	type PictureLayout,
	type PlaneLayout,
	type PlanePadding,
	panoramaLayout,
	pictureLayout,
	type StoredTile,
} from "../media/panorama.ts";
export type {
	CubeFaceGrid,
	CubeFaceName,
	CubeLayoutName,
	CubemapSpec,
	CustomSpec,
	CylindricalSpec,
	DoubleSphereSpec,
	DualFisheyeSpec,
	DualLens,
	EacSpec,
	EquirectSpec,
	FisheyeModel,
	FisheyeSpec,
	FoveatedSpec,
	GoproMaxSpec,
	Intrinsics,
	KannalaBrandtSpec,
	LensSpec,
	MeiSpec,
	MercatorSpec,
	MeshSpec,
	NoneSpec,
	PanniniSpec,
	PerspectiveSpec,
	ProjectionSpec,
	SampledField,
	SphereBounds,
	SphereMapSpec,
	StereographicSpec,
	TabulatedSpec,
} from "../media/projection.ts";
export { anglesFromQuaternion, type Quaternion, quaternionFromAngles, type ViewAngles } from "../media/rotation.ts";
export {
	MAX_FOV_DEG,
	MIN_FOV_DEG,
	type PinholeView,
	type View,
	type ViewFromAnglesOptions,
	viewFromAngles,
} from "../media/view.ts";
export type { WasmMemory, WasmModule } from "../media/wasm-types.ts";
export { createProjection } from "./create-projection.ts";
export { Equirectangular } from "./equirectangular.ts";
export type { Point, Projection, ProjectionPart, ProjectionTile, Ray } from "./geometry.ts";
export { PanoramaWriter, type PlaneName } from "./panorama-writer.ts";
export { Perspective } from "./perspective.ts";
export {
	createProjector,
	type PictureProjector,
	type PlainPicture,
	type ProjectorOptions,
	type SamplingOptions,
} from "./picture-projector.ts";
export { projectionText } from "./projection-text.ts";
export { PROJECTION_WORDS, type ProjectionWord, parseProjectionOptions } from "./projection-words.ts";
export type { PanoramaPicture, Projector } from "./projector.ts";
export { ReferenceProjector } from "./reference-projector.ts";
export { Warp } from "./warp.ts";
export { compileKernel, type KernelOptions, WasmProjector, type WasmProjectorOptions } from "./wasm-projector.ts";
