import { createTexture, fillTexture } from "../reprojection/gl-objects.ts";
import type { PlacedLabel } from "./overlay-geometry.ts";

/** A drawn text, premultiplied, with a dark rim. */
export interface LabelTexture {
	readonly texture: WebGLTexture;
	/** Its extent in CSS pixels of its label. */
	readonly width: number;
	readonly height: number;
}

/** Pixels of a line of text in a texture, whatever its size on the display. */
const LINE_PIXELS = 48;
const FONT_SHARE = 0.72;
const MOST_WIDTH = 2_048;

/** Textures of labels, kept as long as their text and colour are drawn. */
export class LabelTextures {
	readonly #gl: WebGL2RenderingContext;
	readonly #canvas = document.createElement("canvas");
	readonly #drawn = new Map<string, { readonly texture: WebGLTexture; readonly aspect: number }>();

	constructor(gl: WebGL2RenderingContext) {
		this.#gl = gl;
	}

	/** Keeps the textures of these labels, and frees all others. */
	keep(labels: readonly PlacedLabel[]): void {
		const kept = new Set(labels.map(keyOf));
		for (const [key, { texture }] of this.#drawn) {
			if (kept.has(key)) continue;
			this.#gl.deleteTexture(texture);
			this.#drawn.delete(key);
		}
	}

	/** The texture of a label, drawn when it is first asked for. */
	of(label: PlacedLabel): LabelTexture {
		const key = keyOf(label);
		let drawn = this.#drawn.get(key);
		if (drawn === undefined) {
			drawn = this.#draw(label);
			this.#drawn.set(key, drawn);
		}
		return { texture: drawn.texture, width: label.size * drawn.aspect, height: label.size };
	}

	#draw({ text, color }: PlacedLabel): { readonly texture: WebGLTexture; readonly aspect: number } {
		const canvas = this.#canvas;
		const context = canvas.getContext("2d");
		const font = `600 ${LINE_PIXELS * FONT_SHARE}px system-ui, sans-serif`;
		canvas.height = LINE_PIXELS;
		if (context !== null) {
			context.font = font;
			const width = Math.ceil(context.measureText(text).width) + LINE_PIXELS / 3;
			canvas.width = Math.min(MOST_WIDTH, Math.max(1, width));
			// Another size has set the context back.
			context.font = font;
			context.textAlign = "center";
			context.textBaseline = "middle";
			context.lineJoin = "round";
			context.lineWidth = LINE_PIXELS / 7;
			context.strokeStyle = "rgb(8 12 16 / 75%)";
			context.fillStyle = color;
			const place = [canvas.width / 2, LINE_PIXELS / 2, canvas.width] as const;
			context.strokeText(text, ...place);
			context.fillText(text, ...place);
		}
		const texture = createTexture(this.#gl);
		fillTexture(this.#gl, texture, canvas, true);
		return { texture, aspect: canvas.width / canvas.height };
	}
}

function keyOf({ text, color }: PlacedLabel): string {
	return `${color} ${text}`;
}
