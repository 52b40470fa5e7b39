import type { PanogazeConnection } from "../src/client/index.ts";
import { element } from "./element.ts";
import { clockTime } from "./time-words.ts";
import { showToast } from "./toast.ts";
import { words } from "./words.ts";

const TICK_MS = 500;
const SENTENCES = {
	off: "",
	recording: words.recorded,
	losing: words.recordedGaps,
	failed: words.recordedFailed,
	refused: words.consentRefused,
	live: words.consentGivenLive,
};

/** The red dot at the top while this viewer is recorded, with the time since the beginning. */
export class RecordedSign {
	readonly #connection: PanogazeConnection;
	readonly #sign = element<HTMLButtonElement>("#recorded");
	readonly #words = element("#recorded-words");
	readonly #time = element("#recorded-time");
	/** Older servers say it in their statistics alone. */
	#byStats = false;

	constructor(connection: PanogazeConnection) {
		this.#connection = connection;
		connection.on("recording", () => this.#show());
		connection.on("state", () => this.#show());
		connection.on("serverStats", ({ recording = false }) => {
			this.#byStats = recording;
			this.#show();
		});
		connection.on("error", ({ code, message }) => {
			if (code === "recording") showToast(words.recordingTrouble);
			else if (code === "record") showToast(message);
		});
		setInterval(() => this.#showTime(), TICK_MS);
	}

	get #shown(): keyof typeof SENTENCES {
		const { name } = this.#connection.state;
		if (name !== "connected" && name !== "interrupted") return "off";
		const { state, recorded, consent, live } = this.#connection.recording.state ?? {};
		if (state === undefined) return this.#byStats ? "recording" : "off";
		if (state === "failed" || recorded === true) return state;
		// It may be answered otherwise at any time.
		if (consent === "refused") return state !== "off" || live ? "refused" : "off";
		return live && consent === "given" ? "live" : "off";
	}

	#show(): void {
		const shown = this.#shown;
		const sentence = SENTENCES[shown];
		this.#sign.hidden = shown === "off";
		this.#sign.disabled = this.#connection.recording.state?.consent === undefined;
		this.#sign.dataset["recording"] = shown;
		this.#sign.title = sentence;
		if (this.#words.textContent !== sentence) this.#words.textContent = sentence;
		this.#showTime();
	}

	#showTime(): void {
		const shown = this.#shown;
		const { elapsedSec } = this.#connection.recording;
		const hasTime = (shown === "recording" || shown === "losing") && !Number.isNaN(elapsedSec);
		const text = hasTime ? clockTime(elapsedSec) : shown === "live" ? words.seenLiveShort : words.recordedShort;
		if (this.#time.textContent !== text) this.#time.textContent = text;
	}
}
