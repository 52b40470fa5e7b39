import { networkInterfaces } from "node:os";
import { isWildcard } from "./media-address.ts";

/**
 * Hosts under which a server that listens on `host` is reached, this machine's own
 * name first. A wildcard stands for `localhost` and the IPv4 addresses of the
 * machine's networks.
 */
export function hostsOf(host: string): readonly [own: string, ...networks: string[]] {
	if (!isWildcard(host)) return [host];
	const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
	const outside = addresses.filter(({ family, internal }) => family === "IPv4" && !internal);
	return ["localhost", ...outside.map(({ address }) => address)];
}

/** Address of a page in a browser; IPv6 addresses get their brackets. */
export function pageUrl(scheme: "http" | "https", host: string, port: number): string {
	return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}/`;
}

/** True if only this machine reaches `address`. */
export function isLoopback(address: string): boolean {
	return address === "::1" || /^(::ffff:)?127\./.test(address);
}
