import type { OverlayFrame, OverlayObject } from "../../protocol/overlay-object.ts";
import type { RobotVisual } from "../../skeleton/robot-model.ts";
import { GlProgram } from "../reprojection/gl-objects.ts";
import type { LensForm } from "../reprojection/lens-plane.ts";
import type { Matrix4 } from "../reprojection/matrices.ts";
import { LabelTextures } from "./label-textures.ts";
import { FLOATS, geometryOf, type PlacedLabel, type SolidLists } from "./overlay-geometry.ts";
import {
	LABEL_FRAGMENT,
	LABEL_VERTEX,
	LINE_FRAGMENT,
	LINE_VERTEX,
	POINT_FRAGMENT,
	POINT_VERTEX,
	SOLID_FRAGMENT,
	SOLID_VERTEX,
} from "./overlay-shaders.ts";
import { SOLID_MESHES } from "./solid-meshes.ts";

/** The view of one eye, or of a window. */
export interface OverlayEye {
	/** Turns and moves points of each frame into the eye's axes. */
	readonly eyeFrom: { readonly [Frame in OverlayFrame]: Matrix4 };
	/** The form of the lens; flat for an eye of a headset. */
	readonly form: LensForm;
	/** Scale across and upward, and the shift by depth: those of a projection matrix. */
	readonly projection: readonly [number, number, number, number];
	/** The two numbers of a projection matrix that make the depth of a flat view. */
	readonly depthTerms: readonly [number, number];
	/** Device pixels of the viewport. */
	readonly viewport: readonly [width: number, height: number];
	/** Device pixels of a pixel of lines, points and labels. */
	readonly pixels: number;
}

const FRAMES: readonly OverlayFrame[] = ["world", "head"];
const SHAPES = Object.keys(SOLID_MESHES) as RobotVisual["shape"][];

interface FrameBuffers {
	readonly lines: Instances;
	readonly points: Instances;
	readonly ghosts: readonly Instances[];
	readonly faces: readonly Instances[];
	labels: readonly PlacedLabel[];
}

/** Draws an overlay's objects by WebGL2, for a window or for the eyes of a headset. */
export class OverlayRenderer {
	readonly #gl: WebGL2RenderingContext;
	readonly #line: GlProgram;
	readonly #point: GlProgram;
	readonly #label: GlProgram;
	readonly #solid: GlProgram;
	readonly #textures: LabelTextures;
	readonly #empty: WebGLVertexArrayObject;
	readonly #buffers: { readonly [Frame in OverlayFrame]: FrameBuffers };
	#objects: readonly OverlayObject[] = [];
	#bends = false;
	#changed = false;

	/** @throws {Error} if a shader can't be compiled, as after the loss of the context. */
	constructor(gl: WebGL2RenderingContext) {
		this.#gl = gl;
		this.#line = new GlProgram(gl, LINE_VERTEX, LINE_FRAGMENT);
		this.#point = new GlProgram(gl, POINT_VERTEX, POINT_FRAGMENT);
		this.#label = new GlProgram(gl, LABEL_VERTEX, LABEL_FRAGMENT);
		this.#solid = new GlProgram(gl, SOLID_VERTEX, SOLID_FRAGMENT);
		this.#textures = new LabelTextures(gl);
		this.#empty = gl.createVertexArray();
		const meshes = SHAPES.map((shape) => {
			const { corners, count } = SOLID_MESHES[shape]();
			const buffer = gl.createBuffer();
			gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
			gl.bufferData(gl.ARRAY_BUFFER, corners, gl.STATIC_DRAW);
			return { buffer, count };
		});
		const solids = () =>
			meshes.map((mesh) => new Instances(gl, { first: 2, sizes: [4, 4, 4, 4, 4], floats: FLOATS.solid, mesh }));
		const frame = (): FrameBuffers => ({
			lines: new Instances(gl, { first: 0, sizes: [3, 3, 4, 1], floats: FLOATS.line }),
			points: new Instances(gl, { first: 0, sizes: [3, 4, 1], floats: FLOATS.point }),
			ghosts: solids(),
			faces: solids(),
			labels: [],
		});
		this.#buffers = { world: frame(), head: frame() };
		gl.bindVertexArray(null);
	}

	/** Draws these objects from the next drawing on. */
	setObjects(objects: Iterable<OverlayObject>): void {
		this.#objects = [...objects];
		this.#changed = true;
	}

	/**
	 * Draws over the bound framebuffer's viewport. Blending and the depth test are off afterwards;
	 * solids of robots have left their depth.
	 */
	draw(eye: OverlayEye): void {
		const gl = this.#gl;
		this.#prepare(eye.form[0] + eye.form[1] > 0);
		gl.enable(gl.BLEND);
		gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
		gl.enable(gl.DEPTH_TEST);
		gl.depthFunc(gl.LEQUAL);
		for (const frame of FRAMES) this.#drawGhosts(eye, frame);
		gl.depthMask(false);
		for (const frame of FRAMES) {
			const { faces, lines, points } = this.#buffers[frame];
			this.#drawInstances(this.#solid, eye, frame, faces);
			this.#drawInstances(this.#line, eye, frame, [lines]);
			this.#drawInstances(this.#point, eye, frame, [points]);
		}
		gl.disable(gl.DEPTH_TEST);
		for (const frame of FRAMES) this.#drawLabels(eye, frame);
		gl.depthMask(true);
		gl.depthFunc(gl.LESS);
		gl.disable(gl.BLEND);
		gl.bindVertexArray(null);
	}

