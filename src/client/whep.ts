/**
 * The server has refused a WHEP request or did not answer. `message` is a sentence for
 * people.
 */
export class WhepError extends Error {
	override readonly name = "WhepError";
	/** HTTP status; 0 when no answer came. */
	readonly status: number;
	/** Seconds that the server asked to wait (`Retry-After`). */
	readonly retryAfterSec: number | undefined;

	constructor(message: string, status: number, retryAfterSec?: number, options?: ErrorOptions) {
		super(message, options);
		this.status = status;
		this.retryAfterSec = retryAfterSec;
	}

	/** True if the same request may succeed later. */
	get temporary(): boolean {
		return (
			this.status === 0 ||
			this.status === 408 ||
			this.status === 409 ||
			this.status === 425 ||
			this.status === 429 ||
			this.status >= 500
		);
	}
}

/** Options of every request. */
export interface WhepClientOptions {
	/** Sent as `Authorization: Bearer` with every request. */
	readonly token?: string | undefined;
	/** @default the browser's */
	readonly fetch?: typeof fetch | undefined;
	/** Longest wait for the answer to an offer, milliseconds. @default 10_000 */
	readonly offerTimeoutMs?: number | undefined;
}

/** The server's answer to an offer. */
export interface WhepAnswer {
	readonly sdp: string;
	/**
	 * The URL of the session, to trickle to and to delete; `undefined` if the server
	 * named none.
	 */
	readonly sessionUrl: URL | undefined;
	/** The servers in the `Link` headers of relation `ice-server`. */
	readonly iceServers: RTCIceServer[];
}

/**
 * Plays by WHEP (draft-ietf-wish-whep): posts `offerSdp` and returns the answer.
 *
 * @param options.resume secret of the session whose place the new one takes, from
 * panogaze's welcome.
 * @throws {WhepError} if the server refuses or can't be reached.
 * @throws {DOMException} `AbortError` if `signal` aborts.
 */
export async function postOffer(
	endpoint: URL,
	offerSdp: string,
	options: WhepClientOptions & {
		readonly signal?: AbortSignal | undefined;
		readonly resume?: string | undefined;
	} = {},
): Promise<WhepAnswer> {
	const { fetch: send = fetch, signal, resume, offerTimeoutMs = 10_000 } = options;
	const timeout = AbortSignal.timeout(offerTimeoutMs);
	let response: Response;
	try {
		response = await send(endpoint, {
			method: "POST",
			headers: {
				...authorization(options),
				"Content-Type": "application/sdp",
				Accept: "application/sdp",
				...(resume !== undefined && { "Panogaze-Resume": resume }),
			},
			body: offerSdp,
			signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
		});
	} catch (error) {
		if (signal?.aborted) throw error;
		throw new WhepError("The server does not answer.", 0, undefined, { cause: error });
	}
	if (response.status !== 201) throw await errorFromResponse(response);
	// After a redirect (307), relative URLs belong to the server that answered.
	const base = new URL(response.url || endpoint);
	const location = response.headers.get("Location");
	return {
		sdp: await response.text(),
		sessionUrl: location === null ? undefined : new URL(location, base),
		iceServers: iceServersFromLink(response.headers.get("Link") ?? ""),
	};
}

/**
 * Trickles `fragment` to the session.
 * @returns whether the server accepted it. If not, further fragments are pointless.
 */
export async function patchCandidates(
	sessionUrl: URL,
	fragment: string,
	options: WhepClientOptions = {},
): Promise<boolean> {
	const { fetch: send = fetch } = options;
	try {
		const response = await send(sessionUrl, {
			method: "PATCH",
			headers: { ...authorization(options), "Content-Type": "application/trickle-ice-sdpfrag" },
			body: fragment,
		});
		return response.ok;
	} catch {
		return false;
	}
}

/**
 * Ends the session. The request outlives the page. Resolves after the answer, which
 * does not matter, or when none can come; never rejects.
 */
export async function deleteSession(sessionUrl: URL, options: WhepClientOptions = {}): Promise<void> {
	const { fetch: send = fetch } = options;
	try {
		await send(sessionUrl, { method: "DELETE", headers: authorization(options), keepalive: true });
	} catch {
		// The server is gone, and the session with it.
	}
}

/**
 * The body of a trickle request (RFC 8840, 9). Its `candidates` belong to the offer's
 * first media section, whose transport all sections share (bundle).
 */
export function candidateFragment(offerSdp: string, candidates: readonly string[], complete: boolean): string {
	const line = (prefix: string) => offerSdp.split(/\r?\n/).find((candidate) => candidate.startsWith(prefix)) ?? "";
	return [
		line("a=ice-ufrag:"),
		line("a=ice-pwd:"),
		line("m="),
		line("a=mid:"),
		...candidates.map((candidate) => `a=${candidate}`),
		...(complete ? ["a=end-of-candidates"] : []),
		"",
	].join("\r\n");
}

/**
 * The ICE servers in a `Link` header (RFC 8288). Other links and broken ones are
 * skipped.
 */
export function iceServersFromLink(header: string): RTCIceServer[] {
	const servers: RTCIceServer[] = [];
	for (const [, url = "", parameters = ""] of header.matchAll(/<([^>]*)>((?:[^,"]|"(?:\\.|[^"\\])*")*)/g)) {
		const parameter = (name: string) => {
			const [, quoted, bare] =
				new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:\\\\.|[^"\\\\])*)"|([^\\s;,"]+))`, "i").exec(parameters) ?? [];
			return quoted?.replace(/\\(.)/g, "$1") ?? bare;
		};
		if (parameter("rel") !== "ice-server" || !/^(stun|turn)s?:/i.test(url)) continue;
		const [username, credential] = [parameter("username"), parameter("credential")];
		servers.push({
			urls: url,
			...(username !== undefined && { username }),
			...(credential !== undefined && { credential }),
		});
	}
	return servers;
}

/**
 * The seconds that a `Retry-After` header asks for, by number or by date (RFC 9110,
 * 10.2.3).
 */
export function retryAfterSec(header: string | null, nowMs: number): number | undefined {
	if (header === null) return undefined;
	if (/^\s*\d+\s*$/.test(header)) return Number(header);
	const dateMs = Date.parse(header);
	return Number.isNaN(dateMs) ? undefined : Math.max(0, (dateMs - nowMs) / 1000);
}

function authorization({ token }: WhepClientOptions): Record<string, string> {
	return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}

async function errorFromResponse(response: Response): Promise<WhepError> {
	const words = (await problemDetail(response)) ?? wordsFromStatus(response.status);
	return new WhepError(words, response.status, retryAfterSec(response.headers.get("Retry-After"), Date.now()));
}

/** The sentence for people in a problem report (RFC 9457). */
async function problemDetail(response: Response): Promise<string | undefined> {
	if (!response.headers.get("Content-Type")?.includes("json")) return undefined;
	try {
		const { detail, title } = (await response.json()) as {
			detail?: unknown | undefined;
			title?: unknown | undefined;
		};
		return [detail, title].find((words) => typeof words === "string" && words !== "") as string | undefined;
	} catch {
		return undefined;
	}
}

function wordsFromStatus(status: number): string {
	if (status === 401 || status === 403) return "The server does not let you in.";
	if (status === 404) return "There is nothing to watch at this address.";
	if (status === 429 || status === 503) return "The server is full.";
	return `The server answered with status ${status}.`;
}
