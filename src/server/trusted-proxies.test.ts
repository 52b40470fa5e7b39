import { describe, expect, it } from "vitest";
import { TrustedProxies } from "./trusted-proxies.ts";

describe("TrustedProxies", () => {
	const proxies = new TrustedProxies(["10.0.0.0/8", "fd00::1"]);

	it.each([
		["192.0.2.1", "203.0.113.9", "192.0.2.1"],
		["10.1.2.3", undefined, "10.1.2.3"],
		["::ffff:10.1.2.3", "203.0.113.9", "203.0.113.9"],
		["10.1.2.3", "6.6.6.6, 203.0.113.9, 10.9.9.9", "203.0.113.9"],
		["fd00::1", ["6.6.6.6", "2001:db8::7"], "2001:db8::7"],
		["10.1.2.3", "unknown", "10.1.2.3"],
	])("name the client of a connection from %s that was forwarded for %j: %s", (address, forwarded, client) => {
		expect(proxies.clientOf(address, forwarded)).toBe(client);
	});
});
