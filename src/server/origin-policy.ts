import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { wrongKind } from "../media/option-table.ts";

/** Names and origins that an `OriginPolicy` lets in. */
export interface OriginPolicyOptions {
	/**
	 * Names of this server beside `localhost`; a name that begins with `*.` stands
	 * for every name with one more label, as in certificates.
	 */
	readonly names: readonly string[];
	/** Pages of other origins that are let in, as `parseAllowedOrigin` reads them. */
	readonly allowedOrigins: readonly string[];
}

/** The parts of an HTTP request that the policy looks at. */
export interface OriginRequest {
	/** Upper case. */
	readonly method: string;
	/** Header `Origin`; `undefined`: the request has none. */
	readonly origin: string | undefined;
	/** Header `Host`; `undefined`: the request has none. */
	readonly host: string | undefined;
	/** True if this server itself speaks TLS; false behind a proxy that ends it. */
	readonly encrypted: boolean;
}

/** The verdict on a request, with the reason of a refusal. */
export type OriginVerdict =
	/** `origin` is the page's, for CORS headers; absent if the request names none. */
	| { readonly allowed: true; readonly origin?: string | undefined }
	/** `words` are a sentence for people. */
	| { readonly allowed: false; readonly words: string };

interface Address {
	/** Lower case, Punycode, without brackets and the root's dot. */
	readonly name: string;
	/** True if `name` is an IP address. */
	readonly literal: boolean;
	readonly port: number | undefined;
}

interface Origin extends Address {
	/** Lower case, without the colon. */
	readonly scheme: string;
}

/** An entry of `allowedOrigins`. */
interface OriginPattern extends Omit<Origin, "port" | "literal"> {
	/** It stands for every name below `name`, and not for `name` itself. */
	readonly below: boolean;
	readonly port: number | undefined | "any";
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };
/**
 * Browsers name the origin with every other method, also to the page's own server
 * (Fetch standard, "append a request `Origin` header").
 */
const METHODS_WITHOUT_ORIGIN = new Set(["GET", "HEAD"]);
/** Longest name or origin that a message repeats, characters. */
const MAX_SHOWN = 100;

/**
 * Decides which web pages may use the server. It holds back browsers only: other
 * programs can send any header.
 *
 * - A page passes if it is the server's own: its origin is the address under which
 *   the request reached the server, and that address is an IP address or one of the
 *   server's names. Any other name may belong to an attacker who points it here
 *   (DNS rebinding).
 * - A page of another origin passes if its origin is listed.
 * - A request without an origin comes from no page, unless it is a GET or HEAD:
 *   browsers send those to a page's own server without one. So these are held to
 *   the server's names too.
 */
export class OriginPolicy {
	readonly #names: ReadonlySet<string>;
	readonly #patterns: readonly OriginPattern[];
	readonly #allowsAll: boolean;

	/** @throws {TypeError} if an allowed origin is none. */
	constructor({ names, allowedOrigins }: OriginPolicyOptions) {
		this.#names = new Set(["localhost", ...names.map(canonicalName)]);
		this.#allowsAll = allowedOrigins.includes("*");
		this.#patterns = allowedOrigins.filter((origin) => origin !== "*").map((origin) => parseAllowedOrigin(origin));
	}

