import type { Meeting } from "./camera-placing.ts";

/** The text and the buttons of a panel in the room. */
export interface ButtonPanel<Action extends string> {
	/** "": it is a plate, which is one button as a whole. */
	readonly title: string;
	readonly words: string;
	/** In rows of two. */
	readonly buttons: readonly PanelButton<Action>[];
}

/** A button of a panel. */
export interface PanelButton<Action extends string> {
	readonly action: Action;
	readonly label: string;
}

/** A button's place on its panel's canvas, pixels. */
interface PanelBox<Action extends string> extends PanelButton<Action> {
	readonly left: number;
	readonly top: number;
	readonly width: number;
	readonly height: number;
}

/** Places on a panel's canvas, pixels. */
export interface PanelLayout<Action extends string> {
	readonly width: number;
	readonly height: number;
	/** The middle of each line of words. */
	readonly lines: readonly number[];
	readonly boxes: readonly PanelBox<Action>[];
}

/** Pixels of a canvas for each metre of its panel. */
const PIXELS_PER_M = 1280;
const PLATE = { width: 640, height: 96 } as const;
/** Width of a panel with a title. */
export const PANEL_WIDTH = 1024;
/** Free space at the sides, and between two buttons. */
export const PANEL_MARGIN = 60;
const GAP = 40;
const LINES_TOP = 154;
const LINE_HEIGHT = 46;
const BUTTON_HEIGHT = 130;

/**
 * Finds the places of a panel's text and buttons.
 * @param lineCount number of lines into which its words are broken.
 */
export function panelLayout<Action extends string>(
	{ title, buttons }: Pick<ButtonPanel<Action>, "title" | "buttons">,
	lineCount: number,
): PanelLayout<Action> {
	if (title === "")
		return { ...PLATE, lines: [], boxes: buttons.map((each) => ({ ...each, left: 0, top: 0, ...PLATE })) };
	const width = (PANEL_WIDTH - 2 * PANEL_MARGIN - GAP) / 2;
	const top = LINES_TOP + lineCount * LINE_HEIGHT;
	const boxes = buttons.map((button, index) => ({
		...button,
		left: PANEL_MARGIN + (index % 2) * (width + GAP),
		top: top + Math.floor(index / 2) * (BUTTON_HEIGHT + GAP / 2),
		width,
		height: BUTTON_HEIGHT,
	}));
	return {
		width: PANEL_WIDTH,
		height: (boxes.at(-1)?.top ?? top) + BUTTON_HEIGHT + GAP,
		lines: Array.from({ length: lineCount }, (_, index) => LINES_TOP + index * LINE_HEIGHT),
		boxes,
	};
}

/** The size of a panel in the room, metres. */
export function panelSize({ width, height }: Pick<PanelLayout<string>, "width" | "height">): readonly [number, number] {
	return [width / PIXELS_PER_M, height / PIXELS_PER_M];
}

/** @returns the button at a place of the panel; `undefined`: there is none. */
export function buttonAt<Action extends string>(
	{ width, height, boxes }: PanelLayout<Action>,
	{ x, y }: Pick<Meeting, "x" | "y">,
): Action | undefined {
	const across = width / 2 + x * PIXELS_PER_M;
	const down = height / 2 - y * PIXELS_PER_M;
	return boxes.find(
		(box) =>
			across >= box.left && across <= box.left + box.width && down >= box.top && down <= box.top + box.height,
	)?.action;
}
