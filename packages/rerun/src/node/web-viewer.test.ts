import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { introduction } from "../rrd/log-messages.cases.ts";
import { grpcFrameHeader } from "../serving/grpc-frames.ts";
import { SERVICE_PATH } from "../serving/message-proxy-service.ts";
import { serveGrpc } from "./grpc-server.ts";
import { findWebViewer, webViewerPage } from "./web-viewer-page.ts";
import { type ServeWebViewerOptions, serveWebViewer } from "./web-viewer-server.ts";

/** Looks like the package, and is smaller. */
const root = mkdtempSync(join(tmpdir(), "panogaze-rerun-"));
const viewerFolder = join(root, "node_modules", "@rerun-io", "web-viewer");
mkdirSync(viewerFolder, { recursive: true });
mkdirSync(join(root, "deep", "down"), { recursive: true });
writeFileSync(join(viewerFolder, "package.json"), JSON.stringify({ name: "@rerun-io/web-viewer", version: "0.33.0" }));
writeFileSync(join(viewerFolder, "index.js"), "export class WebViewer {}");
writeFileSync(join(viewerFolder, "re_viewer.js"), "export default 1;");
writeFileSync(join(viewerFolder, "re_viewer_bg.wasm"), new Uint8Array(5000));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function server(options: ServeWebViewerOptions) {
	const made = await serveWebViewer({ port: 0, lingerSec: 0.2, ...options });
	cleanups.push(() => made.close());
	return { made, origin: `http://127.0.0.1:${made.port}` };
}

/** What a page of that origin gets when it wants to read. */
async function readFrom(origin: string, pageOrigin: string): Promise<number> {
	const abort = new AbortController();
	cleanups.push(() => abort.abort());
	const response = await fetch(`${origin}${SERVICE_PATH}ReadMessages`, {
		method: "POST",
		headers: { "content-type": "application/grpc-web+proto", origin: pageOrigin },
		body: grpcFrameHeader(0),
		signal: abort.signal,
	});
	return response.status;
}

