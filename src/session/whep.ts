import type { Access, AskedDoor } from "./access.ts";
import type { IceServer } from "./peer-transport.ts";
import type { SessionHub } from "./session-hub.ts";
import {
	contentTypeOf,
	headerOf,
	SignallingError,
	type SignallingRequest,
	type SignallingResponse,
} from "./signalling.ts";

/** Options of the WHEP door. */
export interface WhepOptions {
	/** Path of the door for clients, without a slash at the end. @default "/whep" */
	readonly path?: string | undefined;
	/** The source behind the door, where it is not the view of all. @default the view */
	readonly source?: { readonly path: string; readonly isThere: boolean } | undefined;
}

const SDP = "application/sdp";
const SDP_FRAGMENT = "application/trickle-ice-sdpfrag";
/**
 * Link relation: data channels in the offer are answered, which the draft leaves open.
 */
export const DATA_CHANNEL_EXTENSION = "urn:ietf:params:whep:ext:panogaze:data-channels";

/**
 * Header with the secret of a session whose place the new one takes: `resume` of its
 * welcome.
 */
const RESUME_HEADER = "panogaze-resume";

const ENDPOINT_METHODS = "POST, GET, HEAD, OPTIONS";
const SESSION_METHODS = "PATCH, DELETE, OPTIONS";

/**
 * The WHEP front door (draft-ietf-wish-whep): POST an offer to the endpoint, PATCH
 * candidates to the session, DELETE it. The answer has all candidates. ICE restart is
 * not supported, so `If-Match` is ignored. Never rejects: errors are in the response.
 */
export async function handleWhep(
	hub: SessionHub,
	request: SignallingRequest,
	options: WhepOptions = {},
): Promise<SignallingResponse> {
	try {
		return await respond(hub, request, options);
	} catch (error) {
		if (!(error instanceof SignallingError)) hub.reportFailure(error);
		return problem(error, request);
	}
}

async function respond(hub: SessionHub, request: SignallingRequest, options: WhepOptions): Promise<SignallingResponse> {
	// OPTIONS needs no token, but its answer without one has nothing secret.
	if (request.method === "OPTIONS") return describe(hub, request, options);
	const access = await hub.authorize(request, askedDoor(options));
	if (options.source?.isThere === false) throw new SignallingError(404, "There is no source of this name.");
	if (request.sessionId === undefined) {
		switch (request.method) {
			case "POST":
				return create(hub, request, access, options);
			case "HEAD":
				return { status: 200, headers: { "content-type": SDP, ...endpointHeaders(hub) }, body: "" };
			case "GET":
				return { status: 204, headers: endpointHeaders(hub), body: "" };
			default:
				throw new MethodNotAllowed(request.method, ENDPOINT_METHODS);
		}
	}
	switch (request.method) {
		case "PATCH":
			return trickle(hub, request, request.sessionId);
		case "DELETE":
			hub.end(request.sessionId, "The viewer left.");
			return { status: 200, headers: {}, body: "" };
		default:
			throw new MethodNotAllowed(request.method, SESSION_METHODS);
	}
}

function askedDoor({ source }: WhepOptions): AskedDoor {
	return { door: "whep", ...(source && { source: source.path }) };
}

async function create(
	hub: SessionHub,
	request: SignallingRequest,
	access: Access,
	options: WhepOptions,
): Promise<SignallingResponse> {
	requireBody(hub, request, SDP);
	const resume = headerOf(request, RESUME_HEADER);
	const userAgent = headerOf(request, "user-agent");
	const info = {
		door: "whep",
		access,
		remoteAddress: request.remoteAddress,
		userAgent,
		...(options.source && { source: options.source.path }),
		...(resume !== "" && { resume }),
	} as const;
	const { session, answer } = await hub.open(request.body, info, { video: true });
	const location = `${options.path ?? "/whep"}/${session.id}`;
	const links = [...hub.iceServers.map(iceServerLink), `<${location}>; rel="${DATA_CHANNEL_EXTENSION}"`];
	return {
		status: 201,
		// One ETag, as there is no ICE restart. MediaMTX before 1.18.2 takes no answer
		// without one.
		headers: {
			"content-type": SDP,
			location,
			etag: '"1"',
			"accept-patch": SDP_FRAGMENT,
			link: links.join(", "),
			"cache-control": "no-store",
		},
		body: answer,
	};
}

