import { describe, expect, it } from "vitest";
import { mediaAddress } from "./media-address.ts";

describe("mediaAddress()", () => {
	it("is the address that is listened on, that of a name, and none for all addresses", async () => {
		const hosts = ["0.0.0.0", "::", "127.0.0.1", "::1", "fe80::1%eth0"];
		expect(await Promise.all(hosts.map(mediaAddress))).toEqual([
			undefined,
			undefined,
			"127.0.0.1",
			"::1",
			"fe80::1%eth0",
		]);
		expect(["127.0.0.1", "::1"]).toContain(await mediaAddress("localhost"));
	});
});
