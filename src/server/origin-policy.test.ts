import { describe, expect, it } from "vitest";
import { machineNames } from "./machine-names.ts";
import { OriginPolicy, type OriginRequest, parseAllowedOrigin, parsePublicHost } from "./origin-policy.ts";

const NAMES = [...machineNames("Robot"), "cam.example.org", "*.certified.example"];

function allows(
	request: Partial<OriginRequest>,
	allowedOrigins: readonly string[] = [],
	names: readonly string[] = NAMES,
): boolean {
	const policy = new OriginPolicy({ names, allowedOrigins });
	return policy.judge({ method: "POST", origin: undefined, host: "127.0.0.1:8080", encrypted: false, ...request })
		.allowed;
}

const words = (request: Partial<OriginRequest>): string => {
	const verdict = new OriginPolicy({ names: NAMES, allowedOrigins: [] }).judge({
		method: "POST",
		origin: undefined,
		host: "127.0.0.1:8080",
		encrypted: false,
		...request,
	});
	return verdict.allowed ? "" : verdict.words;
};

describe("OriginPolicy: the server's own page", () => {
	it("passes under an IP address, localhost, the machine's name, a certificate's name and a public host", () => {
		for (const host of [
			"127.0.0.1:8080",
			"192.168.1.7:8080",
			"192.168.1.7",
			"[::1]:8080",
			"[fd00::12:3]",
			"localhost:8080",
			"LOCALHOST:8080",
			"localhost.:8080",
			"robot:8080",
			"Robot.Local:8080",
			"robot.local.:8080",
			"cam.example.org:8080",
			"any.certified.example:8080",
		])
			expect([host, allows({ origin: `http://${host}`, host })]).toEqual([host, true]);
	});

	it("is refused under every other name, as the owner of such a name may point it here", () => {
		for (const host of [
			"evil.example:8080",
			"localhost.evil.example:8080",
			"evil-localhost:8080",
			"robot.evil.example:8080",
			"robot.localdomain:8080",
			"127.0.0.1.evil.example:8080",
			"certified.example:8080",
			"two.labels.certified.example:8080",
			"rerun.io",
			"app.rerun.io:8080",
			"localhost..:8080",
			"0x7f.1:8080",
			"2130706433:8080",
		])
			expect([host, allows({ origin: `http://${host}`, host })]).toEqual([host, false]);
	});

	it("is one that has the request's host and port, whatever way each is written", () => {
		expect(allows({ origin: "http://127.0.0.1", host: "127.0.0.1:80" })).toBe(true);
		expect(allows({ origin: "http://127.0.0.1:80", host: "127.0.0.1" })).toBe(true);
		expect(allows({ origin: "https://robot", host: "robot:443" })).toBe(true);
		expect(allows({ origin: "HTTP://ROBOT:8080", host: "robot:8080" })).toBe(true);
		expect(allows({ origin: "http://[0:0:0:0:0:0:0:1]:8080", host: "[::1]:8080" })).toBe(true);
		expect(allows({ origin: "http://[FD00::A]:8080", host: "[fd00::a]:8080" })).toBe(true);
		for (const [origin, host] of [
			["http://127.0.0.1:8081", "127.0.0.1:8080"],
			["http://127.0.0.1", "127.0.0.1:8080"],
			["http://127.0.0.1:8080", "127.0.0.1"],
			["http://localhost:8080", "127.0.0.1:8080"],
			["http://evil.example", "127.0.0.1:8080"],
			["http://evil.example:8080", "127.0.0.1:8080"],
			["https://rerun.io", "127.0.0.1:8080"],
			["https://app.rerun.io", "localhost:8080"],
			["http://127.0.0.1:8080@evil.example", "127.0.0.1:8080"],
			["http://127.0.0.1:8080.evil.example", "127.0.0.1:8080"],
			["http://127.0.0.1:8080/", "127.0.0.1:8080"],
			["http://127.0.0.1:8080, http://evil.example", "127.0.0.1:8080"],
			["chrome-extension://robot:8080", "robot:8080"],
			["http://127.0.0.1:8080", undefined],
			["http://127.0.0.1:8080", ""],
		] as const)
			expect([origin, allows({ origin, host })]).toEqual([origin, false]);
	});

	it("is a page of HTTPS where the server speaks TLS itself; a proxy may end TLS before plain HTTP", () => {
		expect(allows({ origin: "https://robot:8443", host: "robot:8443", encrypted: true })).toBe(true);
		expect(allows({ origin: "https://robot", host: "robot", encrypted: true })).toBe(true);
		expect(allows({ origin: "http://robot:8443", host: "robot:8443", encrypted: true })).toBe(false);
		expect(allows({ origin: "http://robot", host: "robot", encrypted: true })).toBe(false);
		expect(allows({ origin: "https://cam.example.org", host: "cam.example.org" })).toBe(true);
	});

	it("is never one whose origin is opaque, empty or no origin", () => {
		for (const origin of [
			"null",
			"",
			"file://",
			"about:blank",
			"http://",
			"127.0.0.1:8080",
			"//127.0.0.1:8080",
			"http://[::1",
			"http://::1",
		])
			expect([origin, allows({ origin })]).toEqual([origin, false]);
	});
});

