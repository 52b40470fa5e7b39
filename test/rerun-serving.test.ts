// The Rerun SDK and its servers with a real browser: logging from a page, and which pages may read.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { serveGrpc } from "../packages/rerun/src/node/grpc-server.ts";
import { introduction, scalar } from "../packages/rerun/src/rrd/log-messages.cases.ts";
import { RrdReader } from "../packages/rerun/src/rrd/rrd-reader.ts";
import { SERVICE_PATH } from "../packages/rerun/src/serving/message-proxy-service.ts";
import { launchChromium } from "./support/chromium.ts";

/** The SDK, in a page. */
declare const sdk: Pick<
	typeof import("../packages/rerun/src/index.ts"),
	"RecordingStream" | "Points3D" | "WebSocketSink" | "MemorySink"
>;

const SCRIPT = 'globalThis.sdk = await import("/sdk.js")';
const PAGE = `<!doctype html><link rel=icon href=data:,><script type=module>${SCRIPT}</script>`;

const folder = mkdtempSync(join(tmpdir(), "panogaze-rerun-"));
let browser: Browser;
/** The SDK as a page loads it. */
let script = "";

beforeAll(async () => {
	const entry = join(folder, "entry.ts");
	const source = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
	writeFileSync(
		entry,
		`export { RecordingStream } from ${source("../packages/rerun/src/stream/recording-stream.ts")};
export { Points3D } from ${source("../packages/rerun/src/archetypes/spatial-3d.generated.ts")};
export { WebSocketSink } from ${source("../packages/rerun/src/sinks/web-socket-sink.ts")};
export { MemorySink } from ${source("../packages/rerun/src/sinks/memory-sink.ts")};
`,
	);
	const built = await build({
		configFile: false,
		root: folder,
		logLevel: "error",
		build: { write: false, lib: { entry, formats: ["es"] }, target: "es2023" },
	});
	for (const result of Array.isArray(built) ? built : [built])
		for (const file of "output" in result ? result.output : []) if (file.type === "chunk") script = file.code;
	browser = await launchChromium();
}, 60_000);
afterAll(async () => {
	await browser.close();
	rmSync(folder, { recursive: true, force: true });
});

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/**
 * Pages of a server with the SDK, which takes WebSockets, too: only as much of RFC 6455 as these
 * tests need.
 */