	/** Decides about one request. */
	judge({ method, origin: originText, host: hostText, encrypted }: OriginRequest): OriginVerdict {
		if (this.#allowsAll)
			return originText === undefined ? { allowed: true } : { allowed: true, origin: originText };
		const host = hostText === undefined ? undefined : parseAddress(hostText);
		if (originText === undefined) {
			// A request without a host (HTTP/1.0) comes from no browser.
			if (!METHODS_WITHOUT_ORIGIN.has(method) || hostText === undefined || this.#knows(host))
				return { allowed: true };
			return { allowed: false, words: wordsForUnknownName(host, hostText) };
		}
		const origin = parseOrigin(originText);
		if (origin === undefined) return { allowed: false, words: wordsForOpaqueOrigin(originText) };
		if (this.#patterns.some((pattern) => fits(origin, pattern))) return { allowed: true, origin: originText };
		if (host === undefined || !reaches(origin, host, encrypted)) {
			const words =
				`Pages of ${shown(originText)} may not use this server. ` +
				"Who runs it can let them in with --allow-origin (allowedOrigins).";
			return { allowed: false, words };
		}
		if (this.#knows(host)) return { allowed: true, origin: originText };
		return { allowed: false, words: wordsForUnknownName(host, hostText ?? "") };
	}

	/** True if no other origin is listed. */
	get ownPageOnly(): boolean {
		return !this.#allowsAll && this.#patterns.length === 0;
	}

	/**
	 * Origins that may show the page in a frame, as sources of the directive
	 * `frame-ancestors` (CSP level 3).
	 */
	get frameAncestors(): readonly string[] {
		if (this.#allowsAll) return ["*"];
		return ["'self'", ...this.#patterns.map(toSource)];
	}

	#knows(host: Address | undefined): boolean {
		if (host === undefined) return false;
		return host.literal || this.#names.has(host.name) || this.#names.has(host.name.replace(/^[^.]+/, "*"));
	}
}

/**
 * Reads an entry of `allowedOrigins`: `https://robot.example`,
 * `http://localhost:5173`, `https://*.example.org` (all names below),
 * `http://localhost:*` (all ports). The entry `*`, which allows every page, is not
 * for this function.
 *
 * @param option what the entry is called in an error
 * @throws {TypeError} with a sentence that describes an entry.
 */
export function parseAllowedOrigin(value: unknown, option = "allowedOrigins"): OriginPattern {
	const [, scheme = "", below, rest = "", anyPort] =
		/^([a-z][a-z\d+.-]*):\/\/(\*\.)?(.*?)(:\*)?\/?$/i.exec(String(value)) ?? [];
	const address = rest === "" ? undefined : parseAddress(rest);
	if (
		address === undefined ||
		(anyPort !== undefined && address.port !== undefined) ||
		(below !== undefined && address.literal)
	)
		throw wrongKind(
			option,
			"scheme and host, such as https://robot.example or http://localhost:5173, or * for every page",
			value,
		);
	const port = anyPort === undefined ? (address.port ?? DEFAULT_PORTS[scheme.toLowerCase()]) : "any";
	return { scheme: scheme.toLowerCase(), name: address.name, below: below !== undefined, port };
}

/**
 * Reads an entry of `publicHosts`: a name alone, without scheme, port and path.
 *
 * @param option what the entry is called in an error
 * @returns it in lower case, in Punycode and without the root's dot.
 * @throws {TypeError} with a sentence that describes an entry.
 */
export function parsePublicHost(value: unknown, option = "publicHosts"): string {
	const address = typeof value === "string" && !/[:[]/.test(value) ? parseAddress(value) : undefined;
	if (address === undefined)
		throw wrongKind(option, "a name such as robot.example.org, without scheme, port and path", value);
	return address.name;
}

/** Reads `Host`, and the part of an origin behind its scheme (RFC 9110, 7.2). */
function parseAddress(text: string): Address | undefined {
	const [, bracketed, plain, digits = ""] =
		/^(?:\[([\da-f:.]+)(?:%[\w.~-]+)?\]|([^\s:/?#@[\]\\%*,;"'<>]+))(?::(\d{0,5}))?$/i.exec(text) ?? [];
	const port = digits === "" ? undefined : Number(digits);
	if (port !== undefined && port > 65_535) return undefined;
	if (bracketed !== undefined)
		return isIP(bracketed) === 6 ? { name: compressed(bracketed), literal: true, port } : undefined;
	if (plain === undefined) return undefined;
	const name = canonicalName(plain);
	return name === "" ? undefined : { name, literal: isIP(name) === 4, port };
}

function parseOrigin(text: string): Origin | undefined {
	const [, scheme, rest] = /^([a-z][a-z\d+.-]*):\/\/(.+)$/i.exec(text) ?? [];
	const address = rest === undefined ? undefined : parseAddress(rest);
	if (scheme === undefined || address === undefined) return undefined;
	return { ...address, scheme: scheme.toLowerCase(), port: address.port ?? DEFAULT_PORTS[scheme.toLowerCase()] };
}

/** True if a page of `origin` sends `host` with requests to its own server. */
function reaches(origin: Origin, host: Address, encrypted: boolean): boolean {
	// A page of plain HTTP can't be this server's if that speaks TLS. A page of
	// HTTPS can be a page of this server without TLS, behind a proxy that ends it.
	if (encrypted ? origin.scheme !== "https" : !(origin.scheme in DEFAULT_PORTS)) return false;
	return origin.name === host.name && origin.port === (host.port ?? DEFAULT_PORTS[origin.scheme]);
}

function fits(origin: Origin, { scheme, name, below, port }: OriginPattern): boolean {
	if (origin.scheme !== scheme || (port !== "any" && origin.port !== port)) return false;
	return below ? origin.name.endsWith(`.${name}`) : origin.name === name;
}

function toSource({ scheme, name, below, port }: OriginPattern): string {
	const host = name.includes(":") ? `[${name}]` : name;
	const shownPort = port === "any" ? ":*" : port === undefined || port === DEFAULT_PORTS[scheme] ? "" : `:${port}`;
	return `${scheme}://${below ? "*." : ""}${host}${shownPort}`;
}

/** Writes a name in lower case, in Punycode, without the root's dot. Empty if it is no name. */
function canonicalName(text: string): string {
	const name = text.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
	if (isIP(name) > 0) return compressed(name);
	if (name.startsWith("*.")) return `*.${canonicalName(name.slice(2))}`;
	// `domainToASCII` makes addresses of numbers such as 0x7f.1, which no browser
	// sends as they stand.
	const ascii = /^[\w.-]+$/.test(name) ? name.toLowerCase() : domainToASCII(name);
	return isIP(ascii) > 0 ? "" : ascii;
}

/** Writes an IPv6 address in its shortest form. */
function compressed(address: string): string {
	return isIP(address) === 6 ? new URL(`http://[${address.replace(/%.*/, "")}]/`).hostname.slice(1, -1) : address;
}

function wordsForUnknownName(host: Address | undefined, text: string): string {
	if (host === undefined) return `The request names no host that could be this server: ${shown(text)}.`;
	return (
		`This server does not go by the name ${shown(host.name)}. ` +
		"Who runs it can add the name with --public-host (publicHosts)."
	);
}

function wordsForOpaqueOrigin(origin: string): string {
	if (origin === "null")
		return "Pages without an origin of their own, such as files and sandboxed frames, may not use this server.";
	return `Pages of ${shown(origin)} may not use this server: that is no origin.`;
}

function shown(text: string): string {
	const printable = text.replaceAll(/[^ -~]/g, "?");
	return printable.length > MAX_SHOWN ? `${printable.slice(0, MAX_SHOWN)}...` : printable;
}
