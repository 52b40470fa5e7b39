import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { requireNativeLibrary, requireNode } from "./requirements.ts";

describe("what panogaze needs of a machine", () => {
	it("is Node 22 or newer, in one sentence", () => {
		expect(() => requireNode("20.19.0")).toThrow("panogaze needs Node 22 or newer; this is Node 20.19.0.");
		expect(() => requireNode("22.0.0")).not.toThrow();
		expect(() => requireNode("24.21.0")).not.toThrow();
	});

	const missing = async () => {
		throw new Error("Could not load the node-av native binding for linux-x64.\nErrors:\n  ...");
	};

	it.each([
		[
			"on Alpine",
			{ platform: "linux", arch: "x64", glibc: undefined },
			/no glibc.*Alpine.*glibc 2\.30 or newer.*node:24-slim/,
		],
		[
			"on an old glibc",
			{ platform: "linux", arch: "x64", glibc: "2.27" },
			/linux x64 with glibc 2\.27.*glibc 2\.30 or newer/,
		],
		["on 32-bit ARM", { platform: "linux", arch: "arm", glibc: "2.36" }, /linux arm with.*x64 or arm64/],
		["without optional dependencies", { platform: "darwin", arch: "arm64", glibc: undefined }, /install again/],
	])("is a native library that loads, or one line that says why not: %s", async (_, system, words) => {
		const failure = await requireNativeLibrary("node-av", missing, system).catch((error: Error) => error);
		expect(failure).toMatchObject({ message: expect.stringMatching(words), cause: expect.any(Error) });
		expect((failure as Error).message).not.toContain("\n");
	});

	it("is asked for in words where the libraries are missing: importing panogaze loads none of them", () => {
		const hook = `import { registerHooks } from "node:module";
			registerHooks({ resolve: (name, context, next) => {
				if (/^node-(av|datachannel)/.test(name)) throw new Error("Could not load the native binding.");
				return next(name, context);
			} });`;
		const index = JSON.stringify(new URL("../index.ts", import.meta.url).href);
		const program = `import { probeSource, serve } from ${index};
			for (const start of [() => serve({ port: 0 }), () => probeSource("a.mp4")])
				await start().catch((error) => console.log(error.message));`;
		const flags = [
			"--import",
			`data:text/javascript,${encodeURIComponent(hook)}`,
			"--input-type=module",
			"--eval",
			program,
		];
		const lines = execFileSync(process.execPath, flags, { encoding: "utf8" }).trim().split("\n");
		expect(lines).toHaveLength(2);
		for (const line of lines)
			expect(line).toMatch(/^The native part of node-av can't be loaded on this system .*\.$/);
	});

	it("loads them on this machine", async () => {
		await requireNativeLibrary("node-av");
		await requireNativeLibrary("node-datachannel");
	});
});
