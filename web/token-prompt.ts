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
	#token = takeLinkedToken() ?? stored();

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
			const token = takeLinkedToken();
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
 * Takes the token out of the fragment, which browsers don't send, so that it stays out of
 * logs, and out of the address, where people at the screen would read it.
 */
function takeLinkedToken(): string | undefined {
	const token = new URLSearchParams(location.hash.slice(1)).get("token") || undefined;
	if (token === undefined) return undefined;
	// Without storage only the address brings the token over a reload.
	if (store(token)) forgetLink();
	return token;
}

/** Removes the token from the address. */
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

/** Keeps a token until the tab is closed; `false` where the browser refuses storage. */
function store(token: string): boolean {
	try {
		sessionStorage.setItem(STORE, token);
		return true;
	} catch {
		return false;
	}
}
