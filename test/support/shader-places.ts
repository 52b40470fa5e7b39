import type { Page } from "playwright-core";
import type { Uniforms } from "../../src/client/reprojection/gl-objects.ts";

/** A fragment shader of a picture, run over a small viewport. */
export interface ShaderRun {
	readonly vertex: string;
	readonly fragment: string;
	/** Matrices of 9 numbers come row by row, those of 16 column by column. */
	readonly uniforms: Uniforms;
	/** Pixels of the picture that it reads. */
	readonly picture: { readonly width: number; readonly height: number };
	/** Pixels of the viewport. */
	readonly viewport: { readonly width: number; readonly height: number };
}

/** A pixel of the viewport, and the place in the picture whose colour it has. */
export interface ShaderPlace {
	/** The pixel's middle: -1 to 1, upward. */
	readonly x: number;
	readonly y: number;
	/** Pixels from the picture's upper left corner. */
	readonly column: number;
	readonly row: number;
}

/**
 * Runs a shader by Chromium's WebGL on a picture of 32-bit floats whose colours are their own
 * places, and reads from which place each pixel was taken.
 *
 * @param page with a document.
 */
export async function shaderPlaces(page: Page, run: ShaderRun): Promise<readonly ShaderPlace[]> {
	const colors = await page.evaluate(({ vertex, fragment, uniforms, picture, viewport }) => {
		const gl = document.createElement("canvas").getContext("webgl2")!;
		for (const name of ["EXT_color_buffer_float", "OES_texture_float_linear"])
			if (gl.getExtension(name) === null) throw new Error(`${name} is missing.`);
		const program = gl.createProgram();
		for (const [type, source] of [
			[gl.VERTEX_SHADER, vertex],
			[gl.FRAGMENT_SHADER, fragment],
		] as const) {
			const shader = gl.createShader(type)!;
			gl.shaderSource(shader, source);
			gl.compileShader(shader);
			const log = gl.getShaderInfoLog(shader);
			if (log) throw new Error(log);
			gl.attachShader(program, shader);
		}
		gl.linkProgram(program);
		gl.useProgram(program);
		const texture = (unit: number, width: number, height: number, values: Float32Array | null) => {
			gl.activeTexture(gl.TEXTURE0 + unit);
			gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
			gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, width, height, 0, gl.RGBA, gl.FLOAT, values);
			for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
				gl.texParameteri(gl.TEXTURE_2D, name, gl.LINEAR);
			for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T])
				gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
			return gl.getParameter(gl.TEXTURE_BINDING_2D) as WebGLTexture;
		};
		const ramp = new Float32Array(picture.width * picture.height * 4);
		for (let at = 0; at < picture.width * picture.height; at++) {
			ramp[4 * at] = (at % picture.width) + 0.5;
			ramp[4 * at + 1] = Math.floor(at / picture.width) + 0.5;
		}
		const target = texture(2, viewport.width, viewport.height, null);
		texture(1, 1, 1, new Float32Array(4));
		texture(0, picture.width, picture.height, ramp);
		gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
		gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, target, 0);
		for (const [name, unit] of [
			["picture", 0],
			["_MainTex", 0],
			["blurred", 1],
		] as const)
			gl.uniform1i(gl.getUniformLocation(program, name), unit);
		for (const [name, numbers] of Object.entries(uniforms)) {
			const location = gl.getUniformLocation(program, name);
			const values = Float32Array.from(numbers);
			if (values.length === 1) gl.uniform1fv(location, values);
			else if (values.length === 2) gl.uniform2fv(location, values);
			else if (values.length === 3) gl.uniform3fv(location, values);
			else if (values.length === 4) gl.uniform4fv(location, values);
			else if (values.length === 9) gl.uniformMatrix3fv(location, true, values);
			else gl.uniformMatrix4fv(location, false, values);
		}
		gl.viewport(0, 0, viewport.width, viewport.height);
		gl.drawArrays(gl.TRIANGLES, 0, 3);
		const read = new Float32Array(viewport.width * viewport.height * 4);
		gl.readPixels(0, 0, viewport.width, viewport.height, gl.RGBA, gl.FLOAT, read);
		return [...read];
	}, run);
	const { width, height } = run.viewport;
	return Array.from({ length: width * height }, (_, at) => ({
		x: (2 * ((at % width) + 0.5)) / width - 1,
		y: (2 * (Math.floor(at / width) + 0.5)) / height - 1,
		column: colors[4 * at]!,
		row: colors[4 * at + 1]!,
	}));
}
