import type { ConnectionState, PanogazeConnection } from "../src/client/index.ts";
import type { ViewAction, ViewState, ViewVerdict } from "../src/client/view-state.ts";
import { element } from "./element.ts";

const WATCH_ONLY = "Your token lets you watch and turn your own view. Hands, controllers and bodies are not used.";

const RETRY_WORDS: { readonly [State in ConnectionState["name"]]: string } = {
	connecting: "Try now",
	connected: "Try again",
	interrupted: "Try now",
	reconnecting: "Try now",
	closed: "Connect again",
};

/**
 * The words about the picture: at the top always, and in the middle while the picture
 * is not live.
 */
export class StatusDisplay {
	readonly #main = element("main");
	readonly #status = element("#status");
	readonly #words = element("#status-words");
	readonly #notice = element("#notice");
	readonly #noticeWords = element("#notice-words");
	readonly #noticeDetail = element("#notice-detail");
	readonly #button = element("#notice-button");
	readonly #spinner = element("#spinner");
	readonly #connection: PanogazeConnection;
	readonly #view: ViewState;

	constructor(connection: PanogazeConnection, view: ViewState) {
		this.#connection = connection;
		this.#view = view;
		this.#button.addEventListener("click", () => view.verdict.action && this.#act(view.verdict.action));
		view.on("change", (verdict) => this.#render(verdict));
		connection.on("welcome", () => this.#render(view.verdict));
		setInterval(() => this.#countDown(), 250);
		this.#render(view.verdict);
	}

	#act(action: ViewAction): void {
		if (action === "play-again") this.#connection.playAgain();
		else this.#connection.reconnect({ force: true });
	}

	#render({ live, short, words, busy, action }: ViewVerdict): void {
		const { name } = this.#connection.state;
		this.#status.dataset["state"] = live ? "live" : name;
		const watchesOnly = live && this.#connection.welcome?.access?.includes("steer") === false;
		setText(this.#words, watchesOnly ? `${short}, watch only` : short);
		this.#status.title = watchesOnly ? WATCH_ONLY : "";
		const visible = words !== "";
		this.#main.dataset["live"] = String(!visible);
		this.#notice.hidden = !visible;
		setText(this.#noticeWords, words);
		this.#spinner.hidden = !busy;
		this.#button.hidden = action === undefined;
		setText(this.#button, action === "play-again" ? "Play again" : RETRY_WORDS[name]);
		this.#countDown();
	}

	#countDown(): void {
		let words = this.#view.verdict.detail;
		const { state } = this.#connection;
		if (state.name === "reconnecting") {
			const seconds = Math.ceil((state.retryAtMs - performance.now()) / 1000);
			words = seconds > 0 ? `Trying again in ${seconds} s` : "Trying again…";
		}
		setText(this.#noticeDetail, words);
	}
}

/**
 * Sets a text if it differs: a screen reader reads a live region again at every change.
 */
function setText(target: HTMLElement, text: string): void {
	if (target.textContent !== text) target.textContent = text;
}
