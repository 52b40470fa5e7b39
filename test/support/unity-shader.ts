import { readFileSync } from "node:fs";
import type { Uniforms } from "../../src/client/reprojection/gl-objects.ts";
import { picturePlane } from "../../src/client/reprojection/picture-plane.ts";
import { pictureUniforms } from "../../src/client/reprojection/picture-uniforms.ts";
import type { StampedPicture } from "../../src/client/reprojection/stamped-pictures.ts";
import { IDENTITY } from "../../src/media/rotation.ts";
import { conjugate } from "../../src/skeleton/rigid-transform.ts";

const INCLUDE = new URL("../../unity/Runtime/Unity/Resources/PanogazePicture.cginc", import.meta.url);

/**
 * Fragment shader of WebGL2 that draws as the Unity package's does: its include, which is GLSL but
 * for names. `direction` is in the world's axes, `pictureFromWorld` turns it.
 *
 * @param eye 0 the left one, 1 the right one.
 */
export function unityFragment(eye: 0 | 1): string {
	return `#version 300 es
precision highp float;
#define float2 vec2
#define float3 vec3
#define float4 vec4
#define lerp mix
#define fmod mod
// Unity's textures have their first row at the bottom, WebGL's pictures at the top.
#define tex2Dlod(s, at) texture(s, vec2((at).x, 1.0 - (at).y))
${readFileSync(INCLUDE, "utf8")}
uniform mat3 pictureFromWorld;
in vec3 direction;
out vec4 color;
void main() {
	color = vec4(PanogazeColor(pictureFromWorld * direction, ${eye}.0), 1.0);
}`;
}

/** The vectors of the Unity package's shader for one eye, by names without the eye's number. */
export function unityVectors(picture: StampedPicture, eye: 0 | 1): Uniforms {
	const { orientation, eyes, frusta } = picture.view;
	const plane = picturePlane(picture, eye);
	if (plane === undefined) throw new Error("The picture can't be shown in another direction.");
	const { gaze, strength, from, span, rows, tile, size } = pictureUniforms(picture, plane, eye);
	const { headFromEye = IDENTITY } = frusta?.[eyes === 2 ? eye : 0] ?? {};
	const all = [gaze, strength, from, span, rows, tile, size];
	const [theGaze = [], theStrength = [], theFrom = [], theSpan = [], theRows = [], theTile = [], theSize = []] = all;
	return {
		EyeFromPicture: conjugate(headFromEye),
		WorldFromPicture: orientation,
		Span: [...theFrom, ...theSpan],
		Rows: theRows,
		Foveation: [...theGaze, ...theStrength],
		Tile: [...theTile, theSize[2] ?? 0],
		Size: [...theSize.slice(0, 2), 0, 0],
	};
}
