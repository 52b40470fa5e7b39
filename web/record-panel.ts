import type { PanogazeConnection } from "../src/client/index.ts";
import { MAX_RECORDING_NAME } from "../src/media/message-bounds.ts";
import { element } from "./element.ts";
import { onPageKeys } from "./page-keys.ts";
import { words } from "./words.ts";

/** The key on the keyboard that begins and ends a recording. */
const KEY = "c";

/** The button and the panel that begin and end recordings, for those who may. */
export class RecordPanel {
	readonly #recording: PanogazeConnection["recording"];
	readonly #group = element("#record");
	readonly #button = element("#record-button");
	readonly #panel = element("#record-panel");
	readonly #words = element("#record-words");
	readonly #name = element<HTMLInputElement>("#record-name");
	readonly #toggle = element("#record-toggle");

	constructor(connection: PanogazeConnection) {
		this.#recording = connection.recording;
		this.#name.maxLength = MAX_RECORDING_NAME;
		this.#button.addEventListener("click", () => this.#open(this.#panel.hidden !== false));
		element("#record-form").addEventListener("submit", (event) => {
			event.preventDefault();
			this.#switch();
		});
		// Keys that write, or move the cursor, must not turn the view.
		this.#panel.addEventListener("keydown", (event) => {
			event.stopPropagation();
			if (event.key === "Escape") this.#close();
		});
		document.addEventListener("pointerdown", ({ target }) => {
			if (target instanceof Node && !this.#group.contains(target)) this.#open(false);
		});
		onPageKeys({ [KEY]: () => this.#group.hidden || this.#switch() });
		connection.on("recording", () => this.#show());
		connection.on("state", () => this.#show());
		this.#show();
	}

	#switch(): void {
		if (this.#isRunning) this.#recording.stop();
		else this.#recording.start({ name: this.#name.value.trim() || undefined });
	}

	get #isRunning(): boolean {
		const { state } = this.#recording.state ?? {};
		return state === "recording" || state === "losing";
	}

	#open(open: boolean): void {
		this.#panel.hidden = !open;
		this.#button.ariaExpanded = String(open);
		if (open) this.#toggle.focus();
	}

	#close(): void {
		this.#open(false);
		this.#button.focus();
	}

	#show(): void {
		const { state } = this.#recording;
		this.#group.hidden = state?.mayRecord !== true;
		element("#help-record").hidden = this.#group.hidden;
		const running = this.#isRunning;
		this.#button.dataset["active"] = String(running);
		this.#name.disabled = running;
		this.#toggle.textContent = running ? words.recordStop : words.recordStart;
		const text = sentenceFor(state);
		if (this.#words.textContent !== text) this.#words.textContent = text;
	}
}

function sentenceFor(state: PanogazeConnection["recording"]["state"]): string {
	switch (state?.state) {
		case "recording":
			if (state.consent !== undefined) return words.recordingAgreed;
			return state.begunBy === "you" ? words.recordingByYou : words.recordingNow(state.name ?? "");
		case "losing":
			return words.recordedGaps;
		case "failed":
			return words.recordedFailed;
		default:
			return words.recordingOff;
	}
}
