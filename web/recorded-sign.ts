import type { PanogazeConnection } from "../src/client/index.ts";
import { element } from "./element.ts";
import { clockTime } from "./time-words.ts";
import { showToast } from "./toast.ts";
import { words } from "./words.ts";

const TICK_MS = 500;

/** The red dot at the top while this viewer is recorded, with the time since the beginning. */
export class RecordedSign {
	readonly #connection: PanogazeConnection;
	readonly #sign = element("#recorded");
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

	#show(): void {
		const { recording, state: connection } = this.#connection;
		const connected = connection.name === "connected" || connection.name === "interrupted";
		const { state = this.#byStats ? "recording" : "off", recorded = this.#byStats } = recording.state ?? {};
		const shown = connected && (recorded || state === "failed");
		this.#sign.hidden = !shown;
		this.#sign.dataset["recording"] = state;
		const sentence = {
			off: "",
			recording: words.recorded,
			losing: words.recordedGaps,
			failed: words.recordedFailed,
		};
		if (this.#words.textContent !== sentence[state]) this.#words.textContent = sentence[state];
		this.#sign.title = sentence[state];
		this.#showTime();
	}

	#showTime(): void {
		if (this.#sign.hidden) return;
		const { state, elapsedSec } = this.#connection.recording;
		const text =
			state?.state === "failed" || Number.isNaN(elapsedSec) ? words.recordedShort : clockTime(elapsedSec);
		if (this.#time.textContent !== text) this.#time.textContent = text;
	}
}
