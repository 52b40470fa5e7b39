/** A rectangle on the page; y runs down. */
export interface Box {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/** x to the right, y down, in pixels. */
export type Point = readonly [x: number, y: number];

/** A text that was drawn, and the room that it takes. */
export interface Label extends Box {
	readonly text: string;
}

export interface LineStyle {
	readonly color?: string;
	readonly width?: number;
	readonly opacity?: number;
	/** Lengths of dashes and gaps. */
	readonly dash?: string;
	/** With a head at its end. */
	readonly arrow?: boolean;
}

export interface TextStyle {
	readonly size?: number;
	readonly color?: string;
	readonly bold?: boolean;
	readonly anchor?: "start" | "middle" | "end";
	readonly opacity?: number;
	/** With a white edge, to be read over lines. */
	readonly halo?: boolean;
}

export const INK = "#24292f";
export const FAINT = "#8c959f";
const FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif";

/**
 * A picture on a white card, which looks the same on light and dark pages. Texts are placed by the
 * middle of their height, and remembered with their boxes, so that a test can see that none hides
 * another.
 */
export class Drawing {
	readonly width: number;
	readonly height: number;
	readonly #title: string;
	readonly #parts: string[] = [];
	readonly #labels: Label[] = [];

	constructor(width: number, height: number, title: string) {
		this.width = width;
		this.height = height;
		this.#title = title;
	}

	/** Every text, in the order in which they were drawn. */
	get labels(): readonly Label[] {
		return this.#labels;
	}

