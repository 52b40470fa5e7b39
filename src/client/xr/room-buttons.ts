/// <reference types="webxr" />

import { type RigidTransform, rotateVector } from "../../skeleton/rigid-transform.ts";
import { createTexture, fillTexture } from "../reprojection/gl-objects.ts";
import {
	type ButtonPanel,
	buttonAt,
	PANEL_MARGIN,
	PANEL_WIDTH,
	type PanelLayout,
	panelLayout,
	panelSize,
} from "./button-panel.ts";
import { meetingOf } from "./camera-placing.ts";
import { pointingOf } from "./pointing.ts";
import { RoomRectangles } from "./room-rectangles.ts";
import type { SceneEye } from "./scene.ts";

const DOT_M = 0.012;
const FONT = "system-ui, sans-serif";
const [DARK, BUTTON, BRIGHT, POINTED] = ["#0b1016", "#243240", "#eef3f6", "#ffc46b"];

const WORDS_FONT = `34px ${FONT}`;
const WORDS_WIDTH = PANEL_WIDTH - 2 * PANEL_MARGIN;
/** The middle of a panel's title, pixels from its upper edge. */
const TITLE_MIDDLE = 77;

/** A panel that stands in the room. */
interface PlacedPanel<Action extends string> {
	readonly panel: ButtonPanel<Action>;
	readonly place: RigidTransform;
	readonly layout: PanelLayout<Action>;
	readonly lines: readonly string[];
	/** Rays meet it. */
	readonly answers: boolean;
}

/**
 * A panel with buttons in the room. A trigger or a pinch that points at a button presses it; the
 * gesture means nothing else to the page then.
 */
export class RoomButtons<Action extends string> {
	readonly #gl: WebGL2RenderingContext;
	readonly #session: XRSession;
	readonly #space: XRReferenceSpace;
	readonly #onPress: (action: Action) => void;
	readonly #rectangles: RoomRectangles;
	readonly #texture: WebGLTexture;
	readonly #dot: WebGLTexture;
	readonly #end = new AbortController();
	readonly #canvas = document.createElement("canvas");
	#placed: PlacedPanel<Action> | undefined;
	/** Places where rays meet the panel. */
	#dots: readonly RigidTransform[] = [];
	#pointed: Action | undefined;
	readonly #pointing = new Set<XRHandedness>();
	/** The panel that is drawn, and the button that is drawn as pointed at. */
	#drawn: { readonly panel: ButtonPanel<Action>; readonly pointed: Action | undefined } | undefined;
	/** A trigger that was pulled on a button. */
	#pressed: { readonly source: XRInputSource; readonly action: Action } | undefined;

