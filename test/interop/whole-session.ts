import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build, type Rolldown } from "vite";
import { expect, vi } from "vitest";
import { Scalars } from "../../packages/rerun/src/index.ts";
import { type EncodedPacket, type PanogazeServer, serve } from "../../src/index.ts";
import type { PoseSample } from "../../src/skeleton/pose-sample.ts";
import { HttpCamera } from "../support/http-camera.ts";
import { makeMarkedSphere } from "../support/marked-sphere.ts";
import { clipWithSound, toneSamples } from "../support/sound-clips.ts";
import { until } from "../support/werift-viewer.ts";
import { Screenshot } from "./screenshot.ts";
import type { SessionReport, SessionSounds } from "./session-page.ts";
import { setUpWebViewer } from "./web-viewer-judge.ts";

/**
 * Length of the session, seconds. 30 fit into the time of all tests; `PANOGAZE_SESSION_SEC=60`
 * makes it longer, up to 75, in which the cameras' streams end.
 */
const SESSION_SEC = Number(process.env["PANOGAZE_SESSION_SEC"] ?? 30);
/** The source is a loop of 20 seconds: the session goes on over its end. */
export const LOOP_PICTURES = 600;
export const RATE = 30;
const PATIENCE_MS = 90_000;
const PATIENCE = { timeout: PATIENCE_MS, interval: 100 };

/** A session that was recorded, with all that is known about it from outside of the recording. */
export interface RecordedSession {
	readonly folder: string;
	/** The video of the sphere. */
	readonly clip: string;
	/** The recording for Rerun, and its name without an ending. */
	readonly path: string;
	readonly stem: string;
	readonly report: SessionReport;
	/** The pictures that the server has sent, in their order: of `view` and each camera. */
	readonly sent: Readonly<Record<string, readonly EncodedPacket[]>>;
	/** The packets of sound that the server has sent and received. */
	readonly sounds: SessionSounds;
	/** Stream and number of the poses that the server has received, and how many it has missed. */
	readonly received: readonly (readonly [stream: number, sequence: number])[];
	readonly missed: number;
	/** How often each camera was opened: each time it begins anew. */
	readonly openings: Readonly<Record<string, number>>;
	/** Values that the application has logged. */
	readonly logged: { readonly gripper: number; readonly battery: number };
	/** What Rerun's viewer drew in another tab while it went on. */
	readonly live: Screenshot;
}

/** The bytes of a packet as the page reports them. */
export const textOf = (data: Uint8Array) => Buffer.from(data).toString("latin1");

/** The page of a person who moves, as one program. */
async function buildSessionPage(): Promise<string> {
	const entry = fileURLToPath(new URL("session-page.ts", import.meta.url));
	const { output } = (await build({
		configFile: false,
		logLevel: "warn",
		build: { write: false, minify: false, rolldownOptions: { input: entry, output: { codeSplitting: false } } },
	})) as Rolldown.RolldownOutput;
	return output[0].code;
}

type Sounds = { readonly [Name in keyof SessionSounds]: string[] };

/** Opens a page of the server's origin that has panogaze-client. */
async function openSessionPage(browser: Browser, url: string): Promise<Page> {
	const page = await browser.newPage({ viewport: { width: 640, height: 360 }, deviceScaleFactor: 1 });
	const program = await buildSessionPage();
	const html =
		'<!doctype html><video muted autoplay playsinline></video><script type="module" src="person.js"></script>';
	await page.route(`${url}person`, (route) => route.fulfill({ contentType: "text/html", body: html }));
	await page.route(`${url}person.js`, (route) => route.fulfill({ contentType: "text/javascript", body: program }));
	await page.goto(`${url}person`);
	await page.waitForFunction(() => globalThis.session?.sees(2), undefined, { timeout: PATIENCE_MS });
	return page;
}

/** Records a session of a page that moves and looks around, while Rerun's viewer shows it. */
export async function recordWholeSession(browser: Browser): Promise<RecordedSession> {
	const folder = mkdtempSync(join(tmpdir(), "panogaze-whole-"));
	const before = process.cwd();
	const [left, right, clip] = await Promise.all([
		HttpCamera.start({ codecOptions: { preset: "superfast", profile: "baseline" } }),
		// Pictures that come out of order can't be copied: the server draws them.
		HttpCamera.start({ bFrames: 2 }),
		makeBeepingSphere(),
	]);
	const installed = join(folder, "node_modules/@rerun-io");
	mkdirSync(installed, { recursive: true });
	symlinkSync(setUpWebViewer("0.33.0"), join(installed, "web-viewer"));
	// Rerun's viewer is looked for in the folder in which a server is started.
	process.chdir(folder);
	const sounds: Sounds = { heard: [], microphone: [] };
	try {
		await using server = await serve({
			...{ port: 0, host: "127.0.0.1", logLevel: "warn", renderWorkers: 1 },
			sources: { head: clip, "wrist-left": left.url, "wrist-right": right.url },
			view: { width: 640, height: 360, frameRate: RATE },
			media: { audio: ({ message }) => void sounds.microphone.push(textOf(message.data)) },
			record: { directory: join(folder, "sessions"), formats: ["rrd", "mcap", "mp4"], source: "packets" },
		});
		const session = await runSession(browser, server, { folder, clip, sounds });
		return { ...session, openings: { "wrist-left": left.connections, "wrist-right": right.connections } };
	} finally {
		process.chdir(before);
		left.close();
		right.close();
	}
}

