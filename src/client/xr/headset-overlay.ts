/// <reference types="webxr" />

import type { OverlayObject } from "../../protocol/overlay-object.ts";
import type { PanogazeConnection } from "../connection.ts";
import type { OverlayRenderer } from "../overlay/overlay-renderer.ts";
import { compose, invertRigid, type Matrix4, multiply } from "../reprojection/matrices.ts";
import type { SceneEye } from "./scene.ts";

/** A pixel of lines, points and labels. */
const PIXEL_RAD = (0.05 * Math.PI) / 180;

/**
 * Draws the connection's objects for the eyes of a headset, from each eye's own place. The camera
 * is between the eyes, wherever the head is in the room: the picture does not move with it either.
 */
export class HeadsetOverlay {
	readonly #gl: WebGL2RenderingContext;
	readonly #remove: () => void;
	readonly #eyeFromWorld = new Float32Array(16);
	readonly #eyeFromHead = new Float32Array(16);
	readonly #worldFromEye = new Float32Array(16);
	readonly #worldFromHead = new Float32Array(16);
	#renderer: OverlayRenderer | undefined;
	#objects: readonly OverlayObject[] = [];
	#isLoading = false;

	constructor(gl: WebGL2RenderingContext, connection: PanogazeConnection) {
		this.#gl = gl;
		const show = (objects: ReadonlyMap<string, OverlayObject>) => {
			this.#objects = [...objects.values()];
			this.#renderer?.setObjects(this.#objects);
			if (this.#objects.length === 0 || this.#isLoading) return;
			this.#isLoading = true;
			this.#load().catch((error: unknown) => console.warn("Objects are not drawn over the view.", error));
		};
		this.#remove = connection.on("overlay", show);
		show(connection.overlay);
	}

	/**
	 * Draws for one eye, over the bound framebuffer's viewport.
	 *
	 * @param head the pose of the head, the middle between its eyes.
	 */
	draw({ transform, projectionMatrix, viewport }: SceneEye, head: XRRigidTransform): void {
		if (this.#renderer === undefined || this.#objects.length === 0) return;
		const { position: h } = head;
		placeFrom(this.#worldFromEye, transform, h);
		invertRigid(this.#eyeFromWorld, this.#worldFromEye);
		placeFrom(this.#worldFromHead, head, h);
		multiply(this.#eyeFromHead, this.#eyeFromWorld, this.#worldFromHead);
		const [scaleX, scaleY] = [projectionMatrix[0]!, projectionMatrix[5]!];
		this.#renderer.draw({
			eyeFrom: { world: this.#eyeFromWorld, head: this.#eyeFromHead },
			form: [0, 0],
			projection: [scaleX, scaleY, projectionMatrix[8]!, projectionMatrix[9]!],
			depthTerms: [projectionMatrix[10]!, projectionMatrix[14]!],
			viewport: [viewport.width, viewport.height],
			pixels: PIXEL_RAD * scaleY * (viewport.height / 2),
		});
	}

	/** Follows the connection no more. */
	close(): void {
		this.#remove();
	}

	async #load(): Promise<void> {
		const { OverlayRenderer } = await import("../overlay/overlay-renderer.ts");
		if (this.#gl.isContextLost()) return;
		this.#renderer = new OverlayRenderer(this.#gl);
		this.#renderer.setObjects(this.#objects);
	}
}

/** Writes the place of a transform, in the world's axes, from the head's middle. */
function placeFrom(out: Matrix4, { position: p, orientation: q }: XRRigidTransform, h: DOMPointReadOnly): void {
	compose(out, 0, [p.x - h.x, p.y - h.y, p.z - h.z], [q.x, q.y, q.z, q.w], [1, 1, 1]);
}
