import { describe, expect, it } from "vitest";
import { matchesPattern, OriginPolicy } from "./origin-policy.ts";

describe("OriginPolicy", () => {
	const allows = (origin: string | undefined, allowedOrigins: string[] = [], host = "127.0.0.1:9876") =>
		new OriginPolicy({ allowedOrigins }).allows(origin, host);

	it("allows what Rerun's own server allows", () => {
		for (const origin of [
			"http://localhost",
			"http://localhost:8080",
			"https://127.0.0.1:9090",
			"https://rerun.io",
			"https://rerun.io:443",
		])
			expect(allows(origin)).toBe(true);
		for (const origin of [
			"https://evil.com",
			"https://notlocalhost.com",
			"https://localhost.evil.com",
			"",
			"localhost",
			"null",
			"file://",
		])
			expect(allows(origin)).toBe(false);
		expect(allows("https://app.example.com", ["https://*.example.com"])).toBe(true);
		expect(allows("https://app.example.com:8443", ["https://*.example.com"])).toBe(false);
		expect(allows("https://evil.com", ["https://*.example.com"])).toBe(false);
		expect(allows("http://example.com", ["http?://example.com"])).toBe(false);
		expect(allows("https://example.com:8080", ["https://example.com:*"])).toBe(true);
	});

	it("allows what is no browser, and the server's own pages by address but not by name", () => {
		expect(allows(undefined)).toBe(true);
		expect(allows("http://192.168.1.7:8000", [], "192.168.1.7:8000")).toBe(true);
		expect(allows("https://[fe80::1]:8000", [], "[fe80::1]:8000")).toBe(true);
		expect(allows("http://192.168.1.7:8001", [], "192.168.1.7:8000")).toBe(false);
		// A name that was made to point here.
		expect(allows("http://evil.com:8000", [], "evil.com:8000")).toBe(false);
		expect(allows("http://robot.local:8000", ["http://robot.local:*"], "robot.local:8000")).toBe(true);
	});

	it("takes patterns only", () => {
		expect(() => new OriginPolicy({ allowedOrigins: [""] })).toThrow(TypeError);
	});
});

describe("matchesPattern()", () => {
	it("takes no longer for a pattern that is made to", () => {
		expect(matchesPattern("a".repeat(5000), `${"*a".repeat(200)}b`)).toBe(false);
		expect(matchesPattern("abcde", "a*c*e")).toBe(true);
		expect(matchesPattern("abcde", "*")).toBe(true);
		expect(matchesPattern("", "")).toBe(true);
		expect(matchesPattern("a", "")).toBe(false);
	});
});
