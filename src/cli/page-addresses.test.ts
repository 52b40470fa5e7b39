import { describe, expect, it } from "vitest";
import { pageAddresses } from "./page-addresses.ts";

describe("pageAddresses()", () => {
	it("carries the token where only the browser reads it", () => {
		const urls = ["http://localhost:8080/", "http://[fd00::2]:8080/"];
		expect(pageAddresses(urls, undefined)).toEqual(urls);
		expect(pageAddresses(urls, "a b#")).toEqual(["http://localhost:8080/#token=a%20b%23", "http://[fd00::2]:8080/#token=a%20b%23"]);
	});
});
