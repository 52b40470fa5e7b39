import type { Quaternion } from "../../media/rotation.ts";
import { createTexture, fillTexture, GlProgram } from "../reprojection/gl-objects.ts";
import { viewRows } from "../reprojection/picture-plane.ts";
import type { StampedPicture } from "../reprojection/stamped-pictures.ts";
import { FLOATS_PER_SOLID, type HandModels, type SolidList } from "./hand-models.ts";
import { compose, invertRigid, type Matrix4, multiply, withoutMove } from "./matrices.ts";
import {
	GRID_FRAGMENT,
	GRID_VERTEX,
	PANEL_FRAGMENT,
	PANEL_VERTEX,
	PICTURE_FRAGMENT,
	PICTURE_VERTEX,
	SOLID_FRAGMENT,
	SOLID_VERTEX,
} from "./shaders.ts";
import { type Mesh, rodMesh, sphereMesh } from "./solid-meshes.ts";

/**
 * The rectangle of the world that a picture fills: the view that the server drew it
 * for.
 */
export interface PicturePlace {
	readonly worldFromView: Quaternion;
	/** Half the width and height of one eye's part, at distance 1. */
	readonly tanHalfWidth: number;
	readonly tanHalfHeight: number;
	/** 2: the upper half is the left eye's, the lower half the right eye's. */
	readonly eyes: 1 | 2;
	/** Share of the picture's rows that the eyes' parts have; the surround is below. */
	readonly rows: number;
}

/** The place of a picture. */
export function placeOfPicture(picture: StampedPicture): PicturePlace {
	const { orientation, fovDeg, eyes } = picture.view;
	const tanHalfWidth = Math.tan((fovDeg * Math.PI) / 360);
	const rows = viewRows(picture);
	const tanHalfHeight = (tanHalfWidth * rows) / eyes / picture.width;
	return { worldFromView: orientation, tanHalfWidth, tanHalfHeight, eyes, rows: rows / picture.height };
}

/** The contents of the scene for one frame of the headset. */
export interface SceneFrame {
	/** `undefined`: no picture yet. */
	readonly place: PicturePlace | undefined;
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
	/** The matrix of the panel, a rectangle of 1 x 1. */
	readonly worldFromPanel: Matrix4;
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
 * however the head moves. A late picture so leaves its edges empty, but does not swim.
 *
 * The scene owns two textures: one of the shown picture, and one of the next, whose
 * place may not be known yet.
 */
export class Scene {
	readonly #gl: WebGL2RenderingContext;
	readonly #picture: GlProgram;
	readonly #grid: GlProgram;
	readonly #solid: GlProgram;
	readonly #panel: GlProgram;
	readonly #empty: WebGLVertexArrayObject;
	readonly #spheres: Instances;
	readonly #rods: Instances;
	readonly #panelTexture: WebGLTexture;
	#shown: WebGLTexture;
	#next: WebGLTexture;
	readonly #worldFromEye = new Float32Array(16);
	readonly #eyeFromWorld = new Float32Array(16);
	readonly #turn = new Float32Array(16);
	readonly #clip = new Float32Array(16);
	readonly #model = new Float32Array(16);
	readonly #product = new Float32Array(16);

	/**
	 * @throws {Error} if a shader can't be compiled, as after the loss of the context.
	 */
	constructor(gl: WebGL2RenderingContext) {
		this.#gl = gl;
		this.#picture = new GlProgram(gl, PICTURE_VERTEX, PICTURE_FRAGMENT);
		this.#grid = new GlProgram(gl, GRID_VERTEX, GRID_FRAGMENT);
		this.#solid = new GlProgram(gl, SOLID_VERTEX, SOLID_FRAGMENT);
		this.#panel = new GlProgram(gl, PANEL_VERTEX, PANEL_FRAGMENT);
		this.#empty = gl.createVertexArray();
		this.#spheres = new Instances(gl, sphereMesh());
		this.#rods = new Instances(gl, rodMesh());
		this.#shown = createTexture(gl);
		this.#next = createTexture(gl);
		this.#panelTexture = createTexture(gl);
		gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
	}

	/** Uploads a picture. It is not shown before `showNext`. */
	upload(source: HTMLVideoElement | VideoFrame): void {
		fillTexture(this.#gl, this.#next, source, false);
	}

	/** Shows the picture that was uploaded last. */
	showNext(): void {
		[this.#shown, this.#next] = [this.#next, this.#shown];
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
			if (frame.windowRad === undefined) this.#drawGrid(projectionMatrix);
			gl.enable(gl.BLEND);
			if (frame.place !== undefined) this.#drawPicture(eye, frame, frame.place);
			this.#drawSolids(projectionMatrix);
			this.#drawPanel(frame.worldFromPanel);
			gl.disable(gl.BLEND);
		}
		gl.bindVertexArray(null);
	}

	/** Frees everything, and the context with it. */
	close(): void {
		this.#gl.getExtension("WEBGL_lose_context")?.loseContext();
	}

	#drawGrid(projection: Float32Array): void {
		const gl = this.#gl;
		this.#grid.use();
		gl.uniformMatrix4fv(this.#grid.uniform("worldFromEye"), false, this.#worldFromEye);
		gl.uniform4f(this.#grid.uniform("projection"), projection[0]!, projection[5]!, projection[8]!, projection[9]!);
		gl.drawArrays(gl.TRIANGLES, 0, 3);
	}

	#drawPicture(
		{ eye, projectionMatrix }: SceneEye,
		{ strength, windowRad, ahead }: SceneFrame,
		place: PicturePlace,
	): void {
		const gl = this.#gl;
		const program = this.#picture;
		program.use();
		withoutMove(this.#turn, this.#eyeFromWorld);
		multiply(this.#clip, projectionMatrix, this.#turn);
		compose(this.#model, 0, [0, 0, 0], place.worldFromView, [1, 1, 1]);
		multiply(this.#product, this.#clip, this.#model);
		gl.uniformMatrix4fv(program.uniform("clipFromPicture"), false, this.#product);
		gl.uniformMatrix4fv(program.uniform("worldFromPicture"), false, this.#model);
		gl.uniform2f(program.uniform("tanHalf"), place.tanHalfWidth, place.tanHalfHeight);
		// The textures' first row is the picture's top.
		const rows = place.rows / place.eyes;
		gl.uniform4f(program.uniform("part"), 0, place.eyes === 2 && eye === "right" ? rows : 0, 1, rows);
		gl.uniform3f(program.uniform("ahead"), ahead[0], ahead[1], ahead[2]);
		if (windowRad === undefined) gl.uniform2f(program.uniform("window"), -2, -2);
		else gl.uniform2f(program.uniform("window"), Math.cos(windowRad), Math.cos(windowRad - WINDOW_EDGE_RAD));
		gl.uniform1f(program.uniform("strength"), strength);
		gl.bindTexture(gl.TEXTURE_2D, this.#shown);
		gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
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
