import { matrixFromQuaternion, type Quaternion } from "../../media/rotation.ts";
import { surroundTiles } from "../../media/surround.ts";
import { createTexture, fillTexture, GlProgram } from "./gl-objects.ts";
import { LENS_FORM, type PicturePlane, pictureAxes, pictureFromWindow, type WindowPlane } from "./lens-plane.ts";
import { viewRows } from "./picture-plane.ts";
import { BLUR_FRAGMENT, COVER_VERTEX, REPROJECT_FRAGMENT } from "./reproject-shaders.ts";
import type { PictureSink, StampedPicture } from "./stamped-pictures.ts";

/** Size of the blurred picture, pixels. */
const BLURRED = { width: 32, height: 24 };
/** The blur of each of its pixels, as a share of the picture to each side. */
const BLUR_REACH = 0.06;

/**
 * Draws pictures of a video for a window that looks elsewhere than they did, by WebGL2. It owns the
 * context's contents: the shown picture, the next one, and a blurred copy of the shown one that
 * stands behind it.
 */
export class ReprojectRenderer implements PictureSink {
	readonly #gl: WebGL2RenderingContext;
	readonly #reproject: GlProgram;
	readonly #blur: GlProgram;
	readonly #blurred: WebGLTexture;
	readonly #blurTarget: WebGLFramebuffer;
	readonly #rotation = new Float32Array(9);
	#shown: WebGLTexture;
	#next: WebGLTexture;

	/** @throws {Error} if a shader can't be compiled, as after the loss of the context. */
	constructor(gl: WebGL2RenderingContext) {
		this.#gl = gl;
		this.#reproject = new GlProgram(gl, COVER_VERTEX, REPROJECT_FRAGMENT);
		this.#blur = new GlProgram(gl, COVER_VERTEX, BLUR_FRAGMENT);
		this.#shown = createTexture(gl);
		this.#next = createTexture(gl);
		this.#blurred = createTexture(gl);
		const { width, height } = BLURRED;
		gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
		this.#blurTarget = gl.createFramebuffer();
		gl.bindFramebuffer(gl.FRAMEBUFFER, this.#blurTarget);
		gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.#blurred, 0);
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
		if (picture.view.surround !== undefined) return;
		const gl = this.#gl;
		gl.bindFramebuffer(gl.FRAMEBUFFER, this.#blurTarget);
		gl.viewport(0, 0, BLURRED.width, BLURRED.height);
		this.#blur.use();
		gl.uniform2f(this.#blur.uniform("reach"), BLUR_REACH, BLUR_REACH);
		gl.uniform1f(this.#blur.uniform("rows"), viewRows(picture) / picture.height);
		this.#bind(gl.TEXTURE0, this.#shown);
		gl.drawArrays(gl.TRIANGLES, 0, 3);
	}

	/**
	 * Draws the shown picture over the whole canvas.
	 *
	 * @param plane the view of the picture.
	 * @param window the view of the canvas.
	 */
	draw(picture: StampedPicture, plane: PicturePlane, window: WindowPlane): void {
		const gl = this.#gl;
		const program = this.#reproject;
		gl.bindFramebuffer(gl.FRAMEBUFFER, null);
		gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
		program.use();
		gl.uniform2f(program.uniform("windowForm"), ...LENS_FORM[window.lens]);
		gl.uniform2f(program.uniform("windowHalf"), window.halfWidth, window.halfHeight);
		gl.uniform2f(program.uniform("pictureForm"), ...LENS_FORM[plane.lens]);
		this.#setRotation("pictureFromWindow", pictureFromWindow(plane, window));
		this.#setRotation("worldFromWindow", window.worldFromView);
		const [across, down] = pictureAxes(plane);
		for (const name of ["gaze", "strength", "from", "span"] as const)
			gl.uniform2f(program.uniform(name), across[name], down[name]);
		this.#setRows(picture);
		this.#bind(gl.TEXTURE1, this.#blurred);
		this.#bind(gl.TEXTURE0, this.#shown);
		gl.drawArrays(gl.TRIANGLES, 0, 3);
	}

	/** Sets the places of the view and of the surround in the picture. */
	#setRows(picture: StampedPicture): void {
		const gl = this.#gl;
		const program = this.#reproject;
		const { width, height, view } = picture;
		const rows = viewRows(picture);
		gl.uniform2f(program.uniform("rows"), rows / height, (rows - 0.5) / height);
		const { surround } = view;
		const tile = surround && surroundTiles(surround);
		gl.uniform3f(program.uniform("tile"), tile?.width ?? 0, tile?.height ?? 0, surround?.cuts ?? 0);
		gl.uniform3f(program.uniform("size"), width, height, height - (surround?.height ?? 0));
	}

	#setRotation(name: string, rotation: Quaternion): void {
		this.#rotation.set(matrixFromQuaternion(rotation));
		// The matrix comes row by row.
		this.#gl.uniformMatrix3fv(this.#reproject.uniform(name), true, this.#rotation);
	}

	#bind(unit: number, texture: WebGLTexture): void {
		this.#gl.activeTexture(unit);
		this.#gl.bindTexture(this.#gl.TEXTURE_2D, texture);
	}
}
