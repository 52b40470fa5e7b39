import { createReadStream, statSync } from "node:fs";
import { join } from "node:path";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { monotonicSec } from "../media/clock.ts";
import type { LiveView } from "../recording/live/live-view.ts";
import { type SessionHub, SignallingError, type SignallingRequest } from "../session/index.ts";
import { CallRate } from "./call-rate.ts";
import type { Http2Door } from "./http2-door.ts";
import type { OriginPolicy } from "./origin-policy.ts";
import { PackedFiles } from "./packed-files.ts";
import { RERUN_SERVICE, RerunPasses } from "./rerun-passes.ts";
import { TrustedProxies } from "./trusted-proxies.ts";

/** Rerun's viewer for browsers, as its user has installed it. */
export interface InstalledViewer {
	readonly folder: string;
	readonly version: string;
}

/** The ways by which Rerun's own program reaches a server. */
export interface ProgramAccess {
	/** It can connect: it sends no token, and trusts no self-made certificate. */
	readonly admitsPrograms: boolean;
	/** The server has made its certificate itself. */
	readonly hasOwnCertificate: boolean;
}

/** The part of `panogaze-rerun/node` that answers Rerun's viewers. */
export type RerunMount = ReturnType<typeof import("panogaze-rerun/node")["mountGrpcWeb"]>;

/** Options of a `RerunDoor`. */
export interface RerunDoorOptions {
	/** Borrowed. */
	readonly live: LiveView;
	readonly maxWatchers: number;
	/** Most calls a minute of one address. */
	readonly requestsPerMinute: number;
	/** Reverse proxies whose `X-Forwarded-For` names the client. */
	readonly trustedProxies: readonly string[];
	readonly hub: Pick<SessionHub, "authorize">;
	readonly mount: RerunMount;
	readonly sniff: Http2Door["sniff"];
	/** `undefined`: it is not installed. */
	readonly viewer: InstalledViewer | undefined;
	readonly programs: ProgramAccess;
}

/** The files of the viewer, by name. It imports one of them without its ending. */
const FILES: ReadonlyMap<string, { readonly file: string; readonly type: string }> = new Map([
	["index.js", { file: "index.js", type: "text/javascript; charset=utf-8" }],
	["re_viewer", { file: "re_viewer.js", type: "text/javascript; charset=utf-8" }],
	["re_viewer.js", { file: "re_viewer.js", type: "text/javascript; charset=utf-8" }],
	["re_viewer_bg.wasm", { file: "re_viewer_bg.wasm", type: "application/wasm" }],
]);
const A_YEAR_SEC = 31_536_000;
/** Time for a browser to read a file of the viewer: 12 MB at 0.3 Mbit/s. */
const READ_VIEWER_MS = 300_000;
const NO_RIGHT = "This needs the right to record: the live view shows what every viewer does.";
const TOO_MANY = "There are as many watchers as this server lets in.";

/** Rerun's live view over HTTP: the page's viewer and its files, passes for it, and the calls. */
export class RerunDoor {
	readonly #options: RerunDoorOptions;
	readonly #passes = new RerunPasses(monotonicSec);
	readonly #packed = new PackedFiles();
	/** For programs that speak HTTP/2 alone, on the same port. */
	readonly http2: Http2Door;

