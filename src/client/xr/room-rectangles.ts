import type { RigidTransform } from "../../skeleton/rigid-transform.ts";
import { GlProgram } from "../reprojection/gl-objects.ts";
import { compose, invertRigid, type Matrix4, multiply } from "../reprojection/matrices.ts";
import type { SceneEye } from "./scene.ts";
import { CAMERA_FRAGMENT, PANEL_VERTEX } from "./shaders.ts";

/** Draws pictures that stand in the room. */
export class RoomRectangles {
	readonly #gl: WebGL2RenderingContext;
	readonly #program: GlProgram;
	readonly #empty: WebGLVertexArrayObject;
	readonly #matrices = Array.from({ length: 4 }, () => new Float32Array(16));

	/** @param gl borrowed: its objects go with it. */
	constructor(gl: WebGL2RenderingContext) {
		this.#gl = gl;
		this.#program = new GlProgram(gl, PANEL_VERTEX, CAMERA_FRAGMENT);
		this.#empty = gl.createVertexArray();
	}

	/** The next ones are for this eye, over the bound framebuffer's viewport. */
	begin({ transform, projectionMatrix }: SceneEye): void {
		const gl = this.#gl;
		const [worldFromEye, eyeFromWorld, clipFromWorld] = this.#matrices as [Matrix4, Matrix4, Matrix4];
		const { position: p, orientation: q } = transform;
		compose(worldFromEye, 0, [p.x, p.y, p.z], [q.x, q.y, q.z, q.w], [1, 1, 1]);
		invertRigid(eyeFromWorld, worldFromEye);
		multiply(clipFromWorld, projectionMatrix, eyeFromWorld);
		this.#program.use();
		gl.activeTexture(gl.TEXTURE0);
		gl.bindVertexArray(this.#empty);
	}

	/**
	 * Draws a rectangle.
	 *
	 * @param texture premultiplied.
	 * @param size metres.
	 * @param look `above`: distance of its middle from the place along the place's upward axis,
	 * metres; `strength`: 0 is black, 1 as it is.
	 */
	draw(
		texture: WebGLTexture,
		{ position: [x, y, z], rotation }: RigidTransform,
		[width, height]: readonly [number, number],
		{ above = 0, strength = 1 }: { readonly above?: number; readonly strength?: number } = {},
	): void {
		const gl = this.#gl;
		const [, worldFromPanel, clipFromWorld, clipFromPanel] = this.#matrices as [Matrix4, Matrix4, Matrix4, Matrix4];
		compose(worldFromPanel, 0, [x, y, z], rotation, [width, height, 1]);
		for (let axis = 0; axis < 3; axis++) worldFromPanel[12 + axis]! += (worldFromPanel[4 + axis]! / height) * above;
		multiply(clipFromPanel, clipFromWorld, worldFromPanel);
		gl.uniformMatrix4fv(this.#program.uniform("clipFromPanel"), false, clipFromPanel);
		gl.uniform1f(this.#program.uniform("strength"), strength);
		gl.bindTexture(gl.TEXTURE_2D, texture);
		gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
	}
}
