import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { PlayerConnectionError } from "./player-connection-error.ts";

/**
 * The ways to offer a connection: WHEP (`/whep`, which needs video in the offer), or the
 * existing headset client's (`/offer`).
 */
export type FrontDoor = "whep" | "offer";

export interface SignallingOptions {
	/** The server's address, such as http://localhost:8080. */
	readonly url: string;
	readonly door: FrontDoor;
	readonly token?: string | undefined;
	/** Accept any certificate, such as one that the server made itself. */
	readonly insecure?: boolean | undefined;
}

export interface SignallingAnswer {
	readonly sdp: string;
	/** The address at which a DELETE ends the session, if the server names one. */
	readonly session: URL | undefined;
}

/**
 * The longest wait for an answer: a server that has just started may test its source for up to
 * 10 s.
 */
const TIMEOUT_MS = 20_000;

/** Posts an offer. @throws {PlayerConnectionError} when the server does not accept it. */
export async function postOffer(sdp: string, options: SignallingOptions): Promise<SignallingAnswer> {
	const { url, door } = options;
	const address = new URL(door, url.endsWith("/") ? url : `${url}/`);
	const asJson = door === "offer";
	const response = await send("POST", address, options, {
		type: asJson ? "application/json" : "application/sdp",
		body: asJson ? JSON.stringify({ type: "offer", sdp }) : sdp,
	});
	if (response.status !== (asJson ? 200 : 201))
		throw new PlayerConnectionError(`${address.href} answered ${response.status}: ${wordsOf(response.body)}`);
	const { location, "x-session-id": id } = response.headers;
	const session = location ?? (id === undefined ? undefined : `/whep/${id}`);
	return {
		sdp: asJson ? sdpOf(response.body, address) : response.body,
		session: session === undefined ? undefined : new URL(session, address),
	};
}

/** Ends a session. A failure does not matter: the session ends by itself. */
export async function deleteSession(session: URL, options: SignallingOptions): Promise<void> {
	await send("DELETE", session, options).catch(() => {});
}

interface Response {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | undefined>>;
	readonly body: string;
}

function send(
	method: string,
	address: URL,
	{ token, insecure = false }: SignallingOptions,
	content?: { readonly type: string; readonly body: string },
): Promise<Response> {
	return new Promise((resolve, reject) => {
		const request = (address.protocol === "https:" ? requestHttps : requestHttp)(address, {
			method,
			timeout: TIMEOUT_MS,
			headers: {
				...(content && { "content-type": content.type, "content-length": Buffer.byteLength(content.body) }),
				...(token !== undefined && { authorization: `Bearer ${token}` }),
			},
			rejectUnauthorized: !insecure,
		});
		request.on("error", (error) =>
			reject(new PlayerConnectionError(wordsForFailure(address, error), { cause: error })),
		);
		request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
		request.on("response", (response) => {
			const chunks: Buffer[] = [];
			response.on("data", (chunk: Buffer) => chunks.push(chunk));
			response.on("error", (error) =>
				reject(new PlayerConnectionError(wordsForFailure(address, error), { cause: error })),
			);
			response.on("end", () => {
				const headers = response.headers as Record<string, string | undefined>;
				resolve({ status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString() });
			});
		});
		request.end(content?.body);
	});
}

function wordsForFailure(address: URL, error: Error): string {
	const { code = "" } = error as NodeJS.ErrnoException;
	if (code === "ECONNREFUSED") return `No server answers at ${address.origin}.`;
	if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `The name ${address.hostname} is not known.`;
	if (/CERT|SELF_SIGNED/.test(code))
		return `The certificate of ${address.origin} is not trusted (${code}); --insecure takes it anyway.`;
	return `${address.origin} can't be reached: ${error.message}.`;
}

/** The words of a refusal: problem details (RFC 9457), `{"error"}`, or other text. */
function wordsOf(body: string): string {
	try {
		const { detail, title, error } = JSON.parse(body) as Record<string, unknown>;
		return String(detail ?? error ?? title ?? body);
	} catch {
		return body.slice(0, 200).trim();
	}
}

function sdpOf(body: string, address: URL): string {
	try {
		const { sdp } = JSON.parse(body) as { readonly sdp?: unknown };
		if (typeof sdp === "string") return sdp;
	} catch {
		// The text is returned below.
	}
	throw new PlayerConnectionError(`${address.href} did not answer with an SDP answer.`);
}
