import { BlockList, isIP } from "node:net";
import { canonicalIp } from "../session/index.ts";

/** The reverse proxies whose `X-Forwarded-For` names the client. */
export class TrustedProxies {
	readonly #list = new BlockList();

	/** @param networks addresses, or networks as an address and the length of its prefix. */
	constructor(networks: readonly string[]) {
		for (const network of networks) {
			const [address = "", length] = network.split("/");
			const version = isIP(address) === 6 ? "ipv6" : "ipv4";
			this.#list.addSubnet(address, Number(length ?? (version === "ipv6" ? 128 : 32)), version);
		}
	}

	/** True for the address of one of them. */
	has(address: string | undefined): boolean {
		const ip = canonicalIp(address ?? "");
		return ip !== undefined && this.#list.check(ip, ip.includes(":") ? "ipv6" : "ipv4");
	}

	/**
	 * The address of a client: that of the connection, or behind proxies the last one in the header
	 * that is none of theirs.
	 */
	clientOf(
		remoteAddress: string | undefined,
		forwardedFor: string | readonly string[] | undefined,
	): string | undefined {
		let client = remoteAddress;
		const named = [forwardedFor ?? []]
			.flat()
			.join(",")
			.split(",")
			.map((part) => part.trim());
		for (let next = named.pop(); this.has(client) && next !== undefined && isIP(next) !== 0; next = named.pop())
			client = next;
		return client;
	}
}
