import { describe, expect, it } from "vitest";
import { addressLines, pageAddresses, printableTokens } from "./page-addresses.ts";

describe("pageAddresses()", () => {
	it("carries the token where only the browser reads it", () => {
		const urls = ["http://localhost:8080/", "http://[fd00::2]:8080/"];
		expect(pageAddresses(urls, undefined)).toEqual(urls);
		expect(pageAddresses(urls, "a b#")).toEqual([
			"http://localhost:8080/#token=a%20b%23",
			"http://[fd00::2]:8080/#token=a%20b%23",
		]);
	});
});

describe("addressLines()", () => {
	const urls = ["http://localhost:8080/"];
	const lines = (bearerToken?: string, viewToken?: string, flags = {}, isTerminal = true, recordToken?: string) =>
		addressLines(urls, printableTokens({ bearerToken, viewToken, recordToken }, flags, isTerminal)).join("\n");

	it("has an address for each token: for those who steer, those who record and those who watch", () => {
		const at = "  http://localhost:8080/";
		expect(lines("drive", "look", {}, true, "keep")).toBe(
			`${at}#token=drive\n\nTo watch and record:\n\n${at}#token=keep\n\nTo watch only:\n\n${at}#token=look\n`,
		);
		expect(lines(undefined, undefined, {}, true, "keep")).toBe(`${at}#token=keep\n`);
		expect(lines()).toBe("  http://localhost:8080/\n");
		expect(lines("drive", undefined)).toBe("  http://localhost:8080/#token=drive\n");
		expect(lines(undefined, "look")).toBe("  http://localhost:8080/#token=look\n");
		expect(lines("drive", "look")).toBe(
			"  http://localhost:8080/#token=drive\n\nTo watch only:\n\n  http://localhost:8080/#token=look\n",
		);
	});

	it("puts a secret of a file or of the environment into no journal", () => {
		expect(lines("drive", "look", {}, false)).toBe("  http://localhost:8080/\n\nThe page asks for the token.\n");
		expect(lines("drive", "look", { token: "drive" }, false)).toBe("  http://localhost:8080/#token=drive\n");
	});
});
