import { AssertionError } from "../../media/assert.ts";
import { matrixFromQuaternion } from "../../media/rotation.ts";
import { clampLensFov } from "../../media/viewer-lens.ts";
import { conjugate } from "../../skeleton/rigid-transform.ts";
import { BlurredPicture } from "../reprojection/blurred-picture.ts";
import { createTexture, fillTexture, GlProgram, type Uniforms } from "../reprojection/gl-objects.ts";
import { compose, invertRigid, type Matrix4, multiply } from "../reprojection/matrices.ts";
import { picturePlane, viewRows } from "../reprojection/picture-plane.ts";
import { pictureUniforms } from "../reprojection/picture-uniforms.ts";
import type { PictureSink, PictureView, StampedPicture } from "../reprojection/stamped-pictures.ts";
import { FLOATS_PER_SOLID, type HandModels, type SolidList } from "./hand-models.ts";
import {
	DIRECTION_VERTEX,
	GRID_FRAGMENT,
	PANEL_FRAGMENT,
	PANEL_VERTEX,
	PICTURE_FRAGMENT,
	SOLID_FRAGMENT,
	SOLID_VERTEX,
} from "./shaders.ts";
import { type Mesh, rodMesh, sphereMesh } from "./solid-meshes.ts";

/** The uniforms of `PICTURE_FRAGMENT` for one eye that belong to the picture. */
export function eyePictureUniforms(picture: StampedPicture, eye: 0 | 1): Uniforms {
	const { view } = picture;
	const flat: PictureView = { ...view, lens: "flat", fovDeg: clampLensFov("flat", view.fovDeg) };
	// The wearer sees pictures that can't be turned, too, as if they were flat and whole.
	for (const readAs of [view, flat, { ...flat, surround: undefined }]) {
		const read = { ...picture, view: readAs };
		const plane = picturePlane(read, eye);
		if (plane === undefined) continue;
		const pictureFromWorld = matrixFromQuaternion(conjugate(plane.worldFromView));
		return { ...pictureUniforms(read, plane, eye), pictureFromWorld };
	}
	throw new AssertionError("A flat picture has a plane.");
}

/** The contents of the scene for one frame of the headset. */
export interface SceneFrame {
	/** Brightness of the picture, 0 to 1. */
	readonly strength: number;
	/**
	 * Half the angle of the round window that shows the picture where the room is seen
	 * through the display. `undefined`: the picture has no window.
	 */
	readonly windowRad: number | undefined;
	/** The direction of the head, length 1. */
	readonly ahead: readonly [number, number, number];
	readonly models: HandModels;
	/** Draws an application's objects for an eye, between the picture and the hands. */
	readonly drawOverlay: (eye: SceneEye) => void;
	/** The matrix of the panel, a rectangle of 1 x 1; `undefined`: it is not shown. */
	readonly worldFromPanel: Matrix4 | undefined;
}

/** The camera of an eye, and its part of the framebuffer. */
export interface SceneEye {
	readonly eye: XREye;
	readonly projectionMatrix: Float32Array;
	readonly transform: XRRigidTransform;
	readonly viewport: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

const WINDOW_EDGE_RAD = 0.06;

/**
 * Draws the stream, hands and controllers for a headset's eyes. The newest picture lies
 * at infinity, where it was rendered for, and stays there until the next one comes,
 * however the head moves: it does not swim. Beyond its edges its surround is seen, or its
 * blurred border colours.
 *
 * The scene owns two textures: one of the shown picture, and one of the next, whose
 * place may not be known yet.
 */
export class Scene implements PictureSink {
	readonly #gl: WebGL2RenderingContext;
	readonly #picture: GlProgram;
	readonly #grid: GlProgram;
	readonly #solid: GlProgram;
	readonly #panel: GlProgram;
	readonly #empty: WebGLVertexArrayObject;
	readonly #spheres: Instances;
	readonly #rods: Instances;
	readonly #panelTexture: WebGLTexture;
	readonly #blurred: BlurredPicture;
	#shown: WebGLTexture;
	#next: WebGLTexture;
	/** Those of the left and of the right eye; `undefined` before the first picture. */
	#pictureUniforms: readonly [Uniforms, Uniforms] | undefined;
	readonly #worldFromEye = new Float32Array(16);
	readonly #eyeFromWorld = new Float32Array(16);
	readonly #clip = new Float32Array(16);
	readonly #product = new Float32Array(16);