	line(points: readonly Point[], { color = INK, width = 2, opacity = 1, dash, arrow = false }: LineStyle = {}): void {
		const attributes = {
			d: points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${n(x)} ${n(y)}`).join(""),
			fill: "none",
			stroke: color,
			"stroke-width": width,
			"stroke-linecap": "round",
			"stroke-linejoin": "round",
			opacity: opacity === 1 ? undefined : opacity,
			"stroke-dasharray": dash,
		};
		this.#parts.push(element("path", attributes));
		if (arrow) this.#head(points.at(-2)!, points.at(-1)!, color, width, opacity);
	}

	polygon(
		points: readonly Point[],
		{ fill, color = "none", width = 1, opacity = 1 }: LineStyle & { readonly fill: string },
	): void {
		const attributes = {
			points: points.map(([x, y]) => `${n(x)},${n(y)}`).join(" "),
			fill,
			stroke: color,
			"stroke-width": width,
			"stroke-linejoin": "round",
			opacity: opacity === 1 ? undefined : opacity,
		};
		this.#parts.push(element("polygon", attributes));
	}

	circle(
		[x, y]: Point,
		radius: number,
		{ fill = "white", color = INK, width = 1.5, opacity = 1 }: LineStyle & { fill?: string } = {},
	): void {
		const attributes = {
			cx: n(x),
			cy: n(y),
			r: n(radius),
			fill,
			stroke: color,
			"stroke-width": width,
			opacity: opacity === 1 ? undefined : opacity,
		};
		this.#parts.push(element("circle", attributes));
	}

	rectangle(
		{ x, y, width, height }: Box,
		{ fill = "none", color = "#d0d7de" }: { fill?: string; color?: string } = {},
	): void {
		const place = { x: n(x), y: n(y), width: n(width), height: n(height) };
		this.#parts.push(element("rect", { ...place, rx: 6, fill, stroke: color, "stroke-width": 1 }));
	}

	text(
		text: string,
		[x, y]: Point,
		{ size = 13, color = INK, bold = false, anchor = "start", opacity = 1, halo = false }: TextStyle = {},
	): Label {
		const width = textWidth(text, size, bold);
		const left = anchor === "start" ? x : anchor === "middle" ? x - width / 2 : x - width;
		const label = { text, x: left, y: y - size * 0.6, width, height: size * 1.2 };
		this.#labels.push(label);
		// 0.36 of the size: half the height of capitals, so that `y` is their middle.
		const attributes = {
			x: n(x),
			y: n(y + size * 0.36),
			"font-size": size,
			"font-weight": bold ? "bold" : undefined,
			"text-anchor": anchor === "start" ? undefined : anchor,
			fill: color,
			...(halo ? HALO : {}),
			opacity: opacity === 1 ? undefined : opacity,
		};
		this.#parts.push(element("text", attributes, escaped(text)));
		return label;
	}

	/** A number in a circle, which takes the room of the whole circle. */
	spot(
		text: string,
		center: Point,
		radius: number,
		{ fill, color, textColor }: { fill: string; color: string; textColor: string },
	): void {
		this.circle(center, radius, { fill, color, width: 1 });
		this.text(text, center, { size: 10, bold: true, color: textColor, anchor: "middle" });
		// A little less than the circle's square: its corners are empty.
		const half = radius * 0.9;
		this.#labels[this.#labels.length - 1] = {
			text,
			x: center[0] - half,
			y: center[1] - half,
			width: half * 2,
			height: half * 2,
		};
	}

	/** Groups all that `draw` draws under a title, which a browser shows under the pointer. */
	group(id: string, title: string, draw: () => void): void {
		this.#parts.push(`<g id="${escaped(id)}"><title>${escaped(title)}</title>`);
		draw();
		this.#parts.push("</g>");
	}

	/** The text of an SVG file. */
	toString(): string {
		const { width, height } = this;
		const attributes = {
			xmlns: "http://www.w3.org/2000/svg",
			viewBox: `0 0 ${width} ${height}`,
			width,
			height,
			role: "img",
			"font-family": FONT,
		};
		const card = {
			x: 0.5,
			y: 0.5,
			width: width - 1,
			height: height - 1,
			rx: 10,
			fill: "#ffffff",
			stroke: "#d0d7de",
		};
		const parts = [element("title", {}, escaped(this.#title)), element("rect", card), ...this.#parts];
		return `${element("svg", attributes, `\n${parts.join("\n")}\n`)}\n`;
	}

	#head([fromX, fromY]: Point, [x, y]: Point, color: string, width: number, opacity: number): void {
		const length = Math.hypot(x - fromX, y - fromY) || 1;
		const [alongX, alongY] = [(x - fromX) / length, (y - fromY) / length];
		const [long, wide] = [4 + width * 3, 2 + width * 1.4];
		const corner = (side: number): Point => [
			x - alongX * long * 0.4 - alongY * wide * side,
			y - alongY * long * 0.4 + alongX * wide * side,
		];
		this.polygon([[x + alongX * long * 0.6, y + alongY * long * 0.6], corner(1), corner(-1)], {
			fill: color,
			opacity,
		});
	}
}

/** Depth of the overlap of two boxes, in its smaller direction; 0 or less without one. */
export function overlap(a: Box, b: Box): number {
	const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
	const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
	return Math.min(across, down);
}

/**
 * Widths of Helvetica's characters in thousandths of the size (Adobe's font metrics), by their code
 * from 32 on.
 */
const WIDTHS = [
	278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
	556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
	722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
	556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
	260, 334, 584,
];

/** Fonts that stand in for Helvetica are up to this much wider. */
const WIDER = 1.08;

export function textWidth(text: string, size: number, bold = false): number {
	let thousandths = 0;
	for (const character of text) thousandths += WIDTHS[character.codePointAt(0)! - 32] ?? 600;
	return (thousandths / 1000) * size * WIDER * (bold ? 1.06 : 1);
}

/** A white edge around letters. */
const HALO = { "paint-order": "stroke", stroke: "white", "stroke-width": 4, "stroke-linejoin": "round" } as const;

/** An element of SVG. Attributes that are `undefined` are left out. @param content escaped XML */
function element(
	name: string,
	attributes: Readonly<Record<string, string | number | undefined>>,
	content?: string,
): string {
	const written = Object.entries(attributes).flatMap(([key, value]) =>
		value === undefined ? [] : [` ${key}="${value}"`],
	);
	return `<${name}${written.join("")}${content === undefined ? "/>" : `>${content}</${name}>`}`;
}

/** A number with one decimal, which is enough for the eye and the same on every machine. */
function n(value: number): string {
	return String(Math.round(value * 10) / 10 || 0);
}

function escaped(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
