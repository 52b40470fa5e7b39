import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PanogazeServer } from "../src/index.ts";
import type { RecordingMessage } from "../src/protocol/recording-messages.ts";
import { openRecording } from "../src/recording/read/recording-reader.ts";
import { createReplaySource } from "../src/recording/replay/replay-source.ts";
import { createPatternSource } from "../src/source/pattern-source.ts";
import { lumaOfPanorama, readTimeCode } from "../src/source/time-code.ts";
import { SourceUnderTest } from "../src/source/video-source.cases.ts";
import { launchChromium } from "./support/chromium.ts";
import { H264Decoder } from "./support/h264-decoder.ts";
import { serveScene } from "./support/test-server.ts";
import { until, WeriftViewer } from "./support/werift-viewer.ts";

const PATIENCE = { timeout: 60_000, interval: 50 };
/** Small, and without blurred glass: the processor draws all of it. */
const CHEAP_PAGE = { viewport: { width: 640, height: 360 }, contrast: "more" } as const;

const folder = mkdtempSync(join(tmpdir(), "panogaze-recorder-"));
let browser: Browser;
let server: PanogazeServer;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
	[browser, server] = await Promise.all([
		launchChromium(),
		serveScene({
			...{ record: { directory: folder, begin: "asked" }, bearerToken: "drives", viewToken: "watches" },
			view: { width: 320, height: 180, fovDeg: 90, frameRate: 10 },
		}),
	]);
	page = await browser.newPage(CHEAP_PAGE);
	page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
	page.on("pageerror", (error) => complaints.push(error.message));
	await page.goto(`http://127.0.0.1:${server.port}/#token=drives`);
	await page.locator("#status[data-state=live]").waitFor();
});
afterAll(async () => {
	await browser.close();
	await server.close();
	rmSync(folder, { recursive: true });
	expect(complaints).toEqual([]);
});

const files = () => readdirSync(folder).filter((name) => name.endsWith(".rrd"));
const sign = () => page.locator("#recorded");

const SMALL_PLANE = { offset: 0, width: 1024, height: 512, stride: 1024 };
/** The number that the newest picture of a source shows. */
function timeCodeOf({ store }: SourceUnderTest): number | undefined {
	const lease = store.acquireNewest();
	try {
		return lease && readTimeCode(lumaOfPanorama(lease.data, lease.layout.y));
	} finally {
		lease?.release();
	}
}

/** The states of the recorder that a viewer was told, in few words. */
const told = (viewer: WeriftViewer) =>
	viewer
		.textsOf("control")
		.map((text) => JSON.parse(text) as RecordingMessage)
		.filter(({ type }) => type === "recording")
		.map(({ state, by, recorded, mayRecord }) => [state, by, recorded, mayRecord].join(" "));

