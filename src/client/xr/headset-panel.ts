import type { PanogazeConnection } from "../connection.ts";
import type { ConnectionStats } from "../connection-numbers.ts";
import { verdictOf } from "../view-state.ts";
import { type HeadsetLanguage, wordsOfHold, wordsOfNeed } from "./headset-words.ts";
import { type PanelRecording, panelLines } from "./panel-lines.ts";
import { type PanelText, StatusPanel } from "./status-panel.ts";

const DRAW_EVERY_MS = 500;
const NOTICE_MS = 2_500;

/** The panel of a headset: what is wrong, straight ahead, or the stream's state at the edge. */
export class HeadsetPanel {
	readonly #connection: PanogazeConnection;
	readonly #language: HeadsetLanguage;
	readonly #panel = new StatusPanel();
	readonly #removers: readonly (() => void)[];
	#drawnAtMs = Number.NEGATIVE_INFINITY;
	/** The urgent words on the panel; "": none. */
	#urgentWords = "";
	#notice = { words: "", untilMs: 0 };
	#stats: ConnectionStats | undefined;
	#statsBefore: ConnectionStats | undefined;
	#recordedByStats = false;

	constructor(connection: PanogazeConnection, language: HeadsetLanguage) {
		this.#connection = connection;
		this.#language = language;
		this.#removers = [
			connection.on("stats", (stats) => {
				this.#statsBefore = this.#stats;
				this.#stats = stats;
			}),
			// Older servers say so in their statistics alone.
			connection.on("serverStats", ({ recording = false }) => {
				this.#recordedByStats = recording;
			}),
		];
	}

	get canvas(): HTMLCanvasElement {
		return this.#panel.canvas;
	}

	/** Shows words straight ahead for a moment. */
	notify(words: string): void {
		this.#notice = { words, untilMs: performance.now() + NOTICE_MS };
	}

	/**
	 * Draws the panel if its words are due.
	 *
	 * @param trouble a sentence about the stream; "": none.
	 * @returns whether its canvas has changed, and whether it says that something is wrong.
	 */
	update(nowMs: number, trouble: string): { readonly changed: boolean; readonly urgent: boolean } {
		const text = this.#urgentText(nowMs, trouble);
		const urgent = text !== undefined;
		const urgentWords = text?.words ?? "";
		if (nowMs - this.#drawnAtMs <= DRAW_EVERY_MS && urgentWords === this.#urgentWords)
			return { changed: false, urgent };
		this.#drawnAtMs = nowMs;
		this.#urgentWords = urgentWords;
		return { changed: this.#panel.draw(text ?? this.#stateText()), urgent };
	}

	/** `StatusPanel.place`. */
	place(...before: Parameters<StatusPanel["place"]>): Float32Array {
		return this.#panel.place(...before);
	}

	/** Follows the connection no more. */
	close(): void {
		for (const remove of this.#removers) remove();
	}

	/** The words about something that is wrong; `undefined`: nothing is. */
	#urgentText(nowMs: number, trouble: string): PanelText | undefined {
		const { hold } = this.#connection;
		const urgent = (words: string, detail = ""): PanelText => ({
			words,
			lines: detail === "" ? [] : [{ words: detail, tone: "plain" }],
			urgent: true,
		});
		const language = this.#language;
		const { words } = language;
		if (trouble !== "") return urgent(language.sentence(trouble));
		if (hold !== undefined)
			return urgent(wordsOfHold(hold, language), wordsOfNeed(hold.needs, words, words.holdNeedsGrip));
		return nowMs < this.#notice.untilMs ? urgent(this.#notice.words) : undefined;
	}

	/** The recording that takes this session, or has failed. */
	get #recording(): PanelRecording | undefined {
		const { state: stated, elapsedSec } = this.#connection.recording;
		const { state = this.#recordedByStats ? "recording" : "off", recorded = this.#recordedByStats } = stated ?? {};
		if (state === "off") return undefined;
		if (recorded || state === "failed") return { state, elapsedSec };
		return stated?.consent === "needed" ? { state: "needed", elapsedSec } : undefined;
	}

	#stateText(): PanelText {
		const { welcome, source, state, hud, playback } = this.#connection;
		const lines = panelLines({
			stats: this.#stats,
			statsBefore: this.#statsBefore,
			verdict: verdictOf(state, source, "playing"),
			play: playback.state,
			behindSec: playback.behindSec,
			recording: this.#recording,
			hasBounds: welcome?.safety !== undefined,
			hud,
			language: this.#language,
		});
		return { words: welcome?.source.name ?? "panogaze", lines, urgent: false };
	}
}
