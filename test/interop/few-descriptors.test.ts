import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { chromiumOffer } from "../../src/session/offers.cases.ts";
import { until, WeriftViewer } from "../support/werift-viewer.ts";

const children: ChildProcess[] = [];
const sockets: Socket[] = [];
afterEach(() => {
	for (const socket of sockets.splice(0)) socket.destroy();
	for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** A server in a process that may open 120 files: what it should survive would end this one. */
const SERVER = `
	import { closeSync, openSync } from "node:fs";
	import { serve } from ${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)};
	const view = { width: 320, height: 180, frameRate: 30 };
	const sourceOptions = { pattern: { width: 512, height: 256, frameRate: 30 } };
	const options = { port: 0, host: "127.0.0.1", renderWorkers: 1, logLevel: "silent" };
	const server = await serve({ ...options, view, sourceOptions });
	const files = [];
	process.on("message", (message) => {
		try {
			if (message === "take all") for (;;) files.push(openSync("/dev/null", "r"));
			for (const file of files.splice(0)) closeSync(file);
		} catch {
			// With these it can take connections and answer.
			for (const file of files.splice(0, 12)) closeSync(file);
		}
		process.send({});
	});
	process.send({ port: server.port });
`;

async function startServer(): Promise<{ child: ChildProcess; url: string; ask: (message: string) => Promise<void> }> {
	const child = spawn(
		"sh",
		["-c", 'ulimit -n 120; exec "$0" --input-type=module --eval "$1"', process.execPath, SERVER],
		{
			stdio: ["ignore", "inherit", "inherit", "ipc"],
			cwd: new URL(".", import.meta.url),
		},
	);
	children.push(child);
	const [{ port }] = (await once(child, "message")) as [{ port: number }];
	const ask = async (message: string) => {
		child.send(message);
		await once(child, "message");
	};
	return { child, url: `http://127.0.0.1:${port}/`, ask };
}

async function post(
	url: string,
	door: "whep" | "offer",
): Promise<{ status: number; words: string; retryAfter: string | null }> {
	const sdp = chromiumOffer();
	const response = await fetch(new URL(door, url), {
		method: "POST",
		headers: { "content-type": door === "whep" ? "application/sdp" : "application/json", connection: "close" },
		body: door === "whep" ? sdp : JSON.stringify({ type: "offer", sdp }),
	});
	return { status: response.status, words: await response.text(), retryAfter: response.headers.get("retry-after") };
}

describe("a server with few file descriptors", () => {
	it("refuses offers with a reason while none are left, and serves viewers beside idle connections", async () => {
		const { child, url, ask } = await startServer();
		await ask("take all");
		for (const door of ["whep", "offer"] as const) {
			const { status, words, retryAfter } = await post(url, door);
			expect(status).toBe(503);
			expect(words).toContain("too few file descriptors");
			expect(Number(retryAfter)).toBeGreaterThan(0);
		}
		await ask("give back");

		const { hostname, port } = new URL(url);
		let connected = 0;
		for (let count = 0; count < 300; count++) {
			const socket = connect(Number(port), hostname);
			socket.once("connect", () => connected++).on("error", () => {});
			sockets.push(socket);
		}
		await until(() => connected === 300 || sockets.every(({ connecting }) => !connecting), "all connections");
		for (const door of ["whep", "offer"] as const) {
			const { status, words } = await post(url, door);
			expect([200, 201, 503]).toContain(status);
			expect(words).not.toBe("");
		}
		const viewer = await WeriftViewer.connect({ url });
		await until(() => viewer.packets.length > 0, "video");
		expect(child.exitCode).toBeNull();
		await viewer.close();
	});
});
