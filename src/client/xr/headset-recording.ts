/// <reference types="webxr" />

import type { PoseSample } from "../../skeleton/pose-sample.ts";
import type { PanogazeConnection } from "../connection.ts";
import type { HeadsetLanguage } from "./headset-words.ts";
import { PanelTriggers } from "./panel-triggers.ts";
import { type RecordingAction, type RecordingPanel, recordingPanel } from "./recording-panel.ts";
import { isLookedAt, type Point, type Standing, standingFor } from "./recording-place.ts";
import { RoomButtons } from "./room-buttons.ts";

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
	/** `undefined`: there is none. */
	#panel: RecordingPanel | undefined;
	/** The facts that it was made of. */
	#facts: readonly unknown[] = [];
	readonly #triggers = new PanelTriggers();
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
		const facts = [state, asks, this.#opened, Math.floor(elapsedSec)];
		if (facts.some((fact, index) => !Object.is(fact, this.#facts[index]))) {
			this.#facts = facts;
			this.#panel = recordingPanel(state, { asks, opened: this.#opened, elapsedSec }, this.#language.words);
		}
		const panel = this.#panel;
		const head: Point = [position.x, position.y, position.z];
		this.#standing = standingFor(panel?.kind ?? "plate", this.#standing, head, ahead);
		const { place } = this.#standing;
		const answers = panel?.kind !== "plate" || isLookedAt(place, head, ahead);
		this.#buttons.update(frame, panel, place, answers);
	}

	/** True while the question or the menu stands ahead of the wearer. */
	get isAhead(): boolean {
		return this.#panel?.kind === "question" || this.#panel?.kind === "menu";
	}

	/** Changes samples of controllers: triggers that work a panel are none for the server. */
	hideTriggers(samples: readonly PoseSample[]): void {
		this.#triggers.hide(samples, this.#buttons.pointing);
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
