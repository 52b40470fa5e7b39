import type { PanogazeConnection } from "../src/client/index.ts";

/** Ways to show a source for two eyes in a window. */
export const STEREO_MODES = ["left", "right", "anaglyph", "side-by-side"] as const;
/** A way to show a source for two eyes in a window; `anaglyph` is for red and cyan glasses. */
export type StereoMode = (typeof STEREO_MODES)[number];

const RED = "#f00";
const CYAN = "#0ff";

/**
 * Makes one picture of those for two eyes, over the video. The server sends both eyes only while
 * the mode needs the right one: they then lie in one video picture, the left one on top.
 */
export class StereoPicture {
	readonly #video: HTMLVideoElement;
	readonly #canvas: HTMLCanvasElement;
	readonly #right = document.createElement("canvas");
	#mode: StereoMode = "left";
	/** Eyes in the pictures that the server describes. */
	#eyes: 1 | 2 = 1;
	#callback = 0;

	/** @param onEyes called when the pictures begin to have another number of eyes. */
	constructor(
		video: HTMLVideoElement,
		canvas: HTMLCanvasElement,
		connection: PanogazeConnection,
		onEyes: (eyes: 1 | 2) => void,
	) {
		this.#video = video;
		this.#canvas = canvas;
		connection.on("frame", ({ eyes }) => {
			if (eyes === this.#eyes) return;
			this.#eyes = eyes;
			onEyes(eyes);
			if (eyes === 1) this.#canvas.hidden = true;
		});
	}

	/** True in browsers that can. */
	get available(): boolean {
		return "requestVideoFrameCallback" in this.#video;
	}

	get mode(): StereoMode {
		return this.#mode;
	}

	set mode(mode: StereoMode) {
		this.#mode = mode;
		if (mode === "left") {
			this.#canvas.hidden = true;
			if (this.#callback !== 0) this.#video.cancelVideoFrameCallback(this.#callback);
			this.#callback = 0;
		} else if (this.#callback === 0) this.#next();
	}

	/** The eyes to ask the server for. */
	get wishedEyes(): 1 | 2 {
		return this.#mode === "left" ? 1 : 2;
	}

	#next(): void {
		this.#callback = this.#video.requestVideoFrameCallback(() => {
			this.#next();
			if (this.#eyes === 2) this.#draw();
		});
	}

	#draw(): void {
		const { videoWidth: width, videoHeight } = this.#video;
		const height = Math.floor(videoHeight / 2);
		const context = contextOf(this.#canvas, width, height);
		if (context === undefined) return;
		this.#canvas.hidden = false;
		if (this.#mode === "right") context.drawImage(this.#video, 0, height, width, height, 0, 0, width, height);
		else if (this.#mode === "side-by-side") {
			// The middle of each, so that nothing is squeezed.
			const half = width / 2;
			for (const eye of [0, 1])
				context.drawImage(this.#video, half / 2, eye * height, half, height, eye * half, 0, half, height);
		} else this.#drawAnaglyph(context, width, height);
	}

	#drawAnaglyph(context: CanvasRenderingContext2D, width: number, height: number): void {
		const right = contextOf(this.#right, width, height);
		if (right === undefined) return;
		for (const [target, eye, color] of [
			[context, 0, RED],
			[right, 1, CYAN],
		] as const) {
			target.globalCompositeOperation = "copy";
			target.drawImage(this.#video, 0, eye * height, width, height, 0, 0, width, height);
			target.globalCompositeOperation = "multiply";
			target.fillStyle = color;
			target.fillRect(0, 0, width, height);
		}
		context.globalCompositeOperation = "lighter";
		context.drawImage(this.#right, 0, 0);
		context.globalCompositeOperation = "source-over";
	}
}

function contextOf(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | undefined {
	if (width < 1 || height < 1) return undefined;
	if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
	return canvas.getContext("2d", { alpha: false }) ?? undefined;
}
