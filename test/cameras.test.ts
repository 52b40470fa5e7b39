import { afterAll, describe, expect, it } from "vitest";
import { SourceError, serve } from "../src/index.ts";
import { Camera } from "./support/camera.ts";
import { type ClipPicture, makeClip } from "./support/clips.ts";
import { H264Decoder } from "./support/h264-decoder.ts";
import { keptLog, SMALL_VIEW, serversOfEachTest } from "./support/test-server.ts";
import { until, WeriftViewer } from "./support/werift-viewer.ts";

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

describe("POST /NAME/whep", () => {
	const decoder = new H264Decoder();
	afterAll(() => decoder[Symbol.dispose]());
	const connect = (port: number, path: string, token?: string) =>
		WeriftViewer.connect({ url: `http://127.0.0.1:${port}/${path}/`, ...(token && { token }) });

	it("shows a camera to a player of WHEP, by the same tokens, and is no viewer of the view", async () => {
		const server = await start({ sources: { head: new Camera(), wrist: new Camera() }, viewToken: "watches" });
		const post = (path: string) => fetch(`http://127.0.0.1:${server.port}/${path}/whep`, { method: "POST" });
		expect((await post("wrist")).status).toBe(401);
		expect((await post("nothing")).status).toBe(401);
		await expect(connect(server.port, "nothing", "watches")).rejects.toThrow("404");
		const viewer = await connect(server.port, "wrist", "watches");
		expect(new URL(viewer.location!).pathname).toMatch(/^\/wrist\/whep\/.{20,}$/);
		await until(() => viewer.packets.length > 10, "pictures");
		expect(server.viewers).toEqual([]);
		expect(server.cameras.get("wrist")?.state.name).toBe("live");
		await viewer.close();
	});

	it("shows one eye of the main source by /left/whep and /right/whep", async () => {
		// The left eye's picture is bright, the right eye's dark.
		const draw = ({ planes, height, strides }: ClipPicture) => {
			planes[0].fill(200, 0, (height / 2) * strides[0]);
			planes[0].fill(50, (height / 2) * strides[0]);
			for (const plane of [1, 2] as const) planes[plane].fill(128);
		};
		const source = await makeClip({ width: 128, height: 128, frames: 30, rate: 30, draw });
		const server = await start({ source, sourceOptions: { stereo: "top-bottom" } });
		const brightness: number[] = [];
		server.on("join", (viewer) => {
			const stop = viewer.on("frameSent", ({ accessUnit }) => {
				stop();
				brightness.push(decoder.decode(accessUnit).planes[0][0]!);
			});
		});
		for (const path of ["left", "right", "main/right"]) {
			const before = brightness.length;
			const viewer = await connect(server.port, path);
			await until(() => brightness.length > before, "a picture");
			await viewer.close();
		}
		expect(brightness.map((luma) => Math.round(luma / 50))).toEqual([4, 1, 1]);
	});
});
