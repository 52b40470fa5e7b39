import type { ConnectionState, PanogazeConnection } from "../src/client/index.ts";
import { type ShownPlay, shownPlay } from "../src/client/playback.ts";
import type { ViewAction, ViewState, ViewVerdict } from "../src/client/view-state.ts";
import { element } from "./element.ts";
import type { LiveDelay } from "./live-delay.ts";
import { number, words, wordsFor } from "./words.ts";

const RETRY_WORDS: { readonly [State in ConnectionState["name"]]: string } = {
	connecting: words.tryNow,
	connected: words.tryAgain,
	interrupted: words.tryNow,
	reconnecting: words.tryNow,
	closed: words.connectAgain,
};

/**
 * The words about the picture: at the top always, and in the middle while the picture
 * is not live.
 */
export class StatusDisplay {
	readonly #main = element("main");
	readonly #status = element("#status");
	readonly #words = element("#status-words");
	readonly #delay = element("#status-delay");
	readonly #notice = element("#notice");
	readonly #noticeWords = element("#notice-words");
	readonly #noticeDetail = element("#notice-detail");
	readonly #button = element("#notice-button");
	readonly #spinner = element("#spinner");
	readonly #connection: PanogazeConnection;
	readonly #view: ViewState;
	readonly #liveDelay: LiveDelay;

	constructor(connection: PanogazeConnection, view: ViewState, delay: LiveDelay) {
		this.#connection = connection;
		this.#view = view;
		this.#liveDelay = delay;
		this.#button.addEventListener("click", () => view.verdict.action && this.#act(view.verdict.action));
		view.on("change", (verdict) => this.#render(verdict));
		for (const name of ["welcome", "playback"] as const) connection.on(name, () => this.#render(view.verdict));
		setInterval(() => this.#countDown(), 250);
		setInterval(() => this.#showDelay(), 1000);
		this.#render(view.verdict);
	}

	#act(action: ViewAction): void {
		if (action === "play-again") this.#connection.playAgain();
		else this.#connection.reconnect({ force: true });
	}

	#render({ live, short, words: sentence, busy, action }: ViewVerdict): void {
		const { name } = this.#connection.state;
		const shown = shownPlay(this.#connection.playback.state);
		this.#status.dataset["state"] = live ? (shown === "past" ? "past" : "live") : name;
		const watchesOnly = live && this.#connection.welcome?.access?.includes("steer") === false;
		setText(this.#words, live ? liveWords(shown, watchesOnly) : wordsFor(short));
		this.#status.title = watchesOnly ? words.watchOnly : "";
		const visible = sentence !== "";
		this.#main.dataset["live"] = String(!visible);
		this.#notice.hidden = !visible;
		setText(this.#noticeWords, wordsFor(sentence));
		this.#spinner.hidden = !busy;
		this.#button.hidden = action === undefined;
		setText(this.#button, action === "play-again" ? words.playAgain : RETRY_WORDS[name]);
		this.#showDelay();
		this.#countDown();
	}

	#showDelay(): void {
		const { state, behindSec } = this.#connection.playback;
		const isPast = shownPlay(state) === "past";
		const sec = isPast ? behindSec : state?.live === true ? this.#liveDelay.sec : Number.NaN;
		this.#delay.hidden = !this.#view.verdict.live || Number.isNaN(sec);
		setText(this.#delay, number(Math.max(0, sec), isPast ? 0 : 1, "s"));
	}

	#countDown(): void {
		let detail = this.#view.verdict.detail;
		const { state, source } = this.#connection;
		if (state.name === "connected" && source?.state === "reconnecting")
			detail = words.sourceRetry(source.attempt ?? 1);
		if (state.name === "reconnecting") {
			const seconds = Math.ceil((state.retryAtMs - performance.now()) / 1000);
			detail = seconds > 0 ? words.tryingAgainIn(number(seconds, 0)) : words.tryingAgain;
		}
		setText(this.#noticeDetail, detail);
	}
}

/** A file is playing or paused; only what shows the present is live. */
function liveWords(shown: ShownPlay, watchesOnly: boolean): string {
	switch (shown) {
		case "present":
			return watchesOnly ? words.liveWatchOnly : words.live;
		case "past":
			return words.notLive;
		case "playing":
			return watchesOnly ? words.playingWatchOnly : words.playing;
		case "paused":
			return watchesOnly ? words.pausedWatchOnly : words.paused;
	}
}

/**
 * Sets a text if it differs: a screen reader reads a live region again at every change.
 */
function setText(target: HTMLElement, text: string): void {
	if (target.textContent !== text) target.textContent = text;
}
