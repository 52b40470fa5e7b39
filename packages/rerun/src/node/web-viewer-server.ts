import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { checkOptions, type OptionNames } from "../option-names.ts";
import type { LogMessage } from "../rrd/log-message.ts";
import { RRD_VERSION } from "../rrd/rrd-version.ts";
import type { MessageProxy, MessageProxyStats } from "../serving/message-proxy.ts";
import { parseProxyUrl } from "../serving/message-proxy-service.ts";
import type { Sink } from "../sinks/sink.ts";
import { GrpcWebMount, listen, MOUNT_OPTIONS, type MountOptions, urlHost } from "./grpc-server.ts";
import { findWebViewer, type PageHandler, WEB_VIEWER_PACKAGE, webViewerPage } from "./web-viewer-page.ts";

/** The options of `serveWebViewer`. */
export interface ServeWebViewerOptions extends MountOptions {
	/** The port to listen at; 0 takes a free one. @default 9090 */
	readonly port?: number | undefined;
	/**
	 * The address to listen at. Every program that can reach it can read and write everything.
	 * @default "127.0.0.1"
	 */
	readonly host?: string | undefined;
	/** The proxy that the page shows: `rerun+http://robot:9876/proxy`. @default this server */
	readonly connectTo?: string | undefined;
	/**
	 * The folder of `@rerun-io/web-viewer`. `null`: uses `viewerUrl`.
	 * @default the one that Node would find from the current folder
	 */
	readonly viewerFolder?: string | null | undefined;
	/**
	 * A viewer on the web that is used if that package is not installed. Its pages are allowed to
	 * use this server. Browsers let pages of https:// reach http:// servers on the same machine
	 * only.
	 *
	 * @default "https://app.rerun.io/version/0.33.0/"
	 */
	readonly viewerUrl?: string | undefined;
	/** `true`: opens the page in the browser of this machine. @default false */
	readonly open?: boolean | undefined;
}

const OPTIONS: OptionNames<ServeWebViewerOptions> = {
	...MOUNT_OPTIONS,
	port: true,
	host: true,
	connectTo: true,
	viewerFolder: true,
	viewerUrl: true,
	open: true,
};

/** A server of Rerun's viewer for browsers, and the sink that the viewer shows. */
export interface WebViewerServer extends Sink {
	readonly port: number;
	/** The page to open. */
	readonly url: string;
	/** The address of the proxy that the page shows, for other viewers. */
	readonly proxyUrl: string;
	readonly proxy: MessageProxy;
	/** True when the viewer comes from this server, and not from the web. */
	readonly servesViewer: boolean;
	readonly stats: MessageProxyStats;
	[Symbol.asyncDispose](): Promise<void>;
}

const [MAJOR, MINOR, PATCH] = RRD_VERSION;
const DEFAULT_VIEWER_URL = `https://app.rerun.io/version/${MAJOR}.${MINOR}.${PATCH}/`;

/**
 * Shows a recording in a browser: serves a page with Rerun's viewer, and its data, on one port.
 *
 * ```ts
 * const viewer = await serveWebViewer({ open: true });
 * recording.setSinks(viewer);
 * ```
 *
 * The viewer is the package `@rerun-io/web-viewer`: install it beside this one (`npm install
 * @rerun-io/web-viewer`) to be independent of the web. Otherwise the page is Rerun's own, which
 * connects to this server.
 *
 * With `proxy` it shows the data of another server: `serveWebViewer({ proxy: grpcServer.proxy })`.
 *
 * @throws {TypeError} when an option is wrong.
 * @throws {Error} when the port is taken, or `viewerFolder` doesn't hold the viewer.
 */
export async function serveWebViewer(options: ServeWebViewerOptions = {}): Promise<WebViewerServer> {
	checkOptions(options, OPTIONS, "serveWebViewer()");
	const host = options.host ?? "127.0.0.1";
	const folder = options.viewerFolder === undefined ? findWebViewer() : options.viewerFolder;
	const viewerUrl = checkedViewerUrl(options.viewerUrl ?? DEFAULT_VIEWER_URL);
	const connectTo = options.connectTo === undefined ? null : parseProxyUrl(options.connectTo);
	const allowedOrigins = [...(options.allowedOrigins ?? []), ...(folder === null ? [viewerUrl.origin] : [])];
	const mount = new GrpcWebMount({ ...options, allowedOrigins });
	const linkTo = (proxyUrl: string) => {
		const link = new URL(viewerUrl);
		link.searchParams.set("url", proxyUrl);
		return link.href;
	};
	const page: PageHandler =
		folder === null
			? (request, response) => redirect(request, response, (own) => linkTo(connectTo?.url ?? own))
			: webViewerPage({ folder, ...(connectTo === null ? {} : { connectTo: connectTo.url }) });
	const server = createServer({ noDelay: true }, (request, response) => {
		if (mount.handle(request, response) || page(request, response)) return;
		request.resume();
		response
			.writeHead(404, { "content-type": "text/plain; charset=utf-8" })
			.end("There is nothing here; the viewer is at /.\n");
	});
	const port = await listen(server, options.port ?? 9090, host);
	const proxyUrl = connectTo?.url ?? `rerun+http://${urlHost(host)}:${port}/proxy`;
	const url = folder === null ? linkTo(proxyUrl) : `http://${urlHost(host)}:${port}/`;
	if (options.open ?? false) openInBrowser(url);
	let closed: Promise<void> | null = null;
	const close = () => {
		closed ??= (async () => {
			server.close();
			await mount.close();
			server.closeAllConnections();
		})();
		return closed;
	};
	return {
		live: true,
		port,
		url,
		proxyUrl,
		proxy: mount.proxy,
		servesViewer: folder !== null,
		get stats() {
			return mount.stats;
		},
		write: (messages: readonly LogMessage[]) => mount.write(messages),
		flush: (timeoutSec) => mount.flush(timeoutSec),
		close,
		[Symbol.asyncDispose]: close,
	};
}

function checkedViewerUrl(text: string): URL {
	if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
		throw new TypeError(
			`viewerUrl must be the address of a page with Rerun's viewer, not ${JSON.stringify(text)}.`,
		);
	return new URL(text);
}

/** Redirects to a viewer on the web, whose address names this server. */
function redirect(request: IncomingMessage, response: ServerResponse, linkTo: (proxyUrl: string) => string): boolean {
	if (request.method !== "GET" || (request.url ?? "").replace(/\?.*$/s, "") !== "/") return false;
	const host = request.headers.host ?? "";
	if (!/^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):\d+$/.test(host)) return false;
	response.writeHead(302, {
		location: linkTo(`rerun+http://${host}/proxy`),
		"content-type": "text/plain; charset=utf-8",
	});
	response.end(`The package ${WEB_VIEWER_PACKAGE} is not installed: the viewer comes from the web.\n`);
	return true;
}

function openInBrowser(url: string): void {
	const openers: Readonly<Record<string, readonly [string, ...string[]]>> = {
		darwin: ["open"],
		win32: ["cmd", "/c", "start", ""],
	};
	const [command, ...before] = openers[process.platform] ?? ["xdg-open"];
	const child = spawn(command, [...before, url], { stdio: "ignore", detached: true });
	child.on("error", () => console.error(`No program to open the page with was found; open ${url} yourself.`));
	child.unref();
}