	/**
	 * @throws {Error} if a shader can't be compiled, as after the loss of the context.
	 */
	constructor(gl: WebGL2RenderingContext) {
		this.#gl = gl;
		this.#picture = new GlProgram(gl, DIRECTION_VERTEX, PICTURE_FRAGMENT);
		this.#grid = new GlProgram(gl, DIRECTION_VERTEX, GRID_FRAGMENT);
		this.#solid = new GlProgram(gl, SOLID_VERTEX, SOLID_FRAGMENT);
		this.#panel = new GlProgram(gl, PANEL_VERTEX, PANEL_FRAGMENT);
		this.#empty = gl.createVertexArray();
		this.#spheres = new Instances(gl, sphereMesh());
		this.#rods = new Instances(gl, rodMesh());
		this.#shown = createTexture(gl);
		this.#next = createTexture(gl);
		this.#panelTexture = createTexture(gl);
		this.#blurred = new BlurredPicture(gl);
		this.#picture.use();
		gl.uniform1i(this.#picture.uniform("picture"), 0);
		gl.uniform1i(this.#picture.uniform("blurred"), 1);
		gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
	}

	/** `PictureSink.upload`. */
	upload(source: HTMLVideoElement | VideoFrame): void {
		fillTexture(this.#gl, this.#next, source, false);
	}

	/** `PictureSink.showNext`. */
	showNext(picture: StampedPicture): void {
		[this.#shown, this.#next] = [this.#next, this.#shown];
		this.#pictureUniforms = [eyePictureUniforms(picture, 0), eyePictureUniforms(picture, 1)];
		// A surround stands behind the picture in place of it.
		if (picture.view.surround !== undefined) return;
		this.#gl.bindVertexArray(this.#empty);
		this.#blurred.update(this.#shown, viewRows(picture) / picture.height);
		this.#gl.bindVertexArray(null);
	}

	/** Uploads the texture of the panel. */
	uploadPanel(canvas: HTMLCanvasElement): void {
		fillTexture(this.#gl, this.#panelTexture, canvas, true);
	}

	/** Draws for all eyes. Its arguments are borrowed. */
	draw(framebuffer: WebGLFramebuffer | null, eyes: readonly SceneEye[], frame: SceneFrame): void {
		const gl = this.#gl;
		gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
		gl.clearColor(0, 0, 0, frame.windowRad === undefined ? 1 : 0);
		gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
		this.#spheres.update(frame.models.spheres);
		this.#rods.update(frame.models.rods);
		for (const eye of eyes) {
			const { viewport, projectionMatrix, transform } = eye;
			if (viewport.width === 0 || viewport.height === 0) continue;
			gl.viewport(viewport.x, viewport.y, viewport.width, viewport.height);
			const { position: p, orientation: q } = transform;
			compose(this.#worldFromEye, 0, [p.x, p.y, p.z], [q.x, q.y, q.z, q.w], [1, 1, 1]);
			invertRigid(this.#eyeFromWorld, this.#worldFromEye);
			gl.disable(gl.DEPTH_TEST);
			gl.bindVertexArray(this.#empty);
			const uniforms = this.#pictureUniforms?.[eye.eye === "right" ? 1 : 0];
			if (frame.windowRad === undefined && uniforms === undefined) this.#drawGrid(projectionMatrix);
			gl.enable(gl.BLEND);
			if (uniforms !== undefined) this.#drawPicture(projectionMatrix, frame, uniforms);
			frame.drawOverlay(eye);
			gl.enable(gl.BLEND);
			this.#drawSolids(projectionMatrix);
			if (frame.worldFromPanel !== undefined) this.#drawPanel(frame.worldFromPanel);
			gl.disable(gl.BLEND);
		}
		gl.bindVertexArray(null);
	}

	/** Frees everything, and the context with it. */
	close(): void {
		this.#gl.getExtension("WEBGL_lose_context")?.loseContext();
	}

	#drawGrid(projection: Float32Array): void {
		this.#grid.use();
		this.#drawDirections(this.#grid, projection);
	}

	#drawPicture(projection: Float32Array, { strength, windowRad, ahead }: SceneFrame, uniforms: Uniforms): void {
		const gl = this.#gl;
		this.#picture.use();
		this.#picture.set({
			...uniforms,
			ahead,
			window: windowRad === undefined ? [-2, -2] : [Math.cos(windowRad), Math.cos(windowRad - WINDOW_EDGE_RAD)],
			brightness: [strength],
		});
		gl.activeTexture(gl.TEXTURE1);
		gl.bindTexture(gl.TEXTURE_2D, this.#blurred.texture);
		gl.activeTexture(gl.TEXTURE0);
		gl.bindTexture(gl.TEXTURE_2D, this.#shown);
		this.#drawDirections(this.#picture, projection);
	}

	/** Draws a program in use over the whole viewport, with the direction of each pixel. */
	#drawDirections(program: GlProgram, projection: Float32Array): void {
		const gl = this.#gl;
		gl.uniformMatrix4fv(program.uniform("worldFromEye"), false, this.#worldFromEye);
		gl.uniform4f(program.uniform("projection"), projection[0]!, projection[5]!, projection[8]!, projection[9]!);
		gl.drawArrays(gl.TRIANGLES, 0, 3);
	}

	#drawSolids(projection: Float32Array): void {
		const gl = this.#gl;
		gl.enable(gl.DEPTH_TEST);
		this.#solid.use();
		multiply(this.#clip, projection, this.#eyeFromWorld);
		gl.uniformMatrix4fv(this.#solid.uniform("clipFromWorld"), false, this.#clip);
		this.#spheres.draw();
		this.#rods.draw();
		gl.disable(gl.DEPTH_TEST);
	}

	/**
	 * Draws the panel over everything else. Uses `#clip` as `#drawSolids` has left it.
	 */
	#drawPanel(worldFromPanel: Matrix4): void {
		const gl = this.#gl;
		this.#panel.use();
		multiply(this.#product, this.#clip, worldFromPanel);
		gl.uniformMatrix4fv(this.#panel.uniform("clipFromPanel"), false, this.#product);
		gl.activeTexture(gl.TEXTURE0);
		gl.bindTexture(gl.TEXTURE_2D, this.#panelTexture);
		gl.bindVertexArray(this.#empty);
		gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
	}
}

/** A mesh that is drawn many times in one call. */
class Instances {
	readonly #gl: WebGL2RenderingContext;
	readonly #array: WebGLVertexArrayObject;
	readonly #buffer: WebGLBuffer;
	readonly #corners: number;
	#count = 0;

	constructor(gl: WebGL2RenderingContext, mesh: Mesh) {
		this.#gl = gl;
		this.#corners = mesh.count;
		this.#array = gl.createVertexArray();
		gl.bindVertexArray(this.#array);
		gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
		gl.bufferData(gl.ARRAY_BUFFER, mesh.corners, gl.STATIC_DRAW);
		for (const attribute of [0, 1]) {
			gl.enableVertexAttribArray(attribute);
			gl.vertexAttribPointer(attribute, 3, gl.FLOAT, false, 24, attribute * 12);
		}
		this.#buffer = gl.createBuffer();
		gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
		for (let column = 0; column < 5; column++) {
			gl.enableVertexAttribArray(2 + column);
			gl.vertexAttribPointer(2 + column, 4, gl.FLOAT, false, FLOATS_PER_SOLID * 4, column * 16);
			gl.vertexAttribDivisor(2 + column, 1);
		}
		gl.bindVertexArray(null);
	}

	update({ data, count }: SolidList): void {
		this.#count = count;
		if (count === 0) return;
		const gl = this.#gl;
		gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
		gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW, 0, count * FLOATS_PER_SOLID);
	}

	draw(): void {
		if (this.#count === 0) return;
		this.#gl.bindVertexArray(this.#array);
		this.#gl.drawArraysInstanced(this.#gl.TRIANGLES, 0, this.#corners, this.#count);
	}
}
