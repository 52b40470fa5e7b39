/** A request to one of the front doors, as any HTTP server can hand it over. */
export interface SignallingRequest {
	/** Upper case. */
	readonly method: string;
	/** The session that the path names; missing when the request is to the door itself. */
	readonly sessionId?: string | undefined;
	/** Names in lower case. */
	readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
	/**
	 * Text of the body; empty if there is none. The HTTP server bounds its length, and the door
	 * does so again.
	 */
	readonly body: string;
	/** Where it came from, for logs. */
	readonly remoteAddress?: string | undefined;
}

export interface SignallingResponse {
	readonly status: number;
	/** Names in lower case. Several `link` values are joined by commas. */
	readonly headers: Readonly<Record<string, string>>;
	/** Empty for no body. */
	readonly body: string;
}

/**
 * What the client sent can't be served. `status` is the HTTP status that says so; `message` is a
 * sentence for people.
 */
export class SignallingError extends Error {
	override readonly name = "SignallingError";
	readonly status: number;
	/** Seconds after which trying again makes sense; for 503 and 409. */
	readonly retryAfterSec: number | undefined;
	constructor(
		status: number,
		message: string,
		options?: ErrorOptions & { readonly retryAfterSec?: number | undefined },
	) {
		super(message, options);
		this.status = status;
		this.retryAfterSec = options?.retryAfterSec;
	}
}

/** First value of a header; empty when it is missing. */
export function headerOf(request: SignallingRequest, name: string): string {
	const value = request.headers[name];
	return (typeof value === "string" ? value : value?.[0]) ?? "";
}

/** The media type of the body without parameters, in lower case. */
export function contentTypeOf(request: SignallingRequest): string {
	return headerOf(request, "content-type").split(";")[0]!.trim().toLowerCase();
}
