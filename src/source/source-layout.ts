import type { PanoramaFormat } from "../media/panorama.ts";
import { quaternionFromAngles } from "../media/rotation.ts";
import type { CompleteLibavOptions } from "./source-options.ts";

/** The projection and orientation that the options state. */
export function toldGeometry({
	projection,
	orientation,
}: Pick<CompleteLibavOptions, "projection" | "orientation">): Pick<PanoramaFormat, "projection" | "worldFromPanorama"> {
	return {
		...(projection !== "auto" && { projection }),
		...(orientation !== undefined && { worldFromPanorama: quaternionFromAngles(orientation) }),
	};
}
