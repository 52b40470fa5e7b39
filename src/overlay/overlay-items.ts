import {
	completeOptions,
	group,
	listOf,
	numberWithin,
	type OptionTable,
	optional,
	withDefault,
} from "../media/option-table.ts";
import { IDENTITY, type Quaternion } from "../media/rotation.ts";
import type { BoxesObject, LabelsObject, LinesObject, PointsObject } from "../protocol/overlay-object.ts";
import type { Vector3 } from "../skeleton/vector.ts";
import {
	colorOption,
	frameOption,
	type OverlayItem,
	type OverlayItemOptions,
	pixelsOption,
	rotationOption,
	vectorOption,
	withinBounds,
} from "./overlay-options.ts";

/** Any text, also an empty one: the channel's bounds are checked afterwards. */
const anyText = (value: unknown, name: string): string => {
	if (typeof value === "string") return value;
	throw new TypeError(`${name} is a text; got ${typeof value}.`);
};

/** Options of `Lines`. */
export interface LinesOptions extends OverlayItemOptions {
	/** Each strip joins its positions, metres; two or more each. */
	readonly strips: readonly (readonly Vector3[])[];
	/**
	 * In CSS pixels; in a headset a pixel is 0.05 degrees.
	 * @default 2
	 */
	readonly widthPx?: number | undefined;
}

const LINES = {
	frame: frameOption,
	color: colorOption("#00e5a8"),
	strips: listOf(listOf(vectorOption)),
	widthPx: pixelsOption(2),
} satisfies OptionTable<LinesOptions>;

/** Lines over a view, such as a planned path. */
export class Lines implements OverlayItem {
	readonly object: LinesObject;

	/** @throws {TypeError | RangeError} for a wrong option, or more than 2048 positions. */
	constructor(options: LinesOptions) {
		const { frame, color, strips, widthPx: width } = completeOptions(LINES, options, "new Lines()");
		const flat = strips.map((strip) => strip.flat());
		this.object = withinBounds({ kind: "lines", frame, color, width, strips: flat }, "Lines");
	}
}

/** Options of `Points`. */
export interface PointsOptions extends OverlayItemOptions {
	/** Metres. */
	readonly positions: readonly Vector3[];
	/**
	 * Their width, in CSS pixels; in a headset a pixel is 0.05 degrees.
	 * @default 8
	 */
	readonly sizePx?: number | undefined;
}

const POINTS = {
	frame: frameOption,
	color: colorOption("#ffb020"),
	positions: listOf(vectorOption),
	sizePx: pixelsOption(8),
} satisfies OptionTable<PointsOptions>;

/** Round points over a view. */
export class Points implements OverlayItem {
	readonly object: PointsObject;

	/** @throws {TypeError | RangeError} for a wrong option, or more than 2048 positions. */
	constructor(options: PointsOptions) {
		const { frame, color, positions, sizePx: size } = completeOptions(POINTS, options, "new Points()");
		this.object = withinBounds({ kind: "points", frame, color, size, positions: positions.flat() }, "Points");
	}
}

/** Options of `Labels`. */
export interface LabelsOptions extends OverlayItemOptions {
	/** Texts of up to 80 characters, each with its middle at a position, metres. */
	readonly labels: readonly { readonly text: string; readonly position: Vector3 }[];
	/**
	 * The height of a line of text, in CSS pixels; in a headset a pixel is 0.05 degrees.
	 * @default 18
	 */
	readonly sizePx?: number | undefined;
}

const LABELS = {
	frame: frameOption,
	color: colorOption("#ffffff"),
	labels: listOf(group({ text: anyText, position: vectorOption })),
	sizePx: pixelsOption(18),
} satisfies OptionTable<LabelsOptions>;

/** Texts over a view, which face the viewer. */
export class Labels implements OverlayItem {
	readonly object: LabelsObject;

	/** @throws {TypeError | RangeError} for a wrong option, or more than 128 labels. */
	constructor(options: LabelsOptions) {
		const { frame, color, labels, sizePx: size } = completeOptions(LABELS, options, "new Labels()");
		const texts = labels.map(({ text }) => text);
		const positions = labels.flatMap(({ position }) => position);
		this.object = withinBounds({ kind: "labels", frame, color, size, texts, positions }, "Labels");
	}
}

/** Options of `Boxes`. */
export interface BoxesOptions extends OverlayItemOptions {
	/** The middle and the whole length of the three sides of each, metres. */
	readonly boxes: readonly {
		readonly center: Vector3;
		readonly size: Vector3;
		/** @default not turned */
		readonly rotation?: Quaternion | undefined;
	}[];
	/**
	 * The width of their edges, in CSS pixels; in a headset a pixel is 0.05 degrees.
	 * @default 2
	 */
	readonly widthPx?: number | undefined;
	/**
	 * Opacity of their faces, 0 to 1.
	 * @default 0.15
	 */
	readonly fill?: number | undefined;
}

const BOXES = {
	frame: frameOption,
	color: colorOption("#39b8ff"),
	boxes: listOf(group({ center: vectorOption, size: vectorOption, rotation: optional(rotationOption) })),
	widthPx: pixelsOption(2),
	fill: withDefault(numberWithin(0, 1), 0.15),
} satisfies OptionTable<BoxesOptions>;

/** Boxes over a view, such as detected things. */
export class Boxes implements OverlayItem {
	readonly object: BoxesObject;

	/** @throws {TypeError | RangeError} for a wrong option, or more than 256 boxes. */
	constructor(options: BoxesOptions) {
		const { frame, color, boxes, widthPx: width, fill } = completeOptions(BOXES, options, "new Boxes()");
		const areTurned = boxes.some(({ rotation }) => rotation !== undefined);
		const object: BoxesObject = {
			kind: "boxes",
			frame,
			color,
			width,
			fill,
			centers: boxes.flatMap(({ center }) => center),
			sizes: boxes.flatMap(({ size }) => size),
			rotations: areTurned ? boxes.flatMap(({ rotation = IDENTITY }) => rotation) : [],
		};
		this.object = withinBounds(object, "Boxes");
	}
}
