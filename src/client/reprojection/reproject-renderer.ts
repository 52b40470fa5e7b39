import { matrixFromQuaternion } from "../../media/rotation.ts";
import { BlurredPicture } from "./blurred-picture.ts";
import { createTexture, fillTexture, GlProgram, type Uniforms } from "./gl-objects.ts";
import { LENS_FORM, type PicturePlane, pictureFromWindow, type WindowPlane } from "./lens-plane.ts";
import { viewRows } from "./picture-plane.ts";
import { pictureUniforms } from "./picture-uniforms.ts";
import { COVER_VERTEX, REPROJECT_FRAGMENT } from "./reproject-shaders.ts";
import type { PictureSink, StampedPicture } from "./stamped-pictures.ts";

/**
 * The uniforms of `REPROJECT_FRAGMENT`.
 *
 * @param plane the view of the picture.
 * @param window the view of the canvas.
 */
export function reprojectUniforms(picture: StampedPicture, plane: PicturePlane, window: WindowPlane): Uniforms {
	return {
		...pictureUniforms(picture, plane),
		windowForm: LENS_FORM[window.lens],
		windowHalf: [window.halfWidth, window.halfHeight],
		pictureFromWindow: matrixFromQuaternion(pictureFromWindow(plane, window)),
		worldFromWindow: matrixFromQuaternion(window.worldFromView),
	};
}

/**
 * Draws pictures of a video for a window that looks elsewhere than they did, by WebGL2. It owns the
 * context's contents: the shown picture, the next one, and a blurred copy of the shown one that
 * stands behind it.
 */
export class ReprojectRenderer implements PictureSink {
	readonly #gl: WebGL2RenderingContext;
	readonly #reproject: GlProgram;
	readonly #blurred: BlurredPicture;
	#shown: WebGLTexture;
	#next: WebGLTexture;

	/** @throws {Error} if a shader can't be compiled, as after the loss of the context. */
	constructor(gl: WebGL2RenderingContext) {
		this.#gl = gl;
		this.#reproject = new GlProgram(gl, COVER_VERTEX, REPROJECT_FRAGMENT);
		this.#shown = createTexture(gl);
		this.#next = createTexture(gl);
		this.#blurred = new BlurredPicture(gl);
		gl.bindVertexArray(gl.createVertexArray());
		this.#reproject.use();
		gl.uniform1i(this.#reproject.uniform("picture"), 0);
		gl.uniform1i(this.#reproject.uniform("blurred"), 1);
	}

	/** `PictureSink.upload`. */
	upload(source: HTMLVideoElement | VideoFrame): void {
		this.#gl.activeTexture(this.#gl.TEXTURE0);
		fillTexture(this.#gl, this.#next, source, false);
	}

	/** `PictureSink.showNext`. */
	showNext(picture: StampedPicture): void {
		[this.#shown, this.#next] = [this.#next, this.#shown];
		// A surround stands behind the picture in place of it.
		if (picture.view.surround === undefined) this.#blurred.update(this.#shown, viewRows(picture) / picture.height);
	}

	/**
	 * Draws the shown picture over the whole canvas.
	 *
	 * @param plane the view of the picture.
	 * @param window the view of the canvas.
	 */
	draw(picture: StampedPicture, plane: PicturePlane, window: WindowPlane): void {
		const gl = this.#gl;
		gl.bindFramebuffer(gl.FRAMEBUFFER, null);
		gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
		this.#reproject.use();
		this.#reproject.set(reprojectUniforms(picture, plane, window));
		gl.activeTexture(gl.TEXTURE1);
		gl.bindTexture(gl.TEXTURE_2D, this.#blurred.texture);
		gl.activeTexture(gl.TEXTURE0);
		gl.bindTexture(gl.TEXTURE_2D, this.#shown);
		gl.drawArrays(gl.TRIANGLES, 0, 3);
	}
}
