import type { PanogazeConnection } from "../src/client/index.ts";
import { element } from "./element.ts";
import { words } from "./words.ts";

/** The question whether this viewer may be recorded, where the server asks it. */
export class ConsentQuestion {
	readonly #recording: PanogazeConnection["recording"];
	readonly #question = element("#consent");
	readonly #now = element("#consent-now");
	/** It has been opened by the sign at the top, to be answered anew. */
	#opened = false;

	constructor(connection: PanogazeConnection) {
		this.#recording = connection.recording;
		element("#consent-yes").addEventListener("click", () => this.#answer(true));
		element("#consent-no").addEventListener("click", () => this.#answer(false));
		element("#recorded").addEventListener("click", () => {
			this.#opened = !this.#opened;
			this.#show();
			if (!this.#question.hidden) element("#consent-no").focus();
		});
		this.#question.addEventListener("keydown", (event) => {
			event.stopPropagation();
			if (event.key === "Escape") this.#close();
		});
		connection.on("recording", () => this.#show());
		connection.on("state", () => this.#show());
	}

	#answer(given: boolean): void {
		this.#recording.consent(given);
		this.#close();
	}

	#close(): void {
		const hadFocus = this.#question.contains(document.activeElement);
		this.#opened = false;
		this.#question.hidden = true;
		if (hadFocus) element("#view").focus();
	}

	#show(): void {
		const { state, consent, live = false } = this.#recording.state ?? {};
		if (consent === undefined) this.#opened = false;
		this.#question.hidden = !this.#recording.asks && !this.#opened;
		element("#consent-live").hidden = !live;
		const given = state === "off" ? words.consentGivenLive : words.consentGiven;
		this.#now.textContent = { given, refused: words.consentRefused, needed: "" }[consent ?? "needed"];
	}
}
