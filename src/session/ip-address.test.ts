import { describe, expect, it } from "vitest";
import { addressGroup, canonicalIp, isUnicast } from "./ip-address.ts";

describe("canonicalIp()", () => {
	it.each([
		["192.0.2.9", "192.0.2.9"],
		["2001:DB8:0:0::9", "2001:db8::9"],
		["::ffff:192.0.2.9", "192.0.2.9"],
		["::FFFF:C000:0209", "192.0.2.9"],
		["fe80::1%eth0", undefined],
		["192.0.2", undefined],
		["192.000.002.009", undefined],
		["0x7f000001", undefined],
		["2130706433", undefined],
		["example.org", undefined],
		["", undefined],
	])("takes %s for %s", (text, expected) => {
		expect(canonicalIp(text)).toBe(expected);
	});
});

describe("addressGroup()", () => {
	it.each([
		["192.0.2.9", "192.0.2.9"],
		["::ffff:192.0.2.9", "192.0.2.9"],
		["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
		["2001:db8:1:2::9", "2001:db8:1:2::/64"],
		["2001:db8::9", "2001:db8:0:0::/64"],
		["::1", "0:0:0:0::/64"],
		["fe80::1%eth0", "fe80:0:0:0::/64"],
		["64:ff9b::192.0.2.9", "64:ff9b:0:0::/64"],
		["unix:/run/proxy", "unix:/run/proxy"],
	])("counts %s as %s", (address, group) => {
		expect(addressGroup(address)).toBe(group);
	});
});

describe("isUnicast()", () => {
	it("tells addresses of hosts from those of groups and of nobody", () => {
		const all = [
			"192.0.2.9",
			"127.0.0.1",
			"2001:db8::9",
			"0.0.0.0",
			"224.0.0.251",
			"255.255.255.255",
			"::",
			"ff02::fb",
		];
		expect(all.filter(isUnicast)).toEqual(["192.0.2.9", "127.0.0.1", "2001:db8::9"]);
	});
});
