import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeClip } from "../../test/support/clips.ts";

/** One more than the threads that Node has by itself. */
const SOURCES = 5;
const folder = mkdtempSync(join(tmpdir(), "panogaze-silent-"));
let server: Server;

beforeAll(async () => {
	const clip = readFileSync(await makeClip({ width: 128, height: 64, frames: 24, rate: 24, container: "ts" }));
	// Cameras that show a second and are silent then.
	server = createServer(
		(_request, response) => void response.writeHead(200, { "Content-Type": "video/mp2t" }).write(clip),
	);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
	server.closeAllConnections();
	server.close();
	rmSync(folder, { recursive: true, force: true });
});

describe("sources that are silent", () => {
	it("hold up no file of the process", async () => {
		const { port } = server.address() as AddressInfo;
		const address = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
		const program = join(folder, "silent.ts");
		writeFileSync(
			program,
			`import { readFile } from "node:fs/promises";
			import { createVideoSource } from ${address("./open-source.ts")};
			import { SharedHeap } from ${address("../media/shared-heap.ts")};
			import { PanoramaStore } from ${address("../media/panorama-store.ts")};
			const createStore = ({ format }) => PanoramaStore.create(new SharedHeap(), format);
			const ends = [];
			const starts = Array.from({ length: ${SOURCES} }, async () => {
				const source = createVideoSource("http://127.0.0.1:${port}/camera.ts");
				source.on("reconnecting", () => ends.push("the silence"));
				await source.start(createStore);
				const shown = () => source.stats().framesDecoded;
				for (let last = -1; last < shown(); ) {
					last = shown();
					await new Promise((resolve) => setTimeout(resolve, 200));
				}
			});
			await Promise.all(starts);
			await readFile(process.argv[1]);
			// A source says a little later that its patience, 10 s, has ended.
			await new Promise((resolve) => setTimeout(resolve, 500));
			console.log([...ends, "the file"][0]);
			process.exit();`,
		);
		// A setting of this process would be inherited.
		const { UV_THREADPOOL_SIZE: _size, ...env } = process.env;
		const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
		expect(stdout).toBe("the file\n");
	});
});
