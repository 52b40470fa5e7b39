import type { PanogazeConnection } from "../src/client/index.ts";
import { element } from "./element.ts";

/** HTTP: the request lacks valid credentials (RFC 9110, 15.5.2). */
const UNAUTHORIZED = 401;
/** Servers beside each other on one origin, behind a proxy, have tokens of their own. */
const STORE = `panogaze-token ${location.pathname}`;

/**
 * The token of this tab: from the link (`#token=`), or as it was typed in. Asks for one when the
 * server wants another, and keeps it until the tab is closed.
 */
export class TokenPrompt {
	readonly #dialog = element<HTMLDialogElement>("#token");
	readonly #words = element("#token-words");
	readonly #input = element<HTMLInputElement>("#token-input");
	#token = tokenOfLink() ?? stored();

	/** `undefined`: none is known. */
	get token(): string | undefined {
		return this.#token;
	}

	/**
	 * Opens the dialog whenever the connection is refused for its token, and connects again with
	 * another one.
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
			// Text that fits into no header can't be a token, and is not sent.
			if (/^[!-~]+$/.test(this.#token)) connection.reconnect({ force: true });
			else setTimeout(() => this.#ask("A token has no spaces, accents or other special characters."));
		});
		element("#token-cancel").addEventListener("click", () => this.#dialog.close());
		// Somebody opens a link with another token in this tab: the browser does not load the page
		// anew.
		addEventListener("hashchange", () => {
			const token = tokenOfLink();
			if (token === undefined || token === this.#token) return;
			this.#token = token;
			this.#dialog.close();
			connection.reconnect({ force: true });
		});
	}

	#ask(words: string): void {
		this.#words.textContent = words;
		if (!this.#dialog.open) this.#dialog.showModal();
		this.#input.focus();
	}
}

/**
 * A token in the fragment is not sent along with the request for the page, and so stays out of
 * logs.
 */
function tokenOfLink(): string | undefined {
	return new URLSearchParams(location.hash.slice(1)).get("token") || undefined;
}

/**
 * So that the typed token holds when the page is loaded anew, and not the one of the link, which
 * was wrong.
 */
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
		// In a frame of another site browsers may give none. The token then holds until the page is
		// left.
		return undefined;
	}
}

function store(token: string): void {
	try {
		sessionStorage.setItem(STORE, token);
	} catch {
		// Without session storage the token is kept for this page only.
	}
}
