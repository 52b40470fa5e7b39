/// <reference types="webxr" />

import type { RigidTransform } from "../../skeleton/rigid-transform.ts";
import type { PanogazeConnection } from "../connection.ts";
import { createTexture, fillTexture } from "../reprojection/gl-objects.ts";
import { type Meeting, meetingOf, placeAt } from "./camera-placing.ts";
import type { HeadsetLanguage } from "./headset-words.ts";
import { pointingOf } from "./pointing.ts";
import { RoomRectangles } from "./room-rectangles.ts";
import type { SceneEye } from "./scene.ts";

/** Size of the panel in the room, metres, and of its canvas. */
const SIZE_M = [0.8, 0.4] as const;
const PIXELS = { width: 1024, height: 512 } as const;
const DISTANCE_M = 1.1;
/** Below the words about what is wrong. */
const PITCH_DEG = -25;
/** The buttons, in shares of the canvas: two beside each other, yes on the left. */
const BUTTONS = { top: 0.6, bottom: 0.92, width: 0.42, yes: 0.06, no: 0.52 } as const;
const DOT_M = 0.012;

/** @returns the button at a place of the panel; `undefined`: there is none. */
export function answerAt({ x, y }: Pick<Meeting, "x" | "y">): boolean | undefined {
	const across = x / SIZE_M[0] + 0.5;
	const down = 0.5 - y / SIZE_M[1];
	if (down < BUTTONS.top || down > BUTTONS.bottom) return undefined;
	const isOn = (left: number) => across >= left && across <= left + BUTTONS.width;
	if (isOn(BUTTONS.yes)) return true;
	return isOn(BUTTONS.no) ? false : undefined;
}

/**
 * The question whether the wearer may be recorded, ahead and below while the server asks it. A
 * trigger or a pinch that points at a button answers; the gesture means nothing else then.
 */
export class HeadsetConsent {
	readonly #gl: WebGL2RenderingContext;
	readonly #connection: PanogazeConnection;
	readonly #session: XRSession;
	readonly #space: XRReferenceSpace;
	readonly #language: HeadsetLanguage;
	readonly #rectangles: RoomRectangles;
	readonly #texture: WebGLTexture;
	readonly #dot: WebGLTexture;
	readonly #end = new AbortController();
	/** `undefined`: nothing is asked. */
	#place: RigidTransform | undefined;
	/** Places where rays meet the panel. */
	#dots: readonly RigidTransform[] = [];
	/** The button that is pointed at, and that which is drawn so. */
	#pointed: boolean | undefined;
	#drawn: string | undefined;
	/** A trigger that was pulled on a button. */
	#pressed: { readonly source: XRInputSource; readonly answer: boolean } | undefined;

