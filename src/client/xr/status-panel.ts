import { compose } from "../reprojection/matrices.ts";

/** The text of a panel. */
export interface PanelText {
	readonly words: string;
	/** A second line, smaller; "": none. */
	readonly detail: string;
	/** Something is wrong: the panel stands straight ahead. */
	readonly urgent: boolean;
}

/** Metres. */
const SIZE = [0.72, 0.18, 1] as const;
const DISTANCE = 1.4;
const AHEAD_RAD = (-6 * Math.PI) / 180;
const BELOW_RAD = (-42 * Math.PI) / 180;

/**
 * A small sheet of text in the headset's world: what is wrong, or how the connection
 * goes.
 */
export class StatusPanel {
	readonly canvas: HTMLCanvasElement;
	readonly #context: CanvasRenderingContext2D | null;
	readonly #worldFromPanel = new Float32Array(16);
	#words = "";
	#detail = "";

	constructor() {
		this.canvas = document.createElement("canvas");
		this.canvas.width = 768;
		this.canvas.height = 192;
		this.#context = this.canvas.getContext("2d");
	}

	/**
	 * Draws a text on the canvas.
	 * @returns whether the canvas has changed.
	 */
	draw({ words, detail }: PanelText): boolean {
		const context = this.#context;
		if (context === null || (words === this.#words && detail === this.#detail)) return false;
		this.#words = words;
		this.#detail = detail;
		const { width, height } = this.canvas;
		context.clearRect(0, 0, width, height);
		context.fillStyle = "rgb(11 16 22 / 82%)";
		context.beginPath();
		context.roundRect(2, 2, width - 4, height - 4, 40);
		context.fill();
		context.textAlign = "center";
		context.textBaseline = "middle";
		context.fillStyle = "#eef3f6";
		context.font = "600 46px system-ui, sans-serif";
		context.fillText(words, width / 2, detail === "" ? height / 2 : height * 0.36, width - 60);
		context.fillStyle = "#a3b3c0";
		context.font = "400 34px system-ui, sans-serif";
		context.fillText(detail, width / 2, height * 0.7, width - 60);
		return true;
	}

	/**
	 * Places the panel before a head.
	 *
	 * @param position the head's, metres. @param ahead where the head looks.
	 * @returns the panel's matrix, owned by the panel.
	 */
	place(
		position: { readonly x: number; readonly y: number; readonly z: number },
		[x, , z]: readonly [number, number, number],
		urgent: boolean,
	): Float32Array {
		const yaw = Math.atan2(-x, -z);
		const pitch = urgent ? AHEAD_RAD : BELOW_RAD;
		const [sinYaw, cosYaw] = [Math.sin(yaw / 2), Math.cos(yaw / 2)];
		const [sinPitch, cosPitch] = [Math.sin(pitch / 2), Math.cos(pitch / 2)];
		const level = DISTANCE * Math.cos(pitch);
		compose(
			this.#worldFromPanel,
			0,
			[
				position.x - Math.sin(yaw) * level,
				position.y + DISTANCE * Math.sin(pitch),
				position.z - Math.cos(yaw) * level,
			],
			[cosYaw * sinPitch, sinYaw * cosPitch, -sinYaw * sinPitch, cosYaw * cosPitch],
			SIZE,
		);
		return this.#worldFromPanel;
	}
}