describe("serveWebViewer()", () => {
	it("serves a page with the viewer that is installed, and what it shows", async () => {
		const { made, origin } = await server({ viewerFolder });
		expect(made).toMatchObject({
			url: `${origin}/`,
			proxyUrl: `rerun+http://127.0.0.1:${made.port}/proxy`,
			servesViewer: true,
		});
		const page = await fetch(made.url);
		expect(await page.text()).toContain('<script type="module" src="./main.js">');
		expect(page.headers.get("content-security-policy")).toContain("script-src 'self' 'wasm-unsafe-eval'");
		expect(await (await fetch(`${origin}/main.js`)).text()).toContain(
			'import { WebViewer } from "./viewer/0.33.0/index.js"',
		);
		// The package asks for this without its ending.
		const script = await fetch(`${origin}/viewer/0.33.0/re_viewer`);
		expect([script.headers.get("content-type"), await script.text()]).toEqual([
			"text/javascript; charset=utf-8",
			"export default 1;",
		]);
		const wasm = await fetch(`${origin}/viewer/0.33.0/re_viewer_bg.wasm`);
		expect(wasm.headers.get("content-type")).toBe("application/wasm");
		expect(wasm.headers.get("rerun-final-length")).toBe("5000");
		expect((await wasm.arrayBuffer()).byteLength).toBe(5000);
		made.write([introduction()]);
		expect(await readFrom(origin, origin)).toBe(200);
		expect(made.stats).toMatchObject({ messages: 1, viewers: 1 });
	});

	it("serves nothing else", async () => {
		const { made, origin } = await server({ viewerFolder });
		for (const path of [
			"/viewer/0.33.0/package.json",
			"/viewer/0.33.0/constructor",
			"/viewer/0.32.0/index.js",
			"/nothing",
		])
			expect((await fetch(origin + path)).status, path).toBe(404);
		// fetch() would tidy the path.
		const status = await new Promise((resolve) =>
			get({ port: made.port, path: "/viewer/0.33.0/../../package.json" }, (response) =>
				resolve(response.resume().statusCode),
			),
		);
		expect(status).toBe(404);
		expect((await fetch(origin, { method: "POST" })).status).toBe(404);
		expect((await fetch(origin, { method: "HEAD" })).status).toBe(200);
	});

	it("leads to a viewer on the web where none is installed, and lets its pages in", async () => {
		const { made, origin } = await server({ viewerFolder: null });
		const link = `https://app.rerun.io/version/0.33.0/?url=${encodeURIComponent(made.proxyUrl)}`;
		expect(made).toMatchObject({ url: link, servesViewer: false });
		const response = await fetch(origin, { redirect: "manual" });
		expect([response.status, response.headers.get("location")]).toEqual([302, link]);
		expect(await readFrom(origin, "https://app.rerun.io")).toBe(200);
		expect(await readFrom(origin, "https://app.example.com")).toBe(403);
		const own = await server({ viewerFolder: null, viewerUrl: "https://viewer.example.com/rerun/?theme=dark" });
		expect(own.made.url).toBe(
			`https://viewer.example.com/rerun/?theme=dark&url=${encodeURIComponent(own.made.proxyUrl)}`,
		);
		await expect(serveWebViewer({ viewerUrl: "app.rerun.io" })).rejects.toThrow(
			"viewerUrl must be the address of a page",
		);
	});

	it("shows what other servers have", async () => {
		const grpc = await serveGrpc({ port: 0 });
		cleanups.push(() => grpc.close());
		grpc.write([introduction()]);
		const shared = await server({ viewerFolder, proxy: grpc.proxy });
		expect(await readFrom(shared.origin, shared.origin)).toBe(200);
		expect(grpc.stats.viewers).toBe(1);
		const other = await server({ viewerFolder, connectTo: grpc.url });
		expect(other.made.proxyUrl).toBe(grpc.url);
		expect(await (await fetch(`${other.origin}/main.js`)).text()).toContain(JSON.stringify(grpc.url));
	});
});

describe("webViewerPage()", () => {
	it("packs the viewer for browsers on other machines, and only if they take it", async () => {
		const page = webViewerPage({ folder: viewerFolder, path: "/rerun/" });
		const server = createServer((request, response) => {
			Object.defineProperty(request.socket, "remoteAddress", { value: "192.168.1.7" });
			if (!page(request, response)) response.writeHead(404).end();
		});
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		cleanups.push(() => server.close());
		const { port } = server.address() as AddressInfo;
		for (const encoding of ["gzip", "identity"]) {
			const response = await fetch(`http://127.0.0.1:${port}/rerun/viewer/0.33.0/re_viewer_bg.wasm`, {
				headers: { "accept-encoding": encoding },
			});
			expect(response.headers.get("content-encoding")).toBe(encoding === "gzip" ? "gzip" : null);
			expect(Number(response.headers.get("content-length")) < 1000).toBe(encoding === "gzip");
			expect(response.headers.get("rerun-final-length")).toBe("5000");
			expect((await response.arrayBuffer()).byteLength).toBe(5000);
		}
		expect((await fetch(`http://127.0.0.1:${port}/viewer/0.33.0/re_viewer_bg.wasm`)).status).toBe(404);
		server.closeAllConnections();
	});

	it("takes folders with the viewer, and paths that end in a slash", () => {
		expect(() => webViewerPage({ folder: root })).toThrow(`${root} does not hold @rerun-io/web-viewer.`);
		expect(() => webViewerPage({ folder: viewerFolder, path: "/rerun" })).toThrow(
			'path must begin and end with a slash, unlike "/rerun".',
		);
	});
});

describe("findWebViewer()", () => {
	it("looks where Node looks", () => {
		expect(findWebViewer(join(root, "deep", "down"))).toBe(viewerFolder);
		expect(findWebViewer(tmpdir())).toBeNull();
	});
});
