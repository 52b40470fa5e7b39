import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { checkOptions, type OptionNames } from "../option-names.ts";
import { parseProxyUrl } from "../serving/message-proxy-service.ts";

/** The package of Rerun's viewer for browsers, some 50 MB. Applications install it themselves. */
export const WEB_VIEWER_PACKAGE = "@rerun-io/web-viewer";

const gzipAsync = promisify(gzip);

/** The files of the viewer, by name. The package imports one of them without its ending. */
const FILES: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
	"index.js": { file: "index.js", type: "text/javascript; charset=utf-8" },
	re_viewer: { file: "re_viewer.js", type: "text/javascript; charset=utf-8" },
	"re_viewer.js": { file: "re_viewer.js", type: "text/javascript; charset=utf-8" },
	"re_viewer_bg.wasm": { file: "re_viewer_bg.wasm", type: "application/wasm" },
};
const A_YEAR_SEC = 31_536_000;

/**
 * Finds the viewer's package of an application, as Node finds packages.
 *
 * @param from a folder of the application.
 * @returns the folder of the package; `null` if it isn't installed.
 */
export function findWebViewer(from: string = process.cwd()): string | null {
	for (let folder = from; ; folder = dirname(folder)) {
		const found = join(folder, "node_modules", WEB_VIEWER_PACKAGE);
		if (existsSync(join(found, "package.json"))) return found;
		if (dirname(folder) === folder) return null;
	}
}

/** The options of `webViewerPage`. */
export interface WebViewerPageOptions {
	/** The folder of the viewer's package. See `findWebViewer`. */
	readonly folder: string;
	/** The path of the page on the server, with a slash at its end. @default "/" */
	readonly path?: string | undefined;
	/** The proxy that the page shows. @default the page's own server: `mountGrpcWeb` */
	readonly connectTo?: string | undefined;
	/** The page's title. @default "Rerun" */
	readonly title?: string | undefined;
}

const OPTIONS: OptionNames<WebViewerPageOptions> = { folder: true, path: true, connectTo: true, title: true };

/** Answers requests for a page and its files. @returns whether it has; others are left alone. */
export type PageHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * A page with Rerun's viewer, for any HTTP server. `?renderer=webgl` has it draw without WebGPU.
 *
 * @throws {Error} when `folder` is not the viewer's package.
 * @throws {TypeError} when another option is wrong.
 */
export function webViewerPage(options: WebViewerPageOptions): PageHandler {
	checkOptions(options, OPTIONS, "webViewerPage()");
	const { folder } = options;
	const path = options.path ?? "/";
	if (!path.startsWith("/") || !path.endsWith("/"))
		throw new TypeError(`path must begin and end with a slash, unlike ${JSON.stringify(path)}.`);
	const version = packageVersion(folder);
	const assets = `viewer/${version}/`;
	const connectTo = options.connectTo === undefined ? null : parseProxyUrl(options.connectTo);
	const page = Buffer.from(pageHtml(options.title ?? "Rerun"));
	const script = Buffer.from(pageScript(`./${assets}index.js`, connectTo?.url ?? null));
	const sendAsset = assetSender(folder);

	return (request, response) => {
		const asked = (request.url ?? "").replace(/\?.*$/s, "");
		if (!asked.startsWith(path) || (request.method !== "GET" && request.method !== "HEAD")) return false;
		const name = asked.slice(path.length);
		if (name === "" || name === "main.js") {
			const type = name === "" ? "text/html; charset=utf-8" : "text/javascript; charset=utf-8";
			response.setHeader("cache-control", "no-cache");
			response.setHeader("content-security-policy", CONTENT_SECURITY_POLICY);
			response.setHeader("content-type", type);
			response.setHeader("x-content-type-options", "nosniff");
			response.end(name === "" ? page : script);
			return true;
		}
		const asset = name.startsWith(assets) ? name.slice(assets.length) : "";
		const found = Object.hasOwn(FILES, asset) ? FILES[asset] : undefined;
		if (found === undefined) return false;
		sendAsset(found, request, response);
		return true;
	};
}

