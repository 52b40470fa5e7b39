import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import type { Browser } from "playwright-core";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HttpsOptions } from "../src/index.ts";
import { launchChromium } from "./support/chromium.ts";
import { makeClip } from "./support/clips.ts";
import { CommandLine, PATIENCE_MS, runInProcess } from "./support/command-line.ts";
import { serveCamera, serversOfEachTest } from "./support/test-server.ts";
import { until } from "./support/werift-viewer.ts";

let folder: string;
let browser: Browser;
const startServer = serversOfEachTest(serveCamera);
const line = new CommandLine();

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "panogaze-https-"));
	browser = await launchChromium();
});
afterAll(async () => {
	line[Symbol.dispose]();
	await browser.close();
	await rm(folder, { recursive: true });
});

const start = (https: boolean | HttpsOptions = { directory: folder }) => startServer({ https });

/** The fingerprint that a client sees. */
async function fingerprintAt(port: number): Promise<string> {
	const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
	await once(socket, "secureConnect");
	const { fingerprint256 } = socket.getPeerCertificate();
	socket.destroy();
	return fingerprint256;
}

describe("serve({ https })", { timeout: 2 * PATIENCE_MS }, () => {
	it("plays in a browser, where the page is a secure context", async () => {
		const server = await start();
		expect(server.urls).toEqual([`https://127.0.0.1:${server.port}/`]);
		const context = await browser.newContext({ ignoreHTTPSErrors: true, contrast: "more" });
		const page = await context.newPage();
		const complaints: string[] = [];
		page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
		page.on("pageerror", (error) => complaints.push(error.message));
		await page.goto(server.urls[0]!);
		expect(await page.evaluate(() => window.isSecureContext)).toBe(true);
		await expect
			.poll(
				() => page.evaluate(() => document.querySelector("video")!.getVideoPlaybackQuality().totalVideoFrames),
				{
					timeout: PATIENCE_MS,
				},
			)
			.toBeGreaterThan(10);
		const answer = await page.evaluate(async () => {
			const peer = new RTCPeerConnection();
			peer.addTransceiver("video", { direction: "recvonly" });
			await peer.setLocalDescription();
			const body = JSON.stringify({ type: "offer", sdp: peer.localDescription!.sdp });
			const response = await fetch("/offer", {
				method: "POST",
				headers: { "content-type": "application/json" },
				body,
			});
			const { type } = (await response.json()) as { type: string };
			peer.close();
			return type;
		});
		expect(answer).toBe("answer");
		expect(complaints).toEqual([]);
		await context.close();
	});

	it("leads from the address without https to the page", async () => {
		const server = await start();
		const context = await browser.newContext({ ignoreHTTPSErrors: true, contrast: "more" });
		const page = await context.newPage();
		await page.goto(`http://127.0.0.1:${server.port}/`);
		expect(page.url()).toBe(server.urls[0]);
		expect(await page.title()).not.toBe("");
		await context.close();
	});

	it("has the same certificate after a restart, and names its fingerprint", async () => {
		const first = await start();
		const { fingerprint, selfMade, file } = first.certificate!;
		expect(await fingerprintAt(first.port)).toBe(fingerprint);
		expect({ selfMade, file }).toEqual({ selfMade: true, file: join(folder, "https.pem") });
		await first.close();
		const second = await start();
		expect(await fingerprintAt(second.port)).toBe(fingerprint);
	});

	it("uses a certificate of one's own", async () => {
		const { certificate } = await start();
		// Key and certificate may lie in one file.
		const own = await start({ certFile: certificate!.file!, keyFile: certificate!.file! });
		expect(own.certificate).toMatchObject({ fingerprint: certificate!.fingerprint, selfMade: false });
		expect(await fingerprintAt(own.port)).toBe(certificate!.fingerprint);
	});

	it("prints the names of a certificate of one's own, where the network can reach it", async () => {
		const altNames = ["robot.example", "*.robot.example"].map((value) => ({ type: 2 as const, value }));
		const { cert, private: key } = await generate(undefined, {
			keyType: "ec",
			algorithm: "sha256",
			extensions: [{ name: "subjectAltName", altNames }],
		});
		const [certFile, keyFile] = [join(folder, "robot.pem"), join(folder, "robot-key.pem")];
		await writeFile(certFile, cert);
		await writeFile(keyFile, key);
		const server = await startServer({ host: undefined, https: { certFile, keyFile } });
		expect(server.urls[0]).toBe(`https://localhost:${server.port}/`);
		expect(server.urls.filter((url) => url.includes("example"))).toEqual(
			server.urls.length > 1 ? [`https://robot.example:${server.port}/`] : [],
		);
	});

	it("goes by the names of its certificate, patterns among them, and by no others", async () => {
		const altNames = ["robot.example", "*.robots.example"].map((value) => ({ type: 2 as const, value }));
		const extensions = [{ name: "subjectAltName" as const, altNames }];
		const { cert, private: key } = await generate(undefined, { keyType: "ec", algorithm: "sha256", extensions });
		const [certFile, keyFile] = [join(folder, "named.pem"), join(folder, "named-key.pem")];
		await writeFile(certFile, cert);
		await writeFile(keyFile, key);
		const { port } = await start({ certFile, keyFile });
		const statusAs = async (host: string) => {
			const asked = request({
				host: "127.0.0.1",
				port,
				path: "/status",
				headers: { host },
				rejectUnauthorized: false,
			}).end();
			const [response] = (await once(asked, "response")) as [IncomingMessage];
			response.resume();
			return response.statusCode;
		};
		expect(await Promise.all([`robot.example:${port}`, "two.robots.example", "127.0.0.1"].map(statusAs))).toEqual([
			200, 200, 200,
		]);
		expect(await Promise.all(["robots.example", "a.b.robots.example", "evil.example"].map(statusAs))).toEqual([
			403, 403, 403,
		]);
	});

	it("closes at once, also with silent connections", async () => {
		const server = await start();
		const silent = connect({ port: server.port, host: "127.0.0.1", rejectUnauthorized: false });
		await once(silent, "secureConnect");
		const hungUp = once(silent.resume(), "close");
		await server.close();
		await hungUp;
	});

	it("names the option that is wrong", async () => {
		await expect(start({ certFile: "x" } as unknown as HttpsOptions)).rejects.toThrow(
			/https\.certFile and https\.keyFile belong together/,
		);
		await expect(start({ directory: 3 } as unknown as HttpsOptions)).rejects.toThrow(/https\.directory/);
		await expect(start("yes" as unknown as HttpsOptions)).rejects.toThrow(/https is true/);
		await expect(start({ certFile: join(folder, "no.pem"), keyFile: "x" })).rejects.toThrow(
			/no\.pem does not exist/,
		);
	});

	it("is plain HTTP without the option", async () => {
		const server = await start(false);
		expect(server.certificate).toBeUndefined();
		expect((await fetch(`http://127.0.0.1:${server.port}/status`)).status).toBe(200);
	});
});