describe("OriginPolicy: requests without an origin", () => {
	it("pass under any host with methods that browsers send an origin with: they come from programs", () => {
		for (const method of ["POST", "PATCH", "DELETE", "PUT", "OPTIONS"]) {
			for (const host of [
				"evil.example:8080",
				"abc.tunnel.example",
				"robot.fritz.box:8080",
				"127.0.0.1:8080",
				"",
				undefined,
			])
				expect([method, host, allows({ method, host })]).toEqual([method, host, true]);
		}
	});

	it("pass as GET and HEAD under the server's names only: browsers send these without an origin", () => {
		for (const method of ["GET", "HEAD"]) {
			for (const host of [
				"127.0.0.1:8080",
				"[::1]:8080",
				"[fe80::1%eth0]:8080",
				"localhost",
				"robot.local:9",
				"cam.example.org",
				undefined,
			])
				expect([method, host, allows({ method, host })]).toEqual([method, host, true]);
			for (const host of [
				"evil.example:8080",
				"evil.example",
				"",
				"127.0.0.1:99999",
				"127.0.0.1:8080:1",
				"a@127.0.0.1",
				"127.0.0.1/x",
				"[::1",
			])
				expect([method, host, allows({ method, host })]).toEqual([method, host, false]);
		}
	});
});

describe("OriginPolicy: listed origins", () => {
	it("pass under any host, by whole origin, with a pattern for names below and for ports, or all of them", () => {
		const host = "evil.example:8080";
		for (const [entry, origin] of [
			["https://app.example.org", "https://app.example.org"],
			["https://APP.example.org:443/", "https://app.example.org"],
			["http://localhost:5173", "http://localhost:5173"],
			["http://localhost:*", "http://localhost:1234"],
			["http://localhost:*", "http://localhost"],
			["https://*.example.org", "https://a.b.example.org"],
			["http://[::1]:5173", "http://[0::1]:5173"],
			["https://bücher.example", "https://xn--bcher-kva.example"],
			["chrome-extension://abcdef", "chrome-extension://abcdef"],
			["*", "https://anything.example:99"],
			["*", "null"],
		] as const)
			expect([entry, origin, allows({ origin, host }, [entry])]).toEqual([entry, origin, true]);
		expect(allows({ method: "GET", host }, ["*"])).toBe(true);
		expect(allows({ method: "GET", host }, ["http://evil.example:8080"])).toBe(false);
	});

	it("let nothing else in", () => {
		for (const [entry, origin] of [
			["https://app.example.org", "http://app.example.org"],
			["https://app.example.org", "https://app.example.org:8443"],
			["https://app.example.org", "https://xapp.example.org"],
			["https://app.example.org", "https://app.example.org.evil.example"],
			["https://*.example.org", "https://example.org"],
			["https://*.example.org", "https://evilexample.org"],
			["https://*.example.org", "https://a.example.org:8443"],
			["http://localhost:*", "https://localhost:1234"],
			["http://localhost:*", "null"],
		] as const)
			expect([entry, origin, allows({ origin }, [entry])]).toEqual([entry, origin, false]);
	});

	it("are refused with what an entry looks like when they are no origins", () => {
		for (const entry of [
			"",
			"null",
			"example.org",
			"https://",
			"https://a/b",
			"https://a:b",
			"https://a:1:*",
			"https://*",
			"https://a.*.b",
			"**",
		])
			expect(() => parseAllowedOrigin(entry), entry).toThrow(/such as https:\/\/robot\.example/);
	});
});

describe("OriginPolicy: words and frames", () => {
	it("names the origin or the host that was refused, and the option that lets it in", () => {
		expect(words({ origin: "https://evil.example" })).toContain(
			"Pages of https://evil.example may not use this server.",
		);
		expect(words({ origin: "https://evil.example" })).toContain("--allow-origin");
		expect(words({ method: "GET", host: "robot.lan:8080" })).toContain(
			"robot.lan. Who runs it can add the name with --public-host",
		);
		expect(words({ origin: "null" })).toContain("Pages without an origin of their own");
		expect(words({ origin: `https://${"a".repeat(9000)}` }).length).toBeLessThan(300);
	});

	it("lets the server's own pages frame the page, and pages of listed origins", () => {
		const ancestors = (...allowedOrigins: string[]) =>
			new OriginPolicy({ names: [], allowedOrigins }).frameAncestors;
		expect(ancestors()).toEqual(["'self'"]);
		expect(
			ancestors("https://app.example.org:443", "http://localhost:*", "https://*.example.org", "http://a:8081"),
		).toEqual([
			"'self'",
			"https://app.example.org",
			"http://localhost:*",
			"https://*.example.org",
			"http://a:8081",
		]);
		expect(ancestors("http://a", "*")).toEqual(["*"]);
	});
});

describe("parsePublicHost()", () => {
	it("takes names alone, in any spelling, and refuses scheme, port and path", () => {
		expect(
			["Robot", "robot.example.org.", "192.0.2.7", "bücher.example"].map((host) => parsePublicHost(host)),
		).toEqual(["robot", "robot.example.org", "192.0.2.7", "xn--bcher-kva.example"]);
		for (const text of [
			"",
			"robot:8080",
			"http://robot",
			"robot/x",
			"*.example.org",
			"a b",
			"robot:",
			"[fd00::1]:80",
		])
			expect(() => parsePublicHost(text), text).toThrow(/publicHosts is a name such as robot\.example\.org/);
	});
});

describe("machineNames()", () => {
	it("are the host name, its first label, and that with .local; none where DNS could not hold the name", () => {
		expect(machineNames("Robot")).toEqual(["robot", "robot.local"]);
		expect(machineNames("robot.corp.example")).toEqual(["robot.corp.example", "robot", "robot.local"]);
		expect(machineNames("my robot!")).toEqual([]);
	});
});