const CONTENT_SECURITY_POLICY = [
	"default-src 'self'",
	"script-src 'self' 'wasm-unsafe-eval'",
	"style-src 'self' 'unsafe-inline'",
	"img-src 'self' data: blob:",
	"worker-src 'self' blob:",
	// Recordings may be opened from anywhere.
	"connect-src *",
].join("; ");

/** Sends files of a folder, compressed for other machines. */
function assetSender(
	folder: string,
): (
	asset: { readonly file: string; readonly type: string },
	request: IncomingMessage,
	response: ServerResponse,
) => void {
	const compressed = new Map<string, Promise<Buffer>>();
	return ({ file, type }, request, response) => {
		const filePath = join(folder, file);
		const { size } = statSync(filePath);
		response.setHeader("content-type", type);
		response.setHeader("x-content-type-options", "nosniff");
		response.setHeader("cache-control", `public, max-age=${A_YEAR_SEC}, immutable`);
		// The viewer shows how much of this length it has received.
		response.setHeader("rerun-final-length", size);
		if (request.method === "HEAD") response.end();
		else if (isRemote(request) && /\bgzip\b/.test(request.headers["accept-encoding"]?.toString() ?? "")) {
			// 14 MB instead of 47, compressed once, at the first request from another machine.
			let packed = compressed.get(file);
			if (packed === undefined) {
				packed = readFile(filePath).then((bytes) => gzipAsync(bytes));
				compressed.set(file, packed);
			}
			packed.then(
				(bytes) =>
					response.setHeader("content-encoding", "gzip").setHeader("content-length", bytes.length).end(bytes),
				() => response.destroy(),
			);
		} else {
			response.setHeader("content-length", size);
			createReadStream(filePath)
				.on("error", () => response.destroy())
				.pipe(response);
		}
	};
}

function packageVersion(folder: string): string {
	try {
		const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
			name?: unknown | undefined;
			version?: unknown | undefined;
		};
		if (name === WEB_VIEWER_PACKAGE && typeof version === "string" && /^[\w.+-]+$/.test(version)) return version;
	} catch (error) {
		throw new Error(`${folder} does not hold ${WEB_VIEWER_PACKAGE}.`, { cause: error });
	}
	throw new Error(`${folder} does not hold ${WEB_VIEWER_PACKAGE}.`);
}

function isRemote({ socket }: IncomingMessage): boolean {
	return !/^(::1|(::ffff:)?127\.)/.test(socket.remoteAddress ?? "");
}

function pageHtml(title: string): string {
	const escaped = title.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped}</title>
<link rel="icon" href="data:,">
<style>
html, body { margin: 0; height: 100%; overflow: hidden; background: #0d1011; color: #cad8de; font-family: sans-serif }
</style>
</head>
<body>
<script type="module" src="./main.js"></script>
</body>
</html>
`;
}

function pageScript(viewer: string, connectTo: string | null): string {
	return `import { WebViewer } from ${JSON.stringify(viewer)};

const scheme = location.protocol === "https:" ? "rerun+https" : "rerun+http";
const port = location.port || (location.protocol === "https:" ? "443" : "80");
const url = ${JSON.stringify(connectTo)} ?? \`\${scheme}://\${location.hostname}:\${port}/proxy\`;
const renderer = new URLSearchParams(location.search).get("renderer");
const viewer = new WebViewer();
globalThis.viewer = viewer;
try {
	await viewer.start(url, document.body, {
		width: "100%",
		height: "100%",
		hide_welcome_screen: true,
		manifest_url: "",
		...(renderer === "webgl" || renderer === "webgpu" ? { render_backend: renderer } : {}),
	});
} catch (error) {
	document.body.textContent = \`The viewer could not be started: \${error}\`;
}
`;
}
