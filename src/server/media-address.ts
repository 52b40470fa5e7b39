import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

/** True if `host` stands for every address of the machine. */
export function isWildcard(host: string): boolean {
	return host === "0.0.0.0" || host === "::";
}

/**
 * The address to bind media to for the host that HTTP listens on; `undefined`:
 * every address of the machine.
 *
 * @throws {Error} with the resolver's `code`, for a name without an address.
 */
export async function mediaAddress(host: string): Promise<string | undefined> {
	if (isWildcard(host)) return undefined;
	return isIP(host) > 0 ? host : (await lookup(host)).address;
}
