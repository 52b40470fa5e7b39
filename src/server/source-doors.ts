import type { Camera } from "../stream/cameras/camera.ts";

/** A viewer's choice by the path of its offer: a view of the main source, or a camera. */
export type SourceDoor =
	| {
			readonly kind: "view";
			/** The eye that is drawn of a source for two; `undefined`: as the client asks. */
			readonly eye: 0 | 1 | undefined;
	  }
	| { readonly kind: "camera"; readonly camera: Camera };

/** Eyes by their names in a path. */
const EYES: ReadonlyMap<string, 0 | 1> = new Map([
	["left", 0],
	["right", 1],
]);

/**
 * Finds what `/NAME/whep`, or `/NAME/EYE/whep`, shows.
 *
 * @param path `NAME` or `NAME/EYE`. A camera's name goes before that of an eye.
 * @returns `undefined` if there is no such source.
 */
export function sourceDoor(path: string, mainName: string, cameras: readonly Camera[]): SourceDoor | undefined {
	const [name = "", eyeName, ...rest] = path.split("/");
	if (rest.length > 0) return undefined;
	const eye = EYES.get(eyeName ?? name);
	if (eyeName !== undefined) return name === mainName && eye !== undefined ? { kind: "view", eye } : undefined;
	const camera = cameras.find((each) => each.name === name);
	if (camera !== undefined) return { kind: "camera", camera };
	if (name === mainName) return { kind: "view", eye: undefined };
	return eye === undefined ? undefined : { kind: "view", eye };
}
