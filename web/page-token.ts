/** Several servers behind one proxy share an origin, but not their tokens; a server's pages do. */
const STORE = `panogaze-token ${new URL(".", location.href).pathname}`;

/**
 * Takes the token out of the fragment, which browsers don't send, so that it stays out of
 * logs, and out of the address, where people at the screen would read it.
 */
export function takeLinkedToken(): string | undefined {
	const token = new URLSearchParams(location.hash.slice(1)).get("token") || undefined;
	if (token === undefined) return undefined;
	// Without storage only the address brings the token over a reload.
	if (storeToken(token)) forgetLinkedToken();
	return token;
}

/** Removes the token from the address. */
export function forgetLinkedToken(): void {
	const parameters = new URLSearchParams(location.hash.slice(1));
	if (!parameters.has("token")) return;
	parameters.delete("token");
	history.replaceState(
		history.state,
		"",
		parameters.size > 0 ? `#${parameters}` : location.pathname + location.search,
	);
}

/** The token that this tab was given; `undefined` if there is none. */
export function storedToken(): string | undefined {
	try {
		return sessionStorage.getItem(STORE) ?? undefined;
	} catch {
		// Browsers may refuse storage to a frame of another site. The token then lasts
		// as long as the page.
		return undefined;
	}
}

/** Keeps a token until the tab is closed; `false` where the browser refuses storage. */
export function storeToken(token: string): boolean {
	try {
		sessionStorage.setItem(STORE, token);
		return true;
	} catch {
		return false;
	}
}

/** True for text that fits into a header: anything else can't be a token, and is not sent. */
export function canBeToken(text: string): boolean {
	return /^[!-~]+$/.test(text);
}