describe.concurrent("panogaze serve --https", { timeout: 2 * PATIENCE_MS }, () => {
	it("prints secure addresses, the fingerprint, and what to do at the warning", async ({ expect }) => {
		const clip = await makeClip({ width: 256, height: 128, frames: 24, rate: 24 });
		const { child, ended, stdout } = line.start([
			"serve",
			clip,
			"--port",
			"0",
			"--https",
			"--cert-folder",
			join(folder, "cli"),
		]);
		await until(() => stdout().includes("Browsers warn"), "the greeting", PATIENCE_MS);
		const port = Number(/https:\/\/localhost:(\d+)\//.exec(stdout())![1]);
		expect(stdout()).not.toContain("http://");
		expect(stdout()).toContain(await fingerprintAt(port));
		child.kill("SIGINT");
		expect(await ended).toEqual([0, null]);
	});
});

describe("panogaze serve --https, in the process of the test", () => {
	it.each([
		["--cert alone", ["--cert", "x.pem"], /--key is missing/],
		["a certificate that is not there", ["--cert", "gone.pem", "--key", "gone.pem"], /gone\.pem does not exist/],
	] as const)("says what is wrong with %s, with exit code 2", async (_name, args, words) => {
		const { code, stderr } = await runInProcess(["serve", "--port", "0", ...args]);
		expect(stderr).toMatch(words);
		expect(stderr).not.toMatch(/\n {4}at /);
		expect(code).toBe(2);
	});
});
