/// <reference lib="esnext.disposable" preserve="true" />
// Views of panoramas: what users of `panogaze/projection` get.

export { Equirectangular } from "./equirectangular.ts";
export type { Point, Projection, Ray } from "./geometry.ts";
export { Perspective } from "./perspective.ts";
export type { PanoramaPicture, Projector } from "./projector.ts";
export { ReferenceProjector } from "./reference-projector.ts";
export { Warp } from "./warp.ts";
export { compileKernel, type KernelOptions, WasmProjector, type WasmProjectorOptions } from "./wasm-projector.ts";
