import { createTexture, GlProgram } from "./gl-objects.ts";
import { BLUR_FRAGMENT, COVER_VERTEX } from "./reproject-shaders.ts";

/** Its size, pixels. */
const BLURRED = { width: 32, height: 24 };
/** The blur of each of its pixels, as a share of the picture to each side. */
const BLUR_REACH = 0.06;

/** A small, blurred copy of a picture's views: it stands behind a picture without a surround. */
export class BlurredPicture {
	readonly texture: WebGLTexture;
	readonly #gl: WebGL2RenderingContext;
	readonly #blur: GlProgram;
	readonly #target: WebGLFramebuffer;

	/** @throws {Error} if a shader can't be compiled, as after the loss of the context. */
	constructor(gl: WebGL2RenderingContext) {
		this.#gl = gl;
		this.#blur = new GlProgram(gl, COVER_VERTEX, BLUR_FRAGMENT);
		this.texture = createTexture(gl);
		const { width, height } = BLURRED;
		gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
		this.#target = gl.createFramebuffer();
		gl.bindFramebuffer(gl.FRAMEBUFFER, this.#target);
		gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.texture, 0);
	}

	/**
	 * Blurs a picture. Leaves its framebuffer, program, viewport and texture unit 0 behind.
	 *
	 * @param picture its first row is the top.
	 * @param rows share of the picture's rows that are views'.
	 */
	update(picture: WebGLTexture, rows: number): void {
		const gl = this.#gl;
		gl.bindFramebuffer(gl.FRAMEBUFFER, this.#target);
		gl.viewport(0, 0, BLURRED.width, BLURRED.height);
		this.#blur.use();
		this.#blur.set({ reach: [BLUR_REACH, BLUR_REACH], rows: [rows] });
		gl.activeTexture(gl.TEXTURE0);
		gl.bindTexture(gl.TEXTURE_2D, picture);
		gl.drawArrays(gl.TRIANGLES, 0, 3);
	}
}