/** The marked sphere, which beeps when a second of it begins. */
async function makeBeepingSphere(): Promise<string> {
	const lengthSec = LOOP_PICTURES / RATE;
	const beeps = toneSamples(1000, lengthSec, (sec) => (sec % 1 < 0.06 ? 0.5 : 0));
	// A hum, so that sound never rests.
	const hum = toneSamples(60, lengthSec, () => 0.001);
	const channel = beeps.map((sample, index) => sample + hum[index]!);
	const sound = { channels: [channel, channel], codec: "pcm_s16le", container: "mov" } as const;
	return clipWithSound(await makeMarkedSphere(LOOP_PICTURES, RATE), sound);
}

/** Removes what a session has left. */
export function forgetSession({ folder }: RecordedSession): void {
	rmSync(folder, { recursive: true });
}

async function runSession(
	browser: Browser,
	server: PanogazeServer,
	{ folder, clip, sounds }: { readonly folder: string; readonly clip: string; readonly sounds: Sounds },
): Promise<Omit<RecordedSession, "openings">> {
	const { path, stem } = server.recording!;
	const sent: Record<string, EncodedPacket[]> = { view: [], "wrist-left": [], "wrist-right": [] };
	const logged = { gripper: 0, battery: 0 };
	const received: [number, number][] = [];
	server.on("join", (viewer) => {
		viewer.on("frameSent", (packet) => void sent["view"]!.push(packet));
		viewer.on("soundSent", ({ rtpTicks, data }) => void sounds.heard.push(`${rtpTicks} ${textOf(data)}`));
		viewer.on("cameraFrameSent", (camera, packet) => void sent[camera]!.push(packet));
		const arrives = ({ stream, sequence }: PoseSample) => void received.push([stream, sequence]);
		viewer.on("head", arrives);
		viewer.on("skeleton", arrives);
		viewer.on("controller", arrives);
		viewer.on("controller", ({ controls }) => {
			logged.gripper++;
			viewer.log("gripper", new Scalars(controls.buttons[0]!));
		});
	});
	const battery = setInterval(() => {
		logged.battery++;
		server.recording!.log("robot/battery", new Scalars(logged.battery));
	}, 250);
	try {
		const url = `http://127.0.0.1:${server.port}/`;
		const page = await openSessionPage(browser, url);
		await page.evaluate(() => session.move());
		const startedMs = performance.now();
		const liveViewer = showLive(browser, url);
		for (const [task, success] of [
			["touch", true],
			["lift", false],
			["drop", undefined],
		] as const) {
			await page.evaluate((task) => session.connection.recording.startEpisode({ task }), task);
			await until(() => server.recorder!.episodes.at(-1)?.task === task, "an episode", PATIENCE_MS);
			await new Promise((resolve) => setTimeout(resolve, SESSION_SEC * 250));
			await page.evaluate(
				(success) =>
					success === undefined
						? session.connection.recording.discardEpisode()
						: session.connection.recording.endEpisode({ success }),
				success,
			);
			await until(() => server.recorder!.episodes.at(-1)?.state !== "running", "its end", PATIENCE_MS);
		}
		const live = await liveViewer;
		await until(() => performance.now() - startedMs > SESSION_SEC * 1000, "the end", 2 * SESSION_SEC * 1000);
		await page.evaluate(() => session.stop());
		// The library repeats a head that rests.
		const missing = async () => {
			const { sent } = await page.evaluate(() => session.report());
			const arrived = new Map(received);
			const newest = new Map(sent.map(({ stream, sequence }) => [stream, sequence]));
			return [...newest].filter(([stream, sequence]) => (arrived.get(stream) ?? 0) < sequence);
		};
		await vi.waitFor(async () => expect(await missing()).toEqual([]), PATIENCE);
		const { gaps, overRate } = server.viewers[0]!.stats().tracking;
		const report = await page.evaluate(() => {
			const report = session.report();
			session.connection.close();
			return report;
		});
		await page.close();
		clearInterval(battery);
		await until(() => server.viewers.length === 0, "the viewer's leave", PATIENCE_MS);
		await server.close();
		// A server does not wait for a busy machine for ever.
		await server.recording!.close();
		expect(server.recording!.stats().lost).toBe(0);
		const missed = gaps + overRate;
		return { folder, clip, path, stem, report, sent, sounds, received, missed, logged, live };
	} finally {
		clearInterval(battery);
	}
}

/** Waits until Rerun's viewer in another tab shows the sphere's colours and a skeleton's lines. */
async function showLive(browser: Browser, url: string): Promise<Screenshot> {
	const page = await browser.newPage({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 1 });
	await page.addInitScript(() => {
		console.debug = console.log = console.info = () => {};
	});
	await page.goto(`${url}rerun?renderer=webgl`);
	const deadlineMs = performance.now() + PATIENCE_MS;
	for (let round = 0; ; round++) {
		// A viewer without input draws nothing, and reads as much as it draws.
		await page.mouse.move(10 + (round % 50), 2);
		await new Promise((resolve) => setTimeout(resolve, 100));
		if (round % 10 !== 9) continue;
		const picture = Screenshot.fromPng(await page.screenshot());
		const isLate = performance.now() > deadlineMs;
		if (!isLate && !showsSphere(picture)) continue;
		await page.close();
		return picture;
	}
}

/** Whether the sphere's colours are there, which nothing else of Rerun's viewer has. */
export function showsSphere(picture: Screenshot): boolean {
	const isOfSphere = ([red, green, blue]: readonly [number, number, number]) => {
		const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
		return luma > 75 && luma < 175 && Math.max(red, green, blue) - Math.min(red, green, blue) > 20;
	};
	return picture.countWhere(isOfSphere) > 1000;
}
