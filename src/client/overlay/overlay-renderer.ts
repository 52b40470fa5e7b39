import type { OverlayFrame, OverlayObject } from "../../protocol/overlay-object.ts";
import type { RobotVisual } from "../../skeleton/robot-model.ts";
import { GlProgram } from "../reprojection/gl-objects.ts";
import type { LensForm } from "../reprojection/lens-plane.ts";
import type { Matrix4 } from "../reprojection/matrices.ts";
import { LabelTextures } from "./label-textures.ts";
import { geometryOf, type PlacedLabel, type SolidLists } from "./overlay-geometry.ts";
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

/** An object's lists in the graphics processor's memory; those without a member are left out. */
interface ObjectBuffers {
	readonly frame: OverlayFrame;
	readonly bends: boolean;
	readonly lines: readonly Instances[];
	readonly points: readonly Instances[];
	readonly ghosts: readonly Instances[];
	readonly faces: readonly Instances[];
	readonly labels: readonly PlacedLabel[];
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
	readonly #meshes: readonly { readonly buffer: WebGLBuffer; readonly count: number }[];
	/** Those of the objects that are drawn: one that stays is not uploaded again. */
	readonly #buffers = new Map<OverlayObject, ObjectBuffers>();
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
		this.#meshes = SHAPES.map((shape) => {
			const { corners, count } = SOLID_MESHES[shape]();
			const buffer = gl.createBuffer();
			gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
			gl.bufferData(gl.ARRAY_BUFFER, corners, gl.STATIC_DRAW);
			return { buffer, count };
		});
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
			this.#drawAll(this.#solid, eye, frame, ({ faces }) => faces);
			this.#drawAll(this.#line, eye, frame, ({ lines }) => lines);
			this.#drawAll(this.#point, eye, frame, ({ points }) => points);
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
		const present = new Set(this.#objects);
		for (const [object, buffers] of this.#buffers) {
			if (present.has(object) && buffers.bends === bends) continue;
			for (const list of [buffers.lines, buffers.points, buffers.ghosts, buffers.faces])
				for (const instances of list) instances.free();
			this.#buffers.delete(object);
		}
		for (const object of present) if (!this.#buffers.has(object)) this.#buffers.set(object, this.#upload(object));
		this.#textures.keep([...this.#buffers.values()].flatMap(({ labels }) => labels));
		this.#gl.bindVertexArray(null);
	}

	#upload(object: OverlayObject): ObjectBuffers {
		const bends = this.#bends;
		const { lines, points, ghosts, faces, labels } = geometryOf([object], object.frame, { bends });
		const listOf = (numbers: readonly number[], layout: InstanceLayout) =>
			numbers.length === 0 ? [] : [new Instances(this.#gl, layout, numbers)];
		const solids = (lists: SolidLists) =>
			SHAPES.flatMap((shape, index) => {
				const mesh = this.#meshes[index];
				return listOf(lists[shape], { first: 2, sizes: [4, 4, 4, 4, 4], ...(mesh && { mesh }) });
			});
		return {
			frame: object.frame,
			bends,
			lines: listOf(lines, { first: 0, sizes: [3, 3, 4, 1] }),
			points: listOf(points, { first: 0, sizes: [3, 4, 1] }),
			ghosts: solids(ghosts),
			faces: solids(faces),
			labels,
		};
	}

	/** The nearest surface only: parts that overlap would look denser. */
	#drawGhosts(eye: OverlayEye, frame: OverlayFrame): void {
		const gl = this.#gl;
		gl.colorMask(false, false, false, false);
		this.#drawAll(this.#solid, eye, frame, ({ ghosts }) => ghosts);
		gl.colorMask(true, true, true, true);
		this.#drawAll(this.#solid, eye, frame, ({ ghosts }) => ghosts);
	}

	#drawAll(
		program: GlProgram,
		eye: OverlayEye,
		frame: OverlayFrame,
		choose: (buffers: ObjectBuffers) => readonly Instances[],
	): void {
		const chosen = this.#inFrame(frame).flatMap(choose);
		if (chosen.length === 0) return;
		this.#use(program, eye, frame);
		for (const instances of chosen) instances.draw();
	}

	#inFrame(frame: OverlayFrame): readonly ObjectBuffers[] {
		return this.#objects.flatMap((object) => {
			const buffers = this.#buffers.get(object);
			return buffers?.frame === frame ? [buffers] : [];
		});
	}

	#drawLabels(eye: OverlayEye, frame: OverlayFrame): void {
		const labels = this.#inFrame(frame).flatMap((buffers) => buffers.labels);
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
	/** The mesh of each; absent: a rectangle of four corners without attributes. */
	readonly mesh?: { readonly buffer: WebGLBuffer; readonly count: number };
}

class Instances {
	readonly #gl: WebGL2RenderingContext;
	readonly #array: WebGLVertexArrayObject;
	readonly #buffer: WebGLBuffer;
	readonly #corners: number | undefined;
	readonly #count: number;

	constructor(gl: WebGL2RenderingContext, { first, sizes, mesh }: InstanceLayout, numbers: readonly number[]) {
		this.#gl = gl;
		this.#array = gl.createVertexArray();
		this.#corners = mesh?.count;
		const floats = sizes.reduce((sum, size) => sum + size, 0);
		this.#count = numbers.length / floats;
		gl.bindVertexArray(this.#array);
		if (mesh !== undefined) {
			gl.bindBuffer(gl.ARRAY_BUFFER, mesh.buffer);
			for (const attribute of [0, 1]) {
				gl.enableVertexAttribArray(attribute);
				gl.vertexAttribPointer(attribute, 3, gl.FLOAT, false, 24, attribute * 12);
			}
		}
		this.#buffer = gl.createBuffer();
		gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
		gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(numbers), gl.STATIC_DRAW);
		let offset = 0;
		for (const [index, size] of sizes.entries()) {
			gl.enableVertexAttribArray(first + index);
			gl.vertexAttribPointer(first + index, size, gl.FLOAT, false, floats * 4, offset * 4);
			gl.vertexAttribDivisor(first + index, 1);
			offset += size;
		}
	}

	draw(): void {
		const gl = this.#gl;
		gl.bindVertexArray(this.#array);
		if (this.#corners === undefined) gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.#count);
		else gl.drawArraysInstanced(gl.TRIANGLES, 0, this.#corners, this.#count);
	}

	free(): void {
		this.#gl.deleteBuffer(this.#buffer);
		this.#gl.deleteVertexArray(this.#array);
	}
}
