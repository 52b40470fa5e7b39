import { IDENTITY, type Quaternion } from "../../media/rotation.ts";
import type { FrameMessage } from "../../protocol/frame-message.ts";
import type { OverlayObject } from "../../protocol/overlay-object.ts";
import { conjugate } from "../../skeleton/rigid-transform.ts";
import { LENS_FORM, type WindowPlane } from "../reprojection/lens-plane.ts";
import { compose } from "../reprojection/matrices.ts";
import { WindowCanvas } from "../reprojection/window-canvas.ts";
import { type OverlayEye, OverlayRenderer } from "./overlay-renderer.ts";
import { PlainPicture } from "./plain-picture.ts";

/** The parts of a view that a `WindowOverlay` lies over. */
export interface WindowOverlayOptions {
	readonly video: HTMLVideoElement;
	/** The canvas of re-projection: the overlay's own comes right after it. */
	readonly canvas: HTMLCanvasElement;
	/** The view that the canvas shows; `undefined` while the video shows its pictures itself. */
	readonly window: () => WindowPlane | undefined;
}

const CONTEXT: WebGLContextAttributes = { alpha: true, antialias: true, depth: true, premultipliedAlpha: true };
const NEAR = 0.02;

/**
 * Draws an overlay's objects in a transparent canvas over a window's view: over the re-projected
 * picture whenever that is drawn, else over the video's own picture.
 */
export class WindowOverlay {
	readonly canvas: HTMLCanvasElement;
	readonly #options: WindowOverlayOptions;
	readonly #plain: PlainPicture;
	readonly #size: WindowCanvas;
	readonly #end = new AbortController();
	readonly #eyeFromWorld = new Float32Array(16);
	readonly #eyeFromHead = new Float32Array(16);
	#gl: WebGL2RenderingContext | null;
	#renderer: OverlayRenderer | undefined;
	#objects: readonly OverlayObject[] = [];
	#hidden = false;
	#request = 0;

	constructor(options: WindowOverlayOptions) {
		this.#options = options;
		const { video, canvas } = options;
		this.canvas = document.createElement("canvas");
		this.canvas.className = "panogaze-overlay";
		this.canvas.setAttribute("aria-hidden", "true");
		Object.assign(this.canvas.style, { position: "absolute", pointerEvents: "none" });
		canvas.after(this.canvas);
		const { signal } = this.#end;
		this.canvas.addEventListener("webglcontextlost", (event) => this.#lost(event), { signal });
		this.canvas.addEventListener("webglcontextrestored", () => this.#begin(), { signal });
		this.#gl = this.canvas.getContext("webgl2", CONTEXT);
		this.#plain = new PlainPicture(video, () => {
			if (this.#options.window() === undefined) this.draw();
		});
		this.#size = new WindowCanvas(this.canvas, video, () => this.draw());
		compose(this.#eyeFromHead, 0, [0, 0, 0], IDENTITY, [1, 1, 1]);
		this.#begin();
	}

	/** Draws these objects from the next display frame on. */
	show(objects: Iterable<OverlayObject>): void {
		this.#objects = [...objects];
		this.#renderer?.setObjects(this.#objects);
		// They may change more often than the display shows them.
		if (this.#request === 0) this.#request = requestAnimationFrame(() => this.draw());
	}

	/** Another display, such as a headset's, shows the stream. */
	set hidden(hidden: boolean) {
		this.#hidden = hidden;
		this.draw();
	}

	/** Adds the server's message about a picture. */
	addMessage(message: FrameMessage): void {
		this.#plain.addMessage(message);
	}

	/** Another connection begins. */
	clear(): void {
		this.#plain.clear();
	}

	/** Draws now. @param window the view that the canvas below shows. */
	draw(window: WindowPlane | undefined = this.#options.window() ?? this.#plain.window): void {
		cancelAnimationFrame(this.#request);
		this.#request = 0;
		const { canvas } = this;
		const isEmpty = this.#hidden || this.#objects.length === 0 || window === undefined;
		canvas.hidden = isEmpty;
		canvas.style.visibility = isEmpty ? "hidden" : "";
		const gl = this.#gl;
		if (isEmpty || gl === null || this.#renderer === undefined) return;
		this.#place();
		gl.bindFramebuffer(gl.FRAMEBUFFER, null);
		gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
		gl.clearColor(0, 0, 0, 0);
		gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
		this.#renderer.draw(this.#eyeOf(window));
	}

	/** Removes the canvas and gives its context back. */
	close(): void {
		this.#end.abort();
		cancelAnimationFrame(this.#request);
		this.#plain.close();
		this.#size.close();
		this.#gl?.getExtension("WEBGL_lose_context")?.loseContext();
		this.canvas.remove();
	}

	#begin(): void {
		if (this.#gl === null || this.#gl.isContextLost()) return;
		try {
			this.#renderer = new OverlayRenderer(this.#gl);
		} catch (error) {
			// If the context is lost by now, another one may follow.
			console.warn("Objects are not drawn over the view.", error);
			return;
		}
		this.#renderer.setObjects(this.#objects);
		this.draw();
	}

	#lost(event: Event): void {
		// Without this the browser does not restore the context.
		event.preventDefault();
		this.#renderer = undefined;
	}

	/** Lays the canvas over the video. */
	#place(): void {
		const { video } = this.#options;
		const { style } = this.canvas;
		for (const [side, pixels] of [
			["left", video.offsetLeft],
			["top", video.offsetTop],
			["width", video.offsetWidth],
			["height", video.offsetHeight],
		] as const)
			if (style[side] !== `${pixels}px`) style[side] = `${pixels}px`;
		this.#size.fit(Number.POSITIVE_INFINITY);
	}

	#eyeOf({ lens, worldFromView, halfWidth, halfHeight }: WindowPlane): OverlayEye {
		const { width, height } = this.canvas;
		const viewFromWorld: Quaternion = conjugate(worldFromView);
		compose(this.#eyeFromWorld, 0, [0, 0, 0], viewFromWorld, [1, 1, 1]);
		return {
			eyeFrom: { world: this.#eyeFromWorld, head: this.#eyeFromHead },
			form: LENS_FORM[lens],
			projection: [1 / halfWidth, 1 / halfHeight, 0, 0],
			// A far plane at infinity.
			depthTerms: [-1, -2 * NEAR],
			viewport: [width, height],
			pixels: width / Math.max(1, this.#options.video.clientWidth),
		};
	}
}
