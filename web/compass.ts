import type { PanogazeConnection, ReprojectedView, ViewControls } from "../src/client/index.ts";
import { anglesFromQuaternion, type ViewAngles } from "../src/media/rotation.ts";
import { beginDrawing } from "./drawing.ts";
import { element } from "./element.ts";
import { words } from "./words.ts";

const SPAN_DEG = 120;
const MARK_EVERY_DEG = 10;
const LABEL_EVERY_DEG = 30;

interface Ink {
	readonly text: string;
	readonly accent: string;
	/** True if lesser marks may be paler. */
	readonly faint: boolean;
}

/**
 * After this long without a described frame, the compass shows the requested direction.
 */
const DESCRIBED_LATELY_MS = 500;

/** A strip of headings that slides under a fixed mark, and the heading in numbers. */
export class Compass {
	readonly #element: HTMLElement;
	readonly #canvas: HTMLCanvasElement;
	readonly #heading: HTMLElement;
	#angles: ViewAngles = { yawDeg: 0, pitchDeg: 0, rollDeg: 0 };
	#scheduled = false;

	constructor(root: HTMLElement) {
		this.#element = root;
		this.#canvas = element<HTMLCanvasElement>("canvas", root);
		this.#heading = element("span", root);
		new ResizeObserver(() => this.#schedule()).observe(root);
		matchMedia("(forced-colors: active)").addEventListener("change", () => this.#schedule());
		// Screen readers say the label: twice a second is enough.
		this.#describe();
		setInterval(() => this.#describe(), 500);
	}

	/**
	 * Shows the direction of the re-projected picture; of the last picture, which the
	 * server sends with each frame; or the requested one.
	 */
	watch(connection: PanogazeConnection, controls: ViewControls, shown: ReprojectedView): void {
		let describedAtMs = Number.NEGATIVE_INFINITY;
		connection.on("frame", ({ orientation }) => {
			describedAtMs = performance.now();
			this.show(anglesFromQuaternion(shown.orientation ?? orientation));
		});
		controls.on("look", ({ orientation }) => {
			const seen = shown.orientation;
			if (seen !== undefined || performance.now() - describedAtMs > DESCRIBED_LATELY_MS)
				this.show(anglesFromQuaternion(seen ?? orientation));
		});
		this.show(anglesFromQuaternion(controls.model.orientation));
		// Another way than dragging, for those who can only tap.
		this.#element.addEventListener("click", ({ clientX }) => {
			const box = this.#element.getBoundingClientRect();
			const rightDeg = ((clientX - box.left) / box.width - 0.5) * SPAN_DEG;
			controls.turn(rightDeg, 0, { eased: true });
		});
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
		const arrow = pitchDeg < -0.5 ? "↓" : pitchDeg > 0.5 ? "↑" : "";
		this.#heading.textContent = `${signed(yawDeg)}  ·  ${arrow}${Math.abs(Math.round(pitchDeg))}°`;
	}

	/**
	 * The style sheet's colours, or the system's forced ones, which a canvas does not
	 * get by itself.
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
		const { lookingTo, lookingUp, lookingDown } = words;
		const level = lookingTo[Math.round(wholeTurn(yawDeg) / 45) % lookingTo.length] ?? "";
		const label = Math.abs(pitchDeg) < 15 ? level : pitchDeg > 0 ? lookingUp(level) : lookingDown(level);
		if (this.#element.ariaLabel !== label) this.#element.ariaLabel = label;
	}
}

function drawMark(context: CanvasRenderingContext2D, x: number, deg: number, { text, faint }: Ink): void {
	// Directions in the panorama. They are not the earth's: the camera's own heading is not known.
	const name = words.headings[deg / 90];
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

/** @returns the same heading within [0, 360). */
function wholeTurn(deg: number): number {
	return ((deg % 360) + 360) % 360;
}
