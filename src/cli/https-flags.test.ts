import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addHttpsFlags, type HttpsFlags, httpsAdvice, httpsFromFlags } from "./https-flags.ts";

const httpsOf = (...args: string[]) =>
	httpsFromFlags(
		addHttpsFlags(new Command("serve")).parse(args, { from: "user" }).opts<HttpsFlags & Record<string, unknown>>(),
	);

describe("the flags of HTTPS", () => {
	it("mean plain HTTP, a certificate that is made, or one's own", () => {
		expect(httpsOf()).toBe(false);
		expect(httpsOf("--https")).toBe(true);
		expect(httpsOf("--cert-folder", "a")).toEqual({ directory: "a" });
		expect(httpsOf("--cert", "a", "--key", "b")).toEqual({ certFile: "a", keyFile: "b" });
		expect(httpsOf("--https", "--cert", "a", "--key", "b")).toEqual({ certFile: "a", keyFile: "b" });
	});

	it("are refused when they contradict each other", () => {
		expect(() => httpsOf("--cert", "a")).toThrow(/--key is missing/);
		expect(() => httpsOf("--key", "a")).toThrow(/--cert is missing/);
		expect(() => httpsOf("--cert", "a", "--key", "b", "--cert-folder", "c")).toThrow(/--cert-folder is for/);
	});
});

describe("httpsAdvice()", () => {
	const certificate = { fingerprint: "AB:CD", expires: new Date(0), names: [], selfMade: true };

	it("tells the fingerprint, and what to do at the warning about a certificate that nobody knows", () => {
		const urls = ["https://localhost:8080/"];
		expect(httpsAdvice({ certificate, urls }).join("\n")).toMatch(/AB:CD\n.*Advanced/);
		expect(httpsAdvice({ certificate: { ...certificate, selfMade: false }, urls }).join("\n")).toMatch(/AB:CD\n$/);
	});

	it("says over plain HTTP that headsets need it, where the network can reach the server", () => {
		const [here, network] = ["http://localhost:8080/", "http://192.0.2.2:8080/"];
		expect(httpsAdvice({ certificate: undefined, urls: [here, network] }).join("\n")).toContain("add --https");
		expect(httpsAdvice({ certificate: undefined, urls: [network] }).join("\n")).toContain("add --https");
		for (const url of [here, "http://127.0.0.1:80/", "http://[::1]:80/"])
			expect(httpsAdvice({ certificate: undefined, urls: [url] })).toEqual([]);
	});
});
