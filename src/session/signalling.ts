/** A request to one of the front doors, of whichever HTTP server. */
export interface SignallingRequest {
	/** Upper case. */
	readonly method: string;
	/**
	 * The session that the path names; missing when the request is to the door itself.
	 */
	readonly sessionId?: string | undefined;
	/** Names in lower case. */
	readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
	/** Text of the body; empty if there is none. The door bounds its length again. */
	readonly body: string;
	/** IP address of the client, for logs and bounds; missing when it is not known. */
	readonly remoteAddress?: string | undefined;
}

/** The response of a front door. */
export interface SignallingResponse {
	readonly status: number;
	/** Names in lower case. Several `link` values are joined by commas. */
	readonly headers: Readonly<Record<string, string>>;
	/** Empty for no body. */
	readonly body: string;
}

/**
 * A request can't be served. `status` is its HTTP status; `message` is a sentence for
 * people.
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
	const [type = ""] = headerOf(request, "content-type").split(";");
	return type.trim().toLowerCase();
}
