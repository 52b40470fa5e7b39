import type { ConnectionState } from "../src/client/index.ts";

/** Whether pictures are coming, and if not, whether it is the browser that wants a tap first. */
export type VideoState = "waiting" | "playing" | "blocked";
const VIDEO_WORDS: { readonly [State in VideoState]: string } = {
	waiting: "Waiting for video…",
	playing: "Live",
	blocked: "Ready to play",
};

const RETRY_WORDS: { readonly [State in ConnectionState["name"]]: string } = {
	connecting: "Try now",
	connected: "Try again",
	interrupted: "Try now",
	reconnecting: "Try now",
	closed: "Connect again",
};

/** What the page tells of the connection: the pill above, and the notice in the middle while there is nothing to see. */
export class StatusDisplay {
	readonly #main = element("main");
	readonly #status = element("#status");
	readonly #words = element("#status-words");
	readonly #notice = element("#notice");
	readonly #noticeWords = element("#notice-words");
	readonly #noticeDetail = element("#notice-detail");
	readonly #button = element("#notice-button");
	readonly #spinner = element("#spinner");
	#state: ConnectionState;
	#video: VideoState = "waiting";
	#trouble: string | undefined;

	/** @param onRetry the viewer wants to connect now, or anew. */
	constructor(state: ConnectionState, onRetry: () => void) {
		this.#state = state;
		this.#button.addEventListener("click", onRetry);
		setInterval(() => this.#countDown(), 250);
		this.#render();
	}

	connectionIs(state: ConnectionState): void {
		this.#state = state;
		this.#render();
	}

	videoIs(video: VideoState): void {
		if (this.#video === video) return;
		this.#video = video;
		this.#render();
	}

	/** The connection is well, what is behind it is not: in the server's words. `undefined` when it is over. */
	troubleIs(trouble: string | undefined): void {
		if (this.#trouble === trouble) return;
		this.#trouble = trouble;
		this.#render();
	}

	#render(): void {
		const { name, words } = this.#state;
		const trouble = name === "connected" ? this.#trouble : undefined;
		const live = name === "connected" && this.#video === "playing" && trouble === undefined;
		const pill = {
			connecting: words,
			connected: trouble === undefined ? VIDEO_WORDS[this.#video] : "No picture",
			interrupted: "Interrupted",
			reconnecting: "Connecting again…",
			closed: "Disconnected",
		};
		this.#status.dataset["state"] = live ? "live" : name;
		setText(this.#words, pill[name]);
		// A hiccup leaves the last picture as it is; anything longer says so in the middle.
		const visible = name === "connecting" || name === "reconnecting" || name === "closed" || trouble !== undefined;
		this.#main.dataset["live"] = String(!visible);
		this.#main.dataset["trouble"] = String(trouble !== undefined);
		this.#notice.hidden = !visible;
		setText(this.#noticeWords, trouble ?? words);
		this.#spinner.hidden = name === "closed" || trouble !== undefined;
		this.#button.hidden = name === "connecting";
		setText(this.#button, RETRY_WORDS[name]);
		this.#countDown();
	}

	#countDown(): void {
		let words = "";
		if (this.#state.name === "reconnecting") {
			const seconds = Math.ceil((this.#state.retryAtMs - performance.now()) / 1000);
			words = seconds > 0 ? `Trying again in ${seconds} s` : "Trying again…";
		}
		setText(this.#noticeDetail, words);
	}
}

function element(selector: string): HTMLElement {
	return document.querySelector<HTMLElement>(selector)!;
}

/** Only when it changes: a live region is read out anew each time. */
function setText(target: HTMLElement, text: string): void {
	if (target.textContent !== text) target.textContent = text;
}
