import type { ViewAngles } from "../src/media/rotation.ts";
import { beginDrawing } from "./drawing.ts";

/**
 * Directions of the panorama, not of the earth: where its camera's front is north, nobody knows.
 */
const NAMES: { readonly [deg: number]: string } = { 0: "FRONT", 90: "RIGHT", 180: "BACK", 270: "LEFT" };
const SPAN_DEG = 120;
const MARK_EVERY_DEG = 10;
const LABEL_EVERY_DEG = 30;
const WORDS = ["front", "front right", "right", "back right", "back", "back left", "left", "front left"] as const;

interface Ink {
	readonly text: string;
	readonly accent: string;
	/** Whether lesser marks may be paler. */
	readonly faint: boolean;
}

/** A strip of headings that slides under a fixed mark, and the numbers. */
export class Compass {
	readonly #element: HTMLElement;
	readonly #canvas: HTMLCanvasElement;
	readonly #heading: HTMLElement;
	#angles: ViewAngles = { yawDeg: 0, pitchDeg: 0, rollDeg: 0 };
	#scheduled = false;

	constructor(element: HTMLElement) {
		this.#element = element;
		this.#canvas = element.querySelector("canvas")!;
		this.#heading = element.querySelector("span")!;
		new ResizeObserver(() => this.#schedule()).observe(element);
		matchMedia("(forced-colors: active)").addEventListener("change", () => this.#schedule());
		// Twice a second is enough for those who hear it.
		setInterval(() => this.#describe(), 500);
	}

	show(angles: ViewAngles): void {
		this.#angles = angles;
		this.#schedule();
	}

	#schedule(): void {
		if (this.#scheduled) return;
		this.#scheduled = true;
		requestAnimationFrame(() => {
			this.#scheduled = false;
			this.#draw();
		});
	}

	#draw(): void {
		const drawing = beginDrawing(this.#canvas);
		if (drawing === undefined) return;
		const { context, width } = drawing;
		const { yawDeg, pitchDeg } = this.#angles;
		const pxPerDeg = width / SPAN_DEG;
		const ink = this.#ink();
		context.textAlign = "center";
		context.lineWidth = 1.5;
		const first = Math.ceil((yawDeg - SPAN_DEG / 2) / MARK_EVERY_DEG) * MARK_EVERY_DEG;
		for (let deg = first; deg <= yawDeg + SPAN_DEG / 2; deg += MARK_EVERY_DEG) {
			const x = width / 2 + (deg - yawDeg) * pxPerDeg;
			drawMark(context, x, wholeTurn(deg), ink);
		}
		context.globalAlpha = 1;
		context.fillStyle = ink.accent;
		context.beginPath();
		context.moveTo(width / 2 - 5, 0);
		context.lineTo(width / 2 + 5, 0);
		context.lineTo(width / 2, 6);
		context.fill();
		this.#heading.textContent = `${signed(yawDeg)}  ·  ${pitchDeg < -0.5 ? "↓" : pitchDeg > 0.5 ? "↑" : ""}${Math.abs(Math.round(pitchDeg))}°`;
	}

	/**
	 * Colours of the style sheet, or the system's where it forces its own: that does not reach a
	 * canvas by itself.
	 */
	#ink(): Ink {
		const forced = matchMedia("(forced-colors: active)").matches;
		return {
			text: getComputedStyle(this.#element).color,
			accent: getComputedStyle(this.#heading).color,
			faint: !forced,
		};
	}

	#describe(): void {
		const { yawDeg, pitchDeg } = this.#angles;
		const words = WORDS[Math.round(wholeTurn(yawDeg) / 45) % WORDS.length];
		const up = Math.abs(pitchDeg) < 15 ? "" : pitchDeg > 0 ? ", up" : ", down";
		const label = `Looking to the ${words}${up}`;
		if (this.#element.ariaLabel !== label) this.#element.ariaLabel = label;
	}
}

function drawMark(context: CanvasRenderingContext2D, x: number, deg: number, { text, faint }: Ink): void {
	const name = NAMES[deg];
	const labelled = deg % LABEL_EVERY_DEG === 0;
	context.strokeStyle = text;
	context.globalAlpha = faint ? (labelled ? 0.75 : 0.32) : 1;
	context.beginPath();
	context.moveTo(x, 9);
	context.lineTo(x, labelled ? 17 : 13);
	context.stroke();
	if (!labelled) return;
	context.fillStyle = text;
	context.globalAlpha = faint && name === undefined ? 0.62 : 1;
	context.font = name === undefined ? "500 11px system-ui, sans-serif" : "700 11px system-ui, sans-serif";
	context.fillText(name ?? signed(deg > 180 ? deg - 360 : deg), x, 30);
}

function signed(deg: number): string {
	const rounded = Math.round(deg);
	return `${rounded < 0 ? "−" : ""}${Math.abs(rounded)}°`;
}

/** Within [0, 360). */
function wholeTurn(deg: number): number {
	return ((deg % 360) + 360) % 360;
}
