// `serve({ rerun })`, judged by Rerun's own program and by its viewer for browsers, on one port.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChunkStore } from "../../packages/rerun/src/index.ts";
import { RerunRelay } from "../../src/server/rerun-relay.ts";
import { launchChromium } from "../support/chromium.ts";
import { until } from "../support/werift-viewer.ts";
import { EmulatedWearer } from "./emulated-wearer.ts";
import { rerunProgram, setUpRerun } from "./rerun-environment.ts";
import { setUpWebViewer } from "./web-viewer-judge.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "panogaze-live-"));
const TOKEN = "swordfish";
let browser: Browser;

beforeAll(async () => {
	setUpRerun();
	const installed = join(folder, "node_modules/@rerun-io");
	mkdirSync(installed, { recursive: true });
	symlinkSync(setUpWebViewer("0.33.0"), join(installed, "web-viewer"));
	browser = await launchChromium();
}, 300_000);
afterAll(async () => {
	await browser.close();
	rmSync(folder, { recursive: true });
});

/** A server in a folder in which Rerun's viewer is installed, and a wearer. */
async function startServer(...flags: readonly string[]) {
	const program = ["--conditions=panogaze-source", `${root}src/cli/main.ts`];
	const view = ["--width", "320", "--height", "180", "--fps", "15"];
	const serve = ["serve", "--port", "0", "--host", "127.0.0.1", "--rerun", "0.5", ...view, ...flags];
	const child = spawn(process.execPath, [...program, ...serve], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
	let output = "";
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
	await until(() => /http:\/\/127\.0\.0\.1:\d+\/rerun/.test(output), "the live view's address", 60_000);
	const url = `${/http:\/\/127\.0\.0\.1:\d+\//.exec(output)![0]}`;
	return {
		url,
		output: () => output,
		async [Symbol.asyncDispose]() {
			const exited = once(child, "close");
			child.kill("SIGKILL");
			await exited;
		},
	};
}

describe("the live view", () => {
	it("is the same for Rerun's own program, which connects to the same port", async () => {
		await using server = await startServer();
		const wearer = await EmulatedWearer.connect({ url: server.url, protocol: "tracking" });
		const [address] = /rerun\+http:\S+proxy/.exec(server.output())!;
		const path = join(folder, "saved.rrd");
		await until(() => wearer.bodies > 50, "poses before the program", 60_000);
		const saving = spawn(rerunProgram, ["--save", path, "--connect", address], { stdio: "ignore", detached: true });
		const exited = once(saving, "close");
		const rows = (entity: RegExp, component: string) => {
			if (!existsSync(path)) return 0;
			const store = ChunkStore.read(readFileSync(path)).find(({ storeId }) => storeId.kind === "recording");
			const found = store?.entityPaths.find((name) => entity.test(name));
			return found === undefined ? 0 : [...store!.range(found, component, "server")].length;
		};
		const deadlineMs = Date.now() + 60_000;
		// Poses from before the program came, and new ones.
		while (rows(/^\/world.*\/FullBody$/, "Points3D:positions") < 150) {
			if (Date.now() > deadlineMs) throw new Error(`There is too little in ${path}.`);
			await new Promise((resolve) => setTimeout(resolve, 200));
		}
		process.kill(-saving.pid!, "SIGKILL");
		await exited;
		expect(rows(/^\/world.*\/camera$/, "VideoStream:sample")).toBeGreaterThan(10);
		expect(execFileSync(rerunProgram, ["rrd", "stats", path], { encoding: "utf8" })).toMatch(/num_chunks = [1-9]/);
		await wearer.close();
	}, 120_000);

	it("is shown by the page to who has the token, which asks no other host and breaks no policy", async () => {
		await using server = await startServer("--token", TOKEN);
		// Rerun's own program sends no token: the address for it goes through a relay.
		expect(server.output()).not.toContain("rerun+http");
		await using relay = await RerunRelay.open({ url: server.url, token: TOKEN });
		const path = join(folder, "relayed.rrd");
		const saving = spawn(rerunProgram, ["--save", path, "--connect", relay.programUrl], { stdio: "ignore" });
		const hasWorld = () =>
			existsSync(path) &&
			ChunkStore.read(readFileSync(path)).some((store) => store.entityPaths.includes("/world"));
		await until(hasWorld, "messages through the relay", 60_000);
		saving.kill("SIGKILL");
		const wearer = await EmulatedWearer.connect({ url: server.url, protocol: "tracking", token: TOKEN });
		const page = await browser.newPage({ viewport: { width: 320, height: 240 }, deviceScaleFactor: 1 });
		const foreign: string[] = [];
		const violations: string[] = [];
		page.on("request", (request) => {
			if (!request.url().startsWith(server.url) && !/^(blob|data):/.test(request.url()))
				foreign.push(request.url());
		});
		page.on("console", (message) => {
			if (/Content Security Policy/.test(message.text())) violations.push(message.text());
		});
		await page.addInitScript(() => {
			console.debug = console.log = console.info = () => {};
		});
		await page.goto(`${server.url}rerun?renderer=webgl`);
		await page.locator("#token-input").fill("wrong");
		await page.locator("#token-form button").click();
		await page.getByText("The token is wrong.").waitFor();
		await page.locator("#token-input").fill(TOKEN);
		await page.locator("#token-form button").click();
		const newestMs = () =>
			page.evaluate(() => {
				const viewer = globalThis.rerunViewer as unknown as {
					get_active_recording_id(): string | null;
					get_time_range(id: string, timeline: string): { readonly max: number } | null;
				};
				try {
					const id = viewer.get_active_recording_id();
					return id === null ? 0 : (viewer.get_time_range(id, "server")?.max ?? 0) / 1e6;
				} catch {
					// It is still being started.
					return 0;
				}
			});
		const startedMs = Date.now();
		// A viewer without input draws nothing, and reads as much as it draws.
		for (let round = 0; (await newestMs()) < startedMs; round++) {
			if (Date.now() - startedMs > 90_000) throw new Error("It shows nothing from after its start.");
			await page.mouse.move(10 + (round % 50), 2);
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
		expect(page.url()).toBe(`${server.url}rerun?renderer=webgl`);
		expect([foreign, violations]).toEqual([[], []]);
		const [cookie] = await page.context().cookies();
		expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", path: expect.stringContaining("Message") });
		await page.close();
		await wearer.close();
	}, 150_000);
});
