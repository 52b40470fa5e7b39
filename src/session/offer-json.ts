import type { SessionHub } from "./session-hub.ts";
import {
	contentTypeOf,
	headerOf,
	SignallingError,
	type SignallingRequest,
	type SignallingResponse,
} from "./signalling.ts";

const METHODS = "POST, OPTIONS";

interface OfferMessage {
	readonly sdp: string;
	/** Secret of a session whose place the new one takes. */
	readonly resume: string | undefined;
}

/**
 * Length of the body against the SDP's: room for JSON's escapes of line ends, and other
 * fields.
 */
const JSON_FACTOR = 2;

/**
 * The front door of existing headset apps: POST `{"type":"offer","sdp":"..."}`, get
 * `{"type":"answer","sdp":"..."}`. The offer may have no candidates, and none follow:
 * the server finds the client by its STUN checks. A field `resume` is the secret of a
 * session whose place the new one takes. Errors are `{"error":"..."}`. Never rejects.
 */
export async function handleOffer(hub: SessionHub, request: SignallingRequest): Promise<SignallingResponse> {
	try {
		if (request.method === "OPTIONS") return json(204, undefined, { allow: METHODS });
		if (request.method !== "POST")
			return json(405, { error: `${request.method} is not possible here; POST an offer.` }, { allow: METHODS });
		const access = await hub.authorize(request, { door: "offer" });
		const { sdp, resume } = readOffer(hub, request);
		const userAgent = headerOf(request, "user-agent");
		const info = {
			door: "offer",
			access,
			remoteAddress: request.remoteAddress,
			userAgent,
			...(resume !== undefined && { resume }),
		} as const;
		const { session, answer } = await hub.open(sdp, info);
		return json(200, { type: "answer", sdp: answer }, { "x-session-id": session.id });
	} catch (error) {
		if (!(error instanceof SignallingError)) {
			hub.reportFailure(error);
			return json(500, { error: "The server failed to answer." });
		}
		return json(
			error.status,
			{ error: error.message },
			{
				...(error.retryAfterSec !== undefined && { "retry-after": String(error.retryAfterSec) }),
				...(error.status === 401 && { "www-authenticate": 'Bearer realm="offer"' }),
			},
		);
	}
}

/**
 * @throws {SignallingError} 415 for another type, 413 when it is too long, 400 when it
 * is no offer.
 */
function readOffer(hub: SessionHub, request: SignallingRequest): OfferMessage {
	const type = contentTypeOf(request);
	// Pages may send text/plain and untyped bodies without a preflight (CORS, simple
	// requests), so only requests that don't come from a page may.
	const fromPage = request.headers["origin"] !== undefined;
	const isAccepted =
		type === "application/json" ||
		type === "application/octet-stream" ||
		(!fromPage && (type === "text/plain" || type === ""));
	if (!isAccepted)
		throw new SignallingError(
			415,
			`The body is ${type === "" ? "of no stated type" : type}; expected application/json.`,
		);
	if (request.body.length > JSON_FACTOR * hub.maxSdpLength) throw new SignallingError(413, "The offer is too long.");
	let offer: unknown;
	try {
		offer = JSON.parse(request.body);
	} catch (error) {
		throw new SignallingError(400, "The body is not JSON.", { cause: error });
	}
	if (typeof offer !== "object" || offer === null)
		throw new SignallingError(400, 'The body is not an object with "type" and "sdp".');
	const { type: kind, sdp, resume } = offer as { type?: unknown; sdp?: unknown; resume?: unknown };
	if (typeof kind !== "string" || kind.toLowerCase() !== "offer")
		throw new SignallingError(400, '"type" must be "offer".');
	if (typeof sdp !== "string") throw new SignallingError(400, '"sdp" must be a string.');
	// Existing clients may have a field of this name with another meaning.
	return { sdp, resume: typeof resume === "string" ? resume : undefined };
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): SignallingResponse {
	if (body === undefined) return { status, headers, body: "" };
	return {
		status,
		headers: { ...headers, "content-type": "application/json", "cache-control": "no-store" },
		body: JSON.stringify(body),
	};
}
