import { timingSafeEqual } from "node:crypto";
import { secretDigest } from "./secret-digest.ts";
import { headerOf, SignallingError, type SignallingRequest } from "./signalling.ts";

/**
 * `watch`: see a view and turn it. `steer`: send poses and messages to the application
 * too. `record`: begin and end recordings and episodes, fetch recordings, and see those of all
 * viewers at `/rerun`.
 */
export type AccessWord = "watch" | "steer" | "record";

/** The rights of a viewer. Without `watch` it may not connect. */
export type Access = ReadonlySet<AccessWord>;

/** Access to everything. */
export const FULL_ACCESS: Access = new Set<AccessWord>(["watch", "steer", "record"]);
const WATCH_ONLY: Access = new Set<AccessWord>(["watch"]);
const WATCH_AND_RECORD: Access = new Set<AccessWord>(["watch", "record"]);

/**
 * A door of the server: `whep` is `/whep` and `/NAME/whep`, `snapshot` is `/snapshot.jpg`, and
 * `rerun` the live view.
 */
export type DoorName = "whep" | "offer" | "snapshot" | "recordings" | "rerun";

/** The part of a server that a request asks for. */
export interface AskedDoor {
	readonly door: DoorName;
	/** Path of a source of `whep`, such as `wrist` or `main/left`. @default the view */
	readonly source?: string | undefined;
}

/**
 * Decides about the rights of a request's sender.
 *
 * @throws {SignallingError} 401 or 403 when it has none. Any other error is logged, and
 * the client gets 500 without details.
 */
export type Authorizer = (request: SignallingRequest, asked: AskedDoor) => Access | Promise<Access>;

/** Bearer tokens, each with its rights. */
export interface Tokens {
	/** Lets its bearer watch, steer and record. */
	readonly token?: string | undefined;
	/** Lets its bearer watch. */
	readonly viewToken?: string | undefined;
	/** Lets its bearer watch and record. */
	readonly recordToken?: string | undefined;
}

/**
 * Grants access by bearer tokens (RFC 6750). Without any token every client has full
 * access; without `token`, but with another, no client steers.
 *
 * @returns an authorizer that throws a `SignallingError` 401 for a missing or a wrong
 * token.
 */
export function authorizeByToken({ token, viewToken, recordToken }: Tokens): (request: SignallingRequest) => Access {
	if (token === undefined && viewToken === undefined && recordToken === undefined) return () => FULL_ACCESS;
	const known = [
		{ hash: token === undefined ? undefined : secretDigest(token), access: FULL_ACCESS },
		{ hash: viewToken === undefined ? undefined : secretDigest(viewToken), access: WATCH_ONLY },
		{ hash: recordToken === undefined ? undefined : secretDigest(recordToken), access: WATCH_AND_RECORD },
	];
	return (request) => {
		const bearer = bearerTokenOf(request);
		const hash = bearer === undefined ? undefined : secretDigest(bearer);
		// All digests are compared, whichever fits, so that the time reveals nothing.
		const [found] = known.filter(
			(each) => hash !== undefined && each.hash !== undefined && timingSafeEqual(hash, each.hash),
		);
		if (found !== undefined) return found.access;
		throw new SignallingError(401, bearer === undefined ? "This server asks for a token." : "The token is wrong.");
	};
}

/** The token of a request's `Authorization: Bearer`; `undefined` when there is none. */
export function bearerTokenOf(request: SignallingRequest): string | undefined {
	return /^Bearer +(\S+) *$/i.exec(headerOf(request, "authorization"))?.[1];
}
