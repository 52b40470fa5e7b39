import { execFile, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { findProgram } from "./find-program.ts";
import { spawnViewer } from "./spawn-viewer.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-rerun-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A program that does as much of a viewer's work as this needs. */
function program(name: string, code: string): string {
	const path = join(folder, name);
	writeFileSync(path, `#!${process.execPath}\n${code}`);
	chmodSync(path, 0o755);
	return path;
}

/** A stand-in for Python's `rerun`, which starts the viewer in another process. */
const viewer = program(
	"rerun",
	`const { spawn } = require("node:child_process");
const port = process.argv.find((flag) => flag.startsWith("--port=")).slice(7);
const answer = "(s) => { s.on('error', () => {}); s.end(process.argv.slice(1).join(' ')); }";
const code = "require('node:net').createServer(" + answer + ").listen(" + port + ", '127.0.0.1')";
spawn(process.execPath, ["-e", code, "--", ...process.argv.slice(2)], { stdio: "inherit" })
	.on("exit", (code) => process.exit(code));`,
);

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as { port: number };
	await new Promise((resolve) => server.close(resolve));
	return port;
}

/** What listens at a port says; `null` if nothing does. */
const ask = (port: number) =>
	new Promise<string | null>((resolve) => {
		let said = "";
		connect(port, "127.0.0.1")
			.on("data", (bytes) => {
				said += bytes;
			})
			.on("error", () => resolve(null))
			.on("end", () => resolve(said));
	});

async function until(holds: () => Promise<boolean>): Promise<void> {
	const deadline = Date.now() + 20_000;
	while (!(await holds())) {
		if (Date.now() > deadline) throw new Error("It did not happen.");
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

describe.skipIf(process.platform === "win32")("spawnViewer()", () => {
	it("starts a viewer with Rerun's flags, finds one that runs already, and ends all of it", async () => {
		const port = await freePort();
		const spawned = await spawnViewer({
			port,
			executablePath: viewer,
			detach: false,
			hideWelcomeScreen: true,
			memoryLimit: "1GB",
		});
		cleanups.push(() => spawned.close());
		expect(spawned.url).toBe(`rerun+http://127.0.0.1:${port}/proxy`);
		expect(await ask(port)).toBe(
			`--port=${port} --memory-limit=1GB --server-memory-limit=1GiB --expect-data-soon --hide-welcome-screen`,
		);
		expect((await spawnViewer({ port })).process).toBeNull();
		spawned.close();
		await until(async () => (await ask(port)) === null);
	});

	it.each(["SIGTERM", "SIGINT"] as const)(
		"ends with the program that started it, also by %s, if it should not stay",
		async (signal) => {
			const port = await freePort();
			const url = JSON.stringify(new URL("./spawn-viewer.ts", import.meta.url).href);
			const code = `import { spawnViewer } from ${url};
await spawnViewer({ port: ${port}, executablePath: ${JSON.stringify(viewer)}, detach: false });
console.log("ready");
setInterval(() => {}, 1000);`;
			const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
				stdio: ["ignore", "pipe", "inherit"],
			});
			cleanups.push(() => child.kill("SIGKILL"));
			const ended = new Promise<unknown>((resolve) => child.once("exit", (_, by) => resolve(by)));
			await new Promise((resolve) => child.stdout.once("data", resolve));
			child.kill(signal);
			expect(await ended).toBe(signal);
			await until(async () => (await ask(port)) === null);
		},
	);

	it("stays when the program ends, if it should", async () => {
		const port = await freePort();
		const url = JSON.stringify(new URL("./spawn-viewer.ts", import.meta.url).href);
		const code = `import { spawnViewer } from ${url};
console.log((await spawnViewer({ port: ${port}, executablePath: ${JSON.stringify(viewer)} })).process.pid);`;
		const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code]);
		cleanups.push(() => process.kill(-Number(stdout), "SIGKILL"));
		expect(await ask(port)).toContain("--expect-data-soon");
	});

	it("says how to install it, and why it could not be started", async () => {
		await expect(spawnViewer({ port: await freePort(), executableName: "rerun-that-nobody-has" })).rejects.toThrow(
			/no program "rerun-that-nobody-has" in the PATH\. Install it with "pip install rerun-sdk"/,
		);
		await expect(spawnViewer({ port: await freePort(), executablePath: folder })).rejects.toThrow(
			"which is no program",
		);
		const executablePath = program("broken", "console.error('no display'); process.exit(3);");
		await expect(spawnViewer({ port: await freePort(), executablePath, detach: false })).rejects.toThrow(
			/could not be started: it ended with exit code 3\.\nno display/,
		);
		const silent = program("silent", "setInterval(() => {}, 1000);");
		await expect(spawnViewer({ port: await freePort(), executablePath: silent, timeoutSec: 0.2 })).rejects.toThrow(
			"did not listen at port",
		);
	});
});

describe("findProgram()", () => {
	it("finds what a shell would", () => {
		mkdirSync(join(folder, "below", "rerun"), { recursive: true });
		expect(findProgram("rerun", `${join(folder, "below")}:${join(folder, "nowhere")}::${folder}`)).toBe(viewer);
		expect(findProgram("rerun", join(folder, "below"))).toBeNull();
		expect(findProgram("rerun", "")).toBeNull();
	});
});
