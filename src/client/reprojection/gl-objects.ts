/** Values of uniforms by name: 1 to 4 numbers, or 9 of a matrix, row by row. */
export interface Uniforms {
	readonly [name: string]: readonly number[];
}

/** A linked pair of shaders, with the places of its uniforms. */
export class GlProgram {
	readonly #gl: WebGL2RenderingContext;
	readonly #program: WebGLProgram;
	readonly #uniforms = new Map<string, WebGLUniformLocation | null>();

	/**
	 * @param vertex source of the vertex shader, GLSL ES 3.00.
	 * @param fragment source of the fragment shader.
	 * @throws {Error} if they can't be compiled or linked, as after the loss of the context.
	 */
	constructor(gl: WebGL2RenderingContext, vertex: string, fragment: string) {
		this.#gl = gl;
		const program = gl.createProgram();
		for (const [type, source] of [
			[gl.VERTEX_SHADER, vertex],
			[gl.FRAGMENT_SHADER, fragment],
		] as const) {
			const shader = gl.createShader(type);
			if (shader === null) throw new Error("The graphics of this device failed.");
			gl.shaderSource(shader, source);
			gl.compileShader(shader);
			gl.attachShader(program, shader);
			gl.deleteShader(shader);
		}
		gl.linkProgram(program);
		if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true) {
			const shaderLogs = (gl.getAttachedShaders(program) ?? []).map((shader) => gl.getShaderInfoLog(shader));
			const logs = [gl.getProgramInfoLog(program), ...shaderLogs].filter(Boolean);
			throw new Error(`A shader could not be compiled: ${logs.join("; ")}`);
		}
		this.#program = program;
	}

	/** Makes it the program of the next draws and uniforms. */
	use(): void {
		this.#gl.useProgram(this.#program);
	}

	/** The place of a uniform; `null`, which WebGL ignores, if the shaders don't use it. */
	uniform(name: string): WebGLUniformLocation | null {
		let location = this.#uniforms.get(name);
		if (location === undefined) {
			location = this.#gl.getUniformLocation(this.#program, name);
			this.#uniforms.set(name, location);
		}
		return location;
	}

	/** Sets uniforms of the program in use; those that the shaders don't have are left out. */
	set(uniforms: Uniforms): void {
		const gl = this.#gl;
		for (const [name, numbers] of Object.entries(uniforms)) {
			const location = this.uniform(name);
			const values = Float32Array.from(numbers);
			if (values.length === 1) gl.uniform1fv(location, values);
			else if (values.length === 2) gl.uniform2fv(location, values);
			else if (values.length === 3) gl.uniform3fv(location, values);
			else if (values.length === 4) gl.uniform4fv(location, values);
			// Matrices come row by row.
			else gl.uniformMatrix3fv(location, true, values);
		}
	}
}

/** Names of renderers that are programs: Chromium's, Mesa's, Windows' and Apple's. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/**
 * True if WebGL is drawn by the processor, as far as the browser tells. Contexts with
 * `failIfMajorPerformanceCaveat` are made there all the same by Chromium.
 */
export function isDrawnByProcessor(gl: WebGL2RenderingContext): boolean {
	const name = String(gl.getParameter(gl.RENDERER));
	// Firefox says it here, and complains about the extension.
	const info = name === "WebKit WebGL" ? gl.getExtension("WEBGL_debug_renderer_info") : null;
	return SOFTWARE.test(info === null ? name : String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)));
}

/** Makes a texture of one black pixel, without mipmaps, that ends at its edges. */
export function createTexture(gl: WebGL2RenderingContext): WebGLTexture {
	const texture = gl.createTexture();
	gl.bindTexture(gl.TEXTURE_2D, texture);
	gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 1, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
	gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
	gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
	gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
	return texture;
}

/**
 * Fills a texture with the present picture of a video or a canvas. Its first row is the picture's
 * top.
 *
 * @param premultiplied multiply colours by their alpha.
 */
export function fillTexture(
	gl: WebGL2RenderingContext,
	texture: WebGLTexture,
	source: HTMLVideoElement | VideoFrame | HTMLCanvasElement,
	premultiplied: boolean,
): void {
	gl.bindTexture(gl.TEXTURE_2D, texture);
	gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, premultiplied);
	// Only textures of four channels are filled straight from a decoder in every
	// browser.
	gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, source);
}
