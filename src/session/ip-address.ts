import { BlockList, isIP, SocketAddress } from "node:net";

/**
 * An address as the system writes it: IPv6 shortened and in lower case (RFC 5952), an
 * IPv4 address that is mapped into IPv6 (`::ffff:192.0.2.9`) as IPv4.
 *
 * @returns `undefined` for a name, and for an address with a zone (`fe80::1%eth0`),
 * which has a meaning only on the machine that wrote it.
 */
export function canonicalIp(text: string): string | undefined {
	const version = isIP(text);
	if (version === 0 || text.includes("%")) return undefined;
	if (version === 4) return text;
	const { address } = new SocketAddress({ address: text, family: "ipv6" });
	return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address;
}

/**
 * The unit in which clients are counted: an IPv4 address by itself, an IPv6 address as
 * its /64, the least that a household gets (RFC 6177). Text that is no address stands
 * for itself.
 */
export function addressGroup(address: string): string {
	const canonical = canonicalIp(address.replace(/%.*$/, ""));
	if (canonical === undefined || !canonical.includes(":")) return canonical ?? address;
	const [head = "", tail] = canonical.split("::") as [string, string?];
	const left = head === "" ? [] : head.split(":");
	const right = tail === undefined || tail === "" ? [] : tail.split(":");
	// A dotted end, as in 64:ff9b::192.0.2.9, is two groups.
	const rightLength = right.length + (right.at(-1)?.includes(".") ? 1 : 0);
	const groups =
		tail === undefined ? left : [...left, ...Array<string>(8 - left.length - rightLength).fill("0"), ...right];
	return `${groups.slice(0, 4).join(":")}::/64`;
}

/** Addresses at which no peer can be: unspecified, multicast, reserved (RFC 6890). */
const NOWHERE = new BlockList();
NOWHERE.addSubnet("0.0.0.0", 8);
NOWHERE.addSubnet("224.0.0.0", 3);
NOWHERE.addAddress("::", "ipv6");
NOWHERE.addSubnet("ff00::", 8, "ipv6");

/**
 * Returns true for an address that a single host can have.
 * @param ip as `canonicalIp` returns it.
 */
export function isUnicast(ip: string): boolean {
	return !NOWHERE.check(ip, ip.includes(":") ? "ipv6" : "ipv4");
}
