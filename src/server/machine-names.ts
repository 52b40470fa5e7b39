import { hostname } from "node:os";

/**
 * Names under which other machines may find this one: its host name, whole and
 * without a domain, and its name in multicast DNS.
 *
 * @param host the machine's own name for itself.
 */
export function machineNames(host: string = hostname()): string[] {
	const name = host.toLowerCase().replace(/\.$/, "");
	// Windows allows names that DNS does not.
	if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name)) return [];
	const [label = name] = name.split(".");
	return [...new Set([name, label, `${label}.local`])];
}
