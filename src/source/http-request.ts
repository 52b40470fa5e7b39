/** Headers that FFmpeg's option `headers` holds, one a line. */
const HEADER = /^([^:\s]+):\s*(.*)$/;

/**
 * Asks for an address as FFmpeg would: with its login, and with FFmpeg's options `user_agent` and
 * `headers`.
 * @throws {Error} when the server can't be reached.
 */
export function fetchAddress(
	url: string,
	options: Readonly<Record<string, string>>,
	signal: AbortSignal,
	method: "GET" | "HEAD" = "GET",
): Promise<Response> {
	const address = new URL(url);
	const login = [address.username, address.password].map(decodeURIComponent).join(":");
	address.username = "";
	address.password = "";
	// A length is that of the content.
	const headers = new Headers({ "accept-encoding": "identity" });
	if (login !== ":") headers.set("authorization", `Basic ${Buffer.from(login).toString("base64")}`);
	if (options["user_agent"] !== undefined) headers.set("user-agent", options["user_agent"]);
	for (const line of (options["headers"] ?? "").split(/\r?\n/)) {
		const [, name, value] = HEADER.exec(line.trim()) ?? [];
		if (name !== undefined) headers.append(name, value!);
	}
	return fetch(address, { method, headers, signal });
}

/**
 * The address at which an answer was found, with the login of the address that was asked for if
 * both are of one server, and the answer is not found in clear where it was asked for by HTTPS.
 */
export function addressOf(asked: string, found: string): string {
	const [from, to] = [new URL(asked), new URL(found)];
	if (from.host === to.host && (from.protocol === to.protocol || to.protocol === "https:")) {
		to.username = from.username;
		to.password = from.password;
	}
	return to.href;
}