	#prepare(bends: boolean): void {
		if (!this.#changed && bends === this.#bends) return;
		this.#changed = false;
		this.#bends = bends;
		for (const frame of FRAMES) {
			const geometry = geometryOf(this.#objects, frame, { bends });
			const buffers = this.#buffers[frame];
			buffers.lines.update(geometry.lines);
			buffers.points.update(geometry.points);
			const update = (all: readonly Instances[], lists: SolidLists) => {
				for (const [index, shape] of SHAPES.entries()) all[index]?.update(lists[shape]);
			};
			update(buffers.ghosts, geometry.ghosts);
			update(buffers.faces, geometry.faces);
			buffers.labels = geometry.labels;
		}
		this.#textures.keep([...this.#buffers.world.labels, ...this.#buffers.head.labels]);
	}

	/** The nearest surface only: parts that overlap would look denser. */
	#drawGhosts(eye: OverlayEye, frame: OverlayFrame): void {
		const gl = this.#gl;
		const { ghosts } = this.#buffers[frame];
		gl.colorMask(false, false, false, false);
		this.#drawInstances(this.#solid, eye, frame, ghosts);
		gl.colorMask(true, true, true, true);
		this.#drawInstances(this.#solid, eye, frame, ghosts);
	}

	#drawInstances(program: GlProgram, eye: OverlayEye, frame: OverlayFrame, all: readonly Instances[]): void {
		if (all.every(({ count }) => count === 0)) return;
		this.#use(program, eye, frame);
		for (const instances of all) instances.draw();
	}

	#drawLabels(eye: OverlayEye, frame: OverlayFrame): void {
		const { labels } = this.#buffers[frame];
		if (labels.length === 0) return;
		const gl = this.#gl;
		this.#use(this.#label, eye, frame);
		gl.bindVertexArray(this.#empty);
		gl.activeTexture(gl.TEXTURE0);
		for (const label of labels) {
			const { texture, width, height } = this.#textures.of(label);
			gl.bindTexture(gl.TEXTURE_2D, texture);
			this.#label.set({ at: label.at, size: [width * eye.pixels, height * eye.pixels] });
			gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
		}
	}

	#use(program: GlProgram, eye: OverlayEye, frame: OverlayFrame): void {
		const { form, projection, depthTerms, viewport, pixels } = eye;
		program.use();
		program.set({ form, projection, depthTerms, viewport, pixels: [pixels] });
		this.#gl.uniformMatrix4fv(program.uniform("eyeFromSpace"), false, eye.eyeFrom[frame]);
	}
}

/** The layout of a list that is drawn in one call. */
interface InstanceLayout {
	/** Location of its first attribute. */
	readonly first: number;
	/** Floats of each attribute. */
	readonly sizes: readonly number[];
	readonly floats: number;
	/** The mesh of each; absent: a rectangle of four corners without attributes. */
	readonly mesh?: { readonly buffer: WebGLBuffer; readonly count: number };
}

class Instances {
	readonly #gl: WebGL2RenderingContext;
	readonly #layout: InstanceLayout;
	readonly #array: WebGLVertexArrayObject;
	readonly #buffer: WebGLBuffer;
	#count = 0;

	constructor(gl: WebGL2RenderingContext, layout: InstanceLayout) {
		this.#gl = gl;
		this.#layout = layout;
		this.#array = gl.createVertexArray();
		gl.bindVertexArray(this.#array);
		if (layout.mesh !== undefined) {
			gl.bindBuffer(gl.ARRAY_BUFFER, layout.mesh.buffer);
			for (const attribute of [0, 1]) {
				gl.enableVertexAttribArray(attribute);
				gl.vertexAttribPointer(attribute, 3, gl.FLOAT, false, 24, attribute * 12);
			}
		}
		this.#buffer = gl.createBuffer();
		gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
		let offset = 0;
		for (const [index, size] of layout.sizes.entries()) {
			const attribute = layout.first + index;
			gl.enableVertexAttribArray(attribute);
			gl.vertexAttribPointer(attribute, size, gl.FLOAT, false, layout.floats * 4, offset * 4);
			gl.vertexAttribDivisor(attribute, 1);
			offset += size;
		}
	}

	get count(): number {
		return this.#count;
	}

	update(numbers: readonly number[]): void {
		this.#count = numbers.length / this.#layout.floats;
		if (this.#count === 0) return;
		this.#gl.bindBuffer(this.#gl.ARRAY_BUFFER, this.#buffer);
		this.#gl.bufferData(this.#gl.ARRAY_BUFFER, new Float32Array(numbers), this.#gl.DYNAMIC_DRAW);
	}

	draw(): void {
		if (this.#count === 0) return;
		const gl = this.#gl;
		const { mesh } = this.#layout;
		gl.bindVertexArray(this.#array);
		if (mesh === undefined) gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.#count);
		else gl.drawArraysInstanced(gl.TRIANGLES, 0, mesh.count, this.#count);
	}
}
