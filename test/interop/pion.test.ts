import { execFile, execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { serversOfEachTest } from "../support/test-server.ts";

const source = fileURLToPath(new URL("pion-viewer", import.meta.url));
const folder = fileURLToPath(new URL("../../.cache/interop-pion", import.meta.url));
const viewer = `${folder}/viewer`;

/**
 * Debian's Go with Debian's Pion, nothing downloaded. A source in a GOPATH, with a go.mod beside
 * it, finds packages by the /v3 of their names.
 */
const ENVIRONMENT = {
	...process.env,
	GO111MODULE: "off",
	GOPATH: `${folder}:/usr/share/gocode`,
	GOCACHE: `${folder}/cache`,
	GOFLAGS: "",
	GOROOT: "",
	GOTOOLCHAIN: "local",
};

beforeAll(() => {
	cpSync(source, `${folder}/src/viewer`, { recursive: true });
	execFileSync("/usr/bin/go", ["build", "-o", viewer, "viewer"], { stdio: "inherit", cwd: folder, env: ENVIRONMENT });
}, 300_000);

const start = serversOfEachTest();

describe("Pion, as MediaMTX before 1.18.2 pulls by WHEP", () => {
	it("finds an ETag, trickles its candidates, receives pictures, and ends its session", async () => {
		const server = await start({
			// Pion has no candidate at 127.0.0.1.
			mediaHost: "0.0.0.0",
			source: createPatternSource({ width: 1024, height: 512, frameRate: 30 }),
			view: { width: 640, height: 360, frameRate: 30 },
		});
		const used: number[] = [];
		server.on("leave", (left) => used.push(left.stats().session.remoteCandidates.used));
		const { stdout } = await promisify(execFile)(viewer, [`http://127.0.0.1:${server.port}/whep`]);
		const result = JSON.parse(stdout) as {
			frames: number;
			keyframes: number;
			candidates: number;
			codec: string;
			deleted: number;
		};
		expect(result).toMatchObject({ frames: 60, codec: "video/H264", deleted: 200 });
		expect(result.keyframes).toBeGreaterThan(0);
		expect(result.candidates).toBeGreaterThan(0);
		expect(used).toEqual([expect.any(Number)]);
		expect(used[0]).toBeGreaterThan(0);
	});
});
