import type { OptionNames } from "../option-names.ts";

/** The option of servers that names pages which may use them. */
export interface OriginOptions {
	/**
	 * Pages that may read and write, beside those of this machine and of rerun.io: patterns for the
	 * whole `Origin` (scheme, host, port), in which `*` stands for anything and `?` for one
	 * character: `https://*.example.com`, `http://robot.local:*`.
	 */
	readonly allowedOrigins?: readonly string[] | undefined;
}

/** The names of `OriginOptions`. */
export const ORIGIN_OPTIONS: OptionNames<OriginOptions> = { allowedOrigins: true };

/** Origins that Rerun's own server allows. */
const ALWAYS_ALLOWED = [
	"*://localhost",
	"*://localhost:*",
	"*://127.0.0.1",
	"*://127.0.0.1:*",
	"*://rerun.io",
	"*://rerun.io:*",
] as const;

/**
 * Decides which pages may use a server. Browsers send the origin of a request; a request without an
 * origin is not a browser's, and is allowed.
 *
 * The server's own pages are allowed if the host is an IP address. A name proves nothing, as its
 * owner can make it point here (DNS rebinding): names have to be listed.
 */
export class OriginPolicy {
	readonly #patterns: readonly string[];

	/** @throws {TypeError} when a pattern is not a text, or empty. */
	constructor(options: OriginOptions = {}) {
		for (const pattern of options.allowedOrigins ?? [])
			if (typeof pattern !== "string" || pattern === "")
				throw new TypeError("allowedOrigins must be texts such as https://*.example.com.");
		this.#patterns = [...ALWAYS_ALLOWED, ...(options.allowedOrigins ?? [])];
	}

	/**
	 * True when a request is allowed.
	 * @param origin its header `Origin`.
	 * @param host its `Host`.
	 */
	allows(origin: string | undefined, host: string | undefined): boolean {
		if (origin === undefined) return true;
		if (this.#patterns.some((pattern) => matchesPattern(origin, pattern))) return true;
		return host !== undefined && isAddress(host) && (origin === `http://${host}` || origin === `https://${host}`);
	}
}

/** True when a host, with or without a port, is an IP address. */
function isAddress(host: string): boolean {
	return /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\])(:\d+)?$/.test(host);
}

/**
 * True when the whole text matches. Takes at most time in proportion to the product of both
 * lengths.
 */
export function matchesPattern(text: string, pattern: string): boolean {
	let at = 0;
	let place = 0;
	let star = -1;
	let resume = 0;
	while (at < text.length) {
		if (pattern[place] === "*") {
			star = place++;
			resume = at;
		} else if (place < pattern.length && (pattern[place] === "?" || pattern[place] === text[at])) {
			place++;
			at++;
		} else if (star >= 0) {
			place = star + 1;
			at = ++resume;
		} else return false;
	}
	while (pattern[place] === "*") place++;
	return place === pattern.length;
}
