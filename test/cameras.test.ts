import { describe, expect, it } from "vitest";
import { SourceError, serve } from "../src/index.ts";
import { Camera } from "./support/camera.ts";
import { keptLog, SMALL_VIEW, serversOfEachTest } from "./support/test-server.ts";

const start = serversOfEachTest((options) =>
	serve({ port: 0, host: "127.0.0.1", view: SMALL_VIEW, logLevel: "silent", renderWorkers: 1, ...options }),
);

/** A camera that can't be opened. */
class LostCamera extends Camera {
	override readonly name = "lost";
	override async start(): Promise<never> {
		throw new SourceError("connection", "lost can't be reached.");
	}
}

describe("serve(): several sources", () => {
	it("states each camera by its name, and goes on without one that can't be opened", async () => {
		const { logger, lines } = keptLog();
		const server = await start({
			sources: { head: new Camera(), wrist: new Camera(), far: new LostCamera() },
			keepSourceRunning: true,
			logger,
		});
		expect(server.sourceName).toBe("camera");
		expect([...server.cameras].map(([name, { sourceName }]) => [name, sourceName])).toEqual([
			["wrist", "camera"],
			["far", "lost"],
		]);
		await expect.poll(() => server.cameras.get("wrist")?.state.name, { timeout: 20_000 }).toBe("live");
		expect(server.source.state.name).toBe("live");
		await expect
			.poll(() => server.cameras.get("far")?.state, { timeout: 20_000 })
			.toMatchObject({ code: "connection" });
		expect(lines.join("\n")).toContain("Camera far: lost can't be reached.");
		const status = await (await fetch(`http://127.0.0.1:${server.port}/status`)).json();
		expect(status).toMatchObject({
			status: "ok",
			cameras: { wrist: { state: "live", running: true }, far: { state: "reconnecting" } },
		});
	});

	it("looks around in the source that is named, and refuses names that can't stand in an address", async () => {
		const server = await start({ sources: { wrist: new LostCamera(), head: new Camera() }, mainSource: "head" });
		expect(server.sourceName).toBe("camera");
		expect([...server.cameras.keys()]).toEqual(["wrist"]);
		const refused = async (options: object) => start(options).then(String, (error: Error) => error.message);
		expect(await refused({ sources: { "a/b": "x.mp4" } })).toContain("begins with a letter");
		expect(await refused({ sources: { whep: "x.mp4" } })).toContain("is none of whep");
		expect(await refused({ sources: { a: "x.mp4", A: "y.mp4" } })).toContain("two sources named a");
		expect(await refused({ sources: {} })).toContain("from 1 to 9 sources; got 0");
		expect(await refused({ sources: { a: 7 } })).toContain("sources.a is a file, an address");
		expect(await refused({ sources: { a: { source: "x", sourceOptions: { lop: true } } } })).toContain(
			"did you mean",
		);
		expect(await refused({ source: "x.mp4", sources: { a: "y.mp4" } })).toContain("got both");
		expect(await refused({ sources: { a: "y.mp4" }, mainSource: "b" })).toContain(
			'mainSource is one of a; got "b"',
		);
		expect(await refused({ mainSource: "b" })).toContain("without sources");
	});
});
