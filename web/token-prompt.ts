import type { PanogazeConnection } from "../src/client/index.ts";
import { element } from "./element.ts";
import { canBeToken, forgetLinkedToken, storedToken, storeToken, takeLinkedToken } from "./page-token.ts";
import { words, wordsFor } from "./words.ts";

/** HTTP status of a request without valid credentials (RFC 9110, 15.5.2). */
const UNAUTHORIZED = 401;

/**
 * The token of this tab, from the link (`#token=`) or typed in. The prompt asks for one
 * when the server refuses the connection, and keeps it until the tab is closed.
 */
export class TokenPrompt {
	readonly #dialog = element<HTMLDialogElement>("#token");
	readonly #words = element("#token-words");
	readonly #input = element<HTMLInputElement>("#token-input");
	#token = takeLinkedToken() ?? storedToken();

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
			storeToken(this.#token);
			forgetLinkedToken();
			if (canBeToken(this.#token)) connection.reconnect({ force: true });
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
