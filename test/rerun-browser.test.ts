// The Rerun SDK's core in a page: the very sources, their types stripped.
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChunkStore } from "../packages/rerun/src/rrd/chunk-store.ts";
import { launchChromium } from "./support/chromium.ts";

/** Vitest would rewrite an import() inside of a function that the page runs. */
const PAGE = `<!doctype html><title>Rerun</title><script type="module">
	import * as rerun from "/packages/rerun/src/index.ts";
	globalThis.rerun = rerun;
</script>`;

const root = fileURLToPath(new URL("../", import.meta.url));

describe("the Rerun SDK in a browser", () => {
	let server: Server;
	let browser: Browser;
	beforeAll(async () => {
		server = createServer(({ url }, response) => {
			if (url === "/") return response.setHeader("content-type", "text/html").end(PAGE);
			if (!/^\/packages\/rerun\/src\/[\w/.-]+\.ts$/.test(url!) || url!.includes("/node/"))
				return response.writeHead(404).end();
			const source = stripTypeScriptTypes(readFileSync(`${root}${url!.slice(1)}`, "utf8"));
			return response.setHeader("content-type", "text/javascript").end(source);
		}).listen(0, "127.0.0.1");
		browser = await launchChromium();
	});
	afterAll(async () => {
		await browser?.close();
		server?.closeAllConnections();
		server?.close();
	});

	it("logs poses, and what it made is a recording", async () => {
		const page = await browser.newPage();
		const problems: string[] = [];
		page.on("pageerror", (error) => problems.push(error.message));
		await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
		await page.waitForFunction(() => "rerun" in globalThis);
		const numbers = await page.evaluate(async () => {
			const { RecordingStream, RrdWriter, Points3D, AnyValues } = (
				globalThis as unknown as { rerun: typeof import("../packages/rerun/src/index.ts") }
			).rerun;
			const writer = new RrdWriter();
			const bytes: number[] = [];
			const recording = new RecordingStream("browser", { recordingId: "page", strict: true });
			recording.setSinks({
				live: false,
				write: (messages) => {
					for (const message of messages) bytes.push(...writer.message(message));
				},
				flush: async () => true,
				close: async () => {},
				stats: { messages: 0, bytes: 0, queuedBytes: 0, lostMessages: 0, lostBytes: 0, failure: null },
			});
			for (let frame = 0; frame < 30; frame++) {
				recording.setTime("frame", { sequence: frame });
				recording.log("body", new Points3D(Float32Array.of(frame, 1, 2), { colors: "#f80" }));
			}
			recording.log("page", new AnyValues({ title: document.title }), { static: true });
			await recording.close();
			bytes.push(...writer.finish());
			return bytes;
		});
		expect(problems).toEqual([]);
		const [store] = ChunkStore.read(Uint8Array.from(numbers));
		expect(store!.storeId).toEqual({ kind: "recording", recordingId: "page", applicationId: "browser" });
		expect(store!.latestAt("body", "Points3D:positions", "frame", 17)!.values).toEqual([[17, 1, 2]]);
		expect(store!.latestAt("page", "title", "frame")!.values).toEqual(["Rerun"]);
		const { start } = store!.timelines.get("log_time")!;
		expect(Math.abs(Number(start / 1_000_000n) - Date.now())).toBeLessThan(3_600_000);
	});
});
