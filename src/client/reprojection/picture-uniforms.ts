import { surroundTiles } from "../../media/surround.ts";
import type { Uniforms } from "./gl-objects.ts";
import { LENS_FORM, type PicturePlane, pictureAxes } from "./lens-plane.ts";
import { viewRows } from "./picture-plane.ts";
import type { StampedPicture } from "./stamped-pictures.ts";

/**
 * The uniforms of `PICTURE_GLSL` for one view of a picture.
 *
 * @param plane the view, of that eye.
 * @param eye of a picture with two: 0 the left one's part, 1 the right one's.
 */
export function pictureUniforms(picture: StampedPicture, plane: PicturePlane, eye: 0 | 1 = 0): Uniforms {
	const { width, height, view } = picture;
	const { eyes, surround } = view;
	const rows = viewRows(picture) / eyes;
	const first = eyes === 2 ? eye * rows : 0;
	const [across, down] = pictureAxes(plane);
	const tile = surround && surroundTiles(surround);
	return {
		pictureForm: LENS_FORM[plane.lens],
		gaze: [across.gaze, down.gaze],
		strength: [across.strength, down.strength],
		from: [across.from, down.from],
		span: [across.span, down.span],
		rows: [first / height, rows / height, (first + 0.5) / height, (first + rows - 0.5) / height],
		blurredRows: [first / (rows * eyes), 1 / eyes],
		tile: [tile?.width ?? 0, tile?.height ?? 0, surround?.cuts ?? 0],
		size: [width, height, height - (surround?.height ?? 0)],
	};
}
