import { compose } from "../reprojection/matrices.ts";
import type { PanelLine } from "./panel-lines.ts";

/** The text of a panel. */
export interface PanelText {
	readonly words: string;
	/** Further lines, smaller. */
	readonly lines: readonly PanelLine[];
	/** Something is wrong: the panel stands straight ahead. */
	readonly urgent: boolean;
}

/** Metres; the panel is drawn in the upper part of it. */
const SIZE = [0.62, 0.62, 1] as const;
const DISTANCE = 1.4;
const AHEAD_RAD = (-6 * Math.PI) / 180;
/** At the lower edge of view, whichever way the head looks. */
const BELOW_RAD = (-27 * Math.PI) / 180;
const PIXELS = 768;
const TONES: { readonly [Tone in PanelLine["tone"]]: string } = {
	plain: "#c3d0da",
	good: "#5fe3b0",
	warning: "#ffbe55",
};

/**
 * A small sheet of text in the headset's world: what is wrong, or how the connection
 * goes.
 */
export class StatusPanel {
	readonly canvas: HTMLCanvasElement;
	readonly #context: CanvasRenderingContext2D | null;
	readonly #worldFromPanel = new Float32Array(16);
	#drawn = "";

	constructor() {
		this.canvas = document.createElement("canvas");
		this.canvas.width = PIXELS;
		this.canvas.height = PIXELS;
		this.#context = this.canvas.getContext("2d");
	}

	/**
	 * Draws a text on the canvas.
	 * @returns whether the canvas has changed.
	 */
	draw({ words, lines }: PanelText): boolean {
		const context = this.#context;
		const text = JSON.stringify([words, lines]);
		if (context === null || text === this.#drawn) return false;
		this.#drawn = text;
		const height = 92 + 52 * lines.length;
		context.clearRect(0, 0, PIXELS, PIXELS);
		context.fillStyle = "rgb(11 16 22 / 82%)";
		context.beginPath();
		context.roundRect(2, 2, PIXELS - 4, Math.min(PIXELS, height) - 4, 36);
		context.fill();
		context.textAlign = "center";
		context.textBaseline = "middle";
		context.fillStyle = "#eef3f6";
		context.font = "600 44px system-ui, sans-serif";
		context.fillText(words, PIXELS / 2, 48, PIXELS - 60);
		context.font = "400 36px system-ui, sans-serif";
		for (const [index, line] of lines.entries()) {
			context.fillStyle = TONES[line.tone];
			context.fillText(line.words, PIXELS / 2, 106 + 52 * index, PIXELS - 60);
		}
		return true;
	}

	/**
	 * Places the panel before a head: its upper edge straight ahead, or at the lower edge of view.
	 *
	 * @param position the head's, metres. @param ahead where the head looks.
	 * @returns the panel's matrix, owned by the panel.
	 */
	place(
		position: { readonly x: number; readonly y: number; readonly z: number },
		[x, y, z]: readonly [number, number, number],
		urgent: boolean,
	): Float32Array {
		const yaw = Math.atan2(-x, -z);
		const looksUp = Math.asin(Math.min(1, Math.max(-1, y)));
		// Words about trouble stand still in the world while the head nods.
		const pitch = urgent ? AHEAD_RAD : Math.max(-Math.PI / 2, looksUp + BELOW_RAD);
		const [sinYaw, cosYaw] = [Math.sin(yaw / 2), Math.cos(yaw / 2)];
		const [sinPitch, cosPitch] = [Math.sin(pitch / 2), Math.cos(pitch / 2)];
		const level = DISTANCE * Math.cos(pitch);
		// The middle of the sheet lies half its height below its upper edge.
		const down = SIZE[1] / 2;
		const [downAhead, downBelow] = [down * Math.sin(pitch), down * Math.cos(pitch)];
		compose(
			this.#worldFromPanel,
			0,
			[
				position.x - Math.sin(yaw) * (level + downAhead),
				position.y + DISTANCE * Math.sin(pitch) - downBelow,
				position.z - Math.cos(yaw) * (level + downAhead),
			],
			[cosYaw * sinPitch, sinYaw * cosPitch, -sinYaw * sinPitch, cosYaw * cosPitch],
			SIZE,
		);
		return this.#worldFromPanel;
	}
}
