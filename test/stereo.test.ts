import { describe, expect, it } from "vitest";
import type { PanogazeServer, ServeOptions } from "../src/index.ts";
import { makeClip } from "./support/clips.ts";
import { keptLog, serversOfEachTest } from "./support/test-server.ts";
import { until, WeriftViewer } from "./support/werift-viewer.ts";

const startServer = serversOfEachTest();

async function start(options: ServeOptions<undefined, never>) {
	const { logger, lines } = keptLog();
	return { server: await startServer({ logger, ...options }), lines };
}

/** Connects a viewer that asks for a view. */
async function watch(
	server: PanogazeServer,
	view?: { width: number; height: number; eyes?: number },
): Promise<WeriftViewer> {
	const viewer = await WeriftViewer.connect({
		url: `http://127.0.0.1:${server.port}/`,
		channels: ["control", "frames"],
	});
	viewer.send("control", JSON.stringify({ type: "hello", v: 1, view }));
	await until(() => viewer.textsOf("control").some((text) => text.includes('"welcome"')), "the welcome");
	return viewer;
}

const welcomeOf = (viewer: WeriftViewer) =>
	viewer
		.textsOf("control")
		.map((text) => JSON.parse(text) as { type: string; view?: object })
		.find(({ type }) => type === "welcome");
const eyesOfFrames = (viewer: WeriftViewer) =>
	viewer.textsOf("frames").map((text) => (JSON.parse(text) as { eyes?: number }).eyes ?? 1);
const lastEyes = (viewer: WeriftViewer) => eyesOfFrames(viewer).slice(-3).join();

describe("serve() with a source of two eyes", () => {
	it("gives two to viewers who ask and the left one to others, and changes while it runs", async () => {
		const { server, lines } = await start({ source: "pattern:stereo", sourceOptions: { pattern: { width: 256 } } });
		expect(lines).toContain("Source pattern:stereo: 256x128 for each of two eyes, rawvideo, 30 fps");
		const [one, two] = await Promise.all([watch(server), watch(server, { width: 320, height: 180, eyes: 2 })]);
		expect(welcomeOf(one)).toMatchObject({ view: { width: 320, height: 180 } });
		expect(welcomeOf(one)!.view).not.toHaveProperty("eyes");
		expect(welcomeOf(two)).toMatchObject({ view: { width: 320, height: 180, eyes: 2 } });
		await until(() => lastEyes(two) === "2,2,2" && eyesOfFrames(one).length > 10, "views of two eyes");
		two.send("control", JSON.stringify({ type: "view", width: 320, height: 180 }));
		await until(() => lastEyes(two) === "1,1,1", "a view of one eye");
		two.send("control", JSON.stringify({ type: "view", width: 320, height: 180, eyes: 2 }));
		await until(() => lastEyes(two) === "2,2,2", "views of two eyes again");
		expect(new Set(eyesOfFrames(one)), "who did not ask").toEqual(new Set([1]));
		await Promise.all([one.close(), two.close()]);
	});

	it("draws the view of a source of one eye once, also for viewers who ask for two", async () => {
		const { server } = await start({ source: "pattern", sourceOptions: { pattern: { width: 256 } } });
		const viewer = await watch(server, { width: 320, height: 180, eyes: 2 });
		expect(welcomeOf(viewer)!.view).not.toHaveProperty("eyes");
		await until(() => eyesOfFrames(viewer).length > 10, "views");
		expect(new Set(eyesOfFrames(viewer))).toEqual(new Set([1]));
		await viewer.close();
	});

	it("unfolds a clip that states its eyes, unless an option says that it has one", async () => {
		const source = await makeClip({
			width: 640,
			height: 640,
			frames: 10,
			rate: 10,
			stereo: "top-bottom",
			stated: true,
			container: "mkv",
		});
		const unfolded = await start({ source, sourceOptions: { hwaccel: "none" } });
		expect(unfolded.lines).toEqual([expect.stringContaining("640x320 for each of two eyes, h264, 10 fps")]);
		const folded = await start({ source, sourceOptions: { hwaccel: "none", stereo: "mono" } });
		expect(folded.lines).toEqual([expect.stringContaining(": 640x640, h264, 10 fps")]);
	});
});