	/** Made before others listen to the session's triggers. */
	constructor(
		gl: WebGL2RenderingContext,
		connection: PanogazeConnection,
		{ session, space }: { readonly session: XRSession; readonly space: XRReferenceSpace },
		language: HeadsetLanguage,
	) {
		this.#gl = gl;
		this.#connection = connection;
		this.#session = session;
		this.#space = space;
		this.#language = language;
		this.#rectangles = new RoomRectangles(gl);
		this.#texture = createTexture(gl);
		this.#dot = createTexture(gl);
		const { signal } = this.#end;
		session.addEventListener("selectstart", (event) => this.#press(event), { signal });
		session.addEventListener("select", (event) => this.#keep(event), { signal });
		session.addEventListener("selectend", (event) => this.#answer(event), { signal });
	}

	/** Follows the question and the rays. To be called in each frame, before `draw`. */
	update(frame: XRFrame, head: XRRigidTransform, ahead: readonly [number, number, number]): void {
		const { state, consent } = this.#connection.recording.state ?? {};
		const isAsked = consent === "needed" && (state === "recording" || state === "losing");
		if (!isAsked) {
			this.#place = undefined;
			return;
		}
		const { x, y, z } = head.position;
		const yawDeg = (Math.atan2(ahead[0], -ahead[2]) * 180) / Math.PI;
		this.#place ??= placeAt([x, y, z], yawDeg, PITCH_DEG, DISTANCE_M);
		const meetings = [...this.#session.inputSources].flatMap((source) => {
			const meeting = this.#meeting(frame, source);
			return meeting === undefined ? [] : [meeting];
		});
		this.#pointed = meetings.map(({ meeting }) => answerAt(meeting)).find((answer) => answer !== undefined);
		this.#dots = meetings.map(({ at }) => at);
		this.#paint();
	}

	/** Draws the question for one eye, over the bound framebuffer's viewport. */
	draw(eye: SceneEye): void {
		if (this.#place === undefined) return;
		this.#rectangles.begin(eye);
		this.#rectangles.draw(this.#texture, this.#place, SIZE_M);
		for (const at of this.#dots) this.#rectangles.draw(this.#dot, at, [DOT_M, DOT_M]);
	}

	/** Follows the session no more. */
	close(): void {
		this.#end.abort();
	}

	#meeting(frame: XRFrame, source: XRInputSource) {
		const ray = this.#place && pointingOf(frame, source, this.#space);
		const meeting = ray && this.#place && meetingOf(ray, this.#place, SIZE_M);
		if (ray === undefined || this.#place === undefined || meeting === undefined) return undefined;
		const { rotation } = this.#place;
		return { meeting, at: alongRay(ray, meeting.distance, rotation) };
	}

	#press(event: XRInputSourceEvent): void {
		const { inputSource: source, frame } = event;
		const met = this.#meeting(frame, source);
		if (met === undefined) return;
		event.stopImmediatePropagation();
		const answer = answerAt(met.meeting);
		this.#pressed = answer === undefined ? undefined : { source, answer };
	}

	/** A gesture on the panel belongs to nobody else. */
	#keep(event: XRInputSourceEvent): void {
		if (this.#meeting(event.frame, event.inputSource) !== undefined) event.stopImmediatePropagation();
	}

	/** An answer counts where the trigger was pulled and let go on the same button. */
	#answer(event: XRInputSourceEvent): void {
		const pressed = this.#pressed;
		if (pressed?.source !== event.inputSource) return;
		this.#pressed = undefined;
		event.stopImmediatePropagation();
		const met = this.#meeting(event.frame, event.inputSource);
		if (met !== undefined && answerAt(met.meeting) === pressed.answer)
			this.#connection.recording.consent(pressed.answer);
	}

	#paint(): void {
		const drawn = String(this.#pointed);
		if (drawn === this.#drawn) return;
		this.#drawn = drawn;
		const { words } = this.#language;
		const { width, height } = PIXELS;
		const canvas = Object.assign(document.createElement("canvas"), PIXELS);
		const context = canvas.getContext("2d");
		if (context === null) return;
		context.fillStyle = "#eef3f6";
		context.fillRect(0, 0, width, height);
		fillTexture(this.#gl, this.#dot, canvas, true);
		context.fillStyle = "#0b1016";
		context.fillRect(0, 0, width, height);
		context.textBaseline = "middle";
		context.fillStyle = "#eef3f6";
		context.font = "600 56px system-ui, sans-serif";
		context.fillText(words.consentTitle, width * BUTTONS.yes, height * 0.15, width * 0.88);
		context.font = "34px system-ui, sans-serif";
		for (const [index, line] of linesOf(context, words.consentWords, width * 0.88)
			.slice(0, 3)
			.entries())
			context.fillText(line, width * BUTTONS.yes, height * (0.3 + index * 0.09), width * 0.88);
		context.textAlign = "center";
		context.font = "600 44px system-ui, sans-serif";
		for (const [answer, left, label] of [
			[true, BUTTONS.yes, words.consentYes],
			[false, BUTTONS.no, words.consentNo],
		] as const) {
			const box = [left * width, BUTTONS.top * height] as const;
			const size = [BUTTONS.width * width, (BUTTONS.bottom - BUTTONS.top) * height] as const;
			context.fillStyle = this.#pointed === answer ? "#ffc46b" : "#243240";
			context.fillRect(...box, ...size);
			context.fillStyle = this.#pointed === answer ? "#0b1016" : "#eef3f6";
			context.fillText(label, box[0] + size[0] / 2, box[1] + size[1] / 2, size[0] - 24);
		}
		fillTexture(this.#gl, this.#texture, canvas, true);
	}
}

/** A place along a ray, turned as a panel is, and a little nearer than the panel. */
function alongRay(
	{ position, rotation: [x, y, z, w] }: RigidTransform,
	distance: number,
	rotation: RigidTransform["rotation"],
): RigidTransform {
	const length = distance - 0.01;
	const direction = [-2 * (x * z + y * w), -2 * (y * z - x * w), -(1 - 2 * (x * x + y * y))] as const;
	const [px, py, pz] = position;
	return {
		position: [px + direction[0] * length, py + direction[1] * length, pz + direction[2] * length],
		rotation,
	};
}

/** Words broken into lines that are no wider than `most` pixels. */
function linesOf(context: CanvasRenderingContext2D, words: string, most: number): string[] {
	const lines: string[] = [];
	for (const word of words.split(" ")) {
		const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
		if (lines.length > 0 && context.measureText(longer).width <= most) lines[lines.length - 1] = longer;
		else lines.push(word);
	}
	return lines;
}