	constructor(options: RerunDoorOptions) {
		this.#options = options;
		const rate = new CallRate(options.requestsPerMinute, monotonicSec);
		const proxies = new TrustedProxies(options.trustedProxies);
		const server = options.mount.http2(async (headers, socket) => {
			// No browser speaks HTTP/2 here.
			if (headers.origin !== undefined) return "Pages may not use this door.";
			const remoteAddress = proxies.clientOf(socket?.remoteAddress, headers["x-forwarded-for"]);
			if (!rate.admits(remoteAddress)) return "There are too many calls of this address.";
			const request = { method: "GET", headers, body: "", remoteAddress };
			return this.#admit(request).then(
				() => undefined,
				(error: unknown) => (error instanceof SignallingError ? error.message : "The server failed to answer."),
			);
		});
		this.http2 = { server, sniff: options.sniff };
	}

	/** Registers what the page needs, and the calls of viewers. Errors are `SignallingError`s. */
	register(app: FastifyInstance): void {
		const config = { rateLimit: {} };
		app.post("/rerun/pass", { config }, (request, reply) => this.#issuePass(request, reply));
		const slowly = { config: { ...config, readTimeoutMs: READ_VIEWER_MS } };
		app.get("/rerun/viewer/:version/:file", slowly, (request, reply) => this.#sendFile(request, reply));
		app.route({
			method: ["POST", "OPTIONS"],
			url: `${RERUN_SERVICE}/*`,
			config,
			handler: (request, reply) => this.#answerCall(request, reply),
		});
	}

	/** Gives a page that has the right to record a cookie for the calls of its viewer. */
	async #issuePass(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
		await this.#authorize(asRequest(request));
		const cookie = this.#passes.issue(request.socket.localPort ?? 0, request.protocol === "https");
		return reply
			.header("cache-control", "no-store")
			.header("set-cookie", cookie)
			.send({ viewer: this.#options.viewer?.version ?? null, ...this.#options.programs });
	}

	async #answerCall(request: FastifyRequest, reply: FastifyReply): Promise<void> {
		const hasPass = this.#passes.admits(request.headers.cookie, request.socket.localPort ?? 0);
		await this.#admit(asRequest(request), hasPass);
		reply.hijack();
		this.#options.mount.handle(request.raw, reply.raw);
	}

	/** @throws {SignallingError} if the sender may not see the live view, or there is no room. */
	async #admit(request: SignallingRequest, hasPass = false): Promise<void> {
		if (!hasPass) await this.#authorize(request);
		const { live, maxWatchers } = this.#options;
		if (live.over) throw new SignallingError(503, "The live view has ended.");
		if (live.stats().watchers >= maxWatchers) throw new SignallingError(503, TOO_MANY);
	}

	/** @throws {SignallingError} */
	async #authorize(request: SignallingRequest): Promise<void> {
		// It asks, as the other requests for what the server shows.
		const access = await this.#options.hub.authorize({ ...request, method: "GET" }, { door: "rerun" });
		if (!access.has("record")) throw new SignallingError(403, NO_RIGHT);
	}

	async #sendFile(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
		const { viewer } = this.#options;
		const { version, file: name } = request.params as { readonly version: string; readonly file: string };
		const found = FILES.get(name);
		if (viewer === undefined || version !== viewer.version || found === undefined)
			throw new SignallingError(404, "This server has no such file of Rerun's viewer.");
		const path = join(viewer.folder, found.file);
		const { size } = statSync(path);
		void reply.headers({
			"content-type": found.type,
			"cache-control": `public, max-age=${A_YEAR_SEC}, immutable`,
			vary: "Origin, Accept-Encoding",
			// The viewer shows how much of this length it has received.
			"rerun-final-length": String(size),
		});
		const packing = isLocal(request.ip) ? undefined : PackedFiles.accepted(request.headers["accept-encoding"]);
		if (packing === undefined) return reply.header("content-length", size).send(createReadStream(path));
		return reply.header("content-encoding", packing).send(await this.#packed.read(path, packing));
	}
}

/**
 * The content security policy of the page with the viewer: it compiles WebAssembly, makes pictures
 * of what it has received, and asks this server alone.
 */
export function viewerPolicy(origins: OriginPolicy): Record<string, string[]> {
	return {
		defaultSrc: ["'self'"],
		scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
		// The viewer makes styles of its own.
		styleSrc: ["'self'", "'unsafe-inline'"],
		imgSrc: ["'self'", "data:", "blob:"],
		workerSrc: ["'self'", "blob:"],
		objectSrc: ["'none'"],
		baseUri: ["'none'"],
		frameAncestors: [...origins.frameAncestors],
	};
}

function asRequest({ method, headers, ip }: FastifyRequest): SignallingRequest {
	return { method, headers, body: "", remoteAddress: ip };
}

/** Packing takes longer than a copy within the machine. */
function isLocal(address: string): boolean {
	return /^(::1|(::ffff:)?127\.)/.test(address);
}
