import type { PanogazeConnection } from "../src/client/index.ts";
import { element } from "./element.ts";
import { words, wordsFor } from "./words.ts";

/** HTTP status of a request without valid credentials (RFC 9110, 15.5.2). */
const UNAUTHORIZED = 401;
/** Several servers behind one proxy share an origin, but not their tokens. */
const STORE = `panogaze-token ${location.pathname}`;

/**
 * The token of this tab, from the link (`#token=`) or typed in. The prompt asks for one
 * when the server refuses the connection, and keeps it until the tab is closed.
 */
export class TokenPrompt {
	readonly #dialog = element<HTMLDialogElement>("#token");
	readonly #words = element("#token-words");
	readonly #input = element<HTMLInputElement>("#token-input");
	#token = tokenOfLink() ?? stored();

	/** The present token; `undefined` if none is known. */
	get token(): string | undefined {
		return this.#token;
	}

	/**
	 * Asks whenever the connection is refused for its token, and connects again with
	 * the answer.
	 */
	watch(connection: PanogazeConnection): void {
		connection.on("state", (state) => {
			if (state.name === "closed" && state.status === UNAUTHORIZED) this.#ask(state.words);
		});
		element<HTMLFormElement>("#token-form").addEventListener("submit", () => {
			this.#token = this.#input.value.trim();
			this.#input.value = "";
			store(this.#token);
			forgetLink();
			// Text that does not fit into a header can't be a token, and is not sent.
			if (/^[!-~]+$/.test(this.#token)) connection.reconnect({ force: true });
			else setTimeout(() => this.#ask(words.tokenCharacters));
		});
		element("#token-cancel").addEventListener("click", () => this.#dialog.close());
		// A link to this page with another token does not load the page again.
		addEventListener("hashchange", () => {
			const token = tokenOfLink();
			if (token === undefined || token === this.#token) return;
			this.#token = token;
			this.#dialog.close();
			connection.reconnect({ force: true });
		});
	}

	#ask(sentence: string): void {
		this.#words.textContent = wordsFor(sentence);
		if (!this.#dialog.open) this.#dialog.showModal();
		this.#input.focus();
	}
}

/**
 * Reads the token from the fragment, which browsers don't send, so that it stays out of
 * logs.
 */
function tokenOfLink(): string | undefined {
	return new URLSearchParams(location.hash.slice(1)).get("token") || undefined;
}

/** Removes the link's token, which was wrong: after a reload the typed one holds. */
function forgetLink(): void {
	const parameters = new URLSearchParams(location.hash.slice(1));
	if (!parameters.has("token")) return;
	parameters.delete("token");
	history.replaceState(
		history.state,
		"",
		parameters.size > 0 ? `#${parameters}` : location.pathname + location.search,
	);
}

function stored(): string | undefined {
	try {
		return sessionStorage.getItem(STORE) ?? undefined;
	} catch {
		// Browsers may refuse storage to a frame of another site. The token then lasts
		// as long as the page.
		return undefined;
	}
}

function store(token: string): void {
	try {
		sessionStorage.setItem(STORE, token);
	} catch {
		// Without storage the token lasts as long as the page.
	}
}