	/**
	 * Made before others listen to the session's triggers.
	 * @param onPress called where the trigger was pulled and let go on the same button.
	 */
	constructor(
		gl: WebGL2RenderingContext,
		{ session, space }: { readonly session: XRSession; readonly space: XRReferenceSpace },
		onPress: (action: Action) => void,
	) {
		this.#gl = gl;
		this.#session = session;
		this.#space = space;
		this.#onPress = onPress;
		this.#rectangles = new RoomRectangles(gl);
		this.#texture = createTexture(gl);
		this.#dot = createTexture(gl);
		const { signal } = this.#end;
		session.addEventListener("selectstart", (event) => this.#pull(event), { signal });
		session.addEventListener("select", (event) => this.#keep(event), { signal });
		session.addEventListener("selectend", (event) => this.#letGo(event), { signal });
	}

	/**
	 * Shows a panel. To be called in each frame, before `draw`.
	 *
	 * @param panel `undefined`: there is none. The same object is drawn once.
	 * @param place of its middle.
	 * @param answers false: rays do not meet it.
	 */
	update(frame: XRFrame, panel: ButtonPanel<Action> | undefined, place: RigidTransform, answers: boolean): void {
		if (panel === undefined) {
			this.#placed = undefined;
			this.#pointing.clear();
			return;
		}
		const known = this.#placed?.panel === panel ? this.#placed : this.#laidOut(panel);
		this.#placed = { ...known, place, answers };
		const meetings = [...this.#session.inputSources].flatMap((source) => this.#meeting(frame, source) ?? []);
		this.#pointing.clear();
		for (const { hand } of meetings) this.#pointing.add(hand);
		this.#pointed = meetings.map(({ action }) => action).find((action) => action !== undefined);
		this.#dots = meetings.map(({ at }) => at);
		this.#paint(this.#placed);
	}

	/** Hands whose rays met the panel at the last update. */
	get pointing(): ReadonlySet<XRHandedness> {
		return this.#pointing;
	}

	/** Draws it for one eye, over the bound framebuffer's viewport. */
	draw(eye: SceneEye): void {
		if (this.#placed === undefined) return;
		const { place, layout } = this.#placed;
		this.#rectangles.begin(eye);
		this.#rectangles.draw(this.#texture, place, panelSize(layout));
		for (const at of this.#dots) this.#rectangles.draw(this.#dot, at, [DOT_M, DOT_M]);
	}

	/** Follows the session no more. */
	close(): void {
		this.#end.abort();
	}

	#laidOut(panel: ButtonPanel<Action>): Pick<PlacedPanel<Action>, "panel" | "lines" | "layout"> {
		const context = this.#canvas.getContext("2d");
		if (context !== null) context.font = WORDS_FONT;
		const lines = context === null || panel.words === "" ? [] : linesOf(context, panel.words);
		return { panel, lines, layout: panelLayout(panel, lines.length) };
	}

	/** Where a hand or controller points at the panel; `undefined`: it does not. */
	#meeting(frame: XRFrame, source: XRInputSource) {
		if (this.#placed?.answers !== true) return undefined;
		const { place, layout } = this.#placed;
		const ray = pointingOf(frame, source, this.#space);
		const meeting = ray && meetingOf(ray, place, panelSize(layout));
		if (ray === undefined || meeting === undefined) return undefined;
		return {
			hand: source.handedness,
			action: buttonAt(layout, meeting),
			at: alongRay(ray, meeting.distance, place.rotation),
		};
	}

	#pull(event: XRInputSourceEvent): void {
		const { inputSource: source, frame } = event;
		const met = this.#meeting(frame, source);
		if (met === undefined) return;
		event.stopImmediatePropagation();
		this.#pressed = met.action === undefined ? undefined : { source, action: met.action };
	}

	/** A gesture on the panel belongs to nobody else. */
	#keep(event: XRInputSourceEvent): void {
		if (this.#meeting(event.frame, event.inputSource) !== undefined) event.stopImmediatePropagation();
	}

	#letGo(event: XRInputSourceEvent): void {
		const pressed = this.#pressed;
		if (pressed?.source !== event.inputSource) return;
		this.#pressed = undefined;
		event.stopImmediatePropagation();
		if (this.#meeting(event.frame, event.inputSource)?.action === pressed.action) this.#onPress(pressed.action);
	}

	#paint({ panel, layout, lines }: PlacedPanel<Action>): void {
		if (this.#drawn?.panel === panel && this.#drawn.pointed === this.#pointed) return;
		this.#drawn = { panel, pointed: this.#pointed };
		const { width, height, boxes } = layout;
		Object.assign(this.#canvas, { width, height });
		const context = this.#canvas.getContext("2d");
		if (context === null) return;
		context.fillStyle = BRIGHT;
		context.fillRect(0, 0, width, height);
		fillTexture(this.#gl, this.#dot, this.#canvas, true);
		context.fillStyle = DARK;
		context.fillRect(0, 0, width, height);
		context.textBaseline = "middle";
		context.fillStyle = BRIGHT;
		context.font = `600 56px ${FONT}`;
		context.fillText(panel.title, PANEL_MARGIN, TITLE_MIDDLE, WORDS_WIDTH);
		context.font = WORDS_FONT;
		for (const [index, line] of lines.entries())
			context.fillText(line, PANEL_MARGIN, layout.lines[index]!, WORDS_WIDTH);
		context.textAlign = "center";
		context.font = `600 44px ${FONT}`;
		for (const box of boxes) {
			const isPointed = this.#pointed === box.action;
			context.fillStyle = isPointed ? POINTED : BUTTON;
			context.fillRect(box.left, box.top, box.width, box.height);
			context.fillStyle = isPointed ? DARK : BRIGHT;
			context.fillText(box.label, box.left + box.width / 2, box.top + box.height / 2, box.width - 24);
		}
		fillTexture(this.#gl, this.#texture, this.#canvas, true);
	}
}

/** A place along a ray, turned as a panel is, and a little nearer than the panel. */
function alongRay(ray: RigidTransform, distance: number, rotation: RigidTransform["rotation"]): RigidTransform {
	const [x, y, z] = rotateVector(ray.rotation, [0, 0, -(distance - 0.01)]);
	const [px, py, pz] = ray.position;
	return { position: [px + x, py + y, pz + z], rotation };
}

/** Words broken into lines that are no wider than a panel's. */
function linesOf(context: CanvasRenderingContext2D, words: string): string[] {
	const lines: string[] = [];
	for (const word of words.split(" ")) {
		const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
		if (lines.length > 0 && context.measureText(longer).width <= WORDS_WIDTH) lines[lines.length - 1] = longer;
		else lines.push(word);
	}
	return lines;
}
