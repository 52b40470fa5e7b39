import { describe, expect, it } from "vitest";
import { hostsOf, isLoopback, pageUrl } from "./server-hosts.ts";

describe("the hosts of a server", () => {
	it("are the one that it listens on, or this machine and its networks for a wildcard", () => {
		expect(hostsOf("192.0.2.7")).toEqual(["192.0.2.7"]);
		const [own, ...networks] = hostsOf("0.0.0.0");
		expect(own).toBe("localhost");
		expect(networks.filter(isLoopback)).toEqual([]);
	});

	it("stand in addresses of pages, IPv6 in brackets", () => {
		expect(pageUrl("https", "robot.example", 8080)).toBe("https://robot.example:8080/");
		expect(pageUrl("http", "::1", 80)).toBe("http://[::1]:80/");
	});

	it("are this machine's alone if they are loopback addresses, also of IPv4 within IPv6", () => {
		const addresses = ["127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "192.0.2.7", "::"];
		expect(addresses.map(isLoopback)).toEqual([true, true, true, false, false, false]);
	});
});
