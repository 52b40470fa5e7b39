/// <reference types="webxr" />

import type { RigidTransform } from "../../skeleton/rigid-transform.ts";
import type { PanogazeConnection } from "../connection.ts";
import { placeAt } from "./camera-placing.ts";
import type { HeadsetLanguage } from "./headset-words.ts";
import { type RecordingAction, type RecordingPanel, recordingPanel } from "./recording-panel.ts";
import { RoomButtons } from "./room-buttons.ts";

/** Places before the wearer; a look down finds the plate. */
const PLACES = {
	question: { pitchDeg: -25, distanceM: 1.1 },
	menu: { pitchDeg: -25, distanceM: 1.1 },
	plate: { pitchDeg: -42, distanceM: 1 },
} as const;
/** A plate answers only to those who look at it: hands at work often point downwards. */
const LOOKED_AT_DEG = 30;
/** A wearer who has turned or gone so far from the plate gets it anew. */
const TURNED_DEG = 50;
const GONE_M = 0.5;
/** Sine of a look that is steep. */
const STEEP = 0.95;

type Point = readonly [number, number, number];

/** Where a panel stands, and the head for which it was placed. */
interface Standing {
	readonly kind: RecordingPanel["kind"];
	readonly place: RigidTransform;
	readonly head: Point;
	readonly yawDeg: number;
}

/**
 * The recording in a headset: the question whether the wearer may be recorded, ahead and below, and
 * a plate further down that says how things are and opens the menu of what the wearer may do.
 */
export class HeadsetRecording {
	readonly #connection: PanogazeConnection;
	readonly #language: HeadsetLanguage;
	readonly #buttons: RoomButtons<RecordingAction>;
	readonly #stopListening: () => void;
	#opened = false;
	/** `undefined`: there is no panel. */
	#kind: RecordingPanel["kind"] | undefined;
	#standing: Standing | undefined;

	/**
	 * Made before others listen to the session's triggers.
	 * @param notify shows the sentence of a refusal.
	 */
	constructor(
		gl: WebGL2RenderingContext,
		connection: PanogazeConnection,
		entered: { readonly session: XRSession; readonly space: XRReferenceSpace },
		language: HeadsetLanguage,
		notify: (words: string) => void,
	) {
		this.#connection = connection;
		this.#language = language;
		this.#buttons = new RoomButtons(gl, entered, (action) => this.#do(action));
		this.#stopListening = connection.on("error", ({ code, message }) => {
			if (code === "record") notify(language.sentence(message));
		});
	}

	/** Follows the recording, the head and the rays. To be called in each frame, before `draw`. */
	update(frame: XRFrame, { position }: XRRigidTransform, ahead: Point): void {
		const { recording } = this.#connection;
		const { state, asks, elapsedSec } = recording;
		const panel = recordingPanel(state, { asks, opened: this.#opened, elapsedSec }, this.#language.words);
		this.#kind = panel?.kind;
		const head: Point = [position.x, position.y, position.z];
		this.#standing = standingFor(panel?.kind ?? "plate", this.#standing, head, ahead);
		const { place } = this.#standing;
		const answers = panel?.kind !== "plate" || isLookedAt(place, head, ahead);
		this.#buttons.update(frame, panel, place, answers);
	}

	/** True while the question or the menu stands ahead of the wearer. */
	get isAhead(): boolean {
		return this.#kind === "question" || this.#kind === "menu";
	}

	/** Draws it for one eye, over the bound framebuffer's viewport. */
	draw(eye: Parameters<RoomButtons<RecordingAction>["draw"]>[0]): void {
		this.#buttons.draw(eye);
	}

	/** Follows the connection and the session no more. */
	close(): void {
		this.#stopListening();
		this.#buttons.close();
	}

	#do(action: RecordingAction): void {
		const { recording } = this.#connection;
		// The menu is out of the way once it is obeyed.
		this.#opened = action === "open";
		switch (action) {
			case "record":
				recording.start();
				break;
			case "stop":
				recording.stop();
				break;
			case "start-episode":
				recording.startEpisode();
				break;
			case "success":
			case "failure":
				recording.endEpisode({ success: action === "success" });
				break;
			case "discard-episode":
				recording.discardEpisode();
				break;
			case "agree":
			case "refuse":
				recording.consent(action === "agree");
		}
	}
}

/** The standing panel, or a new place for it before the wearer. */
function standingFor(
	kind: RecordingPanel["kind"],
	standing: Standing | undefined,
	head: Point,
	[x, y, z]: Point,
): Standing {
	const yawDeg = (Math.atan2(x, -z) * 180) / Math.PI;
	// Who looks straight up or down looks in no direction of the room.
	const hasYaw = Math.abs(y) < STEEP;
	if (standing?.kind === kind && !(kind === "plate" && hasYaw && isLeft(standing, head, yawDeg))) return standing;
	const { pitchDeg, distanceM } = PLACES[kind];
	return { kind, place: placeAt(head, yawDeg, pitchDeg, distanceM), head, yawDeg };
}

function isLeft(standing: Standing, head: Point, yawDeg: number): boolean {
	const turnedDeg = Math.abs(((yawDeg - standing.yawDeg + 540) % 360) - 180);
	const goneM = Math.hypot(...head.map((value, axis) => value - standing.head[axis]!));
	return turnedDeg > TURNED_DEG || goneM > GONE_M;
}

function isLookedAt({ position }: RigidTransform, head: Point, ahead: Point): boolean {
	const way = position.map((value, axis) => value - head[axis]!);
	const along = way.reduce((sum, value, axis) => sum + value * ahead[axis]!, 0);
	return along >= Math.hypot(...way) * Math.cos((LOOKED_AT_DEG * Math.PI) / 180);
}