describe("the page's button of recordings", { timeout: 180_000 }, () => {
	it("begins a recording with a name and ends it, and every viewer is told who has done so", async () => {
		const url = `http://127.0.0.1:${server.port}/`;
		const watcher = await WeriftViewer.connect({ url, channels: ["control"], token: "watches" });
		watcher.send("control", JSON.stringify({ type: "hello", v: 1 }));
		await until(() => told(watcher).length > 0, "the first state");
		await page.getByRole("button", { name: "More" }).click();
		await page.getByRole("button", { name: "Record", exact: true }).click();
		await page.getByLabel("Name, if you like").fill("pick and place");
		expect(files()).toEqual([]);
		await page.getByRole("button", { name: "Start recording" }).click();
		await sign()
			.getByText(/^0:0\d$/)
			.waitFor();
		await page.getByText("You are recording all viewers.").waitFor();
		expect(files()).toEqual([expect.stringMatching(/^session_.*_pick-and-place\.rrd$/)]);
		await until(() => told(watcher).includes("recording viewer true false"), "the news");
		watcher.send("control", JSON.stringify({ type: "record", on: false }));
		await until(
			() => watcher.textsOf("control").some((text) => text.includes("You may watch here, and not record.")),
			"the refusal",
		);
		expect(server.recorder!.state.name).toBe("recording");
		await page.getByLabel("Task", { exact: true }).fill("put the cup on the plate");
		await page.getByRole("button", { name: "Start episode" }).click();
		await page.getByText("Episode 1: put the cup on the plate").waitFor();
		await page.getByRole("button", { name: "Success" }).click();
		await page.getByText("Episodes: 1, successes: 1.").waitFor();
		await page.getByRole("button", { name: "Discard the last" }).click();
		await page.getByText("Episode 1 is discarded. Episodes: 0, successes: 0.").waitFor();
		watcher.send("control", JSON.stringify({ type: "episode", action: "start" }));
		await page.getByRole("button", { name: "Stop recording" }).click();
		await expect.poll(() => server.recording, PATIENCE).toBeUndefined();
		await sign().waitFor({ state: "hidden" });
		await until(() => told(watcher).includes("off viewer false false"), "the end");
		await watcher.close();
	});

	it("has a key, and shows what the program does", async () => {
		await page.keyboard.press("Escape");
		await page.keyboard.press("c");
		await sign().waitFor();
		await page.keyboard.press("n");
		const episodes = () => server.recorder!.episodes.map(({ number, state, success }) => [number, state, success]);
		await expect.poll(episodes, PATIENCE).toEqual([[1, "running", undefined]]);
		// The page obeys the key once it knows of the episode itself.
		await page.waitForFunction(() => panogaze.connection.recording.state?.episode?.state === "running");
		await page.keyboard.press("x");
		await expect.poll(episodes, PATIENCE).toEqual([[1, "ended", false]]);
		await server.recorder!.stop();
		await sign().waitFor({ state: "hidden" });
		expect(files()).toHaveLength(2);
		const other = server.viewers[0]!.showRecording();
		await sign().waitFor();
		other();
		await sign().waitFor({ state: "hidden" });
	});
});

describe("GET /recordings", () => {
	const get = (path: string, token: string, headers = {}) =>
		fetch(`http://127.0.0.1:${server.port}/recordings${path}`, {
			headers: { authorization: `Bearer ${token}`, ...headers },
		});

	it("lists recordings and lends their files, whole and in parts, to those with the right alone", async () => {
		expect([(await get("", "watches")).status, (await get("", "nobody")).status]).toEqual([403, 401]);
		const list = async () =>
			((await (await get("", "drives")).json()) as { recordings: Record<string, unknown>[] }).recordings;
		await expect.poll(async () => (await list()).map(({ state }) => state), PATIENCE).toEqual(["closed", "closed"]);
		expect(await list()).toMatchObject([
			{ name: "pick and place", state: "closed", viewers: 2, episodes: { ended: 0, successes: 0 }, kept: false },
			{ state: "closed", viewers: 1, episodes: { ended: 1, successes: 0 } },
		]);
		const name = files()[0]!;
		const whole = new Uint8Array(await (await get(`/${name}`, "drives")).arrayBuffer());
		expect(whole).toEqual(new Uint8Array(readFileSync(join(folder, name))));
		const part = await get(`/${name}`, "drives", { range: "bytes=-4" });
		expect([part.status, part.headers.get("content-range")]).toEqual([
			206,
			`bytes ${whole.length - 4}-${whole.length - 1}/${whole.length}`,
		]);
		expect(new Uint8Array(await part.arrayBuffer())).toEqual(whole.subarray(-4));
		expect((await get(`/${name}`, "drives", { range: `bytes=${whole.length}-` })).status).toBe(416);
		const others = ["/..%2F..%2Fetc%2Fpasswd", "/%2Fetc%2Fpasswd", "/notes.txt", `/${name}%00`, "/session_x.rrd"];
		for (const path of others) expect([path, (await get(path, "drives")).status]).toEqual([path, 404]);
		expect((await get(`/${name}`, "watches")).status).toBe(403);
	});
});

