import { once } from "node:events";
import { closeSync } from "node:fs";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeClip } from "../support/clips.ts";
import { CommandLine, PATIENCE_MS, untilRead } from "../support/command-line.ts";
import { until } from "../support/werift-viewer.ts";

const line = new CommandLine();
let clip: string;
beforeAll(async () => {
	clip = await makeClip({ width: 256, height: 128, frames: 24, rate: 24 });
});
afterAll(() => line[Symbol.dispose]());

describe
	.runIf(process.platform === "linux")
	.concurrent("the command line ends, whatever its source does", { timeout: 2 * PATIENCE_MS }, () => {
		it("record-motion at the first SIGTERM, with 0, while its file gives no bytes", async () => {
			const pipe = line.makePipe("recorded");
			const { child, ended } = line.start(["record-motion", "--port", "0", pipe]);
			const writer = await untilRead(pipe);
			child.kill("SIGTERM");
			expect(await ended).toEqual([0, null]);
			closeSync(writer);
		});

		it("serve at the second Ctrl+C at once, with 130", async () => {
			const pipe = line.makePipe("twice");
			const { child, ended } = line.start(["serve", pipe, "--port", "0"]);
			const writer = await untilRead(pipe);
			child.kill("SIGINT");
			child.kill("SIGTERM");
			const [code] = await ended;
			expect([130, 143]).toContain(code);
			closeSync(writer);
		});

		it("probe at the first Ctrl+C, by the signal", async () => {
			const pipe = line.makePipe("probed");
			const { child, ended } = line.start(["probe", pipe]);
			const writer = await untilRead(pipe);
			child.kill("SIGINT");
			expect(await ended).toEqual([null, "SIGINT"]);
			closeSync(writer);
		});

		it("probe by a signal that comes while the program is being loaded, with 143", async () => {
			const atOnce = `process.on("newListener", (name) => {
				if (name === "SIGHUP") process.kill(process.pid, "SIGTERM");
			});`;
			const { ended, output } = line.start(
				["probe", clip],
				["--import", `data:text/javascript,${encodeURIComponent(atOnce)}`],
			);
			expect(await ended).toEqual([143, null]);
			expect(output()).toBe("");
		});

		it("serve while the other side of a connection is silent", async () => {
			let connections = 0;
			const silentPeer = createServer(() => connections++).listen(0, "127.0.0.1");
			await once(silentPeer, "listening");
			const { port } = silentPeer.address() as { port: number };
			const { child, ended } = line.start(["serve", `tcp://127.0.0.1:${port}`, "--port", "0"]);
			await until(() => connections > 0, "the connection", PATIENCE_MS);
			child.kill("SIGTERM");
			expect(await ended).toEqual([0, null]);
			silentPeer.close();
		});

		it("probe, quietly, when its output is closed", async () => {
			const { child, ended, output } = line.start(["probe", clip]);
			child.stdout.destroy();
			expect(await ended).toEqual([0, null]);
			expect(output()).toBe("");
		});
	});