function trickle(hub: SessionHub, request: SignallingRequest, sessionId: string): SignallingResponse {
	if (hub.get(sessionId) === undefined)
		throw new SignallingError(404, "There is no such session: it has ended, or never was.");
	requireBody(hub, request, SDP_FRAGMENT);
	hub.trickle(sessionId, request.body);
	return { status: 204, headers: {}, body: "" };
}

async function describe(
	hub: SessionHub,
	request: SignallingRequest,
	options: WhepOptions,
): Promise<SignallingResponse> {
	if (request.sessionId !== undefined)
		return { status: 204, headers: { "accept-patch": SDP_FRAGMENT, allow: SESSION_METHODS }, body: "" };
	try {
		await hub.authorize(request, askedDoor(options));
	} catch (error) {
		if (!(error instanceof SignallingError)) throw error;
		return { status: 204, headers: { "accept-post": SDP, allow: ENDPOINT_METHODS }, body: "" };
	}
	return { status: 204, headers: endpointHeaders(hub), body: "" };
}

function endpointHeaders(hub: SessionHub): Record<string, string> {
	const links = hub.iceServers.map(iceServerLink);
	return { "accept-post": SDP, allow: ENDPOINT_METHODS, ...(links.length > 0 ? { link: links.join(", ") } : {}) };
}

/** `Link: <stun:...>; rel="ice-server"` (draft-ietf-wish-whep, 4.7; RFC 9725, 4.6). */
function iceServerLink({ urls, username, credential }: IceServer): string {
	const quote = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`;
	const secret =
		username === undefined || credential === undefined
			? ""
			: `; username=${quote(username)}; credential=${quote(credential)}; credential-type="password"`;
	return `<${urls}>; rel="ice-server"${urls.startsWith("turn") ? secret : ""}`;
}

function requireBody(hub: SessionHub, request: SignallingRequest, type: string): void {
	const got = contentTypeOf(request);
	if (got !== type)
		throw new SignallingError(415, `The body is ${got === "" ? "of no stated type" : got}; expected ${type}.`);
	if (request.body.length > hub.maxSdpLength)
		throw new SignallingError(413, `The body has at most ${hub.maxSdpLength} characters.`);
}

class MethodNotAllowed extends SignallingError {
	readonly allow: string;
	constructor(method: string, allow: string) {
		super(405, `${method} is not possible here; ${allow} are.`);
		this.allow = allow;
	}
}

const TITLES: Readonly<Record<number, string>> = {
	400: "Bad Request",
	401: "Unauthorized",
	403: "Forbidden",
	404: "Not Found",
	405: "Method Not Allowed",
	406: "Not Acceptable",
	409: "Conflict",
	413: "Content Too Large",
	415: "Unsupported Media Type",
	422: "Unprocessable Content",
	500: "Internal Server Error",
	503: "Service Unavailable",
};

/** An error as RFC 9457 problem details. */
function problem(error: unknown, request: SignallingRequest): SignallingResponse {
	const known =
		error instanceof SignallingError
			? error
			: new SignallingError(500, "The server failed to answer.", { cause: error });
	const headers: Record<string, string> = { "content-type": "application/problem+json", "cache-control": "no-store" };
	if (known.retryAfterSec !== undefined) headers["retry-after"] = String(known.retryAfterSec);
	if (known instanceof MethodNotAllowed) headers["allow"] = known.allow;
	if (known.status === 401) headers["www-authenticate"] = 'Bearer realm="whep"';
	if (known.status === 415)
		headers[request.method === "PATCH" ? "accept-patch" : "accept-post"] =
			request.method === "PATCH" ? SDP_FRAGMENT : SDP;
	const body = {
		type: "about:blank",
		title: TITLES[known.status] ?? "Error",
		status: known.status,
		detail: known.message,
	};
	return { status: known.status, headers, body: JSON.stringify(body) };
}