describe("a recording with a small version of the source", { timeout: 180_000 }, () => {
	it("shows each picture at its own time in the source, and is replayed as the whole sphere", async () => {
		const small = await serveScene({
			source: createPatternSource({ width: 1100, height: 550, frameRate: 10, stereo: true }),
			view: { width: 320, height: 180, frameRate: 10 },
			record: { directory: join(folder, "small"), source: "small", formats: ["rrd", "mcap"] },
		});
		const { path } = small.recording!;
		const recorded = async () => {
			await using recording = await openRecording(path);
			const { sourcePackets, viewers } = recording.summary;
			return Math.min(sourcePackets, viewers[0]?.frames ?? 0);
		};
		const viewer = await WeriftViewer.connect({ url: `http://127.0.0.1:${small.port}/` });
		await expect.poll(recorded, { ...PATIENCE, interval: 200 }).toBeGreaterThan(2);
		await viewer.close();
		await small.close();
		for (const file of [path, path.replace(".rrd", ".mcap")]) {
			await using recording = await openRecording(file);
			using decoder = new H264Decoder();
			const codes: number[] = [];
			const times: number[] = [];
			for await (const record of recording.records({ types: ["source-packet"] })) {
				if (record.type !== "source-packet") continue;
				const { data, stampSec, receivedSec } = record.packet;
				const { width, height, planes } = decoder.decode(data);
				expect([width, height]).toEqual([1024, 1024]);
				expect(receivedSec).toBeGreaterThanOrEqual(-0.1);
				const right = planes[0].subarray(1024 * 512);
				const eyes = [planes[0], right].map((luma) => readTimeCode(lumaOfPanorama(luma, SMALL_PLANE)));
				expect(eyes).toEqual(Array(2).fill(Math.round(stampSec * 10)));
				codes.push(eyes[0]!);
				times.push(record.atSec);
			}
			expect(codes.length).toBe(recording.summary.sourcePackets);
			expect(codes.length).toBeGreaterThan(2);
			const [opened] = recording.summary.sources;
			expect(opened!.source).toMatchObject({
				format: { width: 1100, height: 550, eyes: 2 },
				small: { width: 1024, height: 512, eyes: 2, packing: { across: 1, down: 2 } },
			});
			if (file !== path) continue;
			const [shown] = recording.summary.viewers;
			await using replayed = await SourceUnderTest.start(createReplaySource(file, { viewer: shown!.id }));
			expect(replayed.info.format).toMatchObject({ width: 1024, height: 512, eyes: 2 });
			// Between the last two: the first one, which is shown without it, would not do.
			const positionSec = (times.at(-2)! + times.at(-1)!) / 2;
			replayed.source.control!({ paused: true, positionSec });
			await until(() => codes.slice(-2).includes(timeCodeOf(replayed) ?? -1), "the picture there");
		}
	});
});

describe("a page whose server asks before it records", { timeout: 180_000 }, () => {
	it("asks at once for a live view, takes the viewer only after a yes, and a yes can be withdrawn", async () => {
		const asking = await serveScene({
			record: { directory: join(folder, "asking"), begin: "asked", consent: "ask" },
			view: { width: 320, height: 180, fovDeg: 90, frameRate: 10 },
		});
		await page.goto(`http://127.0.0.1:${asking.port}/`);
		await page.getByRole("heading", { name: "May you be recorded?" }).waitFor();
		await page.getByText("Those who may record see live what you see, and how you move.").waitFor();
		expect(await sign().isVisible()).toBe(false);
		await page.getByRole("button", { name: "No", exact: true }).click();
		await expect.poll(() => asking.viewers[0]!.recordingConsent, PATIENCE).toBe("refused");
		await sign().and(page.locator("[data-recording=refused]")).click();
		await page.getByRole("button", { name: "Yes, record me" }).click();
		await sign().and(page.locator("[data-recording=live]")).getByText("Seen live").waitFor();
		await asking.recorder!.start();
		await sign()
			.getByText(/^0:\d\d$/)
			.waitFor();
		await sign().click();
		await page.getByText("You are recorded.").waitFor();
		await page.getByRole("button", { name: "No", exact: true }).click();
		await sign().and(page.locator("[data-recording=refused]")).waitFor();
		await page.goto("about:blank");
		await asking.close();
	});
});