async function pageServer(
	onMessage: (bytes: Uint8Array) => void,
): Promise<{ readonly port: number; dropSockets(): void }> {
	const sockets = new Set<Socket>();
	const server: Server = createServer((request, response) => {
		const isScript = request.url === "/sdk.js";
		response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
		response.end(isScript ? script : PAGE);
	});
	server.on("upgrade", (request, socket: Socket) => {
		sockets.add(socket);
		socket.on("error", () => {}).on("close", () => sockets.delete(socket));
		const key = createHash("sha1")
			.update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
			.digest("base64");
		socket.write(
			"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n" +
				`sec-websocket-accept: ${key}\r\n\r\n`,
		);
		let buffer = Buffer.alloc(0);
		let fragments: Buffer[] = [];
		socket.on("data", (bytes: Buffer) => {
			buffer = Buffer.concat([buffer, bytes]);
			for (;;) {
				if (buffer.length < 2) return;
				const short = buffer[1]! & 127;
				const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
				if (buffer.length < 6 + lengthBytes) return;
				const length =
					lengthBytes === 0
						? short
						: lengthBytes === 2
							? buffer.readUInt16BE(2)
							: Number(buffer.readBigUInt64BE(2));
				const at = 6 + lengthBytes;
				if (buffer.length < at + length) return;
				const mask = buffer.subarray(at - 4, at);
				fragments.push(
					Buffer.from(buffer.subarray(at, at + length).map((byte, index) => byte ^ mask[index & 3]!)),
				);
				const [final, opcode] = [buffer[0]! >= 128, buffer[0]! & 15];
				buffer = buffer.subarray(at + length);
				if (opcode === 8) {
					socket.end(Buffer.from([0x88, 0]));
					return;
				}
				if (!final) continue;
				onMessage(Buffer.concat(fragments));
				fragments = [];
			}
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const dropSockets = () => {
		for (const socket of sockets) socket.destroy();
	};
	cleanups.push(() => {
		dropSockets();
		server.closeAllConnections();
		server.close();
	});
	return { port: (server.address() as AddressInfo).port, dropSockets };
}

async function openPage(url: string): Promise<Page> {
	const page = await browser.newPage();
	cleanups.push(() => page.close());
	await page.goto(url);
	await page.waitForFunction(() => "sdk" in globalThis);
	return page;
}

/** Entities and how many rows they have, in the order in which they came. */
function rowsOf(recordings: readonly Uint8Array[]): Map<string, number> {
	const rows = new Map<string, number>();
	for (const rrd of recordings) {
		const reader = new RrdReader();
		for (const message of reader.push(rrd)) {
			if (message.type !== "chunk") continue;
			const { entityPath, numRows } = message.chunk();
			rows.set(entityPath, (rows.get(entityPath) ?? 0) + numRows);
		}
		reader.end();
	}
	return rows;
}

describe("the SDK in a page", () => {
	it("makes recordings, without any server", async () => {
		const { port } = await pageServer(() => {});
		const page = await openPage(`http://127.0.0.1:${port}/`);
		const bytes = await page.evaluate(async () => {
			const { RecordingStream, Points3D, MemorySink } = sdk;
			const recording = new RecordingStream("page");
			const sink = new MemorySink();
			recording.setSinks(sink);
			for (let step = 0; step < 100; step++) {
				recording.setTime("step", { sequence: step });
				recording.log("points", new Points3D([[step, 1, 2]]));
			}
			await recording.flush();
			return [...sink.drain()];
		});
		expect(rowsOf([Uint8Array.from(bytes)]).get("/points")).toBe(100);
	});

	it("logs over a WebSocket, and connects again when it breaks", async () => {
		const got: Uint8Array[] = [];
		const { port, dropSockets } = await pageServer((bytes) => got.push(bytes));
		const page = await openPage(`http://127.0.0.1:${port}/`);
		const logPoints = (from: number, to: number) =>
			page.evaluate(
				async ({ from, to, url }) => {
					const { RecordingStream, Points3D, WebSocketSink } = sdk;
					const kept = globalThis as { recording?: InstanceType<typeof RecordingStream> };
					if (kept.recording === undefined) {
						kept.recording = new RecordingStream("page");
						kept.recording.setSinks(new WebSocketSink(url, { retrySec: [0.02, 0.1] }));
						kept.recording.log("fixed", new Points3D([[0, 0, 0]]), { static: true });
					}
					for (let step = from; step < to; step++) {
						kept.recording.setTime("step", { sequence: step });
						kept.recording.log(
							"points",
							new Points3D(Array.from({ length: 100 }, (_, at) => [at, step, 0])),
						);
					}
					return kept.recording.flush(20);
				},
				{ from, to, url: `ws://127.0.0.1:${port}/` },
			);
		expect(await logPoints(0, 500)).toBe(true);
		await expect.poll(() => rowsOf(got).get("/points"), { timeout: 20_000 }).toBe(500);
		expect(rowsOf(got).get("/fixed")).toBe(1);
		dropSockets();
		// What is written before the page knows is lost on its way; what comes after is not, and
		// static data comes again.
		await expect
			.poll(
				async () => {
					await logPoints(1000, 1001);
					return rowsOf(got).get("/fixed");
				},
				{ timeout: 20_000 },
			)
			.toBe(2);
		await expect.poll(() => rowsOf(got).get("/points"), { timeout: 20_000 }).toBeGreaterThan(500);
	});
});

describe("a server for viewers in browsers", () => {
	/** Whether a page gets the beginning of what was logged. */
	const reads = (page: Page, port: number) =>
		page.evaluate(
			async ({ url }) => {
				try {
					const response = await fetch(url, {
						method: "POST",
						headers: { "content-type": "application/grpc-web+proto", "x-grpc-web": "1" },
						body: new Uint8Array(5),
					});
					const reader = response.body!.getReader();
					let bytes = 0;
					while (bytes < 100) bytes += (await reader.read()).value!.length;
					await reader.cancel();
					return `status ${response.status}`;
				} catch (error) {
					return String(error);
				}
			},
			{ url: `http://127.0.0.1:${port}${SERVICE_PATH}ReadMessages` },
		);

	it("lets pages of this machine read, and those that are named, and no others", async () => {
		const log = await serveGrpc({ port: 0, allowedOrigins: ["http://friend.localhost:*"] });
		cleanups.push(() => log.close());
		log.write([introduction(), scalar("/a", 0)]);
		const { port } = await pageServer(() => {});
		expect(await reads(await openPage(`http://localhost:${port}/`), log.port)).toBe("status 200");
		for (const [name, expected] of [
			["friend", "status 200"],
			["evil", "TypeError: Failed to fetch"],
		] as const)
			expect(await reads(await openPage(`http://${name}.localhost:${port}/`), log.port), name).toBe(expected);
		expect(log.stats.droppedViewers).toBe(0);
	});
});
