import { timingSafeEqual } from "node:crypto";
import { secretDigest } from "./secret-digest.ts";
import { headerOf, SignallingError, type SignallingRequest } from "./signalling.ts";

/**
 * `watch`: to see one's own view and turn it. `steer`: that poses and messages reach the
 * application too.
 */
export type AccessWord = "watch" | "steer";

/** The rights of a viewer. A set without `watch` lets nobody in. */
export type Access = ReadonlySet<AccessWord>;

/** Access to everything. */
export const FULL_ACCESS: Access = new Set<AccessWord>(["watch", "steer"]);
const WATCH_ONLY: Access = new Set<AccessWord>(["watch"]);

/**
 * Says what the sender of a request to a door may do.
 *
 * @throws {SignallingError} 401 or 403 if nothing is allowed. Any other error is logged, and the
 * client gets 500 without details.
 */
export type Authorizer = (request: SignallingRequest) => Access | Promise<Access>;

/** Bearer tokens, each with its rights. */
export interface Tokens {
	/** Lets its bearer watch and steer. */
	readonly token?: string | undefined;
	/** Lets its bearer watch. */
	readonly viewToken?: string | undefined;
}

/**
 * Grants access by bearer tokens (RFC 6750). Without any token everybody has full access; with a
 * view token alone nobody steers.
 */
export function authorizeByToken({ token, viewToken }: Tokens): Authorizer {
	if (token === undefined && viewToken === undefined) return () => FULL_ACCESS;
	const known = [
		{ hash: token === undefined ? undefined : secretDigest(token), access: FULL_ACCESS },
		{ hash: viewToken === undefined ? undefined : secretDigest(viewToken), access: WATCH_ONLY },
	];
	return (request) => {
		const given = bearerTokenOf(request);
		const hash = given === undefined ? undefined : secretDigest(given);
		// Digests have one length, so that comparing takes one time, and both are compared
		// whichever fits.
		const found = known.filter(
			(each) => hash !== undefined && each.hash !== undefined && timingSafeEqual(hash, each.hash),
		);
		if (found[0] !== undefined) return found[0].access;
		throw new SignallingError(401, given === undefined ? "This server asks for a token." : "The token is wrong.");
	};
}

/** The token of a request's `Authorization: Bearer`. */
export function bearerTokenOf(request: SignallingRequest): string | undefined {
	return /^Bearer +(\S+) *$/i.exec(headerOf(request, "authorization"))?.[1];
}
